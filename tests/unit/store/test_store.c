/* All calls of a store: rows, order, transactions, checks, limits. */
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "lib/run.h"

enum { PEOPLE, CALLS };
static const char *const tables[] = { "people", "calls", NULL };

static struct store *open_store(uint64_t map_bytes)
{
    struct store_options options = { .path = test_path("store"),
                                     .map_bytes = map_bytes,
                                     .tables = tables };
    struct store *store;

    say_set_level(SAY_SILENT);
    ck_assert_int_eq(store_open(&options, &store), 0);
    return store;
}

static struct store_txn *begin_write(struct store *store)
{
    struct store_txn *txn;

    ck_assert_int_eq(store_begin_write(store, &txn), 0);
    return txn;
}

static struct store_txn *begin_read(struct store *store)
{
    struct store_txn *txn;

    ck_assert_int_eq(store_begin_read(store, &txn), 0);
    return txn;
}

static void put(struct store_txn *txn, unsigned table, const char *key, const char *value)
{
    ck_assert_int_eq(store_put(txn, table, slice_text(key), slice_text(value)), 0);
}

static void put_one(struct store *store, const char *key, const char *value)
{
    struct store_txn *txn = begin_write(store);

    put(txn, PEOPLE, key, value);
    ck_assert_int_eq(store_commit(txn), 0);
}

static void expect(struct store_txn *txn, unsigned table, const char *key, const char *wanted)
{
    struct slice value;

    int r = store_get(txn, table, slice_text(key), &value);
    ck_assert_int_eq(r, wanted == NULL ? STORE_ABSENT : 0);
    if (wanted != NULL)
        ck_assert(slice_equal(value, slice_text(wanted)));
}

START_TEST(a_row_is_there_after_a_commit_and_a_restart)
{
    struct store *store = open_store(0);
    struct store_txn *txn = begin_write(store);

    put(txn, PEOPLE, "c41", "one");
    put(txn, CALLS, "c41", "");
    put(txn, PEOPLE, "c42", "two");
    put(txn, PEOPLE, "c41", "another");
    expect(txn, PEOPLE, "c41", "another");
    ck_assert_int_eq(store_commit(txn), 0);
    for (int i = 0; i < 2; i++) {
        txn = begin_read(store);
        expect(txn, PEOPLE, "c41", "another");
        expect(txn, PEOPLE, "c42", "two");
        expect(txn, CALLS, "c41", "");
        expect(txn, CALLS, "c42", NULL);
        ck_assert_uint_eq(store_count(txn, PEOPLE), 2);
        ck_assert_uint_eq(store_count(txn, CALLS), 1);
        store_abort(txn);
        store_close(store);
        store = open_store(0);
    }
    store_close(store);
}
END_TEST

START_TEST(an_aborted_transaction_leaves_nothing)
{
    struct store *store = open_store(0);
    struct store_txn *txn = begin_write(store);

    put(txn, PEOPLE, "a", "1");
    store_abort(txn);
    txn = begin_read(store);
    expect(txn, PEOPLE, "a", NULL);
    ck_assert_uint_eq(store_count(txn, PEOPLE), 0);
    store_abort(txn);
    store_close(store);
}
END_TEST

START_TEST(a_reader_sees_the_state_at_its_beginning)
{
    struct store *store = open_store(0);

    put_one(store, "a", "1");
    struct store_txn *reader = begin_read(store);
    struct store_txn *second = begin_read(store); /* two readers of one thread are two readers */
    put_one(store, "a", "2");
    expect(reader, PEOPLE, "a", "1");
    store_abort(reader);
    reader = begin_read(store);
    expect(reader, PEOPLE, "a", "2");
    expect(second, PEOPLE, "a", "1");
    store_abort(reader);
    store_abort(second);
    store_close(store);
}
END_TEST

START_TEST(a_dropped_row_is_absent)
{
    struct store *store = open_store(0);

    put_one(store, "a", "1");
    struct store_txn *txn = begin_write(store);
    ck_assert_int_eq(store_drop(txn, PEOPLE, slice_text("a")), 0);
    ck_assert_int_eq(store_drop(txn, PEOPLE, slice_text("a")), STORE_ABSENT);
    put(txn, PEOPLE, "b", "1");
    put(txn, CALLS, "c", "1");
    ck_assert_int_eq(store_clear(txn, PEOPLE), 0);
    ck_assert_uint_eq(store_count(txn, PEOPLE), 0);
    ck_assert_uint_eq(store_count(txn, CALLS), 1);
    ck_assert_int_eq(store_commit(txn), 0);
    store_close(store);
}
END_TEST

