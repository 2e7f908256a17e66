/*
 * registry - the roster: who needs care, where, and how sure we are.
 * This page is the whole service; handlers_*.c hold what is particular to each command.
 */
#include <stddef.h>

#include "care.pb-c.h"
#include "incident.pb-c.h"
#include "organisation.pb-c.h"
#include "referral.pb-c.h"
#include "registry/registry.h"

#define S(state) REGISTRY_ROWS__PERSON_STATE__##state
#define M(state) REGISTRY_ROWS__MERGE_STATE__##state
#define V(state) REGISTRY_ROWS__SURVEY_STATE__##state
#define I(state) REGISTRY_ROWS__IMPORT_STATE__##state

static const struct table tables[] = {
    [PERSONS]      = { "persons",      &registry_rows__person__descriptor },
    [ROSTER]       = { "roster",       &registry_rows__mark__descriptor },
    [BY_ID]        = { "by_id",        &registry_rows__mark__descriptor },
    [BY_PHONE]     = { "by_phone",     &registry_rows__mark__descriptor },
    [BY_NAME]      = { "by_name",      &registry_rows__mark__descriptor },
    [BY_INITIALS]  = { "by_initials",  &registry_rows__mark__descriptor },
    [BY_PLACE]     = { "by_place",     &registry_rows__mark__descriptor },
    [STALE]        = { "stale",        &registry_rows__stale__descriptor },
    [HISTORY]      = { "history",      &registry_rows__line__descriptor },
    [COUNTS]       = { "counts",       &registry_rows__count__descriptor },
    [NEEDS]        = { "needs",        &registry_rows__need__descriptor },
    [PERSON_NEEDS] = { "person_needs", &registry_rows__mark__descriptor },
    [ASSIGNMENTS]  = { "assignments",  &registry_rows__assignment__descriptor },
    [ACCESS]       = { "access",       &registry_rows__mark__descriptor },
    [MERGES]       = { "merges",       &registry_rows__merge__descriptor },
    [OPEN_MERGES]  = { "open_merges",  &registry_rows__mark__descriptor },
    [HOUSEHOLDS]   = { "households",   &registry_rows__household__descriptor },
    [SURVEYS]      = { "surveys",      &registry_rows__survey__descriptor },
    [IMPORTS]      = { "imports",      &registry_rows__import__descriptor },
    [IMPORT_ROWS]  = { "import_rows",  &registry_rows__import_row__descriptor },
    [IMPORT_KEYS]  = { "import_keys",  &registry_rows__import_key__descriptor },
    [FILES]        = { "files",        &registry_rows__file__descriptor },
    [STINTS]       = { "stints",       &registry_rows__stint__descriptor },
    [UNPAIRED]     = { "unpaired",     &registry_rows__mark__descriptor },
    [COUNTED]      = { "counted",      &registry_rows__counted__descriptor },
    [PAST_COUNTS]  = { "past_counts",  &registry_rows__figures__descriptor },
    [UNGUARDED]    = { "unguarded",    &registry_rows__mark__descriptor },
    { 0 }
};

