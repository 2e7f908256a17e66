/*
 * Marks: what becomes of one obligation.
 */
#include "supervision/duties.h"

#include <string.h>

#include "base/clock.h"
#include "kit/words.h"
#include "supervision/fields.h"

#define DUTY(state) SUPERVISION__DUTY_STATE__##state

const char *duties_key(struct turn *turn, const Duty *duty, const char *item)
{
    return turn_key(turn, "%s/%s", duty->duty, item);
}

struct duties_period duties_period(struct turn *turn, const struct phrase *phrase, uint64_t ms)
{
    enum { HOUR_MS = 60 * 60 * 1000 };
    int64_t day = clock_day(ms);
    struct clock_date date = clock_date(day);
    struct duties_period period;

    if (phrase->span == SPAN_HOUR) {
        uint64_t start = clock_day_start_ms(day);
        uint64_t hour = (ms - start) / HOUR_MS;
        period.name = turn_text(turn, "%04d-%02d-%02dT%02d", date.year, date.month,
                                date.day_of_month, (int)hour);
        period.from_ms = start + hour * HOUR_MS;
        period.until_ms = period.from_ms + HOUR_MS;
        return period;
    }
    bool is_last = date.month == 12;
    period.name = rates_month(turn, ms);
    period.from_ms = clock_day_start_ms(clock_day_of(date.year, date.month, 1));
    period.until_ms =
        clock_day_start_ms(clock_day_of(date.year + is_last, is_last ? 1 : date.month + 1, 1));
    return period;
}

static Tally *tally_of(struct turn *turn, const Mark *mark)
{
    return turn_edit(
        turn, TALLIES,
        turn_key(turn, "%s/%s/%s", mark->duty, mark->unit, rates_month(turn, turn->now_ms)));
}

static const char *board_key(struct turn *turn, const char *unit, const char *key)
{
    return turn_key(turn, "%s/%s", unit, key);
}

/* What comes at the very instant is in time: the last timer waits for it. */
static void chase(struct turn *turn, const char *key, uint64_t at_ms, bool final)
{
    Supervision__ChaseDuty chase = { IS(supervision__chase_duty), .key = key, .final = final };

    turn_remind(turn, key, final ? at_ms + 1 : at_ms, &chase.base);
}

static void stop_chasing(struct turn *turn, const char *key)
{
    turn_forget(turn, key, &supervision__chase_duty__descriptor);
}

/* ---- how many stand how -------------------------------------------------------------------------------- */

/* One mark more, or one less, in the count of its unit and duty. */
static void count(struct turn *turn, const Mark *mark, bool more)
{
    Standing *standing =
        turn_edit(turn, STANDINGS, turn_key(turn, "%s/%s", mark->unit, mark->duty));

    if (standing == NULL)
        return;
    uint32_t *counts[] = { [DUTY(PENDING)] = &standing->pending,
                           [DUTY(AT_RISK)] = &standing->at_risk,
                           [DUTY(BREACHED)] = &standing->breached,
                           [DUTY(EXCUSED)] = &standing->excused };
    bool is_counted = mark->state < sizeof(counts) / sizeof(counts[0]);
    uint32_t *of_state = is_counted ? counts[mark->state] : NULL;
    if (of_state != NULL)
        *of_state = more ? *of_state + 1 : *of_state - 1;
}

/* The mark, moved and counted where it stands now; NULL: refused. */
static Mark *move_mark(struct turn *turn, const char *key, int32_t word)
{
    const Mark *before = turn_load(turn, MARKS, key);

    if (before != NULL)
        count(turn, before, false);
    Mark *mark = turn_move_as(turn, MARKS, key, word);
    if (mark != NULL && before != NULL)
        count(turn, mark, true);
    return mark;
}

static void drop_mark(struct turn *turn, const char *key, const Mark *mark)
{
    count(turn, mark, false);
    turn_drop(turn, BOARD, board_key(turn, mark->unit, key));
    turn_drop(turn, MARKS, key);
}