START_TEST(keys_and_rows_have_limits)
{
    struct store *store = open_store(0);
    struct store_txn *txn = begin_write(store);
    char key[600] = { 0 };
    struct slice value;
    struct slice found;

    ck_assert_int_eq(store_put(txn, PEOPLE, slice_of("", 0), slice_text("x")), -EINVAL);
    ck_assert_int_eq(store_put(txn, PEOPLE, slice_of(key, 512), slice_text("x")), -EINVAL);
    ck_assert_int_eq(store_put(txn, PEOPLE, slice_of(key, 511), slice_text("x")), 0);
    ck_assert_int_eq(store_get(txn, PEOPLE, slice_of(key, 511), &value), 0);
    ck_assert_int_eq(store_get(txn, PEOPLE, slice_of(key, 512), &value), STORE_ABSENT);
    ck_assert_int_eq(store_get(txn, PEOPLE, slice_of("", 0), &value), STORE_ABSENT);
    ck_assert_int_eq(store_drop(txn, PEOPLE, slice_of("", 0)), STORE_ABSENT);
    ck_assert_int_eq(store_get_floor(txn, PEOPLE, slice_of("", 0), &found, &value), STORE_ABSENT);
    char *large = calloc(1, (1 << 20) + 1);
    ck_assert_int_eq(store_put(txn, PEOPLE, slice_text("l"), slice_of(large, (1 << 20) + 1)),
                     -EINVAL);
    ck_assert_int_eq(store_put(txn, PEOPLE, slice_text("l"), slice_of(large, 1 << 20)), 0);
    ck_assert_int_eq(store_get(txn, PEOPLE, slice_text("l"), &value), 0);
    ck_assert_uint_eq(value.size, 1 << 20);
    ck_assert_mem_eq(value.data, large, 1 << 20);
    free(large);
    ck_assert_int_eq(store_commit(txn), 0);
    store_close(store);
}
END_TEST

/* ---- order --------------------------------------------------------------------------------------- */

static void number_key(uint8_t key[8], uint64_t number)
{
    store_pack_u64(key, number);
    ck_assert_uint_eq(store_unpack_u64(key), number);
}

START_TEST(numbers_as_keys_keep_their_order)
{
    static const uint64_t numbers[] = { 0, 1, 255, 256, 65535, 65536, 1ULL << 40, UINT64_MAX };
    struct store *store = open_store(0);
    struct store_txn *txn = begin_write(store);
    struct store_cursor *cursor;
    struct slice key;
    struct slice value;
    uint8_t bytes[8];

    for (int i = 7; i >= 0; i--) {
        number_key(bytes, numbers[i]);
        ck_assert_int_eq(store_put(txn, PEOPLE, slice_of(bytes, 8), slice_text("x")), 0);
    }
    ck_assert_int_eq(store_cursor_open(txn, PEOPLE, (struct slice){ 0 }, &cursor), 0);
    for (int i = 0; i < 8; i++) {
        ck_assert_int_eq(store_cursor_next(cursor, &key, &value), 0);
        ck_assert_uint_eq(store_unpack_u64(key.data), numbers[i]);
    }
    ck_assert_int_eq(store_cursor_next(cursor, &key, &value), STORE_ABSENT);
    store_cursor_close(cursor);
    number_key(bytes, 256);
    ck_assert_int_eq(store_cursor_open(txn, PEOPLE, slice_of(bytes, 8), &cursor), 0);
    ck_assert_int_eq(store_cursor_next(cursor, &key, &value), 0);
    ck_assert_uint_eq(store_unpack_u64(key.data), 256);
    store_cursor_close(cursor);
    number_key(bytes, 257);
    ck_assert_int_eq(store_cursor_open(txn, PEOPLE, slice_of(bytes, 8), &cursor), 0);
    ck_assert_int_eq(store_cursor_next(cursor, &key, &value), 0);
    ck_assert_uint_eq(store_unpack_u64(key.data), 65535);
    store_cursor_close(cursor);
    store_abort(txn);
    store_close(store);
}
END_TEST

