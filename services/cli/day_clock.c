/*
 * The town's clock, as the day uses it: it stands nearly still while somebody acts, and runs ahead
 * where the town waits for a moment.
 */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "cli/day_inside.h"

enum {
    PIECE_MS = 60 * 60 * 1000, /* then everybody catches up */
    LOOK_MS = 100,
    STILL_LOOKS = 3,        /* without anything new: the town has done what there was to do */
    SETTLE_MS = 120 * 1000, /* of a machine that is slow                                    */
    AHEAD_MS = 120 * 1000,
};

/* What the broker says of itself: NULL when it does not answer, which one that starts anew may. */
static json_t *ask_broker(struct day *day, const char *verb, const char *argument)
{
    json_t *json = NULL;
    struct link *link;

    day_become(day->cli, "operator");
    if (link_open(day->cli, &link) != 0)
        return NULL;
    link_admin_json(link, verb, argument, 0, &json);
    link_close(link);
    return json;
}

/* The log's head when no service is behind it or has anything unsaid; 0 while one is. */
static uint64_t done_head(struct day *day)
{
    json_t *status = ask_broker(day, "status", "");
    const json_t *session;
    uint64_t head = cli_json_number(status, "committed");
    uint32_t services = 0;
    size_t index;

    json_array_foreach(json_object_get(status, "sessions"), index, session)
    {
        const char *service = json_string_value(json_object_get(session, "service"));
        if (service == NULL || service[0] == '\0')
            continue;
        services++;
        if (cli_json_number(session, "behind") > 0
            || cli_json_number(session, "unacknowledged") > 0)
            head = 0;
    }
    json_decref(status);
    return services < day->services ? 0 : head;
}

void day_settle(struct day *day)
{
    uint64_t end_us = clock_steady_us() + (uint64_t)SETTLE_MS * 1000;
    uint64_t before = 0;

    for (uint32_t still = 0; still < STILL_LOOKS && clock_steady_us() < end_us;) {
        uint64_t head = done_head(day);
        still = head != 0 && head == before ? still + 1 : 0;
        before = head;
        day_wait_real_ms(day, LOOK_MS);
    }
}

/* One piece of the way.  A broker that was started anew meanwhile has forgotten the haste. */
static void run_piece(struct day *day, uint64_t until_ms, uint32_t rate)
{
    uint64_t end_us = clock_steady_us() + (uint64_t)AHEAD_MS * 1000;
    const char *argument = arena_print(&day->cli->arena, "%" PRIu32 " %" PRIu64, rate, until_ms);
    json_t *clock = ask_broker(day, "clock", argument);

    while (cli_json_number(clock, "time_ms") < until_ms && clock_steady_us() < end_us) {
        bool lost = clock == NULL || cli_json_number(clock, "until_ms") == 0;
        json_decref(clock);
        day_wait_real_ms(day, LOOK_MS);
        clock = ask_broker(day, "clock", lost ? argument : "");
    }
    if (cli_json_number(clock, "time_ms") < until_ms)
        day_fail(day, "the town's clock does not run ahead");
    json_decref(clock);
    day_settle(day);
}

void day_run_to(struct day *day, uint64_t until_ms, uint32_t rate)
{
    uint64_t now_ms = day_now_ms(day);

    while (!day->failed && now_ms < until_ms) {
        now_ms = until_ms - now_ms > PIECE_MS ? now_ms + PIECE_MS : until_ms;
        run_piece(day, now_ms, rate);
    }
}
