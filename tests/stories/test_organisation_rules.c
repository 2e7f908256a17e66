/* What is whose, and by when: catchments, responsibilities, policies, calendar, teams, plans. */
#include "lib/story.h"
#include "organisation/organisation.h"

static struct story *open_office(void)
{
    struct story *story = story_open("2023-01-18T09:00", &organisation_service, NULL);

    story_say(story, "lgo", "organisation.RegisterUnit.lgo",
              "{'unit': 'lgo', 'kind': 'group-office'}");
    story_say(story, "lgo", "organisation.RegisterUnit.lgo", "{'unit': 'hcz', 'kind': 'member'}");
    story_say(story, "lgo", "organisation.RegisterUnit.lgo", "{'unit': 'hcs', 'kind': 'member'}");
    story_say(story, "lgo", "organisation.RegisterUnit.lgo",
              "{'unit': '310115125041', 'kind': '居委会'}");
    story_forget(story);
    return story;
}

/* S-0B9: a policy is effective from a moment, and the one before it is still known. */
START_TEST(a_policy_is_in_force_from_its_moment)
{
    struct story *story = open_office();
    unsigned long long now = story_now(story);

    story_say(story, "lgo", "organisation.PublishPolicy.lgo",
              "{'set': 'default', 'records': [{'key': 'need.receive', 'scope': 'P0', 'value': '5',"
              " 'unit': 'min', 'calendar': '24x7', 'status': 'default'},"
              " {'key': 'need.receive', 'scope': 'P1', 'value': '15', 'unit': 'min',"
              " 'calendar': '24x7'}]}");
    story_say(story, "lgo", "organisation.PublishPolicy.lgo",
              "{'set': 'surge', 'effectiveFromMs': '%llu', 'reason': 'surge',"
              " 'records': [{'key': 'need.receive', 'scope': 'P0', 'value': '3', 'unit': 'min',"
              " 'calendar': '24x7'}]}",
              now + 3600 * 1000);
    EXPECT_TEXT(story_text(story), "lgo/1/5 organisation.PublishPolicy\n"
                                   "    emits organisation.PolicyPublished.town\n"
                                   "lgo/1/6 organisation.PublishPolicy\n"
                                   "    emits organisation.PolicyPublished.town\n");
    ck_assert_str_eq(story_last(story, "organisation.PolicyPublished.town"),
                     "{\"set\": \"surge\", \"effectiveFromMs\": \"1674007200000\", "
                     "\"records\": [{\"key\": \"need.receive\", \"scope\": \"P0\", \"value\": "
                     "\"3\", \"unit\": \"min\", \"calendar\": \"24x7\"}], \"reason\": "
                     "\"surge\"}");
    ck_assert_str_eq(
        story_ask(story, "dzb", "organisation.PolicyAt.town", "{'key': 'need.receive'}"),
        "{\"records\": [{\"key\": \"need.receive\", \"scope\": \"P0\", \"value\": \"5\", "
        "\"unit\": \"min\", \"calendar\": \"24x7\", \"status\": \"default\"}, {\"key\": "
        "\"need.receive\", \"scope\": \"P1\", \"value\": \"15\", \"unit\": \"min\", "
        "\"calendar\": \"24x7\"}]}");
    story_later(story, "2 h");
    ck_assert_str_eq(
        story_ask(story, "dzb", "organisation.PolicyAt.town", "{'key': 'need.receive'}"),
        "{\"records\": [{\"key\": \"need.receive\", \"scope\": \"P0\", \"value\": \"3\", "
        "\"unit\": \"min\", \"calendar\": \"24x7\"}, {\"key\": \"need.receive\", \"scope\": "
        "\"P1\", \"value\": \"15\", \"unit\": \"min\", \"calendar\": \"24x7\"}]}");
    ck_assert_str_eq(story_ask(story, "dzb", "organisation.PolicyAt.town",
                               "{'key': 'need.', 'atMs': '%llu'}", now + 1),
                     "{\"records\": [{\"key\": \"need.receive\", \"scope\": \"P0\", \"value\": "
                     "\"5\", \"unit\": \"min\", \"calendar\": \"24x7\", \"status\": "
                     "\"default\"}, {\"key\": \"need.receive\", \"scope\": \"P1\", \"value\": "
                     "\"15\", \"unit\": \"min\", \"calendar\": \"24x7\"}]}");
    ck_assert_str_eq(story_ask(story, "dzb", "organisation.PolicyAt.town", "{'key': 'x'}"),
                     "refused NOT_FOUND: no such policy");
    story_close(story);
}
END_TEST

