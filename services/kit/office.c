#include "kit/office.h"

#include "base/clock.h"

/* The part of the day's office hours that lies at or after `from_ms`: its start; its length. */
static uint64_t hours_left(const struct office *office, int64_t day, uint64_t from_ms,
                           uint64_t *ret_start_ms)
{
    uint64_t open_ms = clock_day_start_ms(day) + office->open_ms;
    uint64_t close_ms = clock_day_start_ms(day) + office->close_ms;

    *ret_start_ms = from_ms > open_ms ? from_ms : open_ms;
    if (*ret_start_ms >= close_ms || !office->is_workday(office->context, day))
        return 0;
    return close_ms - *ret_start_ms;
}

uint64_t office_after(const struct office *office, uint64_t from_ms, uint64_t ms)
{
    int64_t first = clock_day(from_ms);
    int64_t idle = 0;

    for (int64_t day = first; idle < OFFICE_DAYS; day++) {
        uint64_t start_ms;
        uint64_t left_ms = hours_left(office, day, from_ms, &start_ms);
        if (left_ms >= ms && left_ms > 0)
            return start_ms + ms;
        ms -= left_ms;
        idle = left_ms == 0 ? idle + 1 : 0;
    }
    return from_ms + ms; /* an office that never opens: better a wrong hour than none */
}

uint64_t office_days_after(const struct office *office, uint64_t from_ms, uint64_t days)
{
    int64_t day = clock_day(from_ms);
    int64_t idle = 0;

    if (days == 0)
        return from_ms;
    while (days > 0 && idle < OFFICE_DAYS) {
        day++;
        idle++;
        if (office->is_workday(office->context, day)) {
            days--;
            idle = 0;
        }
    }
    return clock_day_start_ms(day) + office->close_ms;
}

uint64_t office_between(const struct office *office, uint64_t from_ms, uint64_t until_ms)
{
    uint64_t sum_ms = 0;

    for (int64_t day = clock_day(from_ms); until_ms > from_ms && day <= clock_day(until_ms);
         day++) {
        uint64_t start_ms;
        uint64_t left_ms = hours_left(office, day, from_ms, &start_ms);
        if (left_ms > 0 && until_ms > start_ms)
            sum_ms += until_ms - start_ms < left_ms ? until_ms - start_ms : left_ms;
    }
    return sum_ms;
}
