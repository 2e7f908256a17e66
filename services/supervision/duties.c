#include "supervision/duties.h"

#include <string.h>

#include "base/clock.h"
#include "kit/words.h"
#include "supervision/fields.h"

enum {
    HEARD_DUTIES = 64, /* that one event touches: the register has not more rows for one */
};

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

/* ---- a mark's moves ---------------------------------------------------------------------------------- */

/* At what part of its time it is at risk; what holds by itself is never at risk. */
static uint64_t at_risk_ms(const struct hearing *hearing, uint64_t from_ms, uint64_t due_ms)
{
    struct turn *turn = hearing->turn;

    if (hearing->phrase->holds || due_ms <= from_ms
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
    bool goes_on =
        before != NULL && (before->state == DUTY(PENDING) || before->state == DUTY(AT_RISK));
    Mark *mark = turn_move_as(turn, MARKS, key, BEGIN);
    if (mark == NULL)
        return;
    mark->duty = hearing->duty->duty;
    mark->unit = owed->unit;
    mark->period = owed->period;
    mark->from_ms = from_ms;
    mark->due_ms = due_ms;
    mark->part = hearing->place;
    if (*turn->case_id != '\0' || !goes_on)
        mark->case_id = turn->case_id;
    mark->evidence = turn->id;
    mark->note = "";
    mark->lapsed = false;
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

static void is_met(struct turn *turn, const char *key, bool is_kept)
{
    Mark *mark = turn_move_as(turn, MARKS, key, MEET);

    if (mark == NULL)
        return;
    mark->evidence = turn->id;
    Tally *tally = tally_of(turn, mark);
    if (tally != NULL)
        tally->met++;
    stop_chasing(turn, key);
    Supervision__DutyMet met = { IS(supervision__duty_met), .duty = mark->duty, .unit = mark->unit,
                                 .period = mark->period, .evidence = turn->id };
    struct turn_post post = { .unit = mark->unit, .case_id = mark->case_id, .message = &met.base };
    turn_post(turn, &post);
    if (!is_kept) {
        turn_drop(turn, BOARD, board_key(turn, mark->unit, key));
        turn_drop(turn, MARKS, key);
    }
}

static bool keeps(const Part *part)
{
    const struct phrase *phrase = phrases_at(part->phrase);

    return phrase->kept || phrase->span != SPAN_ITEM;
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
        is_met(turn, key, keeps(hearing->part));
}

void duties_break(struct turn *turn, const Duty *duty, const char *key)
{
    Mark *mark = turn_move_as(turn, MARKS, key, BREAK);
    if (mark == NULL)
        return;
    const Part *part = mark->part < duty->n_parts ? duty->parts[mark->part] : NULL;
    const struct phrase *phrase = phrases_at(part != NULL ? part->phrase : 0);
    Tally *tally = tally_of(turn, mark);
    if (tally != NULL)
        tally->breached++;
    stop_chasing(turn, key);
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
    found.text = duty->duty_zh;
    findings_found(turn, &found);
}

void duties_excuse(struct turn *turn, const char *key, const char *reason, const char *approver)
{
    Mark *mark = turn_move_as(turn, MARKS, key, EXCUSE);

    if (mark == NULL)
        return;
    Tally *tally = tally_of(turn, mark);
    if (tally != NULL)
        tally->excused++;
    stop_chasing(turn, key);
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
    turn_drop(turn, BOARD, board_key(turn, mark->unit, key));
    turn_drop(turn, MARKS, key);
}

/* ---- timers ------------------------------------------------------------------------------------------- */

void duties_warn(struct turn *turn, const char *key)
{
    Mark *mark = turn_move_as(turn, MARKS, key, WARN);

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
        is_met(turn, key, phrase->span == SPAN_MONTH);
    } else if (phrase->all_fail) {
        settle_together(turn, duty, key, mark);
    } else if (!phrase->no_outage
               && town_was_down(turn, mark->unit, mark->from_ms, mark->due_ms, &evidence)) {
        duties_excuse(turn, key, "outage", evidence);
    } else {
        duties_break(turn, duty, key);
    }
}

/* ---- a message and the duties that it touches -------------------------------------------------------- */

static bool is_named(const struct hearing *hearing, const char *event)
{
    return event != NULL
           && (strcmp(event, hearing->event) == 0
               || (*hearing->kernel != '\0' && strcmp(event, hearing->kernel) == 0));
}

static bool is_among(const struct hearing *hearing, const char *const *events, size_t count)
{
    for (size_t i = 0; i < count && events[i] != NULL; i++)
        if (is_named(hearing, events[i]))
            return true;
    return false;
}

/* A post's kind stands in its own row: `TenureStarted of the liaison post`. */
static const char *clause_value(const struct hearing *hearing, const Clause *clause, bool *ret_says)
{
    struct turn *turn = hearing->turn;
    const char *post = fields_text(turn, hearing->message, "post");

    *ret_says = true;
    if (fields_has(hearing->message->descriptor, clause->field))
        return fields_text(turn, hearing->message, clause->field);
    if (strcmp(clause->field, "kind") == 0 && fields_is_id(post)) {
        const Post *row = turn_load(turn, POSTS, post);
        return row != NULL ? row->kind : "";
    }
    *ret_says = false;
    return "";
}

/* What an event cannot say is not asked of it. */
static bool clause_matches(const struct hearing *hearing, const Clause *clause)
{
    bool says;

    if (clause->n_values == 0)
        return true;
    const char *value = clause_value(hearing, clause, &says);
    for (size_t i = 0; says && i < clause->n_values; i++)
        if (strcasecmp(value, clause->values[i]) == 0)
            return true;
    return !says;
}

/* `team-care`: some field of the event is that. */
static bool names_the_thing(const struct hearing *hearing)
{
    const ProtobufCMessageDescriptor *type = hearing->message->descriptor;

    if (strcmp(hearing->part->field, "*") != 0)
        return true;
    for (unsigned i = 0; i < type->n_fields; i++)
        if (strcmp(fields_text(hearing->turn, hearing->message, type->fields[i].name),
                   hearing->part->value)
            == 0)
            return true;
    return false;
}

static void end_each(const struct hearing *hearing, const struct owed *owed)
{
    duties_end(hearing->turn, duties_key(hearing->turn, hearing->duty, owed->item));
}

static void break_each(const struct hearing *hearing, const struct owed *owed)
{
    const char *key = duties_key(hearing->turn, hearing->duty, owed->item);

    if (turn_may_move(hearing->turn, MARKS, key, BREAK))
        duties_break(hearing->turn, hearing->duty, key);
}

/* Its time has passed, as another service says: the same as our own timer. */
static void settle_each(const struct hearing *hearing, const struct owed *owed)
{
    const char *key = duties_key(hearing->turn, hearing->duty, owed->item);

    if (turn_may_move(hearing->turn, MARKS, key, BREAK))
        duties_settle(hearing->turn, key);
}

/* What stands for itself is owed from the first word of it; an item only from its start. */
static bool make_mark(const struct hearing *hearing, const struct owed *owed, const char *key)
{
    bool may_make = *hearing->part->item == '\0' || hearing->phrase->kept;

    if (turn_load(hearing->turn, MARKS, key) == NULL && may_make
        && rules_concerns(hearing->turn, hearing->duty, hearing->part, owed->unit))
        duties_begin(hearing, owed, hearing->turn->now_ms, 0);
    return turn_load(hearing->turn, MARKS, key) != NULL;
}

static void renew(const struct hearing *hearing, const struct owed *owed)
{
    uint64_t now_ms = hearing->turn->now_ms;

    duties_begin(hearing, owed, now_ms, items_due(hearing, now_ms));
}

static void meet_each(const struct hearing *hearing, const struct owed *owed)
{
    const char *key = duties_key(hearing->turn, hearing->duty, owed->item);

    if (!make_mark(hearing, owed, key))
        return;
    duties_meet(hearing, key, hearing->clause->group);
    if (hearing->part->renews)
        renew(hearing, owed);
}

static void close_each(const struct hearing *hearing, const struct owed *owed)
{
    const char *key = duties_key(hearing->turn, hearing->duty, owed->item);

    if (make_mark(hearing, owed, key) && turn_may_move(hearing->turn, MARKS, key, BREAK))
        duties_break(hearing->turn, hearing->duty, key);
}

/* Hours of a condition: the line is staffed from a ShiftOpened until a SeatEmpty. */
static void turn_condition(const struct hearing *hearing, bool good)
{
    struct turn *turn = hearing->turn;
    Condition *condition = turn_edit(
        turn, CONDITIONS, turn_key(turn, "%s/%s", hearing->duty->duty, items_unit(hearing)));

    if (condition == NULL)
        return;
    condition->good = good;
    condition->since_ms = turn->now_ms;
    condition->evidence = turn->id;
}

/* `no organisation.PostUnfilled`, of the post that the phrase speaks of. */
static bool is_about_us(const struct hearing *hearing)
{
    const char *only = hearing->phrase->only;
    struct turn *turn = hearing->turn;

    if (only == NULL || strncmp(only, "@post=", 6) != 0)
        return true;
    return strcmp(fields_text(turn, hearing->message, "post"),
                  directory_post(turn, hearing->duty->unit, only + 6))
           == 0;
}

/* A need that ended by no act of help or neglect: nobody owes anything any more. */
static bool is_moot(const struct hearing *hearing)
{
    const char *outcome = fields_text(hearing->turn, hearing->message, "outcome");

    return strcmp(hearing->kernel, "*.NeedClosed") == 0
           && (strcmp(outcome, "WITHDRAWN") == 0 || strcmp(outcome, "DIED") == 0
               || strcmp(outcome, "MOVED") == 0 || strcmp(outcome, "DUPLICATE") == 0);
}

/* True if the clause speaks of the message. */
static bool hear_clause(const struct hearing *hearing)
{
    const Clause *clause = hearing->clause;

    if (!is_named(hearing, clause->event) || !names_the_thing(hearing))
        return false;
    bool is_hourly = hearing->phrase->span == SPAN_HOUR;
    if (is_moot(hearing)) {
        duties_each_owed(hearing, false, end_each);
    } else if (clause->never) {
        if (is_hourly)
            turn_condition(hearing, false);
        if (is_about_us(hearing))
            duties_each_owed(hearing, false, break_each);
    } else if (clause->closing) {
        duties_each_owed(hearing, false, close_each);
    } else if (is_hourly) {
        turn_condition(hearing, true);
    } else if (hearing->phrase->holds) {
        return true; /* it is met by its end */
    } else if (clause_matches(hearing, clause)) {
        duties_each_owed(hearing, false, meet_each);
    } else if (strcmp(hearing->kernel, "*.NeedClosed") == 0) {
        duties_each_owed(hearing, false, break_each); /* closed, and not as it ought to be */
    } else {
        return false;
    }
    return true;
}

static void begin_each(const struct hearing *hearing, const struct owed *owed)
{
    struct turn *turn = hearing->turn;
    uint64_t from_ms = turn->now_ms;
    uint64_t ahead_ms = fields_number(hearing->message, "from_ms");
    bool is_absence = strcmp(hearing->event, "organisation.AbsenceDeclared") == 0;

    if (rules_is_periodic(hearing->part)) {
        struct duties_period period = duties_period(turn, hearing->phrase, turn->now_ms);
        duties_begin(hearing, owed, from_ms, period.until_ms);
        return;
    }
    if (is_absence && ahead_ms > from_ms)
        from_ms = ahead_ms; /* declared before it begins */
    uint64_t due_ms = items_due(hearing, from_ms);
    const char *slow = hearing->phrase->slow;
    if (slow != NULL) {
        /* The clock was running before the message: a call rang, and then was taken. */
        uint64_t took_ms = fields_number(hearing->message, slow);
        bool is_late = due_ms != 0 && took_ms > due_ms - from_ms;
        duties_begin(hearing, owed, from_ms, 0);
        if (is_late)
            break_each(hearing, owed);
        return;
    }
    duties_begin(hearing, owed, from_ms, due_ms);
}

static void extend_each(const struct hearing *hearing, const struct owed *owed)
{
    struct turn *turn = hearing->turn;
    const Mark *mark = turn_load(turn, MARKS, duties_key(turn, hearing->duty, owed->item));
    uint64_t due_ms = fields_number(hearing->message, "due_ms");

    if (mark == NULL || due_ms == 0
        || (mark->state != DUTY(PENDING) && mark->state != DUTY(AT_RISK)))
        return;
    struct owed same = { .unit = mark->unit, .item = owed->item, .period = mark->period };
    duties_begin(hearing, &same, turn->now_ms, due_ms);
}

static void move_each(const struct hearing *hearing, const struct owed *owed)
{
    struct turn *turn = hearing->turn;
    const char *key = duties_key(turn, hearing->duty, owed->item);
    const Mark *before = turn_load(turn, MARKS, key);

    if (before == NULL || !rules_concerns(turn, hearing->duty, hearing->part, owed->unit))
        return;
    turn_drop(turn, BOARD, board_key(turn, before->unit, key));
    Mark *mark = turn_edit(turn, MARKS, key);
    Entry *entry = turn_edit(turn, BOARD, board_key(turn, owed->unit, key));
    if (mark == NULL || entry == NULL)
        return;
    mark->unit = owed->unit;
    entry->there = true;
}

static bool starts_here(const struct hearing *hearing)
{
    const Part *part = hearing->part;
    bool filtered = *part->field != '\0' && strcmp(part->field, "*") != 0;

    if (!is_among(hearing, part->starts, part->n_starts)
        || !items_match(hearing, hearing->phrase->only))
        return false;
    return !filtered || strcasecmp(items_value(hearing, part->field), part->value) == 0;
}

static void open_next(struct turn *turn, const Duty *duty, const struct duties_period *period)
{
    Supervision__OpenPeriod open = { IS(supervision__open_period), .duty = duty->duty,
                                     .period = period->name };

    turn_remind(turn, duty->duty, period->until_ms, &open.base);
}

static void hear_part(const struct hearing *hearing)
{
    const struct phrase *phrase = hearing->phrase;
    const Part *part = hearing->part;
    bool spoken_of = false;

    if (is_among(hearing, phrase->breaks, 2) && items_match(hearing, phrase->breaks_only))
        duties_each_owed(hearing, false, break_each);
    if (is_named(hearing, "*.Expired") && strcmp(part->item, "assignment") == 0)
        duties_each_owed(hearing, false, settle_each);
    for (size_t i = 0; i < part->n_clauses; i++) {
        struct hearing of_clause = *hearing;
        of_clause.clause = part->clauses[i];
        spoken_of = hear_clause(&of_clause) || spoken_of;
    }
    if (!spoken_of
        && (is_among(hearing, phrase->ends, 8) || is_among(hearing, phrases_ends(part->item), 8)))
        duties_each_owed(hearing, false, end_each);
    if (is_named(hearing, phrase->extends))
        duties_each_owed(hearing, false, extend_each);
    if (is_named(hearing, phrase->moves))
        duties_each_owed(hearing, false, move_each);
    if (!starts_here(hearing))
        return;
    duties_each_owed(hearing, true, begin_each);
    if (rules_is_periodic(part)) {
        struct duties_period period = duties_period(hearing->turn, phrase, hearing->turn->now_ms);
        open_next(hearing->turn, hearing->duty, &period);
    }
}

static void hear_duty(struct turn *turn, const Duty *duty, const char *event, const char *kernel,
                      const ProtobufCMessage *message)
{
    for (uint32_t i = 0; i < duty->n_parts; i++) {
        struct hearing hearing = { .turn = turn,
                                   .duty = duty,
                                   .place = i,
                                   .part = duty->parts[i],
                                   .phrase = phrases_at(duty->parts[i]->phrase),
                                   .event = event,
                                   .kernel = kernel,
                                   .message = message };
        hear_part(&hearing);
    }
}

struct touched {
    struct turn *turn;
    const char *duties[HEARD_DUTIES];
    size_t count;
};

static bool add_touched(void *context, const char *key, const void *row)
{
    struct touched *touched = context;
    const char *duty = strrchr(key, '/');

    (void)row;
    if (duty != NULL && touched->count < HEARD_DUTIES)
        touched->duties[touched->count++] = turn_text(touched->turn, "%s", duty + 1);
    return true;
}

void duties_hear(struct turn *turn)
{
    const ProtobufCMessageDescriptor *type =
        words_of(slice_text(turn->service), slice_text(turn->message));
    struct touched touched = { .turn = turn };

    if (type == NULL)
        return;
    bool is_kernel = strcmp(type->package_name, "town") == 0;
    const char *event = turn_text(turn, "%s.%s", turn->service, turn->message);
    const char *kernel = is_kernel ? turn_text(turn, "*.%s", turn->message) : "";
    if (event == NULL || kernel == NULL)
        return;
    turn_each(turn, TRIGGERS, turn_text(turn, "%s/", event), add_touched, &touched);
    if (is_kernel)
        turn_each(turn, TRIGGERS, turn_text(turn, "%s/", kernel), add_touched, &touched);
    const ProtobufCMessage *message = touched.count > 0 ? fields_unpack(turn) : NULL;
    for (size_t i = 0; message != NULL && i < touched.count; i++) {
        const Duty *duty = turn_load(turn, DUTIES, touched.duties[i]);
        if (duty != NULL)
            hear_duty(turn, duty, event, kernel, message);
    }
}

/* ---- what begins by itself ------------------------------------------------------------------------------ */

void duties_adopt(struct turn *turn, const Duty *duty, const Campaign *campaign)
{
    Organisation__CampaignOpened opened = { IS(organisation__campaign_opened),
                                            .campaign = campaign->campaign,
                                            .from_ms = campaign->from_ms,
                                            .until_ms = campaign->until_ms };

    hear_duty(turn, duty, "organisation.CampaignOpened", "", &opened.base);
}

void duties_open_period(struct turn *turn, const Duty *duty, uint32_t part)
{
    struct hearing hearing = { .turn = turn,
                               .duty = duty,
                               .place = part,
                               .part = duty->parts[part],
                               .phrase = phrases_at(duty->parts[part]->phrase),
                               .event = "organisation.CampaignOpened",
                               .kernel = "" };
    struct duties_period period = duties_period(turn, hearing.phrase, turn->now_ms);

    duties_each_owed(&hearing, true, begin_each);
    open_next(turn, duty, &period);
}
