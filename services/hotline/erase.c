/*
 * hotline: what goes when a campaign is over (kit/erase.h): who called, and what was said.
 */
#include "kit/erase.h"
#include "hotline/hotline.h"
#include "kit/loop.h"

/* A call that somebody still has in hand stays. */
static bool erase_call(struct turn *turn, const char *id)
{
    const Call *present = turn_load(turn, CALLS, id);

    if (present == NULL || present->state < HOTLINE_ROWS__CALL__STATE__ANSWERED_ONLINE
        || (present->card == NULL && present->person[0] == '\0' && present->proposed[0] == '\0'
            && present->cause[0] == '\0' && present->course[0] == '\0'))
        return false;
    Call *call = turn_edit(turn, CALLS, id);
    call->card = NULL;
    call->person = "";
    call->proposed = "";
    call->cause = "";
    call->course = "";
    return true;
}

static bool erase_ticket(struct turn *turn, const char *id)
{
    const Ticket *present = turn_load(turn, TICKETS, id);

    if (present == NULL
        || (present->state != HOTLINE_ROWS__TICKET__STATE__DONE
            && present->state != HOTLINE_ROWS__TICKET__STATE__MERGED)
        || (present->person[0] == '\0' && present->n_problems == 0))
        return false;
    Ticket *ticket = turn_edit(turn, TICKETS, id);
    persons_unlist(turn, id, ticket);
    ticket->person = "";
    ticket->n_problems = 0;
    return true;
}

/* What was handed over is of those who called; whoever sits there now still needs it. */
static bool erase_shift(struct turn *turn, const char *seat)
{
    const Shift *present = turn_load(turn, SHIFTS, seat);

    if (present == NULL || present->state != HOTLINE_ROWS__SHIFT__STATE__OVER
        || present->note[0] == '\0')
        return false;
    Shift *shift = turn_edit(turn, SHIFTS, seat);
    shift->note = "";
    return true;
}

static const struct erased_table tables[] = {
    ERASE_NEEDS,
    { SHIFTS, "shifts", erase_shift },
    { CALLS, "calls", erase_call },
    { TICKETS, "tickets", erase_ticket },
    { CALLERS, "callers", NULL },
    { REPEATS, "repeats", NULL },
    { 0 },
};

const struct erasing hotline_erasing = { .policy = "hotline.retention", .tables = tables };
