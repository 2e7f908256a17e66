/*
 * care: a committee's day, as a chain of timers (S-098 每日联系).  Each hour of it is a policy
 * record; a day that an outage has swallowed is caught up, hour by hour.
 */
#include <stdio.h>

#include "base/clock.h"
#include "care/care.h"

/* ---- dates --------------------------------------------------------------------------------------- */

int64_t today(const struct turn *turn)
{
    return clock_day(turn->now_ms);
}

bool read_date(struct turn *turn, const char *text, int64_t otherwise, int64_t *ret_day)
{
    uint64_t ms = 0;

    if (text[0] != '\0' && clock_parse(text, &ms) != 0) {
        turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "date: as in 2023-01-18");
        return false;
    }
    *ret_day = text[0] == '\0' ? otherwise : clock_day(ms);
    return true;
}

uint64_t hour_of(struct turn *turn, const char *key, const char *scope, int64_t day)
{
    uint64_t next_ms = directory_due(turn, key, scope, turn->now_ms);
    uint64_t hour_ms = next_ms - clock_day_start_ms(clock_day(next_ms));

    return clock_day_start_ms(day) + (hour_ms == 0 ? CLOCK_DAY_MS : hour_ms);
}

uint64_t span_of(struct turn *turn, const char *key)
{
    return directory_due(turn, key, "", turn->now_ms) - turn->now_ms;
}

/* ---- the hours of a day ----------------------------------------------------------------------------- */

static const struct reminder {
    const char *key;
    const char *scope;
    Care__Rung rung;
} reminders[] = {
    { "care.first_try", "silent", CARE__RUNG__FIRST_TRY },
    { "care.remind_carer", "", CARE__RUNG__CARER },
    { "care.remind_duty", "", CARE__RUNG__DUTY },
    { "care.window_end", "silent", CARE__RUNG__DOOR },
    { "care.remind_head", "", CARE__RUNG__HEAD },
    { "care.stand_in_by_sjb", "", CARE__RUNG__OFFICE },
};

/* Sets the timer unless that hour is over before `from_ms`. */
static void set_hour(struct turn *turn, const char *key, uint64_t due_ms, uint64_t from_ms,
                     const ProtobufCMessage *command, const char *unit)
{
    struct turn_timer timer = { .key = key, .due_ms = due_ms, .unit = unit, .command = command };

    if (due_ms >= from_ms)
        turn_time(turn, &timer);
}

static void set_hours(struct turn *turn, const char *committee, int64_t day, uint64_t from_ms)
{
    const char *date = turn_date(turn, day);
    Care__FindUnpaired find = { IS(care__find_unpaired), .committee = committee, .date = date };
    Care__FreezeSummary freeze = { IS(care__freeze_summary), .committee = committee, .date = date };
    Care__ChaseSummary chase = { IS(care__chase_summary), .committee = committee, .date = date };
    Care__EndDay end = { IS(care__end_day), .committee = committee, .date = date };

    set_hour(turn, committee, hour_of(turn, "care.unpaired_alarm", "", day), from_ms, &find.base,
             committee);
    for (size_t i = 0; i < sizeof(reminders) / sizeof(reminders[0]); i++) {
        const struct reminder *step = &reminders[i];
        Care__RemindUntried remind = { IS(care__remind_untried), .committee = committee,
                                       .date = date, .rung = step->rung };
        set_hour(turn, turn_key(turn, "%s/%d", committee, (int)step->rung),
                 hour_of(turn, step->key, step->scope, day), from_ms, &remind.base, committee);
    }
    set_hour(turn, committee, hour_of(turn, "care.summary_freeze", "", day), from_ms, &freeze.base,
             committee);
    set_hour(turn, committee, hour_of(turn, "care.summary_sign", "", day), from_ms, &chase.base,
             committee);
    /* A day that ends is not overtaken by the plan of the next: its timers have a key for each date. */
    set_hour(turn, turn_key(turn, "%s/%s", committee, date), hour_of(turn, "care.missed", "", day),
             from_ms, &end.base, committee);
}

static void set_plan(struct turn *turn, const char *committee, int64_t day)
{
    Care__PlanDay plan = { IS(care__plan_day), .committee = committee,
                           .date = turn_date(turn, day) };

    set_hour(turn, committee, hour_of(turn, "care.plan_at", "", day), 0, &plan.base, committee);
}

static void set_town(struct turn *turn, int64_t day)
{
    Care__RollUpTown roll = { IS(care__roll_up_town), .date = turn_date(turn, day) };

    set_hour(turn, "town", hour_of(turn, "care.summary_town", "", day), 0, &roll.base, "town");
}

/* ---- which committees ------------------------------------------------------------------------------- */

bool days_run(struct turn *turn)
{
    const CareRows__Town *town = turn_load(turn, TOWN, "town");

    return town != NULL && town->running;
}

/* Whoever is on the roster already when the days begin, in the middle of one, is contacted today as
 * well: in front of every id stands "!". */
static void plan_rest_of_day(struct turn *turn, const char *committee, int64_t day)
{
    const Committee *row = turn_load(turn, COMMITTEES, committee);
    Care__PlanDay plan = { IS(care__plan_day), .committee = committee, .date = turn_date(turn, day),
                           .after = "!" };

    if (row != NULL && row->people > 0
        && turn->now_ms < hour_of(turn, "care.window_end", "normal", day))
        set_hour(turn, turn_key(turn, "%s/%s", committee, plan.date), turn->now_ms, 0, &plan.base,
                 committee);
}

