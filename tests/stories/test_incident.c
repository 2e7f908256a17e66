/*
 * incident: from the first word to the review (domain.md 3.13, 4.11); S-013, S-056, S-06A to S-06D, S-06O,
 * S-075, S-0B5.
 */
#include "stories/incident_town.h"

extern const struct service incident_service;

/* ---- from the first word to the review ----------------------------------------------------------- */

START_TEST(a_shut_door_is_opened_and_looked_back_on)
{
    struct story *story = town();

    opens(story, "i1", "WELFARE_CHECK", "r1");
    pab(story, "Receive", "{'assignment': 'i1-a1'}");
    pab(story, "CallResponder", "{'incident': 'i1', 'responder': '110'}");
    pab(story, "ConfirmIncident", "{'incident': 'i1', 'reason': 'the door is locked'}");
    pab(story, "CallResponder", "{'incident': 'i1', 'responder': '120'}");
    pab(story, "ReportUpward", "{'incident': 'i1', 'to': 'lgo'}");
    pab(story, "Accept", "{'assignment': 'i1-a1'}");
    pab(story, "Start", "{'assignment': 'i1-a1'}");
    pab(story, "ControlIncident",
        "{'incident': 'i1', 'result': 'HOSPITAL', 'host': {'name': '区医院'}}");
    pab(story, "CloseIncident", "{'incident': 'i1'}");
    pab(story, "Complete", "{'assignment': 'i1-a1', 'solved': 'SOLVED_YES'}");
    story_say(story, "dzb as dzb.duty", "incident.RecordCallback.dzb",
              "{'need': 'i1', 'result': 'SATISFIED'}");
    pab(story, "CloseIncident", "{'incident': 'i1'}");
    story_later(story, "13 d");
    pab(story, "ReviewIncident", "{'incident': 'i1', 'lessons': 'a neighbour has a key'}");
    EXPECT_TEXT(story_text(story), "310115125041/1/1 incident.OpenIncident\n"
                                   "    i1: NONE -> REPORTED\n"
                                   "    emits incident.IncidentOpened.pab\n"
                                   "    reminds i1: incident.ChaseConfirm in 10 min\n"
                                   "    reminds i1: incident.ChaseReport in 15 min\n"
                                   "    i1: NONE -> OPEN\n"
                                   "    emits incident.NeedOpened.310115125041\n"
                                   "    i1: OPEN -> ASSIGNED\n"
                                   "    i1-a1: NONE -> REQUESTED\n"
                                   "    emits incident.Dispatched.pab\n"
                                   "    reminds i1/done: incident.Due in 1 h 36 min\n"
                                   "    reminds i1/receive: incident.Due in 4 min\n"
                                   "    reminds i1/accept: incident.Due in 5 min 36 s\n"
                                   "    reminds i1/first_contact: incident.Due in 8 min\n"
                                   "pab/1/1 incident.Receive\n"
                                   "    i1-a1: REQUESTED -> RECEIVED\n"
                                   "    emits incident.Received.pab\n"
                                   "    forgets i1/receive: incident.Due\n"
                                   "pab/1/2 incident.CallResponder\n"
                                   "    i1: REPORTED -> REPORTED\n"
                                   "    emits incident.ResponderCalled.pab\n"
                                   "pab/1/3 incident.ConfirmIncident\n"
                                   "    i1: REPORTED -> CONFIRMED\n"
                                   "    forgets i1: incident.ChaseConfirm\n"
                                   "    emits incident.IncidentConfirmed.pab\n"
                                   "pab/1/4 incident.CallResponder\n"
                                   "    i1: CONFIRMED -> RESPONDING\n"
                                   "    emits incident.ResponderCalled.pab\n"
                                   "pab/1/5 incident.ReportUpward\n"
                                   "    forgets i1: incident.ChaseReport\n"
                                   "    emits incident.ReportedUpward.pab\n"
                                   "pab/1/6 incident.Accept\n"
                                   "    i1-a1: RECEIVED -> ACCEPTED\n"
                                   "    emits incident.Accepted.pab\n"
                                   "    forgets i1/accept: incident.Due\n"
                                   "pab/1/7 incident.Start\n"
                                   "    i1-a1: ACCEPTED -> IN_PROGRESS\n"
                                   "    i1: ASSIGNED -> IN_SERVICE\n"
                                   "    emits incident.Started.pab\n"
                                   "    forgets i1/first_contact: incident.Due\n"
                                   "    i1: RESPONDING -> RESPONDING\n"
                                   "pab/1/8 incident.ControlIncident\n"
                                   "    i1: RESPONDING -> CONTROLLED\n"
                                   "    emits incident.IncidentControlled.pab\n"
                                   "    sends referral.OpenNeed.310115125041\n"
                                   "    sends registry.SuspendAway.310115125041\n"
                                   "pab/1/9 incident.CloseIncident\n"
                                   "    refuses: its need i1 is not verified yet\n"
                                   "pab/1/10 incident.Complete\n"
                                   "    i1-a1: IN_PROGRESS -> COMPLETED\n"
                                   "    i1: IN_SERVICE -> VERIFYING\n"
                                   "    emits incident.Completed.pab\n"
                                   "    emits incident.VerificationDue.dzb\n"
                                   "    reminds i1/verify: incident.Due in 3 h 12 min\n"
                                   "    forgets i1/done: incident.Due\n"
                                   "dzb/1/1 incident.RecordCallback\n"
                                   "    i1: VERIFYING -> VERIFYING\n"
                                   "    emits incident.CallbackRecorded.dzb\n"
                                   "    i1: VERIFYING -> CLOSED\n"
                                   "    emits incident.NeedClosed.310115125041\n"
                                   "    reminds i1/reopen_window: incident.Due in 7 d\n"
                                   "    forgets i1/verify: incident.Due\n"
                                   "    reminds i1: incident.ChaseClose in 24 h\n"
                                   "pab/1/11 incident.CloseIncident\n"
                                   "    i1: CONTROLLED -> CLOSED\n"
                                   "    forgets i1: incident.ChaseClose\n"
                                   "    reminds i1: incident.ChaseReview in 12 d 8 h\n"
                                   "    emits incident.IncidentClosed.pab\n"
                                   "7 d later\n"
                                   "incident/1/20 incident.Due\n"
                                   "    i1: CLOSED -> SEALED\n"
                                   "5 d 8 h later\n"
                                   "incident/1/21 incident.ChaseReview\n"
                                   "    i1: CLOSED -> CLOSED\n"
                                   "    emits incident.IncidentOverdue.pab to lgo\n"
                                   "    reminds i1: incident.ChaseReview in 7 d\n"
                                   "16 h later\n"
                                   "pab/1/12 incident.ReviewIncident\n"
                                   "    i1: CLOSED -> REVIEWED\n"
                                   "    forgets i1: incident.ChaseReview\n"
                                   "    emits incident.IncidentReviewed.pab\n");
    ck_assert_str_eq(
        story_last(story, "incident.IncidentOpened.pab"),
        "{\"incident\": \"i1\", \"type\": \"WELFARE_CHECK\", \"place\": \"310115125041\", "
        "\"person\": \"r1\", \"priority\": \"P0\", \"toPost\": \"pab.duty\", \"openedMs\": "
        "\"1674003600000\", \"reporter\": \"310115125041.duty\"}");
    ck_assert_str_eq(story_last_case(story, "incident.IncidentClosed.pab"), "I-20230118-0001-1");
    ck_assert_str_eq(story_last_case(story, "registry.SuspendAway." C41), "I-20230118-0001-1");
    ck_assert_str_eq(story_last(story, "referral.OpenNeed." C41),
                     "{\"need\": \"i1-transfer\", \"person\": \"r1\", \"place\": \"310115125041\", "
                     "\"category\": \"MEDICAL\", \"kind\": \"TRANSFER\", \"priority\": \"P0\", "
                     "\"detail\": \"found ill\", \"source\": {\"visit\": \"i1\"}}");
    ck_assert_str_eq(
        story_last(story, "registry.SuspendAway." C41),
        "{\"person\": \"r1\", \"kind\": \"hospital\", \"host\": {\"name\": \"区医院\"}}");
    ck_assert_str_eq(story_last(story, "incident.IncidentClosed.pab"),
                     "{\"incident\": \"i1\", \"type\": \"WELFARE_CHECK\", \"place\": "
                     "\"310115125041\", \"person\": \"r1\", \"result\": \"HOSPITAL\", \"byPost\": "
                     "\"pab.duty\", \"needs\": [\"i1\"]}");
    ck_assert_str_eq(story_last(story, "incident.IncidentReviewed.pab"),
                     "{\"incident\": \"i1\", \"type\": \"WELFARE_CHECK\", \"place\": "
                     "\"310115125041\", \"result\": \"HOSPITAL\", \"lessons\": \"a neighbour has a "
                     "key\", \"byPost\": \"pab.duty\"}");
    ck_assert_str_eq(story_last(story, "incident.IncidentOverdue.pab"),
                     "{\"incident\": \"i1\", \"clock\": \"review\", \"dueMs\": \"1675069200000\", "
                     "\"toPost\": \"lgo.duty\"}");
    ck_assert_str_eq(story_last(story, "incident.ReportedUpward.pab"),
                     "{\"incident\": \"i1\", \"to\": \"lgo\", \"atMs\": \"1674003600000\", "
                     "\"byPost\": \"pab.duty\"}");
    ck_assert_str_eq(
        story_ask(story, C41, "incident.IncidentTimeline." C41, "{'incident': 'i1'}"),
        "{\"incident\": {\"incident\": \"i1\", \"state\": \"REVIEWED\", \"type\": "
        "\"WELFARE_CHECK\", \"place\": \"310115125041\", \"person\": \"r1\", \"openedMs\": "
        "\"1674003600000\", \"result\": \"HOSPITAL\", \"caseId\": \"I-20230118-0001-1\", "
        "\"reportedMs\": \"1674003600000\"}, \"steps\": [{\"atMs\": \"1674003600000\", \"what\": "
        "\"opened\", \"byPost\": \"310115125041.duty\", \"text\": \"nobody opens\"}, {\"atMs\": "
        "\"1674003600000\", \"what\": \"called\", \"byPost\": \"pab.duty\", \"text\": \"110\"}, "
        "{\"atMs\": \"1674003600000\", \"what\": \"confirmed\", \"byPost\": \"pab.duty\", "
        "\"text\": \"the door is locked\"}, {\"atMs\": \"1674003600000\", \"what\": \"called\", "
        "\"byPost\": \"pab.duty\", \"text\": \"120\"}, {\"atMs\": \"1674003600000\", \"what\": "
        "\"reported\", \"byPost\": \"pab.duty\", \"text\": \"lgo\"}, {\"atMs\": \"1674003600000\", "
        "\"what\": \"started\", \"byPost\": \"pab.duty\", \"text\": \"pab\"}, {\"atMs\": "
        "\"1674003600000\", \"what\": \"controlled\", \"byPost\": \"pab.duty\"}, {\"atMs\": "
        "\"1674003600000\", \"what\": \"closed\", \"byPost\": \"pab.duty\"}, {\"atMs\": "
        "\"1675126800000\", \"what\": \"reviewed\", \"byPost\": \"pab.duty\", \"text\": \"a "
        "neighbour has a key\"}], \"needs\": [\"i1\"]}");
    ck_assert_str_eq(story_ask(story, "hcz", "incident.IncidentTimeline.hcz", "{'incident': 'i1'}"),
                     "refused NOT_ALLOWED: it is not for hcz");
    ck_assert_str_eq(story_ask(story, "pab", "incident.IncidentTimeline.pab", "{'incident': 'i9'}"),
                     "refused NOT_FOUND: there is no such incident");
    ck_assert_str_eq(story_ask(story, "pab", "incident.IncidentTimeline.pab", "{}"),
                     "refused BAD_FIELD: no incident");
    story_close(story);
}
END_TEST

