/* A person's row, and all that hangs on it: counters, indexes, the roster, the history. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "kit/directory_rows.h"
#include "registry/id_number.h"
#include "registry/registry.h"
#include "registry/text.h"

typedef RegistryRows__PersonState State;
typedef Town__Card Card;

#define S(state) REGISTRY_ROWS__PERSON_STATE__##state

enum { ALIAS_STEPS = 8 }; /* an alias of an alias of ...: each step is a ruling by somebody */

const char *state_name(State state)
{
    const ProtobufCEnumValue *value =
        protobuf_c_enum_descriptor_get_value(&registry_rows__person_state__descriptor, (int)state);

    return value == NULL ? "" : value->name;
}

bool on_roster(State state)
{
    return state == S(CANDIDATE) || state == S(DISMISSAL_PROPOSED) || state == S(ACTIVE)
           || state == S(AWAY) || state == S(MOVING) || state == S(MOVE_DISPUTED)
           || state == S(REMOVAL_PROPOSED) || state == S(DECEASED_REPORTED);
}

bool is_served(State state)
{
    return on_roster(state) && state != S(CANDIDATE) && state != S(DISMISSAL_PROPOSED)
           && state != S(DECEASED_REPORTED);
}

int age_of(struct turn *turn, const Person *person)
{
    return person->card == NULL ? -1 : text_age(person->card->birth, clock_day(turn->now_ms));
}

bool is_centre(struct turn *turn, const char *unit)
{
    return unit[0] != '\0' && turn_load(turn, DIRECTORY_CENTRES, unit) != NULL;
}

/* ---- guards -------------------------------------------------------------------------------------------- */

bool is_name(struct turn *turn, const char *text, const char *field)
{
    if (text[0] != '\0' && strpbrk(text, "/~") == NULL && strlen(text) <= 64)
        return turn->outcome == 0;
    turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "%s: a name is wanted", field);
    return false;
}

bool by_owner(struct turn *turn, const Person *person)
{
    if (turn->outcome != 0)
        return false;
    if (strcmp(turn_actor_unit(turn), person->owner) == 0)
        return true;
    turn_refuse(turn, REGISTRY__REFUSAL__NOT_OWNING_COMMITTEE, "%s is not for %s", turn->message,
                turn_actor_unit(turn));
    return false;
}

bool by_sjb(struct turn *turn)
{
    return turn->outcome == 0 && turn_from(turn, "sjb");
}

bool by_timer(struct turn *turn)
{
    /* The source, not the actor: what a service sends to itself is still done for somebody. */
    if (turn->outcome == 0 && strcmp(turn->source, "registry") != 0)
        turn_refuse(turn, TOWN__REFUSAL__NOT_ALLOWED, "only the registry itself says that");
    return turn->outcome == 0;
}

bool from_service(struct turn *turn, const char *service)
{
    return strcmp(turn->source, service) == 0;
}

const char *who(struct turn *turn)
{
    const char *post = turn_actor_post(turn);

    return post[0] == '\0' ? turn_actor_unit(turn) : post;
}

/* ---- indexes ------------------------------------------------------------------------------------------- */

/* The terms under which a person is found; the same call puts them in and takes them out. */
static void index_term(struct turn *turn, unsigned table, const char *term, const char *person,
                       bool on)
{
    if (term[0] != '\0')
        set_mark(turn, table, turn_key(turn, "%s/%s", term, person), on);
}

static void index_name(struct turn *turn, const char *name, const char *person, bool on)
{
    char folded[TEXT_FOLDED_SIZE];
    char initials[TEXT_INITIALS_SIZE];

    text_fold(name, folded);
    for (const char *end = folded; *end != '\0'; end += text_step(end))
        index_term(turn, BY_NAME, end, person, on);
    text_initials(folded, true, initials);
    index_term(turn, BY_INITIALS, initials, person, on);
    text_initials(folded, false, initials);
    index_term(turn, BY_INITIALS, initials, person, on);
}

static void index_phone(struct turn *turn, const char *number, const char *person, bool on)
{
    char phone[TEXT_PHONE_SIZE];

    text_phone(number, phone);
    index_term(turn, BY_PHONE, phone, person, on);
}

static void index_card(struct turn *turn, const Card *card, const char *person, bool on)
{
    char place[TEXT_FOLDED_SIZE];

    if (card == NULL)
        return;
    index_term(turn, BY_ID, card->id_number, person, on);
    index_name(turn, card->name, person, on);
    index_name(turn, card->nickname, person, on);
    for (size_t i = 0; i < card->n_phones; i++)
        index_phone(turn, card->phones[i]->number, person, on);
    for (size_t i = 0; i < card->n_emergency_contacts; i++)
        index_phone(turn, card->emergency_contacts[i]->phone, person, on);
    if (card->address != NULL) {
        text_fold(turn_text(turn, "%s%s%s%s", card->address->road, card->address->lane,
                            card->address->building, card->address->room),
                  place);
        index_term(turn, BY_PLACE, place, person, on);
    }
}

