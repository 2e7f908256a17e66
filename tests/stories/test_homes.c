/*
 * homes: institutions for old people, each day (domain.md 3.14; S-049, S-06M).  The town is kernel_town.h;
 * h1 is an invented home.
 */
#include "stories/kernel_town.h"

extern const struct service homes_service;

static void team(struct story *story, const char *command, const char *body)
{
    char subject[64];

    snprintf(subject, sizeof(subject), "homes.%s.sjb", command);
    story_say(story, "sjb as sjb.duty sjb-s4", subject, "%s", body);
}

static void reports(struct story *story, const char *date, unsigned cases)
{
    story_say(story, C41, "homes.SubmitDailyReport." C41,
              "{'home': 'h1', 'date': '%s', 'residents': 80, 'staff': 20, 'cases': %u}", date,
              cases);
}

static struct story *town(const struct service *service)
{
    struct story *story = kernel_story(service);

    organisation_says(story, "UnitRegistered", "{'unit': '" C41 "', 'kind': '居委会'}");
    story_forget(story);
    return story;
}

/* A home in the area of c41, paired with hcz, whose first visit has been made. */
static struct story *paired(const struct service *service)
{
    struct story *story = town(service);

    team(
        story, "RegisterHome",
        "{'home': 'h1', 'name': '某养老院', 'beds': 100, 'phone': '02158950000', 'committee': '" C41
        "'}");
    story_say(story, "hcz as hcz.duty", "homes.PairHome.hcz",
              "{'home': 'h1', 'centre': 'hcz', 'doctorPost': 'hcz.fd1'}");
    story_say(story, "hcz as hcz.duty", "homes.RecordGuidance.hcz",
              "{'home': 'h1', 'by': 'hcz.fd1', 'findings': 'rooms are aired'}");
    story_forget(story);
    return story;
}

