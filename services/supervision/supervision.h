/*
 * supervision/supervision.h - its words: tables, commands, handlers (domain.md 3.12, 4.10).
 *
 * It reads the whole log and keeps no personal bodies: what it remembers of a message is where it
 * stands, who sent it, and a line made of a few harmless fields.  Everything is keyed by what the
 * message in hand names, so nothing on its path scans.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "care.pb-c.h"
#include "kit/directory.h"
#include "kit/query.h"
#include "kit/service.h"
#include "kit/turn.h"
#include "organisation.pb-c.h"
#include "registry.pb-c.h"
#include "supervision.pb-c.h"
#include "supervision_rows.pb-c.h"
#include "town.pb-c.h"

enum {
    CAMPAIGNS,     /* "now"                                     */
    UNITS,         /* unit                                      */
    POSTS,         /* post                                      */
    HOLDERS,       /* staff/post                                */
    DUTIES,        /* duty                                      */
    TRIGGERS,      /* event/duty: the duties that an event touches */
    MARKS,         /* duty/item                                 */
    BOARD,         /* unit/duty/item                            */
    TALLIES,       /* duty/unit/month                           */
    CONDITIONS,    /* duty/unit                                 */
    SETS,          /* seq of a policy's publication             */
    CASES,         /* case                                      */
    LINES,         /* case/seq                                  */
    NEEDS,         /* service/need                              */
    LATE,          /* unit/due/service/need/clock               */
    RATES,         /* month/unit                                */
    BULLETINS,     /* month                                     */
    FINDINGS,      /* finding                                   */
    UNIT_FINDINGS, /* unit/finding                            */
    INSPECTIONS,   /* inspection                                */
    LOOKS,         /* person/seq                                */
    READERS,       /* unit/post/day                             */
    CHECKPOINTS,   /* size; "last"                              */
    STANDINGS,     /* unit/duty                                 */
    ALIASES,       /* of/alias; has/survivor/alias              */
    KEPT,          /* day on which to look at it/number         */
};

enum {
    DEFINE_DUTY,
    EXCUSE_DUTY,
    CHASE_DUTY,
    OPEN_PERIOD,
    PLAN_INSPECTION,
    START_INSPECTION,
    REPORT_INSPECTION,
    OPEN_FINDING,
    EXPLAIN_FINDING,
    PLAN_RECTIFICATION,
    REPORT_RECTIFIED,
    RECHECK_FINDING,
    CLOSE_FINDING,
    REOPEN_FINDING,
    ESCALATE_FINDING,
    CHASE_FINDING,
    REQUEST_REOPEN,
    COSIGN_CHECKPOINT,
    CHASE_COSIGN,
    PUBLISH_BULLETIN,
    FORGET_OLD,
    CAMPAIGN_OPENED,
    CAMPAIGN_CLOSED,
    UNIT_REGISTERED,
    UNIT_RETIRED,
    POST_DEFINED,
    TENURE_STARTED,
    TENURE_ENDED,
    LINK_CHANGED,
    POLICY_PUBLISHED,
    NEED_OPENED,
    PRIORITY_CHANGED,
    DISPATCHED,
    RECEIVED,
    ACCEPTED,
    STARTED,
    REJECTED,
    DECLINED,
    EXPIRED,
    RECALLED,
    MARKED_IN_ERROR,
    COMPLETED,
    FAILED,
    CALLBACK_RECORDED,
    REWORK_ORDERED,
    NEED_CLOSED,
    NEED_REOPENED,
    DEADLINE_MISSED,
    ACCESSED,
    PERSONS_MERGED,
    PERSONS_UNMERGED,
    CONTACT_PLANNED,
    CONTACT_RECORDED,
    CONTACT_MISSED,
    POST_UNFILLED,
    UNIT_SILENT,

    /* Moves that are no commands. */
    SUPERVISION_MOVES = 300,
    BEGIN = SUPERVISION_MOVES, /* a duty is owed, or owed anew          */
    MEET,
    WARN,
    BREAK,
    EXCUSE,
    FAIL_RECHECK, /* the recheck found it as it was        */
    SETTLE,       /* nobody objected to a good recheck     */
};

