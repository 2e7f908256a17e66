/*
 * kit/loop: a need that stands still: because the unit asked and the dispatcher agreed, because its
 * parent stands still, or because a death was reported.
 */
#include <string.h>

#include "kit/directory.h"
#include "kit/loop_inside.h"

bool loop_held_for(const Need *need, const char *why)
{
    for (size_t i = 0; i < need->n_held_for; i++)
        if (strcmp(need->held_for[i], why) == 0)
            return true;
    return false;
}

void loop_hold(struct turn *turn, const char *id, Need *need, const char *why, uint64_t until_ms)
{
    const char **reasons = turn_array(turn, need->n_held_for + 1, sizeof(*reasons));

    if (loop_held_for(need, why))
        return;
    for (size_t i = 0; i < need->n_held_for; i++)
        reasons[i] = need->held_for[i];
    reasons[need->n_held_for++] = why;
    need->held_for = reasons;
    if (!NEED_IS(need, ON_HOLD)) {
        need->before_hold = need->state;
        turn_move_as(turn, LOOP_NEEDS, id, LOOP_HOLD);
        loop_pause(turn, need);
    }
    loop_start_at(turn, need, strcmp(why, "hold") == 0 ? "hold" : "held", until_ms);
}

static int32_t way_back(LoopRows__Need__State state)
{
    if (state == LOOP_ROWS__NEED__STATE__ASSIGNED)
        return LOOP_UNHOLD_ASSIGNED;
    if (state == LOOP_ROWS__NEED__STATE__IN_SERVICE)
        return LOOP_UNHOLD_IN_SERVICE;
    if (state == LOOP_ROWS__NEED__STATE__VERIFYING)
        return LOOP_UNHOLD_VERIFYING;
    if (state == LOOP_ROWS__NEED__STATE__UNASSIGNABLE)
        return LOOP_UNHOLD_UNASSIGNABLE;
    return LOOP_UNHOLD_OPEN;
}

void loop_release(struct turn *turn, const char *id, Need *need, const char *why)
{
    size_t count = 0;

    for (size_t i = 0; i < need->n_held_for; i++)
        if (strcmp(need->held_for[i], why) != 0)
            need->held_for[count++] = need->held_for[i];
    need->n_held_for = count;
    if (strcmp(why, "hold") == 0)
        loop_stop(need, "hold");
    else if (!loop_held_for(need, "death") && !loop_held_for(need, "parent"))
        loop_stop(need, "held");
    if (count > 0 || !NEED_IS(need, ON_HOLD))
        return;
    loop_unpause(turn, need);
    turn_move_as(turn, LOOP_NEEDS, id, way_back(need->before_hold));
    /* its unit gave it back meanwhile */
    if (NEED_IS(need, OPEN) && loop_clock(need, "route") == NULL)
        loop_route(turn, id, need);
}

/* ---- what hangs on it ---------------------------------------------------------------------------- */

void loop_say_held(struct turn *turn, const char *id, const Need *need, const char *reason)
{
    Town__NeedHeld event = { IS(town__need_held), .need = id, .reason = reason };

    loop_say(turn, need, loop_unit(turn, need), &event.base);
}

static void say_resumed(struct turn *turn, const char *id, const Need *need)
{
    Town__Clocks due = TOWN__CLOCKS__INIT;
    Town__NeedResumed event = { IS(town__need_resumed), .need = id, .due = &due };

    loop_clocks_of(need, &due);
    loop_say(turn, need, loop_unit(turn, need), &event.base);
}

void loop_hold_all(struct turn *turn, const struct loop_ids *ids, const char *why,
                   uint64_t until_ms, const char *reason)
{
    for (size_t i = 0; i < ids->count && turn->outcome == 0; i++) {
        Need *need = loop_edit(turn, ids->ids[i]);
        if (need == NULL)
            continue;
        loop_hold(turn, ids->ids[i], need, why, until_ms);
        loop_say_held(turn, ids->ids[i], need, reason);
        loop_settle(turn, ids->ids[i], need);
    }
}

void loop_release_all(struct turn *turn, const struct loop_ids *ids, const char *why)
{
    for (size_t i = 0; i < ids->count && turn->outcome == 0; i++) {
        Need *need = loop_edit(turn, ids->ids[i]);
        if (need == NULL || !loop_held_for(need, why))
            continue;
        loop_release(turn, ids->ids[i], need, why);
        if (!NEED_IS(need, ON_HOLD))
            say_resumed(turn, ids->ids[i], need);
        loop_settle(turn, ids->ids[i], need);
    }
}

static void hold_children(struct turn *turn, const char *id, uint64_t until_ms)
{
    struct loop_ids children;

    loop_list_open(turn, LOOP_CHILDREN, id, &children);
    /* just behind the parent's own end, which lets them go on: only what that forgot is asked after */
    loop_hold_all(turn, &children, "parent", until_ms + 1, "its parent is on hold");
}

static void release_children(struct turn *turn, const char *id)
{
    struct loop_ids children;

    loop_list_open(turn, LOOP_CHILDREN, id, &children);
    loop_release_all(turn, &children, "parent");
}

/* ---- by the unit's request ----------------------------------------------------------------------- */

