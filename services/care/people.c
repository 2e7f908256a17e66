/*
 * care: what the roster says of a person.  Whoever is on it is contacted every day; a reported death
 * silences everything in the turn that hears of it, and a correction brings everything back (N6).
 */
#include <string.h>

#include "base/clock.h"
#include "care/care.h"

#define P(state) CARE_ROWS__PERSON__STATE__##state

/* ---- who is on it -------------------------------------------------------------------------------- */

bool on_roster(const Person *person)
{
    return person != NULL && (person->state == P(ACTIVE) || person->state == P(AWAY));
}

Person *person_to_care_for(struct turn *turn, const char *id, const char **ret_id)
{
    if (!turn_is_id(id)) {
        turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "person: an id is wanted");
        return NULL;
    }
    *ret_id = loop_person(turn, id);
    const Person *person = turn_load(turn, PERSONS, *ret_id);
    if (person != NULL && person->state == P(SILENCED))
        turn_refuse(turn, TOWN__REFUSAL__WRONG_STATE, "a death is reported: nobody calls");
    else if (!on_roster(person))
        turn_refuse(turn, CARE__REFUSAL__UNKNOWN_PERSON, "nobody of that id is on the roster");
    return turn->outcome == 0 ? turn_edit(turn, PERSONS, *ret_id) : NULL;
}

bool may_act_for(struct turn *turn, const Person *person)
{
    static const char *const services[] = { "gateway", "benefit", "incident", NULL };
    const char *unit = turn_actor_unit(turn);

    for (size_t i = 0; services[i] != NULL; i++)
        if (strcmp(turn->source_unit, services[i]) == 0)
            return turn->outcome == 0;
    if (strcmp(unit, person->committee) == 0 || strcmp(unit, "sjb") == 0
        || strcmp(unit, "wlc") == 0)
        return turn->outcome == 0;
    turn_refuse(turn, CARE__REFUSAL__NOT_THE_COMMITTEE, "the person is not %s's", unit);
    return false;
}

/* ---- lists and their lengths ---------------------------------------------------------------------- */

static const char *place_key(struct turn *turn, const Person *person, const char *id)
{
    return turn_key(turn, "%s/%s", person->committee, id);
}

/* A row in a list of its committee, or none; answers whether that changed. */
static bool set_mark(struct turn *turn, unsigned table, const char *key, bool on)
{
    if ((turn_load(turn, table, key) != NULL) == on || turn->outcome != 0)
        return false;
    if (on) {
        CareRows__Mark *mark = turn_edit(turn, table, key);
        mark->on = true;
    } else {
        turn_drop(turn, table, key);
    }
    return true;
}

static void add(uint32_t *count, bool one_more)
{
    *count = one_more ? *count + 1 : *count - (*count > 0);
}

void set_unpaired(struct turn *turn, const char *id, const Person *person, bool unpaired)
{
    if (!set_mark(turn, UNPAIRED, place_key(turn, person, id), unpaired))
        return;
    Committee *committee = know_committee(turn, person->committee);
    add(&committee->unpaired, unpaired);
    count_people(turn, person->committee);
}

static void list_person(struct turn *turn, const char *id, const Person *person, bool on)
{
    if (!set_mark(turn, ROSTER, place_key(turn, person, id), on))
        return;
    Committee *committee = know_committee(turn, person->committee);
    add(&committee->people, on);
    if (!on)
        set_unpaired(turn, id, person, false);
    count_people(turn, person->committee);
}

static void set_household(struct turn *turn, const char *id, Person *person, const char *household)
{
    if (strcmp(person->household, household) == 0)
        return;
    if (person->household[0] != '\0')
        set_mark(turn, HOUSEHOLDS, turn_key(turn, "%s/%s", person->household, id), false);
    if (household[0] != '\0')
        set_mark(turn, HOUSEHOLDS, turn_key(turn, "%s/%s", household, id), true);
    person->household = household;
}

/* ---- onto the roster --------------------------------------------------------------------------------- */

static void set_categories(struct turn *turn, Person *person, const Registry__Category *categories,
                           size_t count)
{
    int32_t *items = turn_array(turn, count, sizeof(*items));

    for (size_t i = 0; i < count && items != NULL; i++)
        items[i] = (int32_t)categories[i];
    person->categories = items;
    person->n_categories = items == NULL ? 0 : count;
}

int on_proposed(struct turn *turn, const void *message)
{
    const Registry__Proposed *event = message;

    if (!turn_may_move(turn, PERSONS, event->person, HEAR_PROPOSED))
        return turn->outcome;
    Person *person = turn_move(turn, PERSONS, event->person);
    person->committee = event->owner;
    person->class_ = (int32_t)event->class_;
    set_categories(turn, person, event->categories, event->n_categories);
    return turn->outcome;
}

