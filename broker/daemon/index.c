#include "daemon/index.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "store/store.h"

enum table { TABLE_META, TABLE_CORE, TABLE_CASES, TABLE_NUMBERS };
static const char *const tables[] = { "meta", "core", "cases", "numbers", NULL };

enum { ROWS_FIRST = 64 << 10, SEEN = 1024, KEY_BYTES = 200 };

/* Rows on their way to the store: table, sizes, key, value, one behind the other. */
struct rows {
    uint8_t *bytes;
    size_t size;
    size_t room;
};

struct row_head {
    uint16_t table;
    uint16_t key;
    uint32_t value; /* 0: drop the row */
};

struct index {
    struct store *store;
    uint64_t log_id;
    uint64_t applied;
    uint64_t noted; /* of the save that is under way */
    uint64_t noted_checkpoint;
    uint32_t run;
    uint64_t checkpoint;
    struct rows noting;
    struct rows saving;
    uint64_t seen[SEEN]; /* what was noted of late, so that it is not noted again */
};

/* ---- rows in memory -------------------------------------------------------------------------------- */

static int rows_add(struct rows *rows, enum table table, struct slice key, struct slice value)
{
    struct row_head head = { (uint16_t)table, (uint16_t)key.size, (uint32_t)value.size };
    size_t size = sizeof(head) + key.size + value.size;

    if (rows->size + size > rows->room) {
        size_t room = rows->room == 0 ? ROWS_FIRST : 2 * rows->room;
        while (room < rows->size + size)
            room *= 2;
        void *larger = realloc(rows->bytes, room);
        if (larger == NULL)
            return FAULT(-ENOMEM);
        rows->bytes = larger;
        rows->room = room;
    }
    uint8_t *at = rows->bytes + rows->size;
    memcpy(at, &head, sizeof(head));
    memcpy(at + sizeof(head), key.data, key.size);
    if (value.size > 0)
        memcpy(at + sizeof(head) + key.size, value.data, value.size);
    rows->size += size;
    return 0;
}

/* What a busy second took is given back. */
static void rows_forget(struct rows *rows)
{
    enum { KEEP = 1 << 20 };

    rows->size = 0;
    if (rows->room > KEEP) {
        free(rows->bytes);
        *rows = (struct rows){ 0 };
    }
}

static int rows_write(const struct rows *rows, struct store_txn *txn)
{
    const uint8_t *at = rows->bytes;
    int r = 0;

    while (r == 0 && at < rows->bytes + rows->size) {
        struct row_head head;
        memcpy(&head, at, sizeof(head));
        struct slice key = slice_of(at + sizeof(head), head.key);
        struct slice value = slice_of(at + sizeof(head) + head.key, head.value);
        r = head.value == 0 ? store_drop(txn, head.table, key)
                            : store_put(txn, head.table, key, value);
        if (r == STORE_ABSENT)
            r = 0;
        at += sizeof(head) + head.key + head.value;
    }
    return r;
}

/* ---- open and close -------------------------------------------------------------------------------- */

static int get_number(struct store_txn *txn, const char *name, uint64_t *ret_number)
{
    struct slice value;

    *ret_number = 0;
    int r = store_get(txn, TABLE_META, slice_text(name), &value);
    if (r == 0 && value.size == 8)
        *ret_number = store_unpack_u64(value.data);
    return r < 0 ? r : 0;
}

static int read_meta(struct index *index)
{
    struct store_txn *txn;
    uint64_t run = 0;

    int r = store_begin_read(index->store, &txn);
    if (r < 0)
        return r;
    r = get_number(txn, "log", &index->log_id);
    if (r == 0)
        r = get_number(txn, "applied", &index->applied);
    if (r == 0)
        r = get_number(txn, "run", &run);
    if (r == 0)
        r = get_number(txn, "checkpoint", &index->checkpoint);
    index->run = (uint32_t)run;
    store_abort(txn);
    return r;
}

