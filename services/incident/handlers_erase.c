/*
 * incident: the end of a campaign (PIPL art. 19).  incident.retention after it closed, what was noted
 * of incidents goes, and whom they were about; what is left are types, times, grades and results.
 */
#include <string.h>

#include "incident/incident.h"
#include "kit/directory.h"
#include "organisation.pb-c.h"

enum { ERASE_ROWS = 50 }; /* a turn */

static const char campaign_key[] = "campaign";
static const char policy[] = "incident.retention";

static void erase_at(struct turn *turn, const Incident__EraseNext *next, uint64_t due_ms)
{
    const struct turn_timer timer = {
        .key = campaign_key, .due_ms = due_ms, .unit = "town", .command = &next->base
    };

    turn_time(turn, &timer);
}

/* There is a campaign again: nothing goes. */
int on_campaign_opened(struct turn *turn, const void *message)
{
    (void)message;
    turn_forget(turn, campaign_key, &incident__erase_next__descriptor);
    return turn->outcome;
}

int on_campaign_closed(struct turn *turn, const void *message)
{
    const Organisation__CampaignClosed *event = message;
    Incident__EraseNext next = { IS(incident__erase_next), .campaign = event->campaign,
                                 .table = "steps" };

    /* A town that has said nothing of it keeps what it has. */
    if (directory_has(turn, policy, "", turn->now_ms))
        erase_at(turn, &next, directory_due(turn, policy, "", turn->now_ms));
    return turn->outcome;
}

/* True if there was something. */
static bool erase_persons(struct turn *turn, const char *id)
{
    const Incident *present = turn_load(turn, INCIDENTS, id);

    if (present == NULL || (present->person[0] == '\0' && present->child[0] == '\0'))
        return false;
    Incident *row = turn_edit(turn, INCIDENTS, id);
    row->person = "";
    row->child = "";
    return true;
}

static bool erase_step(struct turn *turn, const char *key)
{
    turn_drop(turn, STEPS, key);
    return true;
}

/* The steps first, then the incidents themselves. */
int on_erase_next(struct turn *turn, const void *message)
{
    const Incident__EraseNext *next = message;
    Incident__EraseNext rest = { IS(incident__erase_next), .campaign = next->campaign,
                                 .table = next->table };
    bool of_steps = strcmp(next->table, "incidents") != 0;
    uint64_t count = 0;

    if (!incident_by_clock(turn))
        return turn->outcome;
    struct turn_slice slice =
        turn_take(turn, of_steps ? STEPS : INCIDENTS, "", next->after, ERASE_ROWS);
    for (size_t i = 0; i < slice.count; i++)
        count += of_steps ? erase_step(turn, slice.keys[i]) : erase_persons(turn, slice.keys[i]);
    if (slice.more)
        rest.after = slice.last;
    else
        rest.table = "incidents";
    if (slice.more || of_steps)
        erase_at(turn, &rest, turn->now_ms);
    Town__Erased event = { IS(town__erased), .scope = of_steps ? "steps" : "incidents",
                           .count = count, .policy_key = policy };
    return turn_emit(turn, "town", &event.base);
}
