/*
 * supplies: a line of a need, and the lists in which it stands.  Every move of a line passes here, so
 * that lists, sums and timers follow its state.
 */
#include <string.h>

#include "kit/directory.h"
#include "supplies/supplies.h"

enum {
    URGENT = 2,
    LINES_MOST = 100, /* of a need, split ones too, when another is asked for */
};

/* ---- reading ------------------------------------------------------------------------------------- */

const Line *line_load(struct turn *turn, const char *id)
{
    const Line *line = turn_is_id(id) ? turn_load(turn, LINES, id) : NULL;

    if (line == NULL)
        turn_refuse(turn, TOWN__REFUSAL__NOT_FOUND, "there is no such line");
    return line;
}

const Line *line_peek(struct turn *turn, const char *id)
{
    static const Line none = SUPPLIES_ROWS__LINE__INIT;
    const Line *line = turn_load(turn, LINES, id);

    return line == NULL ? &none : line;
}

const char *line_place(const Line *line)
{
    return line->place[0] == '\0' ? "town" : line->place;
}

int line_say(struct turn *turn, const Line *line, const ProtobufCMessage *event)
{
    const Need *need = loop_need(turn, line->need);

    return need == NULL ? turn_emit(turn, line_place(line), event)
                        : loop_say(turn, need, line_place(line), event);
}

int line_tell_site(struct turn *turn, const Line *line, const char *site,
                   const ProtobufCMessage *event)
{
    const Site *row = turn_load(turn, SITES, site);
    const Need *need = loop_need(turn, line->need);
    struct turn_post post = { .unit = line_place(line), .message = event };

    if (need != NULL) {
        post.case_id = need->case_id;
        post.priority = (Bus__Priority)(need->priority + 1);
    }
    post.to = row == NULL ? NULL : row->unit;
    return turn_post(turn, &post);
}

size_t line_ids(struct turn *turn, const char *need, const char *const **ret_ids)
{
    struct turn_slice lines = turn_keys(turn, NEED_LINES, turn_text(turn, "%s/", need));

    *ret_ids = lines.keys;
    return lines.count;
}

/* ---- lists, sums and timers of a state ----------------------------------------------------------- */

static void enter(struct turn *turn, unsigned table, const char *key, const char *id)
{
    SuppliesRows__Entry *entry = turn_edit(turn, table, key);

    entry->id = id;
}

static const char *want_key(struct turn *turn, const char *id, const Line *line)
{
    return turn_key(turn, "%s/%d/%s", line->item, LINE_IS(line, BACKORDERED), id);
}

/* It asks for goods, and has none yet. */
static bool is_waiting(const Line *line)
{
    return LINE_IS(line, APPROVED) || LINE_IS(line, BACKORDERED) || LINE_IS(line, SUBSTITUTED);
}

static bool is_over(const Line *line)
{
    return LINE_IS(line, NONE) || LINE_IS(line, REJECTED) || LINE_IS(line, CONFIRMED)
           || LINE_IS(line, RETURNED) || LINE_IS(line, CANCELLED);
}

static const char *priority_of(struct turn *turn, const Line *line)
{
    const Need *need = loop_need(turn, line->need);

    return loop_priority_name(need == NULL ? URGENT : need->priority);
}

/* `line requested to approved, P2 and above`; else the need's own clock. */
static uint64_t due_of(struct turn *turn, const Line *line, const char *key)
{
    const Need *need = loop_need(turn, line->need);

    if (need == NULL || need->priority <= URGENT)
        return directory_due(turn, key, priority_of(turn, line), turn->now_ms);
    for (size_t i = 0; i < need->n_clocks; i++)
        if (strcmp(need->clocks[i]->name, "done") == 0)
            return need->clocks[i]->due_ms;
    return turn->now_ms;
}

static void set_timer(struct turn *turn, const char *id, const Line *line, const char *policy,
                      const ProtobufCMessage *command)
{
    struct turn_timer timer = {
        .key = id, .due_ms = due_of(turn, line, policy), .unit = "dzb", .command = command
    };
    const Need *need = loop_need(turn, line->need);

    if (need != NULL)
        timer.case_id = need->case_id;
    turn_time(turn, &timer);
}

static void enlist(struct turn *turn, const char *id, const Line *line)
{
    Supplies__ChaseApproval approval = { IS(supplies__chase_approval), .line = id };
    Supplies__ChasePick pick = { IS(supplies__chase_pick), .line = id };

    if (!is_over(line))
        enter(turn, ORDERS, turn_key(turn, "%s/%s", line_place(line), id), id);
    if (LINE_IS(line, REQUESTED)) {
        Demand *demand = turn_edit(turn, DEMANDS, line->item);
        demand->undecided++;
        demand->undecided_qty += line->qty;
        set_timer(turn, id, line, "supplies.approve", &approval.base);
    } else if (is_waiting(line)) {
        Demand *demand = turn_edit(turn, DEMANDS, line->item);
        demand->waiting_qty += line->qty;
        enter(turn, WANTS, want_key(turn, id, line), id);
    } else if (LINE_IS(line, ALLOCATED)) {
        set_timer(turn, id, line, "supplies.pick", &pick.base);
    }
}

static void delist(struct turn *turn, const char *id, const Line *line)
{
    if (!is_over(line))
        turn_drop(turn, ORDERS, turn_key(turn, "%s/%s", line_place(line), id));
    if (LINE_IS(line, REQUESTED)) {
        Demand *demand = turn_edit(turn, DEMANDS, line->item);
        demand->undecided--;
        demand->undecided_qty -= line->qty;
        turn_forget(turn, id, &supplies__chase_approval__descriptor);
    } else if (is_waiting(line)) {
        Demand *demand = turn_edit(turn, DEMANDS, line->item);
        demand->waiting_qty -= line->qty;
        turn_drop(turn, WANTS, want_key(turn, id, line));
    } else if (LINE_IS(line, ALLOCATED)) {
        turn_forget(turn, id, &supplies__chase_pick__descriptor);
    }
}

