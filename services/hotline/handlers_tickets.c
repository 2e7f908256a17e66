/*
 * Tickets: from a draft to one need for each problem, in the service that serves it.
 */
#include <string.h>

#include "hotline/hotline.h"
#include "kit/loop.h"

enum { TICKET_PROBLEMS = 16, TICKET_CALLS = 32, LAST_PRIORITY = 5 };

#define TICKET(state) HOTLINE_ROWS__TICKET__STATE__##state

/* ---- a ticket and its places ------------------------------------------------------------------------ */

static const char *state_name(HotlineRows__Ticket__State state)
{
    const ProtobufCEnumValue *value =
        protobuf_c_enum_descriptor_get_value(&hotline_rows__ticket__state__descriptor, (int)state);

    return value != NULL ? value->name : "";
}

Ticket *ticket_move(struct turn *turn, const char *id, int32_t word)
{
    const Ticket *row = turn_load(turn, TICKETS, id);
    HotlineRows__Ticket__State before = row != NULL ? row->state : TICKET(NONE);
    Ticket *ticket = turn_move_as(turn, TICKETS, id, word);

    if (ticket == NULL || ticket->state == before)
        return ticket;
    if (before != TICKET(NONE))
        turn_drop(turn, TICKETS_BY, turn_key(turn, "%s/%s", state_name(before), id));
    Entry *entry =
        turn_edit(turn, TICKETS_BY, turn_key(turn, "%s/%s", state_name(ticket->state), id));
    if (entry == NULL)
        return NULL;
    entry->there = true;
    ticket_set_priority(turn, id, ticket);
    return ticket;
}

int ticket_say(struct turn *turn, const Ticket *ticket, const ProtobufCMessage *event)
{
    struct turn_post post = { .unit = "dzb", .case_id = ticket->case_id, .message = event };

    return turn_post(turn, &post);
}

static bool is_priority(const char *text)
{
    return text[0] == 'P' && text[1] >= '0' && text[1] <= '0' + LAST_PRIORITY && text[2] == '\0';
}

static const char *more_urgent(const char *most, const char *priority)
{
    return is_priority(priority) && (*most == '\0' || strcmp(priority, most) < 0) ? priority : most;
}

/* Its most urgent problem's or open need's; what is open from P0 to P2 is on the list that a
 * handover names. */
void ticket_set_priority(struct turn *turn, const char *id, Ticket *ticket)
{
    const char *most = "";
    bool is_open = ticket->state == TICKET(DRAFT) || ticket->state == TICKET(SUBMITTED)
                   || ticket->state == TICKET(TRIAGED);

    /* Once it is triaged the problems are needs, each as urgent as its service says. */
    bool is_triaged = ticket->state == TICKET(TRIAGED) && ticket->n_needs > 0;
    for (size_t i = 0; !is_triaged && i < ticket->n_problems; i++)
        most = more_urgent(most, ticket->problems[i]->priority);
    for (size_t i = 0; i < ticket->n_needs; i++)
        if (ticket->needs[i]->outcome == TOWN__NEED_OUTCOME__OUTCOME_ABSENT)
            most = more_urgent(most, ticket->needs[i]->priority);
    ticket->priority = *most != '\0' ? most : "P3";
    if (is_open && strcmp(ticket->priority, "P2") <= 0) {
        Entry *entry = turn_edit(turn, URGENT, id);
        if (entry != NULL)
            entry->there = true;
    } else if (turn_load(turn, URGENT, id) != NULL) {
        turn_drop(turn, URGENT, id);
    }
}

/* ---- clocks --------------------------------------------------------------------------------------------- */

static void run_draft(struct turn *turn, const char *id, Ticket *ticket)
{
    Hotline__ChaseDraft chase = { IS(hotline__chase_draft), .ticket = id };

    ticket->due_ms = directory_due(turn, "hotline.draft", "", turn->now_ms);
    turn_remind(turn, id, ticket->due_ms, &chase.base);
}