/* ---- open, close --------------------------------------------------------------------------------------- */

const Person *find_person(struct turn *turn, const char *id)
{
    const Person *person = NULL;

    for (int step = 0; step < ALIAS_STEPS && id[0] != '\0'; step++) {
        person = turn_load(turn, PERSONS, id);
        if (person == NULL || person->state != S(ALIAS))
            return person;
        id = person->alias_of;
    }
    return person;
}

const Person *row_of_timer(struct turn *turn, const char *id)
{
    const Person *row = id[0] == '\0' ? NULL : turn_load(turn, PERSONS, id);

    return row == NULL || row->state == S(ALIAS) ? NULL : row;
}

struct change open_person(struct turn *turn, const char *id)
{
    const Person *person = find_person(turn, id);

    if (person == NULL) {
        turn_refuse(turn, TOWN__REFUSAL__NOT_FOUND, "no such person");
        return (struct change){ 0 };
    }
    return (struct change){ .row = turn_edit(turn, PERSONS, person->person), .before = *person };
}

struct change open_living(struct turn *turn, const char *id)
{
    struct change change = open_person(turn, id);

    if (change.row == NULL
        || (on_roster(change.row->state) && change.row->state != S(DECEASED_REPORTED)))
        return change;
    turn_refuse(turn, TOWN__REFUSAL__WRONG_STATE, "no %s from %s", turn->message,
                state_name(change.row->state));
    change.row = NULL;
    return change;
}

struct change move_person(struct turn *turn, const char *id)
{
    return move_person_as(turn, id, turn->command);
}

struct change move_person_as(struct turn *turn, const char *id, int32_t word)
{
    static const Person nobody = REGISTRY_ROWS__PERSON__INIT;
    const Person *person = find_person(turn, id);
    struct change change = { .before = person == NULL ? nobody : *person };

    if (turn->outcome != 0)
        return change;
    change.row = turn_move_as(turn, PERSONS, person == NULL ? id : person->person, word);
    if (change.row != NULL && change.row->state != change.before.state)
        change.row->since_ms = turn->now_ms;
    return change;
}

/* An import is rolled back only while its people are untouched: whatever else changes one of them
 * says so to the batch, so that the answer is a number and not a search. */
static void touch(struct turn *turn, struct change *change)
{
    Person *row = change->row;

    if (change->by_import || row->import_batch[0] == '\0')
        return;
    RegistryRows__Import *import = turn_edit(turn, IMPORTS, row->import_batch);
    import->touched++;
    row->import_batch = "";
}

static void write_line(struct turn *turn, const Person *person, const char *what)
{
    RegistryRows__Line *line = turn_edit(
        turn, HISTORY, turn_key(turn, "%s/%016llu", person->person, (unsigned long long)turn->seq));

    /* Two changes in one turn are one line, named after both. */
    line->what = line->what[0] == '\0' || strcmp(line->what, what) == 0
                     ? what
                     : turn_text(turn, "%s, %s", line->what, what);
    line->at_ms = turn->now_ms;
    line->by = who(turn);
    line->id = turn->id;
}

int close_person(struct turn *turn, struct change *change, const char *what)
{
    Person *row = change->row;

    if (row == NULL || turn->outcome != 0)
        return turn->outcome;
    touch(turn, change);
    refigure(turn, &change->before, row);
    if (change->before.card != row->card) {
        index_card(turn, change->before.card, row->person, false);
        index_card(turn, row->card, row->person, true);
    }
    row->changed_seq = turn->seq;
    write_line(turn, row, what);
    change->before = *row;
    return turn->outcome;
}

void drop_person(struct turn *turn, const char *id)
{
    const Person *person = turn_load(turn, PERSONS, id);

    if (person == NULL || turn->outcome != 0)
        return;
    stop_clocks(turn, person);
    refigure(turn, person, NULL);
    index_card(turn, person->card, id, false);
    turn_drop(turn, PERSONS, id);
}

/* ---- rows as they were ------------------------------------------------------------------------------------ */

Person *keep_person(struct turn *turn, const Person *row)
{
    Person *copy = turn_array(turn, 1, sizeof(*copy));

    *copy = *row;
    return copy;
}

void restore_person(struct change *change, const Person *was)
{
    *change->row = *was;
}

void remind_person(struct turn *turn, const Person *person, uint64_t due_ms,
                   const ProtobufCMessage *command)
{
    const struct turn_timer timer = {
        .key = person->person, .due_ms = due_ms, .unit = person->owner, .command = command
    };

    turn_time(turn, &timer);
}
