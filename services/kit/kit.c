/*
 * Opening a service's store, and what the store says of itself.
 */
#include "kit/kit.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "kit/inside.h"

enum { FOREVER_BYTES = 1 << 20 };

static int read_state(struct kit *kit, struct store_txn *txn)
{
    struct slice value;

    int r = store_get(txn, compose_table(kit, KIT_STATE), slice_text("state"), &value);
    if (r == STORE_ABSENT) {
        kit->state.schema = KIT_SCHEMA;
        return 0;
    }
    if (r < 0)
        return r;
    const KitRows__State *state =
        (const KitRows__State *)writes_unpack(&kit_rows__state__descriptor, value, &kit->forever);
    if (state == NULL)
        return FAULT(-EBADMSG);
    kit->state = *state;
    return kit->state.schema > KIT_SCHEMA ? KIT_NEWER : 0;
}

static int read_outbox(struct kit *kit, struct store_txn *txn)
{
    struct store_cursor *cursor;
    struct slice key;
    struct slice value;

    kit->outbox_first = kit->state.number + 1;
    int r = store_cursor_open(txn, compose_table(kit, KIT_OUTBOX), (struct slice){ 0 }, &cursor);
    if (r < 0)
        return r;
    r = store_cursor_next(cursor, &key, &value);
    if (r == 0)
        kit->outbox_first = store_unpack_u64(key.data);
    kit->stored_number = kit->outbox_first - 1;
    store_cursor_close(cursor);
    return r < 0 ? r : 0;
}

static int read_store(struct kit *kit)
{
    struct store_txn *txn;

    int r = store_begin_read(kit->store, &txn);
    if (r < 0)
        return r;
    r = read_state(kit, txn);
    if (r == 0)
        r = read_outbox(kit, txn);
    kit->parked_count = store_count(txn, compose_table(kit, KIT_PARKED));
    store_abort(txn);
    kit->state.version = CAREBUS_VERSION;
    return r;
}

int kit_open(const struct kit_options *options, struct kit **ret_kit)
{
    struct kit *kit = calloc(1, sizeof(*kit));

    if (kit == NULL)
        return FAULT(-ENOMEM);
    kit->options = *options;
    kit->service = options->service;
    kit->state = (KitRows__State)KIT_ROWS__STATE__INIT;
    arena_open(&kit->forever, FOREVER_BYTES);
    arena_open(&kit->arena, TURN_ARENA_BYTES);
    arena_open(&kit->batch_arena, WRITES_ARENA_BYTES);
    int r = compose_open(kit);
    struct store_options store = { .path = options->path,
                                   .map_bytes = options->map_bytes,
                                   .tables = kit->table_names };
    if (r == 0)
        r = store_open(&store, &kit->store);
    if (r == 0)
        r = read_store(kit);
    if (r != 0) {
        kit_close(kit);
        return r;
    }
    *ret_kit = kit;
    return 0;
}

void kit_close(struct kit *kit)
{
    if (kit == NULL)
        return;
    store_close(kit->store);
    arena_close(&kit->batch_arena);
    arena_close(&kit->arena);
    arena_close(&kit->forever);
    free(kit);
}

struct store *kit_store(struct kit *kit)
{
    return kit->store;
}

struct kit_state kit_state(const struct kit *kit)
{
    return (struct kit_state){ .log_id = kit->state.log_id,
                               .cursor = kit->state.cursor,
                               .epoch = kit->state.epoch,
                               .number = kit->state.number,
                               .restore_head = kit->state.restore_head,
                               .time_ms = kit->state.time_ms };
}

void kit_exercise(struct kit *kit, bool exercise)
{
    kit->exercise = exercise;
}

int kit_begin(struct kit *kit, uint64_t log_id, uint32_t epoch)
{
    struct batch batch;

    int r = batch_begin(kit, &batch);
    if (r < 0)
        return r;
    batch.state.log_id = log_id;
    batch.state.epoch = epoch;
    return batch_commit(&batch);
}

/* ---- digests ------------------------------------------------------------------------------------- */

/* Whether the log alone makes the table what it is. */
static bool is_folded(const struct kit *kit, unsigned place)
{
    unsigned first = kit->first_store_table[PART_KIT];
    unsigned table = place - first + KIT_TABLES;

    if (place < first || place >= kit->first_store_table[PART_DIRECTORY])
        return !kit->store_tables[place]->derived;
    return table == KIT_TIMERS || table == KIT_TIMER_NAMES || table == KIT_SERIES;
}

int kit_digest(struct kit *kit,
               void (*each)(void *context, const char *table, uint64_t count,
                            const uint8_t digest[STORE_DIGEST_SIZE]),
               void *context)
{
    uint8_t digest[STORE_DIGEST_SIZE];
    struct store_txn *txn;

    int r = store_begin_read(kit->store, &txn);
    if (r < 0)
        return r;
    for (unsigned i = 0; r == 0 && i < kit->table_count; i++) {
        if (!is_folded(kit, i))
            continue;
        r = store_digest(txn, i, digest);
        if (r == 0)
            each(context, kit->table_names[i], store_count(txn, i), digest);
    }
    store_abort(txn);
    return r;
}
