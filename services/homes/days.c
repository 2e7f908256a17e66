/*
 * homes: what a home says each day.  A report without a case is a report; silence is not.
 */
#include <string.h>

#include "base/clock.h"
#include "homes/homes.h"
#include "kit/directory.h"
#include "town.pb-c.h"

enum {
    SHORT_MOST = 20,    /* things of a report */
    ASKED_MOST = 100,   /* ... of all reports of a day */
    TEXT_MOST = 60,     /* bytes of one */
    PEOPLE_MOST = 5000, /* residents and staff of a home */
    LATE_DAYS = 7,
    WINDOW_MOST = 31,
    DROP_DAYS = 8, /* a day, when the retention was made shorter */
};

static const char retention[] = "homes.retention";

/* ---- days ---------------------------------------------------------------------------------------- */

const char *home_date(struct turn *turn, uint64_t ms)
{
    return turn_date(turn, clock_day(ms));
}

static const Day *day_of(struct turn *turn, const char *id, const char *date)
{
    return turn_load(turn, DAYS, turn_key(turn, "%s/%s", id, date));
}

uint32_t home_cases(struct turn *turn, const char *id)
{
    uint64_t window = directory_number(turn, "homes.cluster_window", "");
    int64_t today = clock_day(turn->now_ms);
    uint32_t sum = 0;

    for (int64_t back = 0; back < (int64_t)window && back < WINDOW_MOST; back++) {
        const Day *day = day_of(turn, id, turn_date(turn, today - back));
        sum += day == NULL ? 0 : day->cases;
    }
    return sum;
}

void home_await_report(struct turn *turn, const char *id)
{
    uint64_t due_ms = directory_due(turn, "homes.report", "", turn->now_ms + 1);
    Homes__AskReport ask = { IS(homes__ask_report), .home = id, .date = home_date(turn, due_ms) };
    struct turn_timer timer = { .key = id, .due_ms = due_ms, .unit = "sjb", .command = &ask.base };

    turn_time(turn, &timer);
}

void home_await_end(struct turn *turn, const char *id)
{
    Homes__EndDay end = { IS(homes__end_day), .home = id };
    struct turn_timer timer = { .key = id,
                                .due_ms = clock_day_start_ms(clock_day(turn->now_ms) + 1),
                                .unit = "sjb",
                                .command = &end.base };

    turn_time(turn, &timer);
}

/* ---- who may say it ------------------------------------------------------------------------------ */

/* The home speaks through its committee or the gateway, or by telephone to the team. */
static bool from_home(struct turn *turn, const Home *home, bool or_centre)
{
    const char *unit = turn_actor_unit(turn);

    return strcmp(turn->source_unit, "gateway") == 0 || strcmp(unit, home->committee) == 0
           || (or_centre && strcmp(unit, home->centre) == 0) || turn_from(turn, "sjb");
}

/* ---- the report ---------------------------------------------------------------------------------- */

/* Of today, or late, of one of the days before. */
static bool is_reportable(struct turn *turn, const char *date)
{
    uint64_t ms;

    if (strlen(date) != 10 || clock_parse(date, &ms) != 0) {
        turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "a date is YYYY-MM-DD");
        return false;
    }
    int64_t late = clock_day(turn->now_ms) - clock_day(ms);
    if (late >= 0 && late <= LATE_DAYS)
        return true;
    turn_refuse(turn, HOMES__REFUSAL__NOT_THE_DATE, "a report is of today or of the week before");
    return false;
}

static const char *joined(struct turn *turn, const char *const *words, size_t count)
{
    const char *text = "short of";

    for (size_t i = 0; i < count; i++)
        text = turn_text(turn, "%s%s %s", text, i == 0 ? "" : ",", words[i]);
    return text;
}

static bool is_among(const char *text, const char *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(text, texts[i]) == 0)
            return true;
    return false;
}

/* What a home runs short of is a need of goods; which goods, and how many, the office asks.  What an
 * earlier report of the day asked for is not asked for again. */