START_TEST(a_home_is_paired_and_its_centre_visits)
{
    struct story *story = town(&homes_service);

    team(story, "RegisterHome", "{'home': 'h1', 'name': '某养老院', 'committee': 'moon'}");
    story_say(story, "hcz as hcz.duty", "homes.PairHome.hcz", "{'home': 'h1', 'centre': 'hcz'}");
    team(
        story, "RegisterHome",
        "{'home': 'h1', 'name': '某养老院', 'beds': 100, 'phone': '02158950000', 'committee': '" C41
        "'}");
    story_say(story, "hcz as hcz.duty", "homes.RecordGuidance.hcz",
              "{'home': 'h1', 'findings': 'x'}");
    story_say(story, "hcz as hcz.duty", "homes.PairHome.hcz", "{'home': 'h1', 'centre': 'sjb'}");
    story_say(story, "hcs as hcs.duty", "homes.PairHome.hcs", "{'home': 'h1', 'centre': 'hcz'}");
    story_say(story, "hcz as hcz.duty", "homes.PairHome.hcz",
              "{'home': 'h1', 'centre': 'hcz', 'doctorPost': 'hcz.fd1'}");
    story_say(story, "hcs as hcs.duty", "homes.RecordGuidance.hcs",
              "{'home': 'h1', 'findings': 'x'}");
    story_say(story, "hcz as hcz.duty", "homes.RecordGuidance.hcz",
              "{'home': 'h1', 'by': 'hcz.fd1', 'findings': 'rooms are aired'}");
    story_say(story, "sjb as sjb.duty", "homes.RecordCallback.sjb",
              "{'need': 'h1-guide-1', 'result': 'SATISFIED'}");
    EXPECT_TEXT(story_text(story),
                "sjb/1/1 homes.RegisterHome\n"
                "    refuses: a home has an id, a name, a committee\n"
                "hcz/1/1 homes.PairHome\n"
                "    refuses: there is no such home\n"
                "sjb/1/2 homes.RegisterHome\n"
                "    h1: STATE_NONE -> NORMAL\n"
                "    emits homes.HomeRegistered.310115125041\n"
                "    reminds h1: homes.AskReport in 1 h\n"
                "hcz/1/2 homes.RecordGuidance\n"
                "    refuses: the home has no centre\n"
                "hcz/1/3 homes.PairHome\n"
                "    refuses: sjb is no health centre\n"
                "hcs/1/1 homes.PairHome\n"
                "    refuses: PairHome is not for hcs\n"
                "hcz/1/4 homes.PairHome\n"
                "    emits homes.HomePaired.hcz\n"
                "    h1-guide-1: NONE -> OPEN\n"
                "    emits homes.NeedOpened.310115125041\n"
                "    h1-guide-1: OPEN -> ASSIGNED\n"
                "    h1-guide-1-a1: NONE -> REQUESTED\n"
                "    emits homes.Dispatched.hcz\n"
                "    reminds h1-guide-1/done: homes.Due in 11 d 6 h 24 min\n"
                "    reminds h1-guide-1/receive: homes.Due in 3 h 12 min\n"
                "    reminds h1-guide-1/accept: homes.Due in 28 h 42 min\n"
                "    reminds h1-guide-1/first_contact: homes.Due in 28 h 42 min\n"
                "    reminds h1: homes.AskGuidance in 7 d\n"
                "    emits homes.GuidanceDue.hcz\n"
                "hcs/1/2 homes.RecordGuidance\n"
                "    refuses: RecordGuidance is not for hcs\n"
                "hcz/1/5 homes.RecordGuidance\n"
                "    emits homes.GuidanceRecorded.hcz\n"
                "    h1-guide-1-a1: REQUESTED -> ACCEPTED\n"
                "    emits homes.Accepted.hcz\n"
                "    forgets h1-guide-1/receive: homes.Due\n"
                "    forgets h1-guide-1/accept: homes.Due\n"
                "    h1-guide-1-a1: ACCEPTED -> IN_PROGRESS\n"
                "    h1-guide-1: ASSIGNED -> IN_SERVICE\n"
                "    emits homes.Started.hcz\n"
                "    forgets h1-guide-1/first_contact: homes.Due\n"
                "    h1-guide-1-a1: IN_PROGRESS -> COMPLETED\n"
                "    h1-guide-1: IN_SERVICE -> VERIFYING\n"
                "    emits homes.Completed.hcz\n"
                "    emits homes.VerificationDue.sjb\n"
                "    reminds h1-guide-1/verify: homes.Due in 28 h 42 min\n"
                "    forgets h1-guide-1/done: homes.Due\n"
                "    reminds h1: homes.AskGuidance in 7 d\n"
                "sjb/1/3 homes.RecordCallback\n"
                "    h1-guide-1: VERIFYING -> VERIFYING\n"
                "    emits homes.CallbackRecorded.sjb\n"
                "    h1-guide-1: VERIFYING -> CLOSED\n"
                "    emits homes.NeedClosed.310115125041\n"
                "    reminds h1-guide-1/reopen_window: homes.Due in 7 d\n"
                "    forgets h1-guide-1/verify: homes.Due\n");
    ck_assert_str_eq(story_last(story, "homes.GuidanceRecorded.hcz"),
                     "{\"home\": \"h1\", \"centre\": \"hcz\", \"atMs\": \"1674003600000\", \"by\": "
                     "\"hcz.fd1\", \"findings\": \"rooms are aired\", \"need\": \"h1-guide-1\"}");
    story_forget(story);
    story_until(story, "2023-01-25T09:30"); /* the next visit, a week later */
    ck_assert_uint_eq(story_count(story, "homes.GuidanceDue.hcz"), 2);
    ck_assert_str_eq(story_last(story, "homes.GuidanceDue.hcz"),
                     "{\"home\": \"h1\", \"centre\": \"hcz\", \"dueMs\": \"1675213200000\", "
                     "\"need\": \"h1-guide-2\"}");
    story_close(story);
}
END_TEST

