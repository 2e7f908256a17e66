/*
 * lib/core_world.h - the broker's core with a daemon of a few lines around it: a log in memory, an
 * index in memory, and a told clock.
 *
 * It carries out every effect at once, as the daemon does, and hands what a peer is told to `tell`.
 * The log knows what is appended from what is durable: core_world_commit is the flush, and
 * core_world_crash forgets what was not flushed, with everything that the core held in memory.
 * Stories drive it by words (core_story.h); the simulator drives it by events.
 */
#pragma once

#include "core/core.h"
#include "wire/scan.h"

struct world_record {
    bool message; /* or a record of bookkeeping */
    uint64_t seq;
    uint64_t time_ms;
    char source[128];
    uint8_t *bytes; /* of the envelope, or the record */
    uint32_t size;
};

/* A message that was delivered or leased. */
struct world_message {
    uint64_t seq;
    uint64_t time_ms;
    const char *source;
    struct core_message message;
};

/* What a peer was told.  Everything is lent until `tell` returns. */
struct world_told {
    uint64_t peer;
    const struct core_effect
        *effect;    /* CORE_SEND_*, CORE_CUT, CORE_LINK, or CORE_FEED ...        */
    uint64_t first; /* ... with the Range and the messages                       */
    uint64_t last;
    const struct world_message
        *messages; /* also the one of a CORE_SEND_LEASE                     */
    uint32_t count;
    uint32_t bytes;
};
typedef void world_tell(void *context, const struct world_told *told);

struct world_row {
    uint8_t *key;
    uint32_t key_size;
    uint8_t *value;
    uint32_t value_size;
};

struct world_rows {
    struct world_row *items; /* by key */
    uint32_t count;
    uint32_t room;
};

struct core_world {
    struct core *core;
    struct core_options options;
    struct permit *permit;
    world_tell *tell;
    core_trace *trace;
    void *context;

    uint64_t now_ms;
    uint64_t steady_ms;

    struct world_record *log; /* log[i].seq == i + 1 */
    uint64_t appended;
    uint64_t durable;
    uint64_t room;

    struct world_rows rows; /* the index, durable                          */
    uint64_t rows_applied;
    struct world_rows staged;              /* a save that waits for the log ...           */
    uint64_t staged_applied;               /* ... to be durable up to here; 0: none waits */
    const struct world_record *log_before; /* set before opening: what the log holds already */
    uint64_t log_before_count;
    const struct world_rows *rows_before; /* and the index that goes with all of it; or NULL */
    bool early_rows;                      /* wrong on purpose: a save does not wait      */
    uint64_t unreadable;                  /* this seq cannot be read any more; 0: none   */
    uint32_t scans;                       /* CORE_SCANs so far, and records they read    */
    uint64_t scanned;
};

/* `permissions` is CSV text, `units` as for permit_parse.  options.permit is filled in.  Aborts when
 * the table is wrong. */
void core_world_open(struct core_world *world, const struct core_options *options,
                     const char *permissions, const struct permit_unit *units, uint32_t unit_count);
void core_world_close(struct core_world *world);

/* One event at the world's time; then its effects, and what they bring about. */
void core_world_step(struct core_world *world, struct core_event *event);

/* The flush: everything appended is durable, up to `seq` (UINT64_MAX: all of it). */
void core_world_commit(struct core_world *world, uint64_t seq);

/* A tick, and more while the core asks for them at this time. */
void core_world_tick(struct core_world *world);

/* The core's rows go to the index when the log is durable so far. */
void core_world_save(struct core_world *world);

/* Power off, power on: of what was not flushed the first `kept` records survive.  The next run. */
void core_world_crash(struct core_world *world, uint64_t kept);

/* Forgets the index: the whole log is replayed at the next start. */
void core_world_lose_index(struct core_world *world);

/* Wrong on purpose: the index loses every producer, and is replayed no further back for that. */
void core_world_forget_producers(struct core_world *world);

/* Lends the message `seq` of the log; false: it is none. */
bool core_world_message(const struct core_world *world, uint64_t seq, struct world_message *ret);

/* An envelope as a core_message.  False: the wire would not take it. */
bool core_world_scan(struct slice bytes, struct core_message *ret_message);
