/*
 * Log time in a story: it passes from one timer to the next.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "lib/story_inside.h"

enum { SPAN_TEXT = 64 };

/* ---- time ------------------------------------------------------------------------------------------ */

static const struct {
    const char *name;
    uint64_t ms;
} units[] = {
    { "d", 86400000 }, { "h", 3600000 }, { "min", 60000 }, { "s", 1000 }, { "ms", 1 },
};
enum { UNITS = sizeof(units) / sizeof(units[0]) };

static void print_span(uint64_t ms, char text[SPAN_TEXT])
{
    size_t size = 0;

    text[0] = '\0';
    for (size_t i = ms < 2 * units[0].ms ? 1 : 0; i < UNITS; i++) {
        if (ms / units[i].ms > 0)
            size +=
                (size_t)snprintf(text + size, SPAN_TEXT - size, "%s%llu %s", size == 0 ? "" : " ",
                                 (unsigned long long)(ms / units[i].ms), units[i].name);
        ms %= units[i].ms;
    }
}

static uint64_t read_span(const char *text)
{
    uint64_t ms = 0;

    while (*text != '\0') {
        char *rest;
        uint64_t count = strtoull(text, &rest, 10);
        size_t length;
        size_t unit = 0;
        ck_assert_msg(rest != text, "%s is no span of time", text);
        while (*rest == ' ')
            rest++;
        length = strcspn(rest, " ");
        while (unit < UNITS
               && !(strlen(units[unit].name) == length && !memcmp(units[unit].name, rest, length)))
            unit++;
        ck_assert_msg(unit < UNITS, "%s is no span of time", text);
        ms += count * units[unit].ms;
        text = rest + length;
        while (*text == ' ')
            text++;
    }
    return ms;
}

uint64_t story_now(const struct story *story)
{
    return story->now_ms;
}

static uint64_t next_due(const struct story *story)
{
    uint64_t due_ms = UINT64_MAX;

    for (uint32_t i = 0; i < story->actor_count; i++)
        if (kit_next_due(story->actors[i].kit) < due_ms)
            due_ms = kit_next_due(story->actors[i].kit);
    return due_ms;
}

/* Tells the time, and what is due then. */
static void pass_to(struct story *story, uint64_t ms)
{
    char text[SPAN_TEXT];
    uint32_t before = story->count;

    if (ms > story->now_ms) {
        print_span(ms - story->now_ms, text);
        story->now_ms = ms;
        story_write(story, "%s later", text);
    }
    for (uint32_t i = 0; i < story->actor_count; i++) {
        ck_assert_int_eq(kit_fire(story->actors[i].kit, story->now_ms), 0);
        story_drain(story, &story->actors[i]);
    }
    if (story->count > before)
        story_run(story);
}

static void pass_until(struct story *story, uint64_t end_ms)
{
    /* What a new store says is due is a guess until it has looked. */
    pass_to(story, story->now_ms);
    for (uint64_t due_ms = next_due(story); due_ms <= end_ms; due_ms = next_due(story))
        pass_to(story, due_ms);
    pass_to(story, end_ms);
    arena_reset(&story->arena);
}

void story_later(struct story *story, const char *span)
{
    pass_until(story, story->now_ms + read_span(span));
}

void story_until(struct story *story, const char *time)
{
    uint64_t end_ms;

    if (strlen(time) == 5 && time[2] == ':') {
        uint64_t of_day = (uint64_t)(strtoul(time, NULL, 10) * 60 + strtoul(time + 3, NULL, 10));
        end_ms = clock_day_start_ms(clock_day(story->now_ms)) + of_day * 60000;
        if (end_ms <= story->now_ms)
            end_ms += CLOCK_DAY_MS;
    } else {
        end_ms = story_time(time);
    }
    ck_assert_msg(end_ms >= story->now_ms, "%s has passed", time);
    pass_until(story, end_ms);
}
