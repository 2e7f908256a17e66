#include "store/store.h"

#include <assert.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/crc.h"
#include "base/err.h"
#include "base/io.h"
#include "base/log.h"
#include "store/inside.h"

enum {
    FULL_PERCENT = 90,
    COUNT_PERCENT = 60,
    READERS = 16,
    CHECK_BYTES = 4,
    ROW_BYTES = 1 << 20,
    PATH_BYTES = 4096
};
static const uint64_t map_bytes_usual = 16ULL << 30;

/* LMDB's codes end here: what the floors above see is -errno. */
int store_fault(int code)
{
    if (code == 0)
        return 0;
    if (code == MDB_CORRUPTED || code == MDB_PAGE_NOTFOUND || code == MDB_INVALID
        || code == MDB_VERSION_MISMATCH || code == MDB_PANIC)
        return FAULT(-EBADMSG);
    if (code == MDB_MAP_FULL || code == MDB_TXN_FULL)
        return FAULT(-ENOSPC);
    return FAULT(code > 0 ? -code : -EIO);
}

bool store_fails(struct store *store)
{
    store->calls++;
    return store->fail_at != 0 && store->calls == store->fail_at;
}

unsigned store_fail_at(struct store *store, unsigned nth)
{
    unsigned counted = store->calls;

    store->calls = 0;
    store->fail_at = nth;
    return counted;
}

/* ---- open and close ------------------------------------------------------------------------------ */

static int open_tables(struct store *store, const char *const *tables)
{
    MDB_txn *txn;

    int r = mdb_txn_begin(store->env, NULL, 0, &txn);
    if (r != 0)
        return store_fault(r);
    for (; tables[store->table_count] != NULL; store->table_count++) {
        assert(store->table_count < STORE_TABLES);
        r = mdb_dbi_open(txn, tables[store->table_count], MDB_CREATE,
                         &store->tables[store->table_count]);
        if (r != 0) {
            mdb_txn_abort(txn);
            return store_fault(r);
        }
    }
    return store_fault(mdb_txn_commit(txn));
}

/* LMDB met what cannot be, most likely on a damaged page; it aborts when this returns. */
static void say_assert(MDB_env *env, const char *message)
{
    (void)env;
    say_error("store.broken", "%s", message);
}

static int open_environment(struct store *store, const struct store_options *options,
                            const char *path)
{
    int dead;

    int r = mdb_env_create(&store->env);
    if (r != 0)
        return store_fault(r);
    mdb_env_set_assert(store->env, say_assert);
    r = mdb_env_set_mapsize(store->env,
                            options->map_bytes == 0 ? map_bytes_usual : options->map_bytes);
    if (r == 0)
        r = mdb_env_set_maxdbs(store->env, STORE_TABLES);
    if (r == 0)
        r = mdb_env_set_maxreaders(store->env, READERS);
    if (r == 0)
        r = mdb_env_open(store->env, path, MDB_NOTLS, 0600);
    /* A reader that was killed would hold its pages for ever. */
    if (r == 0)
        r = mdb_reader_check(store->env, &dead);
    return store_fault(r);
}

/* LMDB makes its file in several writes, and does not open one of which only some are on the disk.
 * So a new store is made beside its place and gets its name when it is whole. */
static int make_whole(struct store *store, const struct store_options *options)
{
    char fresh[PATH_BYTES];
    char file[PATH_BYTES];
    char place[PATH_BYTES];

    snprintf(place, sizeof(place), "%s/data.mdb", options->path);
    if (access(place, F_OK) == 0)
        return 0;
    snprintf(fresh, sizeof(fresh), "%s/new", options->path);
    snprintf(file, sizeof(file), "%s/new/data.mdb", options->path);
    if (unlink(file) != 0 && errno != ENOENT && errno != ENOTDIR)
        return FAULT(-errno);
    int r = io_make_directory(fresh);
    if (r == 0)
        r = open_environment(store, options, fresh);
    if (r == 0)
        r = open_tables(store, options->tables);
    if (store->env != NULL)
        mdb_env_close(store->env);
    store->env = NULL;
    store->table_count = 0;
    if (r == 0 && rename(file, place) != 0)
        r = FAULT(-errno);
    snprintf(file, sizeof(file), "%s/new/lock.mdb", options->path);
    unlink(file);
    rmdir(fresh);
    return r;
}

