/*
 * supplies/rule.h - who gets what when there is not enough: the rule of shortage, pure.
 *
 * It is told all claims to one item, how much there is and what one committee may get; it puts the
 * claims in order and says what each is given, and why.  The same claims give the same answer, so that
 * an allocation can be told again to whoever asks (S-0B1; ExplainAllocation).
 *
 * A line that the leader put first goes before all others and is under no cap.  The cap holds as long
 * as a claim of another committee is left within its own: nothing stays on the shelf for the cap's sake.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Why a claim was given what it was given. */
enum why {
    WHY_NONE,     /* nothing was left                                   */
    WHY_FULL,     /* all that it asked, in its turn                     */
    WHY_PART,     /* what was left                                      */
    WHY_CAPPED,   /* its committee had its share                        */
    WHY_LEFT,     /* ... and after the others something was left for it */
    WHY_OVERRIDE, /* the leader put it first                            */
};

struct claim {
    const char *line;
    const char *committee;
    int32_t class; /* supplies.Class; 0 counts after GREEN */
    uint32_t days_left;
    bool days_left_known; /* else after those that know */
    uint64_t since_ms;
    uint64_t overridden_ms; /* 0: no */
    uint32_t asked;
    uint32_t given; /* the answer */
    enum why why;
};

struct rule {
    const int32_t *order; /* supplies.Claim, the first goes first */
    size_t order_count;
    uint32_t available;
    uint32_t cap; /* of one committee */
};

/* Sorts `claims` into their order and fills `given` and `why`. */
void rule_allot(const struct rule *rule, struct claim *claims, size_t count);

/* In words. */
const char *rule_why(enum why why);