START_TEST(a_zero_report_is_a_report_and_silence_is_none)
{
    struct story *story = paired(&homes_service);

    reports(story, "2023-01-18", 0);
    reports(story, "2023-01-19", 0);
    reports(story, "2023-01-02", 0);
    story_say(story, "dzb", "homes.SubmitDailyReport.dzb", "{'home': 'h1', 'date': '2023-01-18'}");
    team(story, "SubmitDailyReport",
         "{'home': 'h1', 'date': '2023-01-18', 'residents': 1, 'cases': 2}");
    story_until(story, "10:00");
    story_until(story, "2023-01-19T10:00");
    EXPECT_TEXT(story_text(story), "310115125041/1/1 homes.SubmitDailyReport\n"
                                   "    emits homes.DailyReported.sjb\n"
                                   "310115125041/1/2 homes.SubmitDailyReport\n"
                                   "    refuses: a report is of today or of the week before\n"
                                   "310115125041/1/3 homes.SubmitDailyReport\n"
                                   "    refuses: a report is of today or of the week before\n"
                                   "dzb/1/1 homes.SubmitDailyReport\n"
                                   "    refuses: SubmitDailyReport is not for dzb\n"
                                   "sjb/1/2 homes.SubmitDailyReport\n"
                                   "    refuses: more cases than people\n"
                                   "1 h later\n"
                                   "homes/1/16 homes.AskReport\n"
                                   "    reminds h1: homes.AskReport in 24 h\n"
                                   "24 h later\n"
                                   "homes/1/17 homes.AskReport\n"
                                   "    reminds h1: homes.AskReport in 24 h\n"
                                   "    emits homes.ReportMissing.sjb\n");
    ck_assert_str_eq(story_last(story, "homes.ReportMissing.sjb"),
                     "{\"home\": \"h1\", \"date\": \"2023-01-19\", \"centre\": \"hcz\", "
                     "\"committee\": \"310115125041\"}");
    ck_assert_str_eq(story_ask(story, "sjb", "homes.HomeBoard.sjb", "{}"),
                     "{\"rows\": [{\"home\": \"h1\", \"name\": \"某养老院\", \"centre\": \"hcz\", "
                     "\"state\": \"NORMAL\", \"lastReport\": \"2023-01-18\", \"guidanceDueMs\": "
                     "\"1674608400000\", \"residents\": 80, \"staff\": 20, \"beds\": 100, "
                     "\"committee\": \"310115125041\"}], \"missing\": 1}");
    reports(story, "2023-01-19", 0); /* late, but heard */
    ck_assert_str_eq(
        story_ask(story, C41, "homes.HomeHistory." C41, "{'home': 'h1', 'limit': 3}"),
        "{\"home\": \"h1\", \"state\": \"NORMAL\", \"days\": [{\"date\": \"2023-01-19\", "
        "\"reported\": true, \"residents\": 80, \"staff\": 20}, {\"date\": \"2023-01-18\", "
        "\"reported\": true, \"residents\": 80, \"staff\": 20}, {\"date\": \"2023-01-17\"}]}");
    ck_assert_str_eq(story_ask(story, "dzb", "homes.HomeBoard.dzb", "{}"),
                     "refused NOT_ALLOWED: it is not for dzb");
    story_close(story);
}
END_TEST

