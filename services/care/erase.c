/*
 * care: the end of a campaign (PIPL art. 19).  care.retention after it closed, the people go, with who cared
 * for them and when they were seen, and the volunteers with their names and telephones.  What is left are
 * the summaries' figures.
 */
#include "kit/erase.h"
#include "care/care.h"

static const struct erased_table tables[] = {
    { PERSONS, "persons", erase_person },
    { CARERS, "carers", erase_carer },
    { OPEN_NEEDS, "open_needs", NULL },
    ERASE_NEEDS,
    { 0 },
};

const struct erasing care_erasing = { "care.retention", tables };