static const struct command commands[] = {
    [PROPOSE]                    = { &registry__propose__descriptor,                    on_propose },
    [VERIFY]                     = { &registry__verify__descriptor,                     on_verify },
    [CHASE_CANDIDATE]            = { &registry__chase_candidate__descriptor,            on_chase_candidate,            NULL, true },   /* a timer's */
    [PROPOSE_DISMISSAL]          = { &registry__propose_dismissal__descriptor,          on_propose_dismissal },
    [DISMISS]                    = { &registry__dismiss__descriptor,                    on_dismiss },
    [PROPOSE_REMOVAL]            = { &registry__propose_removal__descriptor,            on_propose_removal },
    [REMOVE]                     = { &registry__remove__descriptor,                     on_remove },
    [KEEP]                       = { &registry__keep__descriptor,                       on_keep },
    [CHASE_DECISION]             = { &registry__chase_decision__descriptor,             on_chase_decision,             NULL, true },   /* a timer's */
    [UPDATE_FIELDS]              = { &registry__update_fields__descriptor,              on_update_fields,              NULL, true },
    [SET_CATEGORIES]             = { &registry__set_categories__descriptor,             on_set_categories,             NULL, true },
    [EXPIRE_CATEGORIES]          = { &registry__expire_categories__descriptor,          on_expire_categories,          NULL, true },   /* a timer's */
    [SET_CLASS]                  = { &registry__set_class__descriptor,                  on_set_class,                  NULL, true },
    [EXPIRE_CLASS]               = { &registry__expire_class__descriptor,               on_expire_class,               NULL, true },   /* a timer's */
    [SET_SILENT]                 = { &registry__set_silent__descriptor,                 on_set_silent,                 NULL, true },
    [EXPIRE_SILENT]              = { &registry__expire_silent__descriptor,              on_expire_silent,              NULL, true },   /* a timer's */
    [CHECK_STALE]                = { &registry__check_stale__descriptor,                on_check_stale,                NULL, true },   /* a timer's */
    [SUSPEND_AWAY]               = { &registry__suspend_away__descriptor,               on_suspend_away },
    [END_AWAY]                   = { &registry__end_away__descriptor,                   on_end_away },
    [END_AWAY_DUE]               = { &registry__end_away_due__descriptor,               on_end_away_due },   /* a timer's */
    [REQUEST_MOVE]               = { &registry__request_move__descriptor,               on_request_move },
    [ACCEPT_MOVE]                = { &registry__accept_move__descriptor,                on_accept_move },
    [REFUSE_MOVE]                = { &registry__refuse_move__descriptor,                on_refuse_move },
    [END_MOVE_DUE]               = { &registry__end_move_due__descriptor,               on_end_move_due },   /* a timer's */
    [RULE_MOVE]                  = { &registry__rule_move__descriptor,                  on_rule_move },
    [MOVE_OUT_OF_TOWN]           = { &registry__move_out_of_town__descriptor,           on_move_out_of_town },
    [REPORT_DEATH]               = { &registry__report_death__descriptor,               on_report_death },
    [CONFIRM_DEATH]              = { &registry__confirm_death__descriptor,              on_confirm_death },
    [REFUTE_DEATH]               = { &registry__refute_death__descriptor,               on_refute_death,               NULL, true },   /* BACK to a state */
    [PROPOSE_MERGE]              = { &registry__propose_merge__descriptor,              on_propose_merge },
    [MERGE]                      = { &registry__merge__descriptor,                      on_merge },
    [REJECT_MERGE]               = { &registry__reject_merge__descriptor,               on_reject_merge },
    [UNMERGE]                    = { &registry__unmerge__descriptor,                    on_unmerge },
    [SET_HOUSEHOLD]              = { &registry__set_household__descriptor,              on_set_household,              NULL, true },
    [PLAN_SURVEY]                = { &registry__plan_survey__descriptor,                on_plan_survey },
    [START_SURVEY]               = { &registry__start_survey__descriptor,               on_start_survey },
    [DECLARE_SURVEY]             = { &registry__declare_survey__descriptor,             on_declare_survey },
    [CHASE_SURVEY]               = { &registry__chase_survey__descriptor,               on_chase_survey },   /* a timer's */
    [AUDIT_SURVEY]               = { &registry__audit_survey__descriptor,               on_audit_survey },
    [START_IMPORT]               = { &registry__start_import__descriptor,               on_start_import },
    [ADD_IMPORT_ROWS]            = { &registry__add_import_rows__descriptor,            on_add_import_rows },
    [VALIDATE_IMPORT]            = { &registry__validate_import__descriptor,            on_validate_import },
    [COMMIT_IMPORT]              = { &registry__commit_import__descriptor,              on_commit_import },
    [COMMIT_NEXT]                = { &registry__commit_next__descriptor,                on_commit_next },   /* the registry's own */
    [ABANDON_IMPORT]             = { &registry__abandon_import__descriptor,             on_abandon_import },
    [EXPIRE_IMPORT]              = { &registry__expire_import__descriptor,              on_expire_import },   /* a timer's */
    [ROLL_BACK_IMPORT]           = { &registry__roll_back_import__descriptor,           on_roll_back_import },
    [ROLL_BACK_NEXT]             = { &registry__roll_back_next__descriptor,             on_roll_back_next },   /* the registry's own */
    /* What others find out about a person. */
    [ASSESSED]                   = { &referral__assessed__descriptor,                   on_assessed,                   NULL, true },
    [FAMILY_DOCTOR_LINKED]       = { &referral__family_doctor_linked__descriptor,       on_family_doctor_linked,       NULL, true },
    [HOSPITAL_FEEDBACK_RECORDED] = { &referral__hospital_feedback_recorded__descriptor, on_hospital_feedback_recorded, NULL, true },
    /* Needs and assignments of all services: who may see the card, and whom it follows. */
    [NEED_OPENED]                = { &town__need_opened__descriptor,                    on_need_opened,                "*",  true },
    [PRIORITY_CHANGED]           = { &town__priority_changed__descriptor,               on_priority_changed,           "*",  true },
    [NEED_CLOSED]                = { &town__need_closed__descriptor,                    on_need_closed,                "*",  true },
    [NEED_REOPENED]              = { &town__need_reopened__descriptor,                  on_need_reopened,              "*",  true },
    [DISPATCHED]                 = { &town__dispatched__descriptor,                     on_dispatched,                 "*",  true },
    [VERIFICATION_DUE]           = { &town__verification_due__descriptor,               on_verification_due,           "*",  true },
    [REJECTED]                   = { &town__rejected__descriptor,                       on_rejected,                   "*",  true },
    [DECLINED]                   = { &town__declined__descriptor,                       on_declined,                   "*",  true },
    [EXPIRED]                    = { &town__expired__descriptor,                        on_expired,                    "*",  true },
    [RECALLED]                   = { &town__recalled__descriptor,                       on_recalled,                   "*",  true },
    [MARKED_IN_ERROR]            = { &town__marked_in_error__descriptor,                on_marked_in_error,            "*",  true },
    [COMPLETED]                  = { &town__completed__descriptor,                      on_completed,                  "*",  true },
    [FAILED]                     = { &town__failed__descriptor,                         on_failed,                     "*",  true },
    /* Who was seen alive, by whom, and who has a child that nobody had. */
    [CONTACT_RECORDED]           = { &care__contact_recorded__descriptor,               on_contact_recorded,           NULL, true },
    [PAIRED]                     = { &care__paired__descriptor,                         on_paired,                     NULL, true },
    [UNPAIRED_BY_CARE]           = { &care__unpaired__descriptor,                       on_unpaired,                   NULL, true },
    [CARETAKER_NAMED]            = { &incident__caretaker_named__descriptor,            on_caretaker_named,            NULL, true },
    [INCIDENT_CLOSED]            = { &incident__incident_closed__descriptor,            on_incident_closed,            NULL, true },
    { 0 }
};