static void ask_for_goods(struct turn *turn, const char *id, const Home *home, Day *day,
                          const Homes__SubmitDailyReport *report)
{
    size_t before = day->n_asked_for;
    const char **asked = turn_array(turn, before + report->n_short_of, sizeof(*asked));
    size_t count = before;

    for (size_t i = 0; i < before; i++)
        asked[i] = day->asked_for[i];
    for (size_t i = 0; i < report->n_short_of; i++)
        if (!is_among(report->short_of[i], asked, count))
            asked[count++] = report->short_of[i];
    if (count == before)
        return;
    if (count > ASKED_MOST) {
        turn_refuse(turn, TOWN__REFUSAL__OVER_LIMIT, "%d things a day at most", ASKED_MOST);
        return;
    }
    day->asked_for = asked;
    day->n_asked_for = count;
    day->asks++;
    Town__NeedSource source = { IS(town__need_source), .home = id };
    const char *need = turn_text(turn, "%s-short-%s", id, report->date);
    Town__OpenNeed open = { IS(town__open_need),
                            .need =
                                day->asks == 1 ? need : turn_text(turn, "%s-%u", need, day->asks),
                            .place = home->committee,
                            .category = TOWN__CATEGORY__LIVING,
                            .kind = "GOODS",
                            .priority = "P2",
                            .detail = joined(turn, asked + before, count - before),
                            .source = &source,
                            .verifier = "sjb" };

    turn_send(turn, "supplies", home->committee, &open.base);
}

static bool is_sound(struct turn *turn, const Homes__SubmitDailyReport *report)
{
    uint64_t people = (uint64_t)report->residents + report->staff;

    if (people > PEOPLE_MOST)
        turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "a home of %d people at most", PEOPLE_MOST);
    else if (report->cases > people || report->deaths > people)
        turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "more cases than people");
    else if (report->n_short_of > SHORT_MOST)
        turn_refuse(turn, TOWN__REFUSAL__OVER_LIMIT, "%d things a report at most", SHORT_MOST);
    for (size_t i = 0; i < report->n_short_of; i++)
        if (report->short_of[i][0] == '\0' || strlen(report->short_of[i]) > TEXT_MOST)
            turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "short of what, in %d bytes", TEXT_MOST);
    return turn->outcome == 0 && is_reportable(turn, report->date);
}

int on_submit_daily_report(struct turn *turn, const void *message)
{
    const Homes__SubmitDailyReport *report = message;
    const Home *present = home_load(turn, report->home);

    if (present == NULL || !from_home(turn, present, false) || !is_sound(turn, report))
        return turn->outcome;
    Home *home = turn_edit(turn, HOMES, report->home);
    Day *day = turn_edit(turn, DAYS, turn_key(turn, "%s/%s", report->home, report->date));
    day->reported = true;
    day->cases = report->cases > day->told ? report->cases : day->told;
    day->residents = report->residents;
    day->staff = report->staff;
    day->deaths = report->deaths;
    day->short_of = report->short_of;
    day->n_short_of = report->n_short_of;
    if (strcmp(report->date, home->last_report) >= 0) {
        home->last_report = report->date;
        home->residents = report->residents;
        home->staff = report->staff;
    }
    Homes__DailyReported event = { IS(homes__daily_reported),      .home = report->home,
                                   .date = report->date,           .cases = day->cases,
                                   .residents = report->residents, .staff = report->staff,
                                   .deaths = report->deaths,       .n_short_of = report->n_short_of,
                                   .short_of = report->short_of };
    turn_emit(turn, "sjb", &event.base);
    if (report->n_short_of > 0)
        ask_for_goods(turn, report->home, home, day, report);
    home_judge(turn, report->home);
    return turn->outcome;
}

/* Who lives and works there, as far as it has been told. */
static uint32_t people_of(const Home *home)
{
    return home->residents + home->staff > 0 ? home->residents + home->staff : PEOPLE_MOST;
}

