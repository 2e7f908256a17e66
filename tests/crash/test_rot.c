/*
 * Flips, zeroed sectors and garbage pages in files at rest (T10): what is served is what was written,
 * what cannot be served is said.  Of the log: sealed segments, the open one, its last footer.  Of a
 * store: any byte of its file.
 */
#include <errno.h>
#include <sys/wait.h>

#include "store/store.h"
#include "unit/log/lab.h"

enum { LOG_WOUNDS = 600, STORE_WOUNDS = 250, ROWS = 300, MAP_BYTES = 4 << 20, PAGE = 4096 };

/* Hurts the file of `size` bytes somewhere. */
static void wound(const char *path, size_t size, unsigned *random)
{
    uint8_t garbage[PAGE];
    uint64_t offset = (uint64_t)rand_r(random) % size;

    switch (rand_r(random) % 4) {
    case 0:
        lab_zero(path, offset & ~511ULL, 512);
        break;
    case 1:
        for (size_t i = 0; i < PAGE; i++)
            garbage[i] = (uint8_t)rand_r(random);
        lab_write(path, garbage, PAGE, offset & ~(uint64_t)(PAGE - 1));
        break;
    default:
        lab_flip(path, offset);
    }
}

/* ---- the log ------------------------------------------------------------------------------------- */

/* Sealed segments and an open one that is not yet full; where each begins. */
static uint64_t make_log(uint64_t firsts[3])
{
    struct log *log = lab_open(LAB_SEGMENT);
    int count = 0;

    while (count < 3 || log_head(log) < firsts[2] + 60) {
        uint64_t next = log_head(log) + 1;
        lab_append(log, 1 + (uint32_t)(next % 7));
        if (access(lab_segment(next), F_OK) == 0)
            firsts[count++] = next;
    }
    uint64_t head = log_head(log);
    log_close(log);
    return head;
}

START_TEST(no_wound_of_a_segment_gives_a_wrong_record)
{
    struct log_options options = { .segment_bytes = LAB_SEGMENT };
    char folder[4096];
    char ranges[256];
    uint64_t firsts[3];
    uint8_t *kept[3];
    size_t sizes[3];
    unsigned random = 1;
    int refused = 0;
    int shorter = 0;
    int ranged = 0;

    uint64_t head = make_log(firsts);
    options.path = strcpy(folder, test_path("log"));
    for (int i = 0; i < 3; i++)
        kept[i] = lab_load(lab_segment(firsts[i]), &sizes[i]);
    for (int trial = 0; trial < LOG_WOUNDS; trial++) {
        int at = trial % 3;
        wound(lab_segment(firsts[at]), sizes[at], &random);
        struct log *log;
        int r = log_open(&options, &log);
        if (r == 0) {
            lab_account(log, ranges); /* each record right, or in a range that is said */
            ck_assert_uint_le(log_head(log), head);
            ck_assert(at == 2 || log_head(log) == head);
            shorter += log_head(log) < head;
            ranged += ranges[0] != '\0';
            log_close(log);
        } else {
            ck_assert_int_eq(r, -EBADMSG);
            ck_assert_int_eq(at, 2); /* only of the last segment is the header needed */
            refused++;
        }
        lab_write(lab_segment(firsts[at]), kept[at], sizes[at], 0);
    }
    printf(
        "log: %d wounds, 0 wrong records; ranges refused %d, like a torn tail %d, not opened %d\n",
        LOG_WOUNDS, ranged, shorter, refused);
    for (int i = 0; i < 3; i++)
        free(kept[i]);
}
END_TEST

/* Each byte of the last footer: it looks like a torn tail, as far as the log alone can tell. */
START_TEST(a_wound_of_the_last_footer_costs_its_batch_and_no_other)
{
    struct log *log = lab_open(LAB_SEGMENT);
    char ranges[256];

    for (int i = 0; i < 8; i++)
        lab_append(log, 4);
    log_close(log);
    uint64_t footer = lab_place(lab_segment(1), 32, true);
    size_t size;
    uint8_t *kept = lab_load(lab_segment(1), &size);
    for (uint64_t byte = 0; byte < FOOTER_BYTES; byte++) {
        lab_flip(lab_segment(1), footer + byte);
        log = lab_open(LAB_SEGMENT);
        ck_assert_uint_eq(log_head(log), 28);
        lab_account(log, ranges);
        ck_assert_str_eq(ranges, "");
        log_close(log);
        lab_write(lab_segment(1), kept, size, 0);
    }
    free(kept);
}
END_TEST