START_TEST(a_policy_that_cannot_be_read_is_refused)
{
    struct story *story = open_office();
    static const char *const bad[] = {
        "'key': '', 'scope': '*', 'value': '5', 'unit': 'min', 'calendar': '24x7'",
        "'key': 'a/b', 'scope': '*', 'value': '5', 'unit': 'min', 'calendar': '24x7'",
        "'key': 'a', 'scope': 'x/y', 'value': '5', 'unit': 'min', 'calendar': '24x7'",
        "'key': 'a', 'scope': '*', 'value': 'five', 'unit': 'min', 'calendar': '24x7'",
        "'key': 'a', 'scope': '*', 'value': '', 'unit': 'min', 'calendar': '24x7'",
        "'key': 'a', 'scope': '*', 'value': '5', 'unit': '', 'calendar': '24x7'",
        "'key': 'a', 'scope': '*', 'value': '25:00', 'unit': 'clock', 'calendar': '24x7'",
        "'key': 'a', 'scope': '*', 'value': '24:01', 'unit': 'clock', 'calendar': '24x7'",
        "'key': 'a', 'scope': '*', 'value': '5', 'unit': 'min', 'calendar': 'moon'",
    };

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        story_say(story, "lgo", "organisation.PublishPolicy.lgo", "{'set': 's', 'records': [{%s}]}",
                  bad[i]);
    story_say(story, "lgo", "organisation.PublishPolicy.lgo", "{'set': 's', 'records': []}");
    story_say(story, "hcz", "organisation.PublishPolicy.hcz", "{'set': 's', 'records': []}");
    story_say(story, "lgo", "organisation.PublishPolicy.lgo",
              "{'set': 's', 'records': [{'key': 'a', 'scope': '', 'value': '24:00',"
              " 'unit': 'clock', 'calendar': '24x7'}]}");
    EXPECT_TEXT(story_text(story), "lgo/1/5 organisation.PublishPolicy\n"
                                   "    refuses: records: key of \n"
                                   "lgo/1/6 organisation.PublishPolicy\n"
                                   "    refuses: records: key of a/b\n"
                                   "lgo/1/7 organisation.PublishPolicy\n"
                                   "    refuses: records: scope of a\n"
                                   "lgo/1/8 organisation.PublishPolicy\n"
                                   "    refuses: records: value of a\n"
                                   "lgo/1/9 organisation.PublishPolicy\n"
                                   "    refuses: records: value of a\n"
                                   "lgo/1/10 organisation.PublishPolicy\n"
                                   "    refuses: records: unit of a\n"
                                   "lgo/1/11 organisation.PublishPolicy\n"
                                   "    refuses: records: value of a\n"
                                   "lgo/1/12 organisation.PublishPolicy\n"
                                   "    refuses: records: value of a\n"
                                   "lgo/1/13 organisation.PublishPolicy\n"
                                   "    refuses: records: calendar of a\n"
                                   "lgo/1/14 organisation.PublishPolicy\n"
                                   "    refuses: records: there is none\n"
                                   "hcz/1/1 organisation.PublishPolicy\n"
                                   "    refuses: PublishPolicy is not for hcz\n"
                                   "lgo/1/15 organisation.PublishPolicy\n"
                                   "    emits organisation.PolicyPublished.town\n");
    story_close(story);
}
END_TEST

START_TEST(the_calendar_takes_days_of_its_year)
{
    struct story *story = open_office();

    story_say(story, "lgo", "organisation.PublishCalendar.lgo",
              "{'year': 2023, 'days': [{'date': '2023-01-23', 'kind': 'holiday'},"
              " {'date': '2023-01-28', 'kind': 'workday'}]}");
    story_say(story, "lgo", "organisation.PublishCalendar.lgo",
              "{'year': 2023, 'days': [{'date': '2024-01-23', 'kind': 'holiday'}]}");
    story_say(story, "lgo", "organisation.PublishCalendar.lgo",
              "{'year': 2023, 'days': [{'date': '2023-01-23', 'kind': 'party'}]}");
    story_say(story, "hcz", "organisation.PublishCalendar.hcz", "{'year': 2023}");
    EXPECT_TEXT(story_text(story), "lgo/1/5 organisation.PublishCalendar\n"
                                   "    emits organisation.CalendarPublished.town\n"
                                   "lgo/1/6 organisation.PublishCalendar\n"
                                   "    refuses: days: 1 is no day of 2023\n"
                                   "lgo/1/7 organisation.PublishCalendar\n"
                                   "    refuses: days: 1 is no day of 2023\n"
                                   "hcz/1/1 organisation.PublishCalendar\n"
                                   "    refuses: PublishCalendar is not for hcz\n");
    story_close(story);
}
END_TEST

