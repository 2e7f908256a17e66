/* Moves: the committee that lets go owns and contacts until the other has said yes (S-089). */
#include <string.h>

#include "registry/registry.h"

#define S(state) REGISTRY_ROWS__PERSON_STATE__##state

int on_request_move(struct turn *turn, const void *message)
{
    const Registry__RequestMove *request = message;

    struct change change = move_person(turn, request->person);
    if (change.row == NULL || !by_owner(turn, change.row))
        return turn->outcome;
    if (!directory_committee(turn, request->to))
        return turn_refuse(turn, REGISTRY__REFUSAL__UNKNOWN_COMMITTEE, "no such committee");
    if (strcmp(request->to, change.row->owner) == 0)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "to: is where the person is");
    uint64_t due_ms = directory_due(turn, "registry.move_accept", "", turn->now_ms);
    change.row->move_to = request->to;
    change.row->reason = request->reason;
    Registry__EndMoveDue end = { IS(registry__end_move_due), .person = change.row->person };
    remind_person(turn, change.row, due_ms, &end.base);

    Registry__MoveRequested event = { IS(registry__move_requested),
                                      .person = change.row->person,
                                      .from = change.row->owner,
                                      .to = change.row->move_to,
                                      .due_ms = due_ms,
                                      .pairing = change.row->carer };
    turn_emit(turn, change.row->move_to, &event.base);
    return close_person(turn, &change, "MoveRequested");
}

/* The new owner is set, and with it the committee of the address; what hangs on the old one's list
 * goes along. */
static void hand_over(struct turn *turn, struct change *change, const char *to)
{
    Person *row = change->row;
    struct paths paths = { 0 };
    Town__Card *card = turn_array(turn, 1, sizeof(*card));
    Town__Address *address = turn_array(turn, 1, sizeof(*address));

    forget_age(turn, row);
    town__card__init(card);
    town__address__init(address);
    address->committee = to;
    card->address = address;
    row->card = merge_cards(turn, row->card, card, NULL, 0, &paths);
    note_source(turn, row, &paths, NULL);
    row->owner = to;
    row->move_to = "";
    row->reason = "";
    turn_forget(turn, row->person, &registry__end_move_due__descriptor);
    watch_age(turn, row);
}

static int tell_moved(struct turn *turn, struct change *change, const char *from)
{
    Registry__Moved event = { IS(registry__moved), .person = change->row->person,
                              .from = from,        .to = change->row->owner,
                              .by = who(turn),     .pairing = change->row->carer };

    turn_emit(turn, change->row->owner, &event.base);
    return close_person(turn, change, "Moved");
}

int on_accept_move(struct turn *turn, const void *message)
{
    const Registry__AcceptMove *accept = message;

    struct change change = move_person(turn, accept->person);
    if (change.row == NULL || !turn_from(turn, change.row->move_to))
        return turn->outcome;
    const char *from = change.row->owner;
    hand_over(turn, &change, change.row->move_to);
    return tell_moved(turn, &change, from);
}

/* A no, or no answer: it is the office's to rule, and the old owner's to care until then. */
static int dispute(struct turn *turn, struct change *change, const char *reason)
{
    Person *row = change->row;

    turn_forget(turn, row->person, &registry__end_move_due__descriptor);
    Registry__MoveRefused event = { IS(registry__move_refused), .person = row->person,
                                    .from = row->owner,         .to = row->move_to,
                                    .reason = reason,           .pairing = row->carer };
    struct turn_post post = { .unit = row->owner, .to = "sjb", .message = &event.base };
    turn_post(turn, &post);
    return close_person(turn, change, "MoveRefused");
}

int on_refuse_move(struct turn *turn, const void *message)
{
    const Registry__RefuseMove *refuse = message;

    struct change change = move_person(turn, refuse->person);
    if (change.row == NULL || !turn_from(turn, change.row->move_to))
        return turn->outcome;
    if (refuse->reason[0] == '\0')
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "reason: is missing");
    return dispute(turn, &change, refuse->reason);
}

int on_end_move_due(struct turn *turn, const void *message)
{
    const Registry__EndMoveDue *end = message;

    if (!by_timer(turn))
        return turn->outcome;
    const Person *person = row_of_timer(turn, end->person);
    if (person == NULL || person->state != S(MOVING))
        return turn->outcome;
    struct change change = move_person(turn, end->person);
    return change.row == NULL ? turn->outcome : dispute(turn, &change, "no answer in time");
}

/* The office says whose a person is: of a disputed move, and of a candidate of no known place. */
int on_rule_move(struct turn *turn, const void *message)
{
    const Registry__RuleMove *rule = message;

    struct change change = move_person(turn, rule->person);
    if (change.row == NULL || !by_sjb(turn))
        return turn->outcome;
    if (!directory_committee(turn, rule->owner))
        return turn_refuse(turn, REGISTRY__REFUSAL__UNKNOWN_COMMITTEE, "no such committee");
    const char *from = change.row->owner;
    hand_over(turn, &change, rule->owner);
    return tell_moved(turn, &change, from);
}

int on_move_out_of_town(struct turn *turn, const void *message)
{
    const Registry__MoveOutOfTown *leave = message;

    struct change change = move_person(turn, leave->person);
    if (change.row == NULL || !by_sjb(turn))
        return turn->outcome;
    if (leave->receiver[0] == '\0' || leave->ack_ref[0] == '\0')
        return turn_refuse(turn, REGISTRY__REFUSAL__NO_RECEIVER,
                           "who has taken over, and by what paper?");
    Person *row = change.row;
    row->receiver = leave->receiver;
    row->ack_ref = leave->ack_ref;
    row->move_to = "";
    turn_forget(turn, row->person, &registry__end_move_due__descriptor);
    stop_clocks(turn, row);

    Registry__LeftTown event = { IS(registry__left_town), .person = row->person,
                                 .from = row->owner,      .receiver = row->receiver,
                                 .ack_ref = row->ack_ref, .pairing = row->carer };
    turn_emit(turn, row->owner, &event.base);
    return close_person(turn, &change, "LeftTown");
}
