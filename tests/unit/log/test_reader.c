/* Readers beside an append and a cut, the search for a time, retention, and the check of the whole. */
#include <pthread.h>
#include <sodium.h>

#include "log/checkpoint.h"
#include "unit/log/lab.h"

/* Appends batches of 5 until `count` segments were begun. */
static void make(struct log *log, uint32_t count, uint64_t *firsts)
{
    for (uint32_t i = 0; i < count;) {
        uint64_t next = log_head(log) + 1;
        lab_append(log, 5);
        if (access(lab_segment(next), F_OK) == 0)
            firsts[i++] = next;
    }
}

struct race {
    struct log *log;
    _Atomic bool done;
    uint64_t read;
    uint64_t cut; /* sequences that retention took from under the reader */
};

static void *read_beside(void *data)
{
    struct race *race = data;
    struct log_reader *reader;
    struct log_record record;
    uint64_t seq = 1;
    uint64_t first;
    uint64_t last;

    if (log_reader_open(race->log, 0, &reader) != 0)
        return NULL;
    while (true) {
        bool done = race->done;
        int r = log_reader_next(reader, &record);
        if (r == LOG_END && done)
            break;
        if (r == LOG_END)
            continue;
        if (r == LOG_CUT) {
            log_reader_skip(reader, &first, &last);
            race->cut += last + 1 - seq;
            seq = last + 1;
            continue;
        }
        ck_assert_int_eq(r, 0);
        lab_expect(&record, seq++);
        race->read++;
    }
    log_reader_close(reader);
    return NULL;
}

START_TEST(readers_of_other_threads_see_what_is_durable_in_order)
{
    struct log *log = lab_open(LAB_SEGMENT);
    struct race races[2] = { { .log = log }, { .log = log } };
    pthread_t threads[2];

    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, read_beside, &races[i]), 0);
    for (int i = 0; i < 150; i++)
        lab_append(log, 20);
    for (int i = 0; i < 2; i++) {
        races[i].done = true;
        pthread_join(threads[i], NULL);
        ck_assert_uint_eq(races[i].read, 3000);
    }
    log_close(log);
}
END_TEST

START_TEST(retention_beside_a_reader_is_an_answer_and_not_damage)
{
    struct log *log = lab_open(LAB_SEGMENT);
    struct race race = { .log = log };
    pthread_t thread;

    ck_assert_int_eq(pthread_create(&thread, NULL, read_beside, &race), 0);
    for (int i = 0; i < 100; i++) {
        lab_append(log, 20);
        ck_assert_int_eq(log_cut(log, log_head(log), UINT64_MAX), 0);
    }
    race.done = true;
    pthread_join(thread, NULL);
    ck_assert_uint_eq(race.read + race.cut, 2000);
    log_close(log);
}
END_TEST

START_TEST(a_reader_whose_segment_was_cut_is_told_so)
{
    struct log *log = lab_open(LAB_SEGMENT);
    struct log_reader *reader;
    struct log_record record;
    uint64_t firsts[3];
    uint64_t first;
    uint64_t last;
    int r;

    make(log, 3, firsts);
    ck_assert_int_eq(log_reader_open(log, 0, &reader), 0);
    ck_assert_int_eq(log_reader_next(reader, &record), 0);
    ck_assert_int_eq(log_cut(log, firsts[2], UINT64_MAX), 0);
    while ((r = log_reader_next(reader, &record)) == 0)
        ;
    ck_assert_int_eq(r, LOG_CUT);
    log_reader_skip(reader, &first, &last);
    ck_assert_uint_eq(last, firsts[2] - 1);
    ck_assert_int_eq(log_reader_next(reader, &record), 0);
    lab_expect(&record, firsts[2]);
    log_reader_close(reader);
    log_close(log);
}
END_TEST

