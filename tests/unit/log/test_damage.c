/* Bytes that were flushed and have changed: refused by range, never passed over, the rest served. */
#include "unit/log/lab.h"

/* Batches of 5 in at least three segments; *ret_firsts gets where these begin. */
static uint64_t make(uint64_t ret_firsts[8], uint32_t *ret_count)
{
    struct log *log = lab_open(LAB_SEGMENT);

    *ret_count = 0;
    while (*ret_count < 3 || log_head(log) < ret_firsts[2] + 40) {
        uint64_t next = log_head(log) + 1;
        lab_append(log, 5);
        if (access(lab_segment(next), F_OK) == 0)
            ret_firsts[(*ret_count)++] = next;
    }
    uint64_t head = log_head(log);
    log_close(log);
    return head;
}

static void expect_ranges(const char *wanted)
{
    char ranges[256];

    struct log *log = lab_open(LAB_SEGMENT);
    lab_account(log, ranges);
    ck_assert_str_eq(ranges, wanted);
    log_close(log);
}

START_TEST(a_damaged_record_costs_itself_alone)
{
    uint64_t firsts[8];
    uint32_t count;

    make(firsts, &count);
    uint64_t payload = lab_place(lab_segment(1), 33, false) + RECORD_HEADER_BYTES + 2;
    uint64_t size = lab_place(lab_segment(1), 71, false) + 3;
    uint64_t seq = lab_place(lab_segment(1), 80, false) + 17;
    lab_flip(lab_segment(1), payload);
    lab_flip(lab_segment(1), size);
    lab_flip(lab_segment(1), seq);
    expect_ranges("damaged 33-33 damaged 71-71 damaged 80-80 ");
}
END_TEST

START_TEST(a_damaged_footer_costs_no_record)
{
    uint64_t firsts[8];
    uint32_t count;

    make(firsts, &count);
    uint64_t footer = lab_place(lab_segment(1), 35, true);
    for (uint64_t byte = 0; byte < FOOTER_BYTES; byte += 5)
        lab_flip(lab_segment(1), footer + byte);
    expect_ranges("");
}
END_TEST

START_TEST(a_zeroed_sector_costs_what_it_covered)
{
    uint64_t firsts[8];
    uint32_t count;

    make(firsts, &count);
    uint64_t from = lab_place(lab_segment(1), 50, false);
    lab_zero(lab_segment(1), from, (size_t)(lab_place(lab_segment(1), 58, false) - from));
    expect_ranges("damaged 50-57 ");
}
END_TEST

START_TEST(a_lost_end_of_a_segment_costs_up_to_the_next)
{
    uint64_t firsts[8];
    uint32_t count;
    char wanted[64];

    make(firsts, &count);
    uint64_t from = lab_place(lab_segment(1), 50, false);
    ck_assert_int_eq(truncate(lab_segment(1), (off_t)from), 0);
    snprintf(wanted, sizeof(wanted), "damaged 50-%" PRIu64 " ", firsts[1] - 1);
    expect_ranges(wanted);
    ck_assert_int_eq(truncate(lab_segment(1), 100), 0);
    snprintf(wanted, sizeof(wanted), "damaged 1-%" PRIu64 " ", firsts[1] - 1);
    expect_ranges(wanted);
    ck_assert_int_eq(truncate(lab_segment(1), 0), 0);
    expect_ranges(wanted);
}
END_TEST

START_TEST(a_missing_segment_in_the_middle_is_a_range)
{
    uint64_t firsts[8];
    uint32_t count;
    char wanted[64];

    make(firsts, &count);
    ck_assert_int_eq(unlink(lab_segment(firsts[1])), 0);
    snprintf(wanted, sizeof(wanted), "damaged %" PRIu64 "-%" PRIu64 " ", firsts[1], firsts[2] - 1);
    expect_ranges(wanted);
}
END_TEST

START_TEST(a_sealed_header_is_not_needed_for_reading)
{
    uint64_t firsts[8];
    uint32_t count;

    make(firsts, &count);
    lab_flip(lab_segment(firsts[1]), 40);
    expect_ranges("");
    struct log *log = lab_open(LAB_SEGMENT);
    for (uint64_t seq = firsts[1]; seq < firsts[2]; seq += 13)
        lab_read(log, seq);
    log_close(log);
}
END_TEST