int on_report_case(struct turn *turn, const void *message)
{
    const Homes__ReportCase *report = message;
    const Home *home = home_load(turn, report->home);
    uint64_t at_ms = report->at_ms == 0 ? turn->now_ms : report->at_ms;

    if (home == NULL || !from_home(turn, home, true))
        return turn->outcome;
    if (report->n == 0 || at_ms > turn->now_ms)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "how many, and since when");
    const char *date = home_date(turn, at_ms);
    if (!is_reportable(turn, date))
        return turn->outcome;
    Day *day = turn_edit(turn, DAYS, turn_key(turn, "%s/%s", report->home, date));
    if ((uint64_t)day->told + report->n > people_of(home))
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "more cases than people");
    day->told += report->n;
    if (day->told > day->cases)
        day->cases = day->told;
    Homes__CaseReported event = { IS(homes__case_reported), .home = report->home, .date = date,
                                  .cases = day->cases, .severe = report->severe };
    turn_emit(turn, home->centre[0] == '\0' ? "sjb" : home->centre, &event.base);
    home_judge(turn, report->home);
    return turn->outcome;
}

/* Days older than the retention go, the oldest first; a town that has said nothing of it keeps all. */
static void drop_old(struct turn *turn, const char *id)
{
    const char *prefix = turn_text(turn, "%s/", id);

    if (!directory_has(turn, retention, "", turn->now_ms))
        return;
    int64_t first = clock_day(turn->now_ms) - (int64_t)directory_number(turn, retention, "");
    const char *kept = turn_date(turn, first < 0 ? 0 : first);
    struct turn_slice days = turn_take(turn, DAYS, prefix, "", DROP_DAYS);
    for (size_t i = 0; i < days.count; i++)
        if (strcmp(days.keys[i], kept) < 0)
            turn_drop(turn, DAYS, turn_key(turn, "%s%s", prefix, days.keys[i]));
}

/* 10:00: who has not said anything is called. */
int on_ask_report(struct turn *turn, const void *message)
{
    const Homes__AskReport *ask = message;
    const Home *home = home_load(turn, ask->home);

    if (home == NULL)
        return turn->outcome;
    if (!turn->is_timer)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_ALLOWED, "only the clock says what is due");
    const Day *day = day_of(turn, ask->home, ask->date);
    home_await_report(turn, ask->home);
    drop_old(turn, ask->home);
    if (day != NULL && day->reported)
        return 0;
    Homes__ReportMissing event = { IS(homes__report_missing), .home = ask->home, .date = ask->date,
                                   .centre = home->centre, .committee = home->committee };
    return turn_emit(turn, "sjb", &event.base);
}

/* 24:00 of an ill home.  Only a day that was reported can be one without a case. */
int on_end_day(struct turn *turn, const void *message)
{
    const Homes__EndDay *end = message;
    const Home *present = home_load(turn, end->home);

    if (present == NULL)
        return turn->outcome;
    if (!turn->is_timer)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_ALLOWED, "only the clock says what is due");
    if (HOME_IS(present, NORMAL))
        return 0;
    const Day *day = day_of(turn, end->home, home_date(turn, turn->now_ms - 1));
    Home *home = turn_edit(turn, HOMES, end->home);
    home_await_end(turn, end->home);
    if (day != NULL && day->cases > 0)
        home->quiet_days = 0;
    if (day == NULL || !day->reported || day->cases > 0)
        return turn->outcome;
    home->quiet_days++;
    if (!HOME_IS(home, RECOVERY))
        home_enter(turn, end->home, HOMES_ROWS__HOME__STATE__RECOVERY, "a day without a new case");
    if (home->quiet_days >= directory_number(turn, "homes.recovery", ""))
        home_enter(turn, end->home, HOMES_ROWS__HOME__STATE__NORMAL,
                   turn_text(turn, "%u days without a new case", home->quiet_days));
    return turn->outcome;
}
