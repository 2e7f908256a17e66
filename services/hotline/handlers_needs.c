/*
 * The needs of tickets, as the services that serve them tell of them.
 */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "hotline/hotline.h"

enum { TICKET_NEEDS = 32, NEED_TICKET_COUNT = 16 };

#define TICKET(state) HOTLINE_ROWS__TICKET__STATE__##state

static const char *need_key(struct turn *turn, const char *service, const char *need)
{
    return hotline_is_id(need) ? turn_key(turn, "%s/%s", service, need) : NULL;
}

static const HotlineRows__NeedTickets *tickets_of(struct turn *turn, const char *need)
{
    const char *key = need_key(turn, turn->service, need);

    return key != NULL ? turn_load(turn, NEED_TICKETS, key) : NULL;
}

static TicketNeed *find(const Ticket *ticket, const char *service, const char *need)
{
    for (size_t i = 0; i < ticket->n_needs; i++)
        if (strcmp(ticket->needs[i]->service, service) == 0
            && strcmp(ticket->needs[i]->need, need) == 0)
            return ticket->needs[i];
    return NULL;
}

/* The need leads to the ticket too. */
static void lead(struct turn *turn, const char *id, const TicketNeed *need)
{
    const char *key = need_key(turn, need->service, need->need);
    HotlineRows__NeedTickets *row = key != NULL ? turn_edit(turn, NEED_TICKETS, key) : NULL;

    if (row == NULL)
        return;
    for (size_t i = 0; i < row->n_tickets; i++)
        if (strcmp(row->tickets[i], id) == 0)
            return;
    if (row->n_tickets >= NEED_TICKET_COUNT) {
        turn_refuse(turn, TOWN__REFUSAL__OVER_LIMIT, "%d tickets wait for one need",
                    NEED_TICKET_COUNT);
        return;
    }
    const char **tickets = turn_array(turn, row->n_tickets + 1, sizeof(*tickets));
    for (size_t i = 0; tickets != NULL && i < row->n_tickets; i++)
        tickets[i] = row->tickets[i];
    if (tickets == NULL)
        return;
    tickets[row->n_tickets++] = id;
    row->tickets = tickets;
}

void needs_add(struct turn *turn, const char *id, Ticket *ticket, const TicketNeed *need)
{
    TicketNeed **list = turn_array(turn, ticket->n_needs + 1, sizeof(TicketNeed *));
    TicketNeed *row = turn_array(turn, 1, sizeof(*row));

    if (ticket->n_needs >= TICKET_NEEDS) {
        turn_refuse(turn, TOWN__REFUSAL__OVER_LIMIT, "%d needs in one ticket", TICKET_NEEDS);
        return;
    }
    if (list == NULL || row == NULL)
        return;
    for (size_t i = 0; i < ticket->n_needs; i++)
        list[i] = ticket->needs[i];
    *row = *need;
    list[ticket->n_needs++] = row;
    ticket->needs = list;
    lead(turn, id, row);
}

static void remove_need(Ticket *ticket, const TicketNeed *need)
{
    size_t kept = 0;

    for (size_t i = 0; i < ticket->n_needs; i++)
        if (ticket->needs[i] != need)
            ticket->needs[kept++] = ticket->needs[i];
    ticket->n_needs = kept;
}

/* ---- opened ------------------------------------------------------------------------------------------- */

/* The service knows of it already: the ticket waits for the one that is open. */
static void wait_for_other(struct turn *turn, const char *id, Ticket *ticket, TicketNeed *need,
                           const char *other)
{
    TicketNeed row = *need;

    remove_need(ticket, need);
    if (find(ticket, row.service, other) != NULL)
        return;
    row.need = other;
    row.opened = true;
    needs_add(turn, id, ticket, &row);
}

int ticket_need_opened(struct turn *turn, const void *message)
{
    const Town__NeedOpened *opened = message;
    const HotlineRows__NeedTickets *row = tickets_of(turn, opened->need);

    for (size_t i = 0; row != NULL && i < row->n_tickets; i++) {
        Ticket *ticket = turn_edit(turn, TICKETS, row->tickets[i]);
        TicketNeed *need = ticket != NULL ? find(ticket, turn->service, opened->need) : NULL;
        if (need == NULL)
            continue;
        if (*opened->duplicate_of != '\0')
            wait_for_other(turn, row->tickets[i], ticket, need, opened->duplicate_of);
        else
            need->opened = true;
    }
    return turn->outcome;
}

