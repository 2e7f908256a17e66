/*
 * kit/inside.h - what the files of the kit share; nobody else includes it.
 */
#pragma once

#include "kit/kit.h"
#include "kit/part.h"
#include "kit/query.h"
#include "kit/turn.h"
#include "kit_rows.pb-c.h"
#include "wire/limits.h"

enum {
    TURN_ARENA_BYTES = 24 << 20, /* a turn that imports 200 rows takes 2 MiB                     */
    WRITES_ARENA_BYTES = 8 << 20,
    BATCH_MESSAGES = 512,  /* share one commit                                             */
    BATCH_BYTES = 1 << 20, /* of rows: a transaction dirties at most 4 MiB of pages        */
    TURN_TRIES = 5,        /* of a message that faults, before it is parked                */
    RETRY_MS = 10,         /* doubled with each try                                        */
    FIRE_TIMERS = 256,     /* in one commit                                                */
    TIDY_ROWS = 4096,      /* of the outbox, dropped in one commit                         */
    KEY_BYTES = 200,
    HEARD_HANDLERS = PARTS,
    KIT_SCHEMA = 1,
};

/* The order of parts is that of their tables in the store, where a table's place is for ever: a
 * service's own come last, since it is there that tables are added.  It is also the order in
 * which parts handle a message. */
enum { PART_KIT, PART_DIRECTORY, PART_LOOP, PART_ERASE, PART_OWN };

/* The kit's own tables, numbered from KIT_TABLES. */
enum {
    KIT_STATE = KIT_TABLES,
    KIT_OUTBOX,
    KIT_TIMERS,
    KIT_TIMER_NAMES,
    KIT_FIRED,
    KIT_SERIES,
    KIT_PARKED,
};

/* A subject that is heard, and whose turn it is. */
struct heard {
    struct slice service; /* "*": whoever */
    struct slice message;
    const ProtobufCMessageDescriptor *type;
    struct {
        int (*handle)(struct turn *turn, const void *message);
        int32_t word;
    } handlers[HEARD_HANDLERS];
    uint32_t count;
};

/* What a row in the outbox is; the first byte of its value.  The rest is an envelope without its
 * epoch and number, which go in front when it leaves. */
enum sent_kind { SENT_BY_TURN = 1, SENT_BY_TIMER, SENT_BY_QUESTION, SENT_BY_PARKING };

struct kit {
    struct kit_options options;
    const struct service *service;
    struct part own;
    const struct part *parts[PARTS]; /* NULL: the service is without that part      */
    unsigned first_store_table[PARTS];
    const struct table *store_tables[STORE_TABLES];
    const struct machine *machine_of[STORE_TABLES];
    const char *table_names[STORE_TABLES + 1];
    unsigned table_count;
    struct arena forever; /* names, lookups: as long as the kit          */

    struct heard *heard; /* open addressing                             */
    uint32_t heard_room;
    const char **filters;
    uint32_t filter_count;

    struct store *store;
    KitRows__State state;   /* as the last commit left it                  */
    uint64_t outbox_first;  /* the lowest number that may have a row       */
    uint64_t stored_number; /* the broker has everything up to it          */
    uint64_t next_due_ms;
    uint64_t parked_count;
    bool broken;   /* a commit failed: its outcome is unknown     */
    bool exercise; /* the log is an exercise's                    */

    struct arena arena;       /* of a turn                                   */
    struct arena batch_arena; /* trace lines of the batch                    */
};

/* One commit in the making. */
struct batch {
    struct kit *kit;
    struct store_txn *txn;
    KitRows__State state;
    uint64_t next_due_ms;
    uint64_t parked_count;
    size_t bytes;
    struct line *first_line;
    struct line **last_line;
};

/* ---- compose.c ----------------------------------------------------------------------------------- */

/* The place in the store of a table of handlers. */
unsigned compose_table(const struct kit *kit, unsigned table);
const struct heard *compose_heard(const struct kit *kit, struct slice service,
                                  struct slice message);
