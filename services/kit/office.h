/*
 * kit/office.h - working time: office hours on working days (domain.md 3.3).
 *
 * Pure: the office's hours and which days are working days are told by the caller.  Days and hours
 * are the town's (UTC+8).  Hours count inside office hours only; n working days end at the close of
 * the n-th working day after the day of the start, which is not counted itself.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { OFFICE_DAYS = 400 }; /* the longest search for a working day: no calendar is that empty */

struct office {
    uint64_t open_ms;  /* since midnight */
    uint64_t close_ms; /* later than open_ms */
    bool (*is_workday)(void *context, int64_t day);
    void *context;
};

/* `ms` of working time after `from_ms`. */
uint64_t office_after(const struct office *office, uint64_t from_ms, uint64_t ms);

/* The close of the `days`-th working day after that of `from_ms`; from_ms for 0. */
uint64_t office_days_after(const struct office *office, uint64_t from_ms, uint64_t days);

/* The working time between two instants; 0 when `until_ms` is not later. */
uint64_t office_between(const struct office *office, uint64_t from_ms, uint64_t until_ms);
