/*
 * What the hotline answers.  Persons appear as ids; whose they are is asked of the registry.
 */
#include <string.h>

#include "hotline/hotline.h"

enum { LIMIT = 100, LIMIT_MOST = 500 };

struct list {
    struct ask *ask;
    void **rows;
    size_t count;
    size_t limit;
    const char *after;
    const char *next;
    bool more;
};

static struct list list_open(struct ask *ask, uint32_t limit)
{
    struct list list = { .ask = ask, .after = "", .next = "" };

    list.limit = ask_limit(limit, LIMIT, LIMIT_MOST);
    list.rows = ask_array(ask, list.limit, sizeof(void *));
    return list;
}

static bool list_is_full(struct list *list)
{
    list->more = list->rows == NULL || list->count >= list->limit;
    return list->more;
}

/* The answer outlives its handler. */
static int give(struct ask *ask, const ProtobufCMessage *answer)
{
    size_t size = answer->descriptor->sizeof_message;
    void *copy = ask_array(ask, 1, size);

    if (copy == NULL)
        return ask->outcome;
    memcpy(copy, answer, size);
    return ask_answer(ask, copy);
}

/* The line's own unit, the office that supervises, the leading group's office. */
static bool may_see(struct ask *ask)
{
    const char *unit = ask_actor_unit(ask);

    if (strcmp(unit, "dzb") == 0 || strcmp(unit, "jcb") == 0 || strcmp(unit, "lgo") == 0)
        return true;
    ask_refuse(ask, TOWN__REFUSAL__NOT_ALLOWED, "the line's rows are for dzb, jcb and lgo");
    return false;
}

/* ---- tickets --------------------------------------------------------------------------------------------- */

static const char *state_name(HotlineRows__Ticket__State state)
{
    const ProtobufCEnumValue *value =
        protobuf_c_enum_descriptor_get_value(&hotline_rows__ticket__state__descriptor, (int)state);

    return value != NULL ? value->name : "";
}

static bool add_ticket(struct list *list, const char *id)
{
    const Ticket *ticket = ask_load(list->ask, TICKETS, id);
    Hotline__TicketLine *line = ask_array(list->ask, 1, sizeof(*line));
    const char **needs =
        ticket != NULL ? ask_array(list->ask, ticket->n_needs + 1, sizeof(*needs)) : NULL;

    if (ticket == NULL)
        return true;
    if (line == NULL || needs == NULL || list_is_full(list))
        return false;
    hotline__ticket_line__init(line);
    for (size_t i = 0; i < ticket->n_needs; i++)
        needs[i] = ticket->needs[i]->need;
    line->ticket = ask_text(list->ask, "%s", id);
    line->state = state_name(ticket->state);
    line->priority = ticket->priority;
    line->person = ticket->person;
    line->place = ticket->place;
    line->needs = needs;
    line->n_needs = ticket->n_needs;
    line->opened_ms = ticket->opened_ms;
    line->case_id = ticket->case_id;
    line->due_ms = ticket->due_ms;
    list->rows[list->count++] = line;
    return true;
}

/* Rows whose keys end with a ticket's id. */
static bool show_ticket(void *context, const char *key, const void *row)
{
    struct list *list = context;
    const char *id = strrchr(key, '/');

    (void)row;
    if (!add_ticket(list, id != NULL ? id + 1 : key))
        return false;
    list->next = ask_text(list->ask, "%s", key);
    return true;
}

/* The rows of one prefix behind the key at which the page before ended, if it is there or beyond. */
static void show_page(struct list *list, unsigned table, const char *prefix)
{
    size_t length = strlen(prefix);
    int order = strncmp(list->after, prefix, length);

    if (order <= 0)
        ask_each_after(list->ask, table, prefix, order == 0 ? list->after + length : "",
                       show_ticket, list);
}

static int give_tickets(struct ask *ask, struct list *list)
{
    Hotline__TicketBoardAnswer answer = { IS(hotline__ticket_board_answer) };

    answer.tickets = (Hotline__TicketLine **)list->rows;
    answer.n_tickets = list->count;
    answer.next = list->more ? list->next : "";
    return give(ask, &answer.base);
}

int ask_ticket_board(struct ask *ask, const void *message)
{
    const Hotline__TicketBoard *asked = message;
    struct list list = list_open(ask, asked->limit);
    static const char *const open[] = { "DRAFT/", "SUBMITTED/", "TRIAGED/" };

    if (!may_see(ask))
        return ask->outcome;
    list.after = asked->after;
    if (*asked->person != '\0') {
        show_page(&list, PERSON_TICKETS, ask_text(ask, "%s/", asked->person));
        return give_tickets(ask, &list);
    }
    if (*asked->state != '\0')
        show_page(&list, TICKETS_BY, ask_text(ask, "%s/", asked->state));
    for (size_t i = 0; *asked->state == '\0' && i < sizeof(open) / sizeof(open[0]); i++)
        if (!list.more)
            show_page(&list, TICKETS_BY, open[i]);
    return give_tickets(ask, &list);
}

/* Closed, and nobody was helped. */
int ask_unresolved(struct ask *ask, const void *message)
{
    const Hotline__Unresolved *asked = message;
    struct list list = list_open(ask, asked->limit);

    if (!may_see(ask))
        return ask->outcome;
    ask_each(ask, UNRESOLVED, "", show_ticket, &list);
    return give_tickets(ask, &list);
}

