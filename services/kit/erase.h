/*
 * kit/erase.h - what goes when a campaign is over (PIPL art. 19: the shortest retention).
 *
 * A person is an id everywhere but in the registry; yet texts that people wrote, and the lists of who
 * asked for what, are kept no longer than they are needed either.  A service names its tables that
 * hold such (`.erasing` of struct service), and the kit does the rest: the policy's time after
 * organisation.CampaignClosed it goes through them, some rows a turn, and says how many it erased
 * (town.Erased, for each table).  A campaign that is opened meanwhile stops it; a town without that
 * policy keeps what it has.  The log has its own retention.
 */
#pragma once

#include <stdbool.h>

struct turn;

struct erased_table {
    unsigned table;
    const char *scope; /* as it is told: "calls" */

    /* Blanks what is to go of the row; true: there was something.  NULL: the row itself goes. */
    bool (*erase)(struct turn *turn, const char *key);
};

struct erasing {
    const char *policy;                /* "hotline.retention"                 */
    const struct erased_table *tables; /* in order; ends with one without a scope */
};

/* For services that serve needs: of those that are over, whose they were and what was written goes;
 * what was done, by whom and when stays. */
#define ERASE_NEEDS                                                                                \
    { LOOP_NEEDS, "needs", loop_erase_need },                                                      \
    {                                                                                              \
        LOOP_ASSIGNMENTS, "assignments", loop_erase_assignment                                     \
    }
bool loop_erase_need(struct turn *turn, const char *key);
bool loop_erase_assignment(struct turn *turn, const char *key);