void ticket_wait_for_triage(struct turn *turn, const char *id, Ticket *ticket)
{
    Hotline__ChaseTriage chase = { IS(hotline__chase_triage), .ticket = id };

    turn_forget(turn, id, &hotline__chase_draft__descriptor);
    ticket->due_ms = directory_due(turn, "hotline.triage", "", turn->now_ms);
    turn_remind(turn, id, ticket->due_ms, &chase.base);
}

static void stop_clocks(struct turn *turn, const char *id)
{
    turn_forget(turn, id, &hotline__chase_draft__descriptor);
    turn_forget(turn, id, &hotline__chase_triage__descriptor);
}

static int overdue(struct turn *turn, const char *id, const Ticket *ticket, const char *clock,
                   uint64_t due_ms)
{
    Hotline__TicketOverdue late = { IS(hotline__ticket_overdue), .ticket = id, .clock = clock,
                                    .due_ms = due_ms, .to_post = hotline_leader(turn) };

    return ticket_say(turn, ticket, &late.base);
}

int on_chase_draft(struct turn *turn, const void *message)
{
    const Hotline__ChaseDraft *chase = message;
    Ticket *ticket = ticket_move(turn, chase->ticket, CHASE_DRAFT);

    if (ticket == NULL)
        return turn->outcome;
    uint64_t due_ms = ticket->due_ms;
    run_draft(turn, chase->ticket, ticket);
    return overdue(turn, chase->ticket, ticket, "draft", due_ms);
}

int on_chase_triage(struct turn *turn, const void *message)
{
    const Hotline__ChaseTriage *chase = message;
    Ticket *ticket = ticket_move(turn, chase->ticket, CHASE_TRIAGE);

    if (ticket == NULL)
        return turn->outcome;
    uint64_t due_ms = ticket->due_ms;
    ticket_wait_for_triage(turn, chase->ticket, ticket);
    return overdue(turn, chase->ticket, ticket, "triage", due_ms);
}

/* ---- a draft ------------------------------------------------------------------------------------------------ */

static bool takes_problems(struct turn *turn, size_t count)
{
    if (count > TICKET_PROBLEMS)
        turn_refuse(turn, TOWN__REFUSAL__OVER_LIMIT, "%d problems in one ticket", TICKET_PROBLEMS);
    return turn->outcome == 0;
}

static const char *case_of(struct turn *turn, const Call *call)
{
    if (*call->case_id != '\0')
        return call->case_id;
    return *turn->case_id != '\0' ? turn->case_id : turn_new_case(turn);
}

/* By its case the ticket is found when a service refuses one of its needs. */
static void name_case(struct turn *turn, const char *id, const Ticket *ticket)
{
    Ref *ref = turn_edit(turn, TICKET_CASES, hotline_id(turn, ticket->case_id));

    if (ref == NULL)
        return;
    ref->id = id;
    ref->kind = "ticket";
}

int on_open_ticket(struct turn *turn, const void *message)
{
    const Hotline__OpenTicket *open = message;

    if (!turn_from(turn, "dzb") || !takes_problems(turn, open->n_problems))
        return turn->outcome;
    Call *call = call_for_ticket(turn, open->call);
    Ticket *ticket = ticket_move(turn, hotline_id(turn, open->ticket), OPEN_TICKET);
    const char **calls = turn_array(turn, 1, sizeof(*calls));
    if (call == NULL || ticket == NULL || calls == NULL)
        return turn->outcome;
    calls[0] = open->call;
    ticket->calls = calls;
    ticket->n_calls = 1;
    ticket->problems = open->problems;
    ticket->n_problems = open->n_problems;
    ticket->person = loop_person(turn, *open->person != '\0'   ? open->person
                                       : *call->person != '\0' ? call->person
                                                               : call->proposed);
    ticket->place = *open->place != '\0' ? open->place : call->place;
    ticket->confidential = open->confidential || call->confidential;
    ticket->case_id = case_of(turn, call);
    ticket->opened_ms = turn->now_ms;
    call->ticket = open->ticket;
    call->case_id = ticket->case_id;
    if (*open->person != '\0')
        call->card = NULL;
    name_case(turn, open->ticket, ticket);
    persons_list(turn, open->ticket, ticket);
    ticket_set_priority(turn, open->ticket, ticket);
    run_draft(turn, open->ticket, ticket);
    Hotline__TicketOpened opened = { IS(hotline__ticket_opened), .ticket = open->ticket,
                                     .call = open->call,         .person = ticket->person,
                                     .place = ticket->place,     .case_id = ticket->case_id };
    return ticket_say(turn, ticket, &opened.base);
}