/* ---- seats ------------------------------------------------------------------------------------------------- */

int ask_seat_stats(struct ask *ask, const void *message)
{
    const Hotline__SeatStats *asked = message;
    Hotline__SeatStatsAnswer answer = { IS(hotline__seat_stats_answer), .seat = asked->seat };

    if (!may_see(ask))
        return ask->outcome;
    const Shift *shift = hotline_is_id(asked->seat) ? ask_load(ask, SHIFTS, asked->seat) : NULL;
    if (shift == NULL)
        return ask_refuse(ask, TOWN__REFUSAL__NOT_FOUND, "no seat %s", asked->seat);
    answer.staff = shift->staff;
    answer.answered = shift->answered;
    answer.abandoned = shift->abandoned;
    answer.within_15s = shift->in_time;
    if (shift->state == HOTLINE_ROWS__SHIFT__STATE__OPEN)
        answer.open_since_ms = shift->since_ms;
    return give(ask, &answer.base);
}

/* ---- call-backs, callers, transfers ---------------------------------------------------------------------------- */

/* R7: not by the unit, post or person that handled it. */
static bool handled_it(const struct ask *ask, const Callback *callback)
{
    const Bus__Actor *actor = ask->actor;

    return strcmp(callback->handler_unit, ask_actor_unit(ask)) == 0
           || (*actor->post != '\0' && strcmp(callback->handler_post, actor->post) == 0)
           || (*actor->person != '\0' && strcmp(callback->handler_person, actor->person) == 0);
}

static bool show_callback(void *context, const char *key, const void *row)
{
    struct list *list = context;
    const Callback *callback = row;
    Hotline__CallbackLine *line = ask_array(list->ask, 1, sizeof(*line));

    (void)key;
    if (handled_it(list->ask, callback))
        return true;
    if (line == NULL || list_is_full(list))
        return false;
    hotline__callback_line__init(line);
    line->need = callback->need;
    line->service = callback->service;
    line->person = callback->person;
    line->due_ms = callback->due_ms;
    line->handler_unit = callback->handler_unit;
    line->handler_post = callback->handler_post;
    line->case_id = callback->case_id;
    list->rows[list->count++] = line;
    return true;
}

int ask_callback_list(struct ask *ask, const void *message)
{
    const Hotline__CallbackList *asked = message;
    Hotline__CallbackListAnswer answer = { IS(hotline__callback_list_answer) };
    struct list list = list_open(ask, asked->limit);
    const char *unit = *asked->unit != '\0' ? asked->unit : ask_actor_unit(ask);

    if (strcmp(unit, ask_actor_unit(ask)) != 0 && !may_see(ask))
        return ask->outcome;
    ask_each(ask, CALLBACKS, ask_text(ask, "%s/", unit), show_callback, &list);
    answer.lines = (Hotline__CallbackLine **)list.rows;
    answer.n_lines = list.count;
    return give(ask, &answer.base);
}

static bool show_caller(void *context, const char *key, const void *row)
{
    struct list *list = context;
    const HotlineRows__Caller *caller = row;
    Hotline__RepeatCaller *line = ask_array(list->ask, 1, sizeof(*line));
    const char *person = strchr(key, '/');

    if (line == NULL || person == NULL || list_is_full(list))
        return false;
    hotline__repeat_caller__init(line);
    line->person = ask_text(list->ask, "%s", person + 1);
    line->calls = caller->calls;
    list->rows[list->count++] = line;
    return true;
}

int ask_repeat_callers(struct ask *ask, const void *message)
{
    const Hotline__RepeatCallers *asked = message;
    Hotline__RepeatCallersAnswer answer = { IS(hotline__repeat_callers_answer) };
    struct list list = list_open(ask, asked->limit);

    if (!may_see(ask))
        return ask->outcome;
    ask_each(ask, REPEATS, "", show_caller, &list);
    answer.callers = (Hotline__RepeatCaller **)list.rows;
    answer.n_callers = list.count;
    return give(ask, &answer.base);
}

static bool show_transfer(void *context, const char *key, const void *row)
{
    struct list *list = context;
    const Transfer *transfer = row;
    Hotline__TransferLine *line = ask_array(list->ask, 1, sizeof(*line));

    (void)key;
    if (line == NULL || list_is_full(list))
        return false;
    hotline__transfer_line__init(line);
    line->call = transfer->call;
    line->to = transfer->to;
    line->at_ms = transfer->at_ms;
    line->outcome = transfer->outcome;
    list->rows[list->count++] = line;
    return true;
}

/* Those whose outcome nobody knows yet come first. */
int ask_transfer_outcomes(struct ask *ask, const void *message)
{
    const Hotline__TransferOutcomes *asked = message;
    Hotline__TransferOutcomesAnswer answer = { IS(hotline__transfer_outcomes_answer) };
    struct list list = list_open(ask, asked->limit);

    if (!may_see(ask))
        return ask->outcome;
    ask_each(ask, TRANSFERS, "open/", show_transfer, &list);
    if (!list.more)
        ask_each(ask, TRANSFERS, "done/", show_transfer, &list);
    answer.lines = (Hotline__TransferLine **)list.rows;
    answer.n_lines = list.count;
    return give(ask, &answer.base);
}