START_TEST(a_cut_needs_both_sequence_and_time)
{
    struct log *log = lab_open(LAB_SEGMENT);
    uint64_t firsts[4];
    char ranges[256];
    char wanted[64];

    make(log, 4, firsts);
    ck_assert_int_eq(log_cut(log, 1, UINT64_MAX), 0);
    ck_assert_int_eq(log_cut(log, UINT64_MAX, LAB_TIME_MS), 0);
    ck_assert_uint_eq(log_first(log), 1);
    ck_assert_int_eq(log_cut(log, UINT64_MAX, LAB_TIME_MS + 10 * firsts[1]), 0);
    ck_assert_uint_eq(log_first(log), firsts[1]);
    ck_assert_int_ne(access(lab_segment(1), F_OK), 0);
    snprintf(wanted, sizeof(wanted), "cut 1-%" PRIu64 " ", firsts[1] - 1);
    lab_account(log, ranges);
    ck_assert_str_eq(ranges, wanted);
    log_close(log);
    log = lab_open(LAB_SEGMENT); /* after a restart, the times are those in the files */
    ck_assert_uint_eq(log_first(log), firsts[1]);
    ck_assert_int_eq(log_cut(log, UINT64_MAX, LAB_TIME_MS + 10 * firsts[2]), 0);
    ck_assert_uint_eq(log_first(log), firsts[2]);
    ck_assert_int_eq(log_cut(log, UINT64_MAX, UINT64_MAX), 0);
    ck_assert_uint_eq(log_first(log), firsts[3]); /* the last one stays */
    lab_read(log, firsts[3]);
    log_close(log);
}
END_TEST

static void expect_at(struct log *log, uint64_t time_ms, uint64_t wanted)
{
    struct log_reader *reader;
    uint64_t seq;

    ck_assert_int_eq(log_reader_open(log, 0, &reader), 0);
    ck_assert_int_eq(log_seq_at(reader, time_ms, &seq), 0);
    ck_assert_uint_eq(seq, wanted);
    log_reader_close(reader);
}

START_TEST(a_time_is_found)
{
    struct log *log = lab_open(LAB_SEGMENT);
    uint64_t firsts[5];

    expect_at(log, 5, 1);
    make(log, 5, firsts);
    log_close(log);
    log = lab_open(LAB_SEGMENT);
    uint64_t head = log_head(log);
    expect_at(log, 0, 1);
    for (uint64_t seq = 1; seq <= head; seq += 11) {
        expect_at(log, LAB_TIME_MS + 10 * seq, seq);
        expect_at(log, LAB_TIME_MS + 10 * seq - 5, seq);
    }
    expect_at(log, LAB_TIME_MS + 10 * head + 1, head + 1);
    ck_assert_int_eq(log_cut(log, firsts[1], UINT64_MAX), 0);
    expect_at(log, 0, firsts[1]);
    log_close(log);
}
END_TEST

START_TEST(the_search_for_a_time_skips_nothing_behind_damage)
{
    struct log *log = lab_open(LAB_SEGMENT);
    uint64_t firsts[3];

    make(log, 3, firsts);
    log_close(log);
    uint64_t head = firsts[2] + 4;
    /* Wherever the search looks first: around each such record the answer stays. */
    for (uint64_t seq = 10; seq < firsts[1]; seq += 23) {
        uint64_t place = lab_place(lab_segment(1), seq, false) + RECORD_HEADER_BYTES;
        lab_flip(lab_segment(1), place);
        log = lab_open(LAB_SEGMENT);
        ck_assert_uint_eq(log_head(log), head);
        for (uint64_t wanted = 1; wanted < firsts[1]; wanted += 17)
            expect_at(log, LAB_TIME_MS + 10 * wanted, wanted == seq + 1 ? seq : wanted);
        log_close(log);
        lab_flip(lab_segment(1), place);
    }
}
END_TEST

/* ---- the whole ----------------------------------------------------------------------------------- */

static int wrongs;

static void count_wrong(void *context, const char *line, bool wrong)
{
    (void)context;
    (void)line;
    wrongs += wrong;
}

static struct log_verdict verify(void)
{
    struct log_verdict verdict;

    wrongs = 0;
    ck_assert_int_eq(log_verify(test_path("log"), count_wrong, NULL, &verdict), 0);
    return verdict;
}

START_TEST(a_whole_log_is_found_whole_also_while_it_is_open)
{
    struct log *log = lab_open(LAB_SEGMENT);
    uint64_t firsts[3];

    make(log, 3, firsts);
    struct log_verdict verdict = verify();
    ck_assert_int_eq(wrongs, 0);
    ck_assert_uint_eq(verdict.segments, 3);
    ck_assert_uint_eq(verdict.records, log_head(log));
    ck_assert_uint_eq(verdict.batches, log_head(log) / 5);
    ck_assert_uint_eq(verdict.last, log_head(log));
    ck_assert_uint_eq(verdict.first, 1);
    ck_assert_int_eq(log_cut(log, firsts[1], UINT64_MAX), 0);
    verdict = verify();
    ck_assert_int_eq(wrongs, 0);
    ck_assert_uint_eq(verdict.first, firsts[1]);
    log_close(log);
}
END_TEST

