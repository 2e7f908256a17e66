/*
 * supplies: what lies where.  Every change of stock passes here, so that it can be held to its sum.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "kit/directory.h"
#include "supplies/supplies.h"

enum { USE_DAYS = 7, LOTS_USUAL = 16 };

/* Goods that keep have a date that sorts behind all others. */
static const char keeps[] = "9999-12-31";

/* ---- names and keys ------------------------------------------------------------------------------ */

const Item *stock_item(struct turn *turn, const char *item)
{
    const Item *row = turn_is_id(item) ? turn_load(turn, ITEMS, item) : NULL;

    if (row == NULL)
        turn_refuse(turn, SUPPLIES__REFUSAL__NO_SUCH_ITEM, "there is no such item");
    return row;
}

const Site *stock_site(struct turn *turn, const char *site)
{
    const Site *row = turn_is_id(site) ? turn_load(turn, SITES, site) : NULL;

    if (row == NULL)
        turn_refuse(turn, SUPPLIES__REFUSAL__NO_SUCH_SITE, "there is no such site");
    return row;
}

bool stock_keeper(struct turn *turn, const char *site)
{
    const Site *row = stock_site(turn, site);
    const char *unit = turn_actor_unit(turn);

    if (row == NULL)
        return false;
    if (strcmp(unit, row->unit) == 0 || strcmp(unit, "dzb") == 0)
        return true;
    turn_refuse(turn, TOWN__REFUSAL__NOT_OWNER, "%s does not keep this site", unit);
    return false;
}

bool stock_is_date(const char *text)
{
    uint64_t ms;

    return strlen(text) == 10 && clock_parse(text, &ms) == 0;
}

static const char *shelf_key(struct turn *turn, const char *site, const char *item)
{
    return turn_key(turn, "%s/%s", site, item);
}

static const char *stock_key(struct turn *turn, const struct lot *lot)
{
    return turn_key(turn, "%s/%s/%s/%s", lot->site, lot->item,
                    lot->expiry[0] == '\0' ? keeps : lot->expiry,
                    lot->lot[0] == '\0' ? "-" : lot->lot);
}

const Shelf *stock_shelf(struct turn *turn, const char *site, const char *item)
{
    return turn_load(turn, SHELVES, shelf_key(turn, site, item));
}

uint32_t stock_on_hand(struct turn *turn, const struct lot *lot)
{
    const Stock *stock = turn_load(turn, STOCKS, stock_key(turn, lot));

    return stock == NULL ? 0 : stock->on_hand;
}

uint32_t stock_promise(struct turn *turn, const char *item)
{
    const Demand *demand = turn_load(turn, DEMANDS, item);

    return demand == NULL ? 0 : demand->can_promise;
}

/* ---- how fast it goes ---------------------------------------------------------------------------- */

/* What went out on the day `back` days before today. */
static uint64_t used(const Shelf *shelf, int64_t today, int64_t back)
{
    int64_t at = back - (today - shelf->use_day);

    return at < 0 || (size_t)at >= shelf->n_uses ? 0 : shelf->uses[at];
}

uint64_t stock_used_7_days(const Shelf *shelf, uint64_t now_ms)
{
    uint64_t sum = 0;

    for (int64_t back = 0; back < USE_DAYS; back++)
        sum += used(shelf, clock_day(now_ms), back);
    return sum;
}

void stock_used(struct turn *turn, const char *site, const char *item, uint32_t qty)
{
    Shelf *shelf = turn_edit(turn, SHELVES, shelf_key(turn, site, item));
    uint32_t *uses = turn_array(turn, USE_DAYS, sizeof(*uses));
    int64_t today = clock_day(turn->now_ms);

    for (int64_t back = 0; back < USE_DAYS; back++)
        uses[back] = (uint32_t)used(shelf, today, back);
    uses[0] += qty;
    shelf->use_day = today;
    shelf->uses = uses;
    shelf->n_uses = USE_DAYS;
}

/* What nobody has asked for in a week covers any time. */
bool stock_covers(struct turn *turn, const Shelf *shelf, uint32_t qty)
{
    uint64_t days = directory_number(turn, "supplies.cover_days", "");

    if (shelf == NULL || shelf->can_promise < qty)
        return false;
    uint64_t left = shelf->can_promise - qty;
    return left * USE_DAYS >= stock_used_7_days(shelf, turn->now_ms) * days;
}

struct helper {
    struct turn *turn;
    const char *item;
    const char *not_site;
    const char *site;
};

