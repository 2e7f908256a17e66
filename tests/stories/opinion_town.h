/*
 * stories/opinion_town.h - the town of kernel_town.h with an office that reads what is said in public.
 */
#pragma once

#include "stories/kernel_town.h"

extern const struct service opinion_service;

static inline void office(struct story *story, const char *command, const char *body)
{
    char subject[64];

    snprintf(subject, sizeof(subject), "opinion.%s.dqb", command);
    story_say(story, "dqb as dqb.duty dqb-s4", subject, "%s", body);
}

static inline void submits(struct story *story, const char *signal, const char *text)
{
    story_say(story, "dqb as dqb.duty dqb-s4", "opinion.SubmitSignal.dqb",
              "{'signal': '%s', 'source': 'weibo', 'place': '" C41 "', 'text': '%s'}", signal,
              text);
}

static inline struct story *town(void)
{
    struct story *story = kernel_story(&opinion_service);

    organisation_says(story, "ResponsibilitySet",
                      "{'category': 'GENERAL', 'kind': 'HANDLE_OPINION', 'service': 'opinion',"
                      " 'firstUnit': 'dqb', 'secondUnit': 'sjb', 'verifier': 'dzb'}");
    organisation_says(story, "ResponsibilitySet",
                      "{'category': 'MEDICAL', 'kind': 'MEDICINE', 'service': 'referral',"
                      " 'firstUnit': 'centre', 'secondUnit': 'other-centre', 'verifier': 'dzb'}");
    organisation_says(story, "ResponsibilitySet",
                      "{'category': 'EMERGENCY', 'service': 'incident', 'firstUnit': 'pab',"
                      " 'secondUnit': 'lgo', 'verifier': 'dzb'}");
    office(story, "DefineSource", "{'source': 'weibo', 'kind': 'public', 'name': '微博'}");
    office(story, "PublishLexicon",
           "{'version': 'v1', 'rows': ["
           "{'term': '没人管', 'group': 'nobody comes', 'gradeHint': 'III'},"
           "{'term': '独居老人', 'group': 'alone', 'gradeHint': 'IV'},"
           "{'term': 'SOS', 'group': 'asks for help', 'gradeHint': 'IV'},"
           "{'term': '叫不醒', 'group': 'collapse or danger', 'gradeHint': 'II'},"
           "{'term': '饿死', 'group': 'moral bottom line', 'gradeHint': 'I'}]}");
    story_forget(story);
    return story;
}

/* The unit concerned takes the alert's need, and helps. */
static inline void unit_helps(struct story *story, const char *need)
{
    static const char *const commands[] = { "Receive", "Accept", "Start", "Complete" };
    char subject[64];

    for (size_t i = 0; i < 4; i++) {
        snprintf(subject, sizeof(subject), "opinion.%s." C41, commands[i]);
        story_say(story, C41 " as " C41 ".first", subject, "{'assignment': '%s-a1'%s}", need,
                  i < 3 ? "" : ", 'solved': 'SOLVED_YES', 'publicText': 'somebody came'");
    }
}

static inline void raises(struct story *story, const char *alert, const char *grade)
{
    story_say(story, "dqb as dqb.duty dqb-s4", "opinion.RaiseAlert." C41,
              "{'alert': '%s', 'place': '" C41 "', 'title': 'an elder alone', 'grade': '%s',"
              " 'reason': 'as it was read'}",
              alert, grade);
}