typedef SupervisionRows__Campaign Campaign;
typedef SupervisionRows__Unit Unit;
typedef SupervisionRows__Post Post;
typedef SupervisionRows__Entry Entry;
typedef SupervisionRows__Duty Duty;
typedef SupervisionRows__Part Part;
typedef SupervisionRows__Clause Clause;
typedef SupervisionRows__Mark Mark;
typedef SupervisionRows__Tally Tally;
typedef SupervisionRows__Standing Standing;
typedef SupervisionRows__Alias Alias;
typedef SupervisionRows__Condition Condition;
typedef SupervisionRows__Case Case;
typedef SupervisionRows__Line Line;
typedef SupervisionRows__Need Need;
typedef SupervisionRows__Late Late;
typedef SupervisionRows__Rates Rates;
typedef SupervisionRows__Bulletin Bulletin;
typedef SupervisionRows__Finding Finding;
typedef SupervisionRows__Inspection Inspection;
typedef SupervisionRows__Look Look;
typedef SupervisionRows__Reader Reader;
typedef SupervisionRows__Checkpoint Checkpoint;

extern const struct service supervision_service;

/* Every message, before its command: the timeline, then the duties that it touches. */
int supervision_any(struct turn *turn);

/* ---- handlers_duties.c, and what the duty engine in duties.c does for them -------------------- */
int on_define_duty(struct turn *turn, const void *message);
int on_excuse_duty(struct turn *turn, const void *message);
int on_chase_duty(struct turn *turn, const void *message);
int on_open_period(struct turn *turn, const void *message);

/* What the message in hand does to the duties that name it. */
void duties_hear(struct turn *turn);

/* A duty that was defined while the campaign runs is owed from then on. */
void duties_adopt(struct turn *turn, const Duty *duty, const Campaign *campaign);
void duties_open_period(struct turn *turn, const Duty *duty, uint32_t part);
void duties_warn(struct turn *turn, const char *key);
void duties_settle(struct turn *turn, const char *key);

/* Excuses it; `key` names a mark that may be excused. */
void duties_excuse(struct turn *turn, const char *key, const char *reason, const char *approver);

/* The services (of `duty->events`) that have no words yet, as text; "": they are all there. */
const char *rules_wait_for(struct arena *arena, const Duty *duty);

/* Reads the register's row; refuses what cannot be evaluated although its events are known. */
void rules_compile(struct turn *turn, Duty *duty);

/* ---- handlers_town.c ------------------------------------------------------------------------------ */
int saw_campaign_opened(struct turn *turn, const void *message);
int saw_campaign_closed(struct turn *turn, const void *message);
int saw_unit_registered(struct turn *turn, const void *message);
int saw_unit_retired(struct turn *turn, const void *message);
int saw_post_defined(struct turn *turn, const void *message);
int saw_tenure_started(struct turn *turn, const void *message);
int saw_tenure_ended(struct turn *turn, const void *message);
int saw_link_changed(struct turn *turn, const void *message);
int saw_policy_published(struct turn *turn, const void *message);

/* True if the unit was out of reach at `due_ms`, or for more than half of the time since `from_ms`;
 * *ret_evidence is the message that told it. */
bool town_was_down(struct turn *turn, const char *unit, uint64_t from_ms, uint64_t due_ms,
                   const char **ret_evidence);

/* ---- handlers_work.c: the kernel's events of all services ------------------------------------------ */
int saw_need_opened(struct turn *turn, const void *message);
int saw_priority_changed(struct turn *turn, const void *message);
int saw_dispatched(struct turn *turn, const void *message);
int saw_received(struct turn *turn, const void *message);
int saw_accepted(struct turn *turn, const void *message);
int saw_started(struct turn *turn, const void *message);
int saw_rejected(struct turn *turn, const void *message);
int saw_declined(struct turn *turn, const void *message);
int saw_expired(struct turn *turn, const void *message);
int saw_recalled(struct turn *turn, const void *message);
int saw_marked_in_error(struct turn *turn, const void *message);
int saw_completed(struct turn *turn, const void *message);
int saw_failed(struct turn *turn, const void *message);
int saw_callback_recorded(struct turn *turn, const void *message);
int saw_rework_ordered(struct turn *turn, const void *message);
int saw_need_closed(struct turn *turn, const void *message);
int saw_need_reopened(struct turn *turn, const void *message);
int saw_deadline_missed(struct turn *turn, const void *message);

