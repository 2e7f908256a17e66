/*
 * care: who is on today's list.  Ids only: a desk joins the registry's cards, which leaves its trace
 * there.  A committee sees its own; the office, the centre that assists and supervision see all.
 */
#include <string.h>

#include "base/clock.h"
#include "care/care.h"

enum { ROWS_MOST = 500 }; /* of one answer, when it is not too long before */

typedef Care__PersonToday Row;
typedef Care__CarerRow CarerRow;

static bool may_ask(struct ask *ask, const char *committee)
{
    return ask_from(ask, "sjb lgo wlc jcb operator", committee);
}

static const char *date_of(struct ask *ask, const char *text)
{
    return text[0] != '\0' ? text : ask_date(ask, clock_day(ask->now_ms));
}

/* An answer lives as long as the question. */
static const ProtobufCMessage *keep(struct ask *ask, const ProtobufCMessage *message)
{
    size_t size = message->descriptor->sizeof_message;
    void *copy = ask_array(ask, 1, size);

    return copy == NULL ? NULL : memcpy(copy, message, size);
}

static int give(struct ask *ask, const ProtobufCMessage *answer)
{
    const ProtobufCMessage *kept = keep(ask, answer);

    return kept == NULL ? ask->outcome : ask_answer(ask, kept);
}

/* ---- a person's row ------------------------------------------------------------------------------------- */

static const char *state_name(const Contact *contact)
{
    const ProtobufCEnumValue *value =
        contact == NULL ? NULL
                        : protobuf_c_enum_descriptor_get_value(
                            &care_rows__contact__state__descriptor, (int)contact->state);

    return value == NULL ? "" : value->name;
}

/* What the table allows now. */
static void set_allowed(struct ask *ask, Row *row, const Contact *contact)
{
    static const char *const words[] = { "RecordContact", "RecordAttempt", "AssignDoorVisit",
                                         "RecordDoorVisit" };
    size_t count = is_open(contact) ? 4 : contact == NULL ? 0 : 1;
    const char **allowed = ask_array(ask, 4, sizeof(*allowed));

    for (size_t i = 0; i < count && allowed != NULL; i++)
        allowed[i] = words[i];
    row->allowed = allowed;
    row->n_allowed = allowed == NULL ? 0 : count;
}

static Row *row_of(struct ask *ask, const char *id, const char *date)
{
    const Person *person = ask_load(ask, PERSONS, id);
    const Contact *contact = ask_load(ask, CONTACTS, ask_text(ask, "%s/%s", id, date));
    Row *row = ask_array(ask, 1, sizeof(*row));

    if (row == NULL || person == NULL)
        return NULL;
    care__person_today__init(row);
    row->person = id;
    row->state = state_name(contact);
    row->silent = person->silent;
    row->class_ = (Care__Class)person->class_;
    row->last_seen_ms = person->last_seen_ms;
    row->last_seen_by = person->last_seen_by;
    row->last_seen_mode = (Care__Mode)person->last_seen_mode;
    row->open_needs = person->open_needs;
    row->missed_days = person->missed_days;
    row->second_hand_days = person->second_hand_days;
    row->wrong_number = person->wrong_number;
    row->away = person->state == CARE_ROWS__PERSON__STATE__AWAY;
    if (contact != NULL) {
        row->carer = contact->carer;
        row->window_end_ms = contact->window_end_ms;
        row->tries = (uint32_t)contact->n_attempts;
        row->rung = (Care__Rung)contact->rung;
    }
    set_allowed(ask, row, contact);
    return row;
}

/* Rows of people, as a walk over some list of theirs gathers them. */
struct people {
    struct ask_page page; /* first: the walk gives it back */
    const char *date;
    Row **rows;
    bool (*wanted)(const struct people *people, const Row *row);
    uint64_t seen_before_ms;
};

static struct people people_of(struct ask *ask, const char *date, uint32_t limit)
{
    struct people people = { .page = { .ask = ask, .last = "" }, .date = date_of(ask, date) };

    people.page.most = limit == 0 || limit > ROWS_MOST ? ROWS_MOST : limit;
    people.rows = ask_array(ask, people.page.most, sizeof(Row *));
    return people;
}

static bool take(struct people *people, const char *key, const char *id)
{
    struct ask *ask = people->page.ask;

    if (!ask_room(&people->page) || people->rows == NULL)
        return false;
    Row *row = row_of(ask, ask_text(ask, "%s", id), people->date);
    if (row != NULL && (people->wanted == NULL || people->wanted(people, row))) {
        people->rows[people->page.count] = row;
        ask_took(&people->page, key, &row->base);
    }
    return ask->outcome == 0;
}

/* The person is the last part of the key. */
static bool take_listed(void *context, const char *key, const void *row)
{
    (void)row;
    return take(context, key, strrchr(key, '/') + 1);
}

/* ---- questions ------------------------------------------------------------------------------------------- */

static const char *roles_carer(const Row *row, const char *carer)
{
    return row->carer[0] != '\0' && strcmp(row->carer, carer) != 0 ? row->carer : carer;
}

