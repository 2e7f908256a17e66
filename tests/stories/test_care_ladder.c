/*
 * care: nobody answers (N2: a chain that no missing carer can break; S-093 主动上门).
 */
#include "stories/care_town.h"

extern const struct service care_service;

static struct story *morning(void)
{
    struct story *story = care_story(&care_service, "2023-01-18T09:00");

    person_of(story, C41, "r1", "");
    person_of(story, C41, "r2", "");
    story_forget(story);
    return story;
}

static void no_answer(struct story *story, const char *person)
{
    char body[96];

    snprintf(body, sizeof(body), "{'person': '%s', 'mode': 'PHONE', 'result': 'NO_ANSWER'}",
             person);
    vc_says(story, "RecordAttempt", body);
}

/* One try, and then nobody does anything: the clock alone goes up to the door and to the incident. */
START_TEST(one_try_and_then_nobody)
{
    struct story *story = morning();

    no_answer(story, "r1");
    story_until(story, "11:05");
    EXPECT_TEXT(story_text(story), "310115125041/1/1 care.RecordAttempt\n"
                                   "    r1/2023-01-18: PLANNED -> ATTEMPTED\n"
                                   "    emits care.ContactAttempted.310115125041\n"
                                   "    reminds r1/2023-01-18: care.ClimbLadder in 30 min\n"
                                   "care/1/5 care.FindUnpaired\n"
                                   "    emits care.UnpairedFound.310115125041\n"
                                   "    emits care.UnpairedFound.310115125041\n"
                                   "    emits care.RecruitmentGap.310115125041\n"
                                   "30 min later\n"
                                   "care/1/9 care.ClimbLadder\n"
                                   "    emits care.ContactReminded.310115125041\n"
                                   "    reminds r1/2023-01-18: care.ClimbLadder in 30 min\n"
                                   "30 min later\n"
                                   "care/1/12 care.ClimbLadder\n"
                                   "    emits care.ContactEscalated.310115125041\n"
                                   "    reminds r1/2023-01-18: care.ClimbLadder in 30 min\n"
                                   "30 min later\n"
                                   "care/1/15 care.ClimbLadder\n"
                                   "    emits care.DoorVisitAssigned.310115125041\n"
                                   "    reminds r1/2023-01-18: care.ClimbLadder in 30 min\n"
                                   "30 min later\n"
                                   "care/1/17 care.ClimbLadder\n"
                                   "    r1/2023-01-18: ATTEMPTED -> NOT_REACHED\n"
                                   "    sends incident.OpenIncident.310115125041\n"
                                   "    emits care.NotReached.310115125041\n"
                                   "5 min later\n");
    ck_assert_str_eq(
        story_last(story, "incident.OpenIncident." C41),
        "{\"incident\": \"care-i1\", \"type\": \"WELFARE_CHECK\", \"place\": \"31011512"
        "5041\", \"person\": \"r1\", \"facts\": \"nobody answers, nobody opens\", \"sou"
        "rce\": {\"contact\": \"care/1/17\"}}");
    ck_assert_str_eq(
        story_last(story, "care.NotReached." C41),
        "{\"person\": \"r1\", \"date\": \"2023-01-18\", \"attempts\": [{\"n\": 1, \"mod"
        "e\": \"PHONE\", \"atMs\": \"1674003600000\", \"result\": \"NO_ANSWER\"}], \"in"
        "cident\": \"care-i1\"}");
    /* The door was opened after all: she had been asleep. */
    story_say(story, "incident", "incident.IncidentControlled.pab",
              "{'incident': 'care-i1', 'type': 'WELFARE_CHECK', 'person': 'r1', 'place': '" C41
              "', 'result': 'AT_HOME', 'byPost': 'pab.duty'}");
    ck_assert_str_eq(
        story_last(story, "care.ContactRecorded." C41),
        "{\"person\": \"r1\", \"date\": \"2023-01-18\", \"outcome\": \"OK\", \"firstHan"
        "d\": true, \"by\": \"pab.duty\", \"atMs\": \"1674011100000\", \"recordedAtMs\""
        ": \"1674011100000\", \"mode\": \"VISIT\", \"done\": 1, \"times\": 1}");
    story_close(story);
}
END_TEST