START_TEST(cases_lead_up_and_quiet_days_lead_down)
{
    struct story *story = paired(&homes_service);

    reports(story, "2023-01-18", 1);
    EXPECT_TEXT(story_text(story), "310115125041/1/1 homes.SubmitDailyReport\n"
                                   "    emits homes.DailyReported.sjb\n"
                                   "    h1: NORMAL -> WATCH\n"
                                   "    emits homes.HomeStateChanged.hcz\n"
                                   "    reminds h1: homes.EndDay in 15 h\n");
    story_say(story, "hcz as hcz.duty", "homes.ReportCase.hcz",
              "{'home': 'h1', 'n': 3, 'severe': true}"); /* of whom the report knew one */
    ck_assert_str_eq(
        story_last(story, "homes.HomeStateChanged.hcz"),
        "{\"home\": \"h1\", \"from\": \"WATCH\", \"to\": \"CLUSTER\", \"cases\": 3, \"reason\": "
        "\"3 cases in the window\", \"centre\": \"hcz\", \"committee\": \"310115125041\"}");
    story_until(story, "2023-01-19T09:00");
    story_forget(story); /* what a cluster sets going is scenario I's (test_scenario_i.c) */
    reports(story, "2023-01-19", 7);
    ck_assert_str_eq(story_last(story, "homes.HomeStateChanged.hcz"),
                     "{\"home\": \"h1\", \"from\": \"CLUSTER\", \"to\": \"OUTBREAK\", \"cases\": "
                     "10, \"reason\": \"10 cases in the window\", \"centre\": \"hcz\", "
                     "\"committee\": \"310115125041\"}");
    EXPECT_TEXT(story_text(story), "310115125041/1/2 homes.SubmitDailyReport\n"
                                   "    emits homes.DailyReported.sjb\n"
                                   "    h1: CLUSTER -> OUTBREAK\n"
                                   "    emits homes.HomeStateChanged.hcz\n"
                                   "    reminds h1: homes.AskGuidance in 4 h\n"
                                   "    emits homes.GuidanceDue.hcz\n"
                                   "    sends referral.ReserveCapacity.hcz\n"
                                   "    reminds h1: homes.EndDay in 15 h\n");
    story_forget(story);
    story_until(story, "2023-01-20T09:00"); /* a day with cases is no quiet one ... */
    story_until(story, "2023-01-21T09:00"); /* ... nor is one without a report */
    reports(story, "2023-01-21", 0);
    story_until(story, "2023-01-22T09:00");
    ck_assert_str_eq(
        story_last(story, "homes.HomeStateChanged.hcz"),
        "{\"home\": \"h1\", \"from\": \"OUTBREAK\", \"to\": \"RECOVERY\", \"reason\": \"a day "
        "without a new case\", \"centre\": \"hcz\", \"committee\": \"310115125041\"}");
    reports(story, "2023-01-22", 1);
    ck_assert_str_eq(
        story_last(story, "homes.HomeStateChanged.hcz"),
        "{\"home\": \"h1\", \"from\": \"RECOVERY\", \"to\": \"WATCH\", \"cases\": 1, \"reason\": "
        "\"1 cases in the window\", \"centre\": \"hcz\", \"committee\": \"310115125041\"}");
    story_close(story);
}
END_TEST

