/*
 * stories/care_town.h - a town that is large enough for the stories of care: two committees with
 * their posts, the offices, the town's own policy file and dispatch catalogue, the campaign open.
 * The organisation and the roster are told by hand, so that a story has one service.
 */
#pragma once

#include <stdio.h>
#include <string.h>

#include "stories/directory_says.h"

#define C41 "310115125041"
#define C06 "310115125006"
#define HEAD C41 " as " C41 ".first"
#define DUTY C41 " as " C41 ".duty"

extern const struct service care_service;

static const char *const care_policy[] = { "need.", "calendar.", "care.", NULL };

static inline void offices_say(struct story *story)
{
    static const char *const units[] = { "lg",  "lgo", "dzb", "sjb", "swc",
                                         "pab", "hcz", "hcs", "wlc" };
    static const struct {
        const char *unit;
        const char *name;
        const char *kind;
    } posts[] = {
        { C41, "head", "head" },   { C41, "first", "first_responsible" },
        { C41, "duty", "duty" },   { C06, "first", "first_responsible" },
        { C06, "duty", "duty" },   { "sjb", "duty", "duty" },
        { "hcz", "duty", "duty" }, { "wlc", "duty", "duty" },
    };
    char body[256];

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        snprintf(body, sizeof(body), "{'unit': '%s', 'kind': 'member'}", units[i]);
        organisation_says(story, "UnitRegistered", body);
    }
    organisation_says(story, "UnitRegistered", "{'unit': '" C41 "', 'kind': '居委会'}");
    organisation_says(story, "UnitRegistered", "{'unit': '" C06 "', 'kind': '居委会'}");
    for (size_t i = 0; i < sizeof(posts) / sizeof(posts[0]); i++) {
        snprintf(body, sizeof(body), "{'post': '%s.%s', 'unit': '%s', 'kind': '%s'}", posts[i].unit,
                 posts[i].name, posts[i].unit, posts[i].kind);
        organisation_says(story, "PostDefined", body);
    }
    organisation_says(story, "CatchmentSet", "{'committee': '" C41 "', 'centre': 'hcz'}");
}

static inline void catalogue_says(struct story *story)
{
    static const struct {
        const char *category;
        const char *kind;
        const char *service;
        const char *first;
        const char *second;
    } rows[] = {
        { "LIVING", "GOODS", "supplies", "dzb", "sjb" },
        { "LIVING", "REPAIR", "care", "committee", "sjb" },
        { "MEDICAL", "MEDICINE", "referral", "centre", "other-centre" },
        { "MEDICAL", "TRANSFER", "referral", "centre", "other-centre" },
        { "CARE", "MEALS", "care", "wlc", "committee" },
        { "PSYCH", "COMFORT", "care", "committee", "centre" },
        { "PSYCH", "COUNSELLING", "care", "centre", "committee" },
        { "EMERGENCY", "HEALTH", "incident", "pab", "lgo" },
    };
    char body[256];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        snprintf(body, sizeof(body),
                 "{'category': '%s', 'kind': '%s', 'service': '%s', 'firstUnit': '%s',"
                 " 'secondUnit': '%s', 'verifier': 'dzb'}",
                 rows[i].category, rows[i].kind, rows[i].service, rows[i].first, rows[i].second);
        organisation_says(story, "ResponsibilitySet", body);
    }
}

static inline void care_town(struct story *story)
{
    offices_say(story);
    catalogue_says(story);
    policy_says(story, care_policy);
    organisation_says(story, "CampaignOpened", "{'campaign': 'c1'}");
    story_forget(story);
}

static inline struct story *care_story(const struct service *service, const char *start)
{
    struct story *story = story_open(start, service, NULL);

    care_town(story);
    return story;
}

/* Somebody is verified onto the roster of c41 or of another committee. */
static inline void person_of(struct story *story, const char *committee, const char *person,
                             const char *more)
{
    char subject[64];

    snprintf(subject, sizeof(subject), "registry.Verified.%s", committee);
    story_say(story, "registry", subject, "{'person': '%s', 'owner': '%s'%s}", person, committee,
              more);
}

static inline void registry_says(struct story *story, const char *event, const char *body)
{
    char subject[64];

    snprintf(subject, sizeof(subject), "registry.%s." C41, event);
    story_say(story, "registry", subject, "%s", body);
}

/* The committee's duty post says something to care. */
static inline void vc_says(struct story *story, const char *command, const char *body)
{
    char subject[64];

    snprintf(subject, sizeof(subject), "care.%s." C41, command);
    story_say(story, DUTY, subject, "%s", body);
}

static inline void carer_of(struct story *story, const char *carer, const char *kind)
{
    char body[256];

    snprintf(body, sizeof(body), "{'carer': '%s', 'kind': '%s', 'committee': '" C41 "'}", carer,
             kind);
    vc_says(story, "RegisterCarer", body);
}

static inline void pair_of(struct story *story, const char *person, const char *carer)
{
    char body[256];

    snprintf(body, sizeof(body), "{'person': '%s', 'carer': '%s'}", person, carer);
    vc_says(story, "Pair", body);
}

/* The questions that a silent person must be asked. */
#define ASKED                                                                                      \
    "'answers': [{'question': 'FOOD', 'answer': 'WELL'}, {'question': 'MEDICINE', 'answer':"       \
    " 'SO_SO'}, {'question': 'HEALTH', 'answer': 'WELL'}]"

/* Three people of c41 and two who care, on a Wednesday morning. */
static inline struct story *care_morning(void)
{
    struct story *story = care_story(&care_service, "2023-01-18T08:00");

    carer_of(story, "v1", "VOLUNTEER");
    person_of(story, C41, "r1", ", 'silent': true");
    person_of(story, C41, "r2", "");
    person_of(story, C41, "r3", ", 'class': 'YELLOW'");
    pair_of(story, "r1", "v1");
    pair_of(story, "r2", "v1");
    pair_of(story, "r3", "v1");
    story_forget(story);
    return story;
}