/* Nothing more comes of it.  What is owed once for all stays, and what stays met. */
static void settle(struct turn *turn, const char *key, Mark *mark, const struct phrase *phrase)
{
    bool stays = phrase->span == SPAN_ONCE || (phrase->kept && mark->state == DUTY(MET));

    mark->settled_ms = stays ? 0 : turn->now_ms;
    if (!stays)
        keeping_since(turn, KEPT_MARK, turn_text(turn, "%s", key), turn->now_ms);
}

void duties_drop(struct turn *turn, const char *key)
{
    const Mark *mark = turn_load(turn, MARKS, key);

    if (mark != NULL)
        drop_mark(turn, key, mark);
}

/* ---- a mark's moves ---------------------------------------------------------------------------------- */

/* At what part of its time it is at risk; what holds by itself is never at risk. */
static uint64_t at_risk_ms(const struct hearing *hearing, uint64_t from_ms, uint64_t due_ms)
{
    struct turn *turn = hearing->turn;

    if (hearing->phrase->holds || hearing->phrase->counted || due_ms <= from_ms
        || !directory_has(turn, "need.warn_at", "", turn->now_ms))
        return 0;
    uint64_t part = directory_number(turn, "need.warn_at", "");
    const Part *rule = hearing->part;
    /* By the same calendar, when the clock is that of a policy and not one that was told. */
    if (rule->n_keys == 1 && directory_has(turn, rule->keys[0], "", from_ms)
        && directory_due(turn, rule->keys[0], "", from_ms) == due_ms)
        return directory_share(turn, rule->keys[0], "", from_ms, (unsigned)part);
    return from_ms + (due_ms - from_ms) / 100 * part;
}

void duties_begin(const struct hearing *hearing, const struct owed *owed, uint64_t from_ms,
                  uint64_t due_ms)
{
    struct turn *turn = hearing->turn;
    const char *key = duties_key(turn, hearing->duty, owed->item);
    const Mark *before = turn_load(turn, MARKS, key);
    bool is_kept = hearing->phrase->kept || *hearing->part->item == '\0';

    if (before != NULL && is_kept && !hearing->part->renews && before->state == DUTY(MET))
        return;
    if (before != NULL && strcmp(before->unit, owed->unit) != 0)
        turn_drop(turn, BOARD, board_key(turn, before->unit, key));
    if (before != NULL)
        count(turn, before, false);
    bool goes_on =
        before != NULL && (before->state == DUTY(PENDING) || before->state == DUTY(AT_RISK));
    Mark *mark = turn_move_as(turn, MARKS, key, BEGIN);
    if (mark == NULL)
        return;
    mark->duty = hearing->duty->duty;
    mark->unit = owed->unit;
    count(turn, mark, true);
    mark->period = owed->period;
    mark->from_ms = from_ms;
    mark->due_ms = due_ms;
    mark->part = hearing->place;
    if (*turn->case_id != '\0' || !goes_on)
        mark->case_id = turn->case_id;
    mark->evidence = turn->id;
    mark->note = "";
    mark->lapsed = false;
    mark->settled_ms = 0;
    if (!goes_on)
        mark->groups = 0;
    Entry *entry = turn_edit(turn, BOARD, board_key(turn, owed->unit, key));
    if (entry != NULL)
        entry->there = true;
    if (due_ms == 0) {
        stop_chasing(turn, key);
        return;
    }
    uint64_t at_ms = at_risk_ms(hearing, from_ms, due_ms);
    chase(turn, key, at_ms != 0 ? at_ms : due_ms, at_ms == 0);
}

static void state_met(struct turn *turn, const Mark *mark)
{
    Supervision__DutyMet met = { IS(supervision__duty_met), .duty = mark->duty, .unit = mark->unit,
                                 .period = mark->period, .evidence = turn->id };
    struct turn_post post = { .unit = mark->unit, .case_id = mark->case_id, .message = &met.base };

    turn_post(turn, &post);
}

static void is_met(struct turn *turn, const char *key, const Part *part)
{
    const struct phrase *phrase = phrases_at(part->phrase);
    Mark *mark = move_mark(turn, key, MEET);

    if (mark == NULL)
        return;
    mark->evidence = turn->id;
    Tally *tally = tally_of(turn, mark);
    if (tally != NULL)
        tally->met++;
    stop_chasing(turn, key);
    if (!phrase->counted)
        state_met(turn, mark);
    if (!phrase->kept && phrase->span != SPAN_ONCE && phrase->span != SPAN_MONTH)
        drop_mark(turn, key, mark);
    else
        settle(turn, key, mark, phrase);
}

