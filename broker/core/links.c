/*
 * Units: how many sessions and producers each has, and whether anybody of it is listening.
 *
 * A unit with a mailbox is up while a session of it subscribes or takes.  What changes is told when
 * it has lasted for link_grace_ms of log time, so that a restart, or somebody who looks in for a moment, is no
 * news; and a unit that is down is told of again when the first urgent message waits for it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "core/inside.h"

enum { GRACE_LEAST_MS = 500 };

struct unit_seen *unit_seen_get(struct core *core, struct slice name)
{
    struct unit_seen *unit = map_get(&core->units, name);

    if (unit != NULL)
        return unit;
    unit = calloc(1, sizeof(*unit));
    if (unit == NULL || map_put(&core->units, name, unit) < 0) {
        free(unit);
        core->fault = FAULT(-ENOMEM);
        return NULL;
    }
    snprintf(unit->name, sizeof(unit->name), "%.*s", (int)name.size, (const char *)name.data);
    unit->since_ms = inside_time(core);
    return unit;
}

static uint32_t pace(uint32_t rate)
{
    return rate == 0 ? 1 : rate;
}

/* The grace is the town's time: where its clock runs fast, so do the alarms that hang on a link.  A
 * client that connects anew needs what it needs, at any rate. */
static uint64_t due_steady_ms(const struct core *core, uint64_t left_ms, uint32_t rate)
{
    uint64_t steady_ms = left_ms / pace(rate);

    return core->steady_ms + (steady_ms < GRACE_LEAST_MS ? GRACE_LEAST_MS : steady_ms);
}

static void changed(struct core *core, struct unit_seen *unit)
{
    unit->since_ms = inside_time(core);
    unit->due_steady_ms =
        due_steady_ms(core, core->options.limits.link_grace_ms, core->options.rate);
}

/* What was left to GRACE_LEAST_MS is no more than the grace, however fast the clock has run. */
void link_rate(struct core *core, uint32_t rate)
{
    uint64_t grace_ms = core->options.limits.link_grace_ms;

    for (uint32_t i = 0; i < core->mailbox_count; i++) {
        struct unit_seen *unit = core->mailboxes[i]->seen;
        if (unit->due_steady_ms <= core->steady_ms)
            continue;
        uint64_t left_ms = (unit->due_steady_ms - core->steady_ms) * pace(core->options.rate);
        unit->due_steady_ms = due_steady_ms(core, left_ms < grace_ms ? left_ms : grace_ms, rate);
    }
}

void link_receives(struct core *core, struct peer *peer)
{
    if (peer->receives)
        return;
    peer->receives = true;
    if (peer->unit->receivers++ == 0)
        changed(core, peer->unit);
}

void link_gone(struct core *core, struct peer *peer)
{
    peer->unit->sessions--;
    if (peer->receives && --peer->unit->receivers == 0)
        changed(core, peer->unit);
    peer->receives = false;
}

/* Nobody is there at the start; who does not come in time is down. */
void link_begin(struct core *core)
{
    for (uint32_t i = 0; i < core->mailbox_count; i++)
        changed(core, core->mailboxes[i]->seen);
}

static uint32_t urgent(const struct mailbox *mailbox)
{
    uint64_t open = mailbox->lanes[0].open + mailbox->lanes[1].open;

    return open < UINT32_MAX ? (uint32_t)open : UINT32_MAX;
}

static void tell(struct core *core, struct unit_seen *unit, enum link state)
{
    struct core_effect *effect = inside_effect(core, CORE_LINK, 0);

    unit->told = state;
    unit->told_urgent = urgent(unit->mailbox);
    effect->link.unit = unit->name;
    effect->link.up = state == LINK_UP;
    effect->link.since_ms = unit->since_ms;
    effect->link.urgent = unit->told_urgent;
    inside_trace(core, "    %s is %s", unit->name, state == LINK_UP ? "up" : "down");
}

void link_tick(struct core *core)
{
    for (uint32_t i = 0; i < core->mailbox_count; i++) {
        struct unit_seen *unit = core->mailboxes[i]->seen;
        enum link state = unit->receivers > 0 ? LINK_UP : LINK_DOWN;
        if (unit->mailbox == NULL)
            continue;
        if (unit->due_steady_ms != 0 && unit->due_steady_ms <= core->steady_ms) {
            unit->due_steady_ms = 0;
            if (state != unit->told)
                tell(core, unit, state);
        }
        if (urgent(unit->mailbox) == 0)
            unit->told_urgent = 0;
        else if (unit->told == LINK_DOWN && unit->told_urgent == 0)
            tell(core, unit, LINK_DOWN);
    }
}

uint64_t link_next_ms(const struct core *core)
{
    uint64_t next_ms = UINT64_MAX;

    for (uint32_t i = 0; i < core->mailbox_count; i++) {
        const struct unit_seen *unit = core->mailboxes[i]->seen;
        if (unit->mailbox == NULL)
            continue;
        if (unit->due_steady_ms != 0 && unit->due_steady_ms < next_ms)
            next_ms = unit->due_steady_ms;
        if (unit->told == LINK_DOWN && unit->told_urgent == 0 && urgent(unit->mailbox) > 0)
            next_ms = 0;
    }
    return next_ms;
}
