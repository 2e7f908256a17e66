/*
 * supplies: what went wrong on the way or behind the door.  What comes back is for others; what was lost,
 * or was not what was asked for, is sought anew.
 */
#include <string.h>

#include "supplies/supplies.h"

/* The driver, the committee, the carer. */
static bool may_report(struct turn *turn, const Line *line)
{
    const char *unit = turn_actor_unit(turn);
    const Site *site = line->n_takes == 0 ? NULL : turn_load(turn, SITES, line->takes[0]->site);

    return strcmp(turn->source_unit, "care") == 0 || strcmp(unit, line->place) == 0
           || (site != NULL && strcmp(unit, site->unit) == 0) || turn_from(turn, "dzb");
}

/* The part of a line that a report is about: all of it, or a part that is a line of its own from now
 * on.  NULL: refused. */
static const char *part_of(struct turn *turn, const char *id, const char *delivery, uint32_t qty,
                           Supplies__Code code)
{
    const Line *line = line_load(turn, id);

    if (line == NULL || !may_report(turn, line))
        return NULL;
    if (strcmp(line->delivery, delivery) != 0 || qty > line->qty
        || protobuf_c_enum_descriptor_get_value(&supplies__code__descriptor, (int)code) == NULL
        || code == SUPPLIES__CODE__CODE_ABSENT) {
        turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "which delivery and line, how many, and why");
        return NULL;
    }
    if (!turn_may_move(turn, LINES, id, turn->command) || qty == 0 || qty == line->qty)
        return id;
    if (LINE_IS(line, SENT))
        return line_split(turn, id, qty, PART_SENT);
    if (LINE_IS(line, DELIVERED))
        return line_split(turn, id, qty, PART_DELIVERED);
    turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "all of the line");
    return NULL;
}

/* Its goods are no more at the recipient's: back on the shelf, or lost. */
static void book(struct turn *turn, const char *id, bool is_lost)
{
    Line *line = turn_edit(turn, LINES, id);

    for (size_t i = 0; i < line->n_takes; i++) {
        const Take *take = line->takes[i];
        struct lot lot = { take->site, line->item, take->expiry, take->lot };
        int64_t qty = take->qty;
        struct change change = { .on_hand = line->out ? 0 : -qty,
                                 .sent = line->out ? -qty : 0,
                                 .reserved = line->out ? 0 : -qty };
        if (is_lost)
            change.lost = qty;
        else
            change.on_hand += qty;
        stock_change(turn, &lot, &change);
    }
    line->n_takes = 0;
    line->out = false;
}

int on_report_return(struct turn *turn, const void *message)
{
    const Supplies__ReportReturn *report = message;
    const char *id = part_of(turn, report->line, report->delivery, report->qty, report->code);

    if (id == NULL || turn->outcome != 0)
        return turn->outcome;
    if (!line_peek(turn, id)->out)
        return turn_refuse(turn, TOWN__REFUSAL__WRONG_STATE, "it has not left the site");
    Line *line = line_move(turn, id, REPORT_RETURN);
    if (line == NULL)
        return turn->outcome;
    book(turn, id, report->code == SUPPLIES__CODE__DAMAGED);
    Supplies__GoodsReturned event = { IS(supplies__goods_returned),
                                      .delivery = report->delivery,
                                      .line = id,
                                      .qty = line->qty,
                                      .code = report->code,
                                      .need = line->need };
    turn_emit(turn, "dzb", &event.base);
    delivery_left(turn, report->delivery);
    need_settle(turn, line->need);
    allot(turn, line->item);
    return turn->outcome;
}

/* It is sought anew, as long as somebody waits for it. */
static void seek_again(struct turn *turn, const char *id, const char *delivery)
{
    Line *line = turn_edit(turn, LINES, id);
    const Need *need = loop_need(turn, line->need);

    line->delivery = "";
    if (delivery[0] != '\0')
        delivery_left(turn, delivery);
    if (need == NULL || !loop_is_open(need)) {
        line_move(turn, id, CANCEL);
        return;
    }
    line_move(turn, id, TRY_AGAIN);
    if (line->before_hold != SUPPLIES_ROWS__LINE__STATE__NONE) { /* held: it stays so */
        line->before_hold = SUPPLIES_ROWS__LINE__STATE__APPROVED;
        line_move(turn, id, HOLD);
        return;
    }
    allot_soon(turn, line->item);
}

/* What the report is about is gone: it moves along the command in hand.  NULL: refused. */
static Line *lose(struct turn *turn, const char *id)
{
    Line *line = id == NULL || turn->outcome != 0 ? NULL : line_move(turn, id, turn->command);

    if (line != NULL)
        book(turn, id, true);
    return line;
}

int on_report_loss(struct turn *turn, const void *message)
{
    const Supplies__ReportLoss *report = message;
    const char *id = part_of(turn, report->line, report->delivery, report->qty, report->code);
    const Line *line = lose(turn, id);

    if (line == NULL)
        return turn->outcome;
    Supplies__GoodsLost event = {
        IS(supplies__goods_lost), .delivery = report->delivery, .line = id,
        .qty = line->qty,         .code = report->code,         .need = line->need
    };
    turn_emit(turn, "dzb", &event.base);
    seek_again(turn, id, report->delivery);
    return turn->outcome;
}

/* Something else came.  What the book says was sent is off the shelf, but not where it should be: lost,
 * until a count finds it. */
int on_report_wrong(struct turn *turn, const void *message)
{
    const Supplies__ReportWrong *report = message;
    const char *id = part_of(turn, report->line, report->delivery, report->qty, report->code);
    const Line *line = lose(turn, id);

    if (line == NULL)
        return turn->outcome;
    Supplies__WrongReported event = { IS(supplies__wrong_reported),
                                      .delivery = report->delivery,
                                      .line = id,
                                      .qty = line->qty,
                                      .code = report->code,
                                      .need = line->need };
    turn_emit(turn, "dzb", &event.base);
    seek_again(turn, id, report->delivery);
    return turn->outcome;
}
