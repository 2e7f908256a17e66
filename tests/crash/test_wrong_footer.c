/*
 * A build that believes a footer without looking at the records under it is found out.  This program
 * has a crc32c of its own, which while it is blind says of each record what stands in its header.
 */
#include "base/crc.h"

#include "crash/lib/wrong.h"
#include "log/log.h"

static bool blind;

/* Only a record's check is over bytes that begin with its type. */
static bool is_record(const uint8_t *bytes, size_t size)
{
    return size > 24 && bytes[0] == LOG_MESSAGE;
}

uint32_t crc32c(uint32_t crc, const void *data, size_t size)
{
    const uint8_t *bytes = data;
    uint32_t written;

    if (blind && is_record(bytes, size)) {
        memcpy(&written, bytes - sizeof(written), sizeof(written));
        return written;
    }
    crc = ~crc;
    for (size_t i = 0; i < size; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ ((crc & 1) != 0 ? 0x82f63b78u : 0);
    }
    return ~crc;
}

static void judging(bool begins)
{
    blind = begins;
}

START_TEST(the_same_with_the_check_is_right)
{
    struct recorder_knobs right = { 0 };

    ck_assert_uint_eq(wrong_images(&subject_log, right, NULL, RIGHT_ROUNDS), 0);
}
END_TEST

START_TEST(a_footer_that_is_believed_without_its_records_is_found)
{
    struct recorder_knobs right = { 0 };

    ck_assert_uint_gt(wrong_images(&subject_log, right, judging, WRONG_ROUNDS), 0);
}
END_TEST

TESTS(the_same_with_the_check_is_right, a_footer_that_is_believed_without_its_records_is_found)
