/*
 * kit/loop: what a unit does with what it was asked.
 */
#include <string.h>

#include "kit/directory.h"
#include "kit/loop_inside.h"

/* ---- guards -------------------------------------------------------------------------------------- */

/* What goes on while the need stands still for a reason that is not the unit's. */
static bool goes_on_in_hold(int32_t word)
{
    return word == LOOP_RECEIVE || word == LOOP_REPORT_INTERIM || word == LOOP_RESUME;
}

/* Another unit has accepted what this one was once asked for (R1). */
static bool accepted_elsewhere(struct turn *turn, const char *id, const Need *need)
{
    const Assignment *other = loop_assignment(turn, need->assignment);

    return other != NULL && strcmp(need->assignment, id) != 0
           && (WORK_IS(other, ACCEPTED) || WORK_IS(other, IN_PROGRESS) || WORK_IS(other, ON_HOLD));
}

static int may(struct turn *turn, const char *id, const Assignment *assignment, const Need *need,
               int32_t word)
{
    if (!loop_is_sender(turn, assignment->unit))
        return turn_refuse(turn, TOWN__REFUSAL__NOT_OWNER, "the assignment is not %s's",
                           turn_actor_unit(turn));
    if ((word == LOOP_REJECT || word == LOOP_DECLINE) && assignment->ruled
        && loop_is_live(assignment))
        return turn_refuse(turn, TOWN__REFUSAL__RULED, "the arbiter ruled: it cannot be refused");
    if (word == LOOP_ACCEPT && WORK_IS(assignment, RECALLED) && accepted_elsewhere(turn, id, need))
        return turn_refuse(turn, TOWN__REFUSAL__ACCEPTED_ELSEWHERE, "another unit has accepted it");
    if (loop_is_live(assignment) && NEED_IS(need, ON_HOLD) && !WORK_IS(assignment, ON_HOLD)
        && !goes_on_in_hold(word))
        return turn_refuse(turn, TOWN__REFUSAL__WRONG_STATE, "the need is held");
    return 0;
}

/* The unit's command in hand moves its assignment along `word`. */
bool loop_take(struct turn *turn, const char *id, int32_t word, struct hand *ret_hand)
{
    const Assignment *assignment = loop_assignment(turn, id);

    if (assignment == NULL) {
        turn_refuse(turn, TOWN__REFUSAL__NOT_FOUND, "there is no such assignment");
        return false;
    }
    ret_hand->id = id;
    ret_hand->need_id = assignment->need;
    ret_hand->need = loop_edit(turn, assignment->need);
    if (ret_hand->need == NULL || may(turn, id, assignment, ret_hand->need, word) != 0)
        return false;
    ret_hand->assignment = turn_move_as(turn, LOOP_ASSIGNMENTS, id, word);
    if (ret_hand->assignment == NULL)
        return false;
    ret_hand->assignment->by_post = turn_actor_post(turn);
    ret_hand->assignment->by_person = turn->actor->person;
    return true;
}

/* A reason of the closed list; OTHER says which. */
static bool good_reason(struct turn *turn, Town__Reason code, const char *text)
{
    if (code == TOWN__REASON__REASON_ABSENT
        || protobuf_c_enum_descriptor_get_value(&town__reason__descriptor, (int)code) == NULL) {
        turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "a reason code of the list");
        return false;
    }
    if (code == TOWN__REASON__OTHER && text[0] == '\0') {
        turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "another reason is told in words");
        return false;
    }
    return true;
}

/* ---- it takes it --------------------------------------------------------------------------------- */

int loop_on_receive(struct turn *turn, const void *message)
{
    const Town__Receive *receive = message;
    struct hand hand;

    if (!loop_take(turn, receive->assignment, LOOP_RECEIVE, &hand))
        return turn->outcome;
    hand.assignment->received_ms = turn->now_ms;
    if (receive->fill[0] != '\0')
        hand.assignment->fill = receive->fill;
    hand.need->spans->receive_ms = turn->now_ms - hand.assignment->dispatched_ms;
    loop_stop(hand.need, "receive");
    Town__Received event = { IS(town__received),
                             .assignment = hand.id,
                             .at_ms = turn->now_ms,
                             .by_post = turn_actor_post(turn),
                             .fill = hand.assignment->fill,
                             .need = hand.need_id };
    loop_say(turn, hand.need, hand.assignment->unit, &event.base);
    loop_settle(turn, hand.need_id, hand.need);
    return turn->outcome;
}