int on_amend_ticket(struct turn *turn, const void *message)
{
    const Hotline__AmendTicket *amend = message;

    if (!turn_from(turn, "dzb") || !takes_problems(turn, amend->n_problems))
        return turn->outcome;
    Ticket *ticket = ticket_move(turn, hotline_id(turn, amend->ticket), AMEND_TICKET);
    if (ticket == NULL)
        return turn->outcome;
    if (amend->n_problems > 0) {
        ticket->problems = amend->problems;
        ticket->n_problems = amend->n_problems;
    }
    if (*amend->place != '\0')
        ticket->place = amend->place;
    if (*amend->person != '\0') {
        persons_unlist(turn, amend->ticket, ticket);
        ticket->person = loop_person(turn, amend->person);
        persons_list(turn, amend->ticket, ticket);
        for (size_t i = 0; i < ticket->n_calls; i++)
            call_forget_card(turn, ticket->calls[i]); /* matched */
    }
    ticket_set_priority(turn, amend->ticket, ticket);
    Hotline__TicketAmended amended = { IS(hotline__ticket_amended), .ticket = amend->ticket,
                                       .reason = amend->reason };
    return ticket_say(turn, ticket, &amended.base);
}

int on_submit_ticket(struct turn *turn, const void *message)
{
    const Hotline__SubmitTicket *submit = message;

    if (!turn_from(turn, "dzb"))
        return turn->outcome;
    Ticket *ticket = ticket_move(turn, hotline_id(turn, submit->ticket), SUBMIT_TICKET);
    if (ticket == NULL)
        return turn->outcome;
    if (ticket->n_problems == 0)
        return turn_refuse(turn, HOTLINE__REFUSAL__NO_PROBLEM, "a ticket says what the trouble is");
    ticket_wait_for_triage(turn, submit->ticket, ticket);
    Hotline__TicketSubmitted submitted = { IS(hotline__ticket_submitted), .ticket = submit->ticket,
                                           .priority = ticket->priority, .due_ms = ticket->due_ms };
    return ticket_say(turn, ticket, &submitted.base);
}

/* ---- triage ------------------------------------------------------------------------------------------------- */

static const char *category_name(Town__Category category)
{
    const ProtobufCEnumValue *value =
        protobuf_c_enum_descriptor_get_value(&town__category__descriptor, (int)category);

    return value != NULL ? value->name : "";
}

/* Which service serves it, by the dispatch catalogue; the hotline itself takes what is left.  NULL:
 * refused. */
static const char *service_for(struct turn *turn, const Hotline__Problem *problem)
{
    const char *category = category_name(problem->category);
    const struct directory_responsibility *row =
        directory_responsible(turn, category, problem->kind);
    const char *served_by = row != NULL ? row->service : "";
    const char *service = *problem->service != '\0' ? problem->service : served_by;

    if (strcmp(service, "hotline") == 0)
        return service;
    if (*service != '\0' && strcmp(service, served_by) == 0)
        return service;
    turn_refuse(turn, HOTLINE__REFUSAL__UNKNOWN_SERVICE, "%s %s: %s", category, problem->kind,
                *served_by == '\0' ? "the dispatch catalogue has no service for it"
                                   : "another service serves it");
    return NULL;
}

