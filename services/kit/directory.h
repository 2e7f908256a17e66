/*
 * kit/directory.h - the organisation as every service knows it.
 *
 * A part of every service: it folds the organisation's events (units, posts, tenures, absences,
 * catchments, responsibilities, policies, calendars, links) into the service's own store, in the
 * same turns.  So who holds a post, which centre serves a committee and which deadline is in force
 * are look-ups in the present transaction, as of the log time of the message in hand.
 *
 * Deadlines are policy records {key, scope, value, unit, calendar}, effective from a time; the
 * record in force at `from_ms` counts, and a later change never moves a clock that already runs.
 * Where a scope has no record of its own, ranges (`P0-P1`) and `*` are looked at, in this order.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kit/turn.h"

enum { DIRECTORY_ABSENT = 1 };

/* The due time of clock `key` for `scope` (`P0`, `silent`, ... or "") that starts at `from_ms`: by
 * the 24x7 calendar, or in working hours and days of the State calendar (domain.md 3.3, and
 * kit/office.h).  For a `clock` unit (`18:00`): the next such time of the town from from_ms on.  No
 * record: refuses with NOT_FOUND and a reason that names the key, since no deadline is a constant
 * in code. */
uint64_t directory_due(struct turn *turn, const char *key, const char *scope, uint64_t from_ms);

/* True if a record of `key` for `scope` is in force at `from_ms`: P4 has no first contact. */
bool directory_has(struct turn *turn, const char *key, const char *scope, uint64_t from_ms);

/* A plain number (percent, refusals, tries, people). */
uint64_t directory_number(struct turn *turn, const char *key, const char *scope);

/* `part` percent of the way from `from_ms` to the due time, by the same calendar. */
uint64_t directory_share(struct turn *turn, const char *key, const char *scope, uint64_t from_ms,
                         unsigned part);

/* `due_ms`, of a clock `key` that began at `from_ms`, after it stood still from `pause_ms` to
 * `until_ms`: later by the time of its own calendar that passed meanwhile. */
struct directory_pause {
    const char *key;
    const char *scope;
    uint64_t from_ms;
    uint64_t pause_ms;
    uint64_t until_ms;
};
uint64_t directory_paused(struct turn *turn, const struct directory_pause *pause, uint64_t due_ms);

/* Who acts for a post now: staff id, and why (held, deputy, successor, head, duty).  NULL: nobody. */
const char *directory_holder(struct turn *turn, const char *post, const char **ret_why);

/* The post of that kind (head, deputy, first_responsible, liaison, duty, seat, child) in a unit;
 * "" when none is defined.  `duty`: the post of the slot that runs now, where a roster is
 * published. */
const char *directory_post(struct turn *turn, const char *unit, const char *kind);

bool directory_unit(struct turn *turn, const char *unit);             /* is registered           */
bool directory_committee(struct turn *turn, const char *unit);        /* ... and is a committee  */
const char *directory_unit_name(struct turn *turn, const char *unit); /* name_zh, or the code */

/* The health centre of a committee for a kind of need; "" when none is set. */
const char *directory_centre(struct turn *turn, const char *committee, const char *kind);

/* True if the unit is the health centre of some committee. */
bool directory_is_centre(struct turn *turn, const char *unit);

/* The first centre in order of codes that serves some committee and is not `centre`; "": none. */
const char *directory_other_centre(struct turn *turn, const char *centre);

/* True unless a provider of the unit is registered and none of them offers the kind. */
bool directory_provides(struct turn *turn, const char *unit, const char *kind);

/* The row of the dispatch catalogue; NULL: none.  A row without a kind counts for the others. */
struct directory_responsibility {
    const char *service;
    const char *first_unit;
    const char *second_unit;
    const char *verifier;
};
const struct directory_responsibility *
directory_responsible(struct turn *turn, const char *category, const char *kind);

/* Whether a day is a working day of the State calendar. */
bool directory_workday(struct turn *turn, int64_t day);

/* Whether the unit's link is down at this moment, and since when. */
bool directory_down(struct turn *turn, const char *unit, uint64_t *ret_since_ms);