int loop_on_accept(struct turn *turn, const void *message)
{
    const Town__Accept *accept = message;
    struct hand hand;

    if (!loop_take(turn, accept->assignment, LOOP_ACCEPT, &hand))
        return turn->outcome;
    hand.assignment->accepted_ms = turn->now_ms;
    hand.assignment->eta_ms = accept->eta_ms;
    if (accept->fill[0] != '\0')
        hand.assignment->fill = accept->fill;
    hand.need->spans->accept_ms = turn->now_ms - hand.assignment->dispatched_ms;
    loop_stop(hand.need, "receive");
    loop_stop(hand.need, "accept");
    Town__Accepted event = { IS(town__accepted),
                             .assignment = hand.id,
                             .at_ms = turn->now_ms,
                             .by_post = turn_actor_post(turn),
                             .fill = hand.assignment->fill,
                             .need = hand.need_id,
                             .eta_ms = accept->eta_ms };
    loop_say(turn, hand.need, hand.assignment->unit, &event.base);
    loop_settle(turn, hand.need_id, hand.need);
    return turn->outcome;
}

int loop_on_start(struct turn *turn, const void *message)
{
    const Town__Start *start = message;
    uint64_t at_ms = start->at_ms == 0 ? turn->now_ms : start->at_ms;
    struct hand hand;

    if (!loop_take(turn, start->assignment, LOOP_START, &hand))
        return turn->outcome;
    if (at_ms > turn->now_ms)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "the first contact is still to come");
    hand.assignment->started_ms = at_ms;
    hand.assignment->mode = start->mode;
    hand.assignment->proof = start->proof;
    hand.need->spans->first_contact_ms =
        at_ms > hand.assignment->dispatched_ms ? at_ms - hand.assignment->dispatched_ms : 0;
    turn_move_as(turn, LOOP_NEEDS, hand.need_id, LOOP_START);
    loop_stop(hand.need, "first_contact");
    Town__Started event = { IS(town__started),   .assignment = hand.id,
                            .at_ms = at_ms,      .by_post = turn_actor_post(turn),
                            .mode = start->mode, .need = hand.need_id };
    loop_say(turn, hand.need, hand.assignment->unit, &event.base);
    loop_settle(turn, hand.need_id, hand.need);
    return turn->outcome;
}

int loop_on_interim(struct turn *turn, const void *message)
{
    const Town__ReportInterim *report = message;
    struct hand hand;

    if (!loop_take(turn, report->assignment, LOOP_REPORT_INTERIM, &hand))
        return turn->outcome;
    hand.assignment->note = report->note;
    Town__InterimReported event = { IS(town__interim_reported), .assignment = hand.id,
                                    .at_ms = turn->now_ms,      .by_post = turn_actor_post(turn),
                                    .note = report->note,       .need = hand.need_id };
    loop_say(turn, hand.need, hand.assignment->unit, &event.base);
    return turn->outcome;
}

int loop_on_complete(struct turn *turn, const void *message)
{
    const Town__Complete *complete = message;
    struct hand hand;

    if (!loop_take(turn, complete->assignment, LOOP_COMPLETE, &hand))
        return turn->outcome;
    if (complete->solved == TOWN__SOLVED__SOLVED_ABSENT
        || protobuf_c_enum_descriptor_get_value(&town__solved__descriptor, (int)complete->solved)
               == NULL)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "solved, partly or not");
    Need *need = hand.need;
    hand.assignment->ended_ms = turn->now_ms;
    hand.assignment->output = complete->output;
    hand.assignment->note = complete->internal_note;
    need->handler_unit = hand.assignment->unit;
    need->handler_post = turn_actor_post(turn);
    need->handler_person = turn->actor->person;
    need->fulfilled_ms = turn->now_ms;
    need->solved = complete->solved;
    need->public_text = complete->public_text;
    need->assignment = "";
    need->spans->done_ms = turn->now_ms - need->opened_ms - need->spans->held_ms;
    turn_move_as(turn, LOOP_NEEDS, hand.need_id, LOOP_COMPLETE);
    loop_stop_work(need);
    loop_stop(need, "done");
    Town__Completed event = { IS(town__completed),        .assignment = hand.id,
                              .solved = complete->solved, .public_text = complete->public_text,
                              .need = hand.need_id,       .by_post = turn_actor_post(turn),
                              .output = complete->output };
    loop_say(turn, need, hand.assignment->unit, &event.base);
    loop_verify(turn, hand.need_id, need);
    if (turn->outcome == 0 && loop_rules(turn)->on_complete != NULL)
        loop_rules(turn)->on_complete(turn, hand.need_id, need, hand.assignment);
    return turn->outcome;
}

