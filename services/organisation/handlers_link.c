/*
 * Links (S-0B4, N11): the silence of a unit is an event.  The broker reports only changes.  What is
 * urgent and lies with a unit is counted here from the services' own words, so that the alarm does
 * not hang on what the silent unit last fetched.
 */
#include <string.h>

#include "organisation/organisation.h"

typedef OrganisationRows__Endpoint Endpoint;
typedef OrganisationRows__Item Item;
typedef OrganisationRows__Latest Latest;

#define L(state) ORGANISATION_ROWS__LINK_STATE__##state

static const char *state_text(int state)
{
    return state == L(UP) ? "up" : state == L(SUSPECT) ? "suspect" : "down";
}

int on_register_endpoint(struct turn *turn, const void *message)
{
    const Organisation__RegisterEndpoint *command = message;

    if (!by_unit_or_lgo(turn, command->unit) || known_unit(turn, command->unit) == NULL)
        return turn->outcome;
    if (strcmp(command->kind, "system") != 0 && strcmp(command->kind, "desk") != 0
        && strcmp(command->kind, "phone") != 0)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "kind: system, desk or phone");
    for (size_t i = 0; i < command->n_phone_tree; i++)
        if (command->phone_tree[i][0] == '\0'
            || turn_load(turn, POSTS, command->phone_tree[i]) == NULL)
            return turn_refuse(turn, ORGANISATION__REFUSAL__UNKNOWN_POST,
                               "phone_tree: no such post");
    Endpoint *endpoint = turn_move(turn, ENDPOINTS, command->unit);
    if (endpoint == NULL)
        return turn->outcome;
    endpoint->unit = command->unit;
    endpoint->endpoint = command->endpoint;
    endpoint->kind = command->kind;
    COPY_LIST(endpoint, command, phone_tree);

    Organisation__EndpointRegistered event = { IS(organisation__endpoint_registered),
                                               .unit = endpoint->unit,
                                               .endpoint = endpoint->endpoint,
                                               .kind = endpoint->kind };
    COPY_LIST(&event, endpoint, phone_tree);
    return turn_emit(turn, endpoint->unit, &event.base);
}

/* ---- up, suspect, down -------------------------------------------------------------------------------- */

static void tell(struct turn *turn, const Endpoint *endpoint)
{
    Organisation__LinkChanged event = { IS(organisation__link_changed), .unit = endpoint->unit,
                                        .state = state_text((int)endpoint->state),
                                        .since_ms = endpoint->since_ms };

    turn_emit(turn, endpoint->unit, &event.base);
}

static int link_up(struct turn *turn, const Organisation__ReportLink *report)
{
    const Endpoint *before = turn_load(turn, ENDPOINTS, report->unit);
    bool was_down = before != NULL && before->state != L(UP);
    uint64_t since_ms = before == NULL ? 0 : before->since_ms;
    Endpoint *endpoint = turn_move_as(turn, ENDPOINTS, report->unit, LINK_UP);

    if (endpoint == NULL)
        return turn->outcome;
    endpoint->unit = report->unit;
    endpoint->since_ms = report->since_ms == 0 ? turn->now_ms : report->since_ms;
    endpoint->reported_urgent = 0;
    turn_forget(turn, report->unit, &organisation__suspect_link__descriptor);
    turn_forget(turn, report->unit, &organisation__alarm_silence__descriptor);
    tell(turn, endpoint);
    if (was_down) {
        Organisation__UnitBack back = { IS(organisation__unit_back), .unit = report->unit,
                                        .since_ms = since_ms, .at_ms = turn->now_ms };
        turn_emit(turn, report->unit, &back.base);
    }
    return turn->outcome;
}

static int link_down(struct turn *turn, const Organisation__ReportLink *report)
{
    if (!turn_may_move(turn, ENDPOINTS, report->unit, LINK_DOWN)) {
        /* Down already: the clock that runs is the one that counts. */
        Endpoint *known = turn_edit(turn, ENDPOINTS, report->unit);
        known->reported_urgent = report->open_urgent;
        tell(turn, known);
        return turn->outcome;
    }
    Endpoint *endpoint = turn_move_as(turn, ENDPOINTS, report->unit, LINK_DOWN);
    if (endpoint == NULL)
        return turn->outcome;
    endpoint->unit = report->unit;
    endpoint->since_ms = report->since_ms == 0 ? turn->now_ms : report->since_ms;
    endpoint->reported_urgent = report->open_urgent;
    Organisation__SuspectLink suspect = { IS(organisation__suspect_link), .unit = endpoint->unit,
                                          .since_ms = endpoint->since_ms };
    turn_remind(turn, endpoint->unit, directory_due(turn, "org.suspect", "", turn->now_ms),
                &suspect.base);
    tell(turn, endpoint);
    return turn->outcome;
}

int on_report_link(struct turn *turn, const void *message)
{
    const Organisation__ReportLink *report = message;

    if (!turn_from(turn, "broker") || known_unit(turn, report->unit) == NULL)
        return turn->outcome;
    return report->up ? link_up(turn, report) : link_down(turn, report);
}

/* The alarm runs from the moment the link was lost, which the broker may have seen before any policy
 * was in force: so its span is that of now.  It never falls due at a moment that is past. */
