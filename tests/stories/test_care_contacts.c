/*
 * care: what is found at the daily contact, and what becomes of it in the same turn (S-072 询问困难,
 * S-073 情绪波动, S-074 行为异常, S-075, S-08B, S-08C, S-09B, S-09C; R15).
 */
#include <stdlib.h>

#include "stories/care_town.h"

extern const struct service care_service;

/* By telephone (S-094 电话慰问), at the door (S-093), by somebody else's word: what was found is said. */
START_TEST(each_outcome_is_a_fact_of_its_own)
{
    struct story *story = care_morning();

    vc_says(story, "RecordContact",
            "{'person': 'r1', 'outcome': 'OK', 'firstHand': true, 'mode': 'PHONE'}");
    vc_says(story, "RecordContact",
            "{'person': 'r1', 'outcome': 'OK', 'mode': 'EMERGENCY_CONTACT', " ASKED "}");
    vc_says(story, "RecordContact",
            "{'person': 'r1', 'outcome': 'OK', 'firstHand': true, 'mode': 'PHONE', " ASKED
            ", 'deliveriesConfirmed': ['d7']}");
    ck_assert_str_eq(
        story_last(story, "care.ContactRecorded." C41),
        "{\"person\": \"r1\", \"date\": \"2023-01-18\", \"outcome\": \"OK\", \"firstHan"
        "d\": true, \"by\": \"v1\", \"atMs\": \"1674000000000\", \"recordedAtMs\": \"16"
        "74000000000\", \"mode\": \"PHONE\", \"deliveriesConfirmed\": [\"d7\"], \"done"
        "\": 1, \"times\": 1, \"byPost\": \"310115125041.duty\"}");
    vc_says(story, "RecordContact",
            "{'person': 'r2', 'outcome': 'REFUSED', 'firstHand': true, 'mode': 'VISIT'}");
    vc_says(story, "RecordContact",
            "{'person': 'r3', 'outcome': 'AWAY', 'mode': 'PHONE',"
            " 'awayKind': 'relative', 'host': {'name': '李国强'}}");
    EXPECT_TEXT(story_text(story),
                "310115125041/1/5 care.RecordContact\n"
                "    refuses: 3 questions must be asked (S-072)\n"
                "310115125041/1/6 care.RecordContact\n"
                "    refuses: a silent person is seen or heard, not asked after\n"
                "310115125041/1/7 care.RecordContact\n"
                "    r1/2023-01-18: PLANNED -> OK\n"
                "    emits care.ContactRecorded.310115125041\n"
                "310115125041/1/8 care.RecordContact\n"
                "    r2/2023-01-18: PLANNED -> REFUSED\n"
                "    emits care.ContactRecorded.310115125041\n"
                "    emits care.ContactEscalated.310115125041\n"
                "    reminds r2: care.ReviewRefusal in 24 h\n"
                "310115125041/1/9 care.RecordContact\n"
                "    r3/2023-01-18: PLANNED -> AWAY\n"
                "    emits care.ContactRecorded.310115125041\n"
                "    sends registry.SuspendAway.310115125041\n");
    ck_assert_str_eq(
        story_last(story, "registry.SuspendAway." C41),
        "{\"person\": \"r3\", \"kind\": \"relative\", \"host\": {\"name\": \"李国强\"}}");
    story_forget(story);
    /* Nobody spoke with r2 within a day: the head of the committee does. */
    story_until(story, "2023-01-19T07:59");
    ck_assert_uint_eq(story_count(story, "care.ContactEscalated." C41), 1);
    story_until(story, "08:01");
    ck_assert_str_eq(
        story_last(story, "care.ContactEscalated." C41),
        "{\"person\": \"r2\", \"committee\": \"310115125041\", \"date\": \"2023-01-18\""
        ", \"rung\": \"HEAD\", \"toPost\": \"310115125041.first\"}");
    story_close(story);
}
END_TEST

