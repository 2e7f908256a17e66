/*
 * care: what was heard or seen becomes a need, in the service that serves it and in the same turn
 * (S-08B, S-075); and what all services say of a person's needs is counted here.
 */
#include <string.h>

#include "care/care.h"

/* ---- needs heard ----------------------------------------------------------------------------------- */

const char *open_incident(struct turn *turn, const char *person, const char *committee,
                          Incident__Type type, const char *facts)
{
    Town__NeedSource source = TOWN__NEED_SOURCE__INIT;
    Incident__OpenIncident open = { IS(incident__open_incident), .type = type, .place = committee,
                                    .person = person, .facts = facts };

    source.contact = turn->id;
    open.source = &source;
    open.reporter = turn_actor_post(turn);
    open.incident =
        turn_text(turn, "care-i%llu", (unsigned long long)turn_number(turn, "incidents"));
    struct turn_post post = { .service = "incident",
                              .unit = committee,
                              .priority = BUS__PRIORITY__P0,
                              .message = &open.base };
    turn_post(turn, &post);
    return open.incident;
}

/* A silent person's need is confirmed at the next contact, unless the committee served it itself. */
static const char *verifier_of(struct turn *turn, const char *person, const char *committee,
                               const char *first_unit)
{
    const Person *row = turn_load(turn, PERSONS, person);

    return row != NULL && row->silent && strcmp(first_unit, "committee") != 0 ? committee : "";
}

static const char *open_need(struct turn *turn, Town__OpenNeed *open)
{
    const ProtobufCEnumValue *category =
        protobuf_c_enum_descriptor_get_value(&town__category__descriptor, (int)open->category);
    const struct directory_responsibility *by =
        category == NULL ? NULL : directory_responsible(turn, category->name, open->kind);
    Town__NeedSource source = TOWN__NEED_SOURCE__INIT;

    if (by == NULL) {
        turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "need: nobody serves that kind");
        return "";
    }
    source.contact = turn->id;
    open->source = &source;
    if (strcmp(by->service, "incident") == 0) {
        const ProtobufCEnumValue *type =
            protobuf_c_enum_descriptor_get_value_by_name(&incident__type__descriptor, open->kind);
        if (type == NULL) {
            turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "need: no such kind of incident");
            return "";
        }
        return open_incident(turn, open->person, open->place, (Incident__Type)type->value,
                             open->detail);
    }
    open->verifier = verifier_of(turn, open->person, open->place, by->first_unit);
    if (strcmp(by->service, "care") == 0)
        loop_open(turn, open);
    else
        turn_send(turn, by->service, open->place, &open->base);
    return open->need;
}

const char *open_heard(struct turn *turn, const char *person, const char *committee,
                       const Care__NeedHeard *heard)
{
    Town__OpenNeed *open = turn_array(turn, 1, sizeof(*open));

    if (open == NULL || turn->outcome != 0)
        return "";
    town__open_need__init(open);
    open->need = heard->need[0] != '\0' ? heard->need
                                        : turn_text(turn, "care-n%llu",
                                                    (unsigned long long)turn_number(turn, "needs"));
    open->person = person;
    open->place = committee;
    open->category = heard->category;
    open->kind = heard->kind;
    open->priority = heard->priority[0] != '\0' ? heard->priority : "P3";
    open->detail = heard->detail;
    open->days_left = heard->days_left;
    open->days_left_known = heard->days_left_known;
    return open_need(turn, open);
}

/* ---- abnormal ---------------------------------------------------------------------------------------- */

/* S-073 to S-075.  The system routes, it never diagnoses: a danger sign is a doctor's at once. */
static const struct destination {
    Town__Category category;
    const char *kind;
    const char *priority;
    uint32_t signs;
} destinations[] = {
    { TOWN__CATEGORY__MEDICAL, "TRANSFER", "P0",
      1u << CARE__SIGN__SPO2_LOW | 1u << CARE__SIGN__HIGH_FEVER | 1u << CARE__SIGN__DYSPNOEA },
    { TOWN__CATEGORY__EMERGENCY, "HEALTH", "P0", 1u << CARE__SIGN__BEHAVIOUR },
    { TOWN__CATEGORY__PSYCH, "COUNSELLING", "P1", 1u << CARE__SIGN__MOOD },
};

/* By the dispatch catalogue; "": nobody there serves it, and an incident is opened.  No sign of danger
 * waits for a table. */
static const char *service_of(struct turn *turn, const struct destination *to)
{
    const ProtobufCEnumValue *category =
        protobuf_c_enum_descriptor_get_value(&town__category__descriptor, (int)to->category);
    const struct directory_responsibility *by =
        category == NULL ? NULL : directory_responsible(turn, category->name, to->kind);

    return by == NULL ? "" : by->service;
}

