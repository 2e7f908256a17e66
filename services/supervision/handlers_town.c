/*
 * The town as the register needs it: the campaign, units, posts and who holds them, and when a
 * unit was out of reach.
 */
#include <inttypes.h>
#include <string.h>

#include "supervision/fields.h"
#include "supervision/supervision.h"

enum { KEPT_OUTAGES = 8 }; /* of a unit: a clock seldom spans more */

int saw_campaign_opened(struct turn *turn, const void *message)
{
    const Organisation__CampaignOpened *opened = message;
    Campaign *campaign = turn_edit(turn, CAMPAIGNS, "now");

    if (campaign == NULL)
        return turn->outcome;
    campaign->campaign = opened->campaign;
    campaign->from_ms = opened->from_ms;
    campaign->until_ms = opened->until_ms;
    campaign->open = true;
    keeping_begin(turn);
    return turn->outcome;
}

int saw_campaign_closed(struct turn *turn, const void *message)
{
    Campaign *campaign = turn_edit(turn, CAMPAIGNS, "now");

    (void)message;
    if (campaign != NULL)
        campaign->open = false;
    return turn->outcome;
}

int saw_unit_registered(struct turn *turn, const void *message)
{
    const Organisation__UnitRegistered *registered = message;

    if (!fields_is_id(registered->unit))
        return turn->outcome;
    Unit *unit = turn_edit(turn, UNITS, registered->unit);
    if (unit != NULL)
        unit->unit = registered->unit;
    return turn->outcome;
}

int saw_unit_retired(struct turn *turn, const void *message)
{
    const Organisation__UnitRetired *retired = message;

    if (fields_is_id(retired->unit))
        turn_drop(turn, UNITS, retired->unit);
    return turn->outcome;
}

int saw_post_defined(struct turn *turn, const void *message)
{
    const Organisation__PostDefined *defined = message;

    if (!fields_is_id(defined->post))
        return turn->outcome;
    Post *post = turn_edit(turn, POSTS, defined->post);
    if (post == NULL)
        return turn->outcome;
    post->unit = defined->unit;
    post->kind = defined->kind;
    return turn->outcome;
}

int saw_tenure_started(struct turn *turn, const void *message)
{
    const Organisation__TenureStarted *started = message;

    if (!fields_is_id(started->staff) || !fields_is_id(started->post))
        return turn->outcome;
    const char *key = fields_key(turn, "%s/%s", started->staff, started->post);
    Entry *entry = key != NULL ? turn_edit(turn, HOLDERS, key) : NULL;
    if (entry != NULL)
        entry->there = true;
    return turn->outcome;
}

int saw_tenure_ended(struct turn *turn, const void *message)
{
    const Organisation__TenureEnded *ended = message;

    bool is_known = fields_is_id(ended->staff) && fields_is_id(ended->post);
    const char *key = is_known ? fields_key(turn, "%s/%s", ended->staff, ended->post) : NULL;
    if (key != NULL)
        turn_drop(turn, HOLDERS, key);
    return turn->outcome;
}

/* A publication is known by its seq too: a service that sets it aside names nothing else. */
int saw_policy_published(struct turn *turn, const void *message)
{
    const Organisation__PolicyPublished *published = message;

    if (!fields_is_id(published->set))
        return turn->outcome;
    SupervisionRows__Set *set = turn_edit(turn, SETS, turn_key(turn, "%020" PRIu64, turn->seq));
    if (set != NULL)
        set->set = published->set;
    return turn->outcome;
}

/* ---- links -------------------------------------------------------------------------------------------- */

/* The outage that runs, as a new row of the list; the oldest makes room. */
static void begin_outage(struct turn *turn, Unit *unit, uint64_t since_ms)
{
    SupervisionRows__Outage **list = turn_array(turn, KEPT_OUTAGES, sizeof(*list));
    SupervisionRows__Outage *outage = turn_array(turn, 1, sizeof(*outage));
    size_t kept = unit->n_outages < KEPT_OUTAGES ? unit->n_outages : KEPT_OUTAGES - 1;

    if (list == NULL || outage == NULL)
        return;
    for (size_t i = 0; i < kept; i++)
        list[i] = unit->outages[unit->n_outages - kept + i];
    supervision_rows__outage__init(outage);
    outage->from_ms = since_ms;
    outage->evidence = turn->id;
    list[kept] = outage;
    unit->outages = list;
    unit->n_outages = kept + 1;
}

static SupervisionRows__Outage *running(const Unit *unit)
{
    SupervisionRows__Outage *last = unit->n_outages > 0 ? unit->outages[unit->n_outages - 1] : NULL;

    return last != NULL && last->until_ms == 0 ? last : NULL;
}

int saw_link_changed(struct turn *turn, const void *message)
{
    const Organisation__LinkChanged *changed = message;
    bool is_down = strcmp(changed->state, "down") == 0;

    if (!fields_is_id(changed->unit) || (!is_down && strcmp(changed->state, "up") != 0))
        return turn->outcome;
    Unit *unit = turn_edit(turn, UNITS, changed->unit);
    if (unit == NULL)
        return turn->outcome;
    unit->unit = changed->unit;
    SupervisionRows__Outage *outage = running(unit);
    if (is_down && outage == NULL)
        begin_outage(turn, unit,
                     changed->since_ms != 0 && changed->since_ms < turn->now_ms ? changed->since_ms
                                                                                : turn->now_ms);
    else if (!is_down && outage != NULL)
        outage->until_ms = turn->now_ms;
    return turn->outcome;
}

bool town_was_down(struct turn *turn, const char *name, uint64_t from_ms, uint64_t due_ms,
                   const char **ret_evidence)
{
    const Unit *unit = fields_is_id(name) ? turn_load(turn, UNITS, name) : NULL;
    uint64_t down_ms = 0;

    *ret_evidence = "";
    for (size_t i = 0; unit != NULL && i < unit->n_outages; i++) {
        const SupervisionRows__Outage *outage = unit->outages[i];
        uint64_t until_ms = outage->until_ms != 0 ? outage->until_ms : turn->now_ms;
        uint64_t begin = outage->from_ms > from_ms ? outage->from_ms : from_ms;
        uint64_t end = until_ms < due_ms ? until_ms : due_ms;
        if (end > begin) {
            down_ms += end - begin;
            *ret_evidence = outage->evidence;
        }
        if (outage->from_ms <= due_ms && due_ms <= until_ms) {
            *ret_evidence = outage->evidence;
            return true;
        }
    }
    return down_ms > (due_ms - from_ms) / 2;
}
