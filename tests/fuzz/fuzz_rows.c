/*
 * A row of a store: four bytes say where and how it is wounded, the rest is a key and a value.
 *
 * What was put comes back; what is not what was put is never handed out, whether its bytes, its key
 * or its table are others.  And bytes that nobody put are no row.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/crc.h"
#include "base/log.h"
#include "store/inside.h"

enum { HEAD_BYTES = 4, CHECK_BYTES = 4 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As store.c has it. */
static uint32_t check_of(unsigned table, struct slice key, struct slice value)
{
    uint32_t crc = crc32c(0, &table, sizeof(table));

    crc = crc32c(crc, key.data, key.size);
    return crc32c(crc, value.data, value.size);
}

/* The bytes are handed out only when their check is right. */
static bool looks_whole(unsigned table, struct slice key, const uint8_t *bytes, size_t size)
{
    MDB_val found = { .mv_size = size, .mv_data = (void *)(uintptr_t)bytes };
    struct slice value = { 0 };
    uint32_t check;

    int r = store_checked(table, key, &found, &value);
    assert(r == 0 || r == -EBADMSG);
    if (size < CHECK_BYTES) {
        assert(r == -EBADMSG);
        return false;
    }
    memcpy(&check, bytes + size - CHECK_BYTES, CHECK_BYTES);
    assert((r == 0) == (check == check_of(table, key, slice_of(bytes, size - CHECK_BYTES))));
    assert(r != 0 || (value.data == bytes && value.size == size - CHECK_BYTES));
    return r == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    say_set_level(SAY_SILENT);
    if (size < HEAD_BYTES + 2)
        return 0;
    unsigned table = data[0] % STORE_TABLES;
    size_t key_size = 1 + data[1] % (size - HEAD_BYTES - 1);
    struct slice key = slice_of(data + HEAD_BYTES, key_size);
    struct slice value = slice_of(data + HEAD_BYTES + key_size, size - HEAD_BYTES - key_size);
    looks_whole(table, key, value.data, value.size); /* nobody put it */

    uint8_t *row = malloc(value.size + CHECK_BYTES);
    uint8_t *other_key = malloc(key.size);
    assert(row != NULL && other_key != NULL);
    uint32_t check = check_of(table, key, value);
    memcpy(row, value.data, value.size);
    memcpy(row + value.size, &check, CHECK_BYTES);
    memcpy(other_key, key.data, key.size);
    other_key[data[2] % key.size] ^= 1;
    assert(looks_whole(table, key, row, value.size + CHECK_BYTES));
    assert(!looks_whole(table ^ 1, key, row, value.size + CHECK_BYTES));
    assert(!looks_whole(table, slice_of(other_key, key.size), row, value.size + CHECK_BYTES));
    if (data[3] != 0) { /* a byte, and with it up to eight bits in a row: always found */
        row[data[2] % (value.size + CHECK_BYTES)] ^= data[3];
        assert(!looks_whole(table, key, row, value.size + CHECK_BYTES));
    }
    free(row);
    free(other_key);
    return 0;
}