/* Also: the people of a committee are its own (S-06P 属地主体责任). */
START_TEST(what_is_not_whole_is_not_recorded)
{
    struct story *story = care_morning();

    vc_says(story, "RecordContact", "{'person': 'r2'}");
    vc_says(story, "RecordContact", "{'person': 'r2', 'outcome': 'NEED', 'firstHand': true}");
    vc_says(story, "RecordContact", "{'person': 'r2', 'outcome': 'ABNORMAL', 'firstHand': true}");
    vc_says(story, "RecordContact", "{'person': 'r9', 'outcome': 'OK', 'firstHand': true}");
    vc_says(story, "RecordContact",
            "{'person': 'r2', 'outcome': 'OK', 'firstHand': true, 'date': '2023-01-17'}");
    vc_says(story, "RecordContact",
            "{'person': 'r2', 'outcome': 'OK', 'firstHand': true, 'date': 'yesterday'}");
    vc_says(story, "RecordContact",
            "{'person': 'r2', 'outcome': 'OK', 'firstHand': true, 'date': '2023-01-19'}");
    vc_says(story, "RecordContact",
            "{'person': 'r2', 'outcome': 'OK', 'firstHand': true, 'atMs': 1673740800000}");
    vc_says(story, "RecordDoorVisit", "{'person': 'r2'}");
    vc_says(story, "AssignDoorVisit", "{'person': 'r2', 'date': '2023-01-16'}");
    story_say(story, "hcz as hcz.duty", "care.RecordContact.hcz",
              "{'person': 'r2', 'outcome': 'OK', 'firstHand': true}");
    EXPECT_TEXT(story_text(story), "310115125041/1/5 care.RecordContact\n"
                                   "    refuses: outcome: what was it?\n"
                                   "310115125041/1/6 care.RecordContact\n"
                                   "    refuses: which need?\n"
                                   "310115125041/1/7 care.RecordContact\n"
                                   "    refuses: which sign?\n"
                                   "310115125041/1/8 care.RecordContact\n"
                                   "    refuses: nobody of that id is on the roster\n"
                                   "310115125041/1/9 care.RecordContact\n"
                                   "    refuses: no contact is planned of that day\n"
                                   "310115125041/1/10 care.RecordContact\n"
                                   "    refuses: date: as in 2023-01-18\n"
                                   "310115125041/1/11 care.RecordContact\n"
                                   "    refuses: that has not been yet\n"
                                   "310115125041/1/12 care.RecordContact\n"
                                   "    refuses: that day is closed\n"
                                   "310115125041/1/13 care.RecordDoorVisit\n"
                                   "    refuses: result: what was it?\n"
                                   "310115125041/1/14 care.AssignDoorVisit\n"
                                   "    refuses: no contact is planned of that day\n"
                                   "hcz/1/1 care.RecordContact\n"
                                   "    refuses: the person is not hcz's\n");
    story_close(story);
}
END_TEST

/* Difficulties of living and of medicine (S-011), each by its class (S-07A) to whoever serves it: daily
 * care (S-077 生活照护) to a professional body (S-079). */
