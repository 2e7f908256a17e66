/*
 * incident: who commands, who is called, how it stands (domain.md 3.13, 4.11); S-056, S-06A to S-06D,
 * S-0B5.
 */
#include "stories/incident_town.h"

extern const struct service incident_service;

/* ---- command ------------------------------------------------------------------------------------- */

START_TEST(grades_command_and_reports_go_by_rank_and_clock)
{
    struct story *story = town();

    opens(story, "i1", "INSTITUTION_CLUSTER", "");
    pab(story, "GradeIncident", "{'incident': 'i1', 'grade': 2}");
    pab(story, "ConfirmIncident", "{'incident': 'i1'}");
    pab(story, "ReportUpward", "{'incident': 'i1', 'to': 'lgo', 'ack': 'heard'}");
    story_forget(story);
    pab(story, "GradeIncident", "{'incident': 'i1', 'grade': 5}");
    pab(story, "GradeIncident", "{'incident': 'i1', 'grade': 1}");
    story_say(story, C41 " as " C41 ".duty", "incident.GradeIncident." C41,
              "{'incident': 'i1', 'grade': 3}");
    pab(story, "GradeIncident", "{'incident': 'i1', 'grade': 2, 'reason': 'three ill'}");
    pab(story, "GradeIncident", "{'incident': 'i1', 'grade': 2}");
    pab(story, "TakeCommand", "{'incident': 'i1', 'post': 'pab.head'}");
    pab(story, "TakeCommand", "{'incident': 'i1'}");
    story_later(story, "29 min");
    pab(story, "ReportSituation", "{'incident': 'i1'}");
    pab(story, "ReportSituation",
        "{'incident': 'i1', 'text': 'five tested', 'figures': [{'name': 'ill', 'value': 4}]}");
    story_later(story, "31 min");
    story_say(story, "lg as lg.head lg-s1", "incident.GradeIncident.lg",
              "{'incident': 'i1', 'grade': 1, 'reason': 'spreading'}");
    pab(story, "TakeCommand", "{'incident': 'i1'}");
    story_say(story, "lg as lg.head lg-s1", "incident.TakeCommand.lg", "{'incident': 'i1'}");
    story_say(story, "hcz as hcz.duty", "incident.ReportSituation.hcz",
              "{'incident': 'i1', 'text': 'ours'}");
    story_say(story, "lg as lg.head lg-s1", "incident.ReportSituation.lg",
              "{'incident': 'i1', 'text': 'beds are there'}");
    story_say(story, "lg as lg.head lg-s1", "incident.GradeIncident.lg",
              "{'incident': 'i1', 'grade': 4, 'reason': 'no more'}");
    EXPECT_TEXT(story_text(story), "pab/1/4 incident.GradeIncident\n"
                                   "    refuses: a grade is 1 red to 4 blue\n"
                                   "pab/1/5 incident.GradeIncident\n"
                                   "    refuses: grade 1 is the leading group's\n"
                                   "310115125041/1/2 incident.GradeIncident\n"
                                   "    refuses: GradeIncident is not for 310115125041\n"
                                   "pab/1/6 incident.GradeIncident\n"
                                   "    i1: CONFIRMED -> GRADED\n"
                                   "    emits incident.IncidentGraded.pab\n"
                                   "    reminds i1: incident.ChaseSituation in 30 min\n"
                                   "pab/1/7 incident.GradeIncident\n"
                                   "    refuses: it has that grade already\n"
                                   "pab/1/8 incident.TakeCommand\n"
                                   "    refuses: nobody holds that post\n"
                                   "pab/1/9 incident.TakeCommand\n"
                                   "    i1: GRADED -> COMMANDED\n"
                                   "    emits incident.CommandTaken.pab\n"
                                   "12 min later\n"
                                   "incident/1/14 incident.Due\n"
                                   "    emits incident.DeadlineWarned.pab\n"
                                   "    reminds i1/receive: incident.Due in 3 min\n"
                                   "3 min later\n"
                                   "incident/1/16 incident.Due\n"
                                   "    i1-a1: REQUESTED -> EXPIRED\n"
                                   "    emits incident.Expired.pab\n"
                                   "    i1: ASSIGNED -> OPEN\n"
                                   "    i1: OPEN -> ASSIGNED\n"
                                   "    i1-a2: NONE -> REQUESTED\n"
                                   "    emits incident.Dispatched.lgo\n"
                                   "    reminds i1/receive: incident.Due in 12 min\n"
                                   "    reminds i1/accept: incident.Due in 16 min\n"
                                   "    reminds i1/first_contact: incident.Due in 24 min\n"
                                   "1 min later\n"
                                   "11 min later\n"
                                   "incident/1/19 incident.Due\n"
                                   "    emits incident.DeadlineWarned.lgo\n"
                                   "    reminds i1/receive: incident.Due in 3 min\n"
                                   "2 min later\n"
                                   "pab/1/10 incident.ReportSituation\n"
                                   "    refuses: a report says something\n"
                                   "pab/1/11 incident.ReportSituation\n"
                                   "    i1: COMMANDED -> COMMANDED\n"
                                   "    reminds i1: incident.ChaseSituation in 30 min\n"
                                   "    emits incident.SituationReported.pab\n"
                                   "1 min later\n"
                                   "incident/1/23 incident.Due\n"
                                   "    i1-a2: REQUESTED -> EXPIRED\n"
                                   "    emits incident.Expired.lgo\n"
                                   "    i1: ASSIGNED -> OPEN\n"
                                   "    i1: OPEN -> UNASSIGNABLE\n"
                                   "    emits incident.Unassignable.lgo\n"
                                   "    reminds i1/arbiter: incident.Due in 24 min\n"
                                   "    forgets i1/accept: incident.Due\n"
                                   "    forgets i1/first_contact: incident.Due\n"
                                   "1 min later\n"
                                   "23 min later\n"
                                   "incident/1/26 incident.Due\n"
                                   "    emits incident.DeadlineWarned.lgo\n"
                                   "    reminds i1/arbiter: incident.Due in 6 min\n"
                                   "5 min later\n"
                                   "incident/1/28 incident.ChaseSituation\n"
                                   "    emits incident.SituationOverdue.pab to lgo\n"
                                   "    reminds i1: incident.ChaseSituation in 30 min\n"
                                   "1 min later\n"
                                   "incident/1/30 incident.Due\n"
                                   "    emits incident.DeadlineMissed.lgo\n"
                                   "    emits incident.Escalated.lg\n"
                                   "lg/1/1 incident.GradeIncident\n"
                                   "    i1: COMMANDED -> COMMANDED\n"
                                   "    emits incident.IncidentGraded.lg\n"
                                   "pab/1/12 incident.TakeCommand\n"
                                   "    refuses: grade 1 is the leading group's\n"
                                   "lg/1/2 incident.TakeCommand\n"
                                   "    i1: COMMANDED -> COMMANDED\n"
                                   "    emits incident.CommandTaken.lg\n"
                                   "hcz/1/1 incident.ReportSituation\n"
                                   "    refuses: hcz does not command it\n"
                                   "lg/1/3 incident.ReportSituation\n"
                                   "    i1: COMMANDED -> COMMANDED\n"
                                   "    reminds i1: incident.ChaseSituation in 30 min\n"
                                   "    emits incident.SituationReported.pab\n"
                                   "lg/1/4 incident.GradeIncident\n"
                                   "    i1: COMMANDED -> COMMANDED\n"
                                   "    emits incident.IncidentGraded.pab\n"
                                   "    forgets i1: incident.ChaseSituation\n");
    ck_assert_str_eq(
        story_last(story, "incident.SituationReported.pab"),
        "{\"incident\": \"i1\", \"atMs\": \"1674007200000\", \"n\": 2, \"text\": \"beds are "
        "there\", \"grade\": 1, \"nextDueMs\": \"1674009000000\", \"place\": \"310115125041\"}");
    ck_assert_str_eq(story_last(story, "incident.SituationOverdue.pab"),
                     "{\"incident\": \"i1\", \"atMs\": \"1674007140000\", \"grade\": 2, "
                     "\"toPost\": \"pab.duty\"}");
    ck_assert_str_eq(
        story_last(story, "incident.IncidentGraded.lg"),
        "{\"incident\": \"i1\", \"type\": \"INSTITUTION_CLUSTER\", \"place\": \"310115125041\", "
        "\"grade\": 1, \"from\": 2, \"reason\": \"spreading\", \"byPost\": \"lg.head\"}");
    ck_assert_str_eq(
        story_last(story, "incident.CommandTaken.lg"),
        "{\"incident\": \"i1\", \"type\": \"INSTITUTION_CLUSTER\", \"place\": \"310115125041\", "
        "\"toPost\": \"lg.head\", \"fromPost\": \"pab.duty\", \"grade\": 1}");
    ck_assert_str_eq(story_ask(story, "pab", "incident.IncidentBoard.pab", "{'grade': 4}"),
                     "{\"rows\": [{\"incident\": \"i1\", \"state\": \"COMMANDED\", \"type\": "
                     "\"INSTITUTION_CLUSTER\", \"grade\": 4, \"place\": \"310115125041\", "
                     "\"commander\": \"lg.head\", \"openedMs\": \"1674003600000\", \"caseId\": "
                     "\"I-20230118-0001-1\", \"reportedMs\": \"1674003600000\"}]}");
    story_close(story);
}
END_TEST