START_TEST(life_at_stake_is_p0_and_the_rest_is_p1)
{
    struct story *story = town();
    static const char *const types[] = {
        "WELFARE_CHECK", "HEALTH",          "DISPUTE",
        "ORDER",         "EMERGENCY",       "FIRE_SAFETY",
        "MASS",          "CHILD_UNGUARDED", "INSTITUTION_CLUSTER"
    };
    char id[8];

    for (size_t i = 0; i < 9; i++) {
        snprintf(id, sizeof(id), "i%zu", i);
        opens(story, id, types[i], "");
    }
    ck_assert_str_eq(story_ask(story, "pab", "incident.Board.pab", "{}"),
                     "{\"counts\": [{\"unit\": \"310115125041\", \"state\": \"REQUESTED\", "
                     "\"priority\": \"P0\", \"count\": 1}, {\"unit\": \"pab\", \"state\": "
                     "\"REQUESTED\", \"priority\": \"P0\", \"count\": 3}, {\"unit\": \"pab\", "
                     "\"state\": \"REQUESTED\", \"priority\": \"P1\", \"count\": 5}]}");
    opens(story, "i9", "TYPE_ABSENT", "");
    opens(story, "", "MASS", "");
    ck_assert_uint_eq(story_count(story, "incident.Refused." C41), 2);
    story_close(story);
}
END_TEST