/* A service refused to open it: the ticket goes back to the seat leader, with the reason.  Commands
 * of one case are handled in their order, so it is the first that has no answer yet. */
static void need_refused(struct turn *turn, const char *id, const Town__Refused *refused)
{
    const Ticket *before = turn_load(turn, TICKETS, id);

    if (before == NULL)
        return;
    if (*before->merged_into != '\0') {
        id = turn_text(turn, "%s", before->merged_into);
        before = turn_load(turn, TICKETS, id);
    }
    if (before == NULL)
        return;
    Ticket *ticket = before->state == TICKET(TRIAGED) ? ticket_move(turn, id, RETURN)
                                                      : turn_edit(turn, TICKETS, id);
    for (size_t i = 0; ticket != NULL && i < ticket->n_needs; i++) {
        TicketNeed *need = ticket->needs[i];
        if (need->opened || strcmp(need->service, turn->service) != 0)
            continue;
        turn_drop(turn, NEED_TICKETS, need_key(turn, need->service, need->need));
        remove_need(ticket, need);
        break;
    }
    if (ticket == NULL)
        return;
    if (ticket->state == TICKET(SUBMITTED))
        ticket_wait_for_triage(turn, id, ticket);
    Hotline__TicketAmended amended = { IS(hotline__ticket_amended), .ticket = id };
    amended.reason =
        turn_text(turn, "%s refused: %s %s", turn->service, refused->code, refused->reason);
    ticket_say(turn, ticket, &amended.base);
}

int ticket_refused(struct turn *turn, const void *message)
{
    const Town__Refused *refused = message;
    const char *command = strchr(refused->command, '.');

    if (strcmp(turn->unit, "hotline") != 0 || command == NULL || !hotline_is_id(turn->case_id))
        return turn->outcome;
    const Ref *ref = turn_load(turn, TICKET_CASES, turn->case_id);
    if (ref == NULL)
        return turn->outcome;
    if (strcmp(refused->command, "registry.Propose") == 0
        || strcmp(refused->command, "incident.OpenIncident") == 0) {
        const Ticket *ticket =
            strcmp(ref->kind, "ticket") == 0 ? turn_load(turn, TICKETS, ref->id) : NULL;
        const char *call = ticket != NULL && ticket->n_calls > 0 ? ticket->calls[0] : ref->id;
        return call_request_refused(turn, call, refused);
    }
    if (strcmp(command, ".OpenNeed") == 0 && strcmp(ref->kind, "ticket") == 0)
        need_refused(turn, ref->id, refused);
    return turn->outcome;
}

/* ---- more urgent, or less ------------------------------------------------------------------------------ */

int ticket_priority_changed(struct turn *turn, const void *message)
{
    const Town__PriorityChanged *changed = message;
    const HotlineRows__NeedTickets *row = tickets_of(turn, changed->need);

    for (size_t i = 0; row != NULL && i < row->n_tickets; i++) {
        Ticket *ticket = turn_edit(turn, TICKETS, row->tickets[i]);
        TicketNeed *need = ticket != NULL ? find(ticket, turn->service, changed->need) : NULL;
        if (need == NULL)
            continue;
        const char *before = ticket->priority;
        need->priority = changed->to;
        ticket_set_priority(turn, row->tickets[i], ticket);
        if (strcmp(before, ticket->priority) == 0)
            continue;
        Hotline__TicketAmended amended = { IS(hotline__ticket_amended), .ticket = row->tickets[i] };
        amended.reason = turn_text(turn, "%s -> %s: %s", before, ticket->priority, changed->need);
        ticket_say(turn, ticket, &amended.base);
    }
    return turn->outcome;
}

/* ---- closed ----------------------------------------------------------------------------------------------- */

static const char *outcome_name(struct turn *turn, Town__NeedOutcome outcome)
{
    const ProtobufCEnumValue *value =
        protobuf_c_enum_descriptor_get_value(&town__need_outcome__descriptor, (int)outcome);
    char text[32] = "unmet";

    if (value == NULL || strlen(value->name) >= sizeof(text))
        return "unmet";
    for (size_t i = 0; i <= strlen(value->name); i++)
        text[i] = (char)tolower((unsigned char)value->name[i]);
    return turn_text(turn, "%s", text);
}

