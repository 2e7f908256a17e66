/*
 * store/store.h - LMDB in a dozen calls.
 *
 * An ordered, durable map of a few named tables.  It promises: a commit is on the disk when
 * store_commit returns 0; a reader never gets a silently wrong value (each value ends in a CRC32C
 * over table, key and value, checked on each read: damage is the fault -EBADMSG); absence is an
 * answer and not an error.  It hides LMDB's flags, codes, alignment and reader slots; nobody else
 * calls mdb_*.  Only MDB_NOTLS is ever set.  Keys are 1 to 511 bytes.
 *
 * Used by the kit (a service's rows) and by the broker's daemon (its index).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

struct store;
struct store_txn;

enum {
    STORE_ABSENT = 1, /* there is no such row                                             */
    STORE_FULL = 2,   /* 90 % of the map is in use: refuse new work, deletes still go     */
    STORE_BUSY = 3,   /* another process (or this one) has this store open                */
    STORE_KEY_BYTES = 511,
    STORE_TABLES = 48, /* the most tables of one store                                     */
};

struct store_options {
    const char *path;          /* a directory, made with mode 0700 if absent               */
    uint64_t map_bytes;        /* the limit of the file; 0: 16 GiB, sparse                 */
    const char *const *tables; /* names, NULL at the end; a table's number is its place, and
                                  part of each row's check: new tables go to the end      */
};

/* Gives the store: end it with store_close.  STORE_BUSY. */
int store_open(const struct store_options *options, struct store **ret_store);
void store_close(struct store *store);

/* One write transaction at a time; any number of readers.  Gives the transaction: end it with
 * store_commit or store_abort.  A reader ends before its caller goes back to its loop. */
int store_begin_read(struct store *store, struct store_txn **ret_txn);
int store_begin_write(struct store *store, struct store_txn **ret_txn);

/* The transaction is over, whatever the answer.  A fault means that the outcome is unknown: the
 * process must send nothing more, and end. */
int store_commit(struct store_txn *txn);
void store_abort(struct store_txn *txn);

/* The value under `key`.  Lends it until the transaction's next write or its end; it is not
 * aligned.  STORE_ABSENT. */
int store_get(struct store_txn *txn, unsigned table, struct slice key, struct slice *ret_value);

/* Borrows both.  STORE_FULL: nothing was put; the transaction is to be aborted, unless it only drops
 * from here on.  (When 90 % was in use as it began, it may go on; when the map ran full under it,
 * its commit answers -ENOSPC.) */
int store_put(struct store_txn *txn, unsigned table, struct slice key, struct slice value);

/* STORE_ABSENT. */
int store_drop(struct store_txn *txn, unsigned table, struct slice key);

/* Drops every row of the table. */
int store_clear(struct store_txn *txn, unsigned table);

/* Walks a table in key order from the first key >= `from` (an empty slice: the first).  Gives the
 * cursor: end it with store_cursor_close, before the transaction ends. */
struct store_cursor;
int store_cursor_open(struct store_txn *txn, unsigned table, struct slice from,
                      struct store_cursor **ret_cursor);
void store_cursor_close(struct store_cursor *cursor);

/* The next row, lent as by store_get.  STORE_ABSENT: no more. */
int store_cursor_next(struct store_cursor *cursor, struct slice *ret_key, struct slice *ret_value);

/* The last row whose key is <= `key`.  STORE_ABSENT. */
int store_get_floor(struct store_txn *txn, unsigned table, struct slice key, struct slice *ret_key,
                    struct slice *ret_value);

uint64_t store_count(struct store_txn *txn, unsigned table);

/* A digest over all rows of the table in key order (keys, values, sizes): equal tables, equal
 * digests.  For the replay check. */
enum { STORE_DIGEST_SIZE = 32 };
int store_digest(struct store_txn *txn, unsigned table, uint8_t ret_digest[STORE_DIGEST_SIZE]);

/* A consistent, compacted copy into the empty directory `path`. */
int store_copy(struct store *store, const char *path);

/* Share of the map in use, 0..100; what was dropped is not in use. */
unsigned store_used_percent(struct store *store);

/* The seam for tests: the `nth` call from now that can fail (begin, get, put, drop, cursor,
 * commit) answers -EIO instead of being carried out; 0: none.  Returns how many calls were counted
 * since the last time it was set. */
unsigned store_fail_at(struct store *store, unsigned nth);

/* Numbers as keys and parts of keys: big-endian, so that their order is the order of numbers. */
void store_pack_u64(uint8_t bytes[8], uint64_t number);
uint64_t store_unpack_u64(const void *bytes);
