/*
 * core/permit.h - who may do what: a pure function of {unit, verb, subject}.
 *
 * Allowed by table, denied by default, and a deny row wins.  A row names a unit, a group of units
 * or `*`; a verb; and a pattern, in which `@` stands for the acting unit's own code.  The text
 * form is CSV with a header: `who,verb,pattern`; a verb with `!` in front denies.
 *
 *     hcz,publish,referral.*.@      the centre may say anything of its own to referral
 *     vc,collect,*.Dispatched.@     committees' mailboxes take what is dispatched to them
 *
 * Verbs: publish, subscribe, query, answer (queries of that service), collect (what the unit's
 * mailbox takes, and that it has one), take (from the mailbox of that unit), admin.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

struct permit;

enum permit_verb {
    PERMIT_PUBLISH,
    PERMIT_SUBSCRIBE,
    PERMIT_QUERY,
    PERMIT_ANSWER,
    PERMIT_COLLECT,
    PERMIT_TAKE,
    PERMIT_ADMIN,
    PERMIT_VERBS,
};

enum { PERMIT_BAD = 1 };

/* A unit of the town with its group (`vc` for a committee, `service`, `member` ...). */
struct permit_unit {
    const char *unit;
    const char *group;
};

/* Compiles the table.  PERMIT_BAD: *ret_line and ret_reason (lends static text) say where and why.
 * Copies everything.  Gives the table: end it with permit_close. */
int permit_parse(const char *csv, const struct permit_unit *units, uint32_t unit_count,
                 struct permit **ret_permit, uint32_t *ret_line, const char **ret_reason);
void permit_close(struct permit *permit);

bool permit_allows(const struct permit *permit, const char *unit, enum permit_verb verb,
                   struct slice subject);

/* Whether everything that `filter` can match is allowed. */
bool permit_allows_filter(const struct permit *permit, const char *unit, struct slice filter);

bool permit_knows(const struct permit *permit, const char *unit);

/* The units that have a mailbox, in order; and what each collects: `index`-th pattern with `@`
 * filled in.  NULL: no more. */
const char *permit_mailbox(const struct permit *permit, uint32_t index);
const char *permit_collects(const struct permit *permit, const char *unit, uint32_t index);
