/*
 * incident: a child whose guardian is in hospital, or gone (S-031).  Somebody takes the child in
 * within incident.caretaker; who that is, only the roster keeps.
 */
#include <string.h>

#include "incident/incident.h"
#include "kit/directory.h"
#include "registry.pb-c.h"

/* 儿童主任 of the committee, or the social-development office. */
static bool may_name(struct turn *turn, const Incident *row)
{
    return strcmp(turn_actor_unit(turn), "sjb") == 0
           || turn_from(turn, row->place[0] == '\0' ? "sjb" : row->place);
}

static int check(struct turn *turn, const Incident__NameCaretaker *name, const Incident *row)
{
    if (row == NULL)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_FOUND, "there is no such incident");
    if (row->type != INCIDENT__TYPE__CHILD_UNGUARDED
        || (name->child[0] == '\0' && row->child[0] == '\0'))
        return turn_refuse(turn, INCIDENT__REFUSAL__NO_CHILD, "which child?");
    if (name->child[0] != '\0' && !turn_is_id(name->child))
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "an id is empty, too long or no id");
    if (name->station[0] != '\0' && !turn_is_id(name->station))
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "a station is an id");
    if (!incident_is_open(row))
        return turn_refuse(turn, TOWN__REFUSAL__WRONG_STATE, "it is over");
    if (name->station[0] == '\0' && (name->caretaker == NULL || !name->consent))
        return turn_refuse(turn, INCIDENT__REFUSAL__NO_CONSENT,
                           "a caretaker who has agreed, or a station");
    return 0;
}

/* The caretaker, as somebody to be called for the child; NULL: a station took the child in. */
static Town__EmergencyContact *contact_of(struct turn *turn, const Town__Card *caretaker)
{
    Town__EmergencyContact *contact =
        caretaker == NULL ? NULL : turn_array(turn, 1, sizeof(*contact));

    if (contact == NULL)
        return NULL;
    town__emergency_contact__init(contact);
    contact->name = caretaker->name;
    contact->phone = caretaker->n_phones > 0 ? caretaker->phones[0]->number : "";
    contact->relation = caretaker->remark;
    return contact;
}

/* A child that is not on the roster yet becomes a candidate; who takes care of it stands there. */
static void tell_registry(struct turn *turn, const Incident__NameCaretaker *name, const char *child,
                          const Incident *row)
{
    static Registry__Category category = REGISTRY__CATEGORY__UNGUARDED_CHILD;
    Town__EmergencyContact *contact = contact_of(turn, name->caretaker);
    Town__Card card = TOWN__CARD__INIT;

    if (name->child_card != NULL) {
        card = *name->child_card;
        if (contact != NULL) {
            card.n_emergency_contacts = 1;
            card.emergency_contacts = &contact;
        }
        Registry__Propose propose = { IS(registry__propose),   .person = child,
                                      .card = &card,           .source = "incident",
                                      .committee = row->place, .n_categories = 1,
                                      .categories = &category };
        incident_send(turn, name->incident, "registry", &propose.base);
    } else if (contact != NULL) {
        card.n_emergency_contacts = 1;
        card.emergency_contacts = &contact;
        Registry__UpdateFields update = { IS(registry__update_fields), .person = child,
                                          .card = &card };
        incident_send(turn, name->incident, "registry", &update.base);
    }
}

int on_name_caretaker(struct turn *turn, const void *message)
{
    const Incident__NameCaretaker *name = message;
    const Incident *present = turn_load(turn, INCIDENTS, name->incident);

    if (check(turn, name, present) != 0 || !may_name(turn, present))
        return turn->outcome;
    Incident *row = turn_edit(turn, INCIDENTS, name->incident);
    const char *child = name->child[0] != '\0' ? name->child : row->child;
    row->child = child;
    row->caretaker_ms = turn->now_ms;
    turn_forget(turn, name->incident, &incident__chase_caretaker__descriptor);
    incident_note(turn, name->incident, row, "caretaker", name->station);
    Incident__CaretakerNamed event = {
        IS(incident__caretaker_named),      .incident = name->incident, .child = child,
        .station = name->station,           .consent = name->consent,   .place = row->place,
        .ms = turn->now_ms - row->opened_ms
    };
    tell_registry(turn, name, child, row);
    return incident_say(turn, name->incident, row->place[0] == '\0' ? "sjb" : row->place,
                        &event.base);
}

/* Hours have passed, and nobody has the child. */
int on_chase_caretaker(struct turn *turn, const void *message)
{
    const Incident__ChaseCaretaker *chase = message;
    const Incident *row = turn_load(turn, INCIDENTS, chase->incident);
    const Need *need = loop_need(turn, chase->incident);

    if (!incident_by_clock(turn))
        return turn->outcome;
    if (row == NULL || need == NULL || row->caretaker_ms != 0)
        return 0;
    Town__DeadlineMissed missed = { IS(town__deadline_missed), .need = chase->incident,
                                    .assignment = need->assignment, .clock = "caretaker",
                                    .due_ms = turn->now_ms };
    Town__Escalated escalated = { IS(town__escalated), .need = chase->incident, .rung = 2,
                                  .to_post = incident_post(turn, "lgo"), .clock = "caretaker" };
    loop_say(turn, need, row->place[0] == '\0' ? "sjb" : row->place, &missed.base);
    return loop_say(turn, need, "lgo", &escalated.base);
}