int on_verified(struct turn *turn, const void *message)
{
    const Registry__Verified *event = message;

    if (!turn_may_move(turn, PERSONS, event->person, HEAR_VERIFIED))
        return turn->outcome;
    Person *person = turn_move(turn, PERSONS, event->person);
    person->committee = event->owner;
    person->class_ = (int32_t)event->class_;
    person->silent = event->silent;
    person->entered_day = today(turn);
    set_categories(turn, person, event->categories, event->n_categories);
    set_household(turn, event->person, person, event->household);
    list_person(turn, event->person, person, true);
    settle_person(turn, event->person);
    Numbers *numbers = numbers_of(turn, person->committee, today(turn));
    if (numbers != NULL)
        numbers->new_people++;
    plan_newcomer(turn, event->person);
    return turn->outcome;
}

/* ---- off it ----------------------------------------------------------------------------------------- */

struct keys {
    struct turn *turn;
    const char *items[PEOPLE_A_TURN];
    size_t count;
};

static bool take_key(void *context, const char *key, const void *row)
{
    struct keys *keys = context;

    (void)row;
    keys->items[keys->count++] = key;
    return keys->count < PEOPLE_A_TURN;
}

static void drop_all(struct turn *turn, unsigned table, const char *prefix)
{
    struct keys keys = { .turn = turn };

    turn_each(turn, table, prefix, take_key, &keys);
    for (size_t i = 0; i < keys.count; i++)
        turn_drop(turn, table, keys.items[i]);
}

/* Nothing of a person who has gone is kept but what the summaries have counted. */
static void drop_person(struct turn *turn, const char *id)
{
    Person *person = turn_edit(turn, PERSONS, id);

    list_person(turn, id, person, false);
    set_household(turn, id, person, "");
    drop_contacts(turn, id);
    drop_all(turn, NAMED, turn_text(turn, "%s/", id));
    turn_drop(turn, FREQUENCIES, turn_key(turn, "person/%s", id));
    turn_drop(turn, PAIRINGS, id);
    turn_drop(turn, PERSONS, id);
}

static void forget_person(struct turn *turn, const char *id, const char *reason)
{
    const Person *known = turn_load(turn, PERSONS, id);

    if (known == NULL)
        return;
    cancel_contacts(turn, id);
    unlist_pairing(turn, id);
    end_pairing(turn, id, known->committee, reason);
    drop_person(turn, id);
}

bool erase_person(struct turn *turn, const char *id)
{
    if (turn_load(turn, PERSONS, id) == NULL)
        return false;
    cancel_contacts(turn, id);
    unlist_pairing(turn, id);
    drop_person(turn, id);
    return true;
}

int on_dismissed(struct turn *turn, const void *message)
{
    const Registry__Dismissed *event = message;

    forget_person(turn, event->person, "dismissed");
    return turn->outcome;
}

static int leave(struct turn *turn, const char *id, const char *reason, bool died)
{
    const Person *person = turn_load(turn, PERSONS, id);
    Numbers *numbers = person == NULL ? NULL : numbers_of(turn, person->committee, today(turn));

    /* A candidate was never on the roster. */
    bool was_on = person != NULL && (on_roster(person) || person->entered_day != 0);
    if (numbers != NULL && was_on && died)
        numbers->died++;
    else if (numbers != NULL && was_on)
        numbers->left++;
    forget_person(turn, id, reason);
    return turn->outcome;
}

int on_removed(struct turn *turn, const void *message)
{
    return leave(turn, ((const Registry__Removed *)message)->person, "removed", false);
}

int on_left_town(struct turn *turn, const void *message)
{
    return leave(turn, ((const Registry__LeftTown *)message)->person, "left the town", false);
}

int on_death_confirmed(struct turn *turn, const void *message)
{
    return leave(turn, ((const Registry__DeathConfirmed *)message)->person, "died", true);
}

/* ---- silence, and back ------------------------------------------------------------------------------- */

/* Out of every list, with all that is remembered kept for the way back. */
static void set_aside(struct turn *turn, const char *id)
{
    const Person *known = turn_load(turn, PERSONS, id);
    CareRows__Person__State before = known == NULL ? P(NONE) : known->state;

    if (!turn_may_move(turn, PERSONS, id, turn->command))
        return;
    bool listed = on_roster(known);
    Person *person = turn_move(turn, PERSONS, id);
    if (person == NULL)
        return;
    if (before != P(SILENCED)) /* a merge after a reported death: where the way back ends is kept */
        person->before = before;
    cancel_contacts(turn, id);
    if (listed) {
        unlist_pairing(turn, id);
        list_person(turn, id, person, false);
    }
}

/* From `state`; to silence, as long as the person is reported dead. */
static void bring_back(struct turn *turn, const char *id, CareRows__Person__State state, bool dead)
{
    const Person *known = turn_load(turn, PERSONS, id);

    if (known == NULL || known->state != state)
        return;
    int32_t word = dead                            ? BACK_TO_SILENCED
                   : known->before == P(CANDIDATE) ? BACK_TO_CANDIDATE
                   : known->before == P(ACTIVE)    ? BACK_TO_ACTIVE
                                                   : BACK_TO_AWAY;
    if (!turn_may_move(turn, PERSONS, id, word))
        return;
    Person *person = turn_move_as(turn, PERSONS, id, word);
    if (!on_roster(person))
        return;
    list_person(turn, id, person, true);
    relist_pairing(turn, id);
    plan_again(turn, id);
}

