/*
 * kit/loop: the call-back that closes the loop, by somebody who did not do the work (R7).
 */
#include <string.h>

#include "base/clock.h"
#include "kit/directory.h"
#include "kit/loop_inside.h"

/* ---- who calls back ------------------------------------------------------------------------------ */

static const char *by_rule(struct turn *turn, const Need *need)
{
    const ProtobufCEnumValue *category =
        protobuf_c_enum_descriptor_get_value(&town__category__descriptor, (int)need->category);
    const struct directory_responsibility *row =
        directory_responsible(turn, category == NULL ? "" : category->name, need->kind);

    if (need->person[0] == '\0') /* nobody to call: the dispatcher looks */
        return loop_rules(turn)->dispatcher;
    if (row != NULL && row->verifier[0] != '\0')
        return row->verifier;
    return loop_rules(turn)->verifier == NULL ? "dzb" : loop_rules(turn)->verifier;
}

/* Never the unit that did the work: then the dispatcher, then the office. */
static const char *verifier_of(struct turn *turn, const Need *need)
{
    const char *chosen[] = {
        need->asked_verifier[0] != '\0' ? need->asked_verifier : by_rule(turn, need),
        loop_rules(turn)->dispatcher,
        "lgo",
    };

    for (size_t i = 0; i < 2; i++)
        if (strcmp(chosen[i], need->handler_unit) != 0)
            return chosen[i];
    return chosen[2];
}

void loop_verify(struct turn *turn, const char *id, Need *need)
{
    need->verifier = verifier_of(turn, need);
    loop_start(turn, need, "verify", turn->now_ms);
    Town__VerificationDue event = { IS(town__verification_due),
                                    .need = id,
                                    .verifier_unit = need->verifier,
                                    .person = need->person,
                                    .due_ms = loop_due(need, "verify"),
                                    .handler_unit = need->handler_unit,
                                    .handler_post = need->handler_post,
                                    .handler_person = need->handler_person,
                                    .kind = need->kind };
    loop_say(turn, need, need->verifier, &event.base);
    loop_settle(turn, id, need);
}

/* ---- what the person says ------------------------------------------------------------------------ */

static bool same(const char *a, const char *b)
{
    return a[0] != '\0' && strcmp(a, b) == 0;
}

/* R7: another post, person and unit than did the work. */
static bool is_handler(struct turn *turn, const Need *need, const Town__RecordCallback *callback)
{
    return loop_is_sender(turn, need->handler_unit)
           || same(turn_actor_post(turn), need->handler_post)
           || same(callback->by, need->handler_post)
           || same(turn->actor->person, need->handler_person);
}

/* domain.md 3.8: a seat may not call back what it handled, though the help was another unit's. */
static bool is_seat_of_the_call(struct turn *turn, const Need *need,
                                const Town__RecordCallback *callback)
{
    if (need->source == NULL || (need->source->call[0] == '\0' && need->source->ticket[0] == '\0'))
        return false;
    return same(turn_actor_post(turn), need->opener_post) || same(callback->by, need->opener_post)
           || same(turn->actor->person, need->opener_person);
}

static int check(struct turn *turn, const Need *need, const Town__RecordCallback *callback)
{
    const char *units[] = { need->verifier, NULL };

    if (is_handler(turn, need, callback) || is_seat_of_the_call(turn, need, callback))
        return turn_refuse(turn, TOWN__REFUSAL__SAME_HANDLER,
                           "whoever did the work does not confirm it");
    if (!loop_sent_by(turn, units))
        return turn->outcome;
    if (callback->result == TOWN__CALLBACK_RESULT__CALLBACK_ABSENT
        || protobuf_c_enum_descriptor_get_value(&town__callback_result__descriptor,
                                                (int)callback->result)
               == NULL)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "satisfied, unsatisfied or unreachable");
    if (callback->at_ms > turn->now_ms
        || (callback->at_ms != 0 && callback->at_ms < need->fulfilled_ms))
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD,
                           "the call was between the work's end and now");
    return 0;
}

static Town__NeedOutcome outcome_of(Town__Solved solved)
{
    return solved == TOWN__SOLVED__SOLVED_YES ? TOWN__NEED_OUTCOME__MET
                                              : TOWN__NEED_OUTCOME__PARTLY_MET;
}

static void close_as(struct turn *turn, const char *id, Need *need, Town__Solved solved,
                     bool flagged)
{
    struct loop_end end = { .outcome = outcome_of(solved), .public_text = "", .flagged = flagged };

    loop_close(turn, id, need, &end);
}

