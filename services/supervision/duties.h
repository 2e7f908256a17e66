/*
 * supervision/duties.h - the marks of the duty register: what one unit owes, and what became of it.
 *
 * A mark is one obligation: a duty, the unit that owes it, and a period or an item.  Its row is
 * found by the duty and the item alone, since the event that meets it seldom names who owed it.
 * What is met for an item is counted and its row dropped; what was not met is kept as evidence, for
 * as long as the policy wants it.
 */
#pragma once

#include "supervision/phrases.h"
#include "supervision/rules.h"

/* A duty's part, and a message that may touch it. */
struct hearing {
    struct turn *turn;
    const Duty *duty;
    uint32_t place; /* of the part */
    const Part *part;
    const struct phrase *phrase;
    const char *event;  /* referral.Dispatched; */
    const char *kernel; /* *.Dispatched, or ""  */
    const ProtobufCMessage *message;
    const Clause *clause; /* the one that speaks of it, while it is heard */
};

/* One obligation that a message names. */
struct owed {
    const char *unit;
    const char *item; /* its place among the duty's marks; also the period shown */
    const char *period;
};

/* Calls `each` for what the message names; those whose unit the duty does not concern are left
 * out when the message begins them. */
void duties_each_owed(const struct hearing *hearing, bool begins,
                      void (*each)(const struct hearing *hearing, const struct owed *owed));

const char *duties_key(struct turn *turn, const Duty *duty, const char *item);

/* The period that runs at `ms`, and its end: 2023-01, 2023-01-18T10. */
struct duties_period {
    const char *name;
    uint64_t from_ms;
    uint64_t until_ms;
};
struct duties_period duties_period(struct turn *turn, const struct phrase *phrase, uint64_t ms);

/* A mark begins or goes on with a new due time; 0: none.  `from_ms` is where its clock began. */
void duties_begin(const struct hearing *hearing, const struct owed *owed, uint64_t from_ms,
                  uint64_t due_ms);
void duties_meet(const struct hearing *hearing, const char *key, uint32_t group);
void duties_break(struct turn *turn, const Duty *duty, const char *key);
void duties_end(struct turn *turn, const char *key);

/* What was settled long ago: its row goes, and with it its place in the counts. */
void duties_drop(struct turn *turn, const char *key);

/* Another unit owes it now, with the clock that runs. */
void duties_give(struct turn *turn, const char *key, const char *unit);

/* ---- items.c ------------------------------------------------------------------------------------ */

/* The value of the first of `names` (`class|to`) that the message has; "need.x" is of the need's row. */
const char *items_value(const struct hearing *hearing, const char *names);

/* `class|to=RED|YELLOW`, `proposed=`, `?category=MEDICAL` */
bool items_match(const struct hearing *hearing, const char *only);

/* The unit that the message names as the one whose matter it is. */
const char *items_unit(const struct hearing *hearing);

/* When what the message begins is due; 0: it has no time. */
uint64_t items_due(const struct hearing *hearing, uint64_t from_ms);
