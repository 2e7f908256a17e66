/*
 * organisation/organisation.h - the service's words: tables, commands, and who handles them.
 *
 * Who is who, who answers for what, and which rules are in force (domain.md 3.5, 4.3).  Its events
 * are folded by kit/directory in every service; tables.c is the whole service on one page.
 */
#pragma once

#include "kit/directory.h"
#include "kit/query.h"
#include "kit/service.h"
#include "kit/turn.h"
#include "organisation.pb-c.h"
#include "organisation_rows.pb-c.h"

enum {
    CAMPAIGNS,
    MANDATES,
    DELIVERIES, /* mandate/unit                                              */
    UNITS,
    TEAMS,
    PROVIDERS,
    STAFF,
    POSTS,
    UNIT_POSTS,       /* unit/post: a mark                                         */
    GAPS,             /* unit/post: a mark on each post that its own holder is not in */
    CANDIDATES,       /* staff/post: why a change of this staff matters to that post */
    ROSTERS,          /* unit/seat                                                 */
    CATCHMENTS,       /* committee/kind, `any` for every kind                      */
    RESPONSIBILITIES, /* category/kind                                             */
    SERVERS,          /* service: a mark on each that has dispatched a need        */
    POLICIES,         /* key/scope                                                 */
    PLANS,
    VERSIONS,  /* plan/version                                              */
    ENDPOINTS, /* unit                                                      */
    ITEMS,     /* service/assignment: what lies with a unit                 */
    LATEST,    /* service/need: the assignment of it that lives             */
    HOLDERS,   /* post/since: who acted from then on                        */
};

enum {
    OPEN_CAMPAIGN,
    CLOSE_CAMPAIGN,
    HANDED_BACK,
    FINISH_CAMPAIGN,
    ISSUE_MANDATE,
    ACKNOWLEDGE_MANDATE,
    CHASE_MANDATE,
    REGISTER_UNIT,
    RETIRE_UNIT,
    REGISTER_TEAM,
    REGISTER_PROVIDER,
    REGISTER_STAFF,
    DEFINE_POST,
    START_TENURE,
    END_TENURE,
    DECLARE_ABSENCE,
    BEGIN_ABSENCE,
    END_ABSENCE,
    END_ABSENCE_DUE,
    SET_SUCCESSION,
    ALARM_VACANCY,
    PUBLISH_ROSTER,
    CHANGE_DUTY,
    SET_CATCHMENT,
    SET_RESPONSIBILITY,
    PUBLISH_POLICY,
    PUBLISH_CALENDAR,
    SUBMIT_PLAN,
    APPROVE_PLAN,
    RETURN_PLAN,
    EXPIRE_PLAN,
    REGISTER_ENDPOINT,
    REPORT_LINK,
    SUSPECT_LINK,
    ALARM_SILENCE,
    DISPATCHED,
    PRIORITY_CHANGED,
    REJECTED,
    DECLINED,
    EXPIRED,
    RECALLED,
    MARKED_IN_ERROR,
    COMPLETED,
    FAILED,

    /* Arrows that are no command of their own. */
    ARROWS = 400,
    LINK_UP = ARROWS,
    LINK_DOWN,
    SUPERSEDE,
};

extern const struct service organisation_service;
extern const struct erasing organisation_erasing;

/* ---- common ground (common.c) --------------------------------------------------------------------- */

/* Tells this service's own directory of a rule in the turn that states it.  Other services hear of it
 * from the log; but the office's own deadlines may not wait until its word has been round, and a
 * service that catches up on a long log must find the policy in force for the very next message. */
int know_at_once(struct turn *turn, const ProtobufCMessage *event);

/* Guards; refuse NOT_ALLOWED. */
bool by_lgo(struct turn *turn);
bool by_unit_or_lgo(struct turn *turn, const char *unit);
bool by_timer(struct turn *turn);

/* Guard; refuses BAD_FIELD: what names a row may not be empty or hold a '/'. */
bool is_name(struct turn *turn, const char *text, const char *field);

/* The unit's row, registered; refuses UNKNOWN_UNIT. */
const OrganisationRows__Unit *known_unit(struct turn *turn, const char *unit);

