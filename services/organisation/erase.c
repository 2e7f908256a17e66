/*
 * organisation: what goes when a campaign is over (kit/erase.h): the names and telephones of those who
 * worked in it.  Their ids stay, and with them who held which post.
 */
#include "kit/erase.h"
#include "organisation/organisation.h"

static bool erase_staff(struct turn *turn, const char *id)
{
    const OrganisationRows__Staff *present = turn_load(turn, STAFF, id);

    if (present == NULL || (present->name[0] == '\0' && present->n_phones == 0))
        return false;
    OrganisationRows__Staff *staff = turn_edit(turn, STAFF, id);
    staff->name = "";
    staff->n_phones = 0;
    return true;
}

static const struct erased_table tables[] = {
    { STAFF, "staff", erase_staff },
    { 0 },
};

const struct erasing organisation_erasing = { .policy = "org.retention", .tables = tables };