void duties_meet(const struct hearing *hearing, const char *key, uint32_t group)
{
    struct turn *turn = hearing->turn;

    if (!turn_may_move(turn, MARKS, key, MEET))
        return;
    Mark *mark = turn_edit(turn, MARKS, key);
    if (mark == NULL)
        return;
    mark->groups |= 1u << (group & 31);
    if (mark->groups == (1u << hearing->part->groups) - 1)
        is_met(turn, key, hearing->part);
}

void duties_break(struct turn *turn, const Duty *duty, const char *key)
{
    Mark *mark = move_mark(turn, key, BREAK);
    if (mark == NULL)
        return;
    const Part *part = mark->part < duty->n_parts ? duty->parts[mark->part] : NULL;
    const struct phrase *phrase = phrases_at(part != NULL ? part->phrase : 0);
    Tally *tally = tally_of(turn, mark);
    if (tally != NULL)
        tally->breached++;
    stop_chasing(turn, key);
    settle(turn, key, mark, phrase);
    mark->evidence = turn->id;
    Supervision__DutyBreached breached = {
        IS(supervision__duty_breached), .duty = mark->duty,     .unit = mark->unit,
        .period = mark->period,         .due_ms = mark->due_ms, .evidence = turn->id
    };
    struct turn_post post = { .unit = mark->unit,
                              .case_id = mark->case_id,
                              .message = &breached.base };
    turn_post(turn, &post);
    if (phrase->quiet)
        return;
    bool of_item = part != NULL && *part->item != '\0' && phrase->span == SPAN_ITEM;
    struct found found = { .unit = mark->unit, .duty = mark->duty, .case_id = mark->case_id };
    found.matter = of_item ? mark->period : turn_text(turn, "%s.%s", mark->duty, mark->period);
    if (phrase->counted)
        found.matter =
            turn_text(turn, "%s.%s", mark->duty, turn_date(turn, clock_day(mark->from_ms)));
    found.text = duty->duty_zh;
    findings_found(turn, &found);
}

void duties_excuse(struct turn *turn, const char *key, const char *reason, const char *approver)
{
    Mark *mark = move_mark(turn, key, EXCUSE);

    if (mark == NULL)
        return;
    Tally *tally = tally_of(turn, mark);
    if (tally != NULL)
        tally->excused++;
    stop_chasing(turn, key);
    const Duty *duty = turn_load(turn, DUTIES, mark->duty);
    if (duty != NULL && mark->part < duty->n_parts)
        settle(turn, key, mark, phrases_at(duty->parts[mark->part]->phrase));
    mark->note = reason;
    mark->evidence = approver;
    Supervision__DutyExcused excused = {
        IS(supervision__duty_excused), .duty = mark->duty, .unit = mark->unit,
        .period = mark->period,        .reason = reason,   .approver = approver
    };
    struct turn_post post = { .unit = mark->unit,
                              .case_id = mark->case_id,
                              .message = &excused.base };
    turn_post(turn, &post);
}

void duties_end(struct turn *turn, const char *key)
{
    const Mark *mark = turn_load(turn, MARKS, key);

    if (mark == NULL || mark->state == DUTY(BREACHED) || mark->state == DUTY(EXCUSED))
        return;
    stop_chasing(turn, key);
    drop_mark(turn, key, mark);
}

void duties_give(struct turn *turn, const char *key, const char *unit)
{
    const Mark *before = turn_load(turn, MARKS, key);

    if (before == NULL)
        return;
    turn_drop(turn, BOARD, board_key(turn, before->unit, key));
    count(turn, before, false);
    Mark *mark = turn_edit(turn, MARKS, key);
    Entry *entry = turn_edit(turn, BOARD, board_key(turn, unit, key));
    if (mark == NULL || entry == NULL)
        return;
    mark->unit = unit;
    count(turn, mark, true);
    entry->there = true;
}

/* ---- timers ------------------------------------------------------------------------------------------- */