static bool take_cared(void *context, const char *key, const void *row)
{
    struct people *people = context;
    const CareRows__Cared *cared = row;
    size_t count = people->page.count;

    bool goes_on = take(people, key, strrchr(key, '/') + 1);
    if (people->page.count > count) {
        Row *taken = people->rows[count];
        taken->role = (Care__Role)cared->role;
        taken->carer = roles_carer(
            taken, ask_text(people->page.ask, "%.*s", (int)people->page.skipped - 1, key));
    }
    return goes_on;
}

int ask_my_people(struct ask *ask, const void *message)
{
    const Care__MyPeople *asked = message;
    struct people people = people_of(ask, asked->date, asked->limit);
    Care__MyPeopleAnswer answer = { IS(care__my_people_answer) };
    const Carer *carer = asked->carer[0] == '\0' ? NULL : ask_load(ask, CARERS, asked->carer);
    const char *committee = carer != NULL                 ? carer->committee
                            : asked->committee[0] != '\0' ? asked->committee
                                                          : ask->unit;

    if (!may_ask(ask, committee))
        return ask->outcome;
    if (asked->carer[0] != '\0' && carer == NULL)
        return ask_refuse(ask, TOWN__REFUSAL__NOT_FOUND, "no such carer");
    if (carer != NULL)
        ask_read(&people.page, CARED, ask_text(ask, "%s/", asked->carer), asked->after, take_cared);
    else
        ask_read(&people.page, ROSTER, ask_text(ask, "%s/", committee), asked->after, take_listed);
    answer.rows = people.rows;
    answer.n_rows = people.page.count;
    answer.next = ask_next(&people.page);
    return give(ask, &answer.base);
}

int ask_not_yet_contacted(struct ask *ask, const void *message)
{
    const Care__NotYetContacted *asked = message;
    const char *committee = asked->committee[0] != '\0' ? asked->committee : ask->unit;
    struct people people = people_of(ask, asked->date, asked->limit);
    Care__NotYetContactedAnswer answer = { IS(care__not_yet_contacted_answer) };

    if (!may_ask(ask, committee))
        return ask->outcome;
    ask_read(&people.page, WAITING, ask_text(ask, "%s/%s/", committee, people.date), asked->after,
             take_listed);
    const Summary *summary =
        ask_load(ask, SUMMARIES, ask_text(ask, "%s/%s", committee, people.date));
    answer.rows = people.rows;
    answer.n_rows = people.page.count;
    if (summary != NULL && summary->now != NULL)
        answer.count = summary->now->untried + summary->now->attempted;
    answer.next = ask_next(&people.page);
    return give(ask, &answer.base);
}

static bool not_seen(const struct people *people, const Row *row)
{
    return row->last_seen_ms < people->seen_before_ms && !row->away;
}

static bool has_streak(const struct people *people, const Row *row)
{
    (void)people;
    return row->missed_days > 0 || row->second_hand_days > 0;
}

/* N1: whom nobody has seen or heard in person for so many days; 2 when none are said. */
int ask_no_first_hand(struct ask *ask, const void *message)
{
    const Care__NoFirstHand *asked = message;
    const char *committee = asked->committee[0] != '\0' ? asked->committee : ask->unit;
    struct people people = people_of(ask, "", 0);
    Care__NoFirstHandAnswer answer = { IS(care__no_first_hand_answer) };
    uint64_t days = asked->days == 0 ? 1 : asked->days;

    if (!may_ask(ask, committee))
        return ask->outcome;
    people.wanted = not_seen;
    people.seen_before_ms = ask->now_ms - days * CLOCK_DAY_MS;
    ask_read(&people.page, ROSTER, ask_text(ask, "%s/", committee), asked->after, take_listed);
    answer.rows = people.rows;
    answer.n_rows = people.page.count;
    answer.next = ask_next(&people.page);
    return give(ask, &answer.base);
}

int ask_streaks(struct ask *ask, const void *message)
{
    const Care__Streaks *asked = message;
    const char *committee = asked->committee[0] != '\0' ? asked->committee : ask->unit;
    struct people people = people_of(ask, "", 0);
    Care__StreaksAnswer answer = { IS(care__streaks_answer) };

    if (!may_ask(ask, committee))
        return ask->outcome;
    people.wanted = has_streak;
    ask_read(&people.page, ROSTER, ask_text(ask, "%s/", committee), asked->after, take_listed);
    answer.rows = people.rows;
    answer.n_rows = people.page.count;
    answer.next = ask_next(&people.page);
    return give(ask, &answer.base);
}

/* ---- carers ------------------------------------------------------------------------------------------------ */

struct carers {
    struct ask *ask;
    CarerRow **rows;
    size_t count;
    bool absent_only;
};

static CarerRow *carer_row(struct ask *ask, const char *id, const Carer *carer)
{
    CarerRow *row = ask_array(ask, 1, sizeof(*row));

    if (row == NULL)
        return NULL;
    care__carer_row__init(row);
    row->carer = id;
    row->kind = (Care__CarerKind)carer->kind;
    row->load = carer->load;
    row->stand_ins = carer->stand_ins;
    row->absent = carer->state == CARE_ROWS__CARER__STATE__ABSENT;
    row->absent_until_ms = carer->until_ms;
    row->programme = carer->programme;
    row->n_languages = carer->n_languages;
    row->languages = carer->languages;
    return row;
}