START_TEST(the_floor_is_the_last_row_at_or_before)
{
    struct store *store = open_store(0);
    struct store_txn *txn = begin_write(store);
    struct slice key;
    struct slice value;

    ck_assert_int_eq(store_get_floor(txn, PEOPLE, slice_text("b"), &key, &value), STORE_ABSENT);
    put(txn, PEOPLE, "b", "1");
    put(txn, PEOPLE, "d", "2");
    ck_assert_int_eq(store_get_floor(txn, PEOPLE, slice_text("a"), &key, &value), STORE_ABSENT);
    ck_assert_int_eq(store_get_floor(txn, PEOPLE, slice_text("b"), &key, &value), 0);
    ck_assert(slice_equal(key, slice_text("b")));
    ck_assert_int_eq(store_get_floor(txn, PEOPLE, slice_text("c"), &key, &value), 0);
    ck_assert(slice_equal(key, slice_text("b")) && slice_equal(value, slice_text("1")));
    ck_assert_int_eq(store_get_floor(txn, PEOPLE, slice_text("z"), &key, &value), 0);
    ck_assert(slice_equal(key, slice_text("d")));
    store_abort(txn);
    store_close(store);
}
END_TEST

START_TEST(equal_tables_have_equal_digests_and_others_not)
{
    struct store *store = open_store(0);
    struct store_txn *txn = begin_write(store);
    uint8_t a[STORE_DIGEST_SIZE];
    uint8_t b[STORE_DIGEST_SIZE];

    ck_assert_int_eq(store_digest(txn, PEOPLE, a), 0);
    ck_assert_int_eq(store_digest(txn, CALLS, b), 0);
    ck_assert_mem_eq(a, b, sizeof(a));
    put(txn, PEOPLE, "a", "1");
    put(txn, PEOPLE, "b", "2");
    put(txn, CALLS, "b", "2");
    put(txn, CALLS, "a", "1");
    ck_assert_int_eq(store_digest(txn, PEOPLE, a), 0);
    ck_assert_int_eq(store_digest(txn, CALLS, b), 0);
    ck_assert_mem_eq(a, b, sizeof(a));
    put(txn, CALLS, "a", "12");
    put(txn, CALLS, "b", "");
    ck_assert_int_eq(store_digest(txn, CALLS, b), 0);
    ck_assert_mem_ne(a, b, sizeof(a));
    store_abort(txn);
    store_close(store);
}
END_TEST

/* ---- one at a time ------------------------------------------------------------------------------- */

START_TEST(a_second_opening_is_busy)
{
    struct store *store = open_store(0);
    struct store_options options = { .path = test_path("store"), .tables = tables };
    struct store *second;
    int status;

    ck_assert_int_eq(store_open(&options, &second), STORE_BUSY);
    pid_t child = fork();
    if (child == 0)
        _exit(store_open(&options, &second) == STORE_BUSY ? 0 : 1);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    put_one(store, "a", "1"); /* the attempt has not broken the locks of the first */
    store_close(store);
    store = open_store(0);
    store_close(store);
}
END_TEST

START_TEST(a_folder_is_made_private)
{
    struct stat status;

    store_close(open_store(0));
    ck_assert_int_eq(stat(test_path("store"), &status), 0);
    ck_assert_uint_eq(status.st_mode & 0777, 0700);
    ck_assert_int_eq(stat(test_path("store/data.mdb"), &status), 0);
    ck_assert_uint_eq(status.st_mode & 0777, 0600);
}
END_TEST

/* ---- the map runs full --------------------------------------------------------------------------- */

enum { SMALL_MAP = 1 << 20, ROW = 1000 };

static void row_key(char key[16], unsigned number)
{
    snprintf(key, 16, "%06u", number);
}

/* Puts rows one by one until there is no more room; how many. */
static unsigned fill(struct store *store)
{
    static const char value[ROW];
    char key[16];

    for (unsigned number = 0;; number++) {
        struct store_txn *txn = begin_write(store);
        row_key(key, number);
        int r = store_put(txn, PEOPLE, slice_text(key), slice_of(value, ROW));
        if (r == STORE_FULL) {
            store_abort(txn);
            return number;
        }
        ck_assert_int_eq(r, 0);
        ck_assert_int_eq(store_commit(txn), 0);
    }
}