int on_death_reported(struct turn *turn, const void *message)
{
    set_aside(turn, ((const Registry__DeathReported *)message)->person);
    return turn->outcome;
}

int on_death_refuted(struct turn *turn, const void *message)
{
    bring_back(turn, ((const Registry__DeathRefuted *)message)->person, P(SILENCED), false);
    return turn->outcome;
}

int on_merged(struct turn *turn, const void *message)
{
    set_aside(turn, ((const Registry__Merged *)message)->alias);
    return turn->outcome;
}

int on_unmerged(struct turn *turn, const void *message)
{
    const char *id = ((const Registry__Unmerged *)message)->alias;

    bring_back(turn, id, P(ALIAS), turn_load(turn, LOOP_DEATHS, id) != NULL);
    return turn->outcome;
}

/* ---- what changes of a person -------------------------------------------------------------------------- */

int on_fields_updated(struct turn *turn, const void *message)
{
    const Registry__FieldsUpdated *event = message;
    const Person *known = turn_load(turn, PERSONS, event->person);

    for (size_t i = 0; known != NULL && known->wrong_number && i < event->n_paths; i++) {
        if (strncmp(event->paths[i], "phones", 6) != 0)
            continue;
        Person *person = turn_edit(turn, PERSONS, event->person);
        person->wrong_number = false;
        break;
    }
    return turn->outcome;
}

int on_categories_set(struct turn *turn, const void *message)
{
    const Registry__CategoriesSet *event = message;

    if (turn_load(turn, PERSONS, event->person) != NULL)
        set_categories(turn, turn_edit(turn, PERSONS, event->person), event->to, event->n_to);
    return turn->outcome;
}

int on_class_set(struct turn *turn, const void *message)
{
    const Registry__ClassSet *event = message;

    if (turn_load(turn, PERSONS, event->person) == NULL)
        return turn->outcome;
    Person *person = turn_edit(turn, PERSONS, event->person);
    person->class_ = (int32_t)event->to;
    judge_again(turn, event->person);
    return turn->outcome;
}

int on_silent_set(struct turn *turn, const void *message)
{
    const Registry__SilentSet *event = message;

    if (turn_load(turn, PERSONS, event->person) == NULL)
        return turn->outcome;
    Person *person = turn_edit(turn, PERSONS, event->person);
    person->silent = event->to;
    judge_again(turn, event->person);
    return turn->outcome;
}

int on_away_started(struct turn *turn, const void *message)
{
    const Registry__AwayStarted *event = message;

    if (!turn_may_move(turn, PERSONS, event->person, HEAR_AWAY_STARTED))
        return turn->outcome;
    turn_move(turn, PERSONS, event->person);
    judge_again(turn, event->person);
    return turn->outcome;
}

int on_away_ended(struct turn *turn, const void *message)
{
    const Registry__AwayEnded *event = message;

    if (!turn_may_move(turn, PERSONS, event->person, HEAR_AWAY_ENDED))
        return turn->outcome;
    turn_move(turn, PERSONS, event->person);
    plan_again(turn, event->person);
    return turn->outcome;
}

/* The old committee has cared until this moment; what is open of today goes along. */
int on_moved(struct turn *turn, const void *message)
{
    const Registry__Moved *event = message;
    const Person *known = turn_load(turn, PERSONS, event->person);

    if (known == NULL || strcmp(known->committee, event->to) == 0)
        return turn->outcome;
    Person *person = turn_edit(turn, PERSONS, event->person);
    bool listed = on_roster(person);
    list_person(turn, event->person, person, false);
    person->committee = event->to;
    if (!listed)
        return turn->outcome;
    list_person(turn, event->person, person, true);
    struct contact contact = open_contact(turn, event->person, today(turn));
    if (is_open(contact.row))
        contact.row->committee = event->to;
    close_contact(turn, &contact);
    hand_over_pairing(turn, event->person, event->from, event->to);
    return turn->outcome;
}

int on_household_set(struct turn *turn, const void *message)
{
    const Registry__HouseholdSet *event = message;
    const char *prefix = turn_text(turn, "%s/", event->household);
    struct keys before = { .turn = turn };

    turn_each(turn, HOUSEHOLDS, prefix, take_key, &before);
    for (size_t i = 0; i < before.count; i++) {
        const char *id = before.items[i] + strlen(prefix);
        if (turn_load(turn, PERSONS, id) != NULL)
            set_household(turn, id, turn_edit(turn, PERSONS, id), "");
    }
    for (size_t i = 0; i < event->n_members; i++)
        if (turn_load(turn, PERSONS, event->members[i]) != NULL)
            set_household(turn, event->members[i], turn_edit(turn, PERSONS, event->members[i]),
                          event->household);
    return turn->outcome;
}
