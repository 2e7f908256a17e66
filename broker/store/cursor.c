#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "store/inside.h"

struct store_cursor {
    struct store_txn *txn;
    unsigned table;
    MDB_cursor *cursor;
    uint8_t from[STORE_KEY_BYTES];
    size_t from_size;
    bool begun;
};

int store_cursor_open(struct store_txn *txn, unsigned table, struct slice from,
                      struct store_cursor **ret_cursor)
{
    assert(table < txn->store->table_count && from.size <= STORE_KEY_BYTES);
    if (store_fails(txn->store))
        return FAULT(-EIO);
    struct store_cursor *cursor = calloc(1, sizeof(*cursor));
    if (cursor == NULL)
        return FAULT(-ENOMEM);
    *cursor = (struct store_cursor){ .txn = txn, .table = table, .from_size = from.size };
    if (from.size > 0)
        memcpy(cursor->from, from.data, from.size);
    int r = mdb_cursor_open(txn->txn, txn->store->tables[table], &cursor->cursor);
    if (r != 0) {
        free(cursor);
        return store_fault(r);
    }
    *ret_cursor = cursor;
    return 0;
}

void store_cursor_close(struct store_cursor *cursor)
{
    if (cursor == NULL)
        return;
    mdb_cursor_close(cursor->cursor);
    free(cursor);
}

static int read_row(struct store_cursor *cursor, MDB_cursor_op op, MDB_val *name,
                    struct slice *ret_key, struct slice *ret_value)
{
    MDB_val found;

    int r = mdb_cursor_get(cursor->cursor, name, &found, op);
    if (r == MDB_NOTFOUND)
        return STORE_ABSENT;
    if (r != 0)
        return store_fault(r);
    *ret_key = slice_of(name->mv_data, name->mv_size);
    return store_checked(cursor->table, *ret_key, &found, ret_value);
}

int store_cursor_next(struct store_cursor *cursor, struct slice *ret_key, struct slice *ret_value)
{
    MDB_val name = { .mv_size = cursor->from_size, .mv_data = cursor->from };

    if (store_fails(cursor->txn->store))
        return FAULT(-EIO);
    MDB_cursor_op op = cursor->begun            ? MDB_NEXT
                       : cursor->from_size == 0 ? MDB_FIRST
                                                : MDB_SET_RANGE;
    cursor->begun = true;
    return read_row(cursor, op, &name, ret_key, ret_value);
}

int store_get_floor(struct store_txn *txn, unsigned table, struct slice key, struct slice *ret_key,
                    struct slice *ret_value)
{
    struct store_cursor *cursor;
    MDB_val name = { .mv_size = key.size, .mv_data = (void *)(uintptr_t)key.data };

    if (key.size == 0 || key.size > STORE_KEY_BYTES)
        return STORE_ABSENT;
    int r = store_cursor_open(txn, table, (struct slice){ 0 }, &cursor);
    if (r != 0)
        return r;
    r = read_row(cursor, MDB_SET_RANGE, &name, ret_key, ret_value);
    if (r == STORE_ABSENT)
        r = read_row(cursor, MDB_LAST, &name, ret_key, ret_value);
    else if (r == 0 && slice_compare(*ret_key, key) > 0)
        r = read_row(cursor, MDB_PREV, &name, ret_key, ret_value);
    store_cursor_close(cursor);
    return r;
}

static void hash_part(crypto_hash_sha256_state *state, struct slice part)
{
    uint8_t size[8];

    store_pack_u64(size, part.size);
    crypto_hash_sha256_update(state, size, sizeof(size));
    crypto_hash_sha256_update(state, part.data, part.size);
}

int store_digest(struct store_txn *txn, unsigned table, uint8_t ret_digest[STORE_DIGEST_SIZE])
{
    crypto_hash_sha256_state state;
    struct store_cursor *cursor;
    struct slice key;
    struct slice value;

    int r = store_cursor_open(txn, table, (struct slice){ 0 }, &cursor);
    if (r != 0)
        return r;
    crypto_hash_sha256_init(&state);
    while ((r = store_cursor_next(cursor, &key, &value)) == 0) {
        hash_part(&state, key);
        hash_part(&state, value);
    }
    store_cursor_close(cursor);
    crypto_hash_sha256_final(&state, ret_digest);
    return r == STORE_ABSENT ? 0 : r;
}