START_TEST(a_full_map_refuses_rows_and_still_drops_them)
{
    struct store *store = open_store(SMALL_MAP);
    char key[16];

    unsigned count = fill(store);
    ck_assert_uint_gt(count, 300);
    ck_assert_uint_ge(store_used_percent(store), 90);
    for (unsigned number = 0; number < count; number++) {
        struct store_txn *txn = begin_write(store);
        row_key(key, number);
        ck_assert_int_eq(store_drop(txn, PEOPLE, slice_text(key)), 0);
        ck_assert_int_eq(store_commit(txn), 0);
    }
    struct store_txn *txn = begin_read(store);
    ck_assert_uint_eq(store_count(txn, PEOPLE), 0);
    store_abort(txn);
    store_close(store);
}
END_TEST

START_TEST(room_that_was_given_back_is_room_again)
{
    struct store *store = open_store(SMALL_MAP);
    char key[16];

    unsigned count = fill(store);
    for (int round = 0; round < 5; round++) {
        for (unsigned number = 0; number < count / 2; number++) {
            struct store_txn *txn = begin_write(store);
            row_key(key, number);
            store_drop(txn, PEOPLE, slice_text(key));
            ck_assert_int_eq(store_commit(txn), 0);
        }
        ck_assert_uint_lt(store_used_percent(store), 70);
        unsigned again = fill(store);
        ck_assert_uint_ge(again, count / 2 - count / 8); /* those that were dropped */
    }
    store_close(store);
}
END_TEST

START_TEST(a_transaction_under_which_the_map_runs_full_is_undone)
{
    static const char value[ROW];
    struct store *store = open_store(SMALL_MAP);
    char key[16];
    int r = 0;

    put_one(store, "a", "1");
    struct store_txn *txn = begin_write(store);
    for (unsigned number = 0; r == 0 && number < 5000; number++) {
        row_key(key, number);
        r = store_put(txn, PEOPLE, slice_text(key), slice_of(value, ROW));
    }
    ck_assert_int_eq(r, STORE_FULL);
    ck_assert_int_eq(store_put(txn, PEOPLE, slice_text("b"), slice_text("x")), STORE_FULL);
    ck_assert_int_eq(store_commit(txn), -ENOSPC);
    txn = begin_read(store);
    ck_assert_uint_eq(store_count(txn, PEOPLE), 1);
    expect(txn, PEOPLE, "a", "1");
    store_abort(txn);
    put_one(store, "b", "2");
    store_close(store);
}
END_TEST

/* ---- damage -------------------------------------------------------------------------------------- */

START_TEST(a_flip_anywhere_in_a_row_is_found)
{
    static const char mark[] = "MARKED-VALUE-OF-A-ROW";
    struct store *store = open_store(SMALL_MAP);
    uint8_t *bytes;
    struct stat status;
    struct slice value;
    int found = 0;

    put_one(store, "c41", mark);
    store_close(store);
    int fd = open(test_path("store/data.mdb"), O_RDWR);
    ck_assert_int_eq(fstat(fd, &status), 0);
    size_t size = (size_t)status.st_size;
    bytes = malloc(size);
    ck_assert_int_eq(pread(fd, bytes, size, 0), (ssize_t)size);
    const uint8_t *at = memmem(bytes, size, mark, sizeof(mark) - 1);
    ck_assert_ptr_nonnull(at);
    off_t place = at - bytes;
    for (off_t i = place - 3; i < place + (off_t)sizeof(mark) - 1 + 4; i++) {
        uint8_t flipped = bytes[i] ^ 1;
        ck_assert_int_eq(pwrite(fd, &flipped, 1, i), 1);
        store = open_store(SMALL_MAP);
        struct store_txn *txn = begin_read(store);
        int r = store_get(txn, PEOPLE, slice_text("c41"), &value);
        ck_assert(r == -EBADMSG || (i < place && r == STORE_ABSENT));
        found += r == -EBADMSG;
        uint8_t digest[STORE_DIGEST_SIZE];
        ck_assert_int_eq(store_digest(txn, PEOPLE, digest), -EBADMSG);
        store_abort(txn);
        store_close(store);
        ck_assert_int_eq(pwrite(fd, bytes + i, 1, i), 1);
    }
    ck_assert_int_ge(found, (int)sizeof(mark) - 1 + 4);
    close(fd);
    free(bytes);
}
END_TEST

