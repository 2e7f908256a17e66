/*
 * crash/kill/kill.h - what the files of the kill test share (main.c says what it does).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/slice.h"
#include "lib/place.h"
#include "wire/scan.h"

enum {
    PROCESSES = 24, /* at most: the broker, every service, two toys */
    COMMANDS_MOST = 1 << 20,
    IN_FLIGHT = 64,
    STUCK_MS = 10 * 1000,
    RATE = 120, /* log time passes so much faster: 15 minutes are 7.5 s */
};

/* ---- the town (town.c) ------------------------------------------------------------------------------- */

struct process {
    const char *name; /* toy, referral, ... or broker */
    const char *program;
    pid_t pid;
    uint32_t kills;
};

struct town {
    const char *dir;
    const char *bin;
    struct process processes[PROCESSES];
    uint32_t count;
    uint32_t kills;
    uint32_t kills_least; /* it goes on until there were so many */
    uint32_t lose;        /* every so many kills a store is lost too; 0: never */
    uint32_t lost;
    uint64_t next_kill_us;
    uint32_t pause_least_ms; /* between two kills */
    uint32_t pause_most_ms;
    unsigned seed;
};

/* Its folder is made, and its processes are named; the processes alone, of a town that is there. */
void town_make(struct town *town);
void town_processes(struct town *town, bool toys);
void town_forget(struct town *town);
void town_start(struct town *town);
/* Kills one at random when its time has come, and starts it again.  Ends the program when one has
 * ended by itself. */
void town_kill_some(struct town *town);
/* Ends all but the broker, or the broker too, with SIGTERM. */
void town_stop_services(struct town *town);
void town_stop_broker(struct town *town);
__attribute__((noreturn, format(printf, 1, 2))) void give_up(const char *format, ...);

/* ---- somebody who keeps the town busy (driver.h) ------------------------------------------------------ */

struct command_said {
    char subject[48];
    uint32_t digest;
    uint64_t said_us;
    uint64_t stored_us;  /* 0: not acknowledged yet */
    uint64_t outcome_us; /* 0: none yet             */
};

struct driver;
struct driver *driver_open(struct socket_context *context, const char *dir, unsigned seed);
void driver_close(struct driver *driver);

/* One round: takes what came, says something new if `busy`. */
void driver_step(struct driver *driver, bool busy);

/* How many of its commands have an outcome, how many it has said, the longest that one with an
 * outcome took, the longest that one without has waited; and what is still open. */
struct driver_state {
    uint32_t said;
    uint32_t outcomes;
    uint32_t open;
    uint32_t undelivered; /* in the mailbox, as far as it was heard */
    uint32_t answers;
    uint32_t receipts;
    uint64_t slowest_us;
    uint64_t waiting_us;
    uint64_t log_ms;
    const char *oldest; /* the subject of the one that waits longest */
};
struct driver_state driver_look(const struct driver *driver);

/* Its lines of the history. */
#include <stdio.h>
void driver_write(const struct driver *driver, FILE *history);

/* ---- who keeps roots of the log's tree (roots.c) ------------------------------------------------------ */

void roots_keep(const char *dir);
void roots_write(const char *dir, FILE *history);

/* ---- what lies on the log and in the stores (dump.c) -------------------------------------------------- */

/* Writes the log, from a subscription of its own, and folds it into every service afresh.  The
 * services have ended, the broker runs. */
void dump_write(struct socket_context *context, const char *dir, uint64_t quiet_ms, FILE *history);