static const ProtobufCMessageDescriptor *const events[] = {
    &registry__proposed__descriptor,
    &registry__candidate_overdue__descriptor,
    &registry__verified__descriptor,
    &registry__dismissal_proposed__descriptor,
    &registry__dismissed__descriptor,
    &registry__removal_proposed__descriptor,
    &registry__removed__descriptor,
    &registry__kept__descriptor,
    &registry__decision_overdue__descriptor,
    &registry__fields_updated__descriptor,
    &registry__card_sent__descriptor,
    &registry__categories_set__descriptor,
    &registry__class_set__descriptor,
    &registry__silent_set__descriptor,
    &registry__field_stale__descriptor,
    &registry__away_started__descriptor,
    &registry__away_ended__descriptor,
    &registry__move_requested__descriptor,
    &registry__move_refused__descriptor,
    &registry__moved__descriptor,
    &registry__left_town__descriptor,
    &registry__death_reported__descriptor,
    &registry__death_confirmed__descriptor,
    &registry__death_refuted__descriptor,
    &registry__merge_proposed__descriptor,
    &registry__merged__descriptor,
    &registry__merge_rejected__descriptor,
    &registry__unmerged__descriptor,
    &registry__claim_conflicted__descriptor,
    &registry__household_set__descriptor,
    &registry__survey_planned__descriptor,
    &registry__survey_started__descriptor,
    &registry__survey_declared__descriptor,
    &registry__survey_overdue__descriptor,
    &registry__survey_audited__descriptor,
    &registry__import_started__descriptor,
    &registry__import_rows_added__descriptor,
    &registry__import_validated__descriptor,
    &registry__import_committed__descriptor,
    &registry__import_abandoned__descriptor,
    &registry__import_rolled_back__descriptor,
    NULL
};