static void open_for(struct turn *turn, const char *person, int64_t day,
                     const Care__RecordContact *record, const struct destination *to)
{
    const Person *row = turn_load(turn, PERSONS, person);
    Care__Sign *signs = turn_array(turn, record->n_signs, sizeof(*signs));
    const Care__NeedHeard heard = {
        IS(care__need_heard),     .need = "",
        .category = to->category, .kind = to->kind,
        .priority = to->priority, .detail = "found at the daily contact"
    };
    Care__AbnormalFound event = { IS(care__abnormal_found), .person = person, .signs = signs,
                                  .to = service_of(turn, to), .date = turn_date(turn, day) };

    for (size_t i = 0; i < record->n_signs && signs != NULL; i++)
        if ((to->signs >> record->signs[i] % 32 & 1u) != 0)
            signs[event.n_signs++] = record->signs[i];
    if (event.n_signs == 0 || row == NULL)
        return;
    event.ref = event.to[0] != '\0' ? open_heard(turn, person, row->committee, &heard)
                                    : open_incident(turn, person, row->committee,
                                                    INCIDENT__TYPE__HEALTH, heard.detail);
    if (event.to[0] == '\0')
        event.to = "incident";
    struct turn_post post = { .unit = row->committee,
                              .priority =
                                  to->priority[1] == '0' ? BUS__PRIORITY__P0 : BUS__PRIORITY__P1,
                              .message = &event.base };
    turn_post(turn, &post);
}

void open_abnormal(struct turn *turn, const char *person, int64_t day,
                   const Care__RecordContact *record)
{
    for (size_t i = 0; i < sizeof(destinations) / sizeof(destinations[0]); i++)
        open_for(turn, person, day, record, &destinations[i]);
}

/* ---- what all services say ----------------------------------------------------------------------------- */

static const char *need_key(struct turn *turn, const char *need)
{
    return turn_key(turn, "%s/%s", turn->service, need);
}

static void count_person(struct turn *turn, const char *id, bool one_more)
{
    if (id[0] == '\0' || turn_load(turn, PERSONS, id) == NULL)
        return;
    Person *person = turn_edit(turn, PERSONS, id);
    person->open_needs =
        one_more ? person->open_needs + 1 : person->open_needs - (person->open_needs > 0);
}

static void note_open(struct turn *turn, const char *need, const char *person,
                      const char *committee)
{
    CareRows__OpenNeed *row = turn_edit(turn, OPEN_NEEDS, need_key(turn, need));

    row->person = person;
    row->committee = committee;
    row->overdue = false;
    count_person(turn, person, true);
}

/* Counted once, with its person and the committee of its place, else of the person. */
static int take_open(struct turn *turn, const char *need, const char *told_person,
                     const char *place)
{
    const char *id = turn_is_id(told_person) ? loop_person(turn, told_person) : "";
    const Person *person = id[0] == '\0' ? NULL : turn_load(turn, PERSONS, id);
    const char *committee = directory_committee(turn, place) ? place
                            : person != NULL                 ? person->committee
                                                             : "";

    if (committee[0] == '\0' || turn_load(turn, OPEN_NEEDS, need_key(turn, need)) != NULL)
        return turn->outcome;
    note_open(turn, need, id, committee);
    Numbers *numbers = numbers_of(turn, committee, today(turn));
    if (numbers != NULL)
        numbers->needs_opened++;
    return turn->outcome;
}

int on_need_opened(struct turn *turn, const void *message)
{
    const Town__NeedOpened *event = message;

    return event->duplicate_of[0] != '\0'
               ? turn->outcome
               : take_open(turn, event->need, event->person, event->place);
}

int on_need_closed(struct turn *turn, const void *message)
{
    const Town__NeedClosed *event = message;
    const char *key = need_key(turn, event->need);
    const CareRows__OpenNeed *row = turn_load(turn, OPEN_NEEDS, key);

    if (row == NULL)
        return turn->outcome;
    count_person(turn, row->person, false);
    Numbers *numbers = numbers_of(turn, row->committee, today(turn));
    if (numbers != NULL)
        numbers->needs_closed++;
    turn_drop(turn, OPEN_NEEDS, key);
    return turn->outcome;
}

/* What was kept of it is gone: the event says whose it is, and where. */
int on_need_reopened(struct turn *turn, const void *message)
{
    const Town__NeedReopened *event = message;

    return take_open(turn, event->need, event->person,
                     event->place[0] != '\0' ? event->place : turn->unit);
}

int on_deadline_missed(struct turn *turn, const void *message)
{
    const Town__DeadlineMissed *event = message;
    const char *key = need_key(turn, event->need);
    const CareRows__OpenNeed *known = turn_load(turn, OPEN_NEEDS, key);

    if (known == NULL || known->overdue || strcmp(event->clock, "done") != 0)
        return turn->outcome;
    CareRows__OpenNeed *row = turn_edit(turn, OPEN_NEEDS, key);
    row->overdue = true;
    Numbers *numbers = numbers_of(turn, row->committee, today(turn));
    if (numbers != NULL)
        numbers->needs_overdue++;
    return turn->outcome;
}
