/*
 * What care and incidents see of a person: who saw them alive, whose they are to call on, and that a
 * child has nobody (S-031, S-085, S-095).  None of it is a change of the card: no line of the history
 * and no touched import come of it.
 */
#include <string.h>

#include "care.pb-c.h"
#include "incident.pb-c.h"
#include "registry/registry.h"

#define S(state) REGISTRY_ROWS__PERSON_STATE__##state

/* The row, to be changed; NULL: nobody whom the roster knows. */
static Person *seen(struct turn *turn, const char *id)
{
    const Person *person = find_person(turn, id);

    return person == NULL || turn->outcome != 0 ? NULL : turn_edit(turn, PERSONS, person->person);
}

static const char *how(Care__Mode mode)
{
    const ProtobufCEnumValue *value =
        protobuf_c_enum_descriptor_get_value(&care__mode__descriptor, (int)mode);

    return value == NULL ? "" : value->name;
}

/* First hand only: what a relative says is no sight of the person.  A call that was answered says,
 * besides, that the number is right. */
int on_contact_recorded(struct turn *turn, const void *message)
{
    const Care__ContactRecorded *event = message;
    Person *row = event->first_hand && event->outcome != CARE__OUTCOME__AWAY
                      ? seen(turn, event->person)
                      : NULL;

    if (row == NULL || event->at_ms > turn->now_ms)
        return turn->outcome;
    if (event->at_ms > row->last_seen_ms) {
        row->last_seen_ms = event->at_ms;
        row->last_seen_by = event->by;
        row->last_seen_how = how(event->mode);
    }
    if (event->mode == CARE__MODE__PHONE && event->at_ms > row->phoned_ms) {
        row->phoned_ms = event->at_ms;
        watch_age(turn, row);
    }
    return turn->outcome;
}

static bool is_primary(Care__Role role)
{
    return role != CARE__ROLE__STAND_IN;
}

int on_paired(struct turn *turn, const void *message)
{
    const Care__Paired *event = message;
    Person *row = is_primary(event->role) ? seen(turn, event->person) : NULL;

    if (row != NULL)
        pair_person(turn, row, event->carer);
    return turn->outcome;
}

int on_unpaired(struct turn *turn, const void *message)
{
    const Care__Unpaired *event = message;
    Person *row = is_primary(event->role) ? seen(turn, event->person) : NULL;

    if (row != NULL && strcmp(row->carer, event->carer) == 0)
        pair_person(turn, row, "");
    return turn->outcome;
}

/* ---- a child without a guardian (S-031) --------------------------------------------------------------- */

/* A child of whom nothing is known yet: the committee of the place verifies. */
static void propose_child(struct turn *turn, const Incident__CaretakerNamed *event)
{
    static Registry__Category category = REGISTRY__CATEGORY__UNGUARDED_CHILD;
    Town__Card *card = turn_array(turn, 1, sizeof(*card));
    bool placed = event->place[0] != '\0' && directory_committee(turn, event->place);
    struct change change;

    if (turn->outcome != 0)
        return;
    town__card__init(card);
    const struct candidate candidate = {
        .person = event->child,
        .owner = placed ? event->place : "sjb",
        .source = "incident",
        .card = card,
        .categories = tidy_categories(turn, &category, 1, ""),
        .other_reason = "",
    };
    make_candidate(turn, &candidate, &change);
    close_person(turn, &change, "Proposed");
}

static void add_category(struct turn *turn, const char *child)
{
    struct change change = open_living(turn, child);

    if (change.row == NULL)
        return;
    const struct categories with =
        with_category(turn, change.row, REGISTRY__CATEGORY__UNGUARDED_CHILD);
    if (same_categories(with.items, with.count, change.row->categories, change.row->n_categories))
        return;
    put_categories(turn, &change, with, 0, "a caretaker was named");
    close_person(turn, &change, "CategoriesSet");
}

int on_caretaker_named(struct turn *turn, const void *message)
{
    const Incident__CaretakerNamed *event = message;
    const Person *child = find_person(turn, event->child);

    if (event->child[0] == '\0' || strpbrk(event->child, "/~") != NULL || strlen(event->child) > 64)
        return turn->outcome;
    set_mark(turn, UNGUARDED, turn_key(turn, "%s/%s", event->incident, event->child), true);
    if (child == NULL || turn_may_move(turn, PERSONS, child->person, PROPOSE))
        propose_child(turn, event);
    else if (on_roster(child->state) && child->state != S(DECEASED_REPORTED))
        add_category(turn, event->child);
    return turn->outcome;
}

static struct categories without(struct turn *turn, const Person *person, Registry__Category one)
{
    struct categories list = { .items = turn_array(turn, CATEGORIES, sizeof(*list.items)) };

    for (size_t i = 0; i < person->n_categories && turn->outcome == 0; i++)
        if (person->categories[i] != one)
            list.items[list.count++] = person->categories[i];
    return list;
}

static void end_category(struct turn *turn, const char *id)
{
    const Person *child = find_person(turn, id);

    if (child == NULL || !on_roster(child->state))
        return;
    struct change change = open_person(turn, id);
    const struct categories rest = without(turn, change.row, REGISTRY__CATEGORY__UNGUARDED_CHILD);
    if (turn->outcome != 0 || rest.count == change.row->n_categories)
        return;
    put_categories(turn, &change, rest, 0, "the guardian is back");
    close_person(turn, &change, "CategoriesSet");
}

/* The guardian is back, or it was a mistake: the entry ends, and what else is known of the child
 * stays. */
int on_incident_closed(struct turn *turn, const void *message)
{
    const Incident__IncidentClosed *event = message;
    bool guarded = event->result == INCIDENT__RESULT__GUARDED
                   || event->result == INCIDENT__RESULT__FALSE_ALARM;

    if (!guarded || event->incident[0] == '\0')
        return turn->outcome;
    struct turn_slice children =
        turn_keys(turn, UNGUARDED, turn_text(turn, "%s/", event->incident));
    for (size_t i = 0; i < children.count; i++) {
        end_category(turn, children.keys[i]);
        set_mark(turn, UNGUARDED, turn_key(turn, "%s/%s", event->incident, children.keys[i]),
                 false);
    }
    return turn->outcome;
}