bool compose_is_heard_anyway(const struct kit *kit, struct slice subject);
const char *compose_word(const struct kit *kit, const struct machine *machine, int32_t word);
int compose_open(struct kit *kit);

/* The part of a full name after its package. */
const char *compose_short(const ProtobufCMessageDescriptor *type);
const char *compose_enum(const ProtobufCEnumDescriptor *type, int value);

/* ---- batch.c ------------------------------------------------------------------------------------- */

int batch_begin(struct kit *kit, struct batch *batch);
int batch_commit(struct batch *batch);
void batch_abort(struct batch *batch);
int batch_put(struct batch *batch, unsigned store_table, struct slice key, struct slice value);
int batch_drop(struct batch *batch, unsigned store_table, struct slice key);
void batch_line(struct batch *batch, uint64_t seq, const char *text);

/* ---- turn.c -------------------------------------------------------------------------------------- */

/* One message, one turn.  0: its effect is in the batch.  < 0: the batch is to be aborted. */
int turn_run(struct kit *kit, struct batch *batch, const struct stored *stored);

/* Sets the message aside: a dead letter and a Parked instead of its effect. */
int turn_park(struct kit *kit, struct batch *batch, const struct stored *stored, const char *reason,
              uint32_t tries);

/* The fault, if the turn has no outcome yet. */
void turn_fault(struct turn *turn, int fault);
/* Memory that a handler may rely on: when the budget is spent the turn is lost, and goes on. */
void *turn_room(struct turn *turn, size_t size);
void turn_trace(struct turn *turn, const char *format, ...) __attribute__((format(printf, 2, 3)));
struct slice turn_pack(struct turn *turn, const ProtobufCMessage *message);

/* ---- writes.c ------------------------------------------------------------------------------------ */

/* One row that the turn has touched. */
struct entry {
    struct entry *next;  /* of its bucket        */
    struct entry *later; /* in order of first use */
    unsigned table;      /* its place in the store */
    struct slice key;
    const ProtobufCMessageDescriptor *type;
    ProtobufCMessage *row; /* NULL: there is none  */
    struct slice original; /* as the store has it; data NULL: not at all */
    bool edited;
};

struct writes {
    struct entry **buckets;
    uint32_t bucket_count;
    uint32_t count;
    struct entry *first;
    struct entry **last;
};

/* Empty; nothing that was lent before is freed. */
void writes_reset(struct turn *turn);

/* The row's entry, read from the batch if it is new here.  NULL: the turn has an outcome. */
struct entry *writes_find(struct turn *turn, unsigned table, struct slice key);
void *writes_edit(struct turn *turn, unsigned table, struct slice key);
void *writes_scratch(struct turn *turn, unsigned table);
void writes_drop(struct turn *turn, unsigned table, struct slice key);
int writes_apply(struct turn *turn);
ProtobufCMessage *writes_unpack(const ProtobufCMessageDescriptor *type, struct slice bytes,
                                struct arena *arena);
ProtobufCMessage *writes_blank(const ProtobufCMessageDescriptor *type, void *room);

/* ---- outbox.c ------------------------------------------------------------------------------------ */

/* A message that the turn will leave. */
struct post {
    struct post *next;
    struct slice bytes; /* an envelope without epoch and number */
};

int outbox_apply(struct turn *turn);
int outbox_put(struct batch *batch, enum sent_kind kind, struct slice bytes);
int outbox_tidy(struct batch *batch);

/* Packs an envelope without epoch and number.  KIT_DIFFERS never; < 0: no memory. */
int outbox_pack(struct arena *arena, const Bus__Envelope *envelope, struct slice *ret_bytes);

/* ---- timers.c ------------------------------------------------------------------------------------ */

/* The message in hand is a timer of ours: takes its row away.  Refuses (STALE) if it has none. */
void timers_consume(struct turn *turn, const struct heard *heard);

/* ---- restore.c ----------------------------------------------------------------------------------- */

/* One of our own messages, met on the log while restoring. */
int restore_meet(struct kit *kit, struct batch *batch, const struct stored *stored);
