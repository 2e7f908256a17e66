/*
 * stories/kernel_town.h - a town that is large enough for the kernel's stories: a committee in the
 * catchment of hcz and one of hcs, the offices, their posts, and the town's own policy file.  The
 * organisation is told by hand, so that a story has one service.
 */
#pragma once

#include <stdio.h>
#include <string.h>

#include "stories/directory_says.h"

extern const struct service referral_service;

#define C41 "310115125041"

/* An id with as many characters as it may have, but one. */
#define LONG_ID "0123456789-123456789-123456789-123456789-123456789-123456789-12"

/* The policy that the kernel and its services go by. */
static const char *const kernel_policy[] = { "need.",     "calendar.",
                                             "referral.", "registry.death_confirm",
                                             "incident.", "opinion.",
                                             "supplies.", "homes.",
                                             "benefit.",  NULL };

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
    policy_says(story, kernel_policy);
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
