/* Each build that is wrong on purpose is found out, and the right one is not. */
#include <lmdb.h>

#include "crash/lib/wrong.h"

START_TEST(the_right_build_is_not_accused)
{
    struct recorder_knobs right = { 0 };

    ck_assert_uint_eq(wrong_images(&subject_log, right, NULL, RIGHT_ROUNDS), 0);
    ck_assert_uint_eq(wrong_images(&subject_index, right, NULL, RIGHT_ROUNDS), 0);
    ck_assert_uint_eq(wrong_images(&subject_service, right, NULL, RIGHT_ROUNDS), 0);
}
END_TEST

START_TEST(an_acknowledgement_before_the_sync_is_found)
{
    struct recorder_knobs knobs = { .early_number = 1 };

    ck_assert_uint_gt(wrong_images(&subject_log, knobs, NULL, WRONG_ROUNDS), 0);
    ck_assert_uint_gt(wrong_images(&subject_index, knobs, NULL, WRONG_ROUNDS), 0);
}
END_TEST

START_TEST(a_build_without_syncs_is_found)
{
    struct recorder_knobs knobs = { .no_sync = true };

    ck_assert_uint_gt(wrong_images(&subject_log, knobs, NULL, WRONG_ROUNDS), 0);
    ck_assert_uint_gt(wrong_images(&subject_service, knobs, NULL, WRONG_ROUNDS), 0);
}
END_TEST

START_TEST(a_store_with_NOSYNC_is_found)
{
    struct recorder_knobs knobs = { .store_flags = MDB_NOSYNC };

    ck_assert_uint_gt(wrong_images(&subject_service, knobs, NULL, WRONG_ROUNDS), 0);
}
END_TEST

START_TEST(a_store_with_NOMETASYNC_is_found)
{
    struct recorder_knobs knobs = { .store_flags = MDB_NOMETASYNC };

    ck_assert_uint_gt(wrong_images(&subject_service, knobs, NULL, WRONG_ROUNDS), 0);
}
END_TEST

START_TEST(a_sync_that_is_tried_again_after_EIO_is_found)
{
    struct recorder_knobs knobs = { .fail_sync = 1, .retry_sync = true };

    ck_assert_uint_gt(wrong_images(&subject_log, knobs, NULL, WRONG_ROUNDS), 0);
    ck_assert_uint_gt(wrong_images(&subject_service, knobs, NULL, WRONG_ROUNDS), 0);
}
END_TEST

TESTS(the_right_build_is_not_accused, an_acknowledgement_before_the_sync_is_found,
      a_build_without_syncs_is_found, a_store_with_NOSYNC_is_found,
      a_store_with_NOMETASYNC_is_found, a_sync_that_is_tried_again_after_EIO_is_found)
