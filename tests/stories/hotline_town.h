/*
 * stories/hotline_town.h - the town with a line that is open, and a call on it.
 */
#pragma once

#include <stdio.h>
#include <string.h>

#include "lib/story.h"

extern const struct service organisation_service;
extern const struct service hotline_service;
extern const struct service referral_service;

#define C41 "310115125041"
#define MEDICINE "'category': 'MEDICAL', 'kind': 'MEDICINE'"

/* The line with a classified call of r2. */
static inline void take(struct story *story, const char *call)
{
    story_say(story, "dzb", "hotline.LogCall.dzb", "{'call': '%s', 'seat': 's1', 'ringMs': 9000}",
              call);
    story_say(story, "dzb", "hotline.ClassifyCall.dzb",
              "{'call': '%s', 'person': 'r2', 'timeMs': 1674003000000, 'cause': 'x', 'course': 'y',"
              " 'kind': 'MEDICINE', 'place': '" C41 "'}",
              call);
}

static inline void set_up(struct story *story)
{
    story_town(story);
    story_say(story, "dzb", "hotline.OpenShift.dzb", "{'seat': 's1', 'staff': 'dzb-s5'}");
    take(story, "c1");
    story_forget(story);
}

static inline struct story *open_line(void)
{
    struct story *story =
        story_open("2023-01-18T09:00", &organisation_service, &hotline_service, NULL);

    set_up(story);
    return story;
}

static inline struct story *open_line_and_referral(void)
{
    struct story *story = story_open("2023-01-18T09:00", &organisation_service, &hotline_service,
                                     &referral_service, NULL);

    set_up(story);
    return story;
}

static inline void open_ticket(struct story *story, const char *ticket, const char *call,
                               const char *problems)
{
    story_say(story, "dzb", "hotline.OpenTicket.dzb",
              "{'ticket': '%s', 'call': '%s', 'problems': [%s]}", ticket, call, problems);
}

static inline void submit_and_triage(struct story *story, const char *ticket)
{
    story_say(story, "dzb", "hotline.SubmitTicket.dzb", "{'ticket': '%s'}", ticket);
    story_say(story, "dzb as dzb.duty", "hotline.TriageTicket.dzb", "{'ticket': '%s'}", ticket);
}

/* Says a kernel event of referral, in the case of the line's last ticket. */
static inline void tell(struct story *story, const char *subject, const char *body)
{
    story_case(story, story_last_case(story, "hotline.TicketOpened.dzb"));
    story_say(story, "referral", subject, "%s", body);
}
