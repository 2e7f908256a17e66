/* Households and surveys: who lives together, and whether a committee has counted everybody. */
#include <string.h>

#include "registry/registry.h"

#define S(state) REGISTRY_ROWS__PERSON_STATE__##state

typedef RegistryRows__Household Household;
typedef RegistryRows__Survey Survey;

/* ---- households ------------------------------------------------------------------------------------------ */

static bool is_member(const Registry__SetHousehold *set, const char *person)
{
    for (size_t i = 0; i < set->n_members; i++)
        if (strcmp(set->members[i], person) == 0)
            return true;
    return false;
}

static void set_household_of(struct turn *turn, const char *person, const char *household)
{
    struct change change = open_person(turn, person);

    if (change.row == NULL || strcmp(change.row->household, household) == 0)
        return;
    change.row->household = household;
    close_person(turn, &change, "HouseholdSet");
}

int on_set_household(struct turn *turn, const void *message)
{
    const Registry__SetHousehold *set = message;

    if (!is_name(turn, set->household, "household"))
        return turn->outcome;
    if (set->n_members == 0 || set->n_members > 20)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "members: 1 to 20");
    for (size_t i = 0; i < set->n_members; i++) {
        const Person *member = find_person(turn, set->members[i]);
        if (member == NULL)
            return turn_refuse(turn, TOWN__REFUSAL__NOT_FOUND, "no such person");
        if (!by_owner(turn, member))
            return turn->outcome;
    }
    for (size_t i = 0; i < set->n_kin; i++)
        if (!is_member(set, set->kin[i]->person) || !is_member(set, set->kin[i]->of))
            return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "kin: of no member");
    Household *row = turn_edit(turn, HOUSEHOLDS, set->household);
    for (size_t i = 0; i < row->n_members; i++)
        if (!is_member(set, row->members[i]))
            set_household_of(turn, row->members[i], "");
    row->household = set->household;
    row->members = set->members;
    row->n_members = set->n_members;
    row->kin = set->kin;
    row->n_kin = set->n_kin;
    for (size_t i = 0; i < set->n_members; i++)
        set_household_of(turn, set->members[i], set->household);

    Registry__HouseholdSet event = { IS(registry__household_set), .household = set->household,
                                     .n_members = set->n_members, .members = set->members };
    return turn_emit(turn, turn_actor_unit(turn), &event.base);
}

/* ---- surveys (S-080, S-08A) --------------------------------------------------------------------------------- */

static const char *survey_key(struct turn *turn, const char *survey, const char *committee)
{
    return turn_key(turn, "%s/%s", survey, committee);
}

static void plan(struct turn *turn, const char *id, const char *committee)
{
    const char *key = survey_key(turn, id, committee);

    if (!directory_committee(turn, committee)) {
        turn_refuse(turn, REGISTRY__REFUSAL__UNKNOWN_COMMITTEE, "no such committee");
        return;
    }
    Survey *survey = turn_move(turn, SURVEYS, key);
    if (survey == NULL)
        return;
    survey->survey = id;
    survey->committee = committee;
    survey->due_ms = directory_due(turn, "registry.survey_due", "", turn->now_ms);
    Registry__ChaseSurvey chase = { IS(registry__chase_survey), .survey = id,
                                    .committee = committee };
    const struct turn_timer timer = {
        .key = key, .due_ms = survey->due_ms, .unit = committee, .command = &chase.base
    };
    turn_time(turn, &timer);

    Registry__SurveyPlanned event = { IS(registry__survey_planned), .survey = id,
                                      .committee = committee, .due_ms = survey->due_ms };
    turn_emit(turn, committee, &event.base);
}

int on_plan_survey(struct turn *turn, const void *message)
{
    const Registry__PlanSurvey *command = message;

    if (!by_sjb(turn) || !is_name(turn, command->survey, "survey"))
        return turn->outcome;
    if (command->n_committees == 0 || command->n_committees > 100)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "committees: 1 to 100");
    for (size_t i = 0; i < command->n_committees; i++)
        plan(turn, command->survey, command->committees[i]);
    return turn->outcome;
}

