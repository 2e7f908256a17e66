/*
 * carebus-day-test [--seed N] [--dir DIR] [--scene X] [--judge DIR] - the example day, once quietly and
 * once while anything is killed: the town is the same in the end.
 *
 * A town of real processes is made, opened, given a roster, and `carebus day` plays it, scene by scene;
 * then the log is verified and every store is folded anew.  The second town's broker and services are
 * killed (kill -9) at random meanwhile, and started again.  What the two are left with is compared
 * (picture.h), the books of both must balance, and the comparison itself is tried: a store that the log
 * makes without one command is another.  Then both towns go on with the scenes whose clock runs ahead;
 * there a kill moves moments, and what is compared are ends.  Ends with 0, or keeps both folders and
 * says what differs; --judge compares once more what a run has left that found the first part wrong.
 * A scene alone (--scene X) is to be looked at: the proofs, which want a whole day, then fail.
 */
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
#include "crash/day/log.h"
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
    LATE_LEAST_MS =
        400, /* ... where the clock runs ahead: it waits until all is done, in many steps */
    LATE_MOST_MS = 1800,
};

/* Those that need no clock that runs ahead. */
static const char *const all_scenes[] = { "0", "A", "B", "C", "D", "E", "F", "G",
                                          "H", "I", "J", "L", "M", "O", NULL };

/* Those that do.  The three take 99 minutes of the town's time at least: what is due in 2 hours is
 * warned of in both towns (96), and neither comes near those 2 hours.  A scene more must leave no clock
 * so close to the end.  C+ hangs on the minutes that make_tables takes away; N and Z are a day's end. */
static const char *const late_scenes[] = { "K", "A+", "J+", NULL };

struct play {
    struct town town;
    const char *name;
    const char *source;
    uint64_t played; /* the log's last sequence behind the day */
    bool kills;      /* wanted      */
    bool killing;    /* at present  */
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

/* Plays them, waits until all is done, and lets the town prove itself; its processes have ended then. */
static void play_scenes(struct play *play, const char *const *scenes, const char *only)
{
    struct town *town = &play->town;
    uint32_t kills = town->kills;
    uint64_t begun_us = clock_steady_us();

    play->killing = play->kills;
    for (; *scenes != NULL; scenes++)
        if (only == NULL || strcmp(only, *scenes) == 0)
            must(play, carebus(play, "day --scene %s", *scenes), 0, *scenes);
    play->killing = false;
    double played = (double)(clock_steady_us() - begun_us) / 1e6;
    rest(play);
    must(play, carebus(play, "verify"), 0, "verify");
    must(play, carebus(play, "verify --replay all"), 0, "verify --replay all");
    town_stop_services(town);
    town_stop_broker(town);
    if (play->kills && only == NULL && town->kills == kills)
        give_up("nobody was killed");
    printf("%s: played after %.1f s, proved after %.1f s; %u kills\n", play->name, played,
           (double)(clock_steady_us() - begun_us) / 1e6, town->kills - kills);
}

static void day(struct play *play, const char *only)
{
    uint64_t begun_us = clock_steady_us();

    make(play);
    printf("%s: made after %.1f s\n", play->name, (double)(clock_steady_us() - begun_us) / 1e6);
    play_scenes(play, all_scenes, only);
}

/* The same town goes on. */
static void evening(struct play *play, const char *only)
{
    play->town.pause_least_ms = LATE_LEAST_MS;
    play->town.pause_most_ms = LATE_MOST_MS;
    town_start(&play->town);
    play_scenes(play, late_scenes, only);
    for (uint32_t i = 0; play->town.kills > 0 && i < play->town.count; i++)
        printf("%s %u%s", play->town.processes[i].name, play->town.processes[i].kills,
               i + 1 < play->town.count ? "  " : "\n");
}

/* ---- both ------------------------------------------------------------------------------------------- */

static uint32_t judge(const char *quiet, const char *killed)
{
    struct days_log *quiet_log = days_log_open(quiet);
    struct days_log *killed_log = days_log_open(killed);
    struct picture one;
    struct picture other;

    picture_of(quiet, quiet_log, &one);
    picture_of(killed, killed_log, &other);
    picture_write(&one, quiet, "picture");
    picture_write(&other, killed, "picture");
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

static uint64_t last_seq(const char *dir)
{
    struct days_log *log = days_log_open(dir);
    uint64_t seq = days_log_last(log);

    days_log_close(log);
    return seq;
}

/* Behind the scenes whose clock runs ahead: their ends, the books of all, and that one is missed. */
static uint32_t judge_ends(const struct play *quiet, const struct play *killed)
{
    const struct play *const plays[] = { quiet, killed };
    struct picture pictures[2];
    struct days_log *logs[2];
    uint32_t wrong = 0;

    for (int i = 0; i < 2; i++) {
        logs[i] = days_log_open(plays[i]->town.dir);
        picture_of_ends(plays[i]->town.dir, logs[i], plays[i]->played, NULL, &pictures[i]);
        picture_write(&pictures[i], plays[i]->town.dir, "ends");
        wrong += control_books(plays[i]->town.dir, logs[i]);
    }
    uint32_t different = picture_compare(&pictures[0], &pictures[1], SHOWN);
    printf("%u ends and %u, %u differ\n", pictures[0].count, pictures[1].count, different);
    wrong += different + control_misses_ends(plays[0]->town.dir, logs[0], plays[0]->played);
    for (int i = 0; i < 2; i++) {
        picture_free(&pictures[i]);
        days_log_close(logs[i]);
    }
    return wrong;
}

/* Both parts of both towns; how much is wrong. */
static uint32_t play_both(struct play plays[2], const char *only)
{
    for (int i = 0; i < 2; i++)
        day(&plays[i], only);
    uint32_t wrong = judge(plays[0].town.dir, plays[1].town.dir);
    if (wrong > 0 && only == NULL)
        return wrong; /* and the towns stay as they were judged */
    for (int i = 0; i < 2; i++) {
        plays[i].played = last_seq(plays[i].town.dir);
        evening(&plays[i], only);
    }
    return wrong + judge_ends(&plays[0], &plays[1]);
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
    struct play plays[2];
    char dirs[2][600];

    say_setup("day-test");
    printf("seed %u\n", asked.seed);
    for (int i = 0; i < 2; i++) {
        snprintf(dirs[i], sizeof(dirs[i]), "%s/%s", asked.folder, names[i]);
        plays[i] = (struct play){ .name = names[i],
                                  .source = source == NULL ? "." : source,
                                  .kills = i == 1,
                                  .town = { .dir = dirs[i],
                                            .bin = bin == NULL ? "build/debug/bin" : bin,
                                            .seed = asked.seed,
                                            .pause_least_ms = PAUSE_LEAST_MS,
                                            .pause_most_ms = PAUSE_MOST_MS } };
    }
    uint32_t wrong = asked.judges ? judge(dirs[0], dirs[1]) : play_both(plays, asked.scene);
    for (int i = 0; i < 2; i++)
        town_forget(&plays[i].town);
    if (wrong > 0) {
        printf("both towns are kept: %s\n", asked.folder);
        return 1;
    }
    if (!asked.judges)
        place_remove(asked.folder);
    return 0;
}
