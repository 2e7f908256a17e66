/*
 * homes: what a home says each day.  A report without a case is a report; silence is not.
 */
#include <string.h>

#include "base/clock.h"
#include "homes/homes.h"
#include "kit/directory.h"
#include "town.pb-c.h"

enum { SHORT_MOST = 20, LATE_DAYS = 7, WINDOW_MOST = 31 };

/* ---- days ---------------------------------------------------------------------------------------- */

static const char *date_of(struct turn *turn, int64_t day)
{
    struct clock_date date = clock_date(day);

    return turn_text(turn, "%04d-%02d-%02d", date.year, date.month, date.day_of_month);
}

const char *home_date(struct turn *turn, uint64_t ms)
{
    return date_of(turn, clock_day(ms));
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
        const Day *day = day_of(turn, id, date_of(turn, today - back));
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
        text = turn_text(turn, "%s%s %.60s", text, i == 0 ? "" : ",", words[i]);
    return text;
}

/* What a home runs short of is a need of goods; which goods, and how many, the office asks. */
static void ask_for_goods(struct turn *turn, const char *id, const Home *home,
                          const Homes__SubmitDailyReport *report)
{
    Town__NeedSource source = { IS(town__need_source), .home = id };
    Town__OpenNeed open = { IS(town__open_need),
                            .need = turn_text(turn, "%s-short-%s", id, report->date),
                            .place = home->committee,
                            .category = TOWN__CATEGORY__LIVING,
                            .kind = "GOODS",
                            .priority = "P2",
                            .detail = joined(turn, report->short_of, report->n_short_of),
                            .source = &source,
                            .verifier = "sjb" };

    turn_send(turn, "supplies", home->committee, &open.base);
}

static bool is_sound(struct turn *turn, const Homes__SubmitDailyReport *report)
{
    if (report->n_short_of > SHORT_MOST || report->cases > report->residents + report->staff
        || report->deaths > report->residents + report->staff) {
        turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "more cases than people");
        return false;
    }
    return is_reportable(turn, report->date);
}

int on_submit_daily_report(struct turn *turn, const void *message)
{
    const Homes__SubmitDailyReport *report = message;
    const Home *present = home_load(turn, report->home);

    if (present == NULL || !from_home(turn, present, false) || !is_sound(turn, report))
        return turn->outcome;
    Home *home = turn_edit(turn, HOMES, report->home);
    Day *day = turn_edit(turn, DAYS, turn_key(turn, "%s/%s", report->home, report->date));
    bool asked = day->n_short_of > 0;
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
    if (report->n_short_of > 0 && !asked)
        ask_for_goods(turn, report->home, home, report);
    home_judge(turn, report->home);
    return turn->outcome;
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
    day->told += report->n;
    if (day->told > day->cases)
        day->cases = day->told;
    Homes__CaseReported event = { IS(homes__case_reported), .home = report->home, .date = date,
                                  .cases = day->cases, .severe = report->severe };
    turn_emit(turn, home->centre[0] == '\0' ? "sjb" : home->centre, &event.base);
    home_judge(turn, report->home);
    return turn->outcome;
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
