/*
 * supplies: items, sites, the rule; what comes in and what is counted.
 */
#include <inttypes.h>
#include <string.h>

#include "supplies/supplies.h"

enum { SUBSTITUTES_MOST = 16, CLAIMS = 3 };

/* ---- what there may be --------------------------------------------------------------------------- */

static bool are_ids(const char *const *ids, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!turn_is_id(ids[i]))
            return false;
    return true;
}

int on_define_item(struct turn *turn, const void *message)
{
    const Supplies__DefineItem *define = message;

    if (!turn_from(turn, "dzb"))
        return turn->outcome;
    if (!turn_is_id(define->item) || define->name[0] == '\0' || define->unit[0] == '\0'
        || define->n_substitutes > SUBSTITUTES_MOST
        || !are_ids(define->substitutes, define->n_substitutes))
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "an item has an id, a name, a unit");
    Item *item = turn_edit(turn, ITEMS, define->item);
    item->name = define->name;
    item->unit = define->unit;
    item->max_per_need = define->max_per_need;
    item->substitutes = define->substitutes;
    item->n_substitutes = define->n_substitutes;
    item->consent_needed = define->consent_needed;
    Supplies__ItemDefined event = { IS(supplies__item_defined),
                                    .item = define->item,
                                    .name = define->name,
                                    .unit = define->unit,
                                    .max_per_need = define->max_per_need,
                                    .n_substitutes = define->n_substitutes,
                                    .substitutes = define->substitutes,
                                    .consent_needed = define->consent_needed };
    return turn_emit(turn, "dzb", &event.base);
}

int on_define_site(struct turn *turn, const void *message)
{
    const Supplies__DefineSite *define = message;
    const Site *present = turn_load(turn, SITES, define->site);

    if (!turn_from(turn, "dzb"))
        return turn->outcome;
    if (!turn_is_id(define->site) || !turn_is_id(define->unit))
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "a site has an id and a unit");
    if (present != NULL && present->reserve != define->reserve)
        return turn_refuse(turn, TOWN__REFUSAL__WRONG_STATE,
                           "what lies there was promised by what it was");
    Site *site = turn_edit(turn, SITES, define->site);
    site->unit = define->unit;
    site->name = define->name;
    site->reserve = define->reserve;
    Supplies__SiteDefined event = { IS(supplies__site_defined), .site = define->site,
                                    .unit = define->unit, .name = define->name,
                                    .reserve = define->reserve };
    return turn_emit(turn, "dzb", &event.base);
}

/* S-0B1: the office states it, for all to see; what was given out before stands by the rule of then. */
int on_set_rule(struct turn *turn, const void *message)
{
    const Supplies__SetRule *set = message;

    if (!turn_from(turn, "dzb"))
        return turn->outcome;
    if (set->rule[0] == '\0' || set->reason[0] == '\0' || set->n_order == 0
        || set->n_order > CLAIMS)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "a rule has a name, an order, a reason");
    SuppliesRows__Rule *rule = turn_edit(turn, RULES, "rule");
    rule->order = turn_array(turn, set->n_order, sizeof(rule->order[0]));
    rule->n_order = set->n_order;
    for (size_t i = 0; i < set->n_order; i++) {
        if (set->order[i] < SUPPLIES__CLAIM__BY_CLASS
            || set->order[i] > SUPPLIES__CLAIM__BY_WAITING)
            return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "no such claim");
        rule->order[i] = (int32_t)set->order[i];
    }
    rule->rule = set->rule;
    rule->reason = set->reason;
    Supplies__RuleSet event = { IS(supplies__rule_set),  .rule = set->rule,
                                .n_order = set->n_order, .order = set->order,
                                .reason = set->reason,   .by_post = turn_actor_post(turn) };
    return turn_emit(turn, "dzb", &event.base);
}

/* ---- what there is ------------------------------------------------------------------------------- */

int on_receive_stock(struct turn *turn, const void *message)
{
    const Supplies__ReceiveStock *receive = message;
    struct lot lot = { receive->site, receive->item, receive->expiry, receive->lot };

    if (!stock_keeper(turn, receive->site))
        return turn->outcome;
    if (stock_is_date(receive->expiry) && stock_is_past(turn, receive->expiry))
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "it has expired");
    if (!stock_receive(turn, &lot, receive->qty))
        return turn->outcome;
    Supplies__StockReceived event = { IS(supplies__stock_received), .site = receive->site,
                                      .item = receive->item,        .lot = receive->lot,
                                      .expiry = receive->expiry,    .qty = receive->qty,
                                      .from = receive->from };
    turn_emit(turn, "dzb", &event.base);
    allot(turn, receive->item);
    return turn->outcome;
}

static void keep_variance(struct turn *turn, const Supplies__CountStock *count, int64_t variance)
{
    uint64_t number = turn_number(turn, "variances");
    SuppliesRows__Variance *row =
        turn_edit(turn, VARIANCES, turn_key(turn, "%s/%010" PRIu64, count->site, number));

    row->item = count->item;
    row->lot = count->lot;
    row->variance = variance;
    row->reason = count->reason;
    row->by_post = turn_actor_post(turn);
    row->at_ms = turn->now_ms;
}

/* What is found over was received unseen; what is missing is lost.  What is promised already must be
 * there: a count below it is refused until those lines are reported lost. */
int on_count_stock(struct turn *turn, const void *message)
{
    const Supplies__CountStock *count = message;
    struct lot lot = { count->site, count->item, count->expiry, count->lot };

    if (!stock_keeper(turn, count->site) || stock_item(turn, count->item) == NULL)
        return turn->outcome;
    if ((count->expiry[0] != '\0' && !stock_is_date(count->expiry))
        || (count->lot[0] != '\0' && !turn_is_id(count->lot)))
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "which lot, until which date");
    int64_t variance = (int64_t)count->qty - stock_on_hand(turn, &lot);
    if (variance != 0 && count->reason[0] == '\0')
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD,
                           "another count than the book's has a reason");
    struct change change = { .on_hand = variance };
    if (variance > 0)
        change.received = variance;
    else
        change.lost = -variance;
    if (variance > 0 && stock_on_hand(turn, &lot) == 0)
        stock_receive(turn, &lot, (uint32_t)variance);
    else
        stock_change(turn, &lot, &change);
    if (variance != 0)
        keep_variance(turn, count, variance);
    Supplies__StockCounted event = {
        IS(supplies__stock_counted), .site = count->site,
        .item = count->item,         .lot = count->lot,
        .qty = count->qty,           .variance = variance,
        .reason = count->reason,     .by_post = turn_actor_post(turn)
    };
    turn_emit(turn, "dzb", &event.base);
    if (variance > 0)
        allot(turn, count->item);
    return turn->outcome;
}
