/*
 * store/store.h in memory, for the simulator: the same calls and the same rule of a crash - a commit
 * is there whole, or not at all.  A store is an image under its path; it outlives whoever had it open.
 * The real one stands behind its own tests (tests/crash: images of what LMDB wrote).
 */
#include "store/store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/town/memory.h"

struct row {
    uint8_t *key;
    uint8_t *value;
    uint32_t key_size;
    uint32_t value_size;
};

struct table {
    struct row *rows;
    uint32_t count;
    uint32_t room;
};

struct image {
    char path[64];
    struct table tables[STORE_TABLES];
    bool open;
    struct image *next;
};

struct store {
    struct image *image;
    bool writing;
    unsigned calls;
    unsigned fail_at;
    unsigned crash_at; /* this call, and all after it, are never carried out */
    bool crash_lands;  /* if it is a commit, it is on the disk all the same  */
    bool crashed;
};

/* How a row was before: to go back, or to be freed. */
struct undo {
    struct undo *next;
    unsigned table;
    struct row row; /* value NULL: there was none */
};

struct store_txn {
    struct store *store;
    bool write;
    struct undo *undo;
};

struct store_cursor {
    struct store_txn *txn;
    unsigned table;
    uint8_t key[STORE_KEY_BYTES + 1];
    size_t key_size;
    bool after; /* behind `key`, not at it */
};

static struct image *images;

