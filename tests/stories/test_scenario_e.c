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
    struct story *story = story_open("2023-01-18T09:00", &organisation_service, &opinion_service,
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
    ck_assert_str_eq(
        story_last(story, "opinion.SignalMerged.dqb"),
        "{\"signal\": \"s4\", \"into\": \"s1\", \"fingerprint\": \"nobody "
        "comes|weibo|2023-01-18T09|310115125041\", \"count\": 4, \"hits\": [{\"term\": \"没人管\", "
        "\"group\": \"nobody comes\", \"gradeHint\": \"III\"}, {\"term\": \"独居老人\", \"group\": "
        "\"alone\", \"gradeHint\": \"IV\"}]}");
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
    EXPECT_TEXT(plain(story_text(story)),
                "dqb/1/1 opinion.SubmitSignal\n"
                "    s1: NONE -> NEW\n"
                "    reminds s1: opinion.ChaseSignal in 1 h\n"
                "    emits opinion.SignalReceived.dqb\n"
                "dqb/1/2 opinion.SubmitSignal\n"
                "    s2: NONE -> MERGED\n"
                "    emits opinion.SignalMerged.dqb\n"
                "dqb/1/3 opinion.SubmitSignal\n"
                "    s3: NONE -> MERGED\n"
                "    emits opinion.SignalMerged.dqb\n"
                "dqb/1/4 opinion.SubmitSignal\n"
                "    s4: NONE -> MERGED\n"
                "    emits opinion.SignalMerged.dqb\n"
                "dqb/1/5 opinion.AssessSignal\n"
                "    s1: NEW -> ASSESSED\n"
                "    forgets s1: opinion.ChaseSignal\n"
                "    sends referral.OpenNeed.310115125041\n"
                "    emits opinion.SignalAssessed.dqb\n"
                "    reminds signal/s1: opinion.EraseTexts in 30 d\n"
                "opinion/* referral.OpenNeed\n"
                "    s1-n: NONE -> OPEN\n"
                "    emits referral.NeedOpened.310115125041\n"
                "    s1-n: OPEN -> ASSIGNED\n"
                "    s1-n-a1: NONE -> REQUESTED\n"
                "    emits referral.Dispatched.hcz\n"
                "    reminds s1-n/done: referral.Due in 9 h 36 min\n"
                "    reminds s1-n/receive: referral.Due in 12 min\n"
                "    reminds s1-n/accept: referral.Due in 16 min\n"
                "    reminds s1-n/first_contact: referral.Due in 24 min\n"
                "dqb/1/6 opinion.RaiseAlert\n"
                "    a1: NONE -> RAISED\n"
                "    reminds a1/ack: opinion.ChaseAlert in 30 min\n"
                "    forgets signal/s1: opinion.EraseTexts\n"
                "    emits opinion.AlertRaised.310115125041\n"
                "dqb/1/7 opinion.GradeAlert\n"
                "    a1: RAISED -> RAISED\n"
                "    reminds a1/answer: opinion.ChaseAlert in 2 d\n"
                "    emits opinion.AlertGraded.310115125041\n"
                "    a1-n1: NONE -> OPEN\n"
                "    emits opinion.NeedOpened.310115125041\n"
                "    a1-n1: OPEN -> ASSIGNED\n"
                "    a1-n1-a1: NONE -> REQUESTED\n"
                "    emits opinion.Dispatched.310115125041\n"
                "    reminds a1-n1/done: opinion.Due in 19 h 12 min\n"
                "    reminds a1-n1/receive: opinion.Due in 24 min\n"
                "    reminds a1-n1/accept: opinion.Due in 48 min\n"
                "    reminds a1-n1/first_contact: opinion.Due in 1 h 36 min\n"
                "310115125041/1/1 opinion.Receive\n"
                "    a1-n1-a1: REQUESTED -> RECEIVED\n"
                "    emits opinion.Received.310115125041\n"
                "    forgets a1-n1/receive: opinion.Due\n"
                "    a1: RAISED -> ACKED\n"
                "    forgets a1/ack: opinion.ChaseAlert\n"
                "310115125041/1/2 opinion.Accept\n"
                "    a1-n1-a1: RECEIVED -> ACCEPTED\n"
                "    emits opinion.Accepted.310115125041\n"
                "    forgets a1-n1/accept: opinion.Due\n"
                "310115125041/1/3 opinion.Start\n"
                "    a1-n1-a1: ACCEPTED -> IN_PROGRESS\n"
                "    a1-n1: ASSIGNED -> IN_SERVICE\n"
                "    emits opinion.Started.310115125041\n"
                "    forgets a1-n1/first_contact: opinion.Due\n"
                "    a1: ACKED -> HANDLING\n"
                "310115125041/1/4 opinion.Complete\n"
                "    a1-n1-a1: IN_PROGRESS -> COMPLETED\n"
                "    a1-n1: IN_SERVICE -> VERIFYING\n"
                "    emits opinion.Completed.310115125041\n"
                "    emits opinion.VerificationDue.dqb\n"
                "    reminds a1-n1/verify: opinion.Due in 28 h 42 min\n"
                "    forgets a1-n1/done: opinion.Due\n"
                "    a1: HANDLING -> HELP_DONE\n"
                "    emits opinion.HelpGiven.dqb\n"
                "10 min later\n"
                "dqb/1/8 opinion.PublishAnswer\n"
                "    a1: HELP_DONE -> WATCH\n"
                "    forgets a1/answer: opinion.ChaseAlert\n"
                "    emits opinion.AnswerPublished.dqb\n"
                "    reminds a1: opinion.EndWatch in 3 d\n"
                "    emits opinion.WatchStarted.dqb\n");
    /* 5, else: after 72 h it is closed */
    story_later(story, "72 h");
    ck_assert_str_eq(story_last(story, "opinion.AlertClosed.dqb"),
                     "{\"alert\": \"a1\", \"reason\": \"the watch is over\", \"eraseMs\": "
                     "\"1676855400000\", \"grade\": \"III\"}");
    ck_assert_str_eq(story_last(story, "referral.NeedOpened." C41),
                     "{\"need\": \"s1-n\", \"category\": \"MEDICAL\", \"kind\": \"MEDICINE\", "
                     "\"priority\": \"P1\", \"source\": {\"signal\": \"s1\"}, \"due\": "
                     "{\"doneMs\": \"1674046800000\"}, \"place\": \"310115125041\"}");
    ck_assert_str_eq(story_last(story, "opinion.AlertGraded." C41),
                     "{\"alert\": \"a1\", \"grade\": \"III\", \"reason\": \"a person in need\", "
                     "\"answerDueMs\": \"1674176400000\", \"unit\": \"310115125041\"}");
    ck_assert_str_eq(story_last(story, "opinion.WatchStarted.dqb"),
                     "{\"alert\": \"a1\", \"untilMs\": \"1674263400000\"}");
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
    EXPECT_TEXT(plain(story_text(story)),
                "dqb/1/5 opinion.SubmitSignal\n"
                "    s2: NONE -> NEW\n"
                "    reminds s2: opinion.ChaseSignal in 1 h\n"
                "    emits opinion.SignalReceived.dqb\n"
                "    a1: WATCH -> HANDLING\n"
                "    forgets a1: opinion.EndWatch\n"
                "    reminds a1/answer: opinion.ChaseAlert in 2 d\n"
                "    emits opinion.AlertHitAgain.dqb\n"
                "    a1-n2: NONE -> OPEN\n"
                "    emits opinion.NeedOpened.310115125041\n"
                "    a1-n2: OPEN -> ASSIGNED\n"
                "    a1-n2-a1: NONE -> REQUESTED\n"
                "    emits opinion.Dispatched.310115125041\n"
                "    reminds a1-n2/done: opinion.Due in 19 h 12 min\n"
                "    reminds a1-n2/receive: opinion.Due in 24 min\n"
                "    reminds a1-n2/accept: opinion.Due in 48 min\n"
                "    reminds a1-n2/first_contact: opinion.Due in 1 h 36 min\n"
                "dqb/1/6 opinion.GradeAlert\n"
                "    a1: HANDLING -> HANDLING\n"
                "    reminds a1/answer: opinion.ChaseAlert in 5 h\n"
                "    reminds a1/briefing: opinion.ChaseAlert in 24 h\n"
                "    emits opinion.AlertGraded.310115125041 to lgo\n"
                "    a1-n2: ASSIGNED -> ASSIGNED\n"
                "    emits opinion.PriorityChanged.310115125041\n"
                "    reminds a1-n2/done: opinion.Due in 9 h 36 min\n"
                "    reminds a1-n2/receive: opinion.Due in 12 min\n"
                "    reminds a1-n2/accept: opinion.Due in 16 min\n"
                "    reminds a1-n2/first_contact: opinion.Due in 24 min\n"
                "dqb/1/7 opinion.GradeAlert\n"
                "    a1: HANDLING -> HANDLING\n"
                "    reminds a1/answer: opinion.ChaseAlert in 5 h\n"
                "    reminds a1/briefing: opinion.ChaseAlert in 24 h\n"
                "    sends incident.OpenIncident.310115125041\n"
                "    emits opinion.AlertGraded.310115125041 to lgo\n"
                "    a1-n2: ASSIGNED -> ASSIGNED\n"
                "    emits opinion.PriorityChanged.310115125041\n"
                "    reminds a1-n2/done: opinion.Due in 1 h 36 min\n"
                "    reminds a1-n2/receive: opinion.Due in 4 min\n"
                "    reminds a1-n2/accept: opinion.Due in 5 min 36 s\n"
                "    reminds a1-n2/first_contact: opinion.Due in 8 min\n"
                "opinion/* incident.OpenIncident\n"
                "    a1-i: NONE -> REPORTED\n"
                "    emits incident.IncidentOpened.pab\n"
                "    reminds a1-i: incident.ChaseConfirm in 10 min\n"
                "    reminds a1-i: incident.ChaseReport in 15 min\n"
                "    a1-i: NONE -> OPEN\n"
                "    emits incident.NeedOpened.310115125041\n"
                "    a1-i: OPEN -> ASSIGNED\n"
                "    a1-i-a1: NONE -> REQUESTED\n"
                "    emits incident.Dispatched.pab\n"
                "    reminds a1-i/done: incident.Due in 9 h 36 min\n"
                "    reminds a1-i/receive: incident.Due in 12 min\n"
                "    reminds a1-i/accept: incident.Due in 16 min\n"
                "    reminds a1-i/first_contact: incident.Due in 24 min\n"
                "pab/1/1 incident.ConfirmIncident\n"
                "    a1-i: REPORTED -> CONFIRMED\n"
                "    forgets a1-i: incident.ChaseConfirm\n"
                "    emits incident.IncidentConfirmed.pab\n"
                "lg/1/1 incident.GradeIncident\n"
                "    a1-i: CONFIRMED -> GRADED\n"
                "    emits incident.IncidentGraded.lg\n"
                "    reminds a1-i: incident.ChaseSituation in 30 min\n");
    ck_assert_str_eq(story_last(story, "opinion.AlertHitAgain.dqb"),
                     "{\"alert\": \"a1\", \"signal\": \"s2\", \"n\": 1, \"grade\": \"III\", "
                     "\"answerDueMs\": \"1674180000000\"}");
    ck_assert_str_eq(story_last(story, "incident.IncidentOpened.pab"),
                     "{\"incident\": \"a1-i\", \"type\": \"MASS\", \"place\": \"310115125041\", "
                     "\"priority\": \"P1\", \"toPost\": \"pab.duty\", \"source\": {\"signal\": "
                     "\"a1\"}, \"openedMs\": \"1674007200000\", \"reporter\": \"dqb.duty\"}");
    ck_assert_str_eq(story_last(story, "incident.IncidentGraded.lg"),
                     "{\"incident\": \"a1-i\", \"type\": \"MASS\", \"place\": \"310115125041\", "
                     "\"grade\": 1, \"reason\": \"S-013\", \"byPost\": \"lg.head\"}");
    ck_assert_str_eq(story_last_case(story, "incident.IncidentGraded.lg"), "O-20230118-0002-0");
    ck_assert_str_eq(story_last_case(story, "opinion.AlertGraded." C41), "O-20230118-0002-0");
    story_close(story);
}
END_TEST

TESTS(an_opinion_hit_ends_by_help_and_an_answer, a_second_hit_and_an_event_of_the_moral_bottom_line)
