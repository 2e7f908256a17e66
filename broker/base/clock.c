#include "base/clock.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { ZONE_MS = 8 * 60 * 60 * 1000, MINUTE_MS = 60 * 1000 };

uint64_t clock_wall_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

uint64_t clock_steady_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_BOOTTIME, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

int64_t clock_day(uint64_t ms)
{
    return (int64_t)((ms + ZONE_MS) / CLOCK_DAY_MS);
}

uint64_t clock_day_start_ms(int64_t day)
{
    uint64_t start_ms = (uint64_t)day * CLOCK_DAY_MS;

    return start_ms < ZONE_MS ? 0 : start_ms - ZONE_MS;
}

/* The proleptic Gregorian calendar in eras of 400 years, whose years begin in March. */
struct clock_date clock_date(int64_t day)
{
    int64_t shifted = day + 719468;
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int64_t of_era = shifted - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153;

    return (struct clock_date){
        .year = (int)(year + era * 400 + (month >= 10)),
        .month = (int)(month < 10 ? month + 3 : month - 9),
        .day_of_month = (int)(of_year - (153 * month + 2) / 5 + 1),
        .weekday = (int)(((day + 4) % 7 + 7) % 7),
    };
}

int64_t clock_day_of(int year, int month, int day_of_month)
{
    int64_t shifted = year - (month <= 2);
    int64_t era = (shifted >= 0 ? shifted : shifted - 399) / 400;
    int64_t of_era = shifted - era * 400;
    int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day_of_month - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

void clock_print(uint64_t ms, char text[CLOCK_TEXT_SIZE])
{
    struct clock_date date = clock_date(clock_day(ms));
    uint32_t of_day = (uint32_t)((ms + ZONE_MS) % CLOCK_DAY_MS);

    /* 24 characters of a date within four-digit years, and the zone. */
    snprintf(text, CLOCK_TEXT_SIZE, "%04u-%02u-%02uT%02u:%02u:%02u.%03u+08:00",
             (unsigned)date.year % 10000, (unsigned)date.month % 100,
             (unsigned)date.day_of_month % 100, of_day / 3600000, of_day / 60000 % 60,
             of_day / 1000 % 60, of_day % 1000);
}

/* `count` digits at *text as a number; false: there are other characters. */
static bool digits(const char **text, int count, int *ret_number)
{
    int number = 0;

    for (int i = 0; i < count; i++, (*text)++) {
        if (!isdigit((unsigned char)**text))
            return false;
        number = number * 10 + (**text - '0');
    }
    *ret_number = number;
    return true;
}

static bool skip(const char **text, char wanted)
{
    if (**text != wanted)
        return false;
    (*text)++;
    return true;
}

/* `Z`, `+08:00` or nothing (then the town's): minutes east of Greenwich. */
static bool zone(const char **text, int *ret_minutes)
{
    int hours;
    int minutes;

    *ret_minutes = ZONE_MS / MINUTE_MS;
    if (**text == '\0')
        return true;
    if (skip(text, 'Z')) {
        *ret_minutes = 0;
        return true;
    }
    int sign = **text == '-' ? -1 : 1;
    if (!skip(text, '+') && !skip(text, '-'))
        return false;
    if (!digits(text, 2, &hours) || !skip(text, ':') || !digits(text, 2, &minutes))
        return false;
    *ret_minutes = sign * (hours * 60 + minutes);
    return hours <= 14 && minutes < 60;
}

static bool time_of_day(const char **text, uint32_t *ret_ms)
{
    int hour;
    int minute;
    int second = 0;
    int ms = 0;

    if (!digits(text, 2, &hour) || !skip(text, ':') || !digits(text, 2, &minute))
        return false;
    if (skip(text, ':') && !digits(text, 2, &second))
        return false;
    if (skip(text, '.') && !digits(text, 3, &ms))
        return false;
    *ret_ms = (uint32_t)(((hour * 60 + minute) * 60 + second) * 1000 + ms);
    return hour < 24 && minute < 60 && second < 60;
}

int clock_parse(const char *text, uint64_t *ret_ms)
{
    int year;
    int month;
    int day;
    int minutes = ZONE_MS / MINUTE_MS;
    uint32_t of_day_ms = 0;

    if (!digits(&text, 4, &year) || !skip(&text, '-') || !digits(&text, 2, &month)
        || !skip(&text, '-') || !digits(&text, 2, &day))
        return CLOCK_BAD_TEXT;
    int64_t days = clock_day_of(year, month, day);
    struct clock_date date = clock_date(days);
    if (year < 1970 || date.year != year || date.month != month || date.day_of_month != day)
        return CLOCK_BAD_TEXT;
    if (skip(&text, 'T') && (!time_of_day(&text, &of_day_ms) || !zone(&text, &minutes)))
        return CLOCK_BAD_TEXT;
    int64_t ms = days * CLOCK_DAY_MS + (int64_t)of_day_ms - (int64_t)minutes * MINUTE_MS;
    if (*text != '\0' || ms < 0)
        return CLOCK_BAD_TEXT;
    *ret_ms = (uint64_t)ms;
    return 0;
}
