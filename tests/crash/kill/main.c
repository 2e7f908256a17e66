/*
 * carebus-kill-test [--seconds N] [--kills N] [--seed N] [--lose N] [--dir DIR] - kill -9 of anything, at any
 * moment, under load (T02).
 *
 * A broker, every service of the town and two small ones are kept busy, while one of them after
 * another, chosen at random, is killed after 10 to 500 ms and started again; with --lose N every Nth
 * loses its store, too (T19 c).  It lasts --seconds, and longer until --kills are done.  No command may wait longer than 10 s for its outcome.  In the end all
 * comes to rest; then the log is read, folded into every service afresh, and the whole history is
 * judged (crash/checker).  Ends with 0 when it is clean; a history that is not is kept, and said where.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"
#include "crash/checker/checker.h"
#include "crash/kill/kill.h"

enum { REST_MS = 30 * 1000, PROGRESS_MS = 5000, SLACK_MS = 3000 };

static void say_progress(const struct town *town, const struct driver *driver, double seconds)
{
    struct driver_state state = driver_look(driver);

    printf("%6.1f s  %4u kills  %7u commands  %7u outcomes  %6u receipts  %5u answers  "
           "slowest %.2f s\n",
           seconds, town->kills, state.said, state.outcomes, state.receipts, state.answers,
           (double)state.slowest_us / 1e6);
    fflush(stdout);
}

static void keep_busy(struct town *town, struct driver *driver, unsigned seconds)
{
    uint64_t begun_us = clock_steady_us();
    uint64_t said_us = begun_us;

    while (town->kills < town->kills_least
           || clock_steady_us() - begun_us < (uint64_t)seconds * 1000000) {
        driver_step(driver, true);
        town_kill_some(town);
        struct driver_state state = driver_look(driver);
        if (state.waiting_us > STUCK_MS * 1000)
            give_up("%s has waited %.1f s for its outcome", state.oldest,
                    (double)state.waiting_us / 1e6);
        if (clock_steady_us() - said_us > PROGRESS_MS * 1000) {
            said_us = clock_steady_us();
            say_progress(town, driver, (double)(said_us - begun_us) / 1e6);
            roots_keep(town->dir);
        }
    }
}

/* Until every command has its outcome and the mailbox is empty. */
static void come_to_rest(struct driver *driver)
{
    uint64_t begun_us = clock_steady_us();
    struct driver_state state = driver_look(driver);

    while (state.open > 0 || state.undelivered > 0
           || clock_steady_us() - begun_us < SLACK_MS * 1000) {
        driver_step(driver, false);
        state = driver_look(driver);
        if (clock_steady_us() - begun_us > REST_MS * 1000)
            give_up("%u commands have no outcome (the oldest: %s), %u lie in the mailbox",
                    state.open, state.oldest, state.undelivered);
    }
}

static uint32_t judge(const char *path)
{
    struct verdict verdict;
    char *text;
    size_t size;

    if (io_read_file(path, (size_t)2 << 30, &text, &size) != 0)
        give_up("%s cannot be read", path);
    checker_judge(text, &verdict);
    free(text);
    printf("history of %u lines: %u violations%s%s\n", verdict.lines, verdict.violations,
           verdict.violations == 0 ? "" : "; the first: ", verdict.first);
    return verdict.violations;
}

static uint32_t run(struct town *town, unsigned seconds)
{
    struct socket_context *context;
    char path[4096];

    town_make(town);
    if (socket_context_open(&context) != 0)
        give_up("no sockets");
    town_start(town);
    struct driver *driver = driver_open(context, town->dir, town->seed + 1);
    keep_busy(town, driver, seconds);
    come_to_rest(driver);
    say_progress(town, driver, (double)seconds);
    uint64_t quiet_ms = driver_look(driver).log_ms - (uint64_t)SLACK_MS * RATE;
    town_stop_services(town);

    snprintf(path, sizeof(path), "%s/history", town->dir);
    FILE *history = fopen(path, "w");
    if (history == NULL)
        give_up("%s cannot be written", path);
    driver_write(driver, history);
    dump_write(context, town->dir, quiet_ms, history);
    driver_close(driver);
    town_stop_broker(town);
    roots_write(town->dir, history);
    fclose(history);
    socket_context_close(context);
    for (uint32_t i = 0; i < town->count; i++)
        printf("%s %u  ", town->processes[i].name, town->processes[i].kills);
    printf("\n");
    return judge(path);
}

int main(int argc, char **argv)
{
    unsigned seconds = 40;
    char folder[256];
    const char *parent = getenv("TMPDIR");
    const char *bin = getenv("CAREBUS_BIN");
    struct town town = { .seed = (unsigned)clock_wall_ms(),
                         .pause_least_ms = 10,
                         .pause_most_ms = 500,
                         .bin = bin == NULL ? "build/debug/bin" : bin };

    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--seconds") == 0)
            seconds = (unsigned)strtoul(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--seed") == 0)
            town.seed = (unsigned)strtoul(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--kills") == 0)
            town.kills_least = (uint32_t)strtoul(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--lose") == 0)
            town.lose = (uint32_t)strtoul(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--dir") == 0)
            town.dir = argv[i + 1];
        else
            give_up("%s: not known; --seconds N --kills N --seed N --lose N --dir DIR", argv[i]);
    }
    if (town.dir == NULL) {
        snprintf(folder, sizeof(folder), "%s/carebus-kill-XXXXXX",
                 parent == NULL ? "/tmp" : parent);
        if (mkdtemp(folder) == NULL)
            give_up("%s cannot be made", folder);
        town.dir = folder;
    }
    say_setup("kill-test");
    printf("seed %u, %u s\n", town.seed, seconds);
    uint32_t violations = run(&town, seconds);
    if (violations > 0) {
        printf("the history is kept: %s/history\n", town.dir);
        return 1;
    }
    printf("%u kills of %u processes, %u stores lost, nothing else\n", town.kills, town.count,
           town.lost);
    town_forget(&town);
    place_remove(town.dir);
    return 0;
}