/* ---- lifecycles --------------------------------------------------------------------------------- */

static const struct move person_moves[] = {
    { S(PERSON_NONE),        PROPOSE,                      S(CANDIDATE) },
    { S(CANDIDATE),          VERIFY,                       S(ACTIVE) },
    { S(CANDIDATE),          RULE_MOVE,                    S(CANDIDATE) },   /* of no known place: the office names the owner */
    { S(CANDIDATE),          PROPOSE_DISMISSAL,            S(DISMISSAL_PROPOSED) },
    { S(DISMISSAL_PROPOSED), DISMISS,                      S(DISMISSED) },
    { S(DISMISSAL_PROPOSED), KEEP,                         S(CANDIDATE) },
    { S(DISMISSED),          PROPOSE,                      S(CANDIDATE) },
    { S(ACTIVE),             SUSPEND_AWAY,                 S(AWAY) },
    { S(AWAY),               SUSPEND_AWAY,                 S(AWAY) },   /* a new word: longer, or elsewhere */
    { S(AWAY),               END_AWAY,                     S(ACTIVE) },
    { S(AWAY),               END_AWAY_DUE,                 S(ACTIVE) },
    { S(ACTIVE),             REQUEST_MOVE,                 S(MOVING) },   /* still owned and contacted by the old committee */
    { S(MOVING),             ACCEPT_MOVE,                  S(ACTIVE) },
    { S(MOVING),             REFUSE_MOVE,                  S(MOVE_DISPUTED) },
    { S(MOVING),             END_MOVE_DUE,                 S(MOVE_DISPUTED) },
    { S(MOVE_DISPUTED),      RULE_MOVE,                    S(ACTIVE) },
    { S(ACTIVE),             MOVE_OUT_OF_TOWN,             S(LEFT) },
    { S(MOVING),             MOVE_OUT_OF_TOWN,             S(LEFT) },
    { S(LEFT),               PROPOSE,                      S(CANDIDATE) },
    { S(ACTIVE),             PROPOSE_REMOVAL,              S(REMOVAL_PROPOSED) },
    { S(REMOVAL_PROPOSED),   REMOVE,                       S(REMOVED) },
    { S(REMOVAL_PROPOSED),   KEEP,                         S(ACTIVE) },
    { S(REMOVED),            PROPOSE,                      S(CANDIDATE) },
    /* Every service stops contacts, deliveries and visits. */
    { S(CANDIDATE),          REPORT_DEATH,                 S(DECEASED_REPORTED) },
    { S(DISMISSAL_PROPOSED), REPORT_DEATH,                 S(DECEASED_REPORTED) },
    { S(ACTIVE),             REPORT_DEATH,                 S(DECEASED_REPORTED) },
    { S(AWAY),               REPORT_DEATH,                 S(DECEASED_REPORTED) },
    { S(MOVING),             REPORT_DEATH,                 S(DECEASED_REPORTED) },
    { S(MOVE_DISPUTED),      REPORT_DEATH,                 S(DECEASED_REPORTED) },
    { S(REMOVAL_PROPOSED),   REPORT_DEATH,                 S(DECEASED_REPORTED) },
    { S(DECEASED_REPORTED),  CONFIRM_DEATH,                S(DECEASED) },
    /* RefuteDeath: the state before. */
    { S(DECEASED_REPORTED),  BACK + S(CANDIDATE),          S(CANDIDATE) },
    { S(DECEASED_REPORTED),  BACK + S(DISMISSAL_PROPOSED), S(DISMISSAL_PROPOSED) },
    { S(DECEASED_REPORTED),  BACK + S(ACTIVE),             S(ACTIVE) },
    { S(DECEASED_REPORTED),  BACK + S(AWAY),               S(AWAY) },
    { S(DECEASED_REPORTED),  BACK + S(MOVING),             S(MOVING) },
    { S(DECEASED_REPORTED),  BACK + S(MOVE_DISPUTED),      S(MOVE_DISPUTED) },
    { S(DECEASED_REPORTED),  BACK + S(REMOVAL_PROPOSED),   S(REMOVAL_PROPOSED) },
    /* The loser of a merge is an alias, and is what it was after an unmerge. */
    { S(CANDIDATE),          MERGE,                        S(ALIAS) },
    { S(DISMISSAL_PROPOSED), MERGE,                        S(ALIAS) },
    { S(DISMISSED),          MERGE,                        S(ALIAS) },
    { S(ACTIVE),             MERGE,                        S(ALIAS) },
    { S(AWAY),               MERGE,                        S(ALIAS) },
    { S(MOVING),             MERGE,                        S(ALIAS) },
    { S(MOVE_DISPUTED),      MERGE,                        S(ALIAS) },
    { S(REMOVAL_PROPOSED),   MERGE,                        S(ALIAS) },
    { S(REMOVED),            MERGE,                        S(ALIAS) },
    { S(DECEASED_REPORTED),  MERGE,                        S(ALIAS) },
    { S(DECEASED),           MERGE,                        S(ALIAS) },
    { S(LEFT),               MERGE,                        S(ALIAS) },
    { S(ALIAS),              BACK + S(CANDIDATE),          S(CANDIDATE) },
    { S(ALIAS),              BACK + S(DISMISSAL_PROPOSED), S(DISMISSAL_PROPOSED) },
    { S(ALIAS),              BACK + S(DISMISSED),          S(DISMISSED) },
    { S(ALIAS),              BACK + S(ACTIVE),             S(ACTIVE) },
    { S(ALIAS),              BACK + S(AWAY),               S(AWAY) },
    { S(ALIAS),              BACK + S(MOVING),             S(MOVING) },
    { S(ALIAS),              BACK + S(MOVE_DISPUTED),      S(MOVE_DISPUTED) },
    { S(ALIAS),              BACK + S(REMOVAL_PROPOSED),   S(REMOVAL_PROPOSED) },
    { S(ALIAS),              BACK + S(REMOVED),            S(REMOVED) },
    { S(ALIAS),              BACK + S(DECEASED_REPORTED),  S(DECEASED_REPORTED) },
    { S(ALIAS),              BACK + S(DECEASED),           S(DECEASED) },
    { S(ALIAS),              BACK + S(LEFT),               S(LEFT) },
    { 0 }
};

