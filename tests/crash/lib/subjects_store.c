#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crash/lib/subjects.h"
#include "store/store.h"

enum { MAP_BYTES = 4 << 20, STEPS_MOST = 20000, TABLES = 4, LARGE = 2600 };

/* What step `number` does is told by the number alone, so that the state after it is, too. */
typedef int step(struct store_txn *txn, uint64_t number);

static uint64_t mix(uint64_t number)
{
    number = (number ^ number >> 31) * 0x9e3779b97f4a7c15ULL;
    return number ^ number >> 29;
}

static int put_number(struct store_txn *txn, unsigned table, uint64_t key, uint64_t number,
                      size_t size)
{
    uint8_t name[8];
    uint8_t value[LARGE];

    store_pack_u64(name, key);
    for (size_t i = 0; i < size; i++)
        value[i] = (uint8_t)(number * 31 + i);
    return store_put(txn, table, slice_of(name, 8), slice_of(value, size));
}

static int drop_number(struct store_txn *txn, unsigned table, uint64_t key)
{
    uint8_t name[8];

    store_pack_u64(name, key);
    int r = store_drop(txn, table, slice_of(name, 8));
    return r == STORE_ABSENT ? 0 : r;
}

/* producers, subject -> seq, case -> seq, state: many small rows, mostly added at the end. */
static int step_index(struct store_txn *txn, uint64_t number)
{
    int r = put_number(txn, 0, number % 5, number, 24);

    for (uint64_t i = 0; r == 0 && i < 1 + mix(number) % 6; i++) {
        r = put_number(txn, 1, mix(number + i) % 7 << 32 | (number * 8 + i), number, 8);
        if (r == 0)
            r = put_number(txn, 2, mix(number * 3 + i) % 11 << 32 | (number * 8 + i), number, 8);
    }
    return r;
}

/* rows, outbox, timers, state: rows of all sizes that change, a queue that moves, deletions. */
static int step_service(struct store_txn *txn, uint64_t number)
{
    uint64_t random = mix(number);
    size_t size = random % 9 == 0 ? LARGE : 30 + random % 700;

    int r = put_number(txn, 0, random % 40, number, size);
    if (r == 0)
        r = drop_number(txn, 0, mix(number * 7) % 40);
    if (r == 0)
        r = put_number(txn, 1, number, number, 120);
    if (r == 0 && number > 3)
        r = drop_number(txn, 1, number - 3);
    if (r == 0)
        r = put_number(txn, 2, random % 1000, number, 16);
    if (r == 0)
        r = drop_number(txn, 2, mix(number - number % 7) % 1000);
    return r;
}

static const char *const tables[] = { "a", "b", "c", "state", NULL };

/* Of the state after each step, as a store that never crashed has it; by shape. */
static uint8_t digests[2][STEPS_MOST][STORE_DIGEST_SIZE * TABLES];
static uint64_t known[2];

static int digest(struct store_txn *txn, uint8_t ret[STORE_DIGEST_SIZE * TABLES])
{
    int r = 0;

    for (unsigned i = 0; r == 0 && i < TABLES; i++)
        r = store_digest(txn, i, ret + (size_t)i * STORE_DIGEST_SIZE);
    return r;
}

static int cursor_of(struct store_txn *txn, uint64_t *ret_number)
{
    struct slice value;

    *ret_number = 0;
    int r = store_get(txn, 3, slice_text("cursor"), &value);
    if (r == 0)
        *ret_number = store_unpack_u64(value.data);
    return r == STORE_ABSENT ? 0 : r;
}