/* ---- changing ------------------------------------------------------------------------------------ */

Line *line_move(struct turn *turn, const char *id, int32_t word)
{
    const Line *before = turn_load(turn, LINES, id);

    if (before == NULL || !turn_may_move(turn, LINES, id, word)) {
        turn_move_as(turn, LINES, id, word); /* refuses, by name */
        return NULL;
    }
    delist(turn, id, before);
    Line *line = turn_move_as(turn, LINES, id, word);
    if (line == NULL)
        return NULL;
    enlist(turn, id, line);
    return line;
}

Line *line_request(struct turn *turn, const char *id, const char *need_id, const Town__Goods *goods)
{
    const Item *item = stock_item(turn, goods->item);
    const Need *need = loop_need(turn, need_id);
    const char *const *ids;

    if (item == NULL || need == NULL)
        return NULL;
    if (!turn_is_id(id) || goods->qty == 0) {
        turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "a line's id, and how many");
        return NULL;
    }
    if (line_ids(turn, need_id, &ids) >= LINES_MOST) {
        turn_refuse(turn, TOWN__REFUSAL__OVER_LIMIT, "the need has too many lines");
        return NULL;
    }
    Line *line = turn_move_as(turn, LINES, id, REQUEST_LINE);
    if (line == NULL)
        return NULL;
    line->need = need_id;
    line->person = need->person;
    line->place = need->place;
    line->item = goods->item;
    line->qty = goods->qty;
    line->requested_ms = turn->now_ms;
    enter(turn, NEED_LINES, turn_key(turn, "%s/%s", need_id, id), id);
    enlist(turn, id, line);
    Supplies__LineRequested event = {
        IS(supplies__line_requested),
        .line = id,
        .need = need_id,
        .item = goods->item,
        .qty = goods->qty,
        .person = need->person,
        .due_ms = due_of(turn, line, "supplies.approve"),
    };
    line_say(turn, line, &event.base);
    return line;
}

/* The takes of the part are cut off the end of the whole's. */
static void cut_takes(struct turn *turn, Line *line, Line *part)
{
    uint32_t left = part->qty;

    part->takes = turn_array(turn, line->n_takes, sizeof(Take *));
    while (left > 0 && line->n_takes > 0) {
        Take *last = line->takes[line->n_takes - 1];
        Take *cut = turn_array(turn, 1, sizeof(*cut));
        *cut = *last;
        cut->qty = last->qty < left ? last->qty : left;
        part->takes[part->n_takes++] = cut;
        left -= cut->qty;
        last->qty -= cut->qty;
        if (last->qty == 0)
            line->n_takes--;
    }
}

const char *line_split(struct turn *turn, const char *id, uint32_t qty, int32_t word)
{
    Line *line = turn_edit(turn, LINES, id);
    const char *root = line->of[0] == '\0' ? id : line->of;
    Line *whole = turn_edit(turn, LINES, root);
    const char *name = turn_text(turn, "%s.%u", root, ++whole->parts);

    if (!turn_is_id(name)) {
        turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "the line's id is too long to be split");
        return name;
    }
    line_reduce(turn, id, line->qty - qty);
    Line *part = turn_move_as(turn, LINES, name, word);
    if (part == NULL)
        return name;
    part->need = line->need;
    part->person = line->person;
    part->place = line->place;
    part->item = line->item;
    part->instead_of = line->instead_of;
    part->qty = qty;
    part->of = root;
    part->requested_ms = line->requested_ms;
    part->overridden_ms = line->overridden_ms;
    part->delivery = line->delivery;
    part->out = line->out;
    cut_takes(turn, line, part);
    enter(turn, NEED_LINES, turn_key(turn, "%s/%s", line->need, name), name);
    enlist(turn, name, part);
    return name;
}

void line_reduce(struct turn *turn, const char *id, uint32_t qty)
{
    Line *line = turn_edit(turn, LINES, id);
    Demand *demand = turn_edit(turn, DEMANDS, line->item);

    if (LINE_IS(line, REQUESTED))
        demand->undecided_qty += qty - line->qty;
    else if (is_waiting(line))
        demand->waiting_qty += qty - line->qty;
    line->qty = qty;
}

void line_swap(struct turn *turn, const char *id, const char *item)
{
    Line *line = turn_edit(turn, LINES, id);

    delist(turn, id, line);
    if (line->instead_of[0] == '\0')
        line->instead_of = line->item;
    line->item = item;
    line->offered = "";
    enlist(turn, id, line);
}

void line_relocate(struct turn *turn, const char *id, const char *place)
{
    Line *line = turn_edit(turn, LINES, id);

    if (!is_over(line))
        turn_drop(turn, ORDERS, turn_key(turn, "%s/%s", line_place(line), id));
    line->place = place;
    if (!is_over(line))
        enter(turn, ORDERS, turn_key(turn, "%s/%s", line_place(line), id), id);
}

void line_unreserve(struct turn *turn, const char *id)
{
    Line *line = turn_edit(turn, LINES, id);

    for (size_t i = 0; i < line->n_takes; i++) {
        struct lot lot = { line->takes[i]->site, line->item, line->takes[i]->expiry,
                           line->takes[i]->lot };
        struct change change = { .reserved = -(int64_t)line->takes[i]->qty };
        stock_change(turn, &lot, &change);
    }
    line->n_takes = 0;
}
