/*
 * supplies: who gets what (S-0B1).  A run hears all that wait for an item, asks the rule, and keeps
 * what it was told and what it gave, so that it can be told again (ExplainAllocation).
 */
#include <string.h>

#include "kit/directory.h"
#include "supplies/supplies.h"

enum {
    CLAIMS_MOST = 1000, /* heard in one run; who is beyond waits for the next */
    DROPS_MOST = 4,     /* old runs that go for a new one */
};

/* ---- the rule in force --------------------------------------------------------------------------- */

/* domain.md 3.10, until the office sets another: class, days of need, waiting. */
static const int32_t usual_order[] = {
    SUPPLIES__CLAIM__BY_CLASS,
    SUPPLIES__CLAIM__BY_DAYS_LEFT,
    SUPPLIES__CLAIM__BY_WAITING,
};

static const char *rule_in_force(struct turn *turn, struct rule *rule)
{
    const SuppliesRows__Rule *row = turn_load(turn, RULES, "rule");

    rule->order = row == NULL ? usual_order : row->order;
    rule->order_count = row == NULL ? sizeof(usual_order) / sizeof(usual_order[0]) : row->n_order;
    return row == NULL ? "class, days, waiting" : row->rule;
}

/* S-0B1: so much of what is shared out, and at least one. */
static uint32_t cap_of(struct turn *turn, uint32_t available)
{
    uint64_t percent = directory_number(turn, "supplies.fair_share", "");

    return (uint32_t)(((uint64_t)available * percent + 99) / 100);
}

/* ---- claims -------------------------------------------------------------------------------------- */

struct claims {
    struct turn *turn;
    struct claim *list;
    size_t count;
};

/* Of the person; of the home, where it asks for its residents. */
static int32_t class_of(struct turn *turn, const Line *line, const Need *need)
{
    const SuppliesRows__Class *row = NULL;

    if (line->person[0] != '\0')
        row = turn_load(turn, CLASSES, loop_person(turn, line->person));
    else if (need != NULL && need->source != NULL && need->source->home[0] != '\0')
        row = turn_load(turn, CLASSES, turn_text(turn, "home/%s", need->source->home));
    return row == NULL ? 0 : row->class_;
}

static bool add_claim(void *context, const char *key, const void *row)
{
    struct claims *claims = context;
    struct turn *turn = claims->turn;
    const char *id = turn_text(turn, "%s", ((const SuppliesRows__Entry *)row)->id);
    const Line *line = turn_load(turn, LINES, id);
    const Need *need = line == NULL ? NULL : loop_need(turn, line->need);

    (void)key;
    if (line == NULL)
        return true;
    claims->list[claims->count++] = (struct claim){
        .line = id,
        .committee = line_place(line),
        .class = class_of(turn, line, need),
        .days_left = need == NULL ? 0 : need->days_left,
        .days_left_known = need != NULL && need->days_left_known,
        .since_ms = line->requested_ms,
        .overridden_ms = line->overridden_ms,
        .asked = line->qty,
    };
    return claims->count < CLAIMS_MOST;
}

/* Where nothing can be given, only those are heard that have not been told so yet. */
static void hear(struct turn *turn, const char *item, bool all, struct claims *claims)
{
    const char *prefix = turn_text(turn, all ? "%s/" : "%s/0/", item);

    *claims = (struct claims){ .turn = turn };
    claims->list = turn_array(turn, CLAIMS_MOST, sizeof(struct claim));
    turn_each(turn, WANTS, prefix, add_claim, claims);
}

/* ---- where it is taken from ---------------------------------------------------------------------- */

struct best {
    struct turn *turn;
    const char *item;
    uint32_t qty;
    const char *site;
    uint32_t promise;
};

