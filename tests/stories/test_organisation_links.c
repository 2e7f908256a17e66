/* Links: up, suspect, down, silent, back (S-0B4, N11). */
#include <stdio.h>

#include "lib/story.h"
#include "organisation/organisation.h"

static struct story *open_town(void)
{
    struct story *story = story_open("2023-01-18T09:00", &organisation_service, NULL);

    story_say(
        story, "lgo", "organisation.PublishPolicy.lgo",
        "{'set': 'default', 'records': ["
        "{'key': 'org.suspect', 'scope': '*', 'value': '2', 'unit': 'min', 'calendar': '24x7'},"
        "{'key': 'org.post_unfilled', 'scope': '*', 'value': '1', 'unit': 'min', 'calendar': "
        "'24x7'},"
        "{'key': 'org.down_urgent', 'scope': '*', 'value': '15', 'unit': 'min', 'calendar': "
        "'24x7'}]}");
    story_say(story, "lgo", "organisation.RegisterUnit.lgo", "{'unit': 'hcz', 'kind': 'member'}");
    story_say(story, "lgo", "organisation.RegisterUnit.lgo", "{'unit': 'hcs', 'kind': 'member'}");
    story_say(story, "hcz", "organisation.DefinePost.hcz",
              "{'post': 'hcz.head', 'unit': 'hcz', 'kind': 'head'}");
    story_say(story, "hcz", "organisation.RegisterStaff.hcz", "{'staff': 's1', 'unit': 'hcz'}");
    story_say(story, "hcz", "organisation.StartTenure.hcz", "{'post': 'hcz.head', 'staff': 's1'}");
    story_say(story, "hcz", "organisation.RegisterEndpoint.hcz",
              "{'unit': 'hcz', 'endpoint': 'his', 'kind': 'system', 'phoneTree': ['hcz.head']}");
    story_forget(story);
    return story;
}

static void report(struct story *story, const char *unit, const char *up)
{
    story_say(story, "broker", "organisation.ReportLink.town", "{'unit': '%s', 'up': %s}", unit,
              up);
}

static void dispatch(struct story *story, int id, const char *priority)
{
    story_say(story, "referral", "referral.Dispatched.hcz",
              "{'need': 'n%d', 'assignment': 'a%d', 'toUnit': 'hcz', 'priority': '%s'}", id, id,
              priority);
}

START_TEST(a_blink_is_no_silence)
{
    struct story *story = open_town();

    dispatch(story, 1, "P0");
    report(story, "hcz", "false");
    story_later(story, "1 min");
    report(story, "hcz", "true");
    story_later(story, "20 min");
    EXPECT_TEXT(story_text(story), "broker/1/1 organisation.ReportLink\n"
                                   "    hcz: UP -> SUSPECT\n"
                                   "    reminds hcz: organisation.SuspectLink in 2 min\n"
                                   "    emits organisation.LinkChanged.hcz\n"
                                   "1 min later\n"
                                   "broker/1/2 organisation.ReportLink\n"
                                   "    hcz: SUSPECT -> UP\n"
                                   "    forgets hcz: organisation.SuspectLink\n"
                                   "    emits organisation.LinkChanged.hcz\n"
                                   "    emits organisation.UnitBack.hcz\n"
                                   "1 min later\n"
                                   "19 min later\n");
    story_close(story);
}
END_TEST

START_TEST(a_unit_with_urgent_work_that_stays_down_is_silent)
{
    struct story *story = open_town();

    dispatch(story, 1, "P1");
    dispatch(story, 2, "P3");
    report(story, "hcz", "false");
    story_later(story, "20 min");
    report(story, "hcz", "false");
    EXPECT_TEXT(story_text(story), "broker/1/1 organisation.ReportLink\n"
                                   "    hcz: UP -> SUSPECT\n"
                                   "    reminds hcz: organisation.SuspectLink in 2 min\n"
                                   "    emits organisation.LinkChanged.hcz\n"
                                   "2 min later\n"
                                   "organisation/1/10 organisation.SuspectLink\n"
                                   "    hcz: SUSPECT -> DOWN\n"
                                   "    emits organisation.LinkChanged.hcz\n"
                                   "    reminds hcz: organisation.AlarmSilence in 13 min\n"
                                   "13 min later\n"
                                   "organisation/1/12 organisation.AlarmSilence\n"
                                   "    hcz: DOWN -> SILENT\n"
                                   "    emits organisation.UnitSilent.hcz\n"
                                   "5 min later\n"
                                   "broker/1/2 organisation.ReportLink\n"
                                   "    emits organisation.LinkChanged.hcz\n");
    ck_assert_str_eq(story_last(story, "organisation.UnitSilent.hcz"),
                     "{\"unit\": \"hcz\", \"sinceMs\": \"1674003600000\", \"openUrgent\": 1, "
                     "\"phoneTree\": [\"hcz.head\"]}");
    ck_assert_str_eq(story_ask(story, "lgo", "organisation.SilentUnits.lgo", "{}"),
                     "{\"units\": [{\"unit\": \"hcz\", \"state\": \"SILENT\", \"sinceMs\": "
                     "\"1674003600000\"}]}");
    story_forget(story);
    report(story, "hcz", "true");
    EXPECT_TEXT(story_text(story), "broker/1/3 organisation.ReportLink\n"
                                   "    hcz: SILENT -> UP\n"
                                   "    emits organisation.LinkChanged.hcz\n"
                                   "    emits organisation.UnitBack.hcz\n");
    ck_assert_str_eq(story_last(story, "organisation.UnitBack.hcz"),
                     "{\"unit\": \"hcz\", \"sinceMs\": \"1674003600000\", \"atMs\": "
                     "\"1674004800000\"}");
    ck_assert_str_eq(story_ask(story, "lgo", "organisation.SilentUnits.lgo", "{}"), "{}");
    story_close(story);
}
END_TEST

