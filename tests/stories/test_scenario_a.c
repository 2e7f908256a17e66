/*
 * Scenario A: a silent person does not answer (domain.md 5; S-071, S-093, S-097, S-075).  From the
 * plan at 00:05 to the hospital, with the town's own tables and what all services make of it.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/story.h"

extern const struct service organisation_service;
extern const struct service registry_service;
extern const struct service care_service;
extern const struct service incident_service;
extern const struct service referral_service;

#define C41 "310115125041"
#define DUTY C41 " as " C41 ".duty " C41 "-s4"
#define PAB "pab as pab.duty pab-s4"

static void person(struct story *story)
{
    story_say(story, C41, "registry.Propose." C41,
              "{'person': 'r1', 'committee': '" C41 "', 'card': {'name': '李淑芬',"
              " 'phones': [{'number': '13900000001'}, {'number': '58950001'}]}}");
    story_say(story, C41, "registry.Verify." C41,
              "{'person': 'r1', 'categories': ['ALONE_UNCARED'], 'class': 'YELLOW',"
              " 'basis': 'notice'}");
    story_say(story, C41, "registry.SetSilent." C41, "{'person': 'r1', 'silent': true}");
    story_say(story, DUTY, "care.RegisterCarer." C41,
              "{'carer': 'v1', 'kind': 'VOLUNTEER', 'committee': '" C41 "'}");
    story_say(story, DUTY, "care.RegisterCarer." C41,
              "{'carer': 'b1', 'kind': 'BUILDING_LEADER', 'committee': '" C41 "'}");
    story_say(story, DUTY, "care.Pair." C41, "{'person': 'r1', 'carer': 'v1'}");
    story_say(story, DUTY, "care.RecordContact." C41,
              "{'person': 'r1', 'outcome': 'OK', 'firstHand': true, 'mode': 'VISIT',"
              " 'answers': [{'question': 'FOOD'}, {'question': 'MEDICINE'},"
              " {'question': 'HEALTH'}]}");
}

static void does_not_answer(struct story *story, const char *line)
{
    story_say(story, DUTY, "care.RecordAttempt." C41,
              "{'person': 'r1', 'mode': 'PHONE', 'line': '%s', 'result': 'NO_ANSWER'}", line);
}

/* 1 to 5: planned, two phones, the emergency contact, the door, and the incident in one turn. */
static void the_ladder(struct story *story)
{
    story_until(story, "2023-01-19T00:10");
    ck_assert_str_eq(
        story_last(story, "care.ContactPlanned." C41),
        "{\"person\": \"r1\", \"date\": \"2023-01-19\", \"carer\": \"v1\", \"windowEndM"
        "s\": \"1674108000000\", \"ladder\": \"SILENT\", \"times\": 1}");
    story_until(story, "09:30");
    story_forget(story);
    does_not_answer(story, "1");
    story_until(story, "10:00");
    does_not_answer(story, "2");
    story_until(story, "10:31");
    ck_assert_str_eq(
        story_last(story, "care.ContactEscalated." C41),
        "{\"person\": \"r1\", \"committee\": \"310115125041\", \"date\": \"2023-01-19\""
        ", \"rung\": \"EMERGENCY\", \"toPost\": \"310115125041.duty\"}");
    story_until(story, "10:45");
    story_say(story, DUTY, "care.RecordAttempt." C41,
              "{'person': 'r1', 'mode': 'EMERGENCY_CONTACT', 'line': 'emergency:1',"
              " 'result': 'NO_ANSWER'}");
    ck_assert_str_eq(
        story_last(story, "care.ContactAttempted." C41),
        "{\"person\": \"r1\", \"date\": \"2023-01-19\", \"n\": 3, \"mode\": \"EMERGENCY"
        "_CONTACT\", \"atMs\": \"1674096300000\", \"result\": \"NO_ANSWER\", \"by\": \""
        "v1\", \"recordedAtMs\": \"1674096300000\"}");
    ck_assert_str_eq(
        story_last(story, "care.DoorVisitAssigned." C41),
        "{\"person\": \"r1\", \"date\": \"2023-01-19\", \"rung\": \"DOOR\", \"toPost\":"
        " \"310115125041.duty\", \"toCarer\": \"b1\", \"knockByMs\": \"1674099000000\"}");
    story_until(story, "11:20");
    EXPECT_TEXT(story_text(story), "310115125041/1/8 care.RecordAttempt\n"
                                   "    r1/2023-01-19: PLANNED -> ATTEMPTED\n"
                                   "    emits care.ContactAttempted.310115125041\n"
                                   "    reminds r1/2023-01-19: care.ClimbLadder in 30 min\n"
                                   "30 min later\n"
                                   "care/1/736 care.ClimbLadder\n"
                                   "    emits care.ContactReminded.310115125041\n"
                                   "    reminds r1/2023-01-19: care.ClimbLadder in 30 min\n"
                                   "310115125041/1/9 care.RecordAttempt\n"
                                   "    r1/2023-01-19: ATTEMPTED -> ATTEMPTED\n"
                                   "    emits care.ContactAttempted.310115125041\n"
                                   "30 min later\n"
                                   "care/1/764 care.ClimbLadder\n"
                                   "    emits care.ContactEscalated.310115125041\n"
                                   "    reminds r1/2023-01-19: care.ClimbLadder in 30 min\n"
                                   "1 min later\n"
                                   "14 min later\n"
                                   "310115125041/1/10 care.RecordAttempt\n"
                                   "    r1/2023-01-19: ATTEMPTED -> ATTEMPTED\n"
                                   "    emits care.ContactAttempted.310115125041\n"
                                   "    emits care.DoorVisitAssigned.310115125041\n"
                                   "    reminds r1/2023-01-19: care.ClimbLadder in 45 min\n"
                                   "15 min later\n"
                                   "20 min later\n");
    story_forget(story);
    story_say(story, DUTY, "care.RecordDoorVisit." C41,
              "{'person': 'r1', 'result': 'NO_REPLY', 'carer': 'b1'}");
    EXPECT_TEXT(story_text(story), "310115125041/1/11 care.RecordDoorVisit\n"
                                   "    r1/2023-01-19: ATTEMPTED -> ATTEMPTED\n"
                                   "    emits care.ContactAttempted.310115125041\n"
                                   "    r1/2023-01-19: ATTEMPTED -> NOT_REACHED\n"
                                   "    sends incident.OpenIncident.310115125041\n"
                                   "    emits care.NotReached.310115125041\n"
                                   "    forgets r1/2023-01-19: care.ClimbLadder\n"
                                   "care/1/769 incident.OpenIncident\n"
                                   "    care-i1: NONE -> REPORTED\n"
                                   "    emits incident.IncidentOpened.pab\n"
                                   "    reminds care-i1: incident.ChaseConfirm in 10 min\n"
                                   "    reminds care-i1: incident.ChaseReport in 15 min\n"
                                   "    care-i1: NONE -> OPEN\n"
                                   "    emits incident.NeedOpened.310115125041\n"
                                   "    care-i1: OPEN -> ASSIGNED\n"
                                   "    care-i1-a1: NONE -> REQUESTED\n"
                                   "    emits incident.Dispatched.pab\n"
                                   "    reminds care-i1/done: incident.Due in 1 h 36 min\n"
                                   "    reminds care-i1/receive: incident.Due in 4 min\n"
                                   "    reminds care-i1/accept: incident.Due in 5 min 36 s\n"
                                   "    reminds care-i1/first_contact: incident.Due in 8 min\n"
                                   "incident/1/3 incident.Dispatched at registry\n"
                                   "    emits registry.CardSent.pab\n");
    ck_assert_str_eq(
        story_last(story, "care.NotReached." C41),
        "{\"person\": \"r1\", \"date\": \"2023-01-19\", \"attempts\": [{\"n\": 1, \"mod"
        "e\": \"PHONE\", \"atMs\": \"1674091800000\", \"result\": \"NO_ANSWER\", \"by\""
        ": \"v1\"}, {\"n\": 2, \"mode\": \"PHONE\", \"atMs\": \"1674093600000\", \"resu"
        "lt\": \"NO_ANSWER\", \"by\": \"v1\"}, {\"n\": 3, \"mode\": \"EMERGENCY_CONTACT"
        "\", \"atMs\": \"1674096300000\", \"result\": \"NO_ANSWER\", \"by\": \"v1\"}, {"
        "\"n\": 4, \"mode\": \"VISIT\", \"atMs\": \"1674098400000\", \"result\": \"NO_A"
        "NSWER\", \"by\": \"b1\"}], \"incident\": \"care-i1\"}");
    ck_assert_str_eq(
        story_last(story, "incident.IncidentOpened.pab"),
        "{\"incident\": \"care-i1\", \"type\": \"WELFARE_CHECK\", \"place\": \"31011512"
        "5041\", \"person\": \"r1\", \"priority\": \"P0\", \"toPost\": \"pab.duty\", \""
        "source\": {\"contact\": \"310115125041/1/11\"}, \"openedMs\": \"1674098400000"
        "\", \"reporter\": \"310115125041.duty\"}");
    /* One case, from the first try to the incident's order. */
    char *of_ladder = strdup(story_last_case(story, "care.ContactAttempted." C41));
    ck_assert_str_eq(story_last_case(story, "incident.Dispatched.pab"), of_ladder);
    free(of_ladder);
}

