/*
 * A death: first a report, at which every service falls silent; then a paper, or a correction (N6).
 * Whoever is left alone is silent for a while, so that somebody knocks.
 */
#include <string.h>

#include "registry/registry.h"

#define S(state) REGISTRY_ROWS__PERSON_STATE__##state

enum { OF_AGE = 18 };

/* A carer speaks through care, a home through homes; a centre, a committee and the office speak for
 * themselves. */
static bool may_report(struct turn *turn)
{
    static const char *const services[] = { "care", "homes", "incident", "referral", NULL };
    const char *unit = turn_actor_unit(turn);

    for (size_t i = 0; services[i] != NULL; i++)
        if (from_service(turn, services[i]))
            return turn->outcome == 0;
    if (strcmp(unit, "sjb") == 0 || directory_committee(turn, unit) || is_centre(turn, unit))
        return turn->outcome == 0;
    turn_refuse(turn, TOWN__REFUSAL__NOT_ALLOWED, "%s is not for %s", turn->message, unit);
    return false;
}

int on_report_death(struct turn *turn, const void *message)
{
    const Registry__ReportDeath *report = message;

    if (!may_report(turn))
        return turn->outcome;
    struct change change = move_person(turn, report->person);
    if (change.row == NULL)
        return turn->outcome;
    Person *row = change.row;
    row->before = change.before.state;
    row->death_at_ms = report->at_ms == 0 ? turn->now_ms : report->at_ms;
    row->death_source = report->source[0] == '\0' ? who(turn) : report->source;
    Registry__ChaseDecision chase = { IS(registry__chase_decision), .person = row->person };
    remind_person(turn, row, directory_due(turn, "registry.death_confirm", "", turn->now_ms),
                  &chase.base);

    /* Life and grief before every other message: contacts planned for this minute are stopped. */
    Registry__DeathReported event = { IS(registry__death_reported), .person = row->person,
                                      .at_ms = row->death_at_ms, .owner = row->owner,
                                      .source = row->death_source };
    struct turn_post post = { .unit = row->owner,
                              .priority = BUS__PRIORITY__P0,
                              .message = &event.base };
    turn_post(turn, &post);
    return close_person(turn, &change, "DeathReported");
}

/* ---- those who are left -------------------------------------------------------------------------------- */

/* The one who is left in the household, if it is one. */
static const char *left_alone(struct turn *turn, const RegistryRows__Household *household)
{
    const char *alone = NULL;

    for (size_t i = 0; i < household->n_members; i++) {
        const Person *member = find_person(turn, household->members[i]);
        if (member == NULL || !on_roster(member->state) || member->state == S(DECEASED_REPORTED))
            continue;
        if (alone != NULL)
            return NULL;
        alone = member->person;
    }
    return alone;
}

static void judge_household(struct turn *turn, const char *id)
{
    const RegistryRows__Household *household =
        id[0] == '\0' ? NULL : turn_load(turn, HOUSEHOLDS, id);
    const char *alone = household == NULL ? NULL : left_alone(turn, household);

    if (alone == NULL)
        return;
    struct change change = open_person(turn, alone);
    if (change.row == NULL)
        return;
    int age = age_of(turn, change.row);
    bool child = age >= 0 && age < OF_AGE;
    const struct categories categories = with_category(turn, change.row,
                                                       child ? REGISTRY__CATEGORY__UNGUARDED_CHILD
                                                             : REGISTRY__CATEGORY__ALONE_UNCARED);
    if (turn->outcome == 0
        && !same_categories(categories.items, categories.count, change.row->categories,
                            change.row->n_categories))
        put_categories(turn, &change, categories, 0, "bereaved");
    if (!change.row->silent)
        put_silent(turn, &change, true,
                   directory_due(turn, "registry.bereaved_silent", "", turn->now_ms), "bereaved");
    close_person(turn, &change, "LeftAlone");
}

int on_confirm_death(struct turn *turn, const void *message)
{
    const Registry__ConfirmDeath *confirm = message;

    struct change change = move_person(turn, confirm->person);
    if (change.row == NULL || !by_owner(turn, change.row))
        return turn->outcome;
    if (confirm->document_ref[0] == '\0')
        return turn_refuse(turn, REGISTRY__REFUSAL__NO_DOCUMENT, "by what paper?");
    Person *row = change.row;
    row->document_ref = confirm->document_ref;
    turn_forget(turn, row->person, &registry__chase_decision__descriptor);
    turn_forget(turn, row->person, &registry__chase_candidate__descriptor);
    turn_forget(turn, row->person, &registry__end_away_due__descriptor);
    turn_forget(turn, row->person, &registry__end_move_due__descriptor);
    stop_clocks(turn, row);

    Registry__DeathConfirmed event = { IS(registry__death_confirmed), .person = row->person,
                                       .at_ms = row->death_at_ms, .owner = row->owner };
    turn_emit(turn, row->owner, &event.base);
    close_person(turn, &change, "DeathConfirmed");
    judge_household(turn, row->household);
    return turn->outcome;
}

/* Everything resumes where it was, its timers too: what came due meanwhile was a no-op, so each is
 * set again. */
void resume_person(struct turn *turn, Person *row)
{
    if (row->state == S(CANDIDATE)) {
        Registry__ChaseCandidate chase = { IS(registry__chase_candidate), .person = row->person };
        remind_person(turn, row, directory_due(turn, "registry.verify", "", turn->now_ms),
                      &chase.base);
    } else if (row->state == S(AWAY)) {
        Registry__EndAwayDue end = { IS(registry__end_away_due), .person = row->person };
        remind_person(turn, row,
                      row->away_until_ms > turn->now_ms ? row->away_until_ms : turn->now_ms,
                      &end.base);
    } else if (row->state == S(MOVING)) {
        Registry__EndMoveDue end = { IS(registry__end_move_due), .person = row->person };
        remind_person(turn, row, directory_due(turn, "registry.move_accept", "", turn->now_ms),
                      &end.base);
    } else if (row->state == S(DISMISSAL_PROPOSED) || row->state == S(REMOVAL_PROPOSED)) {
        Registry__ChaseDecision chase = { IS(registry__chase_decision), .person = row->person };
        remind_person(turn, row,
                      directory_due(turn, "registry.confirm_dismissal", "", turn->now_ms),
                      &chase.base);
    }
    start_clocks(turn, row);
}

int on_refute_death(struct turn *turn, const void *message)
{
    const Registry__RefuteDeath *refute = message;
    const Person *person = find_person(turn, refute->person);

    if (person == NULL)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_FOUND, "no such person");
    if (!by_owner(turn, person))
        return turn->outcome;
    if (person->state != S(DECEASED_REPORTED))
        return turn_refuse(turn, TOWN__REFUSAL__WRONG_STATE, "no RefuteDeath from %s",
                           state_name(person->state));
    struct change change = move_person_as(turn, refute->person, BACK + (int32_t)person->before);
    if (change.row == NULL)
        return turn->outcome;
    Person *row = change.row;
    row->before = S(PERSON_NONE);
    row->death_at_ms = 0;
    row->death_source = "";
    turn_forget(turn, row->person, &registry__chase_decision__descriptor);
    resume_person(turn, row);

    Registry__DeathRefuted event = { IS(registry__death_refuted), .person = row->person,
                                     .at_ms = turn->now_ms, .owner = row->owner };
    turn_emit(turn, row->owner, &event.base);
    return close_person(turn, &change, "DeathRefuted");
}
