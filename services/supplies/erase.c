/*
 * supplies: the end of a campaign (PIPL art. 19).  supplies.retention after it closed, who got a thing, who
 * took it at the door and who gave it are forgotten; what is left are goods, sites and sums.  What is still
 * open keeps whom it is for, as needs do.
 */
#include <string.h>

#include "kit/erase.h"
#include "supplies/supplies.h"

/* Somebody waits for it, or has not said yet that it came. */
static bool is_waited_for(struct turn *turn, const char *need_id)
{
    const Need *need = loop_need(turn, need_id);

    return need != NULL && loop_is_open(need);
}

/* The rule of shortage goes by the class of whoever waits, and by that of a home, which is nobody. */
static bool erase_class(struct turn *turn, const char *key)
{
    const char *open = turn_text(turn, "%s/GOODS/", key);

    if (strchr(key, '/') != NULL || turn_take(turn, LOOP_KINDS, open, "", 1).count > 0)
        return false;
    turn_drop(turn, CLASSES, key);
    return true;
}

static bool erase_line(struct turn *turn, const char *key)
{
    const Line *present = turn_load(turn, LINES, key);

    if (present == NULL || present->person[0] == '\0' || is_waited_for(turn, present->need))
        return false;
    ((Line *)turn_edit(turn, LINES, key))->person = "";
    return true;
}

static bool erase_delivery(struct turn *turn, const char *key)
{
    const Delivery *present = turn_load(turn, DELIVERIES, key);

    if (present == NULL || (present->person[0] == '\0' && present->proof_ms == 0)
        || is_waited_for(turn, present->need))
        return false;
    Delivery *delivery = turn_edit(turn, DELIVERIES, key);
    delivery->person = "";
    delivery->proof_who = "";
    delivery->proof_hash = "";
    delivery->proof_ms = 0;
    return true;
}

static bool erase_donor(struct turn *turn, const char *key)
{
    const SuppliesRows__Donation *present = turn_load(turn, DONATIONS, key);

    if (present == NULL || present->donor[0] == '\0'
        || present->state == SUPPLIES_ROWS__DONATION__STATE__OFFERED)
        return false;
    ((SuppliesRows__Donation *)turn_edit(turn, DONATIONS, key))->donor = "";
    return true;
}

static const struct erased_table tables[] = {
    { CLASSES, "classes", erase_class },
    { LINES, "lines", erase_line },
    { DELIVERIES, "deliveries", erase_delivery },
    { DONATIONS, "donations", erase_donor },
    ERASE_NEEDS,
    { 0 },
};

const struct erasing supplies_erasing = { "supplies.retention", tables };
