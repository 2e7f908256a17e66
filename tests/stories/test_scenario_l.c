/*
 * Scenario L (domain.md 5): a child whose guardian was taken to hospital; S-031, S-063, S-097.
 */
#include <stdio.h>
#include <string.h>

#include "lib/story.h"
#include "stories/plain.h"

extern const struct service organisation_service;
extern const struct service registry_service;
extern const struct service hotline_service;
extern const struct service incident_service;
extern const struct service care_service;

#define C41 "310115125041"

static void seat(struct story *story, const char *command, const char *body)
{
    char subject[64];

    snprintf(subject, sizeof(subject), "hotline.%s.dzb", command);
    story_say(story, "dzb as dzb.seat1 dzb-s5", subject, "%s", body);
}

static void committee(struct story *story, const char *subject, const char *body)
{
    story_say(story, C41 " as " C41 ".first " C41 "-s1", subject, "%s", body);
}

static void pab(struct story *story, const char *subject, const char *body)
{
    story_say(story, "pab as pab.duty pab-s4", subject, "%s", body);
}

/* 1: the call is an emergency, the incident opened in the same breath, and the committee asked. */
static void a_call_comes(struct story *story)
{
    story_town(story);
    seat(story, "OpenShift", "{'seat': 'dzb.seat1', 'staff': 'dzb-s5'}");
    story_forget(story);
    seat(story, "LogCall",
         "{'call': 'k1', 'seat': 'dzb.seat1', 'card': {'phones': [{'number': '13900000031'}]},"
         " 'ringMs': 6000}");
    seat(story, "ClassifyCall",
         "{'call': 'k1', 'place': '" C41 "', 'kind': 'CHILD_UNGUARDED', 'card': {'name':"
         " '陈阿姨', 'address': {'road': '碧波路'}}, 'timeMs':"
         " '1674003600000', 'cause': 'the mother is in hospital', 'course': 'a neighbour calls'}");
}

