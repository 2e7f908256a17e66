/*
 * incident: what goes when a campaign is over: what was noted of an incident, and whom it was about.
 * Types, places, times, grades and results stay; and what is still open keeps what it needs.
 */
#include <string.h>

#include "incident/incident.h"
#include "kit/erase.h"

static bool erase_step(struct turn *turn, const char *key)
{
    const char *id = turn_text(turn, "%.*s", (int)strcspn(key, "/"), key);
    const Incident *row = turn_load(turn, INCIDENTS, id);

    if (row != NULL && incident_is_open(row))
        return false;
    turn_drop(turn, STEPS, key);
    return true;
}

static bool erase_persons(struct turn *turn, const char *id)
{
    const Incident *present = turn_load(turn, INCIDENTS, id);

    if (present == NULL || incident_is_open(present)
        || (present->person[0] == '\0' && present->child[0] == '\0'))
        return false;
    Incident *row = turn_edit(turn, INCIDENTS, id);
    row->person = "";
    row->child = "";
    return true;
}

static const struct erased_table tables[] = {
    ERASE_NEEDS,
    { STEPS, "steps", erase_step },
    { INCIDENTS, "incidents", erase_persons },
    { 0 },
};

const struct erasing incident_erasing = { .policy = "incident.retention", .tables = tables };
