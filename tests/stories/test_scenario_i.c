/*
 * Scenario I: an outbreak in a home (domain.md 5; S-06M, S-049), line by line, by all services that have a
 * part in it.  The town is services/town; h1 is an invented home, r1 an invented person in it.
 */
#include <stdio.h>

#include "lib/story.h"

extern const struct service organisation_service;
extern const struct service registry_service;
extern const struct service referral_service;
extern const struct service supplies_service;
extern const struct service incident_service;
extern const struct service homes_service;

#define C41 "310115125041"

static void reports(struct story *story, const char *date, unsigned cases)
{
    story_say(story, C41 " as " C41 ".duty", "homes.SubmitDailyReport." C41,
              "{'home': 'h1', 'date': '%s', 'residents': 80, 'staff': 20, 'cases': %u}", date,
              cases);
}

/* A home that is paired and was visited; a centre with beds; r1 on the roster. */
static void begin(struct story *story)
{
    story_town(story);
    story_say(story, "sjb as sjb.duty", "homes.RegisterHome.sjb",
              "{'home': 'h1', 'name': '某养老院', 'beds': 100, 'committee': '" C41 "'}");
    story_say(story, "hcz as hcz.duty", "homes.PairHome.hcz",
              "{'home': 'h1', 'centre': 'hcz', 'doctorPost': 'hcz.duty'}");
    story_say(story, "hcz as hcz.duty", "homes.RecordGuidance.hcz",
              "{'home': 'h1', 'findings': 'all well'}");
    story_say(story, "sjb as sjb.duty", "homes.RecordCallback.sjb",
              "{'need': 'h1-guide-1', 'result': 'SATISFIED'}");
    story_say(story, "hcz as hcz.duty hcz-s4", "referral.SetCapacity.hcz",
              "{'centre': 'hcz', 'kind': 'OXYGEN', 'state': 'CAPACITY', 'n': 5}");
    story_say(story, C41 " as " C41 ".head", "registry.Propose." C41,
              "{'person': 'r1', 'committee': '" C41 "', 'card': {'name': '某甲', 'phones':"
              " [{'number': '13900000001'}], 'address': {'road': '碧波路', 'room': '301'}}}");
    story_say(story, C41 " as " C41 ".head", "registry.Verify." C41,
              "{'person': 'r1', 'categories': ['ALONE_UNCARED'], 'class': 'RED', 'basis':"
              " 'notice'}");
    story_forget(story);
}