START_TEST(a_row_in_another_tables_place_is_found)
{
    static const char *const other[] = { "calls", "people", NULL };
    struct store_options options = { .path = test_path("store"), .tables = other };
    struct store *store = open_store(0);
    struct slice value;

    put_one(store, "a", "1");
    store_close(store);
    ck_assert_int_eq(store_open(&options, &store), 0);
    struct store_txn *txn = begin_read(store);
    ck_assert_int_eq(store_get(txn, 1, slice_text("a"), &value), -EBADMSG);
    store_abort(txn);
    store_close(store);
}
END_TEST

/* ---- faults on demand, copies -------------------------------------------------------------------- */

/* Something of everything; 0 when it went through. */
static int use_all(struct store *store)
{
    struct store_txn *txn;
    struct store_cursor *cursor;
    struct slice key;
    struct slice value;

    int r = store_begin_write(store, &txn);
    if (r != 0)
        return r;
    r = store_put(txn, PEOPLE, slice_text("a"), slice_text("2"));
    if (r == 0)
        r = store_get(txn, PEOPLE, slice_text("a"), &value);
    if (r == 0)
        r = store_drop(txn, PEOPLE, slice_text("b"));
    if (r == 0)
        r = store_cursor_open(txn, PEOPLE, (struct slice){ 0 }, &cursor);
    if (r == 0) {
        r = store_cursor_next(cursor, &key, &value);
        store_cursor_close(cursor);
    }
    if (r == 0)
        r = store_clear(txn, CALLS);
    if (r == 0)
        return store_commit(txn);
    store_abort(txn);
    return r;
}

START_TEST(each_call_can_fail_once_and_leaves_nothing)
{
    struct store *store = open_store(0);
    struct store_txn *txn = begin_write(store);

    put(txn, PEOPLE, "a", "1");
    put(txn, PEOPLE, "b", "1");
    put(txn, CALLS, "c", "1");
    ck_assert_int_eq(store_commit(txn), 0);
    unsigned nth = 1;
    for (; nth < 100; nth++) {
        store_fail_at(store, nth);
        int r = use_all(store);
        if (r == 0)
            break;
        ck_assert_int_eq(r, -EIO);
        ck_assert_uint_eq(store_fail_at(store, 0), nth);
        txn = begin_read(store);
        expect(txn, PEOPLE, "a", "1");
        expect(txn, PEOPLE, "b", "1");
        expect(txn, CALLS, "c", "1");
        store_abort(txn);
    }
    ck_assert_uint_eq(nth, 9);
    store_close(store);
}
END_TEST

START_TEST(a_copy_holds_the_same_and_is_compact)
{
    struct store *store = open_store(0);
    struct store_options options = { .path = test_path("copy"), .tables = tables };
    struct store *copy;
    uint8_t a[STORE_DIGEST_SIZE];
    uint8_t b[STORE_DIGEST_SIZE];
    struct stat before;
    struct stat after;
    char key[16];

    for (unsigned number = 0; number < 300; number++) {
        row_key(key, number);
        put_one(store, key, "value");
    }
    struct store_txn *txn = begin_read(store);
    ck_assert_int_eq(store_digest(txn, PEOPLE, a), 0);
    store_abort(txn);
    ck_assert_int_eq(store_copy(store, test_path("copy")), 0);
    ck_assert_int_eq(store_open(&options, &copy), 0);
    txn = begin_read(copy);
    ck_assert_int_eq(store_digest(txn, PEOPLE, b), 0);
    ck_assert_mem_eq(a, b, sizeof(a));
    store_abort(txn);
    store_close(copy);
    store_close(store);
    ck_assert_int_eq(stat(test_path("store/data.mdb"), &before), 0);
    ck_assert_int_eq(stat(test_path("copy/data.mdb"), &after), 0);
    ck_assert_int_le(after.st_size, before.st_size);
}
END_TEST

TESTS(a_row_is_there_after_a_commit_and_a_restart, an_aborted_transaction_leaves_nothing,
      a_reader_sees_the_state_at_its_beginning, a_dropped_row_is_absent, keys_and_rows_have_limits,
      numbers_as_keys_keep_their_order, the_floor_is_the_last_row_at_or_before,
      equal_tables_have_equal_digests_and_others_not, a_second_opening_is_busy,
      a_folder_is_made_private, a_full_map_refuses_rows_and_still_drops_them,
      room_that_was_given_back_is_room_again, a_transaction_under_which_the_map_runs_full_is_undone,
      a_flip_anywhere_in_a_row_is_found, a_row_in_another_tables_place_is_found,
      each_call_can_fail_once_and_leaves_nothing, a_copy_holds_the_same_and_is_compact)