int index_open(const char *path, uint64_t log_id, uint64_t head, struct index **ret_index)
{
    struct index *index = calloc(1, sizeof(*index));
    if (index == NULL)
        return FAULT(-ENOMEM);
    int r = store_open(&(struct store_options){ .path = path, .tables = tables }, &index->store);
    if (r == STORE_BUSY)
        r = INDEX_BUSY;
    if (r == 0)
        r = read_meta(index);
    /* One that holds nothing belongs to any log: a log has its name from its first record on. */
    if (r == 0 && index->applied != 0 && index->log_id != log_id)
        r = INDEX_FOREIGN;
    if (r == 0 && index->applied > head)
        r = INDEX_AHEAD;
    if (r != 0) {
        index_close(index);
        return r;
    }
    index->log_id = log_id;
    *ret_index = index;
    return 0;
}

void index_close(struct index *index)
{
    if (index == NULL)
        return;
    store_close(index->store);
    free(index->noting.bytes);
    free(index->saving.bytes);
    free(index);
}

int index_clear(struct index *index)
{
    struct store_txn *txn;

    int r = store_begin_write(index->store, &txn);
    for (unsigned table = 0; r == 0 && tables[table] != NULL; table++)
        r = store_clear(txn, table);
    if (r == 0)
        r = store_commit(txn);
    index->applied = 0;
    index->checkpoint = 0;
    return r;
}

uint64_t index_applied(const struct index *index)
{
    return index->applied;
}

uint32_t index_run(const struct index *index)
{
    return index->run;
}

uint64_t index_checkpoint(const struct index *index)
{
    return index->checkpoint;
}

int index_each(struct index *index, int (*each)(void *context, const struct core_row *row),
               void *context)
{
    struct store_cursor *cursor;
    struct store_txn *txn;
    struct core_row row;

    int r = store_begin_read(index->store, &txn);
    if (r < 0)
        return r;
    r = store_cursor_open(txn, TABLE_CORE, (struct slice){ 0 }, &cursor);
    if (r == 0) {
        while (r == 0) {
            r = store_cursor_next(cursor, &row.key, &row.value);
            if (r == 0)
                r = each(context, &row);
            else if (r == STORE_ABSENT)
                break;
        }
        store_cursor_close(cursor);
    }
    store_abort(txn);
    return r == STORE_ABSENT ? 0 : r;
}

/* ---- noting ---------------------------------------------------------------------------------------- */

static uint64_t hash(enum table table, struct slice name, uint64_t block)
{
    uint64_t value = UINT64_C(0xcbf29ce484222325) ^ table;

    for (size_t i = 0; i < name.size; i++)
        value = (value ^ ((const uint8_t *)name.data)[i]) * UINT64_C(0x100000001b3);
    return ((value ^ block) * UINT64_C(0x9e3779b97f4a7c15)) | 1;
}

/* Whether it was noted a moment ago.  To be wrong costs a row too many, or, once in 2^64, one too
 * few. */
static bool seen(struct index *index, uint64_t what)
{
    uint64_t *slot = &index->seen[what >> 32 & (SEEN - 1)];
    bool same = *slot == what;

    *slot = what;
    return same;
}

static size_t block_key(uint8_t key[KEY_BYTES], struct slice name, uint64_t block)
{
    assert(name.size + 1 + 8 <= KEY_BYTES);
    memcpy(key, name.data, name.size);
    key[name.size] = 0;
    store_pack_u64(key + name.size + 1, block);
    return name.size + 9;
}

static size_t number_key(uint8_t key[KEY_BYTES], struct slice source, uint32_t epoch,
                         uint64_t number)
{
    assert(source.size + 1 + 16 <= KEY_BYTES);
    memcpy(key, source.data, source.size);
    key[source.size] = 0;
    store_pack_u64(key + source.size + 1, epoch);
    store_pack_u64(key + source.size + 9, number);
    return source.size + 17;
}

int index_note(struct index *index, uint64_t seq, struct slice source, uint32_t epoch,
               uint64_t number, struct slice case_id)
{
    uint64_t block = seq / INDEX_BLOCK;
    uint8_t key[KEY_BYTES];
    uint8_t value[8];
    int r = 0;

    if (!seen(index, hash(TABLE_NUMBERS, source, block))) {
        size_t size = number_key(key, source, epoch, number);
        store_pack_u64(value, seq);
        r = rows_add(&index->noting, TABLE_NUMBERS, slice_of(key, size), slice_of(value, 8));
    }
    if (r == 0 && case_id.size > 0 && !seen(index, hash(TABLE_CASES, case_id, block))) {
        size_t size = block_key(key, case_id, block);
        r = rows_add(&index->noting, TABLE_CASES, slice_of(key, size), slice_of("", 1));
    }
    return r;
}