START_TEST(an_outbreak_in_a_home)
{
    struct story *story =
        story_open("2023-01-18T09:00", &organisation_service, &registry_service, &referral_service,
                   &supplies_service, &incident_service, &homes_service, NULL);

    begin(story);
    reports(story, "2023-01-18", 3); /* 1 */
    ck_assert_str_eq(
        story_last(story, "homes.HomeStateChanged.hcz"),
        "{\"home\": \"h1\", \"from\": \"NORMAL\", \"to\": \"CLUSTER\", \"cases\": 3, \"reason\": "
        "\"3 cases in the window\", \"centre\": \"hcz\", \"committee\": \"310115125041\"}");
    ck_assert_str_eq(story_last(story, "homes.Dispatched.hcz"),
                     "{\"need\": \"h1-guide-2\", \"assignment\": \"h1-guide-2-a1\", \"plac\": "
                     "\"h1-guide-2-a1\", \"toUnit\": \"hcz\", \"toPost\": \"hcz.duty\", "
                     "\"priority\": \"P1\", \"due\": {\"receiveMs\": \"1674004500000\", "
                     "\"acceptMs\": \"1674004800000\", \"firstContactMs\": \"1674005400000\", "
                     "\"doneMs\": \"1674046800000\"}, \"kind\": \"GUIDANCE\", \"detail\": \"people "
                     "fall ill there\", \"place\": \"310115125041\"}"); /* 2 */
    ck_assert_str_eq(story_last(story, "homes.GuidanceDue.hcz"),
                     "{\"home\": \"h1\", \"centre\": \"hcz\", \"dueMs\": \"1674018000000\", "
                     "\"need\": \"h1-guide-2\"}");
    story_say(story, "hcz as hcz.duty hcz-s4", "homes.RecordGuidance.hcz",
              "{'home': 'h1', 'by': 'hcz.duty', 'findings': 'two floors are apart now'}");
    ck_assert_str_eq(
        story_last(story, "homes.GuidanceRecorded.hcz"),
        "{\"home\": \"h1\", \"centre\": \"hcz\", \"atMs\": \"1674003600000\", \"by\": "
        "\"hcz.duty\", \"findings\": \"two floors are apart now\", \"need\": \"h1-guide-2\"}");
    ck_assert_str_eq(story_last(story, "referral.CapacityReserved.hcz"),
                     "{\"centre\": \"hcz\", \"kind\": \"OXYGEN\", \"n\": 3, \"forHome\": \"h1\"}");
    ck_assert_str_eq(story_last(story, "supplies.NeedOpened.dzb"),
                     "{\"need\": \"h1-kit-1\", \"category\": \"LIVING\", \"kind\": \"GOODS\", "
                     "\"priority\": \"P1\", \"source\": {\"home\": \"h1\"}, \"due\": {\"doneMs\": "
                     "\"1674046800000\"}, \"place\": \"dzb\", \"verifier\": \"sjb\"}");
    ck_assert_str_eq(story_last(story, "supplies.LineRequested.dzb"),
                     "{\"line\": \"h1-kit-1-l1\", \"need\": \"h1-kit-1\", \"item\": \"home-kit\", "
                     "\"qty\": 1, \"dueMs\": \"1674018000000\"}");
    ck_assert_str_eq(
        story_last(story, "incident.IncidentOpened.pab"),
        "{\"incident\": \"h1-incident-1\", \"type\": \"INSTITUTION_CLUSTER\", \"place\": "
        "\"310115125041\", \"priority\": \"P1\", \"toPost\": \"pab.duty\", \"source\": {\"home\": "
        "\"h1\"}, \"openedMs\": \"1674003600000\", \"reporter\": \"310115125041.duty\"}"); /* 3 */
    story_say(story, "pab as pab.duty", "incident.ConfirmIncident.pab",
              "{'incident': 'h1-incident-1'}");
    story_say(story, "pab as pab.duty", "incident.GradeIncident.pab",
              "{'incident': 'h1-incident-1', 'grade': 2, 'reason': 'old people'}");
    ck_assert_uint_eq(story_count(story, "incident.IncidentGraded.pab"), 1);
    story_say(story, C41 " as " C41 ".head", "registry.SuspendAway." C41, /* 4 */
              "{'person': 'r1', 'kind': 'institution', 'untilMs': '1676000000000',"
              " 'host': {'name': '某养老院', 'phones': [{'number': '02158950000'}]}}");
    ck_assert_str_eq(story_last(story, "registry.AwayStarted." C41),
                     "{\"person\": \"r1\", \"kind\": \"institution\", \"untilMs\": "
                     "\"1676000000000\", \"owner\": \"310115125041\"}");
    EXPECT_TEXT(story_text(story),
                "310115125041/1/3 homes.SubmitDailyReport\n"
                "    emits homes.DailyReported.sjb\n"
                "    h1: NORMAL -> CLUSTER\n"
                "    emits homes.HomeStateChanged.hcz\n"
                "    h1-guide-2: NONE -> OPEN\n"
                "    emits homes.NeedOpened.310115125041\n"
                "    h1-guide-2: OPEN -> ASSIGNED\n"
                "    h1-guide-2-a1: NONE -> REQUESTED\n"
                "    emits homes.Dispatched.hcz\n"
                "    reminds h1-guide-2/done: homes.Due in 9 h 36 min\n"
                "    reminds h1-guide-2/receive: homes.Due in 12 min\n"
                "    reminds h1-guide-2/accept: homes.Due in 16 min\n"
                "    reminds h1-guide-2/first_contact: homes.Due in 24 min\n"
                "    reminds h1: homes.AskGuidance in 4 h\n"
                "    emits homes.GuidanceDue.hcz\n"
                "    sends referral.ReserveCapacity.hcz\n"
                "    sends supplies.OpenNeed.dzb\n"
                "    sends incident.OpenIncident.pab\n"
                "    reminds h1: homes.EndDay in 15 h\n"
                "homes/1/18 referral.ReserveCapacity\n"
                "    emits referral.CapacityReserved.hcz\n"
                "homes/1/19 supplies.OpenNeed\n"
                "    h1-kit-1: NONE -> OPEN\n"
                "    emits supplies.NeedOpened.dzb\n"
                "    h1-kit-1: OPEN -> ASSIGNED\n"
                "    h1-kit-1-a1: NONE -> REQUESTED\n"
                "    emits supplies.Dispatched.dzb\n"
                "    reminds h1-kit-1/done: supplies.Due in 9 h 36 min\n"
                "    reminds h1-kit-1/receive: supplies.Due in 12 min\n"
                "    reminds h1-kit-1/accept: supplies.Due in 16 min\n"
                "    reminds h1-kit-1/first_contact: supplies.Due in 24 min\n"
                "    h1-kit-1-l1: NONE -> REQUESTED\n"
                "    reminds h1-kit-1-l1: supplies.ChaseApproval in 4 h\n"
                "    emits supplies.LineRequested.dzb\n"
                "homes/1/20 incident.OpenIncident\n"
                "    h1-incident-1: NONE -> REPORTED\n"
                "    emits incident.IncidentOpened.pab\n"
                "    reminds h1-incident-1: incident.ChaseConfirm in 10 min\n"
                "    reminds h1-incident-1: incident.ChaseReport in 15 min\n"
                "    h1-incident-1: NONE -> OPEN\n"
                "    emits incident.NeedOpened.310115125041\n"
                "    h1-incident-1: OPEN -> ASSIGNED\n"
                "    h1-incident-1-a1: NONE -> REQUESTED\n"
                "    emits incident.Dispatched.pab\n"
                "    reminds h1-incident-1/done: incident.Due in 9 h 36 min\n"
                "    reminds h1-incident-1/receive: incident.Due in 12 min\n"
                "    reminds h1-incident-1/accept: incident.Due in 16 min\n"
                "    reminds h1-incident-1/first_contact: incident.Due in 24 min\n"
                "hcz/1/4 homes.RecordGuidance\n"
                "    emits homes.GuidanceRecorded.hcz\n"
                "    h1-guide-2-a1: REQUESTED -> ACCEPTED\n"
                "    emits homes.Accepted.hcz\n"
                "    forgets h1-guide-2/receive: homes.Due\n"
                "    forgets h1-guide-2/accept: homes.Due\n"
                "    h1-guide-2-a1: ACCEPTED -> IN_PROGRESS\n"
                "    h1-guide-2: ASSIGNED -> IN_SERVICE\n"
                "    emits homes.Started.hcz\n"
                "    forgets h1-guide-2/first_contact: homes.Due\n"
                "    h1-guide-2-a1: IN_PROGRESS -> COMPLETED\n"
                "    h1-guide-2: IN_SERVICE -> VERIFYING\n"
                "    emits homes.Completed.hcz\n"
                "    emits homes.VerificationDue.sjb\n"
                "    reminds h1-guide-2/verify: homes.Due in 3 h 12 min\n"
                "    forgets h1-guide-2/done: homes.Due\n"
                "    reminds h1: homes.AskGuidance in 7 d\n"
                "pab/1/1 incident.ConfirmIncident\n"
                "    h1-incident-1: REPORTED -> CONFIRMED\n"
                "    forgets h1-incident-1: incident.ChaseConfirm\n"
                "    emits incident.IncidentConfirmed.pab\n"
                "pab/1/2 incident.GradeIncident\n"
                "    h1-incident-1: CONFIRMED -> GRADED\n"
                "    emits incident.IncidentGraded.pab\n"
                "    reminds h1-incident-1: incident.ChaseSituation in 30 min\n"
                "310115125041/1/4 registry.SuspendAway\n"
                "    r1: ACTIVE -> AWAY\n"
                "    reminds r1: registry.EndAwayDue in 23 d 2 h 33 min 20 s\n"
                "    emits registry.AwayStarted.310115125041\n");
    story_say(story, "pab as pab.duty", "incident.TakeCommand.pab",
              "{'incident': 'h1-incident-1', 'post': 'pab.duty'}");
    story_say(story, "pab as pab.duty", "incident.ReportSituation.pab",
              "{'incident': 'h1-incident-1', 'text': 'two floors are apart'}");
    story_later(story, "31 min");
    ck_assert_uint_ge(story_count(story, "incident.SituationOverdue.*"), 1);
    story_close(story);
}
END_TEST