/* A site that has all of it goes before one that has most. */
static bool is_better(void *context, const char *key, const void *row)
{
    struct best *best = context;
    const char *name = ((const SuppliesRows__Place *)row)->site;
    const Site *site = turn_load(best->turn, SITES, name);
    const Shelf *shelf = stock_shelf(best->turn, name, best->item);

    (void)key;
    if (site != NULL && !site->reserve && shelf != NULL && shelf->can_promise > best->promise) {
        best->site = turn_text(best->turn, "%s", name);
        best->promise = shelf->can_promise;
    }
    return best->promise < best->qty;
}

/* ---- giving -------------------------------------------------------------------------------------- */

static void say_allocated(struct turn *turn, const char *id, const Line *line, const char *rule,
                          const char *site)
{
    Supplies__LineAllocated event = {
        IS(supplies__line_allocated),
        .line = id,
        .need = line->need,
        .item = line->item,
        .qty = line->qty,
        .rule = rule,
        .site = site,
        .run = line->run,
        .person = line->person,
        .place = line->place,
        .of = line->of,
    };

    line_tell_site(turn, line, site, &event.base);
}

/* All of the line, from one site. */
static void reserve(struct turn *turn, const char *id, const char *site, const char *rule)
{
    Line *line = line_move(turn, id, ALLOCATE);

    if (line == NULL)
        return;
    line->n_takes = stock_choose(turn, site, line->item, line->qty, &line->takes);
    for (size_t i = 0; i < line->n_takes; i++) {
        struct lot lot = { site, line->item, line->takes[i]->expiry, line->takes[i]->lot };
        struct change change = { .reserved = line->takes[i]->qty };
        stock_change(turn, &lot, &change);
    }
    say_allocated(turn, id, line, rule, site);
}

/* What several sites have together becomes a line for each. */
static void give(struct turn *turn, const char *id, const char *run, const char *rule)
{
    Line *line = turn_edit(turn, LINES, id);

    while (turn->outcome == 0) {
        struct best best = { .turn = turn, .item = line->item, .qty = line->qty, .site = "" };
        turn_each(turn, PLACES, turn_text(turn, "%s/", line->item), is_better, &best);
        if (best.promise == 0)
            return;
        line->run = run;
        const char *rest = NULL;
        if (best.promise < line->qty)
            rest = line_split(turn, id, line->qty - best.promise, PART_APPROVED);
        reserve(turn, id, best.site, rule);
        if (rest == NULL)
            return;
        id = rest;
        line = turn_edit(turn, LINES, id);
    }
}

static void backorder(struct turn *turn, const char *id, const char *run, const char *rule,
                      const char *why)
{
    const Line *present = line_peek(turn, id);

    if (turn->outcome != 0 || LINE_IS(present, BACKORDERED))
        return; /* it was told already */
    Line *line = line_move(turn, id, BACKORDER);
    if (line == NULL)
        return;
    line->run = run;
    Supplies__LineBackordered event = {
        IS(supplies__line_backordered),
        .line = id,
        .need = line->need,
        .item = line->item,
        .qty = line->qty,
        .rule = rule,
        .run = run,
        .reason = why,
        .person = line->person,
        .of = line->of,
    };
    line_say(turn, line, &event.base);
}

/* Runs older than their retention go, the oldest first; at most as many as make up for the new one. */
static void drop_runs(struct turn *turn, const char *item, uint64_t last)
{
    if (!directory_has(turn, "supplies.run_keep", "", turn->now_ms))
        return;
    uint64_t keep_ms = directory_due(turn, "supplies.run_keep", "", turn->now_ms) - turn->now_ms;
    Demand *demand = turn_edit(turn, DEMANDS, item);

    for (int i = 0; i < DROPS_MOST && demand->runs_gone + 1 < last; i++) {
        const char *id =
            turn_text(turn, "%s-%llu", item, (unsigned long long)demand->runs_gone + 1);
        const SuppliesRows__Run *oldest = turn_load(turn, RUNS, id);
        if (oldest != NULL && oldest->at_ms + keep_ms > turn->now_ms)
            return;
        turn_drop(turn, RUNS, id);
        demand->runs_gone++;
    }
}