int on_start_survey(struct turn *turn, const void *message)
{
    const Registry__StartSurvey *command = message;

    if (!is_name(turn, command->survey, "survey") || !turn_from(turn, command->committee)
        || turn_move(turn, SURVEYS, survey_key(turn, command->survey, command->committee)) == NULL)
        return turn->outcome;
    Registry__SurveyStarted event = { IS(registry__survey_started), .survey = command->survey,
                                      .committee = command->committee };
    return turn_emit(turn, command->committee, &event.base);
}

/* How many of a committee's people are served: from the counters. */
struct sum {
    uint32_t count;
};

static bool add(void *context, const char *key, const void *row)
{
    const char *category = strchr(strchr(key, '/') + 1, '/') + 1;

    if (strncmp(category, "00/", 3) == 0)
        ((struct sum *)context)->count += ((const RegistryRows__Count *)row)->count;
    return true;
}

static uint32_t count_served(struct turn *turn, const char *committee)
{
    struct sum sum = { 0 };

    for (int state = S(CANDIDATE); state <= S(ALIAS); state++)
        if (is_served((RegistryRows__PersonState)state))
            turn_each(
                turn, COUNTS,
                turn_key(turn, "%s/%s/00", committee, state_name((RegistryRows__PersonState)state)),
                add, &sum);
    return sum.count;
}

int on_declare_survey(struct turn *turn, const void *message)
{
    const Registry__DeclareSurvey *declare = message;
    const char *key = survey_key(turn, declare->survey, declare->committee);

    if (!is_name(turn, declare->survey, "survey") || !turn_from(turn, declare->committee))
        return turn->outcome;
    if (declare->complete == declare->none)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "complete, or none");
    Survey *survey = turn_move(turn, SURVEYS, key);
    if (survey == NULL)
        return turn->outcome;
    uint32_t served = count_served(turn, declare->committee);
    /* A zero is a statement about people: it may not contradict the roster. */
    if (declare->none && (served > 0 || declare->count > 0))
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "none: %u are on the roster", served);
    survey->none = declare->none;
    survey->count = declare->count;
    turn_forget(turn, key, &registry__chase_survey__descriptor);

    Registry__SurveyDeclared event = { IS(registry__survey_declared),   .survey = declare->survey,
                                       .committee = declare->committee, .none = declare->none,
                                       .count = declare->count,         .on_roster = served };
    return turn_emit(turn, declare->committee, &event.base);
}

int on_chase_survey(struct turn *turn, const void *message)
{
    const Registry__ChaseSurvey *chase = message;

    if (!by_timer(turn))
        return turn->outcome;
    Survey *survey = turn_move(turn, SURVEYS, survey_key(turn, chase->survey, chase->committee));
    if (survey == NULL)
        return turn->outcome;
    survey->overdue = true;

    Registry__SurveyOverdue event = { IS(registry__survey_overdue), .survey = chase->survey,
                                      .committee = chase->committee, .due_ms = survey->due_ms };
    return turn_emit(turn, chase->committee, &event.base);
}

int on_audit_survey(struct turn *turn, const void *message)
{
    const Registry__AuditSurvey *audit = message;

    if (!is_name(turn, audit->survey, "survey") || !turn_from(turn, "jcb"))
        return turn->outcome;
    Survey *survey = turn_move(turn, SURVEYS, survey_key(turn, audit->survey, audit->committee));
    if (survey == NULL)
        return turn->outcome;
    survey->result = audit->result;

    Registry__SurveyAudited event = { IS(registry__survey_audited), .survey = audit->survey,
                                      .committee = audit->committee, .result = audit->result };
    return turn_emit(turn, audit->committee, &event.base);
}