/* ---- a store ------------------------------------------------------------------------------------- */

static const char *const tables[] = { "rows", NULL };

static uint32_t value_of(uint64_t row, uint64_t version, uint8_t bytes[LAB_PAYLOAD_MOST])
{
    return lab_payload(row * 1000 + version, bytes);
}

static void put_rows(struct store *store, uint64_t version)
{
    uint8_t bytes[LAB_PAYLOAD_MOST];
    struct store_txn *txn;
    uint8_t key[8];

    ck_assert_int_eq(store_begin_write(store, &txn), 0);
    for (uint64_t row = version; row < ROWS; row += version) {
        store_pack_u64(key, row);
        uint32_t size = value_of(row, version, bytes);
        ck_assert_int_eq(store_put(txn, 0, slice_of(key, 8), slice_of(bytes, size)), 0);
    }
    ck_assert_int_eq(store_commit(txn), 0);
}

enum { RIGHT, STOPPED, ABSENT, OLDER, WRONG, OUTCOMES };

/* The worst that a reader of all rows meets. */
static int read_rows(const char *folder)
{
    struct store_options options = { .path = folder, .map_bytes = MAP_BYTES, .tables = tables };
    uint8_t bytes[LAB_PAYLOAD_MOST];
    struct store *store;
    struct store_txn *txn;
    struct slice value;
    uint8_t key[8];
    int worst = RIGHT;

    if (store_open(&options, &store) != 0 || store_begin_read(store, &txn) != 0)
        return STOPPED;
    for (uint64_t row = 1; row < ROWS; row++) {
        int outcome = RIGHT;
        store_pack_u64(key, row);
        int r = store_get(txn, 0, slice_of(key, 8), &value);
        if (r < 0)
            return STOPPED; /* from here on nothing is served */
        if (r == STORE_ABSENT)
            outcome = ABSENT;
        else if (!slice_equal(value, slice_of(bytes, value_of(row, row % 2 == 0 ? 2 : 1, bytes))))
            outcome = slice_equal(value, slice_of(bytes, value_of(row, 1, bytes))) ? OLDER : WRONG;
        worst = outcome > worst ? outcome : worst;
    }
    return worst;
}

START_TEST(no_wound_of_a_store_gives_a_wrong_row)
{
    struct store_options options = { .map_bytes = MAP_BYTES, .tables = tables };
    char folder[4096];
    char file[4096];
    struct store *store;
    size_t size;
    unsigned random = 1;
    int counts[OUTCOMES] = { 0 };

    say_set_level(SAY_SILENT);
    options.path = strcpy(folder, test_path("store"));
    strcpy(file, test_path("store/data.mdb"));
    ck_assert_int_eq(store_open(&options, &store), 0);
    put_rows(store, 1);
    put_rows(store, 2);
    store_close(store);
    uint8_t *kept = lab_load(file, &size);
    for (int trial = 0; trial < STORE_WOUNDS; trial++) {
        int status;
        wound(file, size & ~(size_t)(PAGE - 1), &random);
        pid_t child = fork(); /* LMDB may well crash on a damaged page */
        if (child == 0) {
            int quiet = open("/dev/null", O_WRONLY);
            dup2(quiet, STDERR_FILENO);
            _exit(100 + read_rows(folder));
        }
        ck_assert_int_eq(waitpid(child, &status, 0), child);
        int code = WIFEXITED(status) ? WEXITSTATUS(status) - 100 : STOPPED;
        counts[code >= 0 && code < OUTCOMES ? code : STOPPED]++;
        lab_write(file, kept, size, 0);
    }
    free(kept);
    printf("store: %d wounds, %d wrong rows; untouched %d, stopped %d, a row gone %d, older %d\n",
           STORE_WOUNDS, counts[WRONG], counts[RIGHT], counts[STOPPED], counts[ABSENT],
           counts[OLDER]);
    ck_assert_int_eq(counts[WRONG], 0);
    ck_assert_int_gt(counts[STOPPED], 0);
}
END_TEST

TESTS(no_wound_of_a_segment_gives_a_wrong_record,
      a_wound_of_the_last_footer_costs_its_batch_and_no_other,
      no_wound_of_a_store_gives_a_wrong_row)
