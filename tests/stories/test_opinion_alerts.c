/*
 * opinion: an alert from its first word to the end of its watch (domain.md 3.11, 4.9); S-013, S-067,
 * S-0B3.
 */
#include "stories/opinion_town.h"

extern const struct service opinion_service;

/* ---- alerts -------------------------------------------------------------------------------------- */

START_TEST(an_alert_ends_by_help_and_an_answer_and_is_watched)
{
    struct story *story = town();

    submits(story, "s1", "独居老人没人管");
    office(story, "AssessSignal", "{'signal': 's1'}");
    story_forget(story);
    office(story, "RaiseAlert",
           "{'alert': 'a1', 'unit': '" C41 "', 'place': '" C41 "', 'signals': ['s1'],"
           " 'title': 'an elder alone'}");
    office(story, "GradeAlert", "{'alert': 'a1', 'grade': 'III', 'reason': 'a named person'}");
    unit_helps(story, "a1-n1");
    office(story, "PublishAnswer", "{'alert': 'a1', 'text': 'somebody comes every day'}");
    office(story, "PublishAnswer",
           "{'alert': 'a1', 'text': 'somebody comes every day', 'channel': 'wechat',"
           " 'deedRef': 'a1-n1'}");
    ck_assert_str_eq(story_last(story, "opinion.Refused.dqb"),
                     "{\"id\": \"dqb/1/7\", \"code\": \"NO_DEED\", \"reason\": \"what was done "
                     "about it?\", \"command\": \"opinion.PublishAnswer\"}");
    story_later(story, "71 h");
    story_forget(story);
    story_later(story, "1 h"); /* what was before is scenario E's (test_scenario_e.c) */
    EXPECT_TEXT(story_text(story), "1 h later\n"
                                   "opinion/1/25 opinion.EndWatch\n"
                                   "    a1: WATCH -> CLOSED\n"
                                   "    reminds alert/a1: opinion.EraseTexts in 30 d\n"
                                   "    emits opinion.AlertClosed.dqb\n");
    ck_assert_str_eq(story_last(story, "opinion.AlertRaised." C41),
                     "{\"alert\": \"a1\", \"unit\": \"310115125041\", \"place\": \"310115125041\", "
                     "\"title\": \"an elder alone\", \"dueMs\": \"1674005400000\", \"signals\": "
                     "[\"s1\"], \"gradeHint\": \"III\"}");
    ck_assert_str_eq(story_last(story, "opinion.AlertGraded." C41),
                     "{\"alert\": \"a1\", \"grade\": \"III\", \"reason\": \"a named person\", "
                     "\"answerDueMs\": \"1674176400000\", \"unit\": \"310115125041\"}");
    ck_assert_str_eq(story_last(story, "opinion.HelpGiven.dqb"),
                     "{\"alert\": \"a1\", \"need\": \"a1-n1\", \"unit\": \"310115125041\", "
                     "\"solved\": \"SOLVED_YES\"}");
    ck_assert_str_eq(story_last(story, "opinion.AnswerPublished.dqb"),
                     "{\"alert\": \"a1\", \"answer\": \"a1/0001\", \"channel\": \"wechat\", "
                     "\"deedRef\": \"a1-n1\", \"grade\": \"III\"}");
    ck_assert_str_eq(story_last(story, "opinion.WatchStarted.dqb"),
                     "{\"alert\": \"a1\", \"untilMs\": \"1674262800000\"}");
    ck_assert_str_eq(story_last(story, "opinion.AlertClosed.dqb"),
                     "{\"alert\": \"a1\", \"reason\": \"the watch is over\", \"eraseMs\": "
                     "\"1676854800000\", \"grade\": \"III\"}");
    ck_assert_str_eq(story_last_case(story, "opinion.AlertClosed.dqb"), "O-20230118-0002-0");
    ck_assert_str_eq(story_ask(story, "lgo", "opinion.AnswerLibrary.lgo", "{'alert': 'a1'}"),
                     "{\"rows\": [{\"answer\": \"a1/0001\", \"alert\": \"a1\", \"text\": "
                     "\"somebody comes every day\", \"channel\": \"wechat\", \"deedRef\": "
                     "\"a1-n1\", \"atMs\": \"1674003600000\", \"grade\": \"III\"}]}");
    ck_assert_str_eq(story_ask(story, "hcz", "opinion.AnswerLibrary.hcz", "{}"),
                     "refused NOT_ALLOWED: it is not for hcz");
    ck_assert_str_eq(story_ask(story, "lgo", "opinion.AlertBoard.lgo", "{}"), "{}");
    ck_assert_str_eq(story_ask(story, "hcz", "opinion.AlertBoard.hcz", "{}"),
                     "refused NOT_ALLOWED: it is not for hcz");
    story_later(story, "30 d");
    ck_assert_str_eq(story_last(story, "opinion.Erased.dqb"),
                     "{\"scope\": \"texts of alert a1\", \"count\": \"1\", \"policyKey\": "
                     "\"opinion.retention\"}");
    ck_assert_str_eq(
        story_ask(story, "dqb", "opinion.SignalsOf.dqb", "{'alert': 'a1'}"),
        "{\"rows\": [{\"signal\": \"s1\", \"state\": \"ASSESSED\", \"source\": \"weibo\", "
        "\"place\": \"310115125041\", \"hits\": [{\"term\": \"没人管\", \"group\": \"nobody "
        "comes\", \"gradeHint\": \"III\"}, {\"term\": \"独居老人\", \"group\": \"alone\", "
        "\"gradeHint\": \"IV\"}], \"count\": 1, \"atMs\": \"1674003600000\", \"dueMs\": "
        "\"1674007200000\", \"erased\": true}]}");
    story_close(story);
}
END_TEST