START_TEST(the_team_may_say_what_a_home_is_in_and_asks_for_what_it_lacks)
{
    struct story *story = paired(&homes_service);

    team(story, "SetHomeState", "{'home': 'h1', 'state': 'WATCH'}");
    team(story, "SetHomeState", "{'home': 'h1', 'state': 'RECOVERY', 'reason': 'x'}");
    team(story, "SetHomeState", "{'home': 'h1', 'state': 'WATCH', 'reason': 'fever, no test yet'}");
    team(story, "SetHomeState", "{'home': 'h1', 'state': 'NORMAL', 'reason': 'a cold'}");
    story_say(story, C41, "homes.SetHomeState." C41,
              "{'home': 'h1', 'state': 'WATCH', 'reason': 'x'}");
    team(story, "SubmitDailyReport",
         "{'home': 'h1', 'date': '2023-01-18', 'residents': 80, 'staff': 20, 'shortOf':"
         " ['gloves', 'oximeters']}");
    team(story, "SubmitDailyReport",
         "{'home': 'h1', 'date': '2023-01-18', 'residents': 81, 'staff': 20, 'shortOf':"
         " ['gloves']}");
    EXPECT_TEXT(story_text(story), "sjb/1/2 homes.SetHomeState\n"
                                   "    refuses: another state, and why\n"
                                   "sjb/1/3 homes.SetHomeState\n"
                                   "    refuses: no ToRecovery from NORMAL\n"
                                   "sjb/1/4 homes.SetHomeState\n"
                                   "    h1: NORMAL -> WATCH\n"
                                   "    emits homes.HomeStateChanged.hcz\n"
                                   "    reminds h1: homes.EndDay in 15 h\n"
                                   "sjb/1/5 homes.SetHomeState\n"
                                   "    h1: WATCH -> NORMAL\n"
                                   "    emits homes.HomeStateChanged.hcz\n"
                                   "310115125041/1/1 homes.SetHomeState\n"
                                   "    refuses: SetHomeState is not for 310115125041\n"
                                   "sjb/1/6 homes.SubmitDailyReport\n"
                                   "    emits homes.DailyReported.sjb\n"
                                   "    sends supplies.OpenNeed.310115125041\n"
                                   "sjb/1/7 homes.SubmitDailyReport\n"
                                   "    emits homes.DailyReported.sjb\n");
    ck_assert_str_eq(
        story_last(story, "supplies.OpenNeed." C41),
        "{\"need\": \"h1-short-2023-01-18\", \"place\": \"310115125041\", \"category\": "
        "\"LIVING\", \"kind\": \"GOODS\", \"priority\": \"P2\", \"detail\": \"short of gloves, "
        "oximeters\", \"source\": {\"home\": \"h1\"}, \"verifier\": \"sjb\"}");
    story_close(story);
}
END_TEST

START_TEST(what_was_kept_free_for_a_home_that_is_well_again_is_given_back)
{
    struct story *story = paired(&homes_service);

    story_say(story, "referral", "referral.CapacityReserved.hcz",
              "{'centre': 'hcz', 'kind': 'OXYGEN', 'n': 3, 'forHome': 'h1'}");
    reports(story, "2023-01-18", 3);
    story_say(story, "referral", "referral.CapacityReserved.hcz",
              "{'centre': 'hcz', 'kind': 'OXYGEN', 'n': 3, 'forHome': 'h1'}");
    story_forget(story);
    story_say(story, "referral", "referral.CapacityReserved.hcs",
              "{'centre': 'hcs', 'kind': 'OXYGEN', 'n': 2, 'forHome': 'h1'}");
    team(story, "SetHomeState", "{'home': 'h1', 'state': 'NORMAL', 'reason': 'it was a cold'}");
    EXPECT_TEXT(story_text(story), "referral/1/3 referral.CapacityReserved at homes\n"
                                   "    sends referral.ReleaseCapacity.hcz\n"
                                   "sjb/1/2 homes.SetHomeState\n"
                                   "    h1: CLUSTER -> NORMAL\n"
                                   "    emits homes.HomeStateChanged.hcz\n"
                                   "    sends referral.ReleaseCapacity.hcs\n");
    ck_assert_uint_eq(story_count(story, "referral.ReleaseCapacity.*"), 3);
    story_close(story);
}
END_TEST

static void is_short_of(struct story *story, const char *things)
{
    story_say(story, C41, "homes.SubmitDailyReport." C41,
              "{'home': 'h1', 'date': '2023-01-18', 'residents': 80, 'staff': 20, 'shortOf': [%s]}",
              things);
}