START_TEST(responders_are_known_before_they_are_called)
{
    struct story *story = town();

    opens(story, "i1", "ORDER", "");
    pab(story, "ConfirmIncident", "{'incident': 'i1'}");
    story_forget(story);
    pab(story, "CallResponder", "{'incident': 'i1', 'responder': 'chengguan'}");
    pab(story, "RegisterResponder", "{'responder': 'chengguan', 'kind': 'army', 'number': '1'}");
    pab(story, "RegisterResponder",
        "{'responder': 'chengguan', 'kind': 'enforcement', 'number': '50000001', 'unit': 'xxx'}");
    pab(story, "RegisterResponder",
        "{'responder': 'chengguan', 'kind': 'enforcement', 'number': '50000001'}");
    story_say(story, "hcz as hcz.duty", "incident.RegisterResponder.hcz", "{}");
    pab(story, "CallResponder",
        "{'incident': 'i1', 'responder': 'chengguan', 'toldAtMs': '1999999999999'}");
    story_say(story, "hcz as hcz.duty", "incident.CallResponder.hcz",
              "{'incident': 'i1', 'responder': '110'}");
    pab(story, "CallResponder", "{'incident': 'i1', 'responder': 'chengguan'}");
    pab(story, "ControlIncident", "{'incident': 'i1'}");
    pab(story, "ControlIncident", "{'incident': 'i1', 'result': 'SETTLED'}");
    EXPECT_TEXT(story_text(story), "pab/1/2 incident.CallResponder\n"
                                   "    refuses: nobody knows chengguan\n"
                                   "pab/1/3 incident.RegisterResponder\n"
                                   "    refuses: a responder has an id, kind, number\n"
                                   "pab/1/4 incident.RegisterResponder\n"
                                   "    refuses: there is no unit xxx\n"
                                   "pab/1/5 incident.RegisterResponder\n"
                                   "    emits incident.ResponderRegistered.pab\n"
                                   "hcz/1/1 incident.RegisterResponder\n"
                                   "    refuses: RegisterResponder is not for hcz\n"
                                   "pab/1/6 incident.CallResponder\n"
                                   "    refuses: that hour is still to come\n"
                                   "hcz/1/2 incident.CallResponder\n"
                                   "    refuses: hcz does not command it\n"
                                   "pab/1/7 incident.CallResponder\n"
                                   "    i1: CONFIRMED -> RESPONDING\n"
                                   "    emits incident.ResponderCalled.pab\n"
                                   "pab/1/8 incident.ControlIncident\n"
                                   "    refuses: how did it end?\n"
                                   "pab/1/9 incident.ControlIncident\n"
                                   "    i1: RESPONDING -> CONTROLLED\n"
                                   "    emits incident.IncidentControlled.pab\n");
    ck_assert_str_eq(story_ask(story, "pab", "incident.Responders.pab", "{'kind': 'enforcement'}"),
                     "{\"rows\": [{\"responder\": \"chengguan\", \"kind\": \"enforcement\", "
                     "\"number\": \"50000001\", \"calls\": 1}]}");
    ck_assert_str_eq(story_ask(story, "pab", "incident.Responders.pab", "{'kind': 'fire'}"), "{}");
    story_close(story);
}
END_TEST

