/*
 * organisation - who is who, who answers for what, and which rules are in force.
 * This page is the whole service; handlers_*.c hold what is particular to each command.
 */
#include <stddef.h>

#include "organisation/organisation.h"

#define CAMPAIGN(state) ORGANISATION_ROWS__CAMPAIGN_STATE__##state
#define DELIVERY(state) ORGANISATION_ROWS__DELIVERY_STATE__##state
#define UNIT(state) ORGANISATION_ROWS__UNIT_STATE__##state
#define POST(state) ORGANISATION_ROWS__POST_STATE__##state
#define PLAN(state) ORGANISATION_ROWS__PLAN_STATE__##state
#define LINK(state) ORGANISATION_ROWS__LINK_STATE__##state

static const struct table tables[] = {
    [CAMPAIGNS]        = { "campaigns",        &organisation_rows__campaign__descriptor },
    [MANDATES]         = { "mandates",         &organisation_rows__mandate__descriptor },
    [DELIVERIES]       = { "deliveries",       &organisation_rows__delivery__descriptor },
    [UNITS]            = { "units",            &organisation_rows__unit__descriptor },
    [TEAMS]            = { "teams",            &organisation_rows__team__descriptor },
    [PROVIDERS]        = { "providers",        &organisation_rows__provider__descriptor },
    [STAFF]            = { "staff",            &organisation_rows__staff__descriptor },
    [POSTS]            = { "posts",            &organisation_rows__post__descriptor },
    [UNIT_POSTS]       = { "unit_posts",       &organisation_rows__mark__descriptor },
    [GAPS]             = { "gaps",             &organisation_rows__mark__descriptor },
    [CANDIDATES]       = { "candidates",       &organisation_rows__candidate__descriptor },
    [ROSTERS]          = { "rosters",          &organisation_rows__roster__descriptor },
    [CATCHMENTS]       = { "catchments",       &organisation_rows__catchment__descriptor },
    [RESPONSIBILITIES] = { "responsibilities", &organisation_rows__responsibility__descriptor },
    [SERVERS]          = { "servers",          &organisation_rows__mark__descriptor },
    [POLICIES]         = { "policies",         &organisation_rows__policy__descriptor },
    [PLANS]            = { "plans",            &organisation_rows__plan__descriptor },
    [VERSIONS]         = { "versions",         &organisation_rows__version__descriptor },
    [ENDPOINTS]        = { "endpoints",        &organisation_rows__endpoint__descriptor },
    [ITEMS]            = { "items",            &organisation_rows__item__descriptor },
    [LATEST]           = { "latest",           &organisation_rows__latest__descriptor },
    [HOLDERS]          = { "holders",          &organisation_rows__holder__descriptor },
    { 0 }
};