START_TEST(each_damaged_record_is_counted)
{
    struct log *log = lab_open(LAB_SEGMENT);
    uint64_t firsts[3];

    make(log, 3, firsts);
    log_close(log);
    lab_flip(lab_segment(1), lab_place(lab_segment(1), 12, false) + RECORD_HEADER_BYTES);
    struct log_verdict verdict = verify();
    ck_assert_int_ge(wrongs, 1);
    ck_assert_uint_eq(verdict.damaged, 5); /* a batch is whole, or it is not */
    ck_assert_uint_eq(verdict.records + verdict.damaged, firsts[2] + 4);
}
END_TEST

/* Both records are whole and in the place of the other: only the chain and the sequences tell. */
START_TEST(two_batches_that_changed_places_are_found)
{
    struct log *log = lab_open(LAB_SEGMENT);
    size_t size;

    for (int i = 0; i < 4; i++)
        lab_append(log, 1);
    log_close(log);
    uint8_t *bytes = lab_load(lab_segment(1), &size);
    uint64_t second = lab_place(lab_segment(1), 2, false);
    uint64_t third = lab_place(lab_segment(1), 3, false);
    uint64_t fourth = lab_place(lab_segment(1), 4, false);
    lab_write(lab_segment(1), bytes + third, (size_t)(fourth - third), second);
    lab_write(lab_segment(1), bytes + second, (size_t)(third - second), second + fourth - third);
    free(bytes);
    struct log_verdict verdict = verify();
    ck_assert_int_ge(wrongs, 1);
    ck_assert_uint_ge(verdict.damaged, 1);
}
END_TEST

static void add_checkpoint(struct log *log, const struct merkle *tree, const uint8_t *secret)
{
    uint8_t payload[CHECKPOINT_BYTES_MAX];
    struct log_batch *batch;
    uint32_t size;

    checkpoint_pack(log_identity(log), 1, tree, secret, payload, &size);
    ck_assert_int_eq(log_batch_open(&batch), 0);
    uint64_t seq = log_head(log) + 1;
    memcpy(log_batch_add(batch, LOG_CHECKPOINT, seq, LAB_TIME_MS + 10 * seq, size), payload, size);
    ck_assert_int_eq(log_append(log, batch), 0);
    log_batch_close(batch);
}

START_TEST(a_checkpoint_of_other_records_is_found)
{
    uint8_t public_key[CHECKPOINT_PUBLIC_SIZE];
    uint8_t secret[CHECKPOINT_SECRET_SIZE];
    uint8_t bytes[LAB_PAYLOAD_MOST];
    uint8_t hash[MERKLE_HASH_SIZE];
    struct merkle tree;
    struct log *log = lab_open(LAB_SEGMENT);

    crypto_sign_keypair(public_key, secret);
    lab_append(log, 10);
    merkle_open(&tree);
    for (uint64_t seq = 1; seq <= 10; seq++) {
        struct log_record record = { .type = LOG_MESSAGE,
                                     .seq = seq,
                                     .time_ms = LAB_TIME_MS + 10 * seq,
                                     .payload = slice_of(bytes, lab_payload(seq, bytes)) };
        log_record_hash(&record, hash);
        merkle_add(&tree, hash);
    }
    add_checkpoint(log, &tree, secret);
    ck_assert_uint_eq(verify().checkpoints, 1);
    ck_assert_int_eq(wrongs, 0);
    lab_append(log, 3);
    memset(tree.peaks[0], 7, 32);
    add_checkpoint(log, &tree, secret);
    ck_assert_uint_eq(verify().checkpoints, 2);
    ck_assert_int_eq(wrongs, 1);
    log_close(log);
}
END_TEST

TESTS(readers_of_other_threads_see_what_is_durable_in_order,
      retention_beside_a_reader_is_an_answer_and_not_damage,
      a_reader_whose_segment_was_cut_is_told_so, a_cut_needs_both_sequence_and_time,
      a_time_is_found, the_search_for_a_time_skips_nothing_behind_damage,
      a_whole_log_is_found_whole_also_while_it_is_open, each_damaged_record_is_counted,
      two_batches_that_changed_places_are_found, a_checkpoint_of_other_records_is_found)