START_TEST(a_need_heard_goes_to_whoever_serves_it)
{
    struct story *story = care_morning();

    vc_says(story, "RecordContact",
            "{'person': 'r1', 'outcome': 'NEED', 'firstHand': true, 'mode': 'VISIT', " ASKED ","
            " 'needs': [{'category': 'LIVING', 'kind': 'GOODS', 'priority': 'P2'},"
            " {'category': 'CARE', 'kind': 'MEALS'}, {'need': 'm1', 'category': 'MEDICAL',"
            " 'kind': 'MEDICINE', 'priority': 'P1', 'daysLeft': 1, 'daysLeftKnown': true}]}");
    EXPECT_TEXT(story_text(story), "310115125041/1/5 care.RecordContact\n"
                                   "    r1/2023-01-18: PLANNED -> NEED\n"
                                   "    sends supplies.OpenNeed.310115125041\n"
                                   "    care-n2: NONE -> OPEN\n"
                                   "    emits care.NeedOpened.310115125041\n"
                                   "    care-n2: OPEN -> ASSIGNED\n"
                                   "    care-n2-a1: NONE -> REQUESTED\n"
                                   "    emits care.Dispatched.wlc\n"
                                   "    reminds care-n2/done: care.Due in 6 d 7 h 18 min\n"
                                   "    reminds care-n2/receive: care.Due in 3 h 42 min\n"
                                   "    reminds care-n2/accept: care.Due in 29 h 36 min\n"
                                   "    reminds care-n2/first_contact: care.Due in 29 h 36 min\n"
                                   "    sends referral.OpenNeed.310115125041\n"
                                   "    emits care.ContactRecorded.310115125041\n");
    ck_assert_str_eq(
        story_last(story, "care.ContactRecorded." C41),
        "{\"person\": \"r1\", \"date\": \"2023-01-18\", \"outcome\": \"NEED\", \"firstH"
        "and\": true, \"by\": \"v1\", \"atMs\": \"1674000000000\", \"recordedAtMs\": \""
        "1674000000000\", \"mode\": \"VISIT\", \"needs\": [\"care-n1\", \"care-n2\", \""
        "m1\"], \"done\": 1, \"times\": 1, \"byPost\": \"310115125041.duty\"}");
    ck_assert_str_eq(
        story_last(story, "care.NeedOpened." C41),
        "{\"need\": \"care-n2\", \"person\": \"r1\", \"category\": \"CARE\", \"kind\": "
        "\"MEALS\", \"priority\": \"P3\", \"source\": {\"contact\": \"310115125041/1/5"
        "\"}, \"due\": {\"doneMs\": \"1674637200000\"}, \"place\": \"310115125041\", \""
        "verifier\": \"310115125041\"}");
    ck_assert_str_eq(
        story_last(story, "referral.OpenNeed." C41),
        "{\"need\": \"m1\", \"person\": \"r1\", \"place\": \"310115125041\", \"category"
        "\": \"MEDICAL\", \"kind\": \"MEDICINE\", \"priority\": \"P1\", \"daysLeft\": 1"
        ", \"daysLeftKnown\": true, \"source\": {\"contact\": \"310115125041/1/5\"}, \""
        "verifier\": \"310115125041\"}");
    char *of_contact = strdup(story_last_case(story, "care.ContactRecorded." C41));
    ck_assert_str_eq(story_last_case(story, "referral.OpenNeed." C41), of_contact);
    free(of_contact);
    /* The elderly-care centre serves it; the committee, which did not, asks the silent person. */
    story_forget(story);
    story_say(story, "wlc as wlc.duty w1", "care.Accept.wlc", "{'assignment': 'care-n2-a1'}");
    story_say(story, "wlc as wlc.duty w1", "care.Start.wlc", "{'assignment': 'care-n2-a1'}");
    story_say(story, "wlc as wlc.duty w1", "care.Complete.wlc",
              "{'assignment': 'care-n2-a1', 'solved': 'SOLVED_YES', 'publicText': 'two meals'}");
    ck_assert_str_eq(
        story_last(story, "care.VerificationDue." C41),
        "{\"need\": \"care-n2\", \"verifierUnit\": \"310115125041\", \"person\": \"r1\""
        ", \"dueMs\": \"1674118800000\", \"handlerUnit\": \"wlc\", \"handlerPost\": \"w"
        "lc.duty\", \"handlerPerson\": \"w1\", \"kind\": \"MEALS\"}");
    story_say(story, C41 " as " C41 ".duty s4", "care.RecordCallback." C41,
              "{'need': 'care-n2', 'result': 'SATISFIED'}");
    ck_assert_uint_eq(story_count(story, "care.NeedClosed." C41), 1);
    vc_says(story, "RecordContact",
            "{'person': 'r2', 'outcome': 'NEED', 'firstHand': true,"
            " 'needs': [{'category': 'GENERAL', 'kind': 'WONDER'}]}");
    story_forget(story);
    ck_assert_str_eq(
        story_ask(story, C41, "care.Summary." C41, "{'committee': '" C41 "'}"),
        "{\"committee\": \"310115125041\", \"date\": \"2023-01-18\", \"state\": \"OPEN"
        "\", \"numbers\": {\"roster\": 3, \"planned\": 3, \"untried\": 2, \"need\": 1, "
        "\"newPeople\": 3, \"needsOpened\": 1, \"needsClosed\": 1}}");
    story_close(story);
}
END_TEST

