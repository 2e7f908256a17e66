/*
 * stories/roster.h - a town that is large enough for the registry's stories: two committees, a
 * centre, the office, and the policy that the roster's clocks hang on.
 */
#pragma once

#include <stdio.h>

#include "lib/story.h"

extern const struct service registry_service;

#define C41 "310115125041"
#define C06 "310115125006"

/* What the organisation has said, told to the registry alone. */
static inline void roster_town(struct story *story)
{
    static const struct {
        const char *unit;
        const char *kind;
    } units[] = { { C41, "居委会" }, { C06, "居委会" }, { "sjb", "member" }, { "hcz", "member" } };
    static const struct {
        const char *key;
        const char *value;
        const char *unit;
    } policies[] = {
        { "verify", "24", "h" },
        { "confirm_dismissal", "24", "h" },
        { "move_accept", "24", "h" },
        { "death_confirm", "3", "days" },
        { "bereaved_silent", "14", "days" },
        { "stale_phone", "30", "days" },
        { "stale_medicines", "7", "days" },
        { "stale_class", "14", "days" },
        { "survey_due", "7", "days" },
        { "import_preview", "7", "days" },
        { "away_max", "30", "days" },
    };

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        story_say(story, "organisation", "organisation.UnitRegistered.town",
                  "{'unit': '%s', 'kind': '%s'}", units[i].unit, units[i].kind);
    for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++)
        story_say(story, "organisation", "organisation.PolicyPublished.town",
                  "{'set': 'default', 'records': [{'key': 'registry.%s', 'scope': '*',"
                  " 'value': '%s', 'unit': '%s', 'calendar': '24x7'}]}",
                  policies[i].key, policies[i].value, policies[i].unit);
    story_say(story, "organisation", "organisation.CatchmentSet.town",
              "{'committee': '" C41 "', 'centre': 'hcz'}");
    story_say(story, "organisation", "organisation.PostDefined." C41,
              "{'post': '" C41 ".first', 'unit': '" C41 "', 'kind': 'first_responsible'}");
    story_forget(story);
}

static inline struct story *open_roster(const struct service *service)
{
    struct story *story = story_open("2023-01-18T09:00", service, NULL);

    roster_town(story);
    return story;
}

/* Somebody who is verified: 独居, YELLOW. */
static inline void add_person(struct story *story, const char *committee, const char *person,
                              const char *card)
{
    char subject[64];

    snprintf(subject, sizeof(subject), "registry.Propose.%s", committee);
    story_say(story, committee, subject, "{'person': '%s', 'committee': '%s', 'card': {%s}}",
              person, committee, card);
    snprintf(subject, sizeof(subject), "registry.Verify.%s", committee);
    story_say(story, committee, subject,
              "{'person': '%s', 'categories': ['ALONE_UNCARED'], 'class': 'YELLOW',"
              " 'basis': 'notice'}",
              person);
    story_forget(story);
}

/* ... with one person on the roster. */
static inline struct story *open_with_person(const struct service *registry)
{
    struct story *story = open_roster(registry);

    add_person(story, C41, "r1", "'name': '张桂芳', 'phones': [{'number': '13900000001'}]");
    return story;
}

/* What somebody says of a person; `more` are further fields. */
static inline void say_of(struct story *story, const char *who, const char *what,
                          const char *person, const char *more)
{
    char subject[80];

    snprintf(subject, sizeof(subject), "registry.%s.%s", what, who);
    story_say(story, who, subject, "{'person': '%s'%s}", person, more);
}
