/* Appending, reading, rolling to the next segment, and what a batch may be. */
#include <sys/wait.h>

#include "base/err.h"
#include "unit/log/lab.h"

START_TEST(a_new_log_is_empty)
{
    struct log *log = lab_open(LAB_SEGMENT);
    struct log_reader *reader;
    struct log_record record;

    ck_assert_uint_eq(log_head(log), 0);
    ck_assert_uint_eq(log_first(log), 1);
    ck_assert_uint_eq(log_head_time_ms(log), 0);
    ck_assert_int_eq(log_reader_open(log, 0, &reader), 0);
    ck_assert_int_eq(log_reader_next(reader, &record), LOG_END);
    log_reader_close(reader);
    log_close(log);
}
END_TEST

START_TEST(what_was_appended_is_read)
{
    struct log *log = lab_open(LAB_SEGMENT);

    for (uint32_t i = 1; i <= 20; i++) {
        lab_append(log, i);
        lab_read(log, 1);
    }
    ck_assert_uint_eq(log_head(log), 210);
    ck_assert_uint_eq(log_head_time_ms(log), LAB_TIME_MS + 2100);
    lab_read(log, 200);
    log_close(log);
}
END_TEST

START_TEST(it_is_there_after_a_restart)
{
    struct log *log = lab_open(LAB_SEGMENT);
    uint64_t identity = log_identity(log);

    ck_assert_uint_ne(identity, 0);
    for (uint32_t i = 1; i <= 60; i++) {
        lab_append(log, i % 17 + 1);
        log_close(log);
        log = lab_open(LAB_SEGMENT);
        ck_assert_uint_eq(log_identity(log), identity);
        ck_assert_uint_eq(log_head_time_ms(log), LAB_TIME_MS + 10 * log_head(log));
        lab_read(log, 1);
    }
    log_close(log);
}
END_TEST

START_TEST(a_full_segment_is_followed_by_another)
{
    struct log *log = lab_open(LAB_SEGMENT);
    struct stat status;
    char ranges[256];

    while (stat(lab_segment(1), &status) != 0 || log_head(log) < 2000)
        lab_append(log, 50);
    lab_read(log, 1);
    for (uint64_t seq = 1; seq <= log_head(log); seq += 97)
        lab_read(log, seq);
    log_close(log);
    log = lab_open(0); /* the size is that of the log, whatever is asked for now */
    lab_read(log, 1);
    lab_append(log, 200);
    for (uint64_t seq = 1; seq <= log_head(log); seq += 97)
        lab_read(log, seq);
    lab_account(log, ranges);
    ck_assert_str_eq(ranges, "");
    log_close(log);
}
END_TEST

START_TEST(a_batch_that_fills_the_segment_to_its_last_byte_is_read)
{
    struct log *log = lab_open(LAB_SEGMENT);
    struct log_batch *batch;
    uint32_t size = LAB_SEGMENT - SEGMENT_HEADER_BYTES - FOOTER_BYTES - RECORD_HEADER_BYTES;
    struct log_reader *reader;
    struct log_record record;

    ck_assert_int_eq(log_batch_open(&batch), 0);
    for (uint64_t seq = 1; seq <= 3; seq++) {
        log_batch_reset(batch);
        memset(log_batch_add(batch, LOG_MESSAGE, seq, seq, size), (int)seq, size);
        ck_assert_int_eq(log_append(log, batch), 0);
    }
    log_batch_reset(batch);
    ck_assert_ptr_nonnull(log_batch_add(batch, LOG_MESSAGE, 4, 4, size + 1));
    ck_assert_int_eq(log_append(log, batch), -EFBIG);
    ck_assert_int_eq(lab_fill(batch, 4, 1),
                     0); /* which was the caller's mistake, and breaks nothing */
    ck_assert_int_eq(log_append(log, batch), 0);
    log_batch_close(batch);

    ck_assert_int_eq(log_reader_open(log, 0, &reader), 0);
    for (uint64_t seq = 1; seq <= 3; seq++) {
        ck_assert_int_eq(log_reader_next(reader, &record), 0);
        ck_assert_uint_eq(record.seq, seq);
        ck_assert_uint_eq(record.payload.size, size);
        ck_assert_uint_eq(((const uint8_t *)record.payload.data)[size - 1], seq);
    }
    ck_assert_int_eq(log_reader_next(reader, &record), 0);
    lab_expect(&record, 4);
    log_reader_close(reader);
    log_close(log);
}
END_TEST

