/*
 * incident: what goes when a campaign is over: what was noted of an incident, and whom it was about.
 * Types, places, times, grades and results stay.
 */
#include "kit/erase.h"

#include <string.h>

#include "incident/incident.h"

/* What is still open keeps what it needs. */
static bool is_open(const Incident *row)
{
    return row != NULL && row->board_key[0] != '\0';
}

static bool erase_step(struct turn *turn, const char *key)
{
    const char *id = turn_text(turn, "%.*s", (int)strcspn(key, "/"), key);

    if (is_open(turn_load(turn, INCIDENTS, id)))
        return false;
    turn_drop(turn, STEPS, key);
    return true;
}

static bool erase_persons(struct turn *turn, const char *id)
{
    const Incident *present = turn_load(turn, INCIDENTS, id);

    if (present == NULL || is_open(present)
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
