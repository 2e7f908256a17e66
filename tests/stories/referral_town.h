/*
 * stories/referral_town.h - the town of kernel_town.h with a hotline that opens medical needs, and a
 * centre at its desk.
 */
#pragma once

#include "stories/kernel_town.h"

static inline void opens(struct story *story, const char *need, const char *kind,
                         const char *priority)
{
    story_say(story, "dzb as dzb.seat1 dzb-s5", "referral.OpenNeed." C41,
              "{'need': '%s', 'person': 'r1', 'place': '" C41 "', 'category': 'MEDICAL',"
              " 'kind': '%s', 'priority': '%s'}",
              need, kind, priority);
}

static inline void desk(struct story *story, const char *command, const char *body)
{
    char subject[64];

    snprintf(subject, sizeof(subject), "referral.%s.hcz", command);
    story_say(story, "hcz as hcz.duty hcz-s4", subject, "%s", body);
}

/* An assignment n1-a1 of hcz, in progress. */
static inline struct story *in_progress(void)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "n1", "VISIT", "P2");
    desk(story, "Accept", "{'assignment': 'n1-a1'}");
    desk(story, "Start", "{'assignment': 'n1-a1'}");
    story_forget(story);
    return story;
}
