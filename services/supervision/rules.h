/*
 * supervision/rules.h - the duty register's own language, read.
 *
 * `event`, `for_whom` and `by_when` of duties.csv are a small controlled English: names of events
 * joined by or / and / later, `no` in front of what must not happen, `the need's X` for the kernel's
 * event of whichever service has the need, `kind work` and `outcome met or partly_met` for what an
 * event must say; `within KEY of EVENT`, `before EVENT`, `within 14 days` for the time.  A rule
 * names a policy key and never a number, unless the register writes out a default.
 */
#pragma once

#include "supervision/supervision.h"

/* The part's phrase says `for all`, `for every committee`, or the duty's own unit does. */
const char *rules_units(const Duty *duty, const Part *part);

/* True if the unit is among them. */
bool rules_concerns(struct turn *turn, const Duty *duty, const Part *part, const char *unit);

/* The part's month- or hour-long periods begin anew by themselves. */
bool rules_is_periodic(const Part *part);