static bool can_help(void *context, const char *key, const void *row)
{
    struct helper *helper = context;
    const char *site = ((const SuppliesRows__Place *)row)->site;
    const Shelf *shelf = stock_shelf(helper->turn, site, helper->item);

    (void)key;
    if (strcmp(site, helper->not_site) == 0 || shelf == NULL || shelf->can_promise == 0
        || !stock_covers(helper->turn, shelf, 1))
        return true;
    helper->site = site;
    return false;
}

/* Told once, until it is enough again. */
static void watch(struct turn *turn, const char *site, const char *item, Shelf *shelf)
{
    bool low = shelf->can_promise == 0 || !stock_covers(turn, shelf, 0);
    bool was_low = shelf->low;

    shelf->low = low;
    if (!low || was_low)
        return;
    struct helper helper = { .turn = turn, .item = item, .not_site = site, .site = "" };
    turn_each(turn, PLACES, turn_text(turn, "%s/", item), can_help, &helper);
    uint64_t use = stock_used_7_days(shelf, turn->now_ms);
    Supplies__StockLow event = {
        IS(supplies__stock_low),
        .site = site,
        .item = item,
        .qty = shelf->can_promise,
        .cover_days = use == 0 ? 0 : (uint32_t)(shelf->can_promise * USE_DAYS / use),
        .help_site = helper.site,
    };
    turn_emit(turn, "dzb", &event.base);
}

/* ---- changes ------------------------------------------------------------------------------------- */

static uint32_t promised_by(const Stock *stock)
{
    return stock->expired ? 0 : stock->on_hand - stock->reserved;
}

/* False: it would fall below zero, or beyond what can be counted. */
static bool add(uint32_t *value, int64_t change)
{
    int64_t sum = (int64_t)*value + change;

    if (sum < 0 || sum > UINT32_MAX)
        return false;
    *value = (uint32_t)sum;
    return true;
}

/* The sums over a shelf and over the town follow their lots. */
static void follow(struct turn *turn, const struct lot *lot, uint32_t before, uint32_t now)
{
    const Site *site = turn_load(turn, SITES, lot->site);
    Shelf *shelf = turn_edit(turn, SHELVES, shelf_key(turn, lot->site, lot->item));

    if (before == now)
        return;
    shelf->can_promise += now - before;
    if (site != NULL && !site->reserve) {
        Demand *demand = turn_edit(turn, DEMANDS, lot->item);
        demand->can_promise += now - before;
    }
    watch(turn, lot->site, lot->item, shelf);
}

void stock_change(struct turn *turn, const struct lot *lot, const struct change *change)
{
    Stock *stock = turn_edit(turn, STOCKS, stock_key(turn, lot));
    uint32_t before = promised_by(stock);

    if (turn->outcome != 0)
        return;
    if (!add(&stock->on_hand, change->on_hand) || !add(&stock->reserved, change->reserved)
        || !add(&stock->received, change->received) || !add(&stock->sent, change->sent)
        || !add(&stock->lost, change->lost) || !add(&stock->shipped, change->shipped)
        || stock->reserved > stock->on_hand) {
        turn_refuse(turn, SUPPLIES__REFUSAL__NOT_IN_STOCK, "there is not so much of it");
        return;
    }
    assert((uint64_t)stock->on_hand + stock->sent + stock->lost + stock->shipped
           == stock->received);
    follow(turn, lot, before, promised_by(stock));
}

/* ---- first expired, first out -------------------------------------------------------------------- */

struct choice {
    struct turn *turn;
    const char *site;
    uint32_t left;
    Take **takes;
    size_t count;
    size_t room;
};

static void add_take(struct choice *choice, Take *take)
{
    if (choice->count == choice->room) {
        Take *const *before = choice->takes;
        choice->room = choice->room == 0 ? LOTS_USUAL : 2 * choice->room;
        choice->takes = turn_array(choice->turn, choice->room, sizeof(Take *));
        if (choice->count > 0)
            memcpy(choice->takes, before, choice->count * sizeof(Take *));
    }
    choice->takes[choice->count++] = take;
}