/* 6: received, confirmed, 120 called, the door opened. */
static void the_door_is_opened(struct story *story)
{
    story_say(story, PAB, "incident.Receive.pab", "{'assignment': 'care-i1-a1'}");
    story_say(story, PAB, "incident.ConfirmIncident.pab", "{'incident': 'care-i1'}");
    story_say(story, PAB, "incident.Accept.pab", "{'assignment': 'care-i1-a1'}");
    story_say(story, PAB, "incident.GradeIncident.pab", "{'incident': 'care-i1', 'grade': 4}");
    story_say(story, PAB, "incident.TakeCommand.pab", "{'incident': 'care-i1'}");
    story_say(story, PAB, "incident.CallResponder.pab",
              "{'incident': 'care-i1', 'responder': '120'}");
    story_say(story, PAB, "incident.Start.pab", "{'assignment': 'care-i1-a1', 'mode': 'door'}");
    ck_assert_uint_eq(story_count(story, "incident.Received.pab"), 1);
    ck_assert_uint_eq(story_count(story, "incident.IncidentConfirmed.pab"), 1);
    ck_assert_uint_eq(story_count(story, "incident.ResponderCalled.pab"), 1);
    ck_assert_uint_eq(story_count(story, "incident.Started.pab"), 1);
}

static struct story *until_the_door(void)
{
    struct story *story = story_open("2023-01-18T08:00", &organisation_service, &registry_service,
                                     &care_service, &incident_service, &referral_service, NULL);