/* ---- it gives it back ---------------------------------------------------------------------------- */

/* The assignment has ended without help: its rows end, the need is open again. */
static void ended(struct turn *turn, struct hand *hand)
{
    hand->assignment->ended_ms = turn->now_ms;
    loop_give_back(turn, hand->need_id, hand->need);
    if (turn->outcome == 0 && loop_rules(turn)->on_end != NULL)
        loop_rules(turn)->on_end(turn, hand->id, hand->need, hand->assignment);
}

static void bounced(struct turn *turn, struct hand *hand, Town__Reason code, const char *text)
{
    Town__Refusing refusing = { IS(town__refusing),
                                .unit = hand->assignment->unit,
                                .post = turn_actor_post(turn),
                                .code = code,
                                .text = text,
                                .at_ms = turn->now_ms };

    hand->assignment->code = code;
    hand->assignment->text = text;
    loop_bounced(turn, hand->need, &refusing);
}

int loop_on_reject(struct turn *turn, const void *message)
{
    const Town__Reject *reject = message;
    struct hand hand;

    if (!loop_take(turn, reject->assignment, LOOP_REJECT, &hand)
        || !good_reason(turn, reject->code, reject->text))
        return turn->outcome;
    bounced(turn, &hand, reject->code, reject->text);
    hand.need->suggested = reject->suggest_unit;
    Town__Rejected event = { IS(town__rejected),
                             .assignment = hand.id,
                             .code = reject->code,
                             .text = reject->text,
                             .refusing_post = turn_actor_post(turn),
                             .count = (uint32_t)hand.need->n_refusals,
                             .need = hand.need_id };
    loop_say(turn, hand.need, hand.assignment->unit, &event.base);
    ended(turn, &hand);
    loop_route(turn, hand.need_id, hand.need);
    return turn->outcome;
}

/* A late refusal is the head's: of the unit's head post, where it has one. */
static bool is_head(struct turn *turn, const char *unit)
{
    const char *head = directory_post(turn, unit, "head");
    const char *first = directory_post(turn, unit, "first_responsible");
    const char *post = turn_actor_post(turn);

    if (head[0] == '\0' || strcmp(head, post) == 0 || strcmp(first, post) == 0
        || strcmp(turn->actor->acting_for, head) == 0)
        return true;
    turn_refuse(turn, TOWN__REFUSAL__NOT_ALLOWED, "a late refusal is for the unit's head");
    return false;
}

int loop_on_decline(struct turn *turn, const void *message)
{
    const Town__Decline *decline = message;
    struct hand hand;

    if (!loop_take(turn, decline->assignment, LOOP_DECLINE, &hand)
        || !is_head(turn, hand.assignment->unit)
        || !good_reason(turn, decline->code, decline->text))
        return turn->outcome;
    bounced(turn, &hand, decline->code, decline->text);
    Town__Declined event = { IS(town__declined),
                             .assignment = hand.id,
                             .code = decline->code,
                             .text = decline->text,
                             .refusing_post = turn_actor_post(turn),
                             .count = (uint32_t)hand.need->n_refusals,
                             .need = hand.need_id };
    loop_say(turn, hand.need, hand.assignment->unit, &event.base);
    ended(turn, &hand);
    loop_route(turn, hand.need_id, hand.need);
    return turn->outcome;
}

int loop_on_fail(struct turn *turn, const void *message)
{
    const Town__Fail *fail = message;
    struct hand hand;

    if (!loop_take(turn, fail->assignment, LOOP_FAIL, &hand)
        || !good_reason(turn, fail->code, fail->text))
        return turn->outcome;
    hand.assignment->code = fail->code;
    hand.assignment->text = fail->text;
    loop_had_it(turn, hand.need, hand.assignment->unit);
    Town__Failed event = { IS(town__failed),     .assignment = hand.id,
                           .code = fail->code,   .public_text = fail->text,
                           .need = hand.need_id, .by_post = turn_actor_post(turn) };
    loop_say(turn, hand.need, hand.assignment->unit, &event.base);
    ended(turn, &hand);
    loop_route(turn, hand.need_id, hand.need);
    return turn->outcome;
}