START_TEST(a_catchment_has_a_centre_for_each_kind)
{
    struct story *story = open_office();
    unsigned long long now = story_now(story);

    ck_assert_str_eq(
        story_ask(story, "dzb", "organisation.CatchmentOf.town", "{'committee': '310115125041'}"),
        "refused NOT_FOUND: no centre serves it");
    story_say(story, "lgo", "organisation.SetCatchment.lgo",
              "{'committee': '310115125041', 'centre': 'hcz'}");
    story_say(story, "lgo", "organisation.SetCatchment.lgo",
              "{'committee': '310115125041', 'centre': 'hcs', 'kind': 'VACCINATE'}");
    story_say(story, "lgo", "organisation.SetCatchment.lgo",
              "{'committee': '310115125041', 'centre': 'hcs', 'fromMs': '%llu'}",
              now + 3600 * 1000);
    story_say(story, "hcz", "organisation.SetCatchment.hcz",
              "{'committee': '310115125041', 'centre': 'hcz'}");
    story_say(story, "lgo", "organisation.SetCatchment.lgo",
              "{'committee': 'none', 'centre': 'hcz'}");
    story_say(story, "lgo", "organisation.SetCatchment.lgo",
              "{'committee': '310115125041', 'centre': 'none'}");
    EXPECT_TEXT(story_text(story), "lgo/1/5 organisation.SetCatchment\n"
                                   "    emits organisation.CatchmentSet.310115125041\n"
                                   "lgo/1/6 organisation.SetCatchment\n"
                                   "    emits organisation.CatchmentSet.310115125041\n"
                                   "lgo/1/7 organisation.SetCatchment\n"
                                   "    emits organisation.CatchmentSet.310115125041\n"
                                   "hcz/1/1 organisation.SetCatchment\n"
                                   "    refuses: SetCatchment is not for hcz\n"
                                   "lgo/1/8 organisation.SetCatchment\n"
                                   "    refuses: no such unit: none\n"
                                   "lgo/1/9 organisation.SetCatchment\n"
                                   "    refuses: no such unit: none\n");
    ck_assert_str_eq(story_ask(story, "dzb", "organisation.CatchmentOf.town",
                               "{'committee': '310115125041', 'kind': 'MEDICINE'}"),
                     "{\"committee\": \"310115125041\", \"centre\": \"hcz\", \"kind\": "
                     "\"MEDICINE\"}");
    ck_assert_str_eq(story_ask(story, "dzb", "organisation.CatchmentOf.town",
                               "{'committee': '310115125041', 'kind': 'VACCINATE'}"),
                     "{\"committee\": \"310115125041\", \"centre\": \"hcs\", \"kind\": "
                     "\"VACCINATE\"}");
    story_later(story, "2 h");
    ck_assert_str_eq(story_ask(story, "dzb", "organisation.CatchmentOf.town",
                               "{'committee': '310115125041', 'kind': 'MEDICINE'}"),
                     "{\"committee\": \"310115125041\", \"centre\": \"hcs\", \"kind\": "
                     "\"MEDICINE\"}");
    ck_assert_str_eq(story_ask(story, "dzb", "organisation.CatchmentOf.town", "{}"),
                     "refused BAD_FIELD: committee: is missing");
    story_close(story);
}
END_TEST