START_TEST(a_new_hit_in_the_watch_opens_it_again)
{
    struct story *story = town();

    submits(story, "s1", "没人管");
    office(story, "AssessSignal", "{'signal': 's1'}");
    office(story, "RaiseAlert",
           "{'alert': 'a1', 'place': '" C41
           "', 'signals': ['s1'], 'grade': 'III', 'reason': 'one'}");
    unit_helps(story, "a1-n1");
    office(story, "PublishAnswer", "{'alert': 'a1', 'text': 'done', 'deedRef': 'a1-n1'}");
    story_later(story, "2 h");
    submits(story, "s2", "还是没人管");
    office(story, "GradeAlert", "{'alert': 'a1', 'grade': 'II', 'reason': 'spreading'}");
    story_forget(story); /* what the two set going is scenario E's (test_scenario_e.c) */
    office(story, "AssessSignal", "{'signal': 's2', 'alert': 'a1'}");
    EXPECT_TEXT(story_text(story), "dqb/1/9 opinion.AssessSignal\n"
                                   "    s2: NEW -> ASSESSED\n"
                                   "    forgets s2: opinion.ChaseSignal\n"
                                   "    emits opinion.SignalAssessed.dqb\n");
    ck_assert_str_eq(story_last(story, "opinion.AlertHitAgain.dqb"),
                     "{\"alert\": \"a1\", \"signal\": \"s2\", \"n\": 1, \"grade\": \"III\", "
                     "\"answerDueMs\": \"1674183600000\"}");
    ck_assert_str_eq(story_last(story, "opinion.AlertGraded." C41),
                     "{\"alert\": \"a1\", \"grade\": \"II\", \"from\": \"III\", \"reason\": "
                     "\"spreading\", \"answerDueMs\": \"1674028800000\", \"briefingDueMs\": "
                     "\"1674097200000\", \"unit\": \"310115125041\"}");
    ck_assert_str_eq(
        story_ask(story, "dqb", "opinion.AlertBoard.dqb", "{'grade': 'II'}"),
        "{\"rows\": [{\"alert\": \"a1\", \"state\": \"HANDLING\", \"grade\": \"II\", \"unit\": "
        "\"310115125041\", \"place\": \"310115125041\", \"raisedMs\": \"1674003600000\", "
        "\"answerDueMs\": \"1674028800000\", \"briefingDueMs\": \"1674097200000\", \"signals\": 2, "
        "\"hitsAgain\": 1, \"need\": \"a1-n2\", \"caseId\": \"O-20230118-0002-0\"}]}");
    story_close(story);
}
END_TEST