/* The need's row; NULL: it was never opened before us.  Lends it. */
const Need *work_need(struct turn *turn, const char *service, const char *need);

/* ---- rates.c --------------------------------------------------------------------------------------- */
int on_publish_bulletin(struct turn *turn, const void *message);

/* The month of the town's calendar, `2023-01`; the rates of a unit in it, to be changed. */
const char *rates_month(struct turn *turn, uint64_t ms);
Rates *rates_of(struct turn *turn, const char *month, const char *unit);
void rates_add_help(struct turn *turn, Rates *rates, uint64_t ms);

/* As people read them. */
void rates_show(const Rates *rates, Supervision__Rates *ret_shown);

/* ---- keeping.c ------------------------------------------------------------------------------------- */

/* What goes one day. */
enum keeping { KEPT_CASE = 1, KEPT_NEED, KEPT_READER, KEPT_LOOK, KEPT_FINDING, KEPT_MARK };

/* The row `key` rests since `from_ms`; its time begins then, by policy.  Without a policy it stays.
 * Keeps `key` until the turn ends; NULL: nothing to keep. */
void keeping_since(struct turn *turn, enum keeping kind, const char *key, uint64_t from_ms);

/* From now on each night forgets what is over. */
void keeping_begin(struct turn *turn);
int on_forget_old(struct turn *turn, const void *message);

/* ---- handlers_findings.c ------------------------------------------------------------------------------ */
int on_open_finding(struct turn *turn, const void *message);
int on_explain_finding(struct turn *turn, const void *message);
int on_plan_rectification(struct turn *turn, const void *message);
int on_report_rectified(struct turn *turn, const void *message);
int on_recheck_finding(struct turn *turn, const void *message);
int on_close_finding(struct turn *turn, const void *message);
int on_reopen_finding(struct turn *turn, const void *message);
int on_escalate_finding(struct turn *turn, const void *message);
int on_chase_finding(struct turn *turn, const void *message);

/* What supervision finds by itself: one finding for one matter of one unit, however many duties
 * say so. */
struct found {
    const char *unit;
    const char *matter; /* names it within the unit; an id */
    const char *duty;
    const char *case_id;
    const char *text;
};
void findings_found(struct turn *turn, const struct found *found);

/* ---- handlers_inspections.c ------------------------------------------------------------------------------ */
int on_plan_inspection(struct turn *turn, const void *message);
int on_start_inspection(struct turn *turn, const void *message);
int on_report_inspection(struct turn *turn, const void *message);
int on_request_reopen(struct turn *turn, const void *message);

/* ---- handlers_access.c -------------------------------------------------------------------------------- */
int saw_accessed(struct turn *turn, const void *message);
int saw_merged(struct turn *turn, const void *message);
int saw_unmerged(struct turn *turn, const void *message);
int on_cosign_checkpoint(struct turn *turn, const void *message);
int on_chase_cosign(struct turn *turn, const void *message);

/* ---- queries.c, queries_trail.c ------------------------------------------------------------------------------------------- */
/* ---- counts.c --------------------------------------------------------------------------------------- */
int saw_contact_planned(struct turn *turn, const void *message);
int saw_contact_recorded(struct turn *turn, const void *message);
int saw_contact_missed(struct turn *turn, const void *message);
int saw_post_unfilled(struct turn *turn, const void *message);
int saw_unit_silent(struct turn *turn, const void *message);

int ask_duty_board(struct ask *ask, const void *message);
int ask_late_now(struct ask *ask, const void *message);
int ask_bulletin_of(struct ask *ask, const void *message);
int ask_case_timeline(struct ask *ask, const void *message);
int ask_cases(struct ask *ask, const void *message);
int ask_proof_of(struct ask *ask, const void *message);
int ask_who_looked(struct ask *ask, const void *message);
int ask_findings(struct ask *ask, const void *message);
int ask_sample_of(struct ask *ask, const void *message);