/* S-057, S-079: professional bodies, with what they can do */
START_TEST(responsibilities_teams_and_providers_are_named)
{
    struct story *story = open_office();

    story_say(story, "lgo", "organisation.SetResponsibility.lgo",
              "{'category': 'MEDICAL', 'kind': 'MEDICINE', 'service': 'referral',"
              " 'firstUnit': 'centre', 'secondUnit': 'other-centre', 'verifier': 'dzb'}");
    story_say(story, "hcz", "organisation.SetResponsibility.hcz",
              "{'category': 'MEDICAL', 'kind': 'MEDICINE', 'service': 'referral',"
              " 'firstUnit': 'centre'}");
    story_say(story, "lgo", "organisation.SetResponsibility.lgo",
              "{'category': 'MEDICAL', 'kind': '', 'service': 'referral', 'firstUnit': 'hcz'}");
    story_say(story, "310115125041", "organisation.RegisterTeam.310115125041",
              "{'team': 'group-041', 'name': 'group', 'leadUnit': '310115125041',"
              " 'members': ['s1']}");
    story_say(story, "hcz", "organisation.RegisterTeam.hcz",
              "{'team': 'group-041', 'leadUnit': 'hcz'}");
    story_say(story, "hcz", "organisation.RegisterTeam.hcz",
              "{'team': 'x', 'leadUnit': '310115125041'}");
    story_say(story, "lgo", "organisation.RegisterProvider.lgo",
              "{'provider': 'clinic', 'unit': 'hcz', 'kinds': ['VISIT'], 'hours': '24h'}");
    story_say(story, "hcz", "organisation.RegisterProvider.hcz",
              "{'provider': 'clinic', 'unit': 'hcz'}");
    story_say(story, "lgo", "organisation.RegisterProvider.lgo",
              "{'provider': 'clinic', 'unit': 'none'}");
    EXPECT_TEXT(story_text(story), "lgo/1/5 organisation.SetResponsibility\n"
                                   "    emits organisation.ResponsibilitySet.town\n"
                                   "hcz/1/1 organisation.SetResponsibility\n"
                                   "    refuses: SetResponsibility is not for hcz\n"
                                   "lgo/1/6 organisation.SetResponsibility\n"
                                   "    refuses: kind: a name is wanted\n"
                                   "310115125041/1/1 organisation.RegisterTeam\n"
                                   "    emits organisation.TeamRegistered.310115125041\n"
                                   "hcz/1/2 organisation.RegisterTeam\n"
                                   "    refuses: RegisterTeam is not for hcz\n"
                                   "hcz/1/3 organisation.RegisterTeam\n"
                                   "    refuses: RegisterTeam is not for hcz\n"
                                   "lgo/1/7 organisation.RegisterProvider\n"
                                   "    emits organisation.ProviderRegistered.hcz\n"
                                   "hcz/1/4 organisation.RegisterProvider\n"
                                   "    refuses: RegisterProvider is not for hcz\n"
                                   "lgo/1/8 organisation.RegisterProvider\n"
                                   "    refuses: no such unit: none\n");
    story_close(story);
}
END_TEST