void index_note_checkpoint(struct index *index, uint64_t seq)
{
    index->checkpoint = seq;
}

/* ---- saving ---------------------------------------------------------------------------------------- */

static int save_row(void *context, const struct core_row *row)
{
    struct index *index = context;

    return rows_add(&index->noting, TABLE_CORE, row->key, row->value);
}

int index_save(struct index *index, struct core *core, uint64_t *ret_applied)
{
    struct rows rows = index->saving;
    int r = core_save(core, save_row, index, ret_applied);

    if (r < 0)
        return r;
    index->saving = index->noting;
    index->noting = rows;
    index->noted = *ret_applied;
    index->noted_checkpoint = index->checkpoint;
    return 0;
}

uint64_t index_saved_bytes(const struct index *index)
{
    return index->saving.size;
}

static int put_number(struct store_txn *txn, const char *name, uint64_t number)
{
    uint8_t value[8];

    store_pack_u64(value, number);
    return store_put(txn, TABLE_META, slice_text(name), slice_of(value, 8));
}

int index_begin_run(struct index *index, uint32_t run)
{
    struct store_txn *txn;

    int r = store_begin_write(index->store, &txn);
    if (r < 0)
        return r;
    r = put_number(txn, "log", index->log_id);
    if (r == 0)
        r = put_number(txn, "run", run);
    if (r != 0) {
        store_abort(txn);
        return r < 0 ? r : FAULT(-ENOSPC);
    }
    index->run = run;
    return store_commit(txn);
}

int index_commit(void *context)
{
    struct index *index = context;
    struct store_txn *txn;

    int r = store_begin_write(index->store, &txn);
    if (r < 0)
        return r;
    r = rows_write(&index->saving, txn);
    if (r == 0)
        r = put_number(txn, "applied", index->noted);
    if (r == 0)
        r = put_number(txn, "checkpoint", index->noted_checkpoint);
    if (r != 0) {
        store_abort(txn);
        return r;
    }
    return store_commit(txn);
}

void index_committed(struct index *index)
{
    index->applied = index->noted;
    rows_forget(&index->saving);
}

/* ---- looking up ------------------------------------------------------------------------------------ */

int index_case(struct index *index, const char *case_id, uint64_t from, uint64_t *ret_seq)
{
    struct slice name = slice_text(case_id);
    struct store_cursor *cursor;
    struct store_txn *txn;
    struct slice found;
    struct slice value;
    uint8_t key[KEY_BYTES];

    if (name.size + 9 > KEY_BYTES)
        return INDEX_ABSENT;
    int r = store_begin_read(index->store, &txn);
    if (r < 0)
        return r;
    size_t size = block_key(key, name, from / INDEX_BLOCK);
    r = store_cursor_open(txn, TABLE_CASES, slice_of(key, size), &cursor);
    if (r == 0) {
        r = store_cursor_next(cursor, &found, &value);
        if (r == STORE_ABSENT
            || (r == 0 && (found.size != size || memcmp(found.data, key, name.size + 1) != 0)))
            r = INDEX_ABSENT;
        if (r == 0)
            *ret_seq = store_unpack_u64((const uint8_t *)found.data + name.size + 1) * INDEX_BLOCK;
        store_cursor_close(cursor);
    }
    store_abort(txn);
    return r;
}

int index_number(struct index *index, const char *source, uint32_t epoch, uint64_t number,
                 uint64_t *ret_seq)
{
    struct slice name = slice_text(source);
    struct store_txn *txn;
    struct slice found;
    struct slice value;
    uint8_t key[KEY_BYTES];

    if (name.size + 17 > KEY_BYTES)
        return INDEX_ABSENT;
    int r = store_begin_read(index->store, &txn);
    if (r < 0)
        return r;
    size_t size = number_key(key, name, epoch, number);
    r = store_get_floor(txn, TABLE_NUMBERS, slice_of(key, size), &found, &value);
    if (r == STORE_ABSENT
        || (r == 0 && (found.size != size || memcmp(found.data, key, name.size + 9) != 0)))
        r = INDEX_ABSENT;
    if (r == 0)
        *ret_seq = store_unpack_u64(value.data);
    store_abort(txn);
    return r;
}