static const struct move merge_moves[] = {
    { M(MERGE_NONE), PROPOSE_MERGE, M(PROPOSED) },
    { M(PROPOSED),   MERGE,         M(MERGED) },
    { M(PROPOSED),   REJECT_MERGE,  M(REJECTED) },
    { M(MERGED),     UNMERGE,       M(UNMERGED) },
    { M(REJECTED),   PROPOSE_MERGE, M(PROPOSED) },   /* with other evidence */
    { M(UNMERGED),   PROPOSE_MERGE, M(PROPOSED) },
    { 0 }
};

static const struct move survey_moves[] = {
    { V(SURVEY_NONE), PLAN_SURVEY,    V(PLANNED) },
    { V(PLANNED),     START_SURVEY,   V(RUNNING) },
    { V(PLANNED),     CHASE_SURVEY,   V(PLANNED) },   /* said to be overdue */
    { V(RUNNING),     CHASE_SURVEY,   V(RUNNING) },
    { V(RUNNING),     DECLARE_SURVEY, V(DECLARED) },
    { V(DECLARED),    AUDIT_SURVEY,   V(AUDITED) },
    { 0 }
};

static const struct move import_moves[] = {
    { I(IMPORT_NONE),  START_IMPORT,     I(STARTED) },
    { I(STARTED),      ADD_IMPORT_ROWS,  I(FILLING) },
    { I(FILLING),      ADD_IMPORT_ROWS,  I(FILLING) },
    { I(FILLING),      VALIDATE_IMPORT,  I(VALIDATED) },
    { I(VALIDATED),    COMMIT_IMPORT,    I(COMMITTING) },
    { I(COMMITTING),   COMMIT_NEXT,      I(COMMITTING) },   /* some rows a turn */
    { I(COMMITTING),   IMPORT_DONE,      I(COMMITTED) },
    { I(COMMITTED),    ROLL_BACK_IMPORT, I(ROLLING_BACK) },   /* while untouched */
    { I(ROLLING_BACK), ROLL_BACK_NEXT,   I(ROLLING_BACK) },
    { I(ROLLING_BACK), ROLL_BACK_DONE,   I(ROLLED_BACK) },
    { I(STARTED),      ABANDON_IMPORT,   I(ABANDONED) },
    { I(FILLING),      ABANDON_IMPORT,   I(ABANDONED) },
    { I(VALIDATED),    ABANDON_IMPORT,   I(ABANDONED) },
    { I(STARTED),      EXPIRE_IMPORT,    I(ABANDONED) },
    { I(FILLING),      EXPIRE_IMPORT,    I(ABANDONED) },
    { I(VALIDATED),    EXPIRE_IMPORT,    I(ABANDONED) },
    { 0 }
};