/* A committee is never without the plan it has because it is mending it. */
START_TEST(a_plan_is_returned_mended_approved_and_replaced)
{
    struct story *story = open_office();

    story_say(story, "hcz", "organisation.SubmitPlan.hcz",
              "{'plan': 'p1', 'kind': 'contingency', 'version': 1, 'fileHash': 'h1'}");
    story_say(story, "hcz", "organisation.SubmitPlan.hcz",
              "{'plan': 'p1', 'kind': 'contingency', 'version': 1, 'fileHash': 'h1'}");
    story_say(story, "lgo", "organisation.ReturnPlan.lgo",
              "{'plan': 'p1', 'version': 1, 'reason': 'nobody is named'}");
    story_say(story, "hcz", "organisation.SubmitPlan.hcz",
              "{'plan': 'p1', 'kind': 'contingency', 'version': 1, 'fileHash': 'h2'}");
    story_say(story, "lgo", "organisation.ApprovePlan.lgo", "{'plan': 'p1', 'version': 1}");
    story_say(story, "hcz", "organisation.SubmitPlan.hcz",
              "{'plan': 'p1', 'kind': 'contingency', 'version': 2, 'fileHash': 'h3',"
              " 'untilMs': '%llu'}",
              (unsigned long long)story_now(story) + 48 * 3600 * 1000);
    story_say(story, "lgo", "organisation.ApprovePlan.lgo", "{'plan': 'p1', 'version': 2}");
    story_say(story, "lgo", "organisation.ApprovePlan.lgo", "{'plan': 'p1', 'version': 1}");
    story_later(story, "2 d");
    EXPECT_TEXT(story_text(story), "hcz/1/1 organisation.SubmitPlan\n"
                                   "    p1/000001: PLAN_NONE -> SUBMITTED\n"
                                   "    emits organisation.PlanSubmitted.hcz\n"
                                   "hcz/1/2 organisation.SubmitPlan\n"
                                   "    refuses: no SubmitPlan from SUBMITTED\n"
                                   "lgo/1/5 organisation.ReturnPlan\n"
                                   "    p1/000001: SUBMITTED -> RETURNED\n"
                                   "    emits organisation.PlanReturned.hcz\n"
                                   "hcz/1/3 organisation.SubmitPlan\n"
                                   "    p1/000001: RETURNED -> SUBMITTED\n"
                                   "    emits organisation.PlanSubmitted.hcz\n"
                                   "lgo/1/6 organisation.ApprovePlan\n"
                                   "    p1/000001: SUBMITTED -> APPROVED\n"
                                   "    emits organisation.PlanApproved.hcz\n"
                                   "hcz/1/4 organisation.SubmitPlan\n"
                                   "    p1/000002: PLAN_NONE -> SUBMITTED\n"
                                   "    emits organisation.PlanSubmitted.hcz\n"
                                   "lgo/1/7 organisation.ApprovePlan\n"
                                   "    p1/000002: SUBMITTED -> APPROVED\n"
                                   "    p1/000001: APPROVED -> SUPERSEDED\n"
                                   "    emits organisation.PlanExpired.hcz\n"
                                   "    reminds p1/000002: organisation.ExpirePlan in 2 d\n"
                                   "    emits organisation.PlanApproved.hcz\n"
                                   "lgo/1/8 organisation.ApprovePlan\n"
                                   "    refuses: no ApprovePlan from SUPERSEDED\n"
                                   "2 d later\n"
                                   "organisation/1/14 organisation.ExpirePlan\n"
                                   "    p1/000002: APPROVED -> EXPIRED\n"
                                   "    emits organisation.PlanExpired.hcz\n");
    ck_assert_str_eq(story_last(story, "organisation.PlanExpired.hcz"),
                     "{\"plan\": \"p1\", \"unit\": \"hcz\", \"version\": 2, \"reason\": \"its "
                     "end\"}");
    story_close(story);
}
END_TEST

START_TEST(what_is_wrong_with_a_plan_is_said)
{
    struct story *story = open_office();

    story_say(story, "hcz", "organisation.SubmitPlan.hcz",
              "{'plan': 'p1', 'kind': 'work', 'version': 2, 'fileHash': 'h1'}");
    story_say(story, "hcz", "organisation.SubmitPlan.hcz",
              "{'plan': 'p1', 'kind': 'work', 'version': 1, 'fileHash': 'h1'}");
    story_say(story, "hcs", "organisation.SubmitPlan.hcs",
              "{'plan': 'p1', 'kind': 'work', 'version': 3, 'fileHash': 'h1'}");
    story_say(story, "none", "organisation.SubmitPlan.none",
              "{'plan': 'p2', 'kind': 'work', 'version': 3, 'fileHash': 'h1'}");
    story_say(story, "hcz", "organisation.SubmitPlan.hcz",
              "{'plan': 'p2', 'kind': 'song', 'version': 3, 'fileHash': 'h1'}");
    story_say(story, "hcz", "organisation.SubmitPlan.hcz",
              "{'plan': 'p2', 'kind': 'work', 'version': 0, 'fileHash': 'h1'}");
    story_say(story, "hcz", "organisation.SubmitPlan.hcz",
              "{'plan': 'p2', 'kind': 'work', 'version': 1, 'fileHash': 'h1', 'untilMs': '5'}");
    story_say(story, "hcz", "organisation.ApprovePlan.hcz", "{'plan': 'p1', 'version': 2}");
    story_say(story, "lgo", "organisation.ApprovePlan.lgo", "{'plan': 'p1', 'version': 7}");
    story_say(story, "lgo", "organisation.ReturnPlan.lgo", "{'plan': 'p1', 'version': 2}");
    story_say(story, "hcz", "organisation.ReturnPlan.hcz",
              "{'plan': 'p1', 'version': 2, 'reason': 'x'}");
    EXPECT_TEXT(story_text(story), "hcz/1/1 organisation.SubmitPlan\n"
                                   "    p1/000002: PLAN_NONE -> SUBMITTED\n"
                                   "    emits organisation.PlanSubmitted.hcz\n"
                                   "hcz/1/2 organisation.SubmitPlan\n"
                                   "    refuses: version 2 was submitted already\n"
                                   "hcs/1/1 organisation.SubmitPlan\n"
                                   "    refuses: SubmitPlan is not for hcs\n"
                                   "none/1/1 organisation.SubmitPlan\n"
                                   "    refuses: no such unit: none\n"
                                   "hcz/1/3 organisation.SubmitPlan\n"
                                   "    refuses: kind: work or contingency\n"
                                   "hcz/1/4 organisation.SubmitPlan\n"
                                   "    refuses: version and file_hash are wanted\n"
                                   "hcz/1/5 organisation.SubmitPlan\n"
                                   "    refuses: its end is past\n"
                                   "hcz/1/6 organisation.ApprovePlan\n"
                                   "    refuses: ApprovePlan is not for hcz\n"
                                   "lgo/1/5 organisation.ApprovePlan\n"
                                   "    refuses: no ApprovePlan: there is no such row in versions\n"
                                   "lgo/1/6 organisation.ReturnPlan\n"
                                   "    refuses: reason: what is to be mended?\n"
                                   "hcz/1/7 organisation.ReturnPlan\n"
                                   "    refuses: ReturnPlan is not for hcz\n");
    story_close(story);
}
END_TEST