/* What is urgent comes first, whatever else waits (S-078 急难愁盼). */
START_TEST(what_is_abnormal_is_acted_on_in_the_same_turn)
{
    struct story *story = care_morning();

    vc_says(story, "RecordContact",
            "{'person': 'r2', 'outcome': 'ABNORMAL', 'firstHand': true, 'mode': 'VISIT',"
            " 'signs': ['MOOD', 'BEHAVIOUR', 'SPO2_LOW', 'DYSPNOEA']}");
    EXPECT_TEXT(story_text(story), "310115125041/1/5 care.RecordContact\n"
                                   "    r2/2023-01-18: PLANNED -> ABNORMAL\n"
                                   "    emits care.ContactRecorded.310115125041\n"
                                   "    sends referral.OpenNeed.310115125041\n"
                                   "    emits care.AbnormalFound.310115125041\n"
                                   "    sends incident.OpenIncident.310115125041\n"
                                   "    emits care.AbnormalFound.310115125041\n"
                                   "    care-n3: NONE -> OPEN\n"
                                   "    emits care.NeedOpened.310115125041\n"
                                   "    care-n3: OPEN -> ASSIGNED\n"
                                   "    care-n3-a1: NONE -> REQUESTED\n"
                                   "    emits care.Dispatched.hcz\n"
                                   "    reminds care-n3/done: care.Due in 9 h 36 min\n"
                                   "    reminds care-n3/receive: care.Due in 12 min\n"
                                   "    reminds care-n3/accept: care.Due in 16 min\n"
                                   "    reminds care-n3/first_contact: care.Due in 24 min\n"
                                   "    emits care.AbnormalFound.310115125041\n");
    ck_assert_str_eq(
        story_last(story, "care.AbnormalFound." C41),
        "{\"person\": \"r2\", \"signs\": [\"MOOD\"], \"to\": \"care\", \"ref\": \"care-"
        "n3\", \"date\": \"2023-01-18\"}");
    ck_assert_str_eq(
        story_last(story, "incident.OpenIncident." C41),
        "{\"incident\": \"care-i1\", \"type\": \"HEALTH\", \"place\": \"310115125041\","
        " \"person\": \"r2\", \"reporter\": \"310115125041.duty\", \"facts\": \"found a"
        "t the daily contact\", \"source\": {\"contact\": \"310115125041/1/5\"}}");
    ck_assert_str_eq(
        story_last(story, "referral.OpenNeed." C41),
        "{\"need\": \"care-n1\", \"person\": \"r2\", \"place\": \"310115125041\", \"cat"
        "egory\": \"MEDICAL\", \"kind\": \"TRANSFER\", \"priority\": \"P0\", \"detail\""
        ": \"found at the daily contact\", \"source\": {\"contact\": \"310115125041/1/5"
        "\"}}");
    /* Found in the evening of a day that was well: nothing grave is lost by what came before it. */
    vc_says(story, "RecordContact", "{'person': 'r3', 'outcome': 'OK', 'firstHand': true}");
    vc_says(story, "RecordContact",
            "{'person': 'r3', 'outcome': 'ABNORMAL', 'firstHand': true,"
            " 'signs': ['HIGH_FEVER']}");
    vc_says(story, "RecordContact", "{'person': 'r3', 'outcome': 'OK', 'firstHand': true}");
    ck_assert_str_eq(
        story_ask(story, C41, "care.Summary." C41, "{'committee': '" C41 "'}"),
        "{\"committee\": \"310115125041\", \"date\": \"2023-01-18\", \"state\": \"OPEN"
        "\", \"numbers\": {\"roster\": 3, \"planned\": 3, \"untried\": 1, \"abnormal\":"
        " 2, \"newPeople\": 3, \"needsOpened\": 1}}");
    /* A sign that nobody knows would go to nobody. */
    story_forget(story);
    vc_says(story, "RecordContact",
            "{'person': 'r1', 'outcome': 'ABNORMAL', 'firstHand': true,"
            " 'signs': ['MOOD', 'SIGN_ABSENT']}");
    EXPECT_TEXT(story_text(story), "310115125041/1/9 care.RecordContact\n"
                                   "    refuses: which sign?\n");
    story_close(story);
}
END_TEST