START_TEST(the_same_door_twice_is_one_incident)
{
    struct story *story = town();

    opens(story, "i1", "WELFARE_CHECK", "r1");
    story_forget(story);
    opens(story, "i2", "WELFARE_CHECK", "r1");
    opens(story, "i1", "WELFARE_CHECK", "r1");
    pab(story, "ConfirmIncident", "{'incident': 'i2'}");
    pab(story, "ReportUpward", "{'incident': 'i2', 'to': 'lgo'}");
    EXPECT_TEXT(story_text(story), "310115125041/1/2 incident.OpenIncident\n"
                                   "    i2: NONE -> LINKED\n"
                                   "    emits incident.IncidentOpened.pab\n"
                                   "    i2: NONE -> SEALED\n"
                                   "    emits incident.NeedOpened.310115125041\n"
                                   "    emits incident.NeedClosed.310115125041\n"
                                   "310115125041/1/3 incident.OpenIncident\n"
                                   "    refuses: no OpenIncident from REPORTED\n"
                                   "pab/1/1 incident.ConfirmIncident\n"
                                   "    refuses: no ConfirmIncident from LINKED\n"
                                   "pab/1/2 incident.ReportUpward\n"
                                   "    refuses: there is no such incident\n");
    ck_assert_str_eq(
        story_last(story, "incident.IncidentOpened.pab"),
        "{\"incident\": \"i2\", \"type\": \"WELFARE_CHECK\", \"place\": \"310115125041\", "
        "\"person\": \"r1\", \"priority\": \"P0\", \"toPost\": \"pab.duty\", \"openedMs\": "
        "\"1674003600000\", \"linkedTo\": \"i1\", \"reporter\": \"310115125041.duty\"}");
    /* another kind of thing, or another person, is another incident; so is what comes after its end */
    opens(story, "i3", "HEALTH", "r1");
    opens(story, "i4", "WELFARE_CHECK", "r2");
    helps(story, "i1", "pab");
    opens(story, "i5", "WELFARE_CHECK", "r1");
    ck_assert_uint_eq(story_count(story, "incident.Dispatched.pab"), 4);
    ck_assert_str_eq(
        story_ask(story, "lgo", "incident.IncidentBoard.lgo", "{'limit': 2}"),
        "{\"rows\": [{\"incident\": \"i1\", \"state\": \"REPORTED\", \"type\": \"WELFARE_CHECK\", "
        "\"place\": \"310115125041\", \"person\": \"r1\", \"openedMs\": \"1674003600000\", "
        "\"caseId\": \"I-20230118-0001-1\"}, {\"incident\": \"i3\", \"state\": \"REPORTED\", "
        "\"type\": \"HEALTH\", \"place\": \"310115125041\", \"person\": \"r1\", \"openedMs\": "
        "\"1674003600000\", \"caseId\": \"I-20230118-0003-8\"}], \"next\": "
        "\"0/00000185c263d280/i3\"}");
    ck_assert_str_eq(story_ask(story, "hcz", "incident.IncidentBoard.hcz", "{}"),
                     "refused NOT_ALLOWED: it is not for hcz");
    story_close(story);
}
END_TEST