static const char *keep_run(struct turn *turn, const char *item, const char *name,
                            const struct rule *rule, const struct claims *claims)
{
    uint64_t number = turn_number(turn, turn_text(turn, "run-%s", item));
    const char *id = turn_text(turn, "%s-%llu", item, (unsigned long long)number);
    SuppliesRows__Run *run = turn_edit(turn, RUNS, id);

    drop_runs(turn, item, number);
    run->item = item;
    run->at_ms = turn->now_ms;
    run->rule = name;
    run->order = turn_array(turn, rule->order_count, sizeof(run->order[0]));
    memcpy(run->order, rule->order, rule->order_count * sizeof(run->order[0]));
    run->n_order = rule->order_count;
    run->available = rule->available;
    run->cap = rule->cap;
    run->claims = turn_array(turn, claims->count, sizeof(run->claims[0]));
    for (size_t i = 0; i < claims->count; i++) {
        const struct claim *claim = &claims->list[i];
        SuppliesRows__Claimed *kept = turn_array(turn, 1, sizeof(*kept));
        supplies_rows__claimed__init(kept);
        kept->line = claim->line;
        kept->committee = claim->committee;
        kept->class_ = claim->class;
        kept->days_left = claim->days_left;
        kept->days_left_known = claim->days_left_known;
        kept->since_ms = claim->since_ms;
        kept->overridden_ms = claim->overridden_ms;
        kept->asked = claim->asked;
        kept->given = claim->given;
        kept->why = (int32_t)claim->why;
        run->claims[run->n_claims++] = kept;
    }
    return id;
}

void allot(struct turn *turn, const char *item)
{
    const Demand *demand = turn_load(turn, DEMANDS, item);
    struct claims claims;
    struct rule rule = { 0 };

    if (turn->outcome != 0 || demand == NULL || demand->waiting_qty == 0)
        return;
    ((Demand *)turn_edit(turn, DEMANDS, item))->allot_ms = 0;
    turn_forget(turn, item, &supplies__allot__descriptor);
    rule.available = demand->can_promise;
    hear(turn, item, rule.available > 0, &claims);
    if (claims.count == 0)
        return;
    const char *name = rule_in_force(turn, &rule);
    rule.cap = cap_of(turn, rule.available);
    rule_allot(&rule, claims.list, claims.count);
    const char *run = keep_run(turn, item, name, &rule, &claims);
    for (size_t i = 0; i < claims.count && turn->outcome == 0; i++) {
        const struct claim *claim = &claims.list[i];
        const char *rest = claim->given > 0 ? NULL : claim->line;
        if (claim->given > 0 && claim->given < claim->asked)
            rest = line_split(turn, claim->line, claim->asked - claim->given, PART_APPROVED);
        if (claim->given > 0)
            give(turn, claim->line, run, name);
        if (rest != NULL)
            backorder(turn, rest, run, name, rule_why(claim->why));
    }
}

void allot_soon(struct turn *turn, const char *item)
{
    const Demand *demand = turn_load(turn, DEMANDS, item);
    Supplies__Allot later = { IS(supplies__allot), .item = item };

    if (turn->outcome != 0 || demand == NULL)
        return;
    uint64_t asked = (uint64_t)demand->undecided_qty + demand->waiting_qty;
    if (demand->undecided == 0 || asked <= demand->can_promise || demand->can_promise == 0) {
        allot(turn, item);
        return;
    }
    if (demand->allot_ms != 0)
        return;
    struct turn_timer timer = { .key = item, .unit = "dzb", .command = &later.base };
    timer.due_ms = directory_due(turn, "supplies.allot", "", turn->now_ms);
    turn_time(turn, &timer);
    ((Demand *)turn_edit(turn, DEMANDS, item))->allot_ms = timer.due_ms;
}

/* Some are undecided still: those that are not wait no longer for them. */
int on_allot(struct turn *turn, const void *message)
{
    const Supplies__Allot *due = message;

    if (!turn->is_timer)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_ALLOWED, "only the clock says what is due");
    allot(turn, due->item);
    return turn->outcome;
}