static bool take_carer(void *context, const char *key, const void *mark)
{
    struct carers *carers = context;
    const char *id = ask_text(carers->ask, "%s", strrchr(key, '/') + 1);
    const Carer *carer = ask_load(carers->ask, CARERS, id);

    (void)mark;
    if (carer == NULL || carers->count == ROWS_MOST
        || (carers->absent_only && carer->state != CARE_ROWS__CARER__STATE__ABSENT))
        return carers->count < ROWS_MOST;
    CarerRow *row = carer_row(carers->ask, id, carer);
    if (row != NULL)
        carers->rows[carers->count++] = row;
    return carers->ask->outcome == 0;
}

static struct carers carers_of(struct ask *ask, const char *committee, bool absent_only)
{
    struct carers carers = { .ask = ask, .absent_only = absent_only };

    carers.rows = ask_array(ask, ROWS_MOST, sizeof(CarerRow *));
    ask_each(ask, CARERS_OF, ask_text(ask, "%s/", committee), take_carer, &carers);
    return carers;
}

int ask_carers_absent(struct ask *ask, const void *message)
{
    const Care__CarersAbsent *asked = message;
    const char *committee = asked->committee[0] != '\0' ? asked->committee : ask->unit;
    Care__CarersAbsentAnswer answer = { IS(care__carers_absent_answer) };

    if (!may_ask(ask, committee))
        return ask->outcome;
    struct carers carers = carers_of(ask, committee, true);
    answer.rows = carers.rows;
    answer.n_rows = carers.count;
    return give(ask, &answer.base);
}

int ask_load_of_carers(struct ask *ask, const void *message)
{
    const Care__Load *asked = message;
    const char *committee = asked->committee[0] != '\0' ? asked->committee : ask->unit;
    const Committee *known = ask_load(ask, COMMITTEES, committee);
    Care__LoadAnswer answer = { IS(care__load_answer) };

    if (!may_ask(ask, committee))
        return ask->outcome;
    struct carers carers = carers_of(ask, committee, false);
    answer.rows = carers.rows;
    answer.n_rows = carers.count;
    if (known != NULL) {
        answer.people = known->people;
        answer.unpaired = known->unpaired;
    }
    return give(ask, &answer.base);
}

/* A volunteer's own name and phone: the committee's desk, and a trace before the answer. */
int ask_carer_of(struct ask *ask, const void *message)
{
    const Care__CarerOf *asked = message;
    const Carer *carer = asked->carer[0] == '\0' ? NULL : ask_load(ask, CARERS, asked->carer);
    Care__CarerOfAnswer answer = { IS(care__carer_of_answer) };
    const char **persons = ask_array(ask, 1, sizeof(*persons));
    const char **groups = ask_array(ask, 1, sizeof(*groups));
    Town__Accessed accessed = { IS(town__accessed),
                                .reader_unit = ask_actor_unit(ask),
                                .reader_post = ask->actor->post,
                                .reader_person = ask->actor->person,
                                .acting_for = ask->actor->acting_for,
                                .purpose = asked->purpose,
                                .query = "CarerOf",
                                .n_persons = 1,
                                .persons = persons,
                                .n_field_groups = 1,
                                .field_groups = groups,
                                .result = "ok" };

    if (carer == NULL || persons == NULL || groups == NULL)
        return ask_refuse(ask, TOWN__REFUSAL__NOT_FOUND, "no such carer");
    persons[0] = asked->carer;
    groups[0] = "contact";
    if (!may_ask(ask, carer->committee))
        accessed.result = "denied";
    ask_accessed(ask, (const Town__Accessed *)keep(ask, &accessed.base));
    if (ask->outcome != 0)
        return ask->outcome;
    answer.row = carer_row(ask, asked->carer, carer);
    answer.card = carer->card;
    return give(ask, &answer.base);
}

/* ---- the summary ---------------------------------------------------------------------------------------------- */

/* No personal data: every unit may ask. */
int ask_summary(struct ask *ask, const void *message)
{
    const Care__Summary *asked = message;
    const char *committee = asked->committee[0] != '\0' ? asked->committee : "town";
    const char *date = date_of(ask, asked->date);
    const Summary *row = ask_load(ask, SUMMARIES, ask_text(ask, "%s/%s", committee, date));
    Care__SummaryAnswer answer = { IS(care__summary_answer), .committee = asked->committee,
                                   .date = date };

    if (row == NULL)
        return ask_refuse(ask, TOWN__REFUSAL__NOT_FOUND, "there is no summary of that day");
    answer.state = protobuf_c_enum_descriptor_get_value(&care_rows__summary__state__descriptor,
                                                        (int)row->state)
                       ->name;
    answer.numbers = row->now;
    answer.frozen = row->frozen;
    answer.signed_by = row->signed_by;
    answer.signed_ms = row->signed_ms;
    return give(ask, &answer.base);
}