START_TEST(what_its_opener_takes_back_was_none)
{
    struct story *story = town();

    opens(story, "i1", "HEALTH", "r1");
    opens(story, "i2", "HEALTH", "r2");
    pab(story, "ConfirmIncident", "{'incident': 'i2'}");
    story_forget(story);
    story_say(story, C41 " as " C41 ".duty", "incident.WithdrawNeed." C41,
              "{'need': 'i1', 'code': 'OTHER', 'text': 'answers the phone'}");
    story_say(story, C41 " as " C41 ".duty", "incident.WithdrawNeed." C41,
              "{'need': 'i2', 'code': 'OTHER'}");
    EXPECT_TEXT(story_text(story), "310115125041/1/3 incident.WithdrawNeed\n"
                                   "    i1-a1: REQUESTED -> RECALLED\n"
                                   "    emits incident.Recalled.pab\n"
                                   "    i1: ASSIGNED -> CLOSED\n"
                                   "    emits incident.NeedClosed.310115125041\n"
                                   "    reminds i1/reopen_window: incident.Due in 7 d\n"
                                   "    forgets i1/done: incident.Due\n"
                                   "    forgets i1/receive: incident.Due\n"
                                   "    forgets i1/accept: incident.Due\n"
                                   "    forgets i1/first_contact: incident.Due\n"
                                   "    i1: REPORTED -> FALSE\n"
                                   "    forgets i1: incident.ChaseConfirm\n"
                                   "    forgets i1: incident.ChaseReport\n"
                                   "    emits incident.IncidentFalse.pab\n"
                                   "310115125041/1/4 incident.WithdrawNeed\n"
                                   "    i2-a1: REQUESTED -> RECALLED\n"
                                   "    emits incident.Recalled.pab\n"
                                   "    i2: ASSIGNED -> CLOSED\n"
                                   "    emits incident.NeedClosed.310115125041\n"
                                   "    reminds i2/reopen_window: incident.Due in 7 d\n"
                                   "    forgets i2/done: incident.Due\n"
                                   "    forgets i2/receive: incident.Due\n"
                                   "    forgets i2/accept: incident.Due\n"
                                   "    forgets i2/first_contact: incident.Due\n"
                                   "    reminds i2: incident.ChaseClose in 24 h\n");
    story_close(story);
}
END_TEST