/* N1: the third day on which only others have seen r2, somebody goes. */
START_TEST(second_hand_days_add_up)
{
    struct story *story = care_morning();
    static const char others[] = "{'person': 'r2', 'outcome': 'OK', 'mode': 'EMERGENCY_CONTACT'}";

    vc_says(story, "RecordContact", others);
    story_until(story, "2023-01-19T08:00");
    vc_says(story, "RecordContact", others);
    story_until(story, "2023-01-20T08:00");
    ck_assert_str_eq(
        story_ask(story, C41, "care.Streaks." C41, "{}"),
        "{\"rows\": [{\"person\": \"r1\", \"carer\": \"v1\", \"state\": \"PLANNED\", \""
        "silent\": true, \"windowEndMs\": \"1674194400000\", \"missedDays\": 2, \"allow"
        "ed\": [\"RecordContact\", \"RecordAttempt\", \"AssignDoorVisit\", \"RecordDoor"
        "Visit\"]}, {\"person\": \"r2\", \"carer\": \"v1\", \"state\": \"PLANNED\", \"w"
        "indowEndMs\": \"1674208800000\", \"secondHandDays\": 2, \"allowed\": [\"Record"
        "Contact\", \"RecordAttempt\", \"AssignDoorVisit\", \"RecordDoorVisit\"]}, {\"p"
        "erson\": \"r3\", \"carer\": \"v1\", \"state\": \"PLANNED\", \"class\": \"YELLO"
        "W\", \"windowEndMs\": \"1674208800000\", \"missedDays\": 2, \"allowed\": [\"Re"
        "cordContact\", \"RecordAttempt\", \"AssignDoorVisit\", \"RecordDoorVisit\"]}]}");
    story_forget(story);
    vc_says(story, "RecordContact", others);
    EXPECT_TEXT(story_text(story), "310115125041/1/7 care.RecordContact\n"
                                   "    emits care.FirstHandOverdue.310115125041\n"
                                   "    r2/2023-01-20: PLANNED -> ATTEMPTED\n"
                                   "    emits care.ContactAttempted.310115125041\n"
                                   "    reminds r2/2023-01-20: care.ClimbLadder in 30 min\n"
                                   "    emits care.DoorVisitAssigned.310115125041\n"
                                   "    reminds r2/2023-01-20: care.ClimbLadder in 2 h\n");
    ck_assert_str_eq(story_last(story, "care.FirstHandOverdue." C41),
                     "{\"person\": \"r2\", \"days\": 2}");
    story_forget(story);
    vc_says(story, "RecordDoorVisit", "{'person': 'r2', 'result': 'SEEN', 'carer': 'v1'}");
    EXPECT_TEXT(story_text(story), "310115125041/1/8 care.RecordDoorVisit\n"
                                   "    forgets r2/2023-01-20: care.ClimbLadder\n"
                                   "    r2/2023-01-20: ATTEMPTED -> OK\n"
                                   "    emits care.ContactRecorded.310115125041\n");
    ck_assert_str_eq(
        story_ask(story, C41, "care.NoFirstHand." C41, "{'days': 3}"),
        "{\"rows\": [{\"person\": \"r1\", \"carer\": \"v1\", \"state\": \"PLANNED\", \""
        "silent\": true, \"windowEndMs\": \"1674194400000\", \"missedDays\": 2, \"allow"
        "ed\": [\"RecordContact\", \"RecordAttempt\", \"AssignDoorVisit\", \"RecordDoor"
        "Visit\"]}, {\"person\": \"r3\", \"carer\": \"v1\", \"state\": \"PLANNED\", \"c"
        "lass\": \"YELLOW\", \"windowEndMs\": \"1674208800000\", \"missedDays\": 2, \"a"
        "llowed\": [\"RecordContact\", \"RecordAttempt\", \"AssignDoorVisit\", \"Record"
        "DoorVisit\"]}]}");
    story_close(story);
}
END_TEST