    story_town(story);
    story_later(story, "10 min");
    person(story);
    the_ladder(story);
    the_door_is_opened(story);
    return story;
}

START_TEST(a_silent_person_does_not_answer_and_is_found_ill)
{
    struct story *story = until_the_door();

    /* 7: to the hospital, and the roster knows. */
    story_say(story, PAB, "incident.ControlIncident.pab",
              "{'incident': 'care-i1', 'result': 'HOSPITAL', 'host': {'name': '曙光医院'}}");
    ck_assert_uint_eq(story_count(story, "incident.IncidentControlled.pab"), 1);
    ck_assert_str_eq(
        story_last(story, "referral.NeedOpened." C41),
        "{\"need\": \"care-i1-transfer\", \"person\": \"r1\", \"category\": \"MEDICAL\""
        ", \"kind\": \"TRANSFER\", \"priority\": \"P0\", \"source\": {\"visit\": \"care"
        "-i1\"}, \"due\": {\"doneMs\": \"1674105600000\"}, \"place\": \"310115125041\"}");
    ck_assert_str_eq(story_last(story, "registry.AwayStarted." C41),
                     "{\"person\": \"r1\", \"kind\": \"hospital\", \"untilMs\": \"1676690400000\", "
                     "\"owner\": \"310115125041\"}");
    ck_assert_str_eq(
        story_ask(story, C41, "care.MyPeople." C41, "{}"),
        "{\"rows\": [{\"person\": \"r1\", \"carer\": \"v1\", \"state\": \"AWAY\", \"sil"
        "ent\": true, \"class\": \"YELLOW\", \"lastSeenMs\": \"1674000600000\", \"lastS"
        "eenBy\": \"v1\", \"lastSeenMode\": \"VISIT\", \"openNeeds\": 2, \"windowEndMs"
        "\": \"1674108000000\", \"tries\": 4, \"rung\": \"DOOR\", \"away\": true, \"all"
        "owed\": [\"RecordContact\"]}]}");
    /* 8: the next day somebody asks at the hospital. */
    story_until(story, "2023-01-20T00:10");
    ck_assert_str_eq(
        story_last(story, "care.ContactPlanned." C41),
        "{\"person\": \"r1\", \"date\": \"2023-01-20\", \"carer\": \"v1\", \"windowEndM"
        "s\": \"1674208800000\", \"ladder\": \"HOST\", \"times\": 1}");
    story_say(story, DUTY, "care.RecordContact." C41,
              "{'person': 'r1', 'outcome': 'OK', 'mode': 'EMERGENCY_CONTACT'}");
    ck_assert_str_eq(
        story_last(story, "care.ContactRecorded." C41),
        "{\"person\": \"r1\", \"date\": \"2023-01-20\", \"outcome\": \"OK_VIA_OTHER\", "
        "\"by\": \"v1\", \"atMs\": \"1674144600000\", \"recordedAtMs\": \"1674144600000"
        "\", \"mode\": \"EMERGENCY_CONTACT\", \"done\": 1, \"times\": 1, \"byPost\": \""
        "310115125041.duty\"}");
    ck_assert_uint_eq(story_count(story, "care.ContactMissed.*"), 0);
    story_close(story);
}
END_TEST

