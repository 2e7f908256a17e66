/*
 * care/record.h - one record of a contact or a try: record_read.c judges whether it may be recorded,
 * record.c records it.
 */
#pragma once

#include "care/care.h"

/* One record, with what is known of it. */
struct record {
    const Care__RecordContact *told;
    const char *id;
    Person *person;
    uint64_t at_ms;
    int64_t day;
    Care__Outcome outcome;
    const char *by;
};

/* ---- record_read.c ------------------------------------------------------------------------------------ */

/* When it was, and of which day: into the record, which knows its person.  False: refused. */
bool read_time(struct turn *turn, struct record *record, uint64_t at_ms, const char *date);

/* What was told comes to this, whatever was ticked. */
Care__Outcome outcome_of(const Care__RecordContact *told);

/* False: refused.  `script`: the questions of the day must have been asked. */
bool is_whole(struct turn *turn, const struct record *record, bool script);

/* The contact of the record's day, planned if it is today's and was not; row NULL: refused. */
struct contact contact_of(struct turn *turn, const struct record *record);

/* ---- record.c ----------------------------------------------------------------------------------------- */

/* Such an outcome is one of the day's times (SetFrequency). */
bool counts_toward_day(Care__Outcome outcome);