START_TEST(the_office_hears_of_what_nobody_confirms_or_reports)
{
    struct story *story = town();

    opens(story, "i1", "DISPUTE", "");
    story_forget(story);
    story_later(story, "16 min");
    EXPECT_TEXT(story_text(story), "10 min later\n"
                                   "incident/1/4 incident.ChaseConfirm\n"
                                   "    i1: REPORTED -> REPORTED\n"
                                   "    emits incident.IncidentOverdue.pab to lgo\n"
                                   "2 min later\n"
                                   "incident/1/6 incident.Due\n"
                                   "    emits incident.DeadlineWarned.pab\n"
                                   "    reminds i1/receive: incident.Due in 3 min\n"
                                   "3 min later\n"
                                   "incident/1/8 incident.Due\n"
                                   "    i1-a1: REQUESTED -> EXPIRED\n"
                                   "    emits incident.Expired.pab\n"
                                   "    i1: ASSIGNED -> OPEN\n"
                                   "    i1: OPEN -> ASSIGNED\n"
                                   "    i1-a2: NONE -> REQUESTED\n"
                                   "    emits incident.Dispatched.lgo\n"
                                   "    reminds i1/receive: incident.Due in 12 min\n"
                                   "    reminds i1/accept: incident.Due in 16 min\n"
                                   "    reminds i1/first_contact: incident.Due in 24 min\n"
                                   "incident/1/9 incident.ChaseReport\n"
                                   "    emits incident.IncidentOverdue.pab to lgo\n"
                                   "1 min later\n");
    pab(story, "ConfirmIncident", "{'incident': 'i1'}");
    story_say(story, "hcz as hcz.duty", "incident.ReportUpward.hcz",
              "{'incident': 'i1', 'to': 'lgo'}");
    pab(story, "ReportUpward", "{'incident': 'i1'}");
    pab(story, "ReportUpward", "{'incident': 'i1', 'to': 'lgo'}");
    story_say(story, "lgo as lgo.duty", "incident.ReportUpward.lgo",
              "{'incident': 'i1', 'to': 'district', 'ack': 'P-17'}");
    ck_assert_str_eq(story_last(story, "incident.ReportedUpward.pab"),
                     "{\"incident\": \"i1\", \"to\": \"district\", \"atMs\": \"1674004560000\", "
                     "\"ms\": \"960000\", \"ack\": \"P-17\", \"byPost\": \"lgo.duty\"}");
    ck_assert_uint_eq(story_count(story, "incident.ReportedUpward.pab"), 2);
    story_close(story);
}
END_TEST