/* One step more than the store has. */
static int go_on(struct store *store, unsigned shape)
{
    struct store_txn *txn;
    uint64_t number;
    uint8_t cursor[8];
    uint8_t found[STORE_DIGEST_SIZE * TABLES];

    int r = store_begin_write(store, &txn);
    if (r != 0)
        return r;
    r = cursor_of(txn, &number);
    number++;
    store_pack_u64(cursor, number);
    if (r == 0)
        r = shape == 0 ? step_index(txn, number) : step_service(txn, number);
    if (r == 0)
        r = store_put(txn, 3, slice_text("cursor"), slice_of(cursor, 8));
    if (r == 0)
        r = digest(txn, found);
    if (r != 0 || number >= STEPS_MOST) {
        store_abort(txn);
        return r != 0 ? r : -1;
    }
    if (number > known[shape]) {
        memcpy(digests[shape][number], found, sizeof(found));
        known[shape] = number;
    } else if (memcmp(digests[shape][number], found, sizeof(found)) != 0) {
        store_abort(txn);
        return -1;
    }
    recorder_begin(number);
    if (recorder_knobs.early_number != 0) {
        recorder_knobs.early = true;
        recorder_knobs.early_number = number;
    }
    r = store_commit(txn);
    if (r == 0)
        recorder_acknowledge(number);
    return r;
}

static int open_store(const char *folder, struct store **ret_store)
{
    struct store_options options = { .path = folder, .map_bytes = MAP_BYTES, .tables = tables };

    return store_open(&options, ret_store);
}

static bool work(const char *folder, unsigned steps, unsigned *random, unsigned shape)
{
    struct store *store;

    int r = open_store(folder, &store);
    if (r != 0)
        return false;
    for (unsigned i = 0; r == 0 && i < steps; i++) {
        r = go_on(store, shape);
        if (r == 0 && rand_r(random) % 30 == 0) {
            store_close(store);
            r = open_store(folder, &store);
            if (r != 0)
                store = NULL;
        }
    }
    store_close(store);
    return r == 0;
}

static const char *judge_state(struct store *store, unsigned shape, uint64_t acknowledged,
                               uint64_t begun, char text[256])
{
    uint8_t found[STORE_DIGEST_SIZE * TABLES];
    struct store_txn *txn;
    uint64_t number;

    if (store_begin_read(store, &txn) != 0)
        return "it cannot be read";
    int r = cursor_of(txn, &number);
    if (r == 0)
        r = digest(txn, found);
    uint64_t rows = number == 0 ? store_count(txn, 0) + store_count(txn, 1) : 0;
    store_abort(txn);
    snprintf(text, 256, "at %" PRIu64 ", acknowledged %" PRIu64 ", begun %" PRIu64 " (%d)", number,
             acknowledged, begun, r);
    if (r != 0 || number < acknowledged || number > begun)
        return text;
    if (number == 0)
        return rows == 0 ? NULL : "rows without a cursor";
    return memcmp(found, digests[shape][number], sizeof(found)) == 0
               ? NULL
               : "the rows are not those after this step";
}

static const char *judge(const char *folder, uint64_t acknowledged, uint64_t begun, unsigned shape)
{
    static char text[256];
    struct store *store;

    if (open_store(folder, &store) != 0)
        return "it does not open";
    const char *wrong = judge_state(store, shape, acknowledged, begun, text);
    if (wrong == NULL && go_on(store, shape) != 0)
        wrong = "no new batch is taken";
    store_close(store);
    return wrong;
}

static bool work_index(const char *folder, unsigned steps, unsigned *random)
{
    return work(folder, steps, random, 0);
}

static bool work_service(const char *folder, unsigned steps, unsigned *random)
{
    return work(folder, steps, random, 1);
}

static const char *judge_index(void *context, const char *folder, uint64_t acknowledged,
                               uint64_t begun)
{
    (void)context;
    return judge(folder, acknowledged, begun, 0);
}

static const char *judge_service(void *context, const char *folder, uint64_t acknowledged,
                                 uint64_t begun)
{
    (void)context;
    return judge(folder, acknowledged, begun, 1);
}

const struct subject subject_index = { "index", work_index, judge_index };
const struct subject subject_service = { "service store", work_service, judge_service };
