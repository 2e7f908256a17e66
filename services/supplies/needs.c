/*
 * supplies: what its lines mean for the need.  The office approves, the depot drives, the recipient
 * confirms; the kernel's commands follow from that, so that nobody says a thing twice.
 */
#include <string.h>

#include "supplies/supplies.h"

#define NEED_IS(need, name) ((need)->state == LOOP_ROWS__NEED__STATE__##name)
#define WORK_IS(assignment, name) ((assignment)->state == LOOP_ROWS__ASSIGNMENT__STATE__##name)

/* ---- the kernel's hooks -------------------------------------------------------------------------- */

/* S-060: the office that allocates is one; after it only the arbiter. */
int supplies_route(struct turn *turn, const Need *need, const char **ret_unit)
{
    int answer = loop_route_catalogue(turn, need, ret_unit);

    return need->n_tried > 0 && turn->outcome == 0 ? LOOP_NOBODY : answer;
}

/* Who packed it does not confirm it (R7), and the hotline is of the same office: unless the opener says
 * otherwise, the recipient's committee asks. */
void on_need_opened(struct turn *turn, const char *id, Need *need)
{
    (void)turn;
    (void)id;
    if (need->asked_verifier[0] == '\0')
        need->asked_verifier = need->place;
}

struct tally {
    uint32_t lines;
    uint32_t live;     /* not yet handed over */
    uint32_t arrived;  /* delivered */
    uint32_t heard_of; /* confirmed */
};

static struct tally tally(struct turn *turn, const char *need)
{
    struct tally sum = { 0 };
    const char *const *ids;
    size_t count = line_ids(turn, need, &ids);

    for (size_t i = 0; i < count; i++) {
        const Line *line = line_peek(turn, ids[i]);
        sum.lines++;
        if (LINE_IS(line, CONFIRMED))
            sum.heard_of++;
        else if (LINE_IS(line, DELIVERED))
            sum.arrived++;
        else if (!LINE_IS(line, REJECTED) && !LINE_IS(line, RETURNED) && !LINE_IS(line, CANCELLED))
            sum.live++;
    }
    return sum;
}

/* A ruling, or a need that is open again: what was rejected is asked for again. */
void on_need_dispatched(struct turn *turn, const char *id, const Need *need,
                        const Assignment *assignment)
{
    struct tally sum = tally(turn, id);
    const char *const *ids;
    size_t count = line_ids(turn, id, &ids);
    size_t named = count;

    (void)need;
    (void)assignment;
    if (sum.live + sum.arrived > 0)
        return;
    for (size_t i = 0; i < count && turn->outcome == 0; i++) {
        const Line *line = line_peek(turn, ids[i]);
        if (!LINE_IS(line, REJECTED))
            continue;
        Town__Goods goods = { IS(town__goods), .item = line->item, .qty = line->qty };
        line_request(turn, turn_text(turn, "%s-l%zu", id, ++named), id, &goods);
    }
}

void on_need_completed(struct turn *turn, const char *id, const Need *need,
                       const Assignment *assignment)
{
    (void)need;
    (void)assignment;
    if (tally(turn, id).live > 0)
        turn_refuse(turn, SUPPLIES__REFUSAL__LINES_OPEN, "goods of it are not yet handed over");
}

/* ---- the end of a need --------------------------------------------------------------------------- */

static void cancel(struct turn *turn, const char *id, const char *reason)
{
    const Line *present = line_peek(turn, id);

    if (!turn_may_move(turn, LINES, id, CANCEL))
        return;
    if (present->n_takes > 0 && !present->out)
        line_unreserve(turn, id);
    Line *line = line_move(turn, id, CANCEL);
    if (line == NULL)
        return;
    Supplies__BackorderCancelled event = { IS(supplies__backorder_cancelled),
                                           .line = id,
                                           .need = line->need,
                                           .item = line->item,
                                           .qty = line->qty,
                                           .reason = reason,
                                           .person = line->person };
    line_say(turn, line, &event.base);
    if (line->delivery[0] != '\0')
        delivery_left(turn, line->delivery);
}

static const char *why_closed(const Need *need)
{
    const ProtobufCEnumValue *value =
        protobuf_c_enum_descriptor_get_value(&town__need_outcome__descriptor, (int)need->outcome);

    return value == NULL ? "" : value->name;
}