/* One word for all of them: what they share, else partly_met if any helped. */
static const char *outcome_of(struct turn *turn, const Ticket *ticket)
{
    Town__NeedOutcome first = ticket->n_needs > 0 ? ticket->needs[0]->outcome : 0;
    bool same = true;
    bool helped = false;

    for (size_t i = 0; i < ticket->n_needs; i++) {
        Town__NeedOutcome outcome = ticket->needs[i]->outcome;
        same = same && outcome == first;
        helped = helped || outcome == TOWN__NEED_OUTCOME__MET
                 || outcome == TOWN__NEED_OUTCOME__PARTLY_MET;
    }
    if (same)
        return outcome_name(turn, first);
    return helped ? "partly_met" : "unmet";
}

static bool is_over(const Ticket *ticket)
{
    for (size_t i = 0; i < ticket->n_needs; i++)
        if (ticket->needs[i]->outcome == TOWN__NEED_OUTCOME__OUTCOME_ABSENT)
            return false;
    return ticket->n_needs > 0 && ticket->state == TICKET(TRIAGED);
}

static void close_ticket(struct turn *turn, const char *id)
{
    Ticket *ticket = ticket_move(turn, id, CLOSE);
    const char **needs = ticket != NULL ? turn_array(turn, ticket->n_needs, sizeof(*needs)) : NULL;

    if (needs == NULL)
        return;
    for (size_t i = 0; i < ticket->n_needs; i++)
        needs[i] = ticket->needs[i]->need;
    for (size_t i = 0; i < ticket->n_calls; i++)
        call_forget_card(turn, ticket->calls[i]);
    persons_unlist(turn, id, ticket);
    ticket->outcome = outcome_of(turn, ticket);
    bool is_helped =
        strcmp(ticket->outcome, "met") == 0 || strcmp(ticket->outcome, "partly_met") == 0;
    if (!is_helped) {
        ticket->unresolved = turn_key(turn, "%016" PRIu64 "/%s", turn->now_ms, id);
        Entry *entry = turn_edit(turn, UNRESOLVED, ticket->unresolved);
        if (entry != NULL)
            entry->there = true;
    }
    Hotline__TicketClosed closed = { IS(hotline__ticket_closed), .ticket = id,
                                     .n_needs = ticket->n_needs, .needs = needs,
                                     .outcome = ticket->outcome };
    ticket_say(turn, ticket, &closed.base);
}

int ticket_need_closed(struct turn *turn, const void *message)
{
    const Town__NeedClosed *closed = message;
    const HotlineRows__NeedTickets *row = tickets_of(turn, closed->need);

    callback_drop(turn, turn->service, closed->need);
    for (size_t i = 0; row != NULL && i < row->n_tickets; i++) {
        const char *id = row->tickets[i];
        Ticket *ticket = turn_edit(turn, TICKETS, id);
        TicketNeed *need = ticket != NULL ? find(ticket, turn->service, closed->need) : NULL;
        if (need == NULL)
            continue;
        need->opened = true;
        need->outcome = closed->outcome;
        if (is_over(ticket))
            close_ticket(turn, id);
    }
    return turn->outcome;
}

int ticket_need_reopened(struct turn *turn, const void *message)
{
    const Town__NeedReopened *reopened = message;
    const HotlineRows__NeedTickets *row = tickets_of(turn, reopened->need);

    callback_drop(turn, turn->service, reopened->need);
    for (size_t i = 0; row != NULL && i < row->n_tickets; i++) {
        const char *id = row->tickets[i];
        Ticket *ticket = turn_edit(turn, TICKETS, id);
        TicketNeed *need = ticket != NULL ? find(ticket, turn->service, reopened->need) : NULL;
        if (need == NULL)
            continue;
        need->outcome = TOWN__NEED_OUTCOME__OUTCOME_ABSENT;
        if (ticket->state != TICKET(DONE))
            continue;
        ticket_move(turn, id, REOPEN);
        persons_list(turn, id, ticket);
        if (*ticket->unresolved != '\0')
            turn_drop(turn, UNRESOLVED, ticket->unresolved);
        ticket->unresolved = "";
    }
    return turn->outcome;
}
