/*
 * The line's own figure: of a day's calls, how many were connected (GB/T 33358-2016: 95 %), said when
 * the day is over; below the policy's share the leading group's office hears of it too.
 */
#include "base/clock.h"
#include "hotline/hotline.h"
#include "kit/directory.h"

static Day *today(struct turn *turn)
{
    int64_t day = clock_day(turn->now_ms);
    const char *date = turn_date(turn, day);
    Hotline__RateLine rate = { IS(hotline__rate_line), .date = date };
    struct turn_timer timer = { .key = date,
                                .due_ms = clock_day_start_ms(day + 1),
                                .unit = "dzb",
                                .case_id = "",
                                .command = &rate.base };

    if (turn_load(turn, DAYS, date) == NULL)
        turn_time(turn, &timer);
    return turn_edit(turn, DAYS, date);
}

void line_answered(struct turn *turn, bool in_time)
{
    Day *day = today(turn);

    day->answered++;
    day->in_time += in_time;
}

void line_abandoned(struct turn *turn)
{
    today(turn)->abandoned++;
}

int on_rate_line(struct turn *turn, const void *message)
{
    static const char policy[] = "hotline.connect_rate";
    const Hotline__RateLine *rate = message;

    if (!turn->is_timer)
        return turn_refuse(turn, TOWN__REFUSAL__NOT_ALLOWED, "only the clock ends a day");
    const Day *day = turn_load(turn, DAYS, rate->date);
    if (day == NULL)
        return 0;
    uint32_t calls = day->answered + day->abandoned;
    uint64_t wanted =
        directory_has(turn, policy, "", turn->now_ms) ? directory_number(turn, policy, "") : 0;
    Hotline__LineRated event = { IS(hotline__line_rated),
                                 .date = rate->date,
                                 .answered = day->answered,
                                 .abandoned = day->abandoned,
                                 .in_time = day->in_time,
                                 .wanted_percent = (uint32_t)wanted,
                                 .missed = 100 * (uint64_t)day->answered < wanted * calls };
    struct turn_post post = { .unit = "dzb",
                              .to = event.missed ? "lgo" : "",
                              .message = &event.base };
    turn_drop(turn, DAYS, rate->date);
    return turn_post(turn, &post);
}
