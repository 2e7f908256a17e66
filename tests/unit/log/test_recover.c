/* What the opening does with a tail that was never whole, and with one that cannot be told. */
#include <errno.h>
#include <time.h>

#include "base/crc.h"
#include "unit/log/lab.h"

/* A log with `batches` batches of 5, closed. */
static void make(uint32_t batches)
{
    struct log *log = lab_open(LAB_SEGMENT);

    for (uint32_t i = 0; i < batches; i++)
        lab_append(log, 5);
    log_close(log);
}

/* Opens; the head must be `head`, everything up to it right, and a new batch must be taken. */
static void expect_head(uint64_t head)
{
    struct log *log = lab_open(LAB_SEGMENT);

    ck_assert_uint_eq(log_head(log), head);
    lab_read(log, 1);
    lab_append(log, 7);
    lab_read(log, 1);
    log_close(log);
    log = lab_open(LAB_SEGMENT);
    ck_assert_uint_eq(log_head(log), head + 7);
    lab_read(log, 1);
    log_close(log);
}

START_TEST(a_batch_whose_footer_is_missing_is_cut)
{
    make(4);
    lab_zero(lab_segment(1), lab_place(lab_segment(1), 20, true), FOOTER_BYTES);
    expect_head(15);
}
END_TEST

START_TEST(a_footer_over_a_record_that_is_missing_does_not_count)
{
    make(4);
    lab_zero(lab_segment(1), lab_place(lab_segment(1), 18, false), 16);
    expect_head(15);
}
END_TEST

START_TEST(a_flip_in_the_last_footer_is_cut)
{
    make(4);
    lab_flip(lab_segment(1), lab_place(lab_segment(1), 20, true) + 50);
    expect_head(15);
}
END_TEST

START_TEST(what_was_cut_is_zeros)
{
    size_t size;

    make(4);
    uint64_t place = lab_place(lab_segment(1), 16, false);
    lab_flip(lab_segment(1), lab_place(lab_segment(1), 20, true) + 50);
    log_close(lab_open(LAB_SEGMENT));
    uint8_t *bytes = lab_load(lab_segment(1), &size);
    for (size_t i = place; i < size; i++)
        ck_assert_uint_eq(bytes[i], 0);
    free(bytes);
}
END_TEST

START_TEST(a_batch_torn_at_each_of_its_bytes_is_cut)
{
    size_t size;

    make(3);
    uint64_t from = lab_place(lab_segment(1), 11, false);
    uint64_t to = lab_place(lab_segment(1), 15, true) + FOOTER_BYTES;
    uint8_t *bytes = lab_load(lab_segment(1), &size);
    for (uint64_t end = from; end < to; end += 3) {
        lab_write(lab_segment(1), bytes, size, 0);
        lab_zero(lab_segment(1), end, (size_t)(to - end));
        struct log *log = lab_open(LAB_SEGMENT);
        ck_assert_uint_eq(log_head(log), 10);
        log_close(log);
    }
    free(bytes);
    expect_head(10);
}
END_TEST

START_TEST(a_segment_without_a_batch_is_where_the_log_goes_on)
{
    struct log *log = lab_open(LAB_SEGMENT);
    uint64_t first;

    do {
        first = log_head(log) + 1;
        lab_append(log, 100);
    } while (first == 1 || access(lab_segment(first), F_OK) != 0);
    log_close(log);
    /* The last segment's only batch was torn: the time is that of the segment before. */
    lab_zero(lab_segment(first), SEGMENT_HEADER_BYTES, 8);
    log = lab_open(LAB_SEGMENT);
    ck_assert_uint_eq(log_head(log), first - 1);
    ck_assert_uint_eq(log_head_time_ms(log), LAB_TIME_MS + 10 * (first - 1));
    lab_append(log, 3);
    lab_read(log, 1);
    log_close(log);
    /* The same when the header of that segment before is damaged. */
    lab_zero(lab_segment(first), SEGMENT_HEADER_BYTES, 8);
    lab_flip(lab_segment(1), 20);
    log = lab_open(LAB_SEGMENT);
    ck_assert_uint_eq(log_head(log), first - 1);
    ck_assert_uint_gt(log_head_time_ms(log), LAB_TIME_MS);
    log_close(log);
}
END_TEST

