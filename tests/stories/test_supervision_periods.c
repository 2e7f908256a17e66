/*
 * Duties that are owed all the time: each hour, each month, and as long as nothing breaks them;
 * and what an outage excuses (S-061, S-041, S-008, S-06E, S-0B4, S-0B9, scenarios J and K).
 */
#include <stdio.h>
#include <string.h>

#include "lib/story.h"
#include "plain.h"

extern const struct service organisation_service;
extern const struct service supervision_service;

#define C41 "310115125041"

static struct story *open_town(void)
{
    struct story *story =
        story_open("2023-01-18T09:00", &organisation_service, &supervision_service, NULL);

    story_town(story);
    return story;
}

static const char *board(struct story *story, const char *duty)
{
    return story_ask(story, "jcb", "supervision.DutyBoard.jcb", "{'duty': '%s'}", duty);
}

static bool has(const char *text, const char *part)
{
    return strstr(text, part) != NULL;
}

START_TEST(the_line_is_staffed_hour_by_hour_or_it_is_not)
{
    struct story *story = open_town();

    story_say(story, "hotline", "hotline.ShiftOpened.dzb", "{'seat': 's1', 'staff': 'dzb-s5'}");
    story_until(story, "10:30");
    ck_assert(has(board(story, "S-061"), "\"met\": 1"));
    story_say(story, "hotline", "hotline.SeatEmpty.lgo", "{'seat': 's1'}");
    ck_assert(has(board(story, "S-061"), "\"2023-01-18T10\", \"state\": \"BREACHED\""));
    story_until(story, "12:30"); /* nobody all of the next hour */
    story_say(story, "hotline", "hotline.ShiftOpened.dzb", "{'seat': 's1', 'staff': 'dzb-s5'}");
    story_until(story, "14:01");
    ck_assert_str_eq(
        plain(board(story, "S-061")),
        "{\"lines\": [{\"duty\": \"S-061\", \"unit\": \"dzb\", \"period\": \"2023-01-18T10\", "
        "\"state\": \"BREACHED\", \"dueMs\": \"1674010800000\", \"evidence\": \"hotline/1/2\"}, "
        "{\"duty\": \"S-061\", \"unit\": \"dzb\", \"period\": \"2023-01-18T11\", \"state\": "
        "\"BREACHED\", \"dueMs\": \"1674014400000\", \"evidence\": \"supervision/*\"}, {\"duty\": "
        "\"S-061\", \"unit\": \"dzb\", \"period\": \"2023-01-18T14\", \"state\": \"PENDING\", "
        "\"dueMs\": \"1674025200000\", \"evidence\": \"supervision/*\"}], \"met\": 3, "
        "\"breached\": 2, \"pending\": 1}");
    story_close(story);
}
END_TEST

START_TEST(a_post_of_the_leading_group_that_nobody_fills_breaks_the_month)
{
    struct story *story = open_town();

    story_say(story, "organisation_desk", "organisation.PostUnfilled.lgo",
              "{'post': 'lg.deputy', 'unit': 'lg'}");
    ck_assert_str_eq(plain(board(story, "S-041")),
                     "{\"lines\": [{\"duty\": \"S-041\", \"unit\": \"lg\", \"period\": "
                     "\"2023-01\", \"state\": \"PENDING\", \"dueMs\": \"1675180800000\", "
                     "\"evidence\": \"organisation/*\"}], \"pending\": 1}");
    ck_assert_str_eq(plain(board(story, "S-042")),
                     "{\"lines\": [{\"duty\": \"S-042\", \"unit\": \"lg\", \"period\": "
                     "\"2023-01\", \"state\": \"BREACHED\", \"dueMs\": \"1675180800000\", "
                     "\"evidence\": \"organisation_desk/1/1\"}], \"breached\": 1}");
    story_until(story, "2023-02-01T00:01");
    ck_assert(has(board(story, "S-041"), "\"2023-01\", \"state\": \"MET\""));
    ck_assert(has(board(story, "S-041"), "\"2023-02\", \"state\": \"PENDING\""));
    /* S-008: whoever broke nothing in the month has carried it out. */
    ck_assert(has(board(story, "S-008"), "\"unit\": \"pab\", \"period\": \"2023-01\", \"state\": "
                                         "\"BREACHED\""));
    ck_assert(has(board(story, "S-008"), "\"unit\": \"wlc\", \"period\": \"2023-01\", \"state\": "
                                         "\"MET\""));
    /* S-06E: nobody inspected anything. */
    ck_assert(has(board(story, "S-06E"), "\"2023-01\", \"state\": \"BREACHED\""));
    story_close(story);
}
END_TEST