static bool is_listed(const Ticket *ticket, const char *service, const char *need)
{
    for (size_t i = 0; i < ticket->n_needs; i++)
        if (strcmp(ticket->needs[i]->service, service) == 0
            && strcmp(ticket->needs[i]->need, need) == 0)
            return true;
    return false;
}

/* Every so many calls in one ticket are a step of urgency, as they are where its need is open
 * already: not above P0, and P5 is none. */
static const char *called_again(struct turn *turn, const Ticket *ticket, const char *priority)
{
    uint64_t each = directory_number(turn, "need.repeat_calls", "");
    uint64_t steps = each > 0 ? ticket->n_calls / each : 0;
    char level = priority[1];

    if (steps == 0 || level == '0' + LAST_PRIORITY)
        return priority;
    level = steps >= (uint64_t)(level - '0') ? '0' : (char)(level - (char)steps);
    return turn_text(turn, "P%c", level);
}

static void open_need(struct turn *turn, const char *id, Ticket *ticket,
                      const Hotline__Problem *problem, size_t place)
{
    const char *service = service_for(turn, problem);
    const char *need =
        *problem->problem != '\0' ? problem->problem : turn_text(turn, "%s-%zu", id, place + 1);

    if (service == NULL || is_listed(ticket, service, hotline_id(turn, need)))
        return;
    TicketNeed row = HOTLINE_ROWS__TICKET_NEED__INIT;
    row.service = service;
    row.need = need;
    row.priority =
        called_again(turn, ticket, is_priority(problem->priority) ? problem->priority : "P3");
    needs_add(turn, id, ticket, &row);
    Town__NeedSource source = TOWN__NEED_SOURCE__INIT;
    source.ticket = id;
    Town__OpenNeed open = { IS(town__open_need),
                            .need = need,
                            .person = ticket->person,
                            .place = ticket->place,
                            .category = problem->category,
                            .kind = problem->kind,
                            .detail = problem->detail,
                            .days_left = problem->days_left,
                            .days_left_known = problem->days_left_known,
                            .source = &source,
                            .confidential = ticket->confidential,
                            .n_goods = problem->n_goods,
                            .goods = problem->goods };
    open.priority = row.priority;
    struct turn_post post = { .service = service,
                              .unit = *ticket->place != '\0' ? ticket->place : "town",
                              .case_id = ticket->case_id,
                              .message = &open.base };
    post.priority = (Bus__Priority)(BUS__PRIORITY__P0 + (open.priority[1] - '0'));
    turn_post(turn, &post);
}

static void state_triaged(struct turn *turn, const char *id, const Ticket *ticket)
{
    const char **needs = turn_array(turn, ticket->n_needs, sizeof(*needs));

    if (needs == NULL)
        return;
    for (size_t i = 0; i < ticket->n_needs; i++)
        needs[i] = ticket->needs[i]->need;
    Hotline__TicketTriaged triaged = { IS(hotline__ticket_triaged),
                                       .ticket = id,
                                       .n_needs = ticket->n_needs,
                                       .needs = needs,
                                       .priority = ticket->priority,
                                       .person = ticket->person,
                                       .call = ticket->n_calls > 0 ? ticket->calls[0] : "" };
    ticket_say(turn, ticket, &triaged.base);
}

int on_triage_ticket(struct turn *turn, const void *message)
{
    const Hotline__TriageTicket *triage = message;

    if (!turn_from(turn, "dzb") || !takes_problems(turn, triage->n_problems))
        return turn->outcome;
    Ticket *ticket = ticket_move(turn, hotline_id(turn, triage->ticket), TRIAGE_TICKET);
    if (ticket == NULL)
        return turn->outcome;
    if (triage->n_problems > 0) {
        ticket->problems = triage->problems;
        ticket->n_problems = triage->n_problems;
    }
    if (ticket->n_problems == 0)
        return turn_refuse(turn, HOTLINE__REFUSAL__NO_PROBLEM, "there is nothing to triage");
    for (size_t i = 0; i < ticket->n_problems; i++)
        open_need(turn, triage->ticket, ticket, ticket->problems[i], i);
    ticket_set_priority(turn, triage->ticket, ticket);
    stop_clocks(turn, triage->ticket);
    ticket->due_ms = 0;
    state_triaged(turn, triage->ticket, ticket);
    return turn->outcome;
}