void duties_warn(struct turn *turn, const char *key)
{
    Mark *mark = move_mark(turn, key, WARN);

    if (mark == NULL)
        return;
    Tally *tally = tally_of(turn, mark);
    if (tally != NULL)
        tally->at_risk++;
    Supervision__DutyAtRisk at_risk = { IS(supervision__duty_at_risk), .duty = mark->duty,
                                        .unit = mark->unit, .period = mark->period,
                                        .due_ms = mark->due_ms };
    turn_emit(turn, mark->unit, &at_risk.base);
    chase(turn, key, mark->due_ms, true);
}

/* Calls `each` for the marks of the same item that the duty's other units have. */
static void each_other(struct turn *turn, const Duty *duty, const Mark *mark,
                       void (*each)(struct turn *turn, const Duty *duty, const char *key,
                                    const Mark *other, bool *ret_carried),
                       bool *ret_carried)
{
    const char *rest = strchr(mark->period, ':');

    for (const char *at = duty->unit; rest != NULL && *at != '\0';) {
        size_t length = strcspn(at, "+");
        const char *key = turn_key(turn, "%s/%.*s%s", duty->duty, (int)length, at, rest);
        const Mark *other = turn_load(turn, MARKS, key);
        if (other != NULL && strcmp(other->unit, mark->unit) != 0)
            each(turn, duty, key, other, ret_carried);
        at += length + (at[length] == '+');
    }
}

static void carries(struct turn *turn, const Duty *duty, const char *key, const Mark *other,
                    bool *ret_carried)
{
    bool is_open = other->state == DUTY(PENDING) || other->state == DUTY(AT_RISK);

    (void)duty;
    (void)key;
    *ret_carried = *ret_carried || (is_open && other->due_ms >= turn->now_ms);
}

static void breaks_too(struct turn *turn, const Duty *duty, const char *key, const Mark *other,
                       bool *ret_carried)
{
    (void)ret_carried;
    if (other->lapsed && turn_may_move(turn, MARKS, key, BREAK))
        duties_break(turn, duty, key);
}

/* One unit's word is good for all of the duty: it is broken when the last has let it lapse, and
 * then by all who had. */
static void settle_together(struct turn *turn, const Duty *duty, const char *key, const Mark *mark)
{
    bool carried = false;

    each_other(turn, duty, mark, carries, &carried);
    if (carried) {
        Mark *lapsed = turn_edit(turn, MARKS, key);
        if (lapsed != NULL)
            lapsed->lapsed = true;
        return;
    }
    each_other(turn, duty, mark, breaks_too, &carried);
    duties_break(turn, duty, key);
}

/* Organisation says so only when who acts has changed; a post that somebody acts for is filled. */
static bool is_filled(struct turn *turn, const Part *part, const Mark *mark)
{
    const char *why;

    return strcmp(part->item, "post") == 0 && strncmp(mark->period, "post:", 5) == 0
           && directory_holder(turn, mark->period + 5, &why) != NULL;
}

void duties_settle(struct turn *turn, const char *key)
{
    const Mark *mark = turn_load(turn, MARKS, key);
    if (mark == NULL)
        return;
    const Duty *duty = turn_load(turn, DUTIES, mark->duty);
    if (duty == NULL || mark->part >= duty->n_parts)
        return;
    const Part *part = duty->parts[mark->part];
    const struct phrase *phrase = phrases_at(part->phrase);
    const Condition *condition =
        phrase->span == SPAN_HOUR
            ? turn_load(turn, CONDITIONS, turn_key(turn, "%s/%s", mark->duty, mark->unit))
            : NULL;
    const char *evidence = "";
    bool holds =
        phrase->holds && (phrase->span != SPAN_HOUR || (condition != NULL && condition->good));
    if (holds || is_filled(turn, part, mark)) {
        is_met(turn, key, part);
    } else if (phrase->all_fail) {
        settle_together(turn, duty, key, mark);
    } else if (!phrase->no_outage
               && town_was_down(turn, mark->unit, mark->from_ms, mark->due_ms, &evidence)) {
        duties_excuse(turn, key, "outage", evidence);
    } else {
        duties_break(turn, duty, key);
    }
}