START_TEST(a_second_report_asks_for_what_the_first_had_not)
{
    struct story *story = paired(&homes_service);
    is_short_of(story, "'masks', 'rice'");
    is_short_of(story, "'rice', '退热药', 'masks'");
    is_short_of(story, "'rice'");
    ck_assert_uint_eq(story_count(story, "supplies.OpenNeed.*"), 2);
    EXPECT_TEXT(story_last(story, "supplies.OpenNeed.*"),
                "{\"need\": \"h1-short-2023-01-18-2\", \"place\": \"310115125041\", "
                "\"category\": \"LIVING\", \"kind\": \"GOODS\", \"priority\": \"P2\", "
                "\"detail\": \"short of 退热药\", \"source\": {\"home\": \"h1\"}, "
                "\"verifier\": \"sjb\"}");
    story_forget(story);
    is_short_of(story, "''");
    story_say(story, C41, "homes.SubmitDailyReport." C41,
              "{'home': 'h1', 'date': '2023-01-18', 'residents': 4294967295, 'staff': 2,"
              " 'cases': 9}");
    story_say(story, C41, "homes.ReportCase." C41, "{'home': 'h1', 'n': 101}");
    story_say(story, "hcz as hcz.duty", "homes.RecordGuidance.hcz",
              "{'home': 'h1', 'by': '13800138000', 'findings': 'x'}");
    EXPECT_TEXT(story_text(story), "310115125041/1/4 homes.SubmitDailyReport\n"
                                   "    refuses: short of what, in 60 bytes\n"
                                   "310115125041/1/5 homes.SubmitDailyReport\n"
                                   "    refuses: a home of 5000 people at most\n"
                                   "310115125041/1/6 homes.ReportCase\n"
                                   "    refuses: more cases than people\n"
                                   "hcz/1/3 homes.RecordGuidance\n"
                                   "    refuses: by: the id of a post, a carer or a member of "
                                   "staff, never a name or a number\n");
    story_close(story);
}
END_TEST

static const char *kept(struct story *story)
{
    return story_ask(story, "sjb", "homes.HomeHistory.sjb", "{'home': 'h1', 'limit': 12}");
}

START_TEST(reports_older_than_the_retention_are_dropped)
{
    struct story *story = paired(&homes_service);

    reports(story, "2023-01-17", 0);
    reports(story, "2023-01-18", 0);
    rule_says(story, "homes.retention", 2);
    story_until(story, "2023-01-19T10:30");
    ck_assert_ptr_nonnull(strstr(kept(story), "{\"date\": \"2023-01-17\", \"reported\": true"));
    story_until(story, "2023-01-20T10:30");
    ck_assert_ptr_null(strstr(kept(story), "{\"date\": \"2023-01-17\", \"reported\": true"));
    ck_assert_ptr_nonnull(strstr(kept(story), "{\"date\": \"2023-01-18\", \"reported\": true"));
    story_until(story, "2023-01-21T10:30");
    ck_assert_ptr_null(strstr(kept(story), "\"reported\": true"));
    story_close(story);
}
END_TEST

START_TEST(after_the_campaign_nothing_is_left_of_what_was_written_of_visits)
{
    struct story *story = paired(&homes_service);

    story_say(story, "sjb as sjb.duty", "homes.RecordCallback.sjb",
              "{'need': 'h1-guide-1', 'result': 'SATISFIED'}");
    rule_says(story, "homes.retention", 2);
    organisation_says(story, "CampaignClosed", "{'campaign': 'c1'}");
    story_later(story, "47 h");
    ck_assert_uint_eq(story_count(story, "homes.Erased.*"), 0);
    story_later(story, "2 h");
    ck_assert_str_eq(story_last(story, "homes.Erased.*"),
                     "{\"scope\": \"assignments\", \"count\": \"1\", \"policyKey\": "
                     "\"homes.retention\"}");
    ck_assert_uint_eq(story_count(story, "homes.Erased.*"), 2); /* and the need */
    story_close(story);
}
END_TEST

TESTS(what_was_kept_free_for_a_home_that_is_well_again_is_given_back,
      a_second_report_asks_for_what_the_first_had_not, reports_older_than_the_retention_are_dropped,
      after_the_campaign_nothing_is_left_of_what_was_written_of_visits,
      a_home_is_paired_and_its_centre_visits, a_zero_report_is_a_report_and_silence_is_none,
      cases_lead_up_and_quiet_days_lead_down,
      the_team_may_say_what_a_home_is_in_and_asks_for_what_it_lacks)