START_TEST(clocks_restart_only_upward)
{
    struct story *story = town();

    raises(story, "a1", "IV");
    ck_assert_str_eq(story_last(story, "opinion.AlertGraded." C41),
                     "{\"alert\": \"a1\", \"grade\": \"IV\", \"reason\": \"as it was read\", "
                     "\"answerDueMs\": \"1674176400000\", \"unit\": \"310115125041\"}");
    story_later(story, "1 h");
    office(story, "GradeAlert", "{'alert': 'a1', 'grade': 'III', 'reason': 'again'}");
    ck_assert_str_eq(story_last(story, "opinion.AlertGraded." C41),
                     "{\"alert\": \"a1\", \"grade\": \"III\", \"from\": \"IV\", \"reason\": "
                     "\"again\", \"answerDueMs\": \"1674176400000\", \"unit\": \"310115125041\"}");
    office(story, "GradeAlert", "{'alert': 'a1', 'grade': 'II', 'reason': 'spreads'}");
    ck_assert_str_eq(story_last(story, "opinion.AlertGraded." C41),
                     "{\"alert\": \"a1\", \"grade\": \"II\", \"from\": \"III\", \"reason\": "
                     "\"spreads\", \"answerDueMs\": \"1674025200000\", \"briefingDueMs\": "
                     "\"1674093600000\", \"unit\": \"310115125041\"}");
    office(story, "GradeAlert", "{'alert': 'a1', 'grade': 'IV', 'reason': 'was nothing'}");
    ck_assert_str_eq(story_last(story, "opinion.AlertGraded." C41),
                     "{\"alert\": \"a1\", \"grade\": \"IV\", \"from\": \"II\", \"reason\": \"was "
                     "nothing\", \"answerDueMs\": \"1674025200000\", \"briefingDueMs\": "
                     "\"1674093600000\", \"unit\": \"310115125041\"}");
    ck_assert_str_eq(
        story_last(story, "opinion.PriorityChanged." C41),
        "{\"need\": \"a1-n1\", \"from\": \"P2\", \"to\": \"P1\", \"reason\": \"the alert was "
        "graded up\", \"due\": {\"receiveMs\": \"1674004500000\", \"acceptMs\": \"1674004800000\", "
        "\"firstContactMs\": \"1674005400000\", \"doneMs\": \"1674046800000\"}}");
    story_close(story);
}
END_TEST

START_TEST(grade_one_has_a_commander_at_once)
{
    struct story *story = town();

    raises(story, "a1", "GRADE_ABSENT");
    story_forget(story);
    office(story, "GradeAlert", "{'alert': 'a1', 'grade': 'I', 'reason': 'S-013'}");
    office(story, "GradeAlert", "{'alert': 'a1', 'grade': 'II', 'reason': 'less'}");
    office(story, "GradeAlert", "{'alert': 'a1', 'grade': 'I', 'reason': 'S-013 all the same'}");
    EXPECT_TEXT(story_text(story), "dqb/1/4 opinion.GradeAlert\n"
                                   "    a1: RAISED -> RAISED\n"
                                   "    reminds a1/answer: opinion.ChaseAlert in 5 h\n"
                                   "    reminds a1/briefing: opinion.ChaseAlert in 24 h\n"
                                   "    sends incident.OpenIncident.310115125041\n"
                                   "    emits opinion.AlertGraded.310115125041 to lgo\n"
                                   "    a1-n1: NONE -> OPEN\n"
                                   "    emits opinion.NeedOpened.310115125041\n"
                                   "    a1-n1: OPEN -> ASSIGNED\n"
                                   "    a1-n1-a1: NONE -> REQUESTED\n"
                                   "    emits opinion.Dispatched.310115125041\n"
                                   "    reminds a1-n1/done: opinion.Due in 1 h 36 min\n"
                                   "    reminds a1-n1/receive: opinion.Due in 4 min\n"
                                   "    reminds a1-n1/accept: opinion.Due in 5 min 36 s\n"
                                   "    reminds a1-n1/first_contact: opinion.Due in 8 min\n"
                                   "dqb/1/5 opinion.GradeAlert\n"
                                   "    a1: RAISED -> RAISED\n"
                                   "    emits opinion.AlertGraded.310115125041 to lgo\n"
                                   "dqb/1/6 opinion.GradeAlert\n"
                                   "    a1: RAISED -> RAISED\n"
                                   "    reminds a1/answer: opinion.ChaseAlert in 5 h\n"
                                   "    reminds a1/briefing: opinion.ChaseAlert in 24 h\n"
                                   "    emits opinion.AlertGraded.310115125041 to lgo\n");
    ck_assert_str_eq(
        story_last(story, "incident.OpenIncident." C41),
        "{\"incident\": \"a1-i\", \"type\": \"MASS\", \"place\": \"310115125041\", \"reporter\": "
        "\"dqb.duty\", \"facts\": \"an elder alone\", \"source\": {\"signal\": \"a1\"}}");
    ck_assert_uint_eq(story_count(story, "incident.OpenIncident.*"), 1);
    story_close(story);
}
END_TEST

