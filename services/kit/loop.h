/*
 * kit/loop.h - the kernel: one need, its assignments, and what closes the loop (domain.md 3.2).
 *
 * A need is what a person asks for; an assignment is one unit that is asked to serve it.  Both
 * lifecycles, their clocks and their worklists are the same in every service that serves needs,
 * so they are here once.  A service lists its rules (service->loop) and gets all the kernel's
 * commands, events, timers and questions under its own name: `referral.OpenNeed.310115125041`.
 *
 *     need          OPEN -> ASSIGNED -> IN_SERVICE -> VERIFYING -> CLOSED -> SEALED
 *                   beside them ON_HOLD and UNASSIGNABLE
 *     assignment    REQUESTED -> RECEIVED -> ACCEPTED -> IN_PROGRESS -> COMPLETED, and its ends
 *                   REJECTED EXPIRED RECALLED FAILED ERROR; beside them ON_HOLD
 *
 * What it promises:
 * - A need has at most one live assignment, and any number of past ones (R1).
 * - Every need that is not closed is in exactly one unit's worklist, under one clock, and that
 *   clock is a durable timer (R4, R5).  loop_settle computes both from the rows alone.
 * - The clocks of a unit run from the dispatch (R3); the done clock runs from the opening, is
 *   not restarted by a new assignment, and stands still in an approved hold only (R2).
 * - A unit that refuses, declines late or lets its time pass has bounced the need; at
 *   need.bounce_cap, or when nobody is left, the arbiter (lgo) rules.  A ruling cannot be refused (R6).
 * - Whoever fulfilled a need does not confirm it: not that unit, post or person (R7).
 *
 * Subjects: a need's events carry the owning committee until it is dispatched, then the target;
 * NeedOpened, NeedClosed and NeedReopened always the committee; VerificationDue the verifier;
 * Unassignable lgo.  A need of no place has `town`.
 *
 * What the registry says of a person is folded here, for every service: a reported death holds, a
 * confirmed one and leaving the town close; a move hands what is not begun to the new committee; the
 * needs of a merged id are the survivor's until that is undone.
 *
 * A duplicate (same person and kind, open) is stated as NeedOpened{duplicate_of}, then
 * NeedClosed{DUPLICATE}; each need.repeat_calls-th of them raises the first one's priority a step.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kit/part.h"
#include "kit/turn.h"
#include "loop_rows.pb-c.h"
#include "town.pb-c.h"

struct ask;

/* The kernel's tables. */
enum {
    LOOP_NEEDS = LOOP_TABLES,
    LOOP_ASSIGNMENTS,
    LOOP_WORK,     /* unit/due/need     */
    LOOP_PERSONS,  /* person/need       */
    LOOP_KINDS,    /* person/kind/need, open ones */
    LOOP_CHILDREN, /* parent/need       */
    LOOP_COUNTS,   /* unit/state/priority */
    LOOP_DEATHS,   /* person */
    LOOP_ALIASES,  /* alias: whom it names */
};

/* Its words, in the order of the commands; then the moves that are no commands. */
enum {
    LOOP_OPEN_NEED = LOOP_WORDS,
    LOOP_AMEND_NEED,
    LOOP_CHANGE_PRIORITY,
    LOOP_DISPATCH,
    LOOP_RECEIVE,
    LOOP_ACCEPT,
    LOOP_REJECT,
    LOOP_DECLINE,
    LOOP_START,
    LOOP_REQUEST_HOLD,
    LOOP_APPROVE_HOLD,
    LOOP_DENY_HOLD,
    LOOP_RESUME,
    LOOP_REPORT_INTERIM,
    LOOP_COMPLETE,
    LOOP_FAIL,
    LOOP_RECALL,
    LOOP_MARK_ERROR,
    LOOP_RULE,
    LOOP_RECORD_CALLBACK,
    LOOP_WITHDRAW_NEED,
    LOOP_REOPEN_NEED,
    LOOP_DUE,
    LOOP_DEATH_REPORTED,
    LOOP_DEATH_REFUTED,
    LOOP_DEATH_CONFIRMED,
    LOOP_LEFT_TOWN,
    LOOP_MOVED,
    LOOP_MERGED,
    LOOP_UNMERGED,
    LOOP_CAMPAIGN_CLOSING,
    LOOP_COMMANDS_END,

    LOOP_LINK = LOOP_WORDS + 100, /* a duplicate is linked                        */
    LOOP_RETURN,                  /* the assignment ended: another unit is sought */
    LOOP_BOUNCE,                  /* ... or nobody is left: to the arbiter        */
    LOOP_EXPIRE,
    LOOP_HOLD,
    LOOP_UNHOLD_OPEN,
    LOOP_UNHOLD_ASSIGNED,
    LOOP_UNHOLD_IN_SERVICE,
    LOOP_UNHOLD_VERIFYING,
    LOOP_UNHOLD_UNASSIGNABLE,
    LOOP_REWORK,
    LOOP_CLOSE,
    LOOP_SEAL,
};

