/*
 * stories/kernel_town.h - a town that is large enough for the kernel's stories: a committee in the
 * catchment of hcz and one of hcs, the offices, their posts, and the town's own policy file.  The
 * organisation is told by hand, so that a story has one service.
 */
#pragma once

#include <stdio.h>
#include <string.h>

#include "lib/story.h"

extern const struct service referral_service;

#define C41 "310115125041"

static inline void organisation_says(struct story *story, const char *event, const char *body)
{
    char subject[64];

    snprintf(subject, sizeof(subject), "organisation.%s.town", event);
    story_say(story, "organisation", subject, "%s", body);
}

/* The rows of services/town/policy.csv that the kernel and referral go by, as one event. */
static inline void policy_says(struct story *story)
{
    static char body[64 << 10];
    char line[1024];
    FILE *file = fopen(test_source("services/town/policy.csv"), "r");
    size_t length = (size_t)snprintf(body, sizeof(body), "{'set': 'default', 'records': [");

    ck_assert_ptr_nonnull(file);
    for (const char *comma = ""; fgets(line, sizeof(line), file) != NULL;) {
        char *rest = line;
        const char *cells[5];
        for (int i = 0; i < 5; i++)
            cells[i] = strsep(&rest, ",");
        if (strncmp(line, "need.", 5) != 0 && strncmp(line, "calendar.", 9) != 0
            && strncmp(line, "referral.", 9) != 0 && strcmp(line, "registry.death_confirm") != 0
            && strncmp(line, "incident.", 9) != 0 && strncmp(line, "opinion.", 8) != 0
            && strncmp(line, "supplies.", 9) != 0 && strncmp(line, "homes.", 6) != 0
            && strncmp(line, "benefit.", 8) != 0)
            continue;
        length += (size_t)snprintf(body + length, sizeof(body) - length,
                                   "%s{'key': '%s', 'scope': '%s', 'value': '%s', 'unit': '%s',"
                                   " 'calendar': '%s'}",
                                   comma, cells[0], cells[1], cells[2], cells[3], cells[4]);
        comma = ", ";
    }
    fclose(file);
    ck_assert_uint_lt(length + 3, sizeof(body));
    strcpy(body + length, "]}");
    organisation_says(story, "PolicyPublished", body);
}

static inline void calendar_says(struct story *story)
{
    organisation_says(story, "CalendarPublished",
                      "{'year': 2023, 'days': [{'date': '2023-01-21', 'kind': 'holiday'},"
                      " {'date': '2023-01-22', 'kind': 'holiday'},"
                      " {'date': '2023-01-23', 'kind': 'holiday'},"
                      " {'date': '2023-01-24', 'kind': 'holiday'},"
                      " {'date': '2023-01-25', 'kind': 'holiday'},"
                      " {'date': '2023-01-26', 'kind': 'holiday'},"
                      " {'date': '2023-01-27', 'kind': 'holiday'},"
                      " {'date': '2023-01-28', 'kind': 'workday'},"
                      " {'date': '2023-01-29', 'kind': 'workday'}]}");
}

static inline void kernel_town(struct story *story)
{
    static const char *const units[] = {
        "lg",  "lgo", "dzb", "sjb", "jcb",          "pab",
        "dqb", "hcz", "hcs", C41,   "310115125006", "310115125211"
    };
    static const struct {
        const char *unit;
        const char *post;
        const char *kind;
    } posts[] = {
        { "lg", "head", "head" },
        { "lgo", "head", "head" },
        { "lgo", "duty", "duty" },
        { "dzb", "head", "head" },
        { "hcz", "head", "head" },
        { "hcz", "duty", "duty" },
        { "hcz", "first", "first_responsible" },
        { "hcs", "head", "head" },
        { "hcs", "duty", "duty" },
        { C41, "first", "first_responsible" },
        { "pab", "duty", "duty" },
        { "dqb", "duty", "duty" },
        { "sjb", "first", "first_responsible" },
    };
    char body[256];

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        snprintf(body, sizeof(body), "{'unit': '%s', 'kind': 'member'}", units[i]);
        organisation_says(story, "UnitRegistered", body);
    }
    for (size_t i = 0; i < sizeof(posts) / sizeof(posts[0]); i++) {
        snprintf(body, sizeof(body), "{'post': '%s.%s', 'unit': '%s', 'kind': '%s'}", posts[i].unit,
                 posts[i].post, posts[i].unit, posts[i].kind);
        organisation_says(story, "PostDefined", body);
    }
    organisation_says(story, "CatchmentSet", "{'committee': '" C41 "', 'centre': 'hcz'}");
    organisation_says(story, "CatchmentSet", "{'committee': '310115125211', 'centre': 'hcs'}");
    policy_says(story);
    calendar_says(story);
    story_forget(story);
}

/* A story of one service, in that town, on a Wednesday morning. */
static inline struct story *kernel_story(const struct service *service)
{
    struct story *story = story_open("2023-01-18T09:00", service, NULL);

    kernel_town(story);
    return story;
}
