/*
 * stories/incident_town.h - the town of kernel_town.h with somebody on duty for what breaks out.
 */
#pragma once

#include "stories/kernel_town.h"

extern const struct service incident_service;

static inline struct story *town(void)
{
    struct story *story = kernel_story(&incident_service);

    organisation_says(story, "ResponsibilitySet",
                      "{'category': 'EMERGENCY', 'service': 'incident', 'firstUnit': 'pab',"
                      " 'secondUnit': 'lgo', 'verifier': 'dzb'}");
    organisation_says(story, "ResponsibilitySet",
                      "{'category': 'EMERGENCY', 'kind': 'CHILD_UNGUARDED', 'service': 'incident',"
                      " 'firstUnit': 'committee', 'secondUnit': 'pab', 'verifier': 'dzb'}");
    organisation_says(story, "TenureStarted", "{'post': 'pab.duty', 'staff': 'pab-s4'}");
    organisation_says(story, "TenureStarted", "{'post': 'lg.head', 'staff': 'lg-s1'}");
    story_forget(story);
    return story;
}

static inline void opens(struct story *story, const char *incident, const char *type,
                         const char *person)
{
    story_say(story, C41 " as " C41 ".duty", "incident.OpenIncident." C41,
              "{'incident': '%s', 'type': '%s', 'person': '%s', 'place': '" C41 "',"
              " 'facts': 'nobody opens'}",
              incident, type, person);
}

static inline void pab(struct story *story, const char *command, const char *body)
{
    char subject[64];

    snprintf(subject, sizeof(subject), "incident.%s.pab", command);
    story_say(story, "pab as pab.duty pab-s4", subject, "%s", body);
}

/* The work of the main need, and the word of the person. */
static inline void helps(struct story *story, const char *incident, const char *unit)
{
    char who[64];
    char subject[64];
    static const char *const commands[] = { "Accept", "Start", "Complete" };

    snprintf(who, sizeof(who), "%s as %s.duty", unit, unit);
    for (size_t i = 0; i < 3; i++) {
        snprintf(subject, sizeof(subject), "incident.%s.%s", commands[i], unit);
        story_say(story, who, subject, "{'assignment': '%s-a1'%s}", incident,
                  i < 2 ? "" : ", 'solved': 'SOLVED_YES', 'publicText': 'done'");
    }
    story_say(story, "dzb as dzb.duty", "incident.RecordCallback.dzb",
              "{'need': '%s', 'result': 'SATISFIED'}", incident);
}