/* In the order of the states, then what ends an import's last turn. */
static const char *const arrows[] = {
    "-", "back to CANDIDATE", "back to DISMISSAL_PROPOSED", "back to DISMISSED", "back to ACTIVE",
    "back to AWAY", "back to MOVING", "back to MOVE_DISPUTED", "back to REMOVAL_PROPOSED",
    "back to REMOVED", "back to DECEASED_REPORTED", "back to DECEASED", "back to LEFT", "-", "-",
    "-", "-", "-", "-", "-", "the last row is done", "the last row is back", NULL
};

static const struct machine machines[] = {
    MACHINE("person", PERSONS, RegistryRows__Person, registry_rows__person_state, person_moves, arrows, ARROWS),
    MACHINE("merge",  MERGES,  RegistryRows__Merge,  registry_rows__merge_state,  merge_moves,  arrows, ARROWS),
    MACHINE("survey", SURVEYS, RegistryRows__Survey, registry_rows__survey_state, survey_moves, arrows, ARROWS),
    MACHINE("import", IMPORTS, RegistryRows__Import, registry_rows__import_state, import_moves, arrows, ARROWS),
    { 0 }
};

static const struct question questions[] = {
    { &registry__card__descriptor,        &registry__card_answer__descriptor,        ask_card },
    { &registry__find_person__descriptor, &registry__find_person_answer__descriptor, ask_find_person },
    { &registry__counts__descriptor,      &registry__counts_answer__descriptor,      ask_counts },
    { &registry__coverage__descriptor,    &registry__coverage_answer__descriptor,    ask_coverage },
    { &registry__roster_at__descriptor,   &registry__roster_at_answer__descriptor,   ask_roster_at },
    { &registry__unpaired__descriptor,    &registry__unpaired_answer__descriptor,    ask_unpaired },
    { &registry__stale__descriptor,       &registry__stale_answer__descriptor,       ask_stale },
    { &registry__duplicates__descriptor,  &registry__duplicates_answer__descriptor,  ask_duplicates },
    { &registry__history__descriptor,     &registry__history_answer__descriptor,     ask_history },
    { &registry__import_of__descriptor,   &registry__import_answer__descriptor,      ask_import_of },
    { 0 }
};

const struct service registry_service = {
    .name = "registry",
    .letter = 'G',
    .tables = tables,
    .commands = commands,
    .events = events,
    .machines = machines,
    .questions = questions,
    .refusals = &registry__refusal__descriptor,
    .erasing = &registry_erasing,
};