/* Names last only when their folder is flushed: the store's file, and the store's folder. */
static int flush_names(const struct store_options *options)
{
    char parent[PATH_BYTES];

    int r = io_sync_directory(options->path);
    snprintf(parent, sizeof(parent), "%s/..", options->path);
    return r == 0 ? io_sync_directory(parent) : r;
}

int store_open(const struct store_options *options, struct store **ret_store)
{
    char lock[PATH_BYTES];

    if (strlen(options->path) + sizeof("/new/data.mdb") > sizeof(lock))
        return FAULT(-ENAMETOOLONG);
    struct store *store = calloc(1, sizeof(*store));
    if (store == NULL)
        return FAULT(-ENOMEM);
    store->lock_fd = -1;
    int r = io_make_directory(options->path);
    snprintf(lock, sizeof(lock), "%s/open.lock", options->path);
    if (r == 0)
        r = io_lock(lock, &store->lock_fd);
    if (r == IO_LOCKED)
        r = STORE_BUSY;
    if (r == 0)
        r = make_whole(store, options);
    if (r == 0)
        r = open_environment(store, options, options->path);
    if (r == 0)
        r = open_tables(store, options->tables);
    if (r == 0)
        r = flush_names(options);
    if (r != 0) {
        store_close(store);
        return r;
    }
    *ret_store = store;
    return 0;
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    if (store->env != NULL)
        mdb_env_close(store->env);
    if (store->lock_fd >= 0)
        io_unlock(store->lock_fd);
    free(store);
}

/* ---- transactions -------------------------------------------------------------------------------- */

static int begin(struct store *store, unsigned flags, struct store_txn **ret_txn)
{
    if (store_fails(store))
        return FAULT(-EIO);
    struct store_txn *txn = calloc(1, sizeof(*txn));
    if (txn == NULL)
        return FAULT(-ENOMEM);
    txn->store = store;
    int r = mdb_txn_begin(store->env, NULL, flags, &txn->txn);
    if (r != 0) {
        free(txn);
        return store_fault(r);
    }
    *ret_txn = txn;
    return 0;
}

int store_begin_read(struct store *store, struct store_txn **ret_txn)
{
    return begin(store, MDB_RDONLY, ret_txn);
}

int store_begin_write(struct store *store, struct store_txn **ret_txn)
{
    bool full = store_used_percent(store) >= FULL_PERCENT;

    int r = begin(store, 0, ret_txn);
    if (r == 0)
        (*ret_txn)->full = full;
    return r;
}

int store_commit(struct store_txn *txn)
{
    if (store_fails(txn->store)) {
        store_abort(txn);
        return FAULT(-EIO);
    }
    if (txn->spent) { /* nothing of it is on the disk, and nothing will be */
        store_abort(txn);
        return FAULT(-ENOSPC);
    }
    int r = store_fault(mdb_txn_commit(txn->txn));
    free(txn);
    return r;
}

void store_abort(struct store_txn *txn)
{
    if (txn == NULL)
        return;
    mdb_txn_abort(txn->txn);
    free(txn);
}

/* ---- rows ---------------------------------------------------------------------------------------- */

static MDB_val val_of(struct slice slice)
{
    return (MDB_val){ .mv_size = slice.size, .mv_data = (void *)(uintptr_t)slice.data };
}

static bool good_key(struct slice key)
{
    return key.size > 0 && key.size <= STORE_KEY_BYTES;
}

static uint32_t check_of(unsigned table, struct slice key, const void *value, size_t size)
{
    uint32_t crc = crc32c(0, &table, sizeof(table));
    crc = crc32c(crc, key.data, key.size);
    return crc32c(crc, value, size);
}

int store_checked(unsigned table, struct slice key, const MDB_val *found, struct slice *ret_value)
{
    uint32_t wanted;

    if (found->mv_size < CHECK_BYTES)
        return FAULT(-EBADMSG);
    size_t size = found->mv_size - CHECK_BYTES;
    memcpy(&wanted, (const uint8_t *)found->mv_data + size, CHECK_BYTES);
    if (check_of(table, key, found->mv_data, size) != wanted)
        return FAULT(-EBADMSG);
    *ret_value = slice_of(found->mv_data, size);
    return 0;
}

int store_get(struct store_txn *txn, unsigned table, struct slice key, struct slice *ret_value)
{
    MDB_val found;

    assert(table < txn->store->table_count);
    if (store_fails(txn->store))
        return FAULT(-EIO);
    if (!good_key(key))
        return STORE_ABSENT;
    MDB_val name = val_of(key);
    int r = mdb_get(txn->txn, txn->store->tables[table], &name, &found);
    if (r == MDB_NOTFOUND)
        return STORE_ABSENT;
    return r != 0 ? store_fault(r) : store_checked(table, key, &found, ret_value);
}

