/*
 * base/clock.h - what time it is, for those few who may ask.
 *
 * Only a loop asks, once a round, and tells everybody below it (`now_ms` is an argument in the
 * whole house).  A handler never reads a clock.  Dates are those of the town: UTC+8, no summer
 * time, computed here and never by localtime().
 */
#pragma once

#include <stdint.h>

enum { CLOCK_DAY_MS = 24 * 60 * 60 * 1000 };

/* Milliseconds since 1970 by the wall clock. */
uint64_t clock_wall_ms(void);

/* Microseconds that only grow (also while the machine sleeps): for leases, time-outs, measuring. */
uint64_t clock_steady_us(void);

/* The town's date at `ms`: days since 1970-01-01 in UTC+8.  And its first millisecond. */
int64_t clock_day(uint64_t ms);
uint64_t clock_day_start_ms(int64_t day);

/* Splits `day` into a calendar date, and back.  month 1..12, day_of_month 1..31. */
struct clock_date {
    int year;
    int month;
    int day_of_month;
    int weekday; /* 0 Sunday ... 6 Saturday */
};
struct clock_date clock_date(int64_t day);
int64_t clock_day_of(int year, int month, int day_of_month);

/* Writes `2023-01-18T10:02:11.120+08:00` and a terminator. */
enum { CLOCK_TEXT_SIZE = 32 };
void clock_print(uint64_t ms, char text[CLOCK_TEXT_SIZE]);

/* Reads what clock_print writes; also without milliseconds, also `2023-01-18`, also with Z.
 * -EINVAL is not a fault here but the answer CLOCK_BAD_TEXT. */
enum { CLOCK_BAD_TEXT = 1 };
int clock_parse(const char *text, uint64_t *ret_ms);