START_TEST(a_change_of_policy_is_of_no_moment_that_is_past)
{
    struct story *story = open_office();
    unsigned long long now = story_now(story);
    static const char record[] = "{'set': 's', 'effectiveFromMs': '%llu', 'records': [{'key':"
                                 " 'need.receive', 'scope': 'P0', 'value': '%d', 'unit': 'min',"
                                 " 'calendar': '24x7'}]}";

    /* The first word about a clock may be of before: nothing runs by it yet. */
    story_say(story, "lgo", "organisation.PublishPolicy.lgo", record, now - 5000, 5);
    ck_assert_ptr_nonnull(strstr(story_last(story, "organisation.PolicyPublished.town"),
                                 "\"effectiveFromMs\": \"1674003595000\""));
    story_later(story, "1 h");
    story_say(story, "lgo", "organisation.PublishPolicy.lgo", record, now, 3);
    ck_assert_ptr_nonnull(strstr(story_last(story, "organisation.PolicyPublished.town"),
                                 "\"effectiveFromMs\": \"1674007200000\""));
    ck_assert_ptr_nonnull(
        strstr(story_ask(story, "dzb", "organisation.PolicyAt.town",
                         "{'key': 'need.receive', 'atMs': '%llu'}", now + 1800 * 1000),
               "\"value\": \"5\""));
    story_close(story);
}
END_TEST

/* What the office has to read is the newest; what is approved stays until that is. */
START_TEST(the_office_reads_one_version_of_a_plan)
{
    struct story *story = open_office();
    static const char plan[] =
        "{'plan': 'p1', 'kind': 'contingency', 'version': %d, 'fileHash': 'h%d'}";

    story_say(story, "lgo", "organisation.RegisterTeam.lgo",
              "{'team': 'group', 'name': '小组', 'leadUnit': 'hcz', 'members': ['s1']}");
    story_say(story, "lgo", "organisation.RegisterProvider.lgo",
              "{'provider': 'clinic', 'unit': 'hcz', 'kinds': ['VISIT'], 'hours': '24h'}");
    story_say(story, "hcz", "organisation.SubmitPlan.hcz", plan, 1, 1);
    story_say(story, "lgo", "organisation.ApprovePlan.lgo", "{'plan': 'p1', 'version': 1}");
    story_say(story, "hcz", "organisation.SubmitPlan.hcz", plan, 2, 2);
    story_forget(story);
    story_say(story, "hcz", "organisation.SubmitPlan.hcz", plan, 3, 3);
    story_say(story, "lgo", "organisation.ApprovePlan.lgo", "{'plan': 'p1', 'version': 2}");
    EXPECT_TEXT(story_text(story), "hcz/1/3 organisation.SubmitPlan\n"
                                   "    p1/000003: PLAN_NONE -> SUBMITTED\n"
                                   "    p1/000002: SUBMITTED -> SUPERSEDED\n"
                                   "    emits organisation.PlanSubmitted.hcz\n"
                                   "lgo/1/8 organisation.ApprovePlan\n"
                                   "    refuses: no ApprovePlan from SUPERSEDED\n");
    ck_assert_str_eq(story_ask(story, "pab", "organisation.Chart.town", "{'unit': 'hcz'}"),
                     "{\"units\": [{\"unit\": \"hcz\", \"kind\": \"member\", \"teams\": "
                     "[{\"team\": \"group\", \"name\": \"小组\", \"leadUnit\": \"hcz\", "
                     "\"members\": [\"s1\"]}], \"providers\": [{\"provider\": \"clinic\", "
                     "\"unit\": \"hcz\", \"kinds\": [\"VISIT\"], \"hours\": \"24h\"}], "
                     "\"plans\": [{\"plan\": \"p1\", \"kind\": \"contingency\", "
                     "\"approved\": 1, \"fileHash\": \"h1\", \"latest\": 3, "
                     "\"latestState\": \"SUBMITTED\"}]}]}");
    story_close(story);
}
END_TEST