START_TEST(the_next_segment_can_be_filled_ahead)
{
    struct log *log = lab_open(4 << 20);
    bool more = true;
    int slices = 0;

    for (; more; slices++)
        ck_assert_int_eq(log_prepare(log, &more), 0);
    ck_assert_int_ge(slices, 4);
    ck_assert_int_eq(log_prepare(log, &more), 0);
    ck_assert(!more);
    ck_assert_int_eq(access(test_path("log/next"), F_OK), 0);
    lab_append(log, 1);
    ck_assert_int_ne(access(test_path("log/next"), F_OK), 0);
    lab_read(log, 1);
    log_close(log);
}
END_TEST

START_TEST(a_segment_half_filled_at_the_end_is_not_used_at_the_start)
{
    struct log *log = lab_open(4 << 20);
    bool more;

    lab_append(log, 3);
    ck_assert_int_eq(log_prepare(log, &more), 0);
    ck_assert(more);
    log_close(log);
    log = lab_open(4 << 20);
    ck_assert_int_ne(access(test_path("log/next"), F_OK), 0);
    lab_append(log, 3);
    lab_read(log, 1);
    log_close(log);
}
END_TEST

START_TEST(a_batch_must_begin_behind_the_head)
{
    struct log *log = lab_open(LAB_SEGMENT);
    struct log_batch *batch;

    ck_assert_int_eq(log_batch_open(&batch), 0);
    ck_assert_int_eq(log_append(log, batch), -EINVAL);
    ck_assert_int_eq(lab_fill(batch, 2, 1), 0);
    ck_assert_int_eq(log_append(log, batch), -EINVAL);
    ck_assert_int_eq(lab_fill(batch, 1, 2), 0);
    ck_assert_int_eq(log_append(log, batch), 0);
    ck_assert_int_eq(log_append(log, batch), -EINVAL);
    ck_assert_uint_eq(log_head(log), 2);
    log_batch_close(batch);
    log_close(log);
}
END_TEST

START_TEST(a_batch_tells_what_is_in_it_and_ends_at_its_limit)
{
    struct log_batch *batch;
    struct log_record record;
    uint64_t seq = 1;

    ck_assert_int_eq(log_batch_open(&batch), 0);
    while (log_batch_add(batch, LOG_BOOKKEEPING, seq, 7, 100) != NULL)
        seq++;
    ck_assert_uint_eq(log_batch_count(batch), seq - 1);
    ck_assert_uint_eq(log_batch_first(batch), 1);
    ck_assert_uint_eq(log_batch_last(batch), seq - 1);
    ck_assert_uint_le(log_batch_bytes(batch), LOG_BATCH_BYTES);
    ck_assert_uint_ge(log_batch_bytes(batch), LOG_BATCH_BYTES - 200);
    log_batch_record(batch, 4000, &record);
    ck_assert_uint_eq(record.seq, 4001);
    ck_assert_uint_eq(record.payload.size, 100);
    ck_assert_int_eq((int)record.type, LOG_BOOKKEEPING);
    log_batch_reset(batch);
    ck_assert_uint_eq(log_batch_count(batch), 0);
    ck_assert_ptr_nonnull(log_batch_add(batch, LOG_MESSAGE, 1, 1, LOG_RECORD_BYTES));
    log_batch_close(batch);
}
END_TEST

START_TEST(a_second_opening_is_refused)
{
    struct log *log = lab_open(LAB_SEGMENT);
    struct log_options options = { .path = test_path("log") };
    struct log *second;

    ck_assert_int_eq(log_open(&options, &second), LOG_BUSY);
    pid_t child = fork();
    if (child == 0)
        _exit(log_open(&options, &second) == LOG_BUSY ? 0 : 1);
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    log_close(log);
    log_close(lab_open(LAB_SEGMENT));
}
END_TEST

START_TEST(odd_options_are_refused)
{
    struct log_options options = { .path = test_path("log"), .segment_bytes = 1000 };
    struct log *log;

    say_set_level(SAY_SILENT);
    ck_assert_int_eq(log_open(&options, &log), -EINVAL);
}
END_TEST

TESTS(a_new_log_is_empty, what_was_appended_is_read, it_is_there_after_a_restart,
      a_full_segment_is_followed_by_another,
      a_batch_that_fills_the_segment_to_its_last_byte_is_read, the_next_segment_can_be_filled_ahead,
      a_segment_half_filled_at_the_end_is_not_used_at_the_start, a_batch_must_begin_behind_the_head,
      a_batch_tells_what_is_in_it_and_ends_at_its_limit, a_second_opening_is_refused,
      odd_options_are_refused)