static void remind_silence(struct turn *turn, const Endpoint *endpoint)
{
    uint64_t lost_ms = endpoint->since_ms < turn->now_ms ? turn->now_ms - endpoint->since_ms : 0;
    uint64_t due_ms = directory_due(turn, "org.down_urgent", "", turn->now_ms) - lost_ms;
    Organisation__AlarmSilence alarm = { IS(organisation__alarm_silence), .unit = endpoint->unit,
                                         .since_ms = endpoint->since_ms };

    turn_remind(turn, endpoint->unit, due_ms < turn->now_ms ? turn->now_ms : due_ms, &alarm.base);
}

int on_suspect_link(struct turn *turn, const void *message)
{
    const Organisation__SuspectLink *suspect = message;

    if (!by_timer(turn))
        return turn->outcome;
    const Endpoint *row = turn_load(turn, ENDPOINTS, suspect->unit);
    if (row != NULL && row->since_ms != suspect->since_ms)
        return 0;
    const Endpoint *endpoint = turn_move(turn, ENDPOINTS, suspect->unit);
    if (endpoint == NULL)
        return turn->outcome;
    tell(turn, endpoint);
    remind_silence(turn, endpoint);
    return turn->outcome;
}

static uint32_t open_urgent(const Endpoint *endpoint)
{
    return endpoint->open_urgent > endpoint->reported_urgent ? endpoint->open_urgent
                                                             : endpoint->reported_urgent;
}

int on_alarm_silence(struct turn *turn, const void *message)
{
    const Organisation__AlarmSilence *alarm = message;

    if (!by_timer(turn))
        return turn->outcome;
    const Endpoint *row = turn_load(turn, ENDPOINTS, alarm->unit);
    if (row == NULL || row->since_ms != alarm->since_ms || open_urgent(row) == 0)
        return 0; /* nothing urgent waits there; the next that does sets the alarm again */
    const Endpoint *endpoint = turn_move(turn, ENDPOINTS, alarm->unit);
    if (endpoint == NULL)
        return turn->outcome;
    Organisation__UnitSilent event = { IS(organisation__unit_silent), .unit = endpoint->unit,
                                       .since_ms = endpoint->since_ms,
                                       .open_urgent = open_urgent(endpoint) };
    COPY_LIST(&event, endpoint, phone_tree);
    return turn_emit(turn, endpoint->unit, &event.base);
}

/* ---- what is urgent, and with whom ---------------------------------------------------------------- */

static const char *item_key(struct turn *turn, const char *id)
{
    return turn_key(turn, "%s/%s", turn->service, id);
}

static bool is_urgent(const char *priority)
{
    return strcmp(priority, "P0") == 0 || strcmp(priority, "P1") == 0;
}

static void count(struct turn *turn, Item *item, bool urgent)
{
    if (item->urgent == urgent)
        return;
    item->urgent = urgent;
    Endpoint *endpoint = turn_edit(turn, ENDPOINTS, item->unit);
    endpoint->unit = item->unit;
    if (urgent)
        endpoint->open_urgent++;
    else
        endpoint->open_urgent--;
    if (urgent && endpoint->state == L(DOWN))
        remind_silence(turn, endpoint);
}

int on_dispatched(struct turn *turn, const void *message)
{
    const Town__Dispatched *event = message;
    const char *key = item_key(turn, event->assignment);

    if (turn->outcome != 0 || turn_load(turn, ITEMS, key) != NULL)
        return turn->outcome;
    OrganisationRows__Mark *serves = turn_edit(turn, SERVERS, turn->service);
    Item *item = turn_edit(turn, ITEMS, key);
    serves->on = true;
    item->unit = event->to_unit;
    item->need = event->need;
    Latest *latest = turn_edit(turn, LATEST, item_key(turn, event->need));
    latest->assignment = event->assignment;
    count(turn, item, is_urgent(event->priority));
    return turn->outcome;
}

int on_priority_changed(struct turn *turn, const void *message)
{
    const Town__PriorityChanged *event = message;
    const Latest *latest = turn_load(turn, LATEST, item_key(turn, event->need));

    if (latest == NULL)
        return turn->outcome;
    Item *item = turn_edit(turn, ITEMS, item_key(turn, latest->assignment));
    count(turn, item, is_urgent(event->to));
    return turn->outcome;
}

static int settled(struct turn *turn, const char *assignment)
{
    const char *key = item_key(turn, assignment);

    if (turn->outcome != 0 || turn_load(turn, ITEMS, key) == NULL)
        return turn->outcome;
    Item *item = turn_edit(turn, ITEMS, key);
    count(turn, item, false);
    turn_drop(turn, LATEST, item_key(turn, item->need));
    turn_drop(turn, ITEMS, key);
    return turn->outcome;
}

int on_rejected(struct turn *turn, const void *message)
{
    return settled(turn, ((const Town__Rejected *)message)->assignment);
}

int on_declined(struct turn *turn, const void *message)
{
    return settled(turn, ((const Town__Declined *)message)->assignment);
}

int on_expired(struct turn *turn, const void *message)
{
    return settled(turn, ((const Town__Expired *)message)->assignment);
}

int on_recalled(struct turn *turn, const void *message)
{
    return settled(turn, ((const Town__Recalled *)message)->assignment);
}

int on_marked_in_error(struct turn *turn, const void *message)
{
    return settled(turn, ((const Town__MarkedInError *)message)->assignment);
}

int on_completed(struct turn *turn, const void *message)
{
    return settled(turn, ((const Town__Completed *)message)->assignment);
}

int on_failed(struct turn *turn, const void *message)
{
    return settled(turn, ((const Town__Failed *)message)->assignment);
}