START_TEST(a_knock_is_a_try_or_the_last)
{
    struct story *story = morning();

    carer_of(story, "b1", "BUILDING_LEADER");
    story_forget(story);
    vc_says(story, "RecordDoorVisit", "{'person': 'r1', 'result': 'NO_REPLY', 'carer': 'b1'}");
    vc_says(story, "AssignDoorVisit", "{'person': 'r2', 'toPost': '" C41 ".head'}");
    ck_assert_str_eq(
        story_last(story, "care.DoorVisitAssigned." C41),
        "{\"person\": \"r2\", \"date\": \"2023-01-18\", \"rung\": \"DOOR\", \"toPost\":"
        " \"310115125041.head\", \"toCarer\": \"b1\", \"knockByMs\": \"1674010800000\"}");
    vc_says(story, "RecordDoorVisit", "{'person': 'r2', 'result': 'NO_REPLY'}");
    vc_says(story, "RecordDoorVisit", "{'person': 'r2', 'result': 'NO_REPLY'}");
    vc_says(story, "AssignDoorVisit", "{'person': 'r2'}");
    vc_says(story, "RecordDoorVisit", "{'person': 'r1', 'result': 'DOOR_AWAY'}");
    EXPECT_TEXT(story_text(story), "310115125041/1/2 care.RecordDoorVisit\n"
                                   "    r1/2023-01-18: PLANNED -> ATTEMPTED\n"
                                   "    emits care.ContactAttempted.310115125041\n"
                                   "    reminds r1/2023-01-18: care.ClimbLadder in 30 min\n"
                                   "310115125041/1/3 care.AssignDoorVisit\n"
                                   "    emits care.DoorVisitAssigned.310115125041\n"
                                   "    reminds r2/2023-01-18: care.ClimbLadder in 2 h\n"
                                   "310115125041/1/4 care.RecordDoorVisit\n"
                                   "    r2/2023-01-18: PLANNED -> ATTEMPTED\n"
                                   "    emits care.ContactAttempted.310115125041\n"
                                   "    r2/2023-01-18: ATTEMPTED -> NOT_REACHED\n"
                                   "    sends incident.OpenIncident.310115125041\n"
                                   "    emits care.NotReached.310115125041\n"
                                   "    forgets r2/2023-01-18: care.ClimbLadder\n"
                                   "310115125041/1/5 care.RecordDoorVisit\n"
                                   "    refuses: the day's contact is over\n"
                                   "310115125041/1/6 care.AssignDoorVisit\n"
                                   "    refuses: the day's contact is over\n"
                                   "310115125041/1/7 care.RecordDoorVisit\n"
                                   "    forgets r1/2023-01-18: care.ClimbLadder\n"
                                   "    r1/2023-01-18: ATTEMPTED -> AWAY\n"
                                   "    emits care.ContactRecorded.310115125041\n");
    /* Away without anybody to ask: for today, and planned again tomorrow. */
    ck_assert_uint_eq(story_count(story, "registry.SuspendAway.*"), 0);
    story_until(story, "2023-01-19T00:10");
    ck_assert_str_eq(
        story_last(story, "care.ContactPlanned." C41),
        "{\"person\": \"r2\", \"date\": \"2023-01-19\", \"windowEndMs\": \"167412240000"
        "0\", \"ladder\": \"NORMAL\", \"times\": 1}");
    story_close(story);
}
END_TEST