START_TEST(damage_before_a_whole_batch_is_not_a_torn_tail)
{
    char ranges[256];

    make(6);
    lab_flip(lab_segment(1), lab_place(lab_segment(1), 12, false) + RECORD_HEADER_BYTES);
    struct log *log = lab_open(LAB_SEGMENT);
    ck_assert_uint_eq(log_head(log), 30);
    lab_account(log, ranges);
    ck_assert_str_eq(ranges, "damaged 12-12 ");
    lab_append(log, 5);
    lab_account(log, ranges);
    ck_assert_str_eq(ranges, "damaged 12-12 ");
    log_close(log);
}
END_TEST

START_TEST(damage_before_a_torn_tail_is_not_cut_with_it)
{
    char ranges[256];

    /* Batch 16-20 has rotted, and of 21-25 the disk kept the footer and lost a record: the footer
     * proves that 16-20 was flushed, so neither may be given to other messages. */
    make(5);
    lab_flip(lab_segment(1), lab_place(lab_segment(1), 17, false) + RECORD_HEADER_BYTES);
    lab_zero(lab_segment(1), lab_place(lab_segment(1), 22, false), 16);
    struct log *log = lab_open(LAB_SEGMENT);
    ck_assert_uint_eq(log_head(log), 25);
    lab_account(log, ranges);
    ck_assert_str_eq(ranges, "damaged 17-17 damaged 22-22 ");
    lab_append(log, 5);
    log_close(log);
    log = lab_open(LAB_SEGMENT);
    ck_assert_uint_eq(log_head(log), 30);
    lab_account(log, ranges);
    ck_assert_str_eq(ranges, "damaged 17-17 damaged 22-22 ");
    log_close(log);
}
END_TEST

START_TEST(a_damaged_header_of_the_last_segment_stops_the_opening)
{
    char path[4096];
    struct log_options options = { .path = strcpy(path, test_path("log")) };
    struct log *log;
    size_t size;
    size_t size_after;

    make(3);
    for (uint64_t offset = 0; offset < 72; offset += 5) {
        lab_flip(lab_segment(1), offset);
        uint8_t *before = lab_load(lab_segment(1), &size);
        ck_assert_int_eq(log_open(&options, &log), -EBADMSG);
        uint8_t *after = lab_load(lab_segment(1), &size_after);
        ck_assert_uint_eq(size, size_after);
        ck_assert_mem_eq(before, after, size);
        free(before);
        free(after);
        lab_flip(lab_segment(1), offset);
    }
    ck_assert_int_eq(truncate(lab_segment(1), 100), 0);
    ck_assert_int_eq(log_open(&options, &log), -EBADMSG);
    ck_assert_int_eq(truncate(lab_segment(1), 0), 0);
    ck_assert_int_eq(log_open(&options, &log), -EBADMSG);
}
END_TEST

START_TEST(a_segment_of_another_log_stops_the_opening)
{
    struct log_options options = { .path = test_path("log"), .segment_bytes = LAB_SEGMENT };
    uint8_t header[SEGMENT_HEADER_BYTES];
    uint8_t previous[FORMAT_HASH_SIZE] = { 0 };
    struct log *log;

    make(3);
    format_segment(4711, 1, 16, LAB_SEGMENT, previous, header);
    int fd = open(lab_segment(16), O_WRONLY | O_CREAT, 0600);
    ck_assert_int_eq(write(fd, header, sizeof(header)), (ssize_t)sizeof(header));
    close(fd);
    ck_assert_int_eq(log_open(&options, &log), -EBADMSG);
}
END_TEST

