/*
 * stories/benefit_town.h - benefit in the town of the kernel's stories.  Registry is told by hand:
 * benefit asks it nothing, and hears what it says.
 */
#pragma once

#include "stories/kernel_town.h"

#define C06 "310115125006"
#define SWC "swc as swc.duty"
#define VC41 C41 " as " C41 ".duty"
#define VC06 C06 " as " C06 ".duty"

/* On a Thursday, two days before the Spring Festival. */
static inline struct story *benefit_town(const struct service *benefit)
{
    struct story *story = story_open("2023-01-19T09:00", benefit, NULL);

    kernel_town(story);
    organisation_says(story, "UnitRegistered", "{'unit': 'swc', 'kind': 'member'}");
    organisation_says(story, "UnitRegistered", "{'unit': '" C41 "', 'kind': '居委会'}");
    organisation_says(story, "UnitRegistered", "{'unit': '" C06 "', 'kind': '居委会'}");
    organisation_says(story, "ResponsibilitySet",
                      "{'category': 'CARE', 'kind': 'MEALS', 'service': 'care',"
                      " 'firstUnit': 'committee'}");
    organisation_says(story, "ResponsibilitySet",
                      "{'category': 'LIVING', 'kind': 'MONEY', 'service': 'benefit',"
                      " 'firstUnit': 'swc', 'verifier': 'dzb'}");
    story_forget(story);
    return story;
}

/* Somebody is verified: what registry says then, and nothing more. */
static inline void verified(struct story *story, const char *person, const char *committee,
                            const char *categories, const char *class)
{
    char subject[64];

    snprintf(subject, sizeof(subject), "registry.Verified.%s", committee);
    story_say(story, "registry", subject,
              "{'person': '%s', 'owner': '%s', 'categories': [%s], 'class': '%s'}", person,
              committee, categories, class);
}

/* A gift for those who live alone or have no kin: once a festival, without papers. */
static inline void spring_gift(struct story *story)
{
    story_say(story, SWC, "benefit.DefineBenefit.swc",
              "{'benefit': 'gift', 'name': '春节慰问', 'rule': {'categories': ['ALONE_UNCARED',"
              " 'ORPHAN_ELDER']}, 'amountFen': 50000, 'series': 'festival-2023'}");
}