START_TEST(an_inspection_meets_the_month_and_the_unit)
{
    struct story *story = open_town();

    story_say(story, "jcb", "supervision.PlanInspection.hcz",
              "{'inspection': 'i1', 'seed': 's', 'population': ['a', 'b'], 'n': 1}");
    story_say(story, "jcb", "supervision.StartInspection.hcz", "{'inspection': 'i1'}");
    story_say(story, "jcb", "supervision.ReportInspection.hcz",
              "{'inspection': 'i1', 'result': 'well kept'}");
    ck_assert(has(board(story, "S-06E"), "\"unit\": \"jcb\", \"period\": \"2023-01\", \"state\": "
                                         "\"MET\""));
    ck_assert(has(board(story, "S-06E"), "\"unit\": \"hcz\", \"period\": \"once\", \"state\": "
                                         "\"MET\""));
    ck_assert(has(board(story, "S-06E"), "\"unit\": \"hcs\", \"period\": \"once\", \"state\": "
                                         "\"PENDING\""));
    story_close(story);
}
END_TEST

START_TEST(a_post_that_changes_hands_is_filled_by_its_successor)
{
    struct story *story = open_town();

    story_forget(story);
    story_say(story, C41 " as " C41 ".head", "organisation.EndTenure." C41,
              "{'post': '" C41 ".head', 'staff': '" C41 "-s1'}");
    ck_assert_uint_gt(story_count(story, "organisation.PostResolved." C41), 0);
    ck_assert(has(story_last(story, "supervision.DutyMet." C41), "S-046"));
    ck_assert_uint_eq(story_count(story, "supervision.FindingOpened.*"), 0);
    /* Nobody is named, and yet somebody acts: the unit's head. */
    story_say(story, "organisation_desk", "organisation.TenureEnded.pab",
              "{'post': 'pab.x', 'staff': 'pab-s9', 'unit': 'pab'}");
    ck_assert(has(board(story, "S-046"), "\"post:pab.x\", \"state\": \"PENDING\""));
    story_later(story, "2 min");
    ck_assert(!has(board(story, "S-046"), "pab.x"));
    story_close(story);
}
END_TEST

START_TEST(an_outage_excuses_what_came_due_in_it)
{
    struct story *story = open_town();

    /* 09:00 the committee has something to receive until 09:15; 09:05 its line goes dead. */
    story_case(story, "H-20230118-0001-1");
    story_say(story, "hotline", "hotline.NeedOpened." C41, "{'need': 'n1', 'priority': 'P1'}");
    story_say(story, "hotline", "hotline.Dispatched." C41,
              "{'need': 'n1', 'assignment': 'a1', 'toUnit': '" C41 "', 'priority': 'P1',"
              " 'due': {'receiveMs': 1674004500000, 'doneMs': 1674046800000}}");
    story_later(story, "5 min");
    story_forget(story);
    story_say(story, "broker", "organisation.ReportLink." C41,
              "{'unit': '" C41 "', 'up': false, 'sinceMs': %llu}",
              (unsigned long long)story_now(story));
    story_later(story, "11 min");
    story_say(story, "hotline", "hotline.Expired." C41,
              "{'need': 'n1', 'assignment': 'a1', 'clock': 'receive'}");
    ck_assert_str_eq(plain(story_last(story, "supervision.DutyExcused." C41)),
                     "{\"duty\": \"S-076\", \"unit\": \"310115125041\", \"period\": "
                     "\"hotline:a1\", \"reason\": \"outage\", \"approver\": \"organisation/*\"}");
    ck_assert_uint_eq(story_count(story, "supervision.FindingOpened." C41), 0);
    /* Three hours later it is back. */
    story_later(story, "2 h 44 min");
    story_say(story, "broker", "organisation.ReportLink." C41, "{'unit': '" C41 "', 'up': true}");
    ck_assert_uint_eq(story_count(story, "organisation.UnitBack." C41), 1);
    ck_assert_str_eq(board(story, "S-0B4"), "{\"met\": 1}");
    story_later(story, "4 h");
    ck_assert_uint_eq(story_count(story, "supervision.FindingOpened." C41), 0);
    story_close(story);
}
END_TEST