int loop_on_request_hold(struct turn *turn, const void *message)
{
    const Town__RequestHold *request = message;
    struct hand hand;

    if (!loop_take(turn, request->assignment, LOOP_REQUEST_HOLD, &hand))
        return turn->outcome;
    if (hand.assignment->hold_asked_ms != 0)
        return turn_refuse(turn, TOWN__REFUSAL__WRONG_STATE, "a request waits for its answer");
    if (request->reason[0] == '\0' || request->until_ms <= turn->now_ms)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "a hold has a reason and an end");
    if (request->until_ms > directory_due(turn, "need.hold_max", "", turn->now_ms))
        return turn_refuse(turn, TOWN__REFUSAL__OVER_LIMIT, "longer than a hold may last");
    hand.assignment->hold_asked_ms = turn->now_ms;
    hand.assignment->hold_until_ms = request->until_ms;
    hand.assignment->hold_reason = request->reason;
    loop_start(turn, hand.need, "hold_answer", turn->now_ms);
    Town__HoldRequested event = { IS(town__hold_requested), .assignment = hand.id,
                                  .reason = request->reason, .until_ms = request->until_ms,
                                  .need = hand.need_id };
    /* the dispatcher answers within need.hold_answer, so it is told */
    loop_say_to(turn, hand.need, hand.assignment->unit, loop_rules(turn)->dispatcher, &event.base);
    loop_settle(turn, hand.need_id, hand.need);
    return turn->outcome;
}

/* The dispatcher's side of an assignment; its request must wait. */
static bool answer(struct turn *turn, const char *id, struct hand *ret_hand)
{
    const char *units[] = { loop_rules(turn)->dispatcher, NULL };
    const Assignment *assignment = loop_assignment(turn, id);

    if (assignment == NULL) {
        turn_refuse(turn, TOWN__REFUSAL__NOT_FOUND, "there is no such assignment");
        return false;
    }
    if (!loop_sent_by(turn, units))
        return false;
    if (assignment->hold_asked_ms == 0) {
        turn_refuse(turn, TOWN__REFUSAL__WRONG_STATE, "no hold was asked for");
        return false;
    }
    ret_hand->id = id;
    ret_hand->assignment = turn_edit(turn, LOOP_ASSIGNMENTS, id);
    ret_hand->need_id = assignment->need;
    ret_hand->need = loop_edit(turn, assignment->need);
    return turn->outcome == 0;
}

int loop_on_approve_hold(struct turn *turn, const void *message)
{
    const Town__ApproveHold *approve = message;
    struct hand hand;

    if (!answer(turn, approve->assignment, &hand))
        return turn->outcome;
    if (hand.assignment->hold_until_ms <= turn->now_ms)
        return turn_refuse(turn, TOWN__REFUSAL__REFUSED_EXPIRED, "its end has passed already");
    if (turn_move_as(turn, LOOP_ASSIGNMENTS, hand.id, LOOP_APPROVE_HOLD) == NULL)
        return turn->outcome;
    hand.assignment->hold_asked_ms = 0;
    loop_stop(hand.need, "hold_answer");
    loop_hold(turn, hand.need_id, hand.need, "hold", hand.assignment->hold_until_ms);
    Town__HoldApproved event = { IS(town__hold_approved), .assignment = hand.id,
                                 .reason = approve->reason,
                                 .until_ms = hand.assignment->hold_until_ms, .need = hand.need_id };
    loop_say(turn, hand.need, hand.assignment->unit, &event.base);
    loop_settle(turn, hand.need_id, hand.need);
    hold_children(turn, hand.need_id, hand.assignment->hold_until_ms);
    return turn->outcome;
}

void loop_deny_hold(struct turn *turn, struct hand *hand, const char *reason)
{
    Town__HoldDenied event = { IS(town__hold_denied), .assignment = hand->id, .reason = reason,
                               .need = hand->need_id };

    if (turn_move_as(turn, LOOP_ASSIGNMENTS, hand->id, LOOP_DENY_HOLD) == NULL)
        return;
    hand->assignment->hold_asked_ms = 0;
    hand->assignment->hold_until_ms = 0;
    loop_stop(hand->need, "hold_answer");
    loop_say(turn, hand->need, hand->assignment->unit, &event.base);
}

int loop_on_deny_hold(struct turn *turn, const void *message)
{
    const Town__DenyHold *deny = message;
    struct hand hand;

    if (!answer(turn, deny->assignment, &hand))
        return turn->outcome;
    loop_deny_hold(turn, &hand, deny->reason);
    loop_settle(turn, hand.need_id, hand.need);
    return turn->outcome;
}

/* The assignment goes on; the row has been moved. */
static void resumed(struct turn *turn, struct hand *hand)
{
    Town__Clocks due = TOWN__CLOCKS__INIT;
    Town__Resumed event = { IS(town__resumed),     .assignment = hand->id,
                            .at_ms = turn->now_ms, .by_post = turn_actor_post(turn),
                            .need = hand->need_id, .due = &due };

    loop_release(turn, hand->need_id, hand->need, "hold");
    loop_clocks_of(hand->need, &due);
    hand->assignment->hold_until_ms = 0;
    loop_say(turn, hand->need, hand->assignment->unit, &event.base);
    loop_settle(turn, hand->need_id, hand->need);
    release_children(turn, hand->need_id);
}

void loop_resume(struct turn *turn, struct hand *hand)
{
    if (turn_move_as(turn, LOOP_ASSIGNMENTS, hand->id, LOOP_RESUME) != NULL)
        resumed(turn, hand);
}

int loop_on_resume(struct turn *turn, const void *message)
{
    const Town__Resume *resume = message;
    struct hand hand;

    if (loop_take(turn, resume->assignment, LOOP_RESUME, &hand))
        resumed(turn, &hand);
    return turn->outcome;
}
