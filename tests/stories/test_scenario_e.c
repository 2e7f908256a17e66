/*
 * Scenario E (domain.md 5): an opinion hit, from the first word to help, an answer and a watch;
 * S-013, S-066, S-067, S-0B3.
 */
#include <stdio.h>

#include "lib/story.h"
#include "stories/plain.h"

extern const struct service organisation_service;
extern const struct service opinion_service;
extern const struct service incident_service;
extern const struct service referral_service;

#define C41 "310115125041"

static void office(struct story *story, const char *subject, const char *body)
{
    story_say(story, "dqb as dqb.duty dqb-s4", subject, "%s", body);
}

static void submits(struct story *story, const char *signal, const char *text)
{
    story_say(story, "dqb as dqb.duty dqb-s4", "opinion.SubmitSignal.dqb",
              "{'signal': '%s', 'source': 'weibo', 'place': '" C41 "', 'text': '%s',"
              " 'authorHash': '5f1d0c3a9b7e42d8'}",
              signal, text);
}

static struct story *begin(void)
{
    struct story *story =
        story_open("2023-01-18T09:00", &organisation_service, &opinion_service,
                   &incident_service, &referral_service, NULL);

    story_town(story);
    story_forget(story);
    return story;
}

static void unit_helps(struct story *story, const char *assignment)
{
    static const char *const commands[] = { "Receive", "Accept", "Start", "Complete" };
    char subject[64];

    for (size_t i = 0; i < 4; i++) {
        snprintf(subject, sizeof(subject), "opinion.%s." C41, commands[i]);
        story_say(story, C41 " as " C41 ".first " C41 "-s1", subject, "{'assignment': '%s'%s}",
                  assignment, i < 3 ? "" : ", 'solved': 'SOLVED_YES', 'publicText': 'we came'");
    }
}

START_TEST(an_opinion_hit_ends_by_help_and_an_answer)
{
    struct story *story = begin();

    /* 1: one signal, not four */
    submits(story, "s1", "独居老人没人管，谁去看看");
    submits(story, "s2", "獨居老人 沒人管");
    submits(story, "s3", "这里的独居老人没人管");
    submits(story, "s4", "没人管！独居老人");
    do { printf("<@1|%s@>", story_last(story, "opinion.SignalMerged.dqb")); fflush(stdout); } while (0);
    /* 2: the need first, in the same turn */
    office(story, "opinion.AssessSignal.dqb",
           "{'signal': 's1', 'personAtRisk': true, 'category': 'MEDICAL', 'kind': 'MEDICINE',"
           " 'reason': 'an elder without medicine'}");
    /* 3 */
    office(story, "opinion.RaiseAlert." C41,
           "{'alert': 'a1', 'place': '" C41 "', 'title': 'nobody comes', 'signals': ['s1']}");
    office(story, "opinion.GradeAlert." C41,
           "{'alert': 'a1', 'grade': 'III', 'reason': 'a person in need'}");
    unit_helps(story, "a1-n1-a1");
    /* 4 */
    story_later(story, "10 min");
    office(story, "opinion.PublishAnswer.dqb",
           "{'alert': 'a1', 'text': 'the committee comes every day', 'channel': 'wechat',"
           " 'deedRef': 'a1-n1'}");
    do { printf("<@2|%s@>", plain(story_text(story))); fflush(stdout); } while (0);
    /* 5, else: after 72 h it is closed */
    story_later(story, "72 h");
    do { printf("<@3|%s@>", story_last(story, "opinion.AlertClosed.dqb")); fflush(stdout); } while (0);
    do { printf("<@4|%s@>", story_last(story, "referral.NeedOpened." C41)); fflush(stdout); } while (0);
    do { printf("<@5|%s@>", story_last(story, "opinion.AlertGraded." C41)); fflush(stdout); } while (0);
    do { printf("<@6|%s@>", story_last(story, "opinion.WatchStarted.dqb")); fflush(stdout); } while (0);
    story_close(story);
}
END_TEST

START_TEST(a_second_hit_and_an_event_of_the_moral_bottom_line)
{
    struct story *story = begin();

    submits(story, "s1", "没人管");
    office(story, "opinion.AssessSignal.dqb", "{'signal': 's1'}");
    office(story, "opinion.RaiseAlert." C41,
           "{'alert': 'a1', 'place': '" C41 "', 'title': 'nobody comes', 'signals': ['s1'],"
           " 'grade': 'III', 'reason': 'repeated'}");
    unit_helps(story, "a1-n1-a1");
    office(story, "opinion.PublishAnswer.dqb",
           "{'alert': 'a1', 'text': 'we came', 'deedRef': 'a1-n1'}");
    story_later(story, "1 h");
    story_forget(story);
    /* 5 */
    submits(story, "s2", "还是没人管");
    office(story, "opinion.GradeAlert." C41,
           "{'alert': 'a1', 'grade': 'II', 'reason': 'it spreads'}");
    office(story, "opinion.GradeAlert." C41,
           "{'alert': 'a1', 'grade': 'I', 'reason': 'S-013: somebody was found dead'}");
    story_say(story, "pab as pab.duty pab-s4", "incident.ConfirmIncident.pab",
              "{'incident': 'a1-i'}");
    story_say(story, "lg as lg.head lg-s1", "incident.GradeIncident.lg",
              "{'incident': 'a1-i', 'grade': 1, 'reason': 'S-013'}");
    do { printf("<@7|%s@>", plain(story_text(story))); fflush(stdout); } while (0);
    do { printf("<@8|%s@>", story_last(story, "opinion.AlertHitAgain.dqb")); fflush(stdout); } while (0);
    do { printf("<@9|%s@>", story_last(story, "incident.IncidentOpened.pab")); fflush(stdout); } while (0);
    do { printf("<@10|%s@>", story_last(story, "incident.IncidentGraded.lg")); fflush(stdout); } while (0);
    do { printf("<@11|%s@>", story_last_case(story, "incident.IncidentGraded.lg")); fflush(stdout); } while (0);
    do { printf("<@12|%s@>", story_last_case(story, "opinion.AlertGraded." C41)); fflush(stdout); } while (0);
    story_close(story);
}
END_TEST

TESTS(an_opinion_hit_ends_by_help_and_an_answer,
      a_second_hit_and_an_event_of_the_moral_bottom_line)
