/*
 * carebus-day-test [--seed N] [--dir DIR] [--scene X] [--judge DIR] - the example day, once quietly and
 * once while anything is killed: the town is the same in the end.
 *
 * A town of real processes is made, opened, given a roster, and `carebus day` plays it, scene by scene;
 * then the log is verified and every store is folded anew.  The second town's broker and services are
 * killed (kill -9) at random meanwhile, and started again.  What the two are left with is compared
 * (picture.h), the books of both must balance, and the comparison itself is tried: a store that the log
 * makes without one command is another.  Ends with 0, or keeps both folders and says what differs;
 * --judge compares what such a run has left once more.
 */
#include <ftw.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "crash/day/picture.h"
#include "crash/kill/kill.h"

enum {
    ROUND_MS = 5,
    COMMAND_BYTES = 8192,
    SHOWN = 40,
    REST_TRIES = 300,
    REST_ROUNDS = 3,
    REST_PAUSE_MS = 100,
    PAUSE_LEAST_MS = 100, /* between two kills */
    PAUSE_MOST_MS = 900,
};

/* Those that need no clock that runs ahead. */
static const char *const all_scenes[] = { "0", "A", "B", "C", "D", "E", "F", "G",
                                          "H", "I", "J", "L", "M", "O", NULL };

struct play {
    struct town town;
    const char *source;
    bool kills;   /* wanted      */
    bool killing; /* at present  */
};

/* ---- the command line -------------------------------------------------------------------------------- */