START_TEST(a_child_without_a_guardian_is_taken_in_and_seen_every_day)
{
    struct story *story = story_open("2023-01-18T09:00", &organisation_service, &registry_service,
                                     &hotline_service, &incident_service, &care_service, NULL);

    a_call_comes(story);
    ck_assert_str_eq(
        story_last(story, "incident.IncidentOpened.pab"),
        "{\"incident\": \"hl-k1\", \"type\": \"CHILD_UNGUARDED\", \"place\": \"310115125041\", "
        "\"priority\": \"P0\", \"toPost\": \"pab.duty\", \"source\": {\"call\": \"k1\"}, "
        "\"openedMs\": \"1674003600000\", \"reporter\": \"dzb.seat1\"}");
    ck_assert_str_eq(
        story_last(story, "incident.Dispatched." C41),
        "{\"need\": \"hl-k1\", \"assignment\": \"hl-k1-a1\", \"plac\": \"hl-k1-a1\", \"toUnit\": "
        "\"310115125041\", \"toPost\": \"310115125041.duty\", \"priority\": \"P0\", \"due\": "
        "{\"receiveMs\": \"1674003900000\", \"acceptMs\": \"1674004020000\", \"firstContactMs\": "
        "\"1674004200000\", \"doneMs\": \"1674010800000\"}, \"kind\": \"CHILD_UNGUARDED\", "
        "\"detail\": \"the mother is in hospital\", \"place\": \"310115125041\"}");
    pab(story, "incident.ConfirmIncident.pab", "{'incident': 'hl-k1'}");
    pab(story, "incident.ReportUpward.pab", "{'incident': 'hl-k1', 'to': 'lgo'}");
    /* 2: at the door, and a caretaker who has agreed */
    committee(story, "incident.Receive." C41, "{'assignment': 'hl-k1-a1'}");
    committee(story, "incident.Accept." C41, "{'assignment': 'hl-k1-a1'}");
    committee(story, "incident.Start." C41, "{'assignment': 'hl-k1-a1', 'mode': 'visit'}");
    committee(story, "incident.NameCaretaker." C41,
              "{'incident': 'hl-k1', 'child': 'k9', 'consent': true, 'childCard': {'nickname':"
              " '小宝', 'birth': '2017-05-01'}, 'caretaker': {'name': '陈阿姨', 'phones':"
              " [{'number': '13900000032'}], 'remark': '邻居'}}");
    /* 3: on the roster, until the guardian is back; and seen every day */
    committee(story, "registry.Verify." C41,
              "{'person': 'k9', 'categories': ['UNGUARDED_CHILD'], 'class': 'RED',"
              " 'basis': 'notice'}");
    EXPECT_TEXT(plain(story_text(story)), "dzb/1/2 hotline.LogCall\n"
                                          "    k1: NONE -> ANSWERED\n"
                                          "    reminds 2023-01-18: hotline.RateLine in 15 h\n"
                                          "    reminds k1: hotline.ChaseCall in 30 min\n"
                                          "    emits hotline.CallLogged.dzb\n"
                                          "dzb/1/3 hotline.ClassifyCall\n"
                                          "    k1: ANSWERED -> CLASSIFIED\n"
                                          "    sends incident.OpenIncident.310115125041\n"
                                          "    reminds k1: hotline.ChaseCall in 30 min\n"
                                          "    emits hotline.CallClassified.dzb\n"
                                          "hotline/1/3 incident.OpenIncident\n"
                                          "    hl-k1: NONE -> REPORTED\n"
                                          "    emits incident.IncidentOpened.pab\n"
                                          "    reminds hl-k1: incident.ChaseConfirm in 10 min\n"
                                          "    reminds hl-k1: incident.ChaseReport in 15 min\n"
                                          "    reminds hl-k1: incident.ChaseCaretaker in 2 h\n"
                                          "    emits incident.CaretakerWanted.310115125041\n"
                                          "    emits incident.CaretakerWanted.sjb\n"
                                          "    hl-k1: NONE -> OPEN\n"
                                          "    emits incident.NeedOpened.310115125041\n"
                                          "    hl-k1: OPEN -> ASSIGNED\n"
                                          "    hl-k1-a1: NONE -> REQUESTED\n"
                                          "    emits incident.Dispatched.310115125041\n"
                                          "    reminds hl-k1/done: incident.Due in 1 h 36 min\n"
                                          "    reminds hl-k1/receive: incident.Due in 4 min\n"
                                          "    reminds hl-k1/accept: incident.Due in 5 min 36 s\n"
                                          "    reminds hl-k1/first_contact: incident.Due in 8 min\n"
                                          "incident/1/4 incident.NeedOpened at care\n"
                                          "    310115125041/2023-01-18: NONE -> OPEN\n"
                                          "pab/1/1 incident.ConfirmIncident\n"
                                          "    hl-k1: REPORTED -> CONFIRMED\n"
                                          "    forgets hl-k1: incident.ChaseConfirm\n"
                                          "    emits incident.IncidentConfirmed.pab\n"
                                          "pab/1/2 incident.ReportUpward\n"
                                          "    forgets hl-k1: incident.ChaseReport\n"
                                          "    emits incident.ReportedUpward.pab\n"
                                          "310115125041/1/1 incident.Receive\n"
                                          "    hl-k1-a1: REQUESTED -> RECEIVED\n"
                                          "    emits incident.Received.310115125041\n"
                                          "    forgets hl-k1/receive: incident.Due\n"
                                          "310115125041/1/2 incident.Accept\n"
                                          "    hl-k1-a1: RECEIVED -> ACCEPTED\n"
                                          "    emits incident.Accepted.310115125041\n"
                                          "    forgets hl-k1/accept: incident.Due\n"
                                          "310115125041/1/3 incident.Start\n"
                                          "    hl-k1-a1: ACCEPTED -> IN_PROGRESS\n"
                                          "    hl-k1: ASSIGNED -> IN_SERVICE\n"
                                          "    emits incident.Started.310115125041\n"
                                          "    forgets hl-k1/first_contact: incident.Due\n"
                                          "    hl-k1: CONFIRMED -> RESPONDING\n"
                                          "310115125041/1/4 incident.NameCaretaker\n"
                                          "    forgets hl-k1: incident.ChaseCaretaker\n"
                                          "    sends registry.Propose.310115125041\n"
                                          "    emits incident.CaretakerNamed.310115125041\n"
                                          "incident/1/11 registry.Propose\n"
                                          "    k9: PERSON_NONE -> CANDIDATE\n"
                                          "    reminds k9: registry.ChaseCandidate in 24 h\n"
                                          "    emits registry.Proposed.310115125041\n"
                                          "registry/1/1 registry.Proposed at care\n"
                                          "    k9: NONE -> CANDIDATE\n"
                                          "310115125041/1/5 registry.Verify\n"
                                          "    k9: CANDIDATE -> ACTIVE\n"
                                          "    forgets k9: registry.ChaseCandidate\n"
                                          "    reminds k9: registry.CheckStale in 14 d\n"
                                          "    emits registry.Verified.310115125041\n"
                                          "registry/1/2 registry.Verified at care\n"
                                          "    k9: CANDIDATE -> ACTIVE\n"
                                          "    k9/2023-01-18: NONE -> PLANNED\n"
                                          "    emits care.ContactPlanned.310115125041\n");
    ck_assert_str_eq(
        story_last(story, "registry.Proposed." C41),
        "{\"person\": \"k9\", \"owner\": \"310115125041\", \"categories\": [\"UNGUARDED_CHILD\"], "
        "\"source\": \"incident\", \"dueMs\": \"1674090000000\"}");
    ck_assert_str_eq(story_last(story, "registry.Verified." C41),
                     "{\"person\": \"k9\", \"owner\": \"310115125041\", \"categories\": "
                     "[\"UNGUARDED_CHILD\"], \"class\": \"RED\"}");
    story_until(story, "2023-01-19T00:06");
    ck_assert_str_eq(story_last(story, "care.ContactPlanned." C41),
                     "{\"person\": \"k9\", \"date\": \"2023-01-19\", \"windowEndMs\": "
                     "\"1674108000000\", \"ladder\": \"SILENT\", \"times\": 1, \"first\": true}");
    story_forget(story);
    /* 4: the guardian is back */
    committee(story, "incident.Complete." C41,
              "{'assignment': 'hl-k1-a1', 'solved': 'SOLVED_YES', 'publicText': 'cared for'}");
    pab(story, "incident.RecordCallback.pab", "{'need': 'hl-k1', 'result': 'SATISFIED'}");
    pab(story, "incident.ControlIncident.pab", "{'incident': 'hl-k1', 'result': 'GUARDED'}");
    pab(story, "incident.CloseIncident.pab", "{'incident': 'hl-k1'}");
    EXPECT_TEXT(plain(story_text(story)),
                "310115125041/1/6 incident.Complete\n"
                "    hl-k1-a1: IN_PROGRESS -> COMPLETED\n"
                "    hl-k1: IN_SERVICE -> VERIFYING\n"
                "    emits incident.Completed.310115125041\n"
                "    emits incident.VerificationDue.pab\n"
                "    reminds hl-k1/verify: incident.Due in 3 h 12 min\n"
                "pab/1/3 incident.RecordCallback\n"
                "    hl-k1: VERIFYING -> VERIFYING\n"
                "    emits incident.CallbackRecorded.pab\n"
                "    hl-k1: VERIFYING -> CLOSED\n"
                "    emits incident.NeedClosed.310115125041\n"
                "    reminds hl-k1/reopen_window: incident.Due in 7 d\n"
                "    forgets hl-k1/verify: incident.Due\n"
                "    reminds hl-k1: incident.ChaseClose in 24 h\n"
                "pab/1/4 incident.ControlIncident\n"
                "    hl-k1: RESPONDING -> CONTROLLED\n"
                "    emits incident.IncidentControlled.pab\n"
                "pab/1/5 incident.CloseIncident\n"
                "    hl-k1: CONTROLLED -> CLOSED\n"
                "    forgets hl-k1: incident.ChaseClose\n"
                "    reminds hl-k1: incident.ChaseReview in 12 d 16 h 54 min\n"
                "    emits incident.IncidentClosed.pab\n"
                "incident/1/27 incident.IncidentClosed at registry\n"
                "    emits registry.CategoriesSet.310115125041\n");
    ck_assert_str_eq(story_last(story, "incident.IncidentClosed.pab"),
                     "{\"incident\": \"hl-k1\", \"type\": \"CHILD_UNGUARDED\", \"place\": "
                     "\"310115125041\", \"person\": \"k9\", \"result\": \"GUARDED\", \"byPost\": "
                     "\"pab.duty\", \"ms\": \"54360000\", \"needs\": [\"hl-k1\"]}");
    ck_assert_str_eq(story_last(story, "registry.CategoriesSet." C41),
                     "{\"person\": \"k9\", \"from\": [\"UNGUARDED_CHILD\"], \"by\": \"pab.duty\", "
                     "\"reason\": \"the guardian is back\", \"owner\": \"310115125041\"}");
    ck_assert_str_eq(story_last_case(story, "incident.IncidentClosed.pab"), "H-20230118-0001-1");
    /* who the child is stands on the card alone */
    ck_assert_uint_eq(story_count(story, "gateway.Notify.*"), 0);
    ck_assert_ptr_null(strstr(story_last(story, "incident.CaretakerNamed." C41), "小宝"));
    ck_assert_ptr_null(strstr(story_last(story, "incident.CaretakerNamed." C41), "陈阿姨"));
    story_close(story);
}
END_TEST

START_TEST(a_child_whom_nobody_takes_in_is_the_offices_matter)
{
    struct story *story = story_open("2023-01-18T09:00", &organisation_service, &registry_service,
                                     &hotline_service, &incident_service, NULL);

    a_call_comes(story);
    story_later(story, "2 h");
    ck_assert_str_eq(
        story_last(story, "incident.Escalated.lgo"),
        "{\"need\": \"hl-k1\", \"rung\": 2, \"toPost\": \"lgo.duty\", \"clock\": \"caretaker\"}");
    ck_assert_uint_eq(story_count(story, "incident.CaretakerNamed.*"), 0);
    committee(story, "incident.NameCaretaker." C41,
              "{'incident': 'hl-k1', 'child': 'k9', 'station': 'sjb'}");
    ck_assert_str_eq(
        story_last(story, "registry.Proposed." C41),
        "{\"person\": \"k9\", \"owner\": \"310115125041\", \"categories\": [\"UNGUARDED_CHILD\"], "
        "\"source\": \"incident\", \"dueMs\": \"1674097200000\"}");
    story_close(story);
}
END_TEST

TESTS(a_child_without_a_guardian_is_taken_in_and_seen_every_day,
      a_child_whom_nobody_takes_in_is_the_offices_matter)