/* A publisher that knows the format lays a whole batch into a payload, to be taken for one when
 * recovery looks behind the batch around it; it does not know the log's salt. */
START_TEST(a_batch_inside_a_payload_is_no_batch)
{
    enum { BYTES = 4096, INNER = 40 };
    struct log *log = lab_open(LAB_SEGMENT);
    struct log_batch *batch;
    uint8_t *payload;

    lab_append(log, 3);
    ck_assert_int_eq(log_batch_open(&batch), 0);
    payload = log_batch_add(batch, LOG_MESSAGE, 4, LAB_TIME_MS + 40, BYTES);
    memset(payload, 0, BYTES);
    struct record_header record = { .size = 8, .type = LOG_MESSAGE, .seq = 10, .time_ms = 1 };
    memcpy(payload, &record, sizeof(record));
    struct record_header *inner = (void *)payload;
    inner->crc = format_record_crc(inner, 0);
    struct record_header footer = { .size = FOOTER_PAYLOAD_BYTES, .type = FOOTER_TYPE, .seq = 10 };
    struct footer_payload content = { .count = 1, .bytes = INNER, .first = 10, .last = 10 };
    content.crc = crc32c(0, &inner->crc, sizeof(inner->crc));
    memcpy(payload + INNER, &footer, sizeof(footer));
    memcpy(payload + INNER + sizeof(footer), &content, sizeof(content));
    inner = (void *)(payload + INNER);
    inner->crc = format_record_crc(inner, 0);
    ck_assert_int_eq(log_append(log, batch), 0);
    log_batch_close(batch);
    log_close(log);

    lab_zero(lab_segment(1), lab_place(lab_segment(1), 4, true), 8);
    expect_head(3);
}
END_TEST

/* A payload in which each 8 bytes look like the header of a large record: recovery must not compute
 * a check of a megabyte for each of them. */
START_TEST(a_payload_cannot_make_recovery_slow)
{
    enum { SEGMENT = 8 << 20, BYTES = 60 << 10 };
    struct log *log = lab_open(SEGMENT);
    struct log_batch *batch;
    uint64_t seq = 1;

    ck_assert_int_eq(log_batch_open(&batch), 0);
    for (; log_batch_bytes(batch) < LOG_BATCH_BYTES - 2 * BYTES; seq++) {
        uint8_t *payload = log_batch_add(batch, LOG_MESSAGE, seq, 1, BYTES);
        uint64_t hostile = 0x00100000000fffffULL;
        for (uint32_t i = 0; i < BYTES; i += 8)
            memcpy(payload + i, &hostile, 8);
    }
    ck_assert_int_eq(log_append(log, batch), 0);
    log_batch_close(batch);
    log_close(log);
    lab_flip(lab_segment(1), SEGMENT_HEADER_BYTES + 100);
    struct timespec begun;
    struct timespec ended;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begun);
    log = lab_open(SEGMENT);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ended);
    ck_assert_uint_eq(log_head(log), 0);
    ck_assert_int_le(ended.tv_sec - begun.tv_sec, 2);
    log_close(log);
}
END_TEST

TESTS(a_batch_whose_footer_is_missing_is_cut, a_footer_over_a_record_that_is_missing_does_not_count,
      a_flip_in_the_last_footer_is_cut, what_was_cut_is_zeros,
      a_batch_torn_at_each_of_its_bytes_is_cut, a_segment_without_a_batch_is_where_the_log_goes_on,
      damage_before_a_whole_batch_is_not_a_torn_tail, damage_before_a_torn_tail_is_not_cut_with_it,
      a_damaged_header_of_the_last_segment_stops_the_opening,
      a_segment_of_another_log_stops_the_opening, a_batch_inside_a_payload_is_no_batch,
      a_payload_cannot_make_recovery_slow)