/* Nothing urgent lay there when the quarter of an hour was over; what comes later is not lost. */
START_TEST(urgent_work_that_comes_to_a_unit_that_is_down_sets_the_alarm)
{
    struct story *story = open_town();

    dispatch(story, 1, "P3");
    report(story, "hcz", "false");
    story_later(story, "20 min");
    EXPECT_TEXT(story_text(story), "broker/1/1 organisation.ReportLink\n"
                                   "    hcz: UP -> SUSPECT\n"
                                   "    reminds hcz: organisation.SuspectLink in 2 min\n"
                                   "    emits organisation.LinkChanged.hcz\n"
                                   "2 min later\n"
                                   "organisation/1/10 organisation.SuspectLink\n"
                                   "    hcz: SUSPECT -> DOWN\n"
                                   "    emits organisation.LinkChanged.hcz\n"
                                   "    reminds hcz: organisation.AlarmSilence in 13 min\n"
                                   "13 min later\n"
                                   "5 min later\n");
    story_forget(story);
    story_say(story, "referral", "referral.PriorityChanged.hcz",
              "{'need': 'n1', 'from': 'P3', 'to': 'P1'}");
    story_later(story, "1 min");
    EXPECT_TEXT(story_text(story), "referral/1/2 referral.PriorityChanged at organisation\n"
                                   "    reminds hcz: organisation.AlarmSilence in 0 s\n"
                                   "organisation/1/13 organisation.AlarmSilence\n"
                                   "    hcz: DOWN -> SILENT\n"
                                   "    emits organisation.UnitSilent.hcz\n"
                                   "1 min later\n");
    story_close(story);
}
END_TEST

START_TEST(work_that_ended_is_urgent_no_more)
{
    static const char *const ends[] = { "Rejected",      "Declined",  "Expired", "Recalled",
                                        "MarkedInError", "Completed", "Failed" };
    struct story *story = open_town();

    for (int i = 0; i < 7; i++) {
        dispatch(story, i, "P0");
    }
    report(story, "hcz", "false");
    for (int i = 0; i < 7; i++) {
        char subject[64];
        snprintf(subject, sizeof(subject), "referral.%s.hcz", ends[i]);
        story_say(story, "referral", subject, "{'assignment': 'a%d', 'need': 'n%d'}", i, i);
    }
    story_later(story, "20 min");
    ck_assert_uint_eq(story_count(story, "organisation.UnitSilent.*"), 0);
    dispatch(story, 8, "P4");
    story_say(story, "referral", "referral.PriorityChanged.hcz",
              "{'need': 'n0', 'from': 'P3', 'to': 'P0'}");
    story_later(story, "20 min");
    ck_assert_uint_eq(story_count(story, "organisation.UnitSilent.*"), 0);
    story_close(story);
}
END_TEST

/* The broker counts what waits in the unit's mailbox; the larger of the two figures counts. */
START_TEST(what_the_broker_counts_is_urgent_too)
{
    struct story *story = open_town();

    story_say(story, "broker", "organisation.ReportLink.town",
              "{'unit': 'hcs', 'up': false, 'openUrgent': 2, 'sinceMs': '%llu'}",
              (unsigned long long)story_now(story) - 60 * 1000);
    story_later(story, "15 min");
    EXPECT_TEXT(story_text(story), "broker/1/1 organisation.ReportLink\n"
                                   "    hcs: LINK_NONE -> SUSPECT\n"
                                   "    reminds hcs: organisation.SuspectLink in 2 min\n"
                                   "    emits organisation.LinkChanged.hcs\n"
                                   "2 min later\n"
                                   "organisation/1/10 organisation.SuspectLink\n"
                                   "    hcs: SUSPECT -> DOWN\n"
                                   "    emits organisation.LinkChanged.hcs\n"
                                   "    reminds hcs: organisation.AlarmSilence in 12 min\n"
                                   "12 min later\n"
                                   "organisation/1/12 organisation.AlarmSilence\n"
                                   "    hcs: DOWN -> SILENT\n"
                                   "    emits organisation.UnitSilent.hcs\n"
                                   "1 min later\n");
    story_close(story);
}
END_TEST