static const struct command commands[] = {
    [OPEN_CAMPAIGN]       = { &organisation__open_campaign__descriptor,       on_open_campaign },
    [CLOSE_CAMPAIGN]      = { &organisation__close_campaign__descriptor,      on_close_campaign },
    [HANDED_BACK]         = { &town__handed_back__descriptor,                 on_handed_back,        "*",  true },
    [FINISH_CAMPAIGN]     = { &organisation__finish_campaign__descriptor,     on_finish_campaign },   /* a timer's */
    [ISSUE_MANDATE]       = { &organisation__issue_mandate__descriptor,       on_issue_mandate },
    [ACKNOWLEDGE_MANDATE] = { &organisation__acknowledge_mandate__descriptor, on_acknowledge_mandate },
    [CHASE_MANDATE]       = { &organisation__chase_mandate__descriptor,       on_chase_mandate },   /* a timer's */
    [REGISTER_UNIT]       = { &organisation__register_unit__descriptor,       on_register_unit },
    [RETIRE_UNIT]         = { &organisation__retire_unit__descriptor,         on_retire_unit },
    [REGISTER_TEAM]       = { &organisation__register_team__descriptor,       on_register_team,      NULL, true },
    [REGISTER_PROVIDER]   = { &organisation__register_provider__descriptor,   on_register_provider,  NULL, true },
    [REGISTER_STAFF]      = { &organisation__register_staff__descriptor,      on_register_staff,     NULL, true },
    [DEFINE_POST]         = { &organisation__define_post__descriptor,         on_define_post },
    [START_TENURE]        = { &organisation__start_tenure__descriptor,        on_start_tenure },
    [END_TENURE]          = { &organisation__end_tenure__descriptor,          on_end_tenure },
    [DECLARE_ABSENCE]     = { &organisation__declare_absence__descriptor,     on_declare_absence },
    [BEGIN_ABSENCE]       = { &organisation__begin_absence__descriptor,       on_begin_absence },   /* a timer's */
    [END_ABSENCE]         = { &organisation__end_absence__descriptor,         on_end_absence },
    [END_ABSENCE_DUE]     = { &organisation__end_absence_due__descriptor,     on_end_absence_due },   /* a timer's */
    [SET_SUCCESSION]      = { &organisation__set_succession__descriptor,      on_set_succession,     NULL, true },
    [ALARM_VACANCY]       = { &organisation__alarm_vacancy__descriptor,       on_alarm_vacancy,      NULL, true },   /* a timer's */
    [PUBLISH_ROSTER]      = { &organisation__publish_roster__descriptor,      on_publish_roster,     NULL, true },
    [CHANGE_DUTY]         = { &organisation__change_duty__descriptor,         on_change_duty,        NULL, true },   /* a timer's */
    [SET_CATCHMENT]       = { &organisation__set_catchment__descriptor,       on_set_catchment,      NULL, true },
    [SET_RESPONSIBILITY]  = { &organisation__set_responsibility__descriptor,  on_set_responsibility, NULL, true },
    [PUBLISH_POLICY]      = { &organisation__publish_policy__descriptor,      on_publish_policy,     NULL, true },
    [PUBLISH_CALENDAR]    = { &organisation__publish_calendar__descriptor,    on_publish_calendar,   NULL, true },
    [SUBMIT_PLAN]         = { &organisation__submit_plan__descriptor,         on_submit_plan },
    [APPROVE_PLAN]        = { &organisation__approve_plan__descriptor,        on_approve_plan },
    [RETURN_PLAN]         = { &organisation__return_plan__descriptor,         on_return_plan },
    [EXPIRE_PLAN]         = { &organisation__expire_plan__descriptor,         on_expire_plan },   /* a timer's */
    [REGISTER_ENDPOINT]   = { &organisation__register_endpoint__descriptor,   on_register_endpoint },
    [REPORT_LINK]         = { &organisation__report_link__descriptor,         on_report_link,        NULL, true },   /* LINK_UP, LINK_DOWN */
    [SUSPECT_LINK]        = { &organisation__suspect_link__descriptor,        on_suspect_link },   /* a timer's */
    [ALARM_SILENCE]       = { &organisation__alarm_silence__descriptor,       on_alarm_silence },   /* a timer's */
    /* What is urgent and with whom, of all services that serve needs. */
    [DISPATCHED]          = { &town__dispatched__descriptor,                  on_dispatched,         "*",  true },
    [PRIORITY_CHANGED]    = { &town__priority_changed__descriptor,            on_priority_changed,   "*",  true },
    [REJECTED]            = { &town__rejected__descriptor,                    on_rejected,           "*",  true },
    [DECLINED]            = { &town__declined__descriptor,                    on_declined,           "*",  true },
    [EXPIRED]             = { &town__expired__descriptor,                     on_expired,            "*",  true },
    [RECALLED]            = { &town__recalled__descriptor,                    on_recalled,           "*",  true },
    [MARKED_IN_ERROR]     = { &town__marked_in_error__descriptor,             on_marked_in_error,    "*",  true },
    [COMPLETED]           = { &town__completed__descriptor,                   on_completed,          "*",  true },
    [FAILED]              = { &town__failed__descriptor,                      on_failed,             "*",  true },
    { 0 }
};