/* S-09C 特殊时期加强关爱频次: by a person, a class, a period. */
START_TEST(more_often_than_once)
{
    struct story *story = care_morning();

    vc_says(story, "SetFrequency",
            "{'scope': 'PERSON', 'person': 'r2', 'timesPerDay': 2, 'windowEnd': '16:30'}");
    vc_says(story, "SetFrequency", "{'scope': 'CLASS', 'class': 'RED', 'timesPerDay': 2}");
    vc_says(story, "SetFrequency", "{'scope': 'PERSON', 'person': 'r2', 'timesPerDay': 9}");
    story_say(story, "sjb", "care.SetFrequency.town",
              "{'scope': 'CLASS', 'class': 'YELLOW', 'timesPerDay': 2}");
    story_say(story, "sjb", "care.SetFrequency.town",
              "{'scope': 'PERIOD', 'from': '2023-01-21', 'until': '2023-01-27', 'timesPerDay': 3}");
    story_say(story, "sjb", "care.SetFrequency.town", "{'scope': 'PERIOD', 'timesPerDay': 3}");
    EXPECT_TEXT(story_text(story), "310115125041/1/5 care.SetFrequency\n"
                                   "    emits care.FrequencySet.310115125041\n"
                                   "310115125041/1/6 care.SetFrequency\n"
                                   "    refuses: SetFrequency is not for 310115125041\n"
                                   "310115125041/1/7 care.SetFrequency\n"
                                   "    refuses: at most 6 times, by HH:MM\n"
                                   "sjb/1/1 care.SetFrequency\n"
                                   "    emits care.FrequencySet.town\n"
                                   "sjb/1/2 care.SetFrequency\n"
                                   "    emits care.FrequencySet.town\n"
                                   "sjb/1/3 care.SetFrequency\n"
                                   "    refuses: a period has two dates\n");
    story_forget(story);
    vc_says(story, "RecordContact", "{'person': 'r2', 'outcome': 'OK', 'firstHand': true}");
    vc_says(story, "RecordAttempt", "{'person': 'r2', 'mode': 'PHONE', 'result': 'BUSY'}");
    vc_says(story, "RecordContact",
            "{'person': 'r2', 'outcome': 'OK', 'firstHand': true, 'mode': 'MESSAGE'}");
    EXPECT_TEXT(story_text(story), "310115125041/1/8 care.RecordContact\n"
                                   "    r2/2023-01-18: PLANNED -> PLANNED\n"
                                   "    emits care.ContactRecorded.310115125041\n"
                                   "310115125041/1/9 care.RecordAttempt\n"
                                   "    r2/2023-01-18: PLANNED -> ATTEMPTED\n"
                                   "    emits care.ContactAttempted.310115125041\n"
                                   "    reminds r2/2023-01-18: care.ClimbLadder in 30 min\n"
                                   "310115125041/1/10 care.RecordContact\n"
                                   "    forgets r2/2023-01-18: care.ClimbLadder\n"
                                   "    r2/2023-01-18: ATTEMPTED -> OK\n"
                                   "    emits care.ContactRecorded.310115125041\n");
    story_until(story, "2023-01-19T08:00");
    vc_says(story, "RecordContact", "{'person': 'r2', 'outcome': 'OK', 'firstHand': true}");
    story_until(story, "2023-01-20T00:04");
    ck_assert_str_eq(
        story_last(story, "care.ContactMissed." C41),
        "{\"person\": \"r2\", \"date\": \"2023-01-19\", \"committee\": \"310115125041\""
        ", \"done\": 1, \"times\": 2}");
    story_until(story, "2023-01-21T00:10");
    ck_assert_str_eq(
        story_last(story, "care.ContactPlanned." C41),
        "{\"person\": \"r3\", \"date\": \"2023-01-21\", \"carer\": \"v1\", \"windowEndM"
        "s\": \"1674295200000\", \"ladder\": \"NORMAL\", \"times\": 3, \"first\": true}");
    story_say(story, "sjb", "care.SetFrequency.town", "{'scope': 'CLASS', 'class': 'YELLOW'}");
    story_close(story);
}
END_TEST

TESTS(each_outcome_is_a_fact_of_its_own, what_is_not_whole_is_not_recorded,
      a_need_heard_goes_to_whoever_serves_it, what_is_abnormal_is_acted_on_in_the_same_turn,
      second_hand_days_add_up, more_often_than_once)