START_TEST(what_comes_as_a_need_is_an_incident_too)
{
    struct story *story = town();

    story_say(story, "hotline", "incident.OpenNeed." C41,
              "{'need': 'n1', 'place': '" C41 "', 'category': 'EMERGENCY', 'kind': 'DISPUTE',"
              " 'priority': 'P1', 'detail': 'over the lift', 'source': {'ticket': 't1'}}");
    EXPECT_TEXT(story_text(story), "hotline/1/1 incident.OpenNeed\n"
                                   "    n1: NONE -> OPEN\n"
                                   "    emits incident.NeedOpened.310115125041\n"
                                   "    n1: NONE -> REPORTED\n"
                                   "    emits incident.IncidentOpened.pab\n"
                                   "    reminds n1: incident.ChaseConfirm in 10 min\n"
                                   "    reminds n1: incident.ChaseReport in 15 min\n"
                                   "    n1: OPEN -> ASSIGNED\n"
                                   "    n1-a1: NONE -> REQUESTED\n"
                                   "    emits incident.Dispatched.pab\n"
                                   "    reminds n1/done: incident.Due in 9 h 36 min\n"
                                   "    reminds n1/receive: incident.Due in 12 min\n"
                                   "    reminds n1/accept: incident.Due in 16 min\n"
                                   "    reminds n1/first_contact: incident.Due in 24 min\n");
    ck_assert_str_eq(story_last(story, "incident.IncidentOpened.pab"),
                     "{\"incident\": \"n1\", \"type\": \"DISPUTE\", \"place\": \"310115125041\", "
                     "\"priority\": \"P1\", \"toPost\": \"pab.duty\", \"source\": {\"ticket\": "
                     "\"t1\"}, \"openedMs\": \"1674003600000\"}");
    story_close(story);
}
END_TEST

/* ---- a false alarm is nobody's fault ------------------------------------------------------------- */