/* Whoever is away is asked after at the host's; nobody breaks a door that nobody is behind. */
START_TEST(a_host_who_does_not_answer_is_no_incident)
{
    struct story *story = morning();

    registry_says(story, "AwayStarted", "{'person': 'r1', 'kind': 'relative', 'untilMs': 1}");
    vc_says(story, "RecordAttempt",
            "{'person': 'r1', 'mode': 'PHONE', 'result': 'WRONG_NUMBER', 'line': '1'}");
    story_until(story, "11:05");
    EXPECT_TEXT(story_text(story), "registry/1/3 registry.AwayStarted at care\n"
                                   "    r1: ACTIVE -> AWAY\n"
                                   "310115125041/1/1 care.RecordAttempt\n"
                                   "    r1/2023-01-18: PLANNED -> ATTEMPTED\n"
                                   "    emits care.ContactAttempted.310115125041\n"
                                   "    reminds r1/2023-01-18: care.ClimbLadder in 30 min\n"
                                   "care/1/5 care.FindUnpaired\n"
                                   "    emits care.UnpairedFound.310115125041\n"
                                   "    emits care.UnpairedFound.310115125041\n"
                                   "    emits care.RecruitmentGap.310115125041\n"
                                   "30 min later\n"
                                   "care/1/9 care.ClimbLadder\n"
                                   "    emits care.ContactReminded.310115125041\n"
                                   "    reminds r1/2023-01-18: care.ClimbLadder in 30 min\n"
                                   "30 min later\n"
                                   "care/1/12 care.ClimbLadder\n"
                                   "    emits care.ContactEscalated.310115125041\n"
                                   "    reminds r1/2023-01-18: care.ClimbLadder in 1 h\n"
                                   "1 h later\n"
                                   "care/1/15 care.ClimbLadder\n"
                                   "    r1/2023-01-18: ATTEMPTED -> NOT_REACHED\n"
                                   "    emits care.NotReached.310115125041\n"
                                   "5 min later\n");
    ck_assert_uint_eq(story_count(story, "incident.OpenIncident.*"), 0);
    ck_assert_str_eq(
        story_ask(story, C41, "care.MyPeople." C41, "{'limit': 1}"),
        "{\"rows\": [{\"person\": \"r1\", \"state\": \"NOT_REACHED\", \"windowEndMs\": "
        "\"1674036000000\", \"tries\": 1, \"rung\": \"LADDER_END\", \"wrongNumber\": tr"
        "ue, \"away\": true, \"allowed\": [\"RecordContact\"]}], \"next\": \"r1\"}");
    registry_says(story, "FieldsUpdated", "{'person': 'r1', 'paths': ['phones']}");
    /* Back, and contacted again the same day. */
    registry_says(story, "AwayEnded", "{'person': 'r1', 'kind': 'relative'}");
    vc_says(story, "RecordContact", "{'person': 'r1', 'outcome': 'OK', 'firstHand': true}");
    vc_says(story, "RecordContact", "{'person': 'r2', 'outcome': 'OK', 'firstHand': true}");
    /* He did not come to the doctor's (3.9): care asks after him the same day. */
    story_say(story, "referral", "referral.NoShow.hcz", "{'assignment': 'n1-a1', 'person': 'r2'}");
    ck_assert_str_eq(
        story_last(story, "care.ContactPlanned." C41),
        "{\"person\": \"r2\", \"date\": \"2023-01-18\", \"windowEndMs\": \"167403600000"
        "0\", \"ladder\": \"NORMAL\", \"times\": 2, \"again\": true}");
    vc_says(story, "RecordContact", "{'person': 'r2', 'outcome': 'OK', 'firstHand': true}");
    story_close(story);
}
END_TEST

/* A first try late in the day: by care.ladder_end somebody is on the way to the door. */
START_TEST(the_normal_ladder_hurries_toward_its_hour)
{
    struct story *story = morning();

    story_until(story, "18:30");
    no_answer(story, "r1");
    story_forget(story);
    story_until(story, "20:01");
    EXPECT_TEXT(story_text(story), "30 min later\n"
                                   "care/1/26 care.ClimbLadder\n"
                                   "    emits care.ContactReminded.310115125041\n"
                                   "    reminds r1/2023-01-18: care.ClimbLadder in 30 min\n"
                                   "30 min later\n"
                                   "care/1/28 care.ClimbLadder\n"
                                   "    emits care.ContactEscalated.310115125041\n"
                                   "    reminds r1/2023-01-18: care.ClimbLadder in 30 min\n"
                                   "30 min later\n"
                                   "care/1/30 care.FreezeSummary\n"
                                   "    310115125041/2023-01-18: OPEN -> FROZEN\n"
                                   "    emits care.SummaryFrozen.310115125041\n"
                                   "care/1/31 care.ClimbLadder\n"
                                   "    emits care.DoorVisitAssigned.310115125041\n"
                                   "    reminds r1/2023-01-18: care.ClimbLadder in 30 min\n"
                                   "care/1/32 care.FreezeSummary\n"
                                   "    310115125006/2023-01-18: OPEN -> FROZEN\n"
                                   "    emits care.SummaryFrozen.310115125006\n"
                                   "1 min later\n");
    /* After that hour it takes its time, and goes on when the day has ended. */
    story_until(story, "23:30");
    no_answer(story, "r2");
    story_until(story, "2023-01-19T00:02");
    ck_assert_uint_eq(story_count(story, "care.ContactMissed.*"), 0);
    story_until(story, "01:35");
    ck_assert_uint_eq(story_count(story, "incident.OpenIncident.*"), 2);
    story_close(story);
}
END_TEST