static const ProtobufCMessageDescriptor *const events[] = {
    &organisation__campaign_opened__descriptor,
    &organisation__campaign_closing__descriptor,
    &organisation__campaign_closed__descriptor,
    &organisation__mandate_issued__descriptor,
    &organisation__mandate_acknowledged__descriptor,
    &organisation__instruction_overdue__descriptor,
    &organisation__unit_registered__descriptor,
    &organisation__unit_retired__descriptor,
    &organisation__team_registered__descriptor,
    &organisation__provider_registered__descriptor,
    &organisation__staff_registered__descriptor,
    &organisation__post_defined__descriptor,
    &organisation__tenure_started__descriptor,
    &organisation__tenure_ended__descriptor,
    &organisation__absence_declared__descriptor,
    &organisation__absence_ended__descriptor,
    &organisation__succession_set__descriptor,
    &organisation__roster_published__descriptor,
    &organisation__post_resolved__descriptor,
    &organisation__post_unfilled__descriptor,
    &organisation__catchment_set__descriptor,
    &organisation__responsibility_set__descriptor,
    &organisation__policy_published__descriptor,
    &organisation__calendar_published__descriptor,
    &organisation__plan_submitted__descriptor,
    &organisation__plan_approved__descriptor,
    &organisation__plan_returned__descriptor,
    &organisation__plan_expired__descriptor,
    &organisation__endpoint_registered__descriptor,
    &organisation__link_changed__descriptor,
    &organisation__unit_silent__descriptor,
    &organisation__unit_back__descriptor,
    NULL
};

/* ---- lifecycles --------------------------------------------------------------------------------- */

static const struct move campaign_moves[] = {
    { CAMPAIGN(CAMPAIGN_NONE), OPEN_CAMPAIGN,   CAMPAIGN(OPEN) },
    { CAMPAIGN(OPEN),          CLOSE_CAMPAIGN,  CAMPAIGN(CLOSING) },
    { CAMPAIGN(CLOSING),       FINISH_CAMPAIGN, CAMPAIGN(CLOSED) },   /* wound down, all handed back */
    { 0 }
};

static const struct move delivery_moves[] = {
    { DELIVERY(DELIVERY_NONE), ISSUE_MANDATE,       DELIVERY(SENT) },
    { DELIVERY(SENT),          CHASE_MANDATE,       DELIVERY(SENT) },   /* said to be overdue */
    { DELIVERY(SENT),          ACKNOWLEDGE_MANDATE, DELIVERY(ACKNOWLEDGED) },
    { 0 }
};

static const struct move unit_moves[] = {
    { UNIT(UNIT_NONE),  REGISTER_UNIT, UNIT(REGISTERED) },
    { UNIT(REGISTERED), REGISTER_UNIT, UNIT(REGISTERED) },   /* a new name, a new head post */
    { UNIT(REGISTERED), RETIRE_UNIT,   UNIT(RETIRED) },
    { UNIT(RETIRED),    REGISTER_UNIT, UNIT(REGISTERED) },
    { 0 }
};

static const struct move post_moves[] = {
    { POST(POST_NONE), DEFINE_POST,     POST(VACANT) },
    { POST(VACANT),    DEFINE_POST,     POST(VACANT) },   /* another name */
    { POST(HELD),      DEFINE_POST,     POST(HELD) },
    { POST(ABSENT),    DEFINE_POST,     POST(ABSENT) },
    { POST(VACANT),    START_TENURE,    POST(HELD) },
    { POST(HELD),      DECLARE_ABSENCE, POST(ABSENT) },
    { POST(HELD),      BEGIN_ABSENCE,   POST(ABSENT) },
    { POST(ABSENT),    END_ABSENCE,     POST(HELD) },
    { POST(ABSENT),    END_ABSENCE_DUE, POST(HELD) },
    { POST(HELD),      END_TENURE,      POST(VACANT) },
    { POST(ABSENT),    END_TENURE,      POST(VACANT) },
    { 0 }
};

