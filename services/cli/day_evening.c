/*
 * Scenes of the example day: the cadres' calls, and the evening - frozen, signed, rolled up
 * (domain.md 5, N: the day is counted).
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cli/day_scenes.h"

enum { EVENING_RATE = 1200, LAST_RATE = 600, COMMITTEES = 50, NEIGHBOUR_EACH = 9 };

/* ---- the calls of two committees ----------------------------------------------------------------------- */

/* Most answer themselves; of some the neighbour knows, which is not enough for who asks for nothing. */
static bool make_contact(void *context, uint32_t n, char *body, size_t room)
{
    const json_t *row = json_array_get(context, n);
    const char *person = json_string_value(json_object_get(row, "person"));

    if (person == NULL)
        return false;
    if (n % NEIGHBOUR_EACH == 0 && !json_is_true(json_object_get(row, "silent")))
        snprintf(body, room, "{\"person\":\"%s\",\"outcome\":\"OK_VIA_OTHER\",\"mode\":\"PHONE\"}",
                 person);
    else
        snprintf(
            body, room,
            "{\"person\":\"%s\",\"outcome\":\"OK\",\"first_hand\":true,\"mode\":\"PHONE\","
            "\"answers\":[{\"question\":\"FOOD\",\"answer\":\"WELL\"},{\"question\":"
            "\"MEDICINE\",\"answer\":\"WELL\"},{\"question\":\"HEALTH\",\"answer\":\"WELL\"}]}",
            person);
    return true;
}

static void call_all(struct day *day, const char *committee)
{
    const char *post = arena_print(&day->cli->arena, "%s.duty", committee);
    const char *question = arena_print(&day->cli->arena, "care.NotYetContacted.%s", committee);
    const json_t *answer = day_ask(day, post, question, "{\"committee\":\"%s\"}", committee);
    json_t *rows = json_object_get(answer, "rows");

    day_check(day, json_array_size(rows) > 0, "nobody was planned for today");
    uint64_t from = day_head(day) + 1;
    day_say_all(day, post, arena_print(&day->cli->arena, "care.RecordContact.%s", committee),
                make_contact, rows);
    day_hear_all(day, from, arena_print(&day->cli->arena, "care.ContactRecorded.%s", committee),
                 (uint32_t)json_array_size(rows));
}

void play_calls(struct day *day)
{
    call_all(day, C41);
    call_all(day, C06);
}

/* ---- the evening --------------------------------------------------------------------------------------- */

static uint64_t at(uint64_t of_ms, uint32_t hour, uint32_t minute)
{
    return clock_day_start_ms(clock_day(of_ms)) + hour * (uint64_t)HOUR_MS
           + minute * (uint64_t)MINUTE_MS;
}

static void sign_all(struct day *day)
{
    uint64_t from = day_head(day) + 1;

    for (uint32_t i = 0; i < day->desk_count && !day->failed; i++) {
        const char *unit = day->desks[i].unit;
        if (unit[0] < '0' || unit[0] > '9' || strcmp(unit, C50) == 0)
            continue;
        scene_say(day, arena_print(&day->cli->arena, "%s.first", unit), "care", "SignSummary", unit,
                  "{\"committee\":\"%s\"}", unit);
    }
    day_hear_all(day, from, "care.SummarySigned.*", COMMITTEES - 1);
}

/* The town's day goes by: what nobody does is reminded of, escalated and missed as it would be.  At
 * eight the day's figures are frozen, by half past each committee's first-responsible post has
 * signed them, at nine they are the town's. */
void play_evening(struct day *day)
{
    uint64_t began_ms = day_now_ms(day);
    uint64_t from = day_head(day) + 1;

    day_run_to(day, at(began_ms, 20, 5), EVENING_RATE);
    day_hear_all(day, from, "care.SummaryFrozen.*", COMMITTEES);
    sign_all(day);
    uint64_t since = day->since;
    day_run_to(day, at(began_ms, 21, 5), LAST_RATE);
    day->since = since;
    day_hear(day, "care.SummaryOverdue.*", "{\"committee\":\"%s\"}", C50);
    day->since = since;
    day_hear(day, "care.SummaryRolledUp.*", "{\"committees\":%d}", COMMITTEES);
}
