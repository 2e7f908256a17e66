/*
 * A message, and what it does to the duties that name it.
 */
#include <string.h>

#include "kit/words.h"
#include "supervision/duties.h"
#include "supervision/fields.h"

enum { HEARD_DUTIES = 64 }; /* that one event touches: the register has not more rows for one */

#define DUTY(state) SUPERVISION__DUTY_STATE__##state

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

/* `with an earlier breach`: of its case something had been found before. */
static bool comes_after_a_breach(const struct hearing *hearing)
{
    const char *case_id = hearing->turn->case_id;
    const Case *row = fields_is_id(case_id) ? turn_load(hearing->turn, CASES, case_id) : NULL;

    return row != NULL && row->findings > 0;
}

static bool is_never(const struct hearing *hearing)
{
    return clause_matches(hearing, hearing->clause) && is_about_us(hearing)
           && (!hearing->clause->earlier || comes_after_a_breach(hearing));
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
        if (is_never(hearing))
            duties_each_owed(hearing, false, break_each);
    } else if (clause->closing) {
        duties_each_owed(hearing, false, close_each);
    } else if (is_hourly) {
        turn_condition(hearing, true);
    } else if (hearing->phrase->holds) {
        return true; /* it is met by its end */
    } else if (clause_matches(hearing, clause)
               && items_match(hearing, hearing->phrase->meets_only)) {
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

    if (rules_concerns(turn, hearing->duty, hearing->part, owed->unit))
        duties_give(turn, duties_key(turn, hearing->duty, owed->item), owed->unit);
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
        && ((is_among(hearing, phrase->ends, 8) && items_match(hearing, phrase->ends_only))
            || is_among(hearing, phrases_ends(part->item), 8)))
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
