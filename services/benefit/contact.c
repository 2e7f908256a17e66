/*
 * benefit: what others are told in the same turn: care that somebody was seen, and the services of
 * needs what was heard at the door.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "benefit/benefit.h"
#include "care.pb-c.h"
#include "kit/directory.h"

/* A visit counts as that day's contact (domain.md 3.14), first hand: somebody stood before them.  A
 * closed door is an attempt, which care goes on from; a refusal is a refusal. */
void tell_contact(struct turn *turn, const char *person, const char *committee,
                  const Benefit__RecordVisit *visit)
{
    uint64_t at_ms = visit->at_ms == 0 ? turn->now_ms : visit->at_ms;
    const char *text = turn_date(turn, clock_day(at_ms));

    if (visit->result == BENEFIT__VISIT_RESULT__NO_REPLY) {
        Care__RecordAttempt attempt = {
            IS(care__record_attempt),  .person = person, .date = text,
            .mode = CARE__MODE__VISIT, .at_ms = at_ms,   .result = CARE__ATTEMPT_RESULT__NO_ANSWER
        };
        turn_send(turn, "care", committee, &attempt.base);
        return;
    }
    bool refused = visit->result == BENEFIT__VISIT_RESULT__REFUSED_VISIT;
    Care__RecordContact contact = { IS(care__record_contact),
                                    .person = person,
                                    .date = text,
                                    .outcome = refused ? CARE__OUTCOME__REFUSED : CARE__OUTCOME__OK,
                                    .first_hand = true,
                                    .mode = CARE__MODE__VISIT,
                                    .at_ms = at_ms,
                                    .n_answers = visit->n_answers,
                                    .answers = visit->answers };
    turn_send(turn, "care", committee, &contact.base);
}

static Town__NeedSource *by_visit(struct turn *turn, const char *run)
{
    Town__NeedSource *source = turn_array(turn, 1, sizeof(*source));

    town__need_source__init(source);
    source->visit = run;
    return source;
}

static const char *own_id(struct turn *turn)
{
    return turn_text(turn, "benefit-%llu", (unsigned long long)turn_number(turn, "need"));
}

/* S-06H: who cannot be reached is not written off, but looked after. */
void ask_comfort(struct turn *turn, const char *person, const char *committee, const char *detail)
{
    const Person *row = turn_load(turn, PEOPLE, person);
    bool urgent = row != NULL && (row->silent || row->class_ == REGISTRY__CLASS__RED);
    Town__OpenNeed open = { IS(town__open_need),
                            .need = own_id(turn),
                            .person = person,
                            .place = committee,
                            .category = TOWN__CATEGORY__PSYCH,
                            .kind = "COMFORT",
                            .priority = urgent ? "P2" : "P3",
                            .detail = detail,
                            .source = by_visit(turn, "benefit") };

    turn_send(turn, "care", committee, &open.base);
}

/* Where a kind of need is served is the dispatch catalogue's to say. */
void raise_need(struct turn *turn, const char *person, const char *committee, const char *run,
                const Benefit__VisitNeed *need)
{
    const ProtobufCEnumValue *category =
        protobuf_c_enum_descriptor_get_value(&town__category__descriptor, (int)need->category);
    const struct directory_responsibility *row =
        category == NULL ? NULL : directory_responsible(turn, category->name, need->kind);
    Town__OpenNeed open = TOWN__OPEN_NEED__INIT;

    open.need = need->need[0] == '\0' ? own_id(turn) : need->need;
    open.person = person;
    open.place = committee;
    open.category = need->category;
    open.kind = need->kind;
    open.priority = need->priority[0] == '\0' ? "P3" : need->priority;
    open.detail = need->detail;
    open.source = by_visit(turn, run);
    if (row == NULL || row->service[0] == '\0')
        turn_refuse(turn, BENEFIT__REFUSAL__UNKNOWN_KIND, "no service serves such a need");
    else if (!turn_is_id(open.need))
        turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "no id of a need");
    else if (strcmp(row->service, "benefit") == 0)
        loop_open(turn, &open);
    else
        turn_send(turn, row->service, committee, &open.base);
}

/* What the recipient says of a delivery at a later contact. */
int on_contact_recorded(struct turn *turn, const void *message)
{
    const Care__ContactRecorded *event = message;
    const char *contact = turn_text(turn, "%s/%s", event->person, event->date);

    for (size_t i = 0; i < event->n_deliveries_confirmed && turn->outcome == 0; i++)
        confirm_by_contact(turn, event->deliveries_confirmed[i], event->person, contact);
    return turn->outcome;
}