/* Runs a line of shell while the town is looked after; its exit status. */
static int shell(struct play *play, const char *line)
{
    int status;

    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        execl("/bin/sh", "sh", "-c", line, (char *)NULL);
        _exit(127);
    }
    while (waitpid(pid, &status, WNOHANG) != pid) {
        if (play->killing)
            town_kill_some(&play->town);
        poll(NULL, 0, ROUND_MS);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int carebus(struct play *play, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static int carebus(struct play *play, const char *format, ...)
{
    char arguments[COMMAND_BYTES / 2];
    char line[COMMAND_BYTES];
    va_list list;

    va_start(list, format);
    vsnprintf(arguments, sizeof(arguments), format, list);
    va_end(list);
    snprintf(line, sizeof(line), "LC_ALL=C %s/carebus -c %s --timeout 60s %s >>%s/said 2>&1",
             play->town.bin, play->town.dir, arguments, play->town.dir);
    return shell(play, line);
}

static void must(const struct play *play, int status, int wanted, const char *what)
{
    if (status != wanted)
        give_up("%s ended with %d, not with %d; see %s/said", what, status, wanted, play->town.dir);
}

/* ---- one day ----------------------------------------------------------------------------------------- */

/* The tables of the town, but that what a desk must do within minutes has as many hours: a slow machine
 * is no reason for a clock to run out in one of the two towns. */
static void make_tables(struct play *play)
{
    char line[COMMAND_BYTES];

    snprintf(
        line, sizeof(line),
        "cp -r %s/services/town %s/tables && sed -i -E "
        "'s/^((need|incident|opinion|hotline)[^,]*,[^,]*,[^,]*),min,/\\1,h,/' %s/tables/policy.csv",
        play->source, play->town.dir, play->town.dir);
    must(play, shell(play, line), 0, "cp");
}

static void make(struct play *play)
{
    struct town *town = &play->town;
    char line[COMMAND_BYTES];

    snprintf(line, sizeof(line),
             "%s/carebus init -q %s --town %s/services/town --exercise-rate 1 --start "
             "2023-01-18T08:00:00+08:00 >/dev/null && %s/carebus-roster 500 >%s/roster.csv",
             town->bin, town->dir, play->source, town->bin, town->dir);
    must(play, shell(play, line), 0, "init");
    make_tables(play);
    town_processes(town, false);
    town_start(town);
    play->killing = play->kills;
    must(play, carebus(play, "load %s/tables", town->dir), 0, "load");
    must(play, carebus(play, "roster import %s/roster.csv", town->dir), 65, "roster import");
}

/* Everybody has heard everything, and nothing waits to be sent, several times in turn. */
static void rest(struct play *play)
{
    unsigned rested = 0;

    for (unsigned i = 0; i < REST_TRIES && rested < REST_ROUNDS; i++) {
        int status = carebus(play, "check health");
        if (status == 0)
            status = carebus(play,
                             "--json status >%s/status && ! grep -Eq "
                             "'\"(behind|unacknowledged)\": *\"?[1-9]' %s/status",
                             play->town.dir, play->town.dir);
        rested = status == 0 ? rested + 1 : 0;
        poll(NULL, 0, REST_PAUSE_MS);
    }
    if (rested < REST_ROUNDS)
        give_up("the town does not come to rest; see %s/status", play->town.dir);
}

static void day(struct play *play, const char *only)
{
    uint64_t begun_us = clock_steady_us();

    make(play);
    double made = (double)(clock_steady_us() - begun_us) / 1e6;
    for (const char *const *scene = all_scenes; *scene != NULL; scene++)
        if (only == NULL || strcmp(only, *scene) == 0)
            must(play, carebus(play, "day --scene %s", *scene), 0, *scene);
    play->killing = false;
    double played = (double)(clock_steady_us() - begun_us) / 1e6;
    rest(play);
    must(play, carebus(play, "verify"), 0, "verify");
    must(play, carebus(play, "verify --replay all"), 0, "verify --replay all");
    town_stop_services(&play->town);
    town_stop_broker(&play->town);
    printf("made after %.1f s, played after %.1f s, proved after %.1f s; %u kills\n", made, played,
           (double)(clock_steady_us() - begun_us) / 1e6, play->town.kills);
    for (uint32_t i = 0; play->town.kills > 0 && i < play->town.count; i++)
        printf("%s %u  ", play->town.processes[i].name, play->town.processes[i].kills);
    printf("\n");
    fflush(stdout);
    town_forget(&play->town);
}

/* ---- both ------------------------------------------------------------------------------------------- */

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status;
    (void)kind;
    (void)where;
    return remove(path);
}

static uint32_t judge(const char *quiet, const char *killed)
{
    struct days_log *quiet_log = days_log_open(quiet);
    struct days_log *killed_log = days_log_open(killed);
    struct picture one;
    struct picture other;

    picture_of(quiet, quiet_log, &one);
    picture_of(killed, killed_log, &other);
    picture_write(&one, quiet);
    picture_write(&other, killed);
    uint32_t wrong = picture_compare(&one, &other, SHOWN);
    printf("%u lines and %u, %u differ\n", one.count, other.count, wrong);
    picture_free(&one);
    picture_free(&other);
    wrong += control_books(quiet, quiet_log) + control_books(killed, killed_log);
    wrong += control_misses(quiet, quiet_log);
    days_log_close(quiet_log);
    days_log_close(killed_log);
    return wrong;
}

struct asked {
    unsigned seed;
    char folder[512];
    const char *scene; /* NULL: all */
    bool judges;       /* what an earlier run has left in the folder */
};

static struct asked read_arguments(int argc, char **argv)
{
    struct asked asked = { .seed = (unsigned)clock_wall_ms() };
    const char *parent = getenv("TMPDIR");

    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--seed") == 0)
            asked.seed = (unsigned)strtoul(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--dir") == 0 || strcmp(argv[i], "--judge") == 0)
            snprintf(asked.folder, sizeof(asked.folder), "%s", argv[i + 1]);
        else if (strcmp(argv[i], "--scene") == 0)
            asked.scene = argv[i + 1];
        else
            give_up("%s: not known; --seed N --dir DIR --scene X --judge DIR", argv[i]);
        asked.judges = asked.judges || strcmp(argv[i], "--judge") == 0;
    }
    if (asked.folder[0] == '\0') {
        snprintf(asked.folder, sizeof(asked.folder), "%s/carebus-day-XXXXXX",
                 parent == NULL ? "/tmp" : parent);
        if (mkdtemp(asked.folder) == NULL)
            give_up("%s cannot be made", asked.folder);
    }
    mkdir(asked.folder, 0700);
    return asked;
}

int main(int argc, char **argv)
{
    static const char *const names[] = { "quiet", "killed" };
    const struct asked asked = read_arguments(argc, argv);
    const char *source = getenv("CAREBUS_SOURCE");
    const char *bin = getenv("CAREBUS_BIN");
    char dirs[2][600];

    say_setup("day-test");
    printf("seed %u\n", asked.seed);
    for (int i = 0; i < 2; i++) {
        snprintf(dirs[i], sizeof(dirs[i]), "%s/%s", asked.folder, names[i]);
        struct play play = { .source = source == NULL ? "." : source,
                             .kills = i == 1,
                             .town = { .dir = dirs[i],
                                       .bin = bin == NULL ? "build/debug/bin" : bin,
                                       .seed = asked.seed,
                                       .pause_least_ms = PAUSE_LEAST_MS,
                                       .pause_most_ms = PAUSE_MOST_MS } };
        if (!asked.judges)
            day(&play, asked.scene);
    }
    if (judge(dirs[0], dirs[1]) > 0) {
        printf("both towns are kept: %s\n", asked.folder);
        return 1;
    }
    if (!asked.judges)
        nftw(asked.folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    return 0;
}