/* A call-back that closed it is the recipient's word for what was delivered. */
void on_need_closed(struct turn *turn, const char *id, const Need *need)
{
    bool is_met =
        need->outcome == TOWN__NEED_OUTCOME__MET || need->outcome == TOWN__NEED_OUTCOME__PARTLY_MET;
    const char *const *ids;
    size_t count = line_ids(turn, id, &ids);

    for (size_t i = 0; i < count && turn->outcome == 0; i++) {
        const Line *line = line_peek(turn, ids[i]);
        if (is_met && LINE_IS(line, DELIVERED))
            delivery_confirm(turn, line->delivery,
                             need->flagged ? "nobody was reached" : "call-back");
        else
            cancel(turn, ids[i], why_closed(need));
    }
    for (size_t i = 0; i < count && turn->outcome == 0; i++) /* what it had is for others */
        allot(turn, line_peek(turn, ids[i])->item);
}

/* ---- what follows for the unit ------------------------------------------------------------------- */

/* The assignment accepted, or begun, if it is not yet. */
static void begin(struct turn *turn, const char *id, bool start)
{
    const Assignment *work = loop_assignment(turn, id);

    if (work != NULL && (WORK_IS(work, REQUESTED) || WORK_IS(work, RECEIVED))) {
        Town__Accept *accept = turn_array(turn, 1, sizeof(*accept));
        town__accept__init(accept);
        accept->assignment = id;
        loop_act(turn, work->unit, &accept->base);
    }
    if (start && work != NULL && WORK_IS(work, ACCEPTED)) {
        Town__Start *begun = turn_array(turn, 1, sizeof(*begun));
        town__start__init(begun);
        begun->assignment = id;
        begun->mode = "goods";
        loop_act(turn, work->unit, &begun->base);
    }
}

void need_begin(struct turn *turn, const char *need_id, bool start)
{
    const Need *need = loop_need(turn, need_id);

    if (need != NULL && need->assignment[0] != '\0')
        begin(turn, need->assignment, start);
}

static void complete(struct turn *turn, const char *id, const struct tally *sum)
{
    const Assignment *work = loop_assignment(turn, id);
    Town__Complete *done = turn_array(turn, 1, sizeof(*done));

    if (work == NULL)
        return;
    begin(turn, id, true);
    town__complete__init(done);
    done->assignment = id;
    done->solved = sum->arrived + sum->heard_of == sum->lines ? TOWN__SOLVED__SOLVED_YES
                                                              : TOWN__SOLVED__SOLVED_PARTLY;
    done->output = "delivered";
    loop_act(turn, work->unit, &done->base);
}

/* Nothing of it will be given: an honest refusal, from which the arbiter takes it. */
static void refuse_work(struct turn *turn, const char *id)
{
    const Assignment *work = loop_assignment(turn, id);

    if (work == NULL)
        return;
    if (WORK_IS(work, REQUESTED) || WORK_IS(work, RECEIVED)) {
        Town__Reject *reject = turn_array(turn, 1, sizeof(*reject));
        town__reject__init(reject);
        reject->assignment = id;
        reject->code = TOWN__REASON__NO_STOCK;
        reject->text = "none of its lines is given";
        loop_act(turn, work->unit, &reject->base);
        return;
    }
    Town__Fail *fail = turn_array(turn, 1, sizeof(*fail));
    begin(turn, id, true);
    town__fail__init(fail);
    fail->assignment = id;
    fail->code = TOWN__REASON__NO_STOCK;
    fail->text = "none of its lines is given";
    loop_act(turn, work->unit, &fail->base);
}

static void confirm(struct turn *turn, const char *id, const Need *need)
{
    Town__RecordCallback *callback = turn_array(turn, 1, sizeof(*callback));

    town__record_callback__init(callback);
    callback->need = id;
    callback->result = TOWN__CALLBACK_RESULT__SATISFIED;
    callback->note = "the goods were confirmed";
    loop_act(turn, need->verifier, &callback->base);
}

void need_settle(struct turn *turn, const char *id)
{
    const Need *need = loop_need(turn, id);
    struct tally sum = tally(turn, id);

    if (turn->outcome != 0 || need == NULL || sum.lines == 0 || sum.live > 0)
        return;
    const char *work = need->assignment;
    if (work[0] != '\0' && !NEED_IS(need, ON_HOLD)) {
        if (sum.arrived + sum.heard_of > 0)
            complete(turn, work, &sum);
        else
            refuse_work(turn, work);
    }
    if (NEED_IS(need, VERIFYING) && sum.arrived == 0 && sum.heard_of > 0)
        confirm(turn, id, need);
}