START_TEST(links_are_the_brokers_to_report_and_endpoints_a_units_to_name)
{
    struct story *story = open_town();

    story_say(story, "hcz", "organisation.ReportLink.hcz", "{'unit': 'hcz', 'up': false}");
    report(story, "none", "false");
    report(story, "hcs", "true");
    report(story, "hcs", "true");
    story_say(story, "hcs", "organisation.RegisterEndpoint.hcs",
              "{'unit': 'hcz', 'kind': 'system'}");
    story_say(story, "hcz", "organisation.RegisterEndpoint.hcz", "{'unit': 'hcz', 'kind': 'drum'}");
    story_say(story, "hcz", "organisation.RegisterEndpoint.hcz",
              "{'unit': 'hcz', 'kind': 'desk', 'phoneTree': ['none']}");
    report(story, "hcz", "false");
    story_say(story, "hcz", "organisation.RegisterEndpoint.hcz", "{'unit': 'hcz', 'kind': 'desk'}");
    story_later(story, "5 min");
    story_say(story, "hcz", "organisation.RegisterEndpoint.hcz", "{'unit': 'hcz', 'kind': 'desk'}");
    story_say(story, "lgo", "organisation.SuspectLink.lgo", "{'unit': 'hcz'}");
    story_say(story, "lgo", "organisation.AlarmSilence.lgo", "{'unit': 'hcz'}");
    EXPECT_TEXT(story_text(story), "hcz/1/5 organisation.ReportLink\n"
                                   "    refuses: ReportLink is not for hcz\n"
                                   "broker/1/1 organisation.ReportLink\n"
                                   "    refuses: no such unit: none\n"
                                   "broker/1/2 organisation.ReportLink\n"
                                   "    hcs: LINK_NONE -> UP\n"
                                   "    emits organisation.LinkChanged.hcs\n"
                                   "broker/1/3 organisation.ReportLink\n"
                                   "    hcs: UP -> UP\n"
                                   "    emits organisation.LinkChanged.hcs\n"
                                   "hcs/1/1 organisation.RegisterEndpoint\n"
                                   "    refuses: RegisterEndpoint is not for hcs\n"
                                   "hcz/1/6 organisation.RegisterEndpoint\n"
                                   "    refuses: kind: system, desk or phone\n"
                                   "hcz/1/7 organisation.RegisterEndpoint\n"
                                   "    refuses: phone_tree: no such post\n"
                                   "broker/1/4 organisation.ReportLink\n"
                                   "    hcz: UP -> SUSPECT\n"
                                   "    reminds hcz: organisation.SuspectLink in 2 min\n"
                                   "    emits organisation.LinkChanged.hcz\n"
                                   "hcz/1/8 organisation.RegisterEndpoint\n"
                                   "    hcz: SUSPECT -> SUSPECT\n"
                                   "    emits organisation.EndpointRegistered.hcz\n"
                                   "2 min later\n"
                                   "organisation/1/18 organisation.SuspectLink\n"
                                   "    hcz: SUSPECT -> DOWN\n"
                                   "    emits organisation.LinkChanged.hcz\n"
                                   "    reminds hcz: organisation.AlarmSilence in 13 min\n"
                                   "3 min later\n"
                                   "hcz/1/9 organisation.RegisterEndpoint\n"
                                   "    hcz: DOWN -> DOWN\n"
                                   "    emits organisation.EndpointRegistered.hcz\n"
                                   "lgo/1/4 organisation.SuspectLink\n"
                                   "    refuses: SuspectLink is not for lgo\n"
                                   "lgo/1/5 organisation.AlarmSilence\n"
                                   "    refuses: AlarmSilence is not for lgo\n");
    story_close(story);
}
END_TEST

TESTS(a_blink_is_no_silence, a_unit_with_urgent_work_that_stays_down_is_silent,
      urgent_work_that_comes_to_a_unit_that_is_down_sets_the_alarm,
      work_that_ended_is_urgent_no_more, what_the_broker_counts_is_urgent_too,
      links_are_the_brokers_to_report_and_endpoints_a_units_to_name)