static const struct move plan_moves[] = {
    { PLAN(PLAN_NONE), SUBMIT_PLAN,  PLAN(SUBMITTED) },
    { PLAN(SUBMITTED), APPROVE_PLAN, PLAN(APPROVED) },
    { PLAN(SUBMITTED), RETURN_PLAN,  PLAN(RETURNED) },
    { PLAN(RETURNED),  SUBMIT_PLAN,  PLAN(SUBMITTED) },
    { PLAN(SUBMITTED), SUPERSEDE,    PLAN(SUPERSEDED) },   /* a newer one came before it was read */
    { PLAN(APPROVED),  SUPERSEDE,    PLAN(SUPERSEDED) },   /* a newer version was approved */
    { PLAN(APPROVED),  EXPIRE_PLAN,  PLAN(EXPIRED) },
    { 0 }
};

static const struct move link_moves[] = {
    { LINK(LINK_NONE), REGISTER_ENDPOINT, LINK(UP) },
    { LINK(UP),        REGISTER_ENDPOINT, LINK(UP) },   /* another phone tree */
    { LINK(SUSPECT),   REGISTER_ENDPOINT, LINK(SUSPECT) },
    { LINK(DOWN),      REGISTER_ENDPOINT, LINK(DOWN) },
    { LINK(SILENT),    REGISTER_ENDPOINT, LINK(SILENT) },
    { LINK(LINK_NONE), LINK_UP,           LINK(UP) },
    { LINK(UP),        LINK_UP,           LINK(UP) },   /* said again by a broker that began anew */
    { LINK(LINK_NONE), LINK_DOWN,         LINK(SUSPECT) },
    { LINK(UP),        LINK_DOWN,         LINK(SUSPECT) },
    { LINK(SUSPECT),   SUSPECT_LINK,      LINK(DOWN) },
    { LINK(DOWN),      ALARM_SILENCE,     LINK(SILENT) },   /* only with open P0 or P1 */
    { LINK(SUSPECT),   LINK_UP,           LINK(UP) },
    { LINK(DOWN),      LINK_UP,           LINK(UP) },
    { LINK(SILENT),    LINK_UP,           LINK(UP) },
    { 0 }
};

static const char *const arrows[] = { "ReportLink up", "ReportLink down", "a newer version", NULL };

static const struct machine machines[] = {
    MACHINE("campaign", CAMPAIGNS,  OrganisationRows__Campaign, organisation_rows__campaign_state, campaign_moves, arrows, ARROWS),
    MACHINE("delivery", DELIVERIES, OrganisationRows__Delivery, organisation_rows__delivery_state, delivery_moves, arrows, ARROWS),
    MACHINE("unit",     UNITS,      OrganisationRows__Unit,     organisation_rows__unit_state,     unit_moves,     arrows, ARROWS),
    MACHINE("post",     POSTS,      OrganisationRows__Post,     organisation_rows__post_state,     post_moves,     arrows, ARROWS),
    MACHINE("plan",     VERSIONS,   OrganisationRows__Version,  organisation_rows__plan_state,     plan_moves,     arrows, ARROWS),
    MACHINE("link",     ENDPOINTS,  OrganisationRows__Endpoint, organisation_rows__link_state,     link_moves,     arrows, ARROWS),
    { 0 }
};

static const struct question questions[] = {
    { &organisation__who_is__descriptor,       &organisation__who_is_answer__descriptor,       ask_who_is },
    { &organisation__on_duty__descriptor,      &organisation__on_duty_answer__descriptor,      ask_on_duty },
    { &organisation__chart__descriptor,        &organisation__chart_answer__descriptor,        ask_chart },
    { &organisation__catchment_of__descriptor, &organisation__catchment_answer__descriptor,    ask_catchment_of },
    { &organisation__vacancies__descriptor,    &organisation__vacancies_answer__descriptor,    ask_vacancies },
    { &organisation__policy_at__descriptor,    &organisation__policy_at_answer__descriptor,    ask_policy_at },
    { &organisation__silent_units__descriptor, &organisation__silent_units_answer__descriptor, ask_silent_units },
    { 0 }
};

const struct service organisation_service = {
    .name = "organisation",
    .letter = 'P', /* opinion has the O */
    .tables = tables,
    .commands = commands,
    .events = events,
    .machines = machines,
    .questions = questions,
    .refusals = &organisation__refusal__descriptor,
    .erasing = &organisation_erasing,
};