START_TEST(what_is_late_is_told_to_the_office_of_the_group)
{
    struct story *story = town();

    raises(story, "a1", "IV");
    story_later(story, "30 min");
    ck_assert_str_eq(story_last(story, "opinion.AlertOverdue." C41),
                     "{\"alert\": \"a1\", \"clock\": \"ack\", \"dueMs\": \"1674005400000\", "
                     "\"grade\": \"IV\", \"toPost\": \"lgo.duty\"}");
    unit_helps(story, "a1-n1");
    office(story, "GradeAlert", "{'alert': 'a1', 'grade': 'II', 'reason': 'spreads'}");
    story_later(story, "5 h");
    ck_assert_str_eq(story_last(story, "opinion.AlertOverdue.dqb"),
                     "{\"alert\": \"a1\", \"clock\": \"answer\", \"dueMs\": \"1674023400000\", "
                     "\"grade\": \"II\", \"toPost\": \"lgo.duty\"}");
    office(story, "PublishAnswer", "{'alert': 'a1', 'text': 'x', 'deedRef': 'a1-n1'}");
    story_later(story, "18 h");
    ck_assert_uint_eq(story_count(story, "opinion.AlertOverdue.*"), 2);
    office(story, "PublishAnswer",
           "{'alert': 'a1', 'text': 'briefed', 'deedRef': 'a1-n1', 'briefing': true}");
    story_later(story, "2 h");
    ck_assert_uint_eq(story_count(story, "opinion.AlertOverdue.*"), 2);
    office(story, "CloseAlert", "{'alert': 'a1', 'reason': 'quiet'}");
    ck_assert_uint_eq(story_count(story, "opinion.AlertClosed.dqb"), 1);
    story_close(story);
}
END_TEST

START_TEST(an_answer_may_come_before_the_help_but_ends_nothing)
{
    struct story *story = town();

    raises(story, "a1", "III");
    story_say(story, C41 " as " C41 ".first", "opinion.Accept." C41, "{'assignment': 'a1-n1-a1'}");
    story_say(story, C41 " as " C41 ".first", "opinion.Start." C41, "{'assignment': 'a1-n1-a1'}");
    story_forget(story);
    office(story, "PublishAnswer",
           "{'alert': 'a1', 'text': 'somebody is on the way', 'deedRef': 'a1-n1'}");
    office(story, "CloseAlert", "{'alert': 'a1'}");
    story_say(story, C41 " as " C41 ".first", "opinion.Complete." C41,
              "{'assignment': 'a1-n1-a1', 'solved': 'SOLVED_YES'}");
    story_say(story, "sjb as sjb.first", "opinion.RecordCallback.sjb",
              "{'need': 'a1-n1', 'result': 'UNSATISFIED'}");
    story_say(story, "dqb as dqb.duty", "opinion.RecordCallback.dqb",
              "{'need': 'a1-n1', 'result': 'UNSATISFIED'}");
    EXPECT_TEXT(story_text(story), "dqb/1/4 opinion.PublishAnswer\n"
                                   "    a1: HANDLING -> ANSWERED\n"
                                   "    forgets a1/answer: opinion.ChaseAlert\n"
                                   "    emits opinion.AnswerPublished.dqb\n"
                                   "dqb/1/5 opinion.CloseAlert\n"
                                   "    refuses: no CloseAlert from ANSWERED\n"
                                   "310115125041/1/3 opinion.Complete\n"
                                   "    a1-n1-a1: IN_PROGRESS -> COMPLETED\n"
                                   "    a1-n1: IN_SERVICE -> VERIFYING\n"
                                   "    emits opinion.Completed.310115125041\n"
                                   "    emits opinion.VerificationDue.dqb\n"
                                   "    reminds a1-n1/verify: opinion.Due in 28 h 42 min\n"
                                   "    forgets a1-n1/done: opinion.Due\n"
                                   "    a1: ANSWERED -> WATCH\n"
                                   "    emits opinion.HelpGiven.dqb\n"
                                   "    reminds a1: opinion.EndWatch in 3 d\n"
                                   "    emits opinion.WatchStarted.dqb\n"
                                   "sjb/1/1 opinion.RecordCallback\n"
                                   "    refuses: RecordCallback is not for sjb\n"
                                   "dqb/1/6 opinion.RecordCallback\n"
                                   "    a1-n1: VERIFYING -> VERIFYING\n"
                                   "    emits opinion.CallbackRecorded.dqb\n"
                                   "    a1-n1: VERIFYING -> OPEN\n"
                                   "    emits opinion.ReworkOrdered.310115125041\n"
                                   "    a1-n1: OPEN -> ASSIGNED\n"
                                   "    a1-n1-a2: NONE -> REQUESTED\n"
                                   "    emits opinion.Dispatched.310115125041\n"
                                   "    reminds a1-n1/done: opinion.Due in 19 h 12 min\n"
                                   "    reminds a1-n1/receive: opinion.Due in 24 min\n"
                                   "    reminds a1-n1/accept: opinion.Due in 48 min\n"
                                   "    reminds a1-n1/first_contact: opinion.Due in 1 h 36 min\n"
                                   "    forgets a1-n1/verify: opinion.Due\n"
                                   "    a1: WATCH -> ANSWERED\n"
                                   "    forgets a1: opinion.EndWatch\n");
    story_close(story);
}
END_TEST

