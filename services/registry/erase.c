/*
 * registry: what goes when a campaign is over (kit/erase.h): the rows that hold particulars, that is the
 * roster, and what was kept of it before merges and imports.  What is left are ids, figures and history.
 */
#include "kit/erase.h"
#include "registry/registry.h"

static bool erase_person(struct turn *turn, const char *id)
{
    static const ProtobufCMessageDescriptor *const clocks[] = {
        &registry__chase_candidate__descriptor,
        &registry__chase_decision__descriptor,
        &registry__end_away_due__descriptor,
        &registry__end_move_due__descriptor,
    };

    for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++)
        turn_forget(turn, id, clocks[i]);
    drop_person(turn, id);
    return true;
}

static const struct erased_table tables[] = {
    { PERSONS, "persons", erase_person },
    { MERGES, "merges", NULL },
    { IMPORT_ROWS, "import_rows", NULL },
    { 0 },
};

const struct erasing registry_erasing = { .policy = "registry.retention", .tables = tables };