/* A death is reported while somebody is on the ladder, and refuted: the next try begins a ladder, and a
 * door that is assigned in between is no incident when nobody has tried since. */
START_TEST(a_ladder_that_was_broken_off_begins_anew)
{
    struct story *story = morning();

    no_answer(story, "r1");
    no_answer(story, "r2");
    registry_says(story, "DeathReported", "{'person': 'r1', 'owner': '" C41 "'}");
    registry_says(story, "DeathReported", "{'person': 'r2', 'owner': '" C41 "'}");
    registry_says(story, "DeathRefuted", "{'person': 'r1', 'owner': '" C41 "'}");
    registry_says(story, "DeathRefuted", "{'person': 'r2', 'owner': '" C41 "'}");
    no_answer(story, "r1");
    vc_says(story, "AssignDoorVisit", "{'person': 'r2'}");
    story_until(story, "11:05");
    ck_assert_uint_eq(story_count(story, "care.NotReached." C41), 1);
    ck_assert_uint_eq(story_count(story, "incident.OpenIncident." C41), 1);
    ck_assert_str_eq(story_last(story, "care.ContactEscalated.sjb"),
                     "{\"person\": \"r2\", \"committee\": \"310115125041\", \"date\": "
                     "\"2023-01-18\", \"rung\": \"OFFICE\", \"toPost\": \"sjb.duty\"}");
    story_close(story);
}
END_TEST

/* A ladder that began late goes on behind 24:00: what is found then ends it, and is not of the new day. */
START_TEST(a_ladder_goes_on_behind_midnight)
{
    struct story *story = care_morning();

    story_until(story, "23:10");
    vc_says(story, "RecordAttempt", "{'person': 'r2', 'mode': 'PHONE', 'result': 'NO_ANSWER'}");
    story_until(story, "2023-01-19T00:20");
    story_forget(story);
    vc_says(story, "RecordDoorVisit", "{'person': 'r2', 'result': 'SEEN', 'carer': 'v1'}");
    EXPECT_TEXT(story_text(story), "310115125041/1/6 care.RecordDoorVisit\n"
                                   "    forgets r2/2023-01-18: care.ClimbLadder\n"
                                   "    r2/2023-01-18: ATTEMPTED -> OK\n"
                                   "    emits care.ContactRecorded.310115125041\n"
                                   "    310115125041/2023-01-18: AMENDED -> AMENDED\n"
                                   "    emits care.SummaryAmended.310115125041\n");
    story_until(story, "08:00");
    ck_assert_uint_eq(story_count(story, "care.NotReached.*"), 0);
    ck_assert_ptr_nonnull(strstr(story_ask(story, C41, "care.MyPeople." C41, "{'after': 'r1'}"),
                                 "\"person\": \"r2\", \"carer\": \"v1\", \"state\": \"PLANNED\""));
    story_close(story);
}
END_TEST

TESTS(a_ladder_goes_on_behind_midnight, one_try_and_then_nobody, a_knock_is_a_try_or_the_last,
      a_host_who_does_not_answer_is_no_incident, the_normal_ladder_hurries_toward_its_hour,
      a_ladder_that_was_broken_off_begins_anew)