START_TEST(who_was_found_dead_is_told_to_the_roster)
{
    struct story *story = town();

    opens(story, "i1", "HEALTH", "r1");
    opens(story, "i2", "HEALTH", "r2");
    pab(story, "ConfirmIncident", "{'incident': 'i1'}");
    pab(story, "CallResponder", "{'incident': 'i1', 'responder': '120'}");
    pab(story, "ConfirmIncident", "{'incident': 'i2'}");
    pab(story, "CallResponder", "{'incident': 'i2', 'responder': '120'}");
    pab(story, "ControlIncident", "{'incident': 'i1', 'result': 'DIED'}");
    ck_assert_str_eq(story_last(story, "registry.ReportDeath." C41),
                     "{\"person\": \"r1\", \"source\": \"incident\", \"atMs\": \"1674003600000\"}");
    pab(story, "ControlIncident", "{'incident': 'i2', 'result': 'AWAY'}");
    ck_assert_str_eq(story_last(story, "incident.Refused.pab"),
                     "{\"id\": \"pab/1/6\", \"code\": \"NO_HOST\", \"reason\": \"in which "
                     "hospital, or with whom?\", \"command\": \"incident.ControlIncident\"}");
    pab(story, "ControlIncident", "{'incident': 'i2', 'result': 'AWAY', 'host': {'name': '李四'}}");
    ck_assert_str_eq(
        story_last(story, "registry.SuspendAway." C41),
        "{\"person\": \"r2\", \"kind\": \"relative\", \"host\": {\"name\": \"李四\"}}");
    ck_assert_uint_eq(story_count(story, "referral.OpenNeed.*"), 0);
    story_close(story);
}
END_TEST

TESTS(grades_command_and_reports_go_by_rank_and_clock, responders_are_known_before_they_are_called,
      the_office_hears_of_what_nobody_confirms_or_reports, who_was_found_dead_is_told_to_the_roster)
