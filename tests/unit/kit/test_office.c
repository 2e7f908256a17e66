/*
 * Working time, by the State calendar of the Spring Festival of 2023: 21 to 27 January are days off,
 * 28 and 29, a Saturday and a Sunday, are working days (domain.md 3.3).
 */
#include "base/clock.h"
#include "kit/office.h"
#include "lib/run.h"

enum { MIN_MS = 60 * 1000, HOUR_MS = 60 * MIN_MS };

static bool is_workday(void *context, int64_t day)
{
    struct clock_date date = clock_date(day);

    (void)context;
    if (date.year == 2023 && date.month == 1 && date.day_of_month >= 21 && date.day_of_month <= 29)
        return date.day_of_month >= 28;
    return date.weekday != 0 && date.weekday != 6;
}

static bool is_never(void *context, int64_t day)
{
    (void)context;
    (void)day;
    return false;
}

static const struct office office = {
    .open_ms = 8 * HOUR_MS + 30 * MIN_MS,
    .close_ms = 17 * HOUR_MS,
    .is_workday = is_workday,
};

static uint64_t at(const char *text)
{
    uint64_t ms;

    ck_assert_msg(clock_parse(text, &ms) == 0, "%s", text);
    return ms;
}

static void expect(uint64_t got_ms, const char *want)
{
    char text[CLOCK_TEXT_SIZE];

    clock_print(got_ms, text);
    ck_assert_msg(got_ms == at(want), "%s, not %s", text, want);
}

START_TEST(hours_count_in_office_hours_only)
{
    static const struct {
        const char *from;
        uint64_t ms;
        const char *due;
    } rows[] = {
        { "2023-01-18T09:00+08:00", 4 * HOUR_MS, "2023-01-18T13:00+08:00" },
        { "2023-01-18T13:00+08:00", 4 * HOUR_MS, "2023-01-18T17:00+08:00" },
        { "2023-01-18T16:00+08:00", 4 * HOUR_MS, "2023-01-19T11:30+08:00" },
        { "2023-01-18T06:00+08:00", 4 * HOUR_MS, "2023-01-18T12:30+08:00" },
        { "2023-01-18T20:00+08:00", 4 * HOUR_MS, "2023-01-19T12:30+08:00" },
        /* the Friday before the festival: the next office hour is on Saturday the 28th */
        { "2023-01-20T16:00+08:00", 4 * HOUR_MS, "2023-01-28T11:30+08:00" },
        { "2023-01-23T10:00+08:00", 1 * HOUR_MS, "2023-01-28T09:30+08:00" },
        { "2023-01-28T16:30+08:00", 1 * HOUR_MS, "2023-01-29T09:00+08:00" },
        { "2023-01-18T17:00+08:00", 0, "2023-01-19T08:30+08:00" },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        expect(office_after(&office, at(rows[i].from), rows[i].ms), rows[i].due);
}
END_TEST

START_TEST(days_end_at_the_close_of_the_last)
{
    static const struct {
        const char *from;
        uint64_t days;
        const char *due;
    } rows[] = {
        { "2023-01-18T09:00+08:00", 1, "2023-01-19T17:00+08:00" },
        { "2023-01-18T23:59+08:00", 1, "2023-01-19T17:00+08:00" },
        { "2023-01-20T09:00+08:00", 1, "2023-01-28T17:00+08:00" },
        { "2023-01-20T09:00+08:00", 2, "2023-01-29T17:00+08:00" },
        { "2023-01-20T09:00+08:00", 3, "2023-01-30T17:00+08:00" },
        { "2023-01-24T09:00+08:00", 1, "2023-01-28T17:00+08:00" },
        { "2023-01-18T09:00+08:00", 5, "2023-01-30T17:00+08:00" },
        { "2023-02-03T09:00+08:00", 1, "2023-02-06T17:00+08:00" },
        { "2023-01-18T09:00+08:00", 0, "2023-01-18T09:00+08:00" },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        expect(office_days_after(&office, at(rows[i].from), rows[i].days), rows[i].due);
}
END_TEST

START_TEST(time_between_is_what_after_went)
{
    uint64_t from = at("2023-01-18T16:00+08:00");

    ck_assert_uint_eq(office_between(&office, from, at("2023-01-18T16:30+08:00")), 30 * MIN_MS);
    ck_assert_uint_eq(office_between(&office, from, at("2023-01-19T09:00+08:00")), 90 * MIN_MS);
    ck_assert_uint_eq(
        office_between(&office, at("2023-01-20T17:00+08:00"), at("2023-01-28T08:30+08:00")), 0);
    ck_assert_uint_eq(office_between(&office, from, from), 0);
    ck_assert_uint_eq(office_between(&office, from, from - 1), 0);
    for (uint64_t ms = MIN_MS; ms < 60 * HOUR_MS; ms += 37 * MIN_MS)
        ck_assert_uint_eq(office_between(&office, from, office_after(&office, from, ms)), ms);
}
END_TEST

START_TEST(an_office_that_never_opens_ends_the_search)
{
    struct office closed = office;

    closed.is_workday = is_never;
    ck_assert_uint_eq(office_after(&closed, 1000, 500), 1500);
    ck_assert_uint_gt(office_days_after(&closed, 1000, 1), 1000);
}
END_TEST

TESTS(hours_count_in_office_hours_only, days_end_at_the_close_of_the_last,
      time_between_is_what_after_went, an_office_that_never_opens_ends_the_search)