/* Steps 4 and 5; the town's other services have no part in them. */
START_TEST(seven_quiet_days_and_all_is_as_before)
{
    struct story *story = story_open("2023-01-18T09:00", &organisation_service, &referral_service,
                                     &homes_service, NULL);

    begin(story);
    reports(story, "2023-01-18", 3);
    story_until(story, "2023-01-19T10:00");
    ck_assert_str_eq(story_last(story, "homes.ReportMissing.sjb"),
                     "{\"home\": \"h1\", \"date\": \"2023-01-19\", \"centre\": \"hcz\", "
                     "\"committee\": \"310115125041\"}");
    for (int day = 19; day <= 25; day++) {
        char text[32];
        snprintf(text, sizeof(text), "2023-01-%02d", day);
        reports(story, text, 0);
        if (day == 19) {
            story_until(story, "2023-01-20T09:00");
            ck_assert_str_eq(story_last(story, "homes.HomeStateChanged.hcz"),
                             "{\"home\": \"h1\", \"from\": \"CLUSTER\", \"to\": \"RECOVERY\", "
                             "\"cases\": 3, \"reason\": \"a day without a new case\", \"centre\": "
                             "\"hcz\", \"committee\": \"310115125041\"}");
        }
        snprintf(text, sizeof(text), "2023-01-%02dT09:00", day + 1);
        story_until(story, text);
    }
    ck_assert_str_eq(
        story_last(story, "homes.HomeStateChanged.hcz"),
        "{\"home\": \"h1\", \"from\": \"RECOVERY\", \"to\": \"NORMAL\", \"reason\": \"7 days "
        "without a new case\", \"centre\": \"hcz\", \"committee\": \"310115125041\"}");
    ck_assert_str_eq(story_last(story, "referral.CapacityReleased.hcz"),
                     "{\"centre\": \"hcz\", \"kind\": \"OXYGEN\", \"n\": 3, \"forHome\": \"h1\"}");
    story_close(story);
}
END_TEST

TESTS(an_outbreak_in_a_home, seven_quiet_days_and_all_is_as_before)
