/*
 * supplies: lines from the request to what is given.
 */
#include <string.h>

#include "kit/directory.h"
#include "supplies/supplies.h"

enum { GOODS_MOST = 20 };

/* ---- requested ----------------------------------------------------------------------------------- */

/* The kernel has opened the need by now.  A second one of the same person is linked to the first, and
 * its goods are asked for there: rice today is no double of yesterday's soap. */
int on_goods(struct turn *turn, const void *message)
{
    const Town__OpenNeed *open = message;
    const Need *need = loop_need(turn, open->need);

    if (turn->outcome != 0 || need == NULL)
        return turn->outcome;
    if (open->n_goods > GOODS_MOST)
        return turn_refuse(turn, TOWN__REFUSAL__OVER_LIMIT, "too many lines");
    const char *kept = need->duplicate_of[0] == '\0' ? open->need : need->duplicate_of;
    for (size_t i = 0; i < open->n_goods && turn->outcome == 0; i++)
        line_request(turn, turn_text(turn, "%s-l%zu", open->need, i + 1), kept, open->goods[i]);
    return turn->outcome;
}

/* What was asked for in words becomes lines. */
int on_request_line(struct turn *turn, const void *message)
{
    const Supplies__RequestLine *request = message;
    const Need *need = loop_need(turn, request->need);
    Town__Goods goods = { IS(town__goods), .item = request->item, .qty = request->qty };

    if (need == NULL)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_FOUND, "there is no such need");
    if (strcmp(turn_actor_unit(turn), need->opener_unit) != 0 && !turn_from(turn, "dzb"))
        return turn->outcome;
    if (!loop_is_open(need) || need->state == LOOP_ROWS__NEED__STATE__VERIFYING)
        return turn_refuse(turn, TOWN__REFUSAL__WRONG_STATE, "the need is served");
    line_request(turn, request->line, request->need, &goods);
    return turn->outcome;
}

/* Nobody has decided: the need's dispatcher hears it once, its own clocks go on. */
static int missed(struct turn *turn, const char *id, const char *clock)
{
    if (!turn->is_timer)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_ALLOWED, "only the clock says what is due");
    const Line *line = turn_move(turn, LINES, id);
    const Need *need = line == NULL ? NULL : loop_need(turn, line->need);

    if (need == NULL)
        return turn->outcome;
    Town__DeadlineMissed event = { IS(town__deadline_missed), .need = line->need,
                                   .assignment = need->assignment, .clock = clock,
                                   .due_ms = turn->now_ms };
    return loop_say(turn, need, "dzb", &event.base);
}

int on_chase_approval(struct turn *turn, const void *message)
{
    return missed(turn, ((const Supplies__ChaseApproval *)message)->line, "approve");
}

int on_chase_pick(struct turn *turn, const void *message)
{
    return missed(turn, ((const Supplies__ChasePick *)message)->line, "pick");
}

/* ---- decided ------------------------------------------------------------------------------------- */

/* What the need has of the item already, without this line. */
static uint32_t had(struct turn *turn, const char *id, const Line *line)
{
    const char *const *ids;
    size_t count = line_ids(turn, line->need, &ids);
    uint32_t sum = 0;

    for (size_t i = 0; i < count; i++) {
        const Line *other = line_peek(turn, ids[i]);
        if (strcmp(ids[i], id) != 0 && strcmp(other->item, line->item) == 0
            && !LINE_IS(other, REQUESTED) && !LINE_IS(other, REJECTED) && !LINE_IS(other, RETURNED)
            && !LINE_IS(other, CANCELLED))
            sum += other->qty;
    }
    return sum;
}

int on_approve_line(struct turn *turn, const void *message)
{
    const Supplies__ApproveLine *approve = message;
    const char *id = approve->line;
    const Line *present = line_load(turn, id);

    if (present == NULL || !turn_from(turn, "dzb"))
        return turn->outcome;
    uint32_t qty = approve->qty == 0 ? present->qty : approve->qty;
    const Item *item = stock_item(turn, present->item);
    if (qty > present->qty)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "more than was asked for");
    if (item != NULL && item->max_per_need > 0
        && (uint64_t)had(turn, id, present) + qty > item->max_per_need)
        return turn_refuse(turn, SUPPLIES__REFUSAL__OVER_ITEM_LIMIT,
                           "at most %u %s of it for one need", item->max_per_need, item->unit);
    if (turn_may_move(turn, LINES, id, APPROVE_LINE) && qty < present->qty)
        line_reduce(turn, id, qty);
    Line *line = line_move(turn, id, APPROVE_LINE);
    if (line == NULL)
        return turn->outcome;
    Supplies__LineApproved event = {
        IS(supplies__line_approved), .line = id, .need = line->need,
        .item = line->item,          .qty = qty, .by_post = turn_actor_post(turn),
        .person = line->person
    };
    line_say(turn, line, &event.base);
    need_begin(turn, line->need, false);
    allot_soon(turn, line->item);
    return turn->outcome;
}

int on_reject_line(struct turn *turn, const void *message)
{
    const Supplies__RejectLine *reject = message;

    if (line_load(turn, reject->line) == NULL || !turn_from(turn, "dzb"))
        return turn->outcome;
    if (reject->code == SUPPLIES__CODE__CODE_ABSENT
        || protobuf_c_enum_descriptor_get_value(&supplies__code__descriptor, (int)reject->code)
               == NULL)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "a rejection has a code of the list");
    Line *line = line_move(turn, reject->line, REJECT_LINE);
    if (line == NULL)
        return turn->outcome;
    Supplies__LineRejected event = {
        IS(supplies__line_rejected), .line = reject->line,  .need = line->need,
        .item = line->item,          .qty = line->qty,      .code = reject->code,
        .text = reject->text,        .person = line->person
    };
    line_say(turn, line, &event.base);
    need_settle(turn, line->need);
    allot_soon(turn, line->item); /* perhaps the last that was undecided */
    return turn->outcome;
}