/* What is left of today, and tomorrow's plan. */
static void begin_days(struct turn *turn, const char *committee)
{
    int64_t day = today(turn);

    set_hours(turn, committee, day, turn->now_ms);
    if (hour_of(turn, "care.plan_at", "", day) < turn->now_ms)
        plan_rest_of_day(turn, committee, day);
    if (hour_of(turn, "care.plan_at", "", day) < turn->now_ms)
        day++;
    set_plan(turn, committee, day);
}

Committee *know_committee(struct turn *turn, const char *committee)
{
    bool is_new = turn_load(turn, COMMITTEES, committee) == NULL;
    Committee *row = turn_edit(turn, COMMITTEES, committee);

    if (is_new && turn->outcome == 0 && days_run(turn))
        begin_days(turn, committee);
    return row;
}

static bool begin_each(void *context, const char *key, const void *row)
{
    (void)row;
    begin_days(context, key);
    return true;
}

/* The days run when the campaign is open and the policy says at what hours. */
static void begin_town(struct turn *turn)
{
    const CareRows__Town *town = turn_load(turn, TOWN, "town");

    if (town == NULL || !town->open || town->running
        || !directory_has(turn, "care.plan_at", "", turn->now_ms))
        return;
    CareRows__Town *row = turn_edit(turn, TOWN, "town");
    row->running = true;
    turn_each(turn, COMMITTEES, "", begin_each, turn);
    int64_t day = today(turn);
    if (hour_of(turn, "care.summary_town", "", day) < turn->now_ms)
        day++;
    set_town(turn, day);
}

int on_unit_registered(struct turn *turn, const void *message)
{
    const Organisation__UnitRegistered *event = message;

    if (directory_committee(turn, event->unit))
        know_committee(turn, event->unit);
    return turn->outcome;
}

int on_policy_published(struct turn *turn, const void *message)
{
    (void)message;
    begin_town(turn);
    return turn->outcome;
}

int on_campaign_opened(struct turn *turn, const void *message)
{
    (void)message;
    CareRows__Town *row = turn_edit(turn, TOWN, "town");
    row->open = true;
    begin_town(turn);
    return turn->outcome;
}

/* Whoever plans the next day finds that there is none (S-004: the whole scheme has an end). */
int on_campaign_closed(struct turn *turn, const void *message)
{
    (void)message;
    CareRows__Town *row = turn_edit(turn, TOWN, "town");
    row->open = false;
    row->running = false;
    return turn->outcome;
}

/* ---- a day begins ------------------------------------------------------------------------------------ */

static void open_day(struct turn *turn, const char *committee, int64_t day)
{
    set_hours(turn, committee, day, 0);
    set_plan(turn, committee, day + 1);
    numbers_of(turn, committee, day);
    const char *old =
        turn_key(turn, "%s/%s", committee,
                 turn_date(turn, day - (int64_t)directory_number(turn, "care.keep_summaries", "")));
    if (turn_load(turn, SUMMARIES, old) != NULL)
        turn_drop(turn, SUMMARIES, old);
}

/* Some people a turn, so that no committee holds up another. */
int on_plan_day(struct turn *turn, const void *message)
{
    const Care__PlanDay *plan = message;
    int64_t day;

    if (!turn->is_timer)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_ALLOWED, "only the clock plans");
    if (!days_run(turn) || !read_date(turn, plan->date, today(turn), &day))
        return turn->outcome;
    if (plan->after[0] == '\0')
        open_day(turn, plan->committee, day);
    const struct turn_slice slice = turn_take(turn, ROSTER, turn_text(turn, "%s/", plan->committee),
                                              plan->after, PEOPLE_A_TURN);
    for (size_t i = 0; i < slice.count; i++)
        plan_person(turn, slice.keys[i], day);
    if (slice.more) {
        Care__PlanDay next = { IS(care__plan_day), .committee = plan->committee, .date = plan->date,
                               .after = slice.last };
        set_hour(turn, turn_key(turn, "%s/%s", plan->committee, plan->date), turn->now_ms, 0,
                 &next.base, plan->committee);
    }
    return turn->outcome;
}

/* ---- nobody cares for them today ------------------------------------------------------------------------ */

int on_find_unpaired(struct turn *turn, const void *message)
{
    const Care__FindUnpaired *find = message;

    if (!turn->is_timer)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_ALLOWED, "only the clock looks");
    const struct turn_slice slice = turn_take(
        turn, UNPAIRED, turn_text(turn, "%s/", find->committee), find->after, PEOPLE_A_TURN);
    for (size_t i = 0; i < slice.count; i++) {
        Care__UnpairedFound event = { IS(care__unpaired_found), .person = slice.keys[i],
                                      .committee = find->committee, .date = find->date };
        turn_emit(turn, find->committee, &event.base);
    }
    if (slice.more) {
        Care__FindUnpaired next = { IS(care__find_unpaired), .committee = find->committee,
                                    .date = find->date, .after = slice.last };
        set_hour(turn, find->committee, turn->now_ms, 0, &next.base, find->committee);
    } else {
        say_gap(turn, find->committee);
    }
    return turn->outcome;
}