typedef LoopRows__Need Need;
typedef LoopRows__Assignment Assignment;

/* What a router answers. */
enum {
    LOOP_ROUTED = 0, /* to *ret_unit                                             */
    LOOP_WAITS = 1,  /* the dispatcher decides; after need.route the arbiter does */
    LOOP_NOBODY = 2, /* no unit is left: to the arbiter at once                  */
};

/* A service's rules.  Hooks may be NULL; they run inside the turn, after the kernel has changed its
 * rows and stated its event, and may refuse. */
struct loop_rules {
    const char *const *kinds; /* it serves; ends with NULL                             */
    int unknown_kind;         /* refusal for another kind; 0: BAD_FIELD                */
    const char *dispatcher;   /* the unit in whose worklist what is open lies          */
    const char *verifier;     /* the unit that calls back; NULL: dzb, the hotline      */

    /* Which unit next.  need->tried and need->refusals say who had it.  NULL: the dispatch
     * catalogue (loop_route_catalogue). */
    int (*route)(struct turn *turn, const Need *need, const char **ret_unit);

    void (*on_open)(struct turn *turn, const char *id, Need *need);
    void (*on_dispatch)(struct turn *turn, const char *id, const Need *need,
                        const Assignment *assignment);
    void (*on_complete)(struct turn *turn, const char *id, const Need *need,
                        const Assignment *assignment);
    /* An assignment ended otherwise, or its need did: rows that hang on it end too. */
    void (*on_end)(struct turn *turn, const char *assignment_id, const Need *need,
                   const Assignment *assignment);
    void (*on_close)(struct turn *turn, const char *id, const Need *need);
};

/* ---- for services ------------------------------------------------------------------------------- */

/* The rows, to be read; NULL: there is none.  Lends them until the turn ends. */
const Need *loop_need(struct turn *turn, const char *id);
const Assignment *loop_assignment(struct turn *turn, const char *id);

/* REQUESTED to ON_HOLD: the unit has it. */
bool loop_is_live(const Assignment *assignment);

/* Not CLOSED and not SEALED. */
bool loop_is_open(const Need *need);

/* An id that is made of another: `ID-WORD`.  Where that would be too long, a digest of ID stands for
 * its end, so that two ids never make the same.  `word` has 20 characters at most.  Lent until the
 * turn ends. */
const char *loop_id_of(struct turn *turn, const char *id, const char *word);

/* Whom an id names now: after registry.Merged the survivor, else the id itself (R13).  Lent until the
 * turn ends. */
const char *loop_person(struct turn *turn, const char *id);
const char *loop_person_asked(struct ask *ask, const char *id); /* in a question */

/* Opens a need as the command OpenNeed would, in this turn.  Refuses as it would.  Texts of `open`
 * must live as long as the turn; its parts are copied. */
int loop_open(struct turn *turn, const Town__OpenNeed *open);

/* Ends an open need of this service in this turn: `outcome` WITHDRAWN and the like, told in
 * `public_text`.  A unit that has it hears that it is recalled, and why.  Nothing when it is no more
 * open. */
struct loop_ending {
    Town__NeedOutcome outcome;
    const char *public_text;
    const char *reason;
};
void loop_end(struct turn *turn, const char *id, const struct loop_ending *ending);

/* A command of the kernel in this turn, as `unit` would send it, by whoever sent the message in hand:
 * goods that are delivered complete an assignment, a recipient's word confirms it.  Refuses as it
 * would.  `command` must live as long as the turn. */
int loop_act(struct turn *turn, const char *unit, const ProtobufCMessage *command);

/* States an event of a need, with the need's case and priority whatever the message in hand has. */
int loop_say(struct turn *turn, const Need *need, const char *unit, const ProtobufCMessage *event);

/* The target while a unit has it, else the owning committee; `town` where there is none. */
const char *loop_unit(struct turn *turn, const Need *need);

/* By the catalogue (SetResponsibility): its first unit, then its second, neither of those tried.
 * `committee`, `centre` and `other-centre` there stand for those of the need's place. */
int loop_route_catalogue(struct turn *turn, const Need *need, const char **ret_unit);

/* True if `unit` is among those that the router leaves out. */
bool loop_tried(const Need *need, const char *unit);

/* `P1` of 1, and back; LOOP_NO_PRIORITY: no such. */
enum { LOOP_NO_PRIORITY = 99 };
const char *loop_priority_name(uint32_t priority);
uint32_t loop_priority(const char *name);