/* ---- two tickets of one trouble --------------------------------------------------------------------------------- */

static void join_calls(struct turn *turn, const char *kept_id, Ticket *kept, const Ticket *merged)
{
    size_t count = kept->n_calls + merged->n_calls;

    if (count > TICKET_CALLS) {
        turn_refuse(turn, TOWN__REFUSAL__OVER_LIMIT, "%d calls in one ticket", TICKET_CALLS);
        return;
    }
    const char **calls = turn_array(turn, count, sizeof(*calls));
    for (size_t i = 0; calls != NULL && i < count; i++)
        calls[i] = i < kept->n_calls ? kept->calls[i] : merged->calls[i - kept->n_calls];
    kept->calls = calls;
    kept->n_calls = calls != NULL ? count : 0;
    for (size_t i = 0; i < merged->n_calls; i++) {
        Call *call = turn_edit(turn, CALLS, merged->calls[i]);
        if (call != NULL)
            call->ticket = kept_id;
    }
}

static void join_problems(struct turn *turn, Ticket *kept, const Ticket *merged)
{
    size_t count = kept->n_problems + merged->n_problems;
    Hotline__Problem **problems = turn_array(turn, count, sizeof(Hotline__Problem *));

    if (problems == NULL || !takes_problems(turn, count))
        return;
    for (size_t i = 0; i < count; i++)
        problems[i] =
            i < kept->n_problems ? kept->problems[i] : merged->problems[i - kept->n_problems];
    kept->problems = problems;
    kept->n_problems = count;
}

int on_merge_tickets(struct turn *turn, const void *message)
{
    const Hotline__MergeTickets *merge = message;

    if (!turn_from(turn, "dzb"))
        return turn->outcome;
    if (strcmp(merge->kept, merge->merged) == 0)
        return turn_refuse(turn, HOTLINE__REFUSAL__SAME_TICKET, "it is the same ticket");
    const Ticket *before = turn_load(turn, TICKETS, hotline_id(turn, merge->merged));
    bool was_triaged = before != NULL && before->state == TICKET(TRIAGED);
    Ticket *merged = ticket_move(turn, merge->merged, MERGE_TICKETS);
    Ticket *kept = ticket_move(turn, hotline_id(turn, merge->kept), KEEP);
    if (merged == NULL || kept == NULL)
        return turn->outcome;
    persons_unlist(turn, merge->merged, merged);
    merged->merged_into = merge->kept;
    stop_clocks(turn, merge->merged);
    join_calls(turn, merge->kept, kept, merged);
    for (size_t i = 0; i < merged->n_needs; i++)
        if (!is_listed(kept, merged->needs[i]->service, merged->needs[i]->need))
            needs_add(turn, merge->kept, kept, merged->needs[i]);
    if (!was_triaged && merged->n_problems > 0) {
        /* What nobody has triaged yet must not be lost in a ticket that has been. */
        bool is_triaged = kept->state == TICKET(TRIAGED);
        if (is_triaged)
            kept->n_problems = 0;
        join_problems(turn, kept, merged);
        if (is_triaged) {
            kept = ticket_move(turn, merge->kept, RETURN);
            if (kept != NULL)
                ticket_wait_for_triage(turn, merge->kept, kept);
        }
    }
    if (kept == NULL)
        return turn->outcome;
    ticket_set_priority(turn, merge->kept, kept);
    Hotline__TicketsMerged said = { IS(hotline__tickets_merged), .kept = merge->kept,
                                    .merged = merge->merged };
    return ticket_say(turn, kept, &said.base);
}