/* Its time has passed.  The unit is told that its copy is closed; for the count it is a refusal. */
void loop_expire(struct turn *turn, const char *id, Need *need, const char *clock)
{
    struct hand hand = { .id = need->assignment, .need_id = id, .need = need };
    Town__Expired event = { IS(town__expired), .assignment = hand.id, .clock = clock, .need = id };

    hand.assignment = turn_move_as(turn, LOOP_ASSIGNMENTS, hand.id, LOOP_EXPIRE);
    if (hand.assignment == NULL)
        return;
    bounced(turn, &hand, TOWN__REASON__REASON_ABSENT, turn_text(turn, "silent: %s", clock));
    loop_say(turn, need, hand.assignment->unit, &event.base);
    ended(turn, &hand);
    loop_route(turn, id, need);
}

/* ---- it is taken away ---------------------------------------------------------------------------- */

void loop_recall(struct turn *turn, Need *need, const char *reason)
{
    const char *id = need->assignment;
    Assignment *assignment = turn_move_as(turn, LOOP_ASSIGNMENTS, id, LOOP_RECALL);

    if (assignment == NULL)
        return;
    Town__Recalled event = { IS(town__recalled), .assignment = id, .reason = reason,
                             .need = assignment->need };
    assignment->ended_ms = turn->now_ms;
    loop_say(turn, need, assignment->unit, &event.base);
    if (turn->outcome == 0 && loop_rules(turn)->on_end != NULL)
        loop_rules(turn)->on_end(turn, id, need, assignment);
}

/* The need waits for the dispatcher: whoever took it away knows better than the router where it
 * belongs. */
static void wait_for_dispatcher(struct turn *turn, const char *id, Need *need)
{
    need->open_since_ms = turn->now_ms;
    if (turn->outcome == 0 && NEED_IS(need, OPEN))
        loop_await(turn, id, need);
    else
        loop_settle(turn, id, need);
}

int loop_on_recall(struct turn *turn, const void *message)
{
    const Town__Recall *recall = message;
    const char *units[] = { loop_rules(turn)->dispatcher, "lgo", NULL };
    const Assignment *assignment = loop_assignment(turn, recall->assignment);

    if (assignment == NULL)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_FOUND, "there is no such assignment");
    if (!loop_sent_by(turn, units))
        return turn->outcome;
    if (!loop_is_live(assignment))
        return turn_refuse(turn, TOWN__REFUSAL__WRONG_STATE, "no Recall from %s",
                           loop_assignment_state((int32_t)assignment->state));
    const char *id = assignment->need;
    Need *need = loop_edit(turn, id);
    if (need == NULL)
        return turn->outcome;
    loop_recall(turn, need, recall->reason);
    loop_give_back(turn, id, need);
    wait_for_dispatcher(turn, id, need);
    return turn->outcome;
}

int loop_on_mark_error(struct turn *turn, const void *message)
{
    const Town__MarkError *mark = message;
    const Assignment *assignment = loop_assignment(turn, mark->assignment);
    struct hand hand = { .id = mark->assignment };

    if (assignment == NULL)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_FOUND, "there is no such assignment");
    hand.need_id = assignment->need;
    hand.need = loop_edit(turn, assignment->need);
    if (hand.need == NULL)
        return turn->outcome;
    const char *units[] = { hand.need->opener_unit, hand.need->opener_source,
                            loop_rules(turn)->dispatcher, NULL };
    if (!loop_sent_by(turn, units))
        return turn->outcome;
    hand.assignment = turn_move_as(turn, LOOP_ASSIGNMENTS, mark->assignment, LOOP_MARK_ERROR);
    if (hand.assignment == NULL)
        return turn->outcome;
    hand.assignment->text = mark->reason;
    Town__MarkedInError event = { IS(town__marked_in_error), .assignment = hand.id,
                                  .reason = mark->reason, .need = hand.need_id };
    loop_say(turn, hand.need, hand.assignment->unit, &event.base);
    ended(turn, &hand);
    wait_for_dispatcher(turn, hand.need_id, hand.need);
    return turn->outcome;
}