START_TEST(help_that_cannot_be_given_is_said_in_the_answer)
{
    struct story *story = town();

    raises(story, "a1", "III");
    story_say(story, C41 " as " C41 ".first", "opinion.Reject." C41,
              "{'assignment': 'a1-n1-a1', 'code': 'NOT_OUR_DUTY'}");
    story_say(story, "sjb as sjb.first", "opinion.Reject.sjb",
              "{'assignment': 'a1-n1-a2', 'code': 'NOT_OUR_DUTY'}");
    story_forget(story);
    story_say(story, "lgo as lgo.head", "opinion.Rule.lgo",
              "{'need': 'a1-n1', 'unmet': true, 'text': 'it is beyond the town'}");
    office(story, "PublishAnswer",
           "{'alert': 'a1', 'text': 'it is beyond the town', 'deedRef': 'ruling'}");
    EXPECT_TEXT(story_text(story), "lgo/1/1 opinion.Rule\n"
                                   "    emits opinion.Ruled.310115125041\n"
                                   "    emits opinion.Ruled.310115125041\n"
                                   "    emits opinion.Ruled.sjb\n"
                                   "    a1-n1: UNASSIGNABLE -> CLOSED\n"
                                   "    emits opinion.NeedClosed.310115125041\n"
                                   "    reminds a1-n1/reopen_window: opinion.Due in 7 d\n"
                                   "    forgets a1-n1/done: opinion.Due\n"
                                   "    forgets a1-n1/arbiter: opinion.Due\n"
                                   "    a1: RAISED -> HELP_DONE\n"
                                   "    emits opinion.HelpGiven.dqb\n"
                                   "dqb/1/4 opinion.PublishAnswer\n"
                                   "    a1: HELP_DONE -> WATCH\n"
                                   "    forgets a1/answer: opinion.ChaseAlert\n"
                                   "    emits opinion.AnswerPublished.dqb\n"
                                   "    reminds a1: opinion.EndWatch in 3 d\n"
                                   "    emits opinion.WatchStarted.dqb\n");
    ck_assert_str_eq(story_last(story, "opinion.HelpGiven.dqb"),
                     "{\"alert\": \"a1\", \"need\": \"a1-n1\", \"solved\": \"SOLVED_NO\"}");
    story_close(story);
}
END_TEST

TESTS(an_alert_ends_by_help_and_an_answer_and_is_watched, a_new_hit_in_the_watch_opens_it_again,
      clocks_restart_only_upward, grade_one_has_a_commander_at_once,
      what_is_late_is_told_to_the_office_of_the_group,
      an_answer_may_come_before_the_help_but_ends_nothing,
      help_that_cannot_be_given_is_said_in_the_answer)
