/* The town's dates against known ones, and against the C library's for four centuries. */
#include "base/clock.h"

#include <time.h>

#include "lib/run.h"

static const struct {
    const char *text;
    uint64_t ms;
} known[] = {
    { "1970-01-01T08:00:00.000+08:00", 0 },
    { "1970-01-02T00:00:00.000+08:00", 57600000 },
    { "2000-02-29T12:34:56.789+08:00", 951798896789 },
    { "2023-01-18T10:02:11.120+08:00", 1674007331120 },
    { "2023-12-31T23:59:59.999+08:00", 1704038399999 },
    { "2024-01-01T00:00:00.000+08:00", 1704038400000 },
    { "2100-03-01T00:00:00.000+08:00", 4107513600000 },
};

START_TEST(known_times_are_printed_and_read)
{
    char text[CLOCK_TEXT_SIZE];
    uint64_t ms;

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        clock_print(known[i].ms, text);
        ck_assert_str_eq(text, known[i].text);
        ck_assert_int_eq(clock_parse(known[i].text, &ms), 0);
        ck_assert_uint_eq(ms, known[i].ms);
    }
}
END_TEST

START_TEST(other_ways_to_write_a_time_are_read)
{
    static const char *const same[] = {
        "2023-01-18T10:02:00.000+08:00",
        "2023-01-18T10:02:00+08:00",
        "2023-01-18T10:02:00",
        "2023-01-18T10:02",
        "2023-01-18T02:02Z",
        "2023-01-18T02:02:00.000Z",
        "2023-01-17T21:02:00-05:00",
        "2023-01-18T07:47+05:45",
    };
    uint64_t ms;

    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
        ck_assert_msg(clock_parse(same[i], &ms) == 0, "%s", same[i]);
        ck_assert_msg(ms == 1674007320000, "%s", same[i]);
    }
    ck_assert_int_eq(clock_parse("2023-01-18", &ms), 0);
    ck_assert_uint_eq(ms, clock_day_start_ms(clock_day(1674007331120)));
}
END_TEST

START_TEST(what_is_no_time_is_refused)
{
    static const char *const bad[] = {
        "",
        "2023",
        "2023-1-18",
        "2023-01-18T",
        "2023-01-18T10",
        "2023-01-18T24:00",
        "2023-01-18T10:60",
        "2023-01-18T10:02:60",
        "2023-01-18T10:02:00.12",
        "2023-01-18T10:02:00.1234",
        "2023-01-18T10:02:00+8",
        "2023-01-18T10:02:00+15:00",
        "2023-01-18T10:02:00+08:60",
        "2023-01-18T10:02:00 +08:00",
        "2023-01-18 10:02",
        "2023-02-29",
        "2023-13-01",
        "2023-00-10",
        "2023-04-31",
        "1969-12-31",
        "1970-01-01",
        "2023-01-18T10:02Zx",
        "-023-01-18",
    };
    uint64_t ms = 7;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(clock_parse(bad[i], &ms) == CLOCK_BAD_TEXT, "%s", bad[i]);
    ck_assert_uint_eq(ms, 7);
}
END_TEST

START_TEST(each_day_of_four_centuries_is_that_of_the_library)
{
    for (int64_t day = -1000; day < 146097 + 1000; day++) {
        time_t seconds = (time_t)day * 86400;
        struct tm tm;
        ck_assert_ptr_nonnull(gmtime_r(&seconds, &tm));
        struct clock_date date = clock_date(day);
        ck_assert_int_eq(date.year, tm.tm_year + 1900);
        ck_assert_int_eq(date.month, tm.tm_mon + 1);
        ck_assert_int_eq(date.day_of_month, tm.tm_mday);
        ck_assert_int_eq(date.weekday, tm.tm_wday);
        ck_assert_int_eq(clock_day_of(date.year, date.month, date.day_of_month), day);
    }
}
END_TEST

START_TEST(a_day_begins_at_the_towns_midnight)
{
    int64_t day = clock_day_of(2023, 1, 18);
    uint64_t start_ms = clock_day_start_ms(day);

    ck_assert_uint_eq(start_ms, 1673971200000);
    ck_assert_int_eq(clock_day(start_ms), day);
    ck_assert_int_eq(clock_day(start_ms - 1), day - 1);
    ck_assert_int_eq(clock_day(start_ms + CLOCK_DAY_MS - 1), day);
    ck_assert_uint_eq(clock_day_start_ms(0), 0); /* there is no time before 1970 */
}
END_TEST

START_TEST(the_steady_clock_does_not_go_back)
{
    uint64_t before_us = clock_steady_us();

    for (int i = 0; i < 1000; i++) {
        uint64_t now_us = clock_steady_us();
        ck_assert_uint_ge(now_us, before_us);
        before_us = now_us;
    }
    ck_assert_uint_gt(clock_wall_ms(), 1674007331120);
}
END_TEST

TESTS(known_times_are_printed_and_read, other_ways_to_write_a_time_are_read,
      what_is_no_time_is_refused, each_day_of_four_centuries_is_that_of_the_library,
      a_day_begins_at_the_towns_midnight, the_steady_clock_does_not_go_back)