static void *must(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

static uint8_t *copy(struct slice bytes)
{
    uint8_t *memory = must(malloc(bytes.size + 1));

    if (bytes.size > 0)
        memcpy(memory, bytes.data, bytes.size);
    return memory;
}

static bool fails(struct store *store)
{
    store->calls++;
    if (store->crash_at != 0 && store->calls >= store->crash_at)
        store->crashed = true;
    return store->crashed || (store->fail_at != 0 && store->calls == store->fail_at);
}

/* ---- rows ------------------------------------------------------------------------------------------------ */

static uint32_t place(const struct table *table, struct slice key)
{
    uint32_t low = 0;
    uint32_t high = table->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct row *row = &table->rows[middle];
        if (slice_compare(slice_of(row->key, row->key_size), key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_at(const struct table *table, uint32_t at, struct slice key)
{
    return at < table->count
           && slice_equal(slice_of(table->rows[at].key, table->rows[at].key_size), key);
}

static void insert(struct table *table, uint32_t at, struct row row)
{
    if (table->count == table->room) {
        table->room = table->room == 0 ? 16 : 2 * table->room;
        table->rows = must(realloc(table->rows, table->room * sizeof(*table->rows)));
    }
    memmove(table->rows + at + 1, table->rows + at, (table->count++ - at) * sizeof(*table->rows));
    table->rows[at] = row;
}

static void take_out(struct table *table, uint32_t at)
{
    memmove(table->rows + at, table->rows + at + 1, (--table->count - at) * sizeof(*table->rows));
}

static void clear_image(struct image *image)
{
    for (unsigned number = 0; number < STORE_TABLES; number++) {
        struct table *table = &image->tables[number];
        for (uint32_t i = 0; i < table->count; i++) {
            free(table->rows[i].key);
            free(table->rows[i].value);
        }
        free(table->rows);
        *table = (struct table){ 0 };
    }
}

static struct image *image_at(const char *path)
{
    struct image *image = images;

    while (image != NULL && strcmp(image->path, path) != 0)
        image = image->next;
    if (image != NULL)
        return image;
    image = must(calloc(1, sizeof(*image)));
    snprintf(image->path, sizeof(image->path), "%s", path);
    image->next = images;
    images = image;
    return image;
}

void memory_copy(const char *from, const char *to)
{
    const struct image *source = image_at(from);
    struct image *target = image_at(to);

    clear_image(target);
    for (unsigned number = 0; number < STORE_TABLES; number++) {
        const struct table *table = &source->tables[number];
        for (uint32_t i = 0; i < table->count; i++) {
            const struct row *row = &table->rows[i];
            insert(&target->tables[number], i,
                   (struct row){ copy(slice_of(row->key, row->key_size)),
                                 copy(slice_of(row->value, row->value_size)), row->key_size,
                                 row->value_size });
        }
    }
}

void memory_forget(const char *path)
{
    clear_image(image_at(path));
}

void memory_free(void)
{
    while (images != NULL) {
        struct image *next = images->next;
        clear_image(images);
        free(images);
        images = next;
    }
}

void memory_crash(struct store *store, unsigned nth, bool lands)
{
    store->calls = 0;
    store->crash_at = nth;
    store->crash_lands = lands;
}

/* ---- open, transactions ------------------------------------------------------------------------------------ */

int store_open(const struct store_options *options, struct store **ret_store)
{
    struct image *image = image_at(options->path);

    if (image->open)
        return STORE_BUSY;
    image->open = true;
    *ret_store = must(calloc(1, sizeof(**ret_store)));
    (*ret_store)->image = image;
    return 0;
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    store->image->open = false;
    free(store);
}

static int begin(struct store *store, bool write, struct store_txn **ret_txn)
{
    if (fails(store))
        return -EIO;
    if (write && store->writing)
        abort();
    store->writing = store->writing || write;
    *ret_txn = must(calloc(1, sizeof(**ret_txn)));
    **ret_txn = (struct store_txn){ .store = store, .write = write };
    return 0;
}

int store_begin_read(struct store *store, struct store_txn **ret_txn)
{
    return begin(store, false, ret_txn);
}

int store_begin_write(struct store *store, struct store_txn **ret_txn)
{
    return begin(store, true, ret_txn);
}

static void end(struct store_txn *txn, bool keep)
{
    while (txn->undo != NULL) {
        struct undo *undo = txn->undo;
        struct table *table = &txn->store->image->tables[undo->table];
        struct slice key = slice_of(undo->row.key, undo->row.key_size);
        uint32_t at = place(table, key);
        txn->undo = undo->next;
        if (!keep && is_at(table, at, key)) {
            free(table->rows[at].key);
            free(table->rows[at].value);
            take_out(table, at);
        }
        if (!keep && undo->row.value != NULL) {
            insert(table, at, undo->row);
        } else {
            free(undo->row.key);
            free(undo->row.value);
        }
        free(undo);
    }
    if (txn->write)
        txn->store->writing = false;
    free(txn);
}

int store_commit(struct store_txn *txn)
{
    struct store *store = txn->store;
    bool was_crashed = store->crashed;
    bool failed = fails(store);

    end(txn, !failed || (!was_crashed && store->crashed && store->crash_lands));
    return failed ? -EIO : 0;
}

void store_abort(struct store_txn *txn)
{
    if (txn != NULL)
        end(txn, !txn->write);
}

/* ---- rows as others see them --------------------------------------------------------------------------------- */

int store_get(struct store_txn *txn, unsigned table_number, struct slice key,
              struct slice *ret_value)
{
    const struct table *table = &txn->store->image->tables[table_number];
    uint32_t at = place(table, key);

    if (fails(txn->store))
        return -EIO;
    if (!is_at(table, at, key))
        return STORE_ABSENT;
    *ret_value = slice_of(table->rows[at].value, table->rows[at].value_size);
    return 0;
}

/* Remembers the row as it is, and takes it out. */
static bool remember(struct store_txn *txn, unsigned number, struct slice key, uint32_t at)
{
    struct table *table = &txn->store->image->tables[number];
    struct undo *undo = must(calloc(1, sizeof(*undo)));
    bool there = is_at(table, at, key);

    undo->table = number;
    undo->next = txn->undo;
    txn->undo = undo;
    if (there) {
        undo->row = table->rows[at];
        take_out(table, at);
    } else {
        undo->row.key = copy(key);
        undo->row.key_size = (uint32_t)key.size;
    }
    return there;
}

int store_put(struct store_txn *txn, unsigned number, struct slice key, struct slice value)
{
    struct table *table = &txn->store->image->tables[number];
    uint32_t at = place(table, key);

    if (!txn->write || key.size == 0 || key.size > STORE_KEY_BYTES)
        abort();
    if (fails(txn->store))
        return -EIO;
    struct row row = { copy(key), copy(value), (uint32_t)key.size, (uint32_t)value.size };
    remember(txn, number, slice_of(row.key, row.key_size), at);
    insert(table, at, row);
    return 0;
}

int store_drop(struct store_txn *txn, unsigned number, struct slice key)
{
    struct table *table = &txn->store->image->tables[number];
    uint32_t at = place(table, key);

    if (fails(txn->store))
        return -EIO;
    if (!is_at(table, at, key))
        return STORE_ABSENT;
    remember(txn, number, key, at);
    return 0;
}

int store_clear(struct store_txn *txn, unsigned number)
{
    struct table *table = &txn->store->image->tables[number];

    if (fails(txn->store))
        return -EIO;
    while (table->count > 0) {
        const struct row *row = &table->rows[table->count - 1];
        remember(txn, number, slice_of(row->key, row->key_size), table->count - 1);
    }
    return 0;
}

int store_cursor_open(struct store_txn *txn, unsigned table, struct slice from,
                      struct store_cursor **ret_cursor)
{
    if (fails(txn->store))
        return -EIO;
    struct store_cursor *cursor = must(calloc(1, sizeof(*cursor)));
    cursor->txn = txn;
    cursor->table = table;
    cursor->key_size = from.size;
    if (from.size > 0)
        memcpy(cursor->key, from.data, from.size);
    *ret_cursor = cursor;
    return 0;
}

void store_cursor_close(struct store_cursor *cursor)
{
    free(cursor);
}

int store_cursor_next(struct store_cursor *cursor, struct slice *ret_key, struct slice *ret_value)
{
    const struct table *table = &cursor->txn->store->image->tables[cursor->table];
    struct slice key = slice_of(cursor->key, cursor->key_size);
    uint32_t at = place(table, key);

    if (fails(cursor->txn->store))
        return -EIO;
    if (cursor->after && is_at(table, at, key))
        at++;
    if (at >= table->count)
        return STORE_ABSENT;
    const struct row *row = &table->rows[at];
    *ret_key = slice_of(row->key, row->key_size);
    *ret_value = slice_of(row->value, row->value_size);
    memcpy(cursor->key, row->key, row->key_size);
    cursor->key_size = row->key_size;
    cursor->after = true;
    return 0;
}

int store_get_floor(struct store_txn *txn, unsigned number, struct slice key, struct slice *ret_key,
                    struct slice *ret_value)
{
    const struct table *table = &txn->store->image->tables[number];
    uint32_t at = place(table, key);

    if (fails(txn->store))
        return -EIO;
    if (!is_at(table, at, key) && at-- == 0)
        return STORE_ABSENT;
    *ret_key = slice_of(table->rows[at].key, table->rows[at].key_size);
    *ret_value = slice_of(table->rows[at].value, table->rows[at].value_size);
    return 0;
}

uint64_t store_count(struct store_txn *txn, unsigned table)
{
    return txn->store->image->tables[table].count;
}

static void mix(uint64_t lanes[4], const uint8_t *bytes, uint32_t size)
{
    for (uint32_t i = 0; i < size + 4; i++) {
        uint32_t byte = i < size ? bytes[i] : size >> (8 * (i - size)) & 0xff;
        for (unsigned lane = 0; lane < 4; lane++)
            lanes[lane] = (lanes[lane] ^ byte) * (0x100000001b3 + 2 * lane);
    }
}

int store_digest(struct store_txn *txn, unsigned number, uint8_t ret_digest[STORE_DIGEST_SIZE])
{
    const struct table *table = &txn->store->image->tables[number];
    uint64_t lanes[4] = { 1, 2, 3, 4 };

    if (fails(txn->store))
        return -EIO;
    for (uint32_t i = 0; i < table->count; i++) {
        mix(lanes, table->rows[i].key, table->rows[i].key_size);
        mix(lanes, table->rows[i].value, table->rows[i].value_size);
    }
    memcpy(ret_digest, lanes, sizeof(lanes));
    return 0;
}

int store_copy(struct store *store, const char *path)
{
    memory_copy(store->image->path, path);
    return 0;
}

unsigned store_used_percent(struct store *store)
{
    (void)store;
    return 0;
}

unsigned store_fail_at(struct store *store, unsigned nth)
{
    unsigned counted = store->calls;

    store->calls = 0;
    store->fail_at = nth;
    return counted;
}

void store_pack_u64(uint8_t bytes[8], uint64_t number)
{
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(number >> (56 - 8 * i));
}

uint64_t store_unpack_u64(const void *bytes)
{
    uint64_t number = 0;

    for (int i = 0; i < 8; i++)
        number = number << 8 | ((const uint8_t *)bytes)[i];
    return number;
}
