/*
 * The index is behind the log and never ahead of it; what is noted is found again.
 */
#include "daemon/index.h"

#include <string.h>

#include "lib/run.h"

enum { LOG_ID = 77 };

struct lab {
    struct permit *permit;
    struct core *core;
    struct index *index;
};

static struct lab lab_open(uint64_t head)
{
    static const struct permit_unit units[] = { { "hcz", "centre" } };
    const char *reason;
    uint32_t line;
    struct lab lab;

    ck_assert_int_eq(
        permit_parse("who,verb,pattern\nhcz,publish,>\n", units, 1, &lab.permit, &line, &reason),
        0);
    struct core_options options = { .log_id = LOG_ID,
                                    .head = head,
                                    .run = 1,
                                    .rate = 1,
                                    .limits = core_limits_default(),
                                    .permit = lab.permit };
    ck_assert_int_eq(core_open(&options, &lab.core), 0);
    ck_assert_int_eq(index_open(test_path("index"), LOG_ID, head, &lab.index), 0);
    ck_assert_int_eq(index_begin_run(lab.index, 9), 0);
    return lab;
}

static void lab_close(struct lab *lab)
{
    index_close(lab->index);
    core_close(lab->core);
    permit_close(lab->permit);
}

static void save(struct lab *lab)
{
    uint64_t applied;

    ck_assert_int_eq(index_save(lab->index, lab->core, &applied), 0);
    ck_assert_int_eq(index_commit(lab->index), 0);
    index_committed(lab->index);
    ck_assert_uint_eq(index_applied(lab->index), applied);
}

static void note(struct lab *lab, uint64_t seq, const char *source, uint64_t number,
                 const char *case_id)
{
    ck_assert_int_eq(
        index_note(lab->index, seq, slice_text(source), 1, number, slice_text(case_id)), 0);
}

START_TEST(cases_and_numbers_are_found_by_their_blocks)
{
    struct lab lab = lab_open(2000);
    uint64_t seq;

    for (uint64_t i = 1; i <= 2000; i++)
        note(&lab, i, i % 2 == 0 ? "hcz" : "hcz.desk", (i + 1) / 2,
             i == 700 || i == 1900 ? "H-1"
             : i % 2 == 0          ? "H-2"
                                   : "");
    ck_assert_int_eq(index_case(lab.index, "H-1", 1, &seq), INDEX_ABSENT); /* not saved yet */
    save(&lab);
    ck_assert_int_eq(index_case(lab.index, "H-1", 1, &seq), 0);
    ck_assert_uint_le(seq, 700);
    ck_assert_uint_gt(seq + INDEX_BLOCK, 700);
    ck_assert_int_eq(index_case(lab.index, "H-1", seq + INDEX_BLOCK, &seq), 0);
    ck_assert_uint_le(seq, 1900);
    ck_assert_uint_gt(seq + INDEX_BLOCK, 1900);
    ck_assert_int_eq(index_case(lab.index, "H-1", seq + INDEX_BLOCK, &seq), INDEX_ABSENT);
    ck_assert_int_eq(index_case(lab.index, "H", 1, &seq), INDEX_ABSENT);
    ck_assert_int_eq(index_number(lab.index, "hcz", 1, 600, &seq), 0);
    ck_assert_uint_le(seq, 1200);
    ck_assert_uint_gt(seq + INDEX_BLOCK, 1200);
    ck_assert_int_eq(index_number(lab.index, "hcz", 2, 600, &seq), INDEX_ABSENT);
    ck_assert_int_eq(index_number(lab.index, "lg", 1, 1, &seq), INDEX_ABSENT);
    lab_close(&lab);
}
END_TEST

START_TEST(an_index_that_is_ahead_of_the_log_or_of_another_log_is_told_apart)
{
    struct index *index;
    struct lab lab = lab_open(500);

    save(&lab);
    lab_close(&lab);
    ck_assert_int_eq(index_open(test_path("index"), LOG_ID, 499, &index), INDEX_AHEAD);
    ck_assert_int_eq(index_open(test_path("index"), LOG_ID + 1, 500, &index), INDEX_FOREIGN);
    ck_assert_int_eq(index_open(test_path("index"), LOG_ID, 500, &index), 0);
    ck_assert_uint_eq(index_applied(index), 500);
    ck_assert_uint_eq(index_run(index), 9);
    ck_assert_int_eq(index_clear(index), 0);
    index_close(index);
    ck_assert_int_eq(index_open(test_path("index"), LOG_ID + 1, 1, &index), 0);
    ck_assert_uint_eq(index_applied(index), 0);
    index_close(index);
}
END_TEST

/* What was saved and not committed is not there after a crash. */
START_TEST(only_a_commit_moves_what_is_applied)
{
    struct lab lab = lab_open(10);
    uint64_t applied;

    note(&lab, 10, "hcz", 1, "H-1");
    index_note_checkpoint(lab.index, 5);
    ck_assert_int_eq(index_save(lab.index, lab.core, &applied), 0);
    ck_assert_uint_eq(applied, 10);
    ck_assert_uint_eq(index_applied(lab.index), 0);
    lab_close(&lab);
    lab = lab_open(10);
    ck_assert_uint_eq(index_applied(lab.index), 0);
    note(&lab, 10, "hcz", 1, "H-1");
    index_note_checkpoint(lab.index, 5);
    save(&lab);
    lab_close(&lab);
    lab = lab_open(10);
    ck_assert_uint_eq(index_applied(lab.index), 10);
    ck_assert_uint_eq(index_checkpoint(lab.index), 5);
    lab_close(&lab);
}
END_TEST

TESTS(cases_and_numbers_are_found_by_their_blocks,
      an_index_that_is_ahead_of_the_log_or_of_another_log_is_told_apart,
      only_a_commit_moves_what_is_applied)
