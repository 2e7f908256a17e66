/*
 * kit/kit.h - a service without its sockets: the seam on which service_main, a replay and every
 * story stand.
 *
 * A kit is a service's store and its turns.  It takes parts of the log, in order, and leaves
 * messages in its outbox; time is told.  It promises: each message takes effect once, whatever
 * is told twice and wherever the process dies; effects are read from the store, behind the commit
 * that holds them.  One thread; no clock, no socket.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/slice.h"
#include "bus.pb-c.h"
#include "kit/service.h"
#include "store/store.h"
#include "wire/scan.h"

struct kit;

struct kit_options {
    const struct service *service;
    const char *path;   /* of the store */
    uint64_t map_bytes; /* 0: the store's usual */
    bool scratch;       /* folds only: nothing is put into the outbox */

    /* A line of the trace, without its newline, when a turn has taken effect; or NULL.
     * `seq` is that of the message in hand; 0: none. */
    void (*trace)(void *context, uint64_t seq, const char *line);
    /* Waits before a failed turn is tried again; NULL: not at all. */
    void (*wait)(void *context, unsigned ms);
    void *context;
};

/* Gives the kit: end it with kit_close.  STORE_BUSY: another process has the store.
 * KIT_NEWER: a later version of the house wrote it; nothing was touched. */
enum { KIT_NEWER = 20, KIT_DIFFERS = 21 };
int kit_open(const struct kit_options *options, struct kit **ret_kit);
void kit_close(struct kit *kit);

struct store *kit_store(struct kit *kit);

/* What the store says of itself. */
struct kit_state {
    uint64_t log_id;
    uint64_t cursor;
    uint32_t epoch;
    uint64_t number;       /* the last that was given to a message, sent or not */
    uint64_t restore_head; /* not 0: it is being rebuilt up to there            */
    uint64_t time_ms;
};
struct kit_state kit_state(const struct kit *kit);

/* Which subjects it must be told: at most WIRE_FILTERS.  Lends them as long as the kit lives. */
const char *const *kit_filters(const struct kit *kit, uint32_t *ret_count);

/* ---- the log ------------------------------------------------------------------------------------- */

/* The log's number, when a new store meets its log, and the epoch of what it will send. */
int kit_begin(struct kit *kit, uint64_t log_id, uint32_t epoch);

/* Whether the log is an exercise's: told at each start. */
void kit_exercise(struct kit *kit, bool exercise);

/* `count` messages in order; nothing else up to `last` is for this service.  Commits them in
 * batches; one that faults is tried alone, then parked.  A fault is the machine's: end the process.
 * KIT_DIFFERS: while restoring, what was derived is not what the log has (said). */
int kit_take(struct kit *kit, uint64_t last, const struct stored *messages, uint32_t count);

/* ---- the outbox ---------------------------------------------------------------------------------- */

/* Calls `each` for the messages from `number` on, in order, as whole envelopes (lent); stops when
 * it answers other than 0, and answers that. */
int kit_outbox(struct kit *kit, uint64_t number,
               int (*each)(void *context, uint64_t number, struct slice envelope), void *context);

/* The broker has stored everything up to `number`: those rows go with the next commit. */
void kit_stored(struct kit *kit, uint64_t number);

/* Whether such rows wait for a commit; kit_tidy makes one. */
bool kit_untidy(const struct kit *kit);
int kit_tidy(struct kit *kit);

/* The broker will never take this one: a Refused of our own goes under its number instead. */
int kit_fill(struct kit *kit, uint64_t number, const char *code, const char *reason);

/* ---- timers -------------------------------------------------------------------------------------- */

/* When the next timer is due; UINT64_MAX: none.  Not while restoring. */
uint64_t kit_next_due(const struct kit *kit);

/* Puts the timers that are due at `now_ms` into the outbox, in due order, each once. */
int kit_fire(struct kit *kit, uint64_t now_ms);

/* ---- questions ----------------------------------------------------------------------------------- */

struct kit_answer {
    uint32_t refusal; /* 0, or a code */
    const char *reason;
    struct slice body;
    struct slice accessed; /* goes on the log before the answer leaves; empty: nothing does */
};

/* Everything in *ret_answer lies in `arena`. */
int kit_ask(struct kit *kit, const Bus__Query *query, uint64_t now_ms, struct arena *arena,
            struct kit_answer *ret_answer);

/* What answers a question of that subject (service.Question.unit); NULL: there is no such question. */
const ProtobufCMessageDescriptor *kit_answer_type(const struct kit *kit, const char *subject);

/* The name of a refusal's code. */
const char *kit_refusal(const struct kit *kit, uint32_t code);

/* Puts `count` Accessed messages into the outbox, durably; they have the numbers up to
 * *ret_number. */
int kit_accessed(struct kit *kit, const struct slice *accessed, uint32_t count,
                 uint64_t *ret_number);

/* ---- restoring ----------------------------------------------------------------------------------- */

/* From the cursor up to `head` what is derived is compared with our own messages on the log (which
 * kit_take must be told then too: subscribe to ">") and not sent. */
int kit_restore(struct kit *kit, uint64_t head);

/* A seq that was parked according to the log: told before the fold gets there. */
int kit_skip(struct kit *kit, uint64_t seq);

/* The head is reached: what was derived and never sent stays in the outbox, renumbered, in a new
 * epoch. */
int kit_restored(struct kit *kit);

/* ---- looking ------------------------------------------------------------------------------------- */

/* Calls `each` with the digest of every table that is a function of the log. */
int kit_digest(struct kit *kit,
               void (*each)(void *context, const char *table, uint64_t count,
                            const uint8_t digest[STORE_DIGEST_SIZE]),
               void *context);

/* The service's page as text, or for Graphviz; in the arena. */
char *kit_describe(const struct service *service, struct arena *arena);
char *kit_dot(const struct service *service, struct arena *arena);