START_TEST(who_acted_and_who_served_at_a_moment_is_known)
{
    struct story *story = open_office();
    unsigned long long now = story_now(story);
    static const char centre[] = "{'committee': '310115125041', 'centre': '%s'}";

    story_say(story, "lgo", "organisation.PublishPolicy.lgo",
              "{'set': 'default', 'records': [{'key': 'org.post_unfilled', 'value': '1',"
              " 'unit': 'min', 'calendar': '24x7'}]}");
    story_say(story, "hcz", "organisation.DefinePost.hcz",
              "{'post': 'hcz.head', 'unit': 'hcz', 'kind': 'head'}");
    story_say(story, "hcz", "organisation.RegisterStaff.hcz", "{'staff': 's1', 'unit': 'hcz'}");
    story_say(story, "hcz", "organisation.RegisterStaff.hcz", "{'staff': 's2', 'unit': 'hcz'}");
    story_say(story, "hcz", "organisation.StartTenure.hcz", "{'post': 'hcz.head', 'staff': 's1'}");
    story_say(story, "lgo", "organisation.SetCatchment.lgo", centre, "hcz");
    story_later(story, "1 h");
    story_say(story, "hcz", "organisation.DeclareAbsence.hcz", "{'staff': 's1', 'deputy': 's2'}");
    story_say(story, "lgo", "organisation.SetCatchment.lgo", centre, "hcs");
    story_later(story, "1 h");
    ck_assert_str_eq(story_ask(story, "jcb", "organisation.WhoIs.town",
                               "{'post': 'hcz.head', 'atMs': '%llu'}", now + 60000),
                     "{\"post\": \"hcz.head\", \"unit\": \"hcz\", \"kind\": \"head\", "
                     "\"holder\": \"s1\", \"why\": \"held\"}");
    ck_assert_str_eq(story_ask(story, "jcb", "organisation.WhoIs.town",
                               "{'post': 'hcz.head', 'atMs': '%llu'}", now - 60000),
                     "{\"post\": \"hcz.head\", \"unit\": \"hcz\", \"kind\": \"head\"}");
    ck_assert_str_eq(
        story_ask(story, "jcb", "organisation.WhoIs.town", "{'post': 'hcz.head'}"),
        "{\"post\": \"hcz.head\", \"unit\": \"hcz\", \"kind\": \"head\", \"holder\": \"s2\", "
        "\"why\": \"deputy\", \"state\": \"ABSENT\"}");
    ck_assert_str_eq(story_ask(story, "jcb", "organisation.CatchmentOf.town",
                               "{'committee': '310115125041', 'atMs': '%llu'}", now + 60000),
                     "{\"committee\": \"310115125041\", \"centre\": \"hcz\"}");
    story_close(story);
}
END_TEST

TESTS(a_policy_is_in_force_from_its_moment, a_policy_that_cannot_be_read_is_refused,
      the_calendar_takes_days_of_its_year, a_catchment_has_a_centre_for_each_kind,
      responsibilities_teams_and_providers_are_named,
      a_plan_is_returned_mended_approved_and_replaced, what_is_wrong_with_a_plan_is_said,
      a_change_of_policy_is_of_no_moment_that_is_past, the_office_reads_one_version_of_a_plan,
      who_acted_and_who_served_at_a_moment_is_known)