static bool choose(void *context, const char *key, const void *row)
{
    struct choice *choice = context;
    uint32_t promise = promised_by(row);
    const char *expiry = strchr(strchr(key, '/') + 1, '/') + 1;

    if (promise == 0)
        return true;
    Take *take = turn_array(choice->turn, 1, sizeof(*take));
    supplies_rows__take__init(take);
    take->site = choice->site;
    take->expiry = turn_text(choice->turn, "%.10s", expiry);
    take->lot = turn_text(choice->turn, "%s", expiry + 11);
    take->qty = promise < choice->left ? promise : choice->left;
    add_take(choice, take);
    choice->left -= take->qty;
    return choice->left > 0;
}

size_t stock_choose(struct turn *turn, const char *site, const char *item, uint32_t qty,
                    Take ***ret_takes)
{
    struct choice choice = { .turn = turn, .site = site, .left = qty };

    if (qty > 0)
        turn_each(turn, STOCKS, turn_text(turn, "%s/%s/", site, item), choose, &choice);
    *ret_takes = choice.takes;
    return choice.count;
}

/* ---- what comes in ------------------------------------------------------------------------------- */

/* The day after its date, when nobody may be given it any more. */
static uint64_t end_of(const char *expiry)
{
    uint64_t ms = 0;

    clock_parse(expiry, &ms);
    return ms + CLOCK_DAY_MS;
}

bool stock_is_past(struct turn *turn, const char *expiry)
{
    return expiry[0] != '\0' && strcmp(expiry, keeps) != 0 && end_of(expiry) <= turn->now_ms;
}

static void remind_of_expiry(struct turn *turn, const struct lot *lot)
{
    uint64_t end_ms = end_of(lot->expiry);
    /* the notice is a span before that day */
    uint64_t span_ms =
        directory_due(turn, "supplies.expiry_notice", "", turn->now_ms) - turn->now_ms;
    uint64_t due_ms =
        end_ms > span_ms && end_ms - span_ms > turn->now_ms ? end_ms - span_ms : turn->now_ms;
    Supplies__NoticeExpiry notice = { IS(supplies__notice_expiry), .site = lot->site,
                                      .item = lot->item, .lot = lot->lot, .expiry = lot->expiry };
    struct turn_timer timer = {
        .key = stock_key(turn, lot), .due_ms = due_ms, .unit = "dzb", .command = &notice.base
    };

    turn_time(turn, &timer);
}

bool stock_receive(struct turn *turn, const struct lot *lot, uint32_t qty)
{
    struct change in = { .on_hand = qty, .received = qty };

    if (stock_item(turn, lot->item) == NULL || stock_site(turn, lot->site) == NULL)
        return false;
    if (qty == 0 || (lot->expiry[0] != '\0' && !stock_is_date(lot->expiry))
        || (lot->lot[0] != '\0' && !turn_is_id(lot->lot))) {
        turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "how many, of which lot, until which date");
        return false;
    }
    SuppliesRows__Place *place =
        turn_edit(turn, PLACES, turn_key(turn, "%s/%s", lot->item, lot->site));
    place->site = lot->site;
    if (stock_is_past(turn, lot->expiry))
        ((Stock *)turn_edit(turn, STOCKS, stock_key(turn, lot)))->expired = true;
    stock_change(turn, lot, &in);
    if (lot->expiry[0] != '\0' && strcmp(lot->expiry, keeps) != 0)
        remind_of_expiry(turn, lot);
    return turn->outcome == 0;
}

/* Twice a lot: its notice, and the end of its date. */
int on_notice_expiry(struct turn *turn, const void *message)
{
    const Supplies__NoticeExpiry *notice = message;
    struct lot lot = { notice->site, notice->item, notice->expiry, notice->lot };
    const char *key = stock_key(turn, &lot);
    const Stock *present = turn_load(turn, STOCKS, key);

    if (!turn->is_timer)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_ALLOWED, "only the clock says what is due");
    if (present == NULL || present->on_hand == 0)
        return 0; /* all of it was of use */
    if (turn->now_ms < end_of(notice->expiry)) {
        struct turn_timer timer = {
            .key = key, .due_ms = end_of(notice->expiry), .unit = "dzb", .command = &notice->base
        };
        turn_time(turn, &timer);
    } else {
        Stock *stock = turn_edit(turn, STOCKS, key);
        uint32_t before = promised_by(stock);
        stock->expired = true;
        follow(turn, &lot, before, 0);
    }
    Supplies__StockExpiring event = { IS(supplies__stock_expiring), .site = notice->site,
                                      .item = notice->item,         .lot = notice->lot,
                                      .qty = present->on_hand,      .expiry = notice->expiry };
    return turn_emit(turn, "dzb", &event.base);
}
