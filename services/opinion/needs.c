/*
 * opinion: what the unit concerned, or a line's owner, is asked to do; and what it makes of it.
 */
#include <string.h>

#include "kit/directory.h"
#include "opinion/opinion.h"

typedef OpinionRows__Matter Matter;

/* ---- asked ----------------------------------------------------------------------------------- */

static void open_need(struct turn *turn, const char *id, const Matter *about, const char *priority,
                      const char *detail)
{
    Town__OpenNeed open = TOWN__OPEN_NEED__INIT;
    Matter *matter = turn_edit(turn, MATTERS, id);

    matter->alert = about->alert;
    matter->channel = about->channel;
    matter->unit = about->unit;
    open.need = id;
    open.place = directory_unit(turn, about->unit) ? about->unit : "";
    open.category = TOWN__CATEGORY__GENERAL;
    open.kind = "HANDLE_OPINION";
    open.priority = priority;
    open.detail = detail;
    loop_open(turn, &open);
}

void opinion_ask_unit(struct turn *turn, const char *alert, Alert *row)
{
    Matter about = OPINION_ROWS__MATTER__INIT;

    about.alert = alert;
    about.unit = row->unit;
    row->need = loop_id_of(turn, alert, turn_text(turn, "n%u", ++row->needs));
    open_need(turn, row->need, &about, opinion_priority(row->grade), row->title);
}

/* A line that does not answer: P1 for its owner, and once as long as that is open. */
void opinion_ask_owner(struct turn *turn, const char *channel, Channel *row)
{
    const Need *present = loop_need(turn, row->need);
    Matter about = OPINION_ROWS__MATTER__INIT;

    if (present != NULL && loop_is_open(present))
        return;
    about.channel = channel;
    about.unit = directory_unit(turn, row->owner_unit) ? row->owner_unit : "dqb";
    row->need = loop_id_of(turn, channel, turn_text(turn, "t%u", ++row->needs));
    open_need(turn, row->need, &about, "P1", "the line does not answer");
}

/* The unit concerned, then the second of the catalogue, then the arbiter. */
int opinion_route(struct turn *turn, const Need *need, const char **ret_unit)
{
    const struct directory_responsibility *row =
        directory_responsible(turn, "GENERAL", "HANDLE_OPINION");
    const char *units[] = { need->place, row == NULL ? "" : row->second_unit };

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (directory_unit(turn, units[i]) && !loop_tried(need, units[i])) {
            *ret_unit = units[i];
            return LOOP_ROUTED;
        }
    }
    return need->n_tried == 0 ? LOOP_WAITS : LOOP_NOBODY;
}

/* ---- what the unit makes of it --------------------------------------------------------------- */

/* The alert whose present need it is; "": none. */
static const char *alert_of(struct turn *turn, const char *need)
{
    const Matter *matter = turn_load(turn, MATTERS, need);
    const Alert *row = matter == NULL ? NULL : turn_load(turn, ALERTS, matter->alert);

    return row == NULL || strcmp(row->need, need) != 0 ? "" : turn_text(turn, "%s", matter->alert);
}

/* The kernel's command of an assignment moves the alert on, if an arrow leads there. */
static int follow(struct turn *turn, const char *assignment_id)
{
    const Assignment *assignment = loop_assignment(turn, assignment_id);
    const char *alert = assignment == NULL ? "" : alert_of(turn, assignment->need);

    if (alert[0] == '\0' || !turn_may_move(turn, ALERTS, alert, turn->command))
        return turn->outcome;
    Alert *row = turn_move(turn, ALERTS, alert);
    if (row == NULL)
        return turn->outcome;
    row->ack_due_ms = 0;
    opinion_clock(turn, alert, "ack", 0);
    return turn->outcome;
}

int on_received(struct turn *turn, const void *message)
{
    return follow(turn, ((const Town__Receive *)message)->assignment);
}

int on_accepted(struct turn *turn, const void *message)
{
    return follow(turn, ((const Town__Accept *)message)->assignment);
}

int on_started(struct turn *turn, const void *message)
{
    return follow(turn, ((const Town__Start *)message)->assignment);
}

/* A need that was fulfilled and is dispatched once more was not well fulfilled. */
void on_need_dispatched(struct turn *turn, const char *id, const Need *need,
                        const Assignment *assignment)
{
    const char *alert = alert_of(turn, id);

    (void)need;
    (void)assignment;
    if (alert[0] == '\0' || !turn_may_move(turn, ALERTS, alert, HANDLE_AGAIN))
        return;
    Alert *row = turn_move_as(turn, ALERTS, alert, HANDLE_AGAIN);
    if (row == NULL)
        return;
    row->watch_until_ms = 0;
    turn_forget(turn, alert, &opinion__end_watch__descriptor);
}

static void give_help(struct turn *turn, const char *need, const char *unit, Town__Solved solved)
{
    const char *alert = alert_of(turn, need);

    if (alert[0] == '\0' || !turn_may_move(turn, ALERTS, alert, GIVE_HELP))
        return;
    Alert *row = turn_move_as(turn, ALERTS, alert, GIVE_HELP);
    if (row == NULL)
        return;
    Opinion__HelpGiven event = { IS(opinion__help_given), .alert = alert, .need = need,
                                 .unit = unit, .solved = solved };
    opinion_say(turn, row, "dqb", "", &event.base);
    if (row->state == OPINION_ROWS__ALERT__STATE__WATCH)
        opinion_watch(turn, alert, row);
}

void on_need_completed(struct turn *turn, const char *id, const Need *need,
                       const Assignment *assignment)
{
    give_help(turn, id, assignment->unit, need->solved);
}

/* Ruled unmet, or taken back: no help is to come, and the answer has to say so. */
void on_need_closed(struct turn *turn, const char *id, const Need *need)
{
    give_help(turn, id, need->handler_unit, TOWN__SOLVED__SOLVED_NO);
}