START_TEST(a_link_that_stays_down_is_a_finding)
{
    struct story *story = open_town();

    story_say(story, "broker", "organisation.ReportLink." C41,
              "{'unit': '" C41 "', 'up': false, 'sinceMs': %llu}",
              (unsigned long long)story_now(story));
    story_later(story, "3 h");
    ck_assert_uint_eq(story_count(story, "supervision.FindingOpened." C41), 0);
    story_later(story, "1 h 5 min");
    ck_assert_str_eq(plain(board(story, "S-0B4")),
                     "{\"lines\": [{\"duty\": \"S-0B4\", \"unit\": \"310115125041\", \"period\": "
                     "\"unit:310115125041\", \"state\": \"BREACHED\", \"dueMs\": "
                     "\"1674018120000\", \"evidence\": \"supervision/*\"}], \"breached\": 1}");
    ck_assert_str_eq(plain(story_last(story, "supervision.FindingOpened." C41)),
                     "{\"finding\": \"F-310115125041-unit:310115125041\", \"unit\": "
                     "\"310115125041\", \"duty\": \"S-0B4\", \"evidence\": [\"supervision/*\"], "
                     "\"dueMs\": \"1674118800000\", \"text\": \"保持信息畅通\"}");
    story_close(story);
}
END_TEST

START_TEST(a_clock_that_was_mostly_outage_is_excused_after_the_return)
{
    struct story *story = open_town();

    story_say(story, "broker", "organisation.ReportLink.pab",
              "{'unit': 'pab', 'up': false, 'sinceMs': %llu}",
              (unsigned long long)story_now(story));
    story_later(story, "3 min");
    story_say(story, "referral", "referral.NeedOpened." C41, "{'need': 'n1', 'priority': 'P1'}");
    story_say(story, "referral", "referral.Dispatched.pab",
              "{'need': 'n1', 'assignment': 'a1', 'toUnit': 'pab', 'due': {'receiveMs': %llu}}",
              (unsigned long long)story_now(story) + 900000);
    story_later(story, "10 min");
    story_say(story, "broker", "organisation.ReportLink.pab", "{'unit': 'pab', 'up': true}");
    story_say(story, "referral", "referral.NeedOpened." C41, "{'need': 'n2', 'priority': 'P1'}");
    story_say(story, "referral", "referral.Dispatched.pab",
              "{'need': 'n2', 'assignment': 'a2', 'toUnit': 'pab', 'due': {'receiveMs': %llu}}",
              (unsigned long long)story_now(story) + 900000);
    story_later(story, "1 h");
    ck_assert_str_eq(
        plain(board(story, "S-076")),
        "{\"lines\": [{\"duty\": \"S-076\", \"unit\": \"pab\", \"period\": \"referral:a1\", "
        "\"state\": \"EXCUSED\", \"dueMs\": \"1674004680000\", \"evidence\": \"organisation/*\", "
        "\"text\": \"outage\"}, {\"duty\": \"S-076\", \"unit\": \"pab\", \"period\": "
        "\"referral:a2\", \"state\": \"BREACHED\", \"dueMs\": \"1674005280000\", \"evidence\": "
        "\"supervision/*\"}], \"breached\": 1, \"excused\": 1}");
    story_close(story);
}
END_TEST

START_TEST(a_policy_that_a_service_set_aside_is_not_in_force_everywhere)
{
    struct story *story = open_town();

    story_later(story, "1 min");
    story_say(
        story, "lgo as lgo.head", "organisation.PublishPolicy.lgo",
        "{'set': 'spring', 'effectiveFromMs': %llu, 'reason': 'more time', 'records': [{'key':"
        " 'org.plan_due', 'scope': '*', 'value': '5', 'unit': 'days', 'calendar': '24x7'}]}",
        (unsigned long long)story_now(story) + 3600000);
    ck_assert_str_eq(plain(board(story, "S-0B9")),
                     "{\"lines\": [{\"duty\": \"S-0B9\", \"unit\": \"lgo\", \"period\": "
                     "\"set:spring\", \"state\": \"PENDING\", \"dueMs\": \"1674007260000\", "
                     "\"evidence\": \"organisation/*\"}], \"met\": 1, \"pending\": 1}");
    unsigned seq = story_count(story, ">");
    while (!has(story_last(story, "supervision.DutyBreached.lgo"), "S-0B9") && seq > 0)
        story_say(story, "referral", "referral.Parked.town", "{'seq': %u}", seq--);
    ck_assert(has(board(story, "S-0B9"), "\"set:spring\", \"state\": \"BREACHED\""));
    story_close(story);
}
END_TEST

TESTS(the_line_is_staffed_hour_by_hour_or_it_is_not,
      a_post_of_the_leading_group_that_nobody_fills_breaks_the_month,
      an_inspection_meets_the_month_and_the_unit,
      a_post_that_changes_hands_is_filled_by_its_successor, an_outage_excuses_what_came_due_in_it,
      a_link_that_stays_down_is_a_finding,
      a_clock_that_was_mostly_outage_is_excused_after_the_return,
      a_policy_that_a_service_set_aside_is_not_in_force_everywhere)