/* A repeated string field, copied as it is: strings of the message are lent for the turn. */
#define COPY_LIST(to, from, field)                                                                 \
    do {                                                                                           \
        (to)->field = (from)->field;                                                               \
        (to)->n_##field = (from)->n_##field;                                                       \
    } while (0)

/* ---- posts (succession.c) ------------------------------------------------------------------------- */

/* Finds out who acts for the post and says so if it has changed; then the same for the posts that
 * lean on this one. */
void resolve(struct turn *turn, const char *post);

/* The office's roster has another post on duty ("": none): the last rung of every succession. */
void move_duty(struct turn *turn, const char *post);

/* ... for all posts to which this staff matters. */
void resolve_for(struct turn *turn, const char *staff);

enum candidate { HOLDS, ORDERED, DEPUTISES };
void set_candidate(struct turn *turn, const char *staff, const char *post, enum candidate as,
                   bool on);

/* ---- handlers, in the order of the table ----------------------------------------------------------- */

int on_open_campaign(struct turn *turn, const void *message);
int on_close_campaign(struct turn *turn, const void *message);
int on_handed_back(struct turn *turn, const void *message);
int on_finish_campaign(struct turn *turn, const void *message);
int on_issue_mandate(struct turn *turn, const void *message);
int on_acknowledge_mandate(struct turn *turn, const void *message);
int on_chase_mandate(struct turn *turn, const void *message);
int on_register_unit(struct turn *turn, const void *message);
int on_retire_unit(struct turn *turn, const void *message);
int on_register_team(struct turn *turn, const void *message);
int on_register_provider(struct turn *turn, const void *message);
int on_register_staff(struct turn *turn, const void *message);
int on_define_post(struct turn *turn, const void *message);
int on_start_tenure(struct turn *turn, const void *message);
int on_end_tenure(struct turn *turn, const void *message);
int on_declare_absence(struct turn *turn, const void *message);
int on_begin_absence(struct turn *turn, const void *message);
int on_end_absence(struct turn *turn, const void *message);
int on_end_absence_due(struct turn *turn, const void *message);
int on_set_succession(struct turn *turn, const void *message);
int on_alarm_vacancy(struct turn *turn, const void *message);
int on_publish_roster(struct turn *turn, const void *message);
int on_change_duty(struct turn *turn, const void *message);
int on_set_catchment(struct turn *turn, const void *message);
int on_set_responsibility(struct turn *turn, const void *message);
int on_publish_policy(struct turn *turn, const void *message);
int on_publish_calendar(struct turn *turn, const void *message);
int on_submit_plan(struct turn *turn, const void *message);
int on_approve_plan(struct turn *turn, const void *message);
int on_return_plan(struct turn *turn, const void *message);
int on_expire_plan(struct turn *turn, const void *message);
int on_register_endpoint(struct turn *turn, const void *message);
int on_report_link(struct turn *turn, const void *message);
int on_suspect_link(struct turn *turn, const void *message);
int on_alarm_silence(struct turn *turn, const void *message);
int on_dispatched(struct turn *turn, const void *message);
int on_priority_changed(struct turn *turn, const void *message);
int on_rejected(struct turn *turn, const void *message);
int on_declined(struct turn *turn, const void *message);
int on_expired(struct turn *turn, const void *message);
int on_recalled(struct turn *turn, const void *message);
int on_marked_in_error(struct turn *turn, const void *message);
int on_completed(struct turn *turn, const void *message);
int on_failed(struct turn *turn, const void *message);

/* Ends every approved plan: the campaign is closed (handlers_plan.c). */
void expire_plans(struct turn *turn);

/* ---- questions (queries*.c) ------------------------------------------------------------------------ */

/* What the files of questions share. */
const char *row_state(const ProtobufCEnumDescriptor *states, int state);
void tell_post(Organisation__WhoIsAnswer *answer, const OrganisationRows__Post *post);

/* The post that a key `unit/post` ends with, added to an ask_list of WhoIsAnswer. */
bool add_post(void *context, const char *key, const void *row);

int ask_who_is(struct ask *ask, const void *message);
int ask_on_duty(struct ask *ask, const void *message);
int ask_chart(struct ask *ask, const void *message);
int ask_catchment_of(struct ask *ask, const void *message);
int ask_vacancies(struct ask *ask, const void *message);
int ask_policy_at(struct ask *ask, const void *message);
int ask_silent_units(struct ask *ask, const void *message);