START_TEST(who_was_at_the_daughters_is_away_and_nobody_is_blamed)
{
    struct story *story = town();

    opens(story, "i1", "WELFARE_CHECK", "r1");
    story_say(story, "pab as pab.duty", "incident.OpenNeed.pab",
              "{'need': 'n1', 'parent': 'i1', 'place': '" C41 "', 'category': 'EMERGENCY',"
              " 'kind': 'ORDER', 'priority': 'P1'}");
    story_forget(story);
    story_say(story, C41 " as " C41 ".duty", "incident.MarkFalse." C41, "{'incident': 'i1'}");
    pab(story, "MarkFalse", "{'incident': 'i1'}");
    pab(story, "MarkFalse", "{'incident': 'i1', 'reason': 'at the daughters', 'away': 'relative'}");
    pab(story, "MarkFalse",
        "{'incident': 'i1', 'reason': 'at the daughters', 'away': 'relative',"
        " 'untilMs': '1674200000000', 'host': {'name': '王芳', 'phones': [{'number':"
        " '13900000001'}]}}");
    EXPECT_TEXT(story_text(story), "310115125041/1/2 incident.MarkFalse\n"
                                   "    refuses: MarkFalse is not for 310115125041\n"
                                   "pab/1/2 incident.MarkFalse\n"
                                   "    refuses: a false alarm has a reason\n"
                                   "pab/1/3 incident.MarkFalse\n"
                                   "    refuses: with whom?\n"
                                   "pab/1/4 incident.MarkFalse\n"
                                   "    i1: REPORTED -> FALSE\n"
                                   "    forgets i1: incident.ChaseConfirm\n"
                                   "    forgets i1: incident.ChaseReport\n"
                                   "    emits incident.IncidentFalse.pab\n"
                                   "    sends registry.SuspendAway.310115125041\n"
                                   "    n1-a1: REQUESTED -> RECALLED\n"
                                   "    emits incident.Recalled.pab\n"
                                   "    n1: ASSIGNED -> CLOSED\n"
                                   "    emits incident.NeedClosed.310115125041\n"
                                   "    reminds n1/reopen_window: incident.Due in 7 d\n"
                                   "    forgets n1/done: incident.Due\n"
                                   "    forgets n1/receive: incident.Due\n"
                                   "    forgets n1/accept: incident.Due\n"
                                   "    forgets n1/first_contact: incident.Due\n"
                                   "    i1-a1: REQUESTED -> RECALLED\n"
                                   "    emits incident.Recalled.pab\n"
                                   "    i1: ASSIGNED -> CLOSED\n"
                                   "    emits incident.NeedClosed.310115125041\n"
                                   "    reminds i1/reopen_window: incident.Due in 7 d\n"
                                   "    forgets i1/done: incident.Due\n"
                                   "    forgets i1/receive: incident.Due\n"
                                   "    forgets i1/accept: incident.Due\n"
                                   "    forgets i1/first_contact: incident.Due\n");
    ck_assert_str_eq(story_last(story, "incident.IncidentFalse.pab"),
                     "{\"incident\": \"i1\", \"type\": \"WELFARE_CHECK\", \"place\": "
                     "\"310115125041\", \"person\": \"r1\", \"reason\": \"at the daughters\", "
                     "\"byPost\": \"pab.duty\", \"away\": \"relative\"}");
    ck_assert_str_eq(
        story_last(story, "registry.SuspendAway." C41),
        "{\"person\": \"r1\", \"kind\": \"relative\", \"untilMs\": \"1674200000000\", \"host\": "
        "{\"name\": \"王芳\", \"phones\": [{\"number\": \"13900000001\"}]}}");
    ck_assert_str_eq(story_last(story, "incident.NeedClosed." C41),
                     "{\"need\": \"i1\", \"outcome\": \"WITHDRAWN\", \"publicText\": \"at the "
                     "daughters\", \"spans\": {}, \"person\": \"r1\"}");
    story_later(story, "20 d");
    ck_assert_uint_eq(story_count(story, "incident.DeadlineMissed.*"), 0);
    ck_assert_uint_eq(story_count(story, "incident.IncidentOverdue.*"), 0);
    ck_assert_str_eq(story_ask(story, "pab", "incident.IncidentBoard.pab", "{}"), "{}");
    story_close(story);
}
END_TEST

TESTS(a_shut_door_is_opened_and_looked_back_on, life_at_stake_is_p0_and_the_rest_is_p1,
      the_same_door_twice_is_one_incident, what_its_opener_takes_back_was_none,
      what_comes_as_a_need_is_an_incident_too,
      who_was_at_the_daughters_is_away_and_nobody_is_blamed)