int store_put(struct store_txn *txn, unsigned table, struct slice key, struct slice value)
{
    assert(table < txn->store->table_count);
    if (store_fails(txn->store))
        return FAULT(-EIO);
    if (!good_key(key) || value.size > ROW_BYTES)
        return FAULT(-EINVAL);
    if (txn->full)
        return STORE_FULL;
    MDB_val name = val_of(key);
    MDB_val room = { .mv_size = value.size + CHECK_BYTES };
    uint32_t check = check_of(table, key, value.data, value.size);
    int r = mdb_put(txn->txn, txn->store->tables[table], &name, &room, MDB_RESERVE);
    if (r == MDB_MAP_FULL || r == MDB_TXN_FULL || (r == MDB_BAD_TXN && txn->spent)) {
        txn->spent = true;
        return STORE_FULL;
    }
    if (r != 0)
        return store_fault(r);
    if (value.size > 0)
        memcpy(room.mv_data, value.data, value.size);
    memcpy((uint8_t *)room.mv_data + value.size, &check, CHECK_BYTES);
    return 0;
}

int store_drop(struct store_txn *txn, unsigned table, struct slice key)
{
    assert(table < txn->store->table_count);
    if (store_fails(txn->store))
        return FAULT(-EIO);
    if (!good_key(key))
        return STORE_ABSENT;
    MDB_val name = val_of(key);
    int r = mdb_del(txn->txn, txn->store->tables[table], &name, NULL);
    return r == MDB_NOTFOUND ? STORE_ABSENT : store_fault(r);
}

int store_clear(struct store_txn *txn, unsigned table)
{
    assert(table < txn->store->table_count);
    if (store_fails(txn->store))
        return FAULT(-EIO);
    return store_fault(mdb_drop(txn->txn, txn->store->tables[table], 0));
}

uint64_t store_count(struct store_txn *txn, unsigned table)
{
    MDB_stat status;

    assert(table < txn->store->table_count);
    if (mdb_stat(txn->txn, txn->store->tables[table], &status) != 0)
        return 0;
    return status.ms_entries;
}

/* ---- the whole ----------------------------------------------------------------------------------- */

int store_copy(struct store *store, const char *path)
{
    int r = io_make_directory(path);

    return r < 0 ? r : store_fault(mdb_env_copy2(store->env, path, MDB_CP_COMPACT));
}

/* Pages that deleted rows gave back.  Only a reader may look at the list of them (table 0). */
static int count_free(struct store *store, uint64_t *ret_pages)
{
    MDB_txn *txn;
    MDB_cursor *cursor;
    MDB_val name;
    MDB_val pages;
    size_t count;

    *ret_pages = 0;
    int r = mdb_txn_begin(store->env, NULL, MDB_RDONLY, &txn);
    if (r != 0)
        return r;
    r = mdb_cursor_open(txn, 0, &cursor);
    if (r == 0) {
        while ((r = mdb_cursor_get(cursor, &name, &pages, MDB_NEXT)) == 0) {
            memcpy(&count, pages.mv_data, sizeof(count));
            *ret_pages += count;
        }
        mdb_cursor_close(cursor);
    }
    mdb_txn_abort(txn);
    return r == MDB_NOTFOUND ? 0 : r;
}

unsigned store_used_percent(struct store *store)
{
    MDB_envinfo info;
    MDB_stat status;
    uint64_t unused = 0;

    if (mdb_env_info(store->env, &info) != 0 || mdb_env_stat(store->env, &status) != 0)
        return 100;
    uint64_t pages = info.me_mapsize / status.ms_psize;
    uint64_t reached = (uint64_t)info.me_last_pgno + 1; /* the file never shrinks below it */
    if (reached * 100 / pages >= COUNT_PERCENT && count_free(store, &unused) != 0)
        return 100;
    return (unsigned)((reached - (unused < reached ? unused : reached)) * 100 / pages);
}

void store_pack_u64(uint8_t bytes[8], uint64_t number)
{
    for (int i = 7; i >= 0; i--, number >>= 8)
        bytes[i] = (uint8_t)number;
}

uint64_t store_unpack_u64(const void *bytes)
{
    const uint8_t *at = bytes;
    uint64_t number = 0;

    for (int i = 0; i < 8; i++)
        number = number << 8 | at[i];
    return number;
}