/* The variant: she was at her daughter's; no blame, and no finding. */
START_TEST(a_silent_person_was_at_her_daughters)
{
    struct story *story = until_the_door();

    story_say(story, PAB, "incident.ControlIncident.pab",
              "{'incident': 'care-i1', 'result': 'AWAY', 'host': {'name': '李国强'}}");
    ck_assert_str_eq(
        story_last(story, "incident.IncidentControlled.pab"),
        "{\"incident\": \"care-i1\", \"type\": \"WELFARE_CHECK\", \"place\": \"31011512"
        "5041\", \"person\": \"r1\", \"result\": \"AWAY\", \"byPost\": \"pab.duty\"}");
    ck_assert_str_eq(story_last(story, "registry.AwayStarted." C41),
                     "{\"person\": \"r1\", \"kind\": \"relative\", \"untilMs\": \"1676690400000\", "
                     "\"owner\": \"310115125041\"}");
    ck_assert_str_eq(
        story_ask(story, C41, "care.Summary." C41, "{'committee': '" C41 "'}"),
        "{\"committee\": \"310115125041\", \"date\": \"2023-01-19\", \"state\": \"OPEN"
        "\", \"numbers\": {\"roster\": 1, \"planned\": 1, \"away\": 1, \"needsOpened\":"
        " 1}}");
    story_close(story);
}
END_TEST

TESTS(a_silent_person_does_not_answer_and_is_found_ill, a_silent_person_was_at_her_daughters)
