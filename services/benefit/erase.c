/*
 * benefit: the end of a campaign (PIPL art. 19).  benefit.retention after it closed, what was kept of people
 * goes: their categories and classes, why a policy fitted, what they showed.  What is left are ids and what
 * was given.
 */
#include "kit/erase.h"
#include "benefit/benefit.h"

/* One that is under way ends: nobody is left on whom to look. */
static bool erase_match(struct turn *turn, const char *key)
{
    const Match *present = turn_load(turn, MATCHES, key);

    if (present == NULL)
        return false;
    if (present->run[0] != '\0')
        move_visits(turn, present->person, DROP, BENEFIT__WHY_NOT_CODE__OUT_OF_TIME);
    drop_match(turn, key, BENEFIT__WHY_NOT_CODE__OUT_OF_TIME, "the campaign is over");
    Match *match = turn_edit(turn, MATCHES, key);
    match->n_why = 0;
    match->n_evidence_hashes = 0;
    match->reason = "";
    return true;
}

static const struct erased_table tables[] = {
    { MATCHES, "matches", erase_match },
    { REDS, "reds", NULL },
    { PEOPLE, "people", NULL },
    { COMMITTEES, "committees", NULL },
    ERASE_NEEDS,
    { 0 },
};

const struct erasing benefit_erasing = { "benefit.retention", tables };