/* The tries that reached nobody, and whether they were enough, on enough different days. */
static bool enough_tries(struct turn *turn, Need *need, uint64_t at_ms)
{
    int64_t day = clock_day(at_ms);
    bool known = false;

    for (size_t i = 0; i < need->n_callback_days; i++)
        known = known || need->callback_days[i] == day;
    if (!known) {
        int64_t *days = turn_array(turn, need->n_callback_days + 1, sizeof(*days));
        for (size_t i = 0; i < need->n_callback_days; i++)
            days[i] = need->callback_days[i];
        days[need->n_callback_days++] = day;
        need->callback_days = days;
    }
    need->callbacks++;
    return need->callbacks >= directory_number(turn, "need.callback_tries", "")
           && need->n_callback_days >= directory_number(turn, "need.callback_days", "");
}

/* The unit gets it back, with its head: the rework clock, or the priority's if that is shorter. */
static void order_rework(struct turn *turn, const char *id, Need *need)
{
    const char *scope = loop_priority_name(need->priority);
    const char *unit = need->handler_unit;

    turn_move_as(turn, LOOP_NEEDS, id, LOOP_REWORK);
    need->rework++;
    need->open_since_ms = turn->now_ms;
    need->callbacks = 0;
    need->n_callback_days = 0;
    loop_stop(need, "verify");
    loop_start(turn, need, "done", turn->now_ms);
    uint64_t rework_ms = directory_due(turn, "need.rework_done", scope, turn->now_ms);
    if (rework_ms < loop_due(need, "done")) {
        LoopRows__Clock *clock = loop_clock(need, "done");
        clock->policy = "need.rework_done";
        clock->due_ms = rework_ms;
        clock->warn_ms = directory_share(turn, "need.rework_done", scope, turn->now_ms,
                                         (unsigned)directory_number(turn, "need.warn_at", scope));
    }
    Town__ReworkOrdered event = { IS(town__rework_ordered),
                                  .need = id,
                                  .n = need->rework,
                                  .to_unit = unit,
                                  .unit_head = directory_post(turn, unit, "head"),
                                  .due_ms = loop_due(need, "done") };
    loop_say(turn, need, unit, &event.base);
    struct loop_to to = { .assignment = "", .unit = unit, .plac = "", .word = LOOP_DISPATCH };
    if (directory_unit(turn, unit))
        loop_dispatch(turn, id, need, &to);
    else /* it is no more */
        loop_route(turn, id, need);
}

int loop_on_callback(struct turn *turn, const void *message)
{
    const Town__RecordCallback *callback = message;
    Need *need = loop_edit(turn, callback->need);
    const char *id = callback->need;

    if (need == NULL)
        return turn->outcome;
    if (!NEED_IS(need, VERIFYING))
        return turn_refuse(turn, TOWN__REFUSAL__WRONG_STATE, "no RecordCallback from %s",
                           loop_need_state((int32_t)need->state));
    if (!turn_is_who(turn, "by", callback->by) || check(turn, need, callback) != 0
        || turn_move_as(turn, LOOP_NEEDS, id, LOOP_RECORD_CALLBACK) == NULL)
        return turn->outcome;
    uint64_t at_ms = callback->at_ms == 0 ? turn->now_ms : callback->at_ms;
    bool unreachable = callback->result == TOWN__CALLBACK_RESULT__UNREACHABLE;
    bool enough = unreachable && enough_tries(turn, need, at_ms);
    Town__CallbackRecorded event = {
        IS(town__callback_recorded),
        .need = id,
        .result = callback->result,
        .n = unreachable ? need->callbacks : need->callbacks + 1,
        .by = callback->by[0] != '\0' ? callback->by : turn_actor_post(turn),
        .at_ms = at_ms,
    };
    loop_say(turn, need, need->verifier, &event.base);
    if (callback->result == TOWN__CALLBACK_RESULT__UNSATISFIED)
        order_rework(turn, id, need);
    else if (callback->result == TOWN__CALLBACK_RESULT__SATISFIED)
        close_as(turn, id, need,
                 callback->solved == TOWN__SOLVED__SOLVED_ABSENT ? need->solved : callback->solved,
                 false);
    else if (enough)
        close_as(turn, id, need, need->solved, true);
    else
        loop_settle(turn, id, need);
    return turn->outcome;
}