/* ---- another item -------------------------------------------------------------------------------- */

/* The substitute is taken at once: it had to be in stock. */
static void substitute(struct turn *turn, const char *id, const char *item)
{
    const Line *present = line_peek(turn, id);

    if (stock_promise(turn, item) < present->qty) {
        turn_refuse(turn, SUPPLIES__REFUSAL__NOT_IN_STOCK, "the substitute is short, too");
        return;
    }
    const char *before = turn_text(turn, "%s", present->item);
    line_swap(turn, id, item);
    if (line_move(turn, id, SUBSTITUTE) == NULL)
        return;
    allot(turn, item);
    allot_soon(turn, before);
}

int on_offer_substitute(struct turn *turn, const void *message)
{
    const Supplies__OfferSubstitute *offer = message;
    const Line *present = line_load(turn, offer->line);
    bool is_listed = false;

    if (present == NULL || !turn_from(turn, "dzb"))
        return turn->outcome;
    const Item *item = stock_item(turn, present->item);
    const Item *other = stock_item(turn, offer->item);
    for (size_t i = 0; item != NULL && i < item->n_substitutes; i++)
        is_listed = is_listed || strcmp(item->substitutes[i], offer->item) == 0;
    if (item == NULL || other == NULL)
        return turn->outcome;
    if (!is_listed)
        return turn_refuse(turn, SUPPLIES__REFUSAL__NO_SUBSTITUTE,
                           "it is no substitute of the item");
    if (stock_promise(turn, offer->item) < present->qty)
        return turn_refuse(turn, SUPPLIES__REFUSAL__NOT_IN_STOCK, "the substitute is short, too");
    Line *line = turn_move(turn, LINES, offer->line);
    if (line == NULL)
        return turn->outcome;
    line->offered = offer->item;
    Supplies__SubstituteOffered event = { IS(supplies__substitute_offered),
                                          .line = offer->line,
                                          .item = offer->item,
                                          .need = line->need,
                                          .person = line->person,
                                          .consent_needed =
                                              item->consent_needed || other->consent_needed,
                                          .instead_of = line->item };
    line_say(turn, line, &event.base);
    if (!event.consent_needed)
        substitute(turn, offer->line, offer->item);
    return turn->outcome;
}

/* The person's answer: through care, the hotline, or the committee. */
static bool answers_for(struct turn *turn, const Line *line)
{
    const char *unit = turn_actor_unit(turn);

    return strcmp(turn->source_unit, "care") == 0 || strcmp(turn->source_unit, "hotline") == 0
           || strcmp(unit, line->place) == 0 || turn_from(turn, "dzb");
}

int on_answer_substitute(struct turn *turn, const void *message)
{
    const Supplies__AnswerSubstitute *answer = message;
    const Line *present = line_load(turn, answer->line);

    if (present == NULL || !answers_for(turn, present))
        return turn->outcome;
    if (present->offered[0] == '\0')
        return turn_refuse(turn, SUPPLIES__REFUSAL__NO_SUBSTITUTE, "nothing was offered");
    Line *line = turn_move(turn, LINES, answer->line);
    if (line == NULL)
        return turn->outcome;
    const char *offered = line->offered;
    line->offered = "";
    Supplies__SubstituteAnswered event = {
        IS(supplies__substitute_answered), .line = answer->line, .item = offered,
        .consent = answer->consent,        .need = line->need,   .by_post = turn_actor_post(turn)
    };
    line_say(turn, line, &event.base);
    if (answer->consent)
        substitute(turn, answer->line, offered);
    return turn->outcome;
}

/* ---- the leader ---------------------------------------------------------------------------------- */

/* From the post of the leading group's head, or in its place. */
static bool from_leader(struct turn *turn)
{
    const char *head = directory_post(turn, "lg", "head");

    if (!turn_from(turn, "lg"))
        return false;
    if (head[0] == '\0' || strcmp(turn_actor_post(turn), head) == 0
        || strcmp(turn->actor->acting_for, head) == 0)
        return true;
    turn_refuse(turn, TOWN__REFUSAL__NOT_ALLOWED, "an override is the leader's");
    return false;
}

/* Published to supervision, with its reason: it goes before the rule, and is seen to. */
int on_override_allocation(struct turn *turn, const void *message)
{
    const Supplies__OverrideAllocation *override = message;
    const Line *present = line_load(turn, override->line);

    if (present == NULL || !from_leader(turn))
        return turn->outcome;
    if (override->reason[0] == '\0')
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "an override has a reason");
    Line *line = turn_move(turn, LINES, override->line);
    if (line == NULL)
        return turn->outcome;
    if (override->qty != 0 && override->qty != line->qty)
        line_reduce(turn, override->line, override->qty);
    line->overridden_ms = turn->now_ms;
    Supplies__AllocationOverridden event = { IS(supplies__allocation_overridden),
                                             .line = override->line,
                                             .qty = line->qty,
                                             .by_post = turn_actor_post(turn),
                                             .reason = override->reason,
                                             .need = line->need,
                                             .item = line->item };
    line_say(turn, line, &event.base);
    if (!LINE_IS(line, REQUESTED))
        allot_soon(turn, line->item);
    return turn->outcome;
}