START_TEST(a_flip_behind_the_last_batch_of_a_sealed_segment_costs_nothing)
{
    uint64_t firsts[8];
    uint32_t count;

    make(firsts, &count);
    lab_flip(lab_segment(1), LAB_SEGMENT - 8);
    lab_flip(lab_segment(1), lab_place(lab_segment(1), firsts[1] - 1, true) + FOOTER_BYTES);
    expect_ranges("");
}
END_TEST

START_TEST(each_way_into_the_log_ends_at_the_same_damage)
{
    uint64_t firsts[8];
    uint32_t count;
    struct log_reader *reader;
    struct log_record record;

    uint64_t head = make(firsts, &count);
    lab_flip(lab_segment(1), lab_place(lab_segment(1), 33, false) + RECORD_HEADER_BYTES);
    struct log *log = lab_open(LAB_SEGMENT);
    ck_assert_int_eq(log_reader_open(log, 0, &reader), 0);
    for (uint64_t seq = head; seq > 0; seq--) {
        log_reader_seek(reader, seq);
        int r = log_reader_next(reader, &record);
        ck_assert_int_eq(r, seq == 33 ? LOG_DAMAGED : 0);
        ck_assert_uint_eq(record.seq, seq);
    }
    log_reader_seek(reader, 33);
    ck_assert_int_eq(log_reader_next(reader, &record), LOG_DAMAGED);
    ck_assert_int_eq(log_reader_next(reader, &record),
                     LOG_DAMAGED); /* until one says that it knows */
    log_reader_close(reader);
    log_close(log);
}
END_TEST

START_TEST(damage_that_comes_while_it_is_open_is_found)
{
    struct log *log = lab_open(LAB_SEGMENT);
    char ranges[256];

    for (int i = 0; i < 10; i++)
        lab_append(log, 5);
    lab_flip(lab_segment(1), lab_place(lab_segment(1), 21, false) + RECORD_HEADER_BYTES);
    lab_account(log, ranges);
    ck_assert_str_eq(ranges, "damaged 21-21 ");
    log_close(log);
}
END_TEST

/* A fixed number of random wounds: no record is served that was not written, and whatever is not
 * served lies in a range that was said. */
START_TEST(no_wound_gives_a_wrong_record)
{
    uint64_t firsts[8];
    uint32_t count;
    unsigned random = 7;
    size_t sizes[8];
    uint8_t *kept[8];
    char ranges[256];

    make(firsts, &count);
    for (uint32_t i = 0; i < 3; i++)
        kept[i] = lab_load(lab_segment(firsts[i]), &sizes[i]);
    for (int trial = 0; trial < 300; trial++) {
        uint32_t i = (uint32_t)rand_r(&random) % 2;
        uint64_t offset = (uint64_t)rand_r(&random) % (sizes[i] - 512);
        if (trial % 3 == 0)
            lab_zero(lab_segment(firsts[i]), offset & ~511ULL, 512);
        else
            lab_flip(lab_segment(firsts[i]), offset);
        struct log *log = lab_open(LAB_SEGMENT);
        lab_account(log, ranges);
        log_close(log);
        lab_write(lab_segment(firsts[i]), kept[i], sizes[i], 0);
    }
    for (uint32_t i = 0; i < 3; i++)
        free(kept[i]);
}
END_TEST

TESTS(a_damaged_record_costs_itself_alone, a_damaged_footer_costs_no_record,
      a_zeroed_sector_costs_what_it_covered, a_lost_end_of_a_segment_costs_up_to_the_next,
      a_missing_segment_in_the_middle_is_a_range, a_sealed_header_is_not_needed_for_reading,
      a_flip_behind_the_last_batch_of_a_sealed_segment_costs_nothing,
      each_way_into_the_log_ends_at_the_same_damage, damage_that_comes_while_it_is_open_is_found,
      no_wound_gives_a_wrong_record)
