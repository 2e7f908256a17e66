/*
 * The kernel's clocks, ladders, worklists and board (domain.md 3.2, 3.3, R2 to R5).  The town is
 * services/town.
 */
#include "stories/kernel_town.h"

static void opens(struct story *story, const char *need, const char *priority)
{
    story_say(story, "dzb as dzb.seat1 dzb-s5", "referral.OpenNeed." C41,
              "{'need': '%s', 'person': 'r-%s', 'place': '" C41 "', 'category': 'MEDICAL',"
              " 'kind': 'VISIT', 'priority': '%s'}",
              need, need, priority);
    story_forget(story);
}

static void desk(struct story *story, const char *command, const char *assignment)
{
    char subject[64];

    snprintf(subject, sizeof(subject), "referral.%s.hcz", command);
    story_say(story, "hcz as hcz.duty hcz-s4", subject, "{'assignment': '%s'}", assignment);
}

START_TEST(a_breach_climbs_to_the_unit_the_office_and_the_leader)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "n1", "P1");
    desk(story, "Accept", "n1-a1");
    desk(story, "Start", "n1-a1");
    story_forget(story);
    story_later(story, "17 h");
    EXPECT_TEXT(story_text(story), "9 h 36 min later\n"
                                   "referral/1/5 referral.Due\n"
                                   "    emits referral.DeadlineWarned.hcz\n"
                                   "    reminds n1/done: referral.Due in 2 h 24 min\n"
                                   "2 h 24 min later\n"
                                   "referral/1/7 referral.Due\n"
                                   "    emits referral.DeadlineMissed.hcz\n"
                                   "    emits referral.Escalated.hcz\n"
                                   "    reminds n1/done: referral.Due in 1 h\n"
                                   "1 h later\n"
                                   "referral/1/10 referral.Due\n"
                                   "    emits referral.Escalated.lgo\n"
                                   "    reminds n1/done: referral.Due in 3 h\n"
                                   "3 h later\n"
                                   "referral/1/12 referral.Due\n"
                                   "    emits referral.Escalated.lg\n"
                                   "1 h later\n");
    ck_assert_str_eq(story_last(story, "referral.DeadlineWarned.hcz"),
                     "{\"need\": \"n1\", \"assignment\": \"n1-a1\", \"clock\": \"done\", "
                     "\"dueMs\": \"1674046800000\"}");
    ck_assert_str_eq(story_last(story, "referral.DeadlineMissed.hcz"),
                     "{\"need\": \"n1\", \"assignment\": \"n1-a1\", \"clock\": \"done\", "
                     "\"dueMs\": \"1674046800000\"}");
    ck_assert_str_eq(
        story_last(story, "referral.Escalated.hcz"),
        "{\"need\": \"n1\", \"rung\": 1, \"toPost\": \"hcz.first\", \"clock\": \"done\"}");
    ck_assert_str_eq(
        story_last(story, "referral.Escalated.lgo"),
        "{\"need\": \"n1\", \"rung\": 2, \"toPost\": \"lgo.duty\", \"clock\": \"done\"}");
    ck_assert_str_eq(
        story_last(story, "referral.Escalated.lg"),
        "{\"need\": \"n1\", \"rung\": 3, \"toPost\": \"lg.head\", \"clock\": \"done\"}");
    story_close(story);
}
END_TEST

START_TEST(help_ends_the_ladder_and_the_leader_hears_of_p0_and_p1_only)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "n1", "P2");
    desk(story, "Accept", "n1-a1");
    story_forget(story);
    story_later(story, "2 h 30 min");
    desk(story, "Start", "n1-a1");
    story_later(story, "2 h");
    EXPECT_TEXT(story_text(story), "1 h 36 min later\n"
                                   "referral/1/4 referral.Due\n"
                                   "    emits referral.DeadlineWarned.hcz\n"
                                   "    reminds n1/first_contact: referral.Due in 24 min\n"
                                   "24 min later\n"
                                   "referral/1/6 referral.Due\n"
                                   "    emits referral.DeadlineMissed.hcz\n"
                                   "    emits referral.Escalated.hcz\n"
                                   "    reminds n1/first_contact: referral.Due in 1 h\n"
                                   "30 min later\n"
                                   "hcz/1/2 referral.Start\n"
                                   "    n1-a1: ACCEPTED -> IN_PROGRESS\n"
                                   "    n1: ASSIGNED -> IN_SERVICE\n"
                                   "    emits referral.Started.hcz\n"
                                   "    forgets n1/first_contact: referral.Due\n"
                                   "30 min later\n"
                                   "1 h 30 min later\n");
    ck_assert_uint_eq(story_count(story, "referral.Escalated.*"), 1);
    story_close(story);
}
END_TEST

START_TEST(received_and_not_accepted_expires_by_the_accept_clock)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "n1", "P1");
    desk(story, "Receive", "n1-a1");
    story_forget(story);
    story_later(story, "20 min");
    EXPECT_TEXT(story_text(story), "16 min later\n"
                                   "referral/1/4 referral.Due\n"
                                   "    emits referral.DeadlineWarned.hcz\n"
                                   "    reminds n1/accept: referral.Due in 4 min\n"
                                   "4 min later\n"
                                   "referral/1/6 referral.Due\n"
                                   "    n1-a1: RECEIVED -> EXPIRED\n"
                                   "    emits referral.Expired.hcz\n"
                                   "    n1: ASSIGNED -> OPEN\n"
                                   "    n1: OPEN -> ASSIGNED\n"
                                   "    n1-a2: NONE -> REQUESTED\n"
                                   "    emits referral.Dispatched.hcs\n"
                                   "    reminds n1/receive: referral.Due in 12 min\n"
                                   "    reminds n1/accept: referral.Due in 16 min\n"
                                   "    reminds n1/first_contact: referral.Due in 24 min\n");
    ck_assert_str_eq(story_last(story, "referral.Expired.hcz"),
                     "{\"assignment\": \"n1-a1\", \"clock\": \"accept\", \"need\": \"n1\"}");
    story_close(story);
}
END_TEST

START_TEST(two_silent_centres_are_the_arbiters_and_the_done_clock_never_stopped)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "n1", "P0");
    story_later(story, "10 min");
    ck_assert_str_eq(story_last(story, "referral.Unassignable.lgo"),
                     "{\"need\": \"n1\", \"refusals\": [{\"unit\": \"hcz\", \"text\": \"silent: "
                     "receive\", \"atMs\": \"1674003900000\"}, {\"unit\": \"hcs\", \"text\": "
                     "\"silent: receive\", \"atMs\": \"1674004200000\"}], \"reason\": \"refused as "
                     "often as may be\", \"dueMs\": \"1674006000000\"}");
    story_say(story, "lgo", "referral.Rule.lgo", "{'need': 'n1', 'toUnit': 'hcz'}");
    ck_assert_str_eq(
        story_last(story, "referral.Dispatched.hcz"),
        "{\"need\": \"n1\", \"assignment\": \"n1-a3\", \"plac\": \"n1-a3\", \"toUnit\": \"hcz\", "
        "\"toPost\": \"hcz.duty\", \"priority\": \"P0\", \"ruled\": true, \"due\": {\"receiveMs\": "
        "\"1674004500000\", \"acceptMs\": \"1674004620000\", \"firstContactMs\": "
        "\"1674004800000\", \"doneMs\": \"1674010800000\"}, \"person\": \"r-n1\", \"kind\": "
        "\"VISIT\", \"refusals\": [{\"unit\": \"hcz\", \"text\": \"silent: receive\", \"atMs\": "
        "\"1674003900000\"}, {\"unit\": \"hcs\", \"text\": \"silent: receive\", \"atMs\": "
        "\"1674004200000\"}], \"place\": \"310115125041\"}");
    story_close(story);
}
END_TEST

START_TEST(a_policy_counts_from_its_day_and_moves_no_clock_that_runs)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "n1", "P1");
    organisation_says(story, "PolicyPublished",
                      "{'set': 'shorter', 'effectiveFromMs': '1674004200000', 'records':"
                      " [{'key': 'need.receive', 'scope': 'P1', 'value': '5', 'unit': 'min',"
                      "   'calendar': '24x7'}]}");
    opens(story, "n2", "P1");
    story_later(story, "11 min");
    opens(story, "n3", "P1");
    ck_assert_str_eq(
        story_ask(story, "hcz", "referral.Worklist.hcz", "{'unit': 'hcz'}"),
        "{\"items\": [{\"need\": \"n1\", \"assignment\": \"n1-a1\", \"state\": \"REQUESTED\", "
        "\"kind\": \"VISIT\", \"priority\": \"P1\", \"person\": \"r-n1\", \"place\": "
        "\"310115125041\", \"clock\": \"receive\", \"dueMs\": \"1674004500000\", \"unit\": "
        "\"hcz\", \"caseId\": \"R-20230118-0001-1\", \"allowed\": [\"Receive\", \"Accept\", "
        "\"Reject\", \"Recall\", \"MarkError\", \"AmendNeed\", \"ChangePriority\", "
        "\"WithdrawNeed\"]}, {\"need\": \"n2\", \"assignment\": \"n2-a1\", \"state\": "
        "\"REQUESTED\", \"kind\": \"VISIT\", \"priority\": \"P1\", \"person\": \"r-n2\", "
        "\"place\": \"310115125041\", \"clock\": \"receive\", \"dueMs\": \"1674004500000\", "
        "\"unit\": \"hcz\", \"caseId\": \"R-20230118-0002-0\", \"allowed\": [\"Receive\", "
        "\"Accept\", \"Reject\", \"Recall\", \"MarkError\", \"AmendNeed\", \"ChangePriority\", "
        "\"WithdrawNeed\"]}, {\"need\": \"n3\", \"assignment\": \"n3-a1\", \"state\": "
        "\"REQUESTED\", \"kind\": \"VISIT\", \"priority\": \"P1\", \"person\": \"r-n3\", "
        "\"place\": \"310115125041\", \"clock\": \"receive\", \"dueMs\": \"1674004560000\", "
        "\"unit\": \"hcz\", \"caseId\": \"R-20230118-0003-8\", \"allowed\": [\"Receive\", "
        "\"Accept\", \"Reject\", \"Recall\", \"MarkError\", \"AmendNeed\", \"ChangePriority\", "
        "\"WithdrawNeed\"]}]}");
    story_close(story);
}
END_TEST

START_TEST(what_is_due_first_comes_first_and_pages_go_on)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "n1", "P3");
    opens(story, "n2", "P1");
    opens(story, "n3", "P2");
    desk(story, "Receive", "n2-a1");
    ck_assert_str_eq(
        story_ask(story, "hcz", "referral.Worklist.hcz", "{'unit': 'hcz', 'limit': 2}"),
        "{\"items\": [{\"need\": \"n2\", \"assignment\": \"n2-a1\", \"state\": \"RECEIVED\", "
        "\"kind\": \"VISIT\", \"priority\": \"P1\", \"person\": \"r-n2\", \"place\": "
        "\"310115125041\", \"clock\": \"accept\", \"dueMs\": \"1674004800000\", \"unit\": \"hcz\", "
        "\"caseId\": \"R-20230118-0002-0\", \"allowed\": [\"Accept\", \"Reject\", \"Recall\", "
        "\"MarkError\", \"AmendNeed\", \"ChangePriority\", \"WithdrawNeed\"]}, {\"need\": \"n3\", "
        "\"assignment\": \"n3-a1\", \"state\": \"REQUESTED\", \"kind\": \"VISIT\", \"priority\": "
        "\"P2\", \"person\": \"r-n3\", \"place\": \"310115125041\", \"clock\": \"receive\", "
        "\"dueMs\": \"1674005400000\", \"unit\": \"hcz\", \"caseId\": \"R-20230118-0003-8\", "
        "\"allowed\": [\"Receive\", \"Accept\", \"Reject\", \"Recall\", \"MarkError\", "
        "\"AmendNeed\", \"ChangePriority\", \"WithdrawNeed\"]}], \"next\": "
        "\"00000185c27f49c0/n3\"}");
    ck_assert_str_eq(story_ask(story, "lgo", "referral.Worklist.lgo",
                               "{'unit': 'hcz', 'post': 'hcz.duty', 'after':"
                               " '00000185c27f49c0/n3'}"),
                     "{\"items\": [{\"need\": \"n1\", \"assignment\": \"n1-a1\", \"state\": "
                     "\"REQUESTED\", \"kind\": \"VISIT\", \"priority\": \"P3\", \"person\": "
                     "\"r-n1\", \"place\": \"310115125041\", \"clock\": \"receive\", \"dueMs\": "
                     "\"1674018000000\", \"unit\": \"hcz\", \"caseId\": \"R-20230118-0001-1\", "
                     "\"allowed\": [\"Receive\", \"Accept\", \"Reject\", \"Recall\", "
                     "\"MarkError\", \"AmendNeed\", \"ChangePriority\", \"WithdrawNeed\"]}]}");
    ck_assert_str_eq(
        story_ask(story, "hcz", "referral.Worklist.hcz", "{'unit': 'hcz', 'post': 'x'}"), "{}");
    ck_assert_str_eq(story_ask(story, "hcs", "referral.Worklist.hcs", "{'unit': 'hcz'}"),
                     "refused NOT_ALLOWED: the worklist is not hcs's");
    ck_assert_str_eq(story_ask(story, "hcs", "referral.Worklist.hcs", "{}"),
                     "refused BAD_FIELD: no unit");
    story_close(story);
}
END_TEST

START_TEST(the_board_counts_every_open_need_once)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "n1", "P3");
    opens(story, "n2", "P1");
    opens(story, "n3", "P1");
    desk(story, "Accept", "n2-a1");
    story_later(story, "40 min");
    ck_assert_str_eq(story_ask(story, "hcs", "referral.Board.hcs", "{}"),
                     "{\"counts\": [{\"unit\": \"hcz\", \"state\": \"ACCEPTED\", \"priority\": "
                     "\"P1\", \"count\": 1, \"overdue\": 1}, {\"unit\": \"hcz\", \"state\": "
                     "\"REQUESTED\", \"priority\": \"P3\", \"count\": 1}, {\"unit\": \"lgo\", "
                     "\"state\": \"UNASSIGNABLE\", \"priority\": \"P1\", \"count\": 1}]}");
    ck_assert_str_eq(story_ask(story, "hcs", "referral.Board.hcs", "{'unit': 'hcs'}"), "{}");
    ck_assert_str_eq(story_ask(story, "sjb", "referral.CentreLoad.sjb", "{'centre': 'hcz'}"),
                     "{\"centre\": \"hcz\", \"requested\": 1, \"accepted\": 1, \"overdue\": 1}");
    story_close(story);
}
END_TEST

START_TEST(a_campaign_that_closes_is_told_what_is_still_open)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "n1", "P3");
    opens(story, "n2", "P1");
    story_say(story, "dzb", "referral.WithdrawNeed." C41, "{'need': 'n1', 'code': 'OTHER'}");
    organisation_says(story, "CampaignClosing", "{'campaign': 'campaign-2023'}");
    ck_assert_str_eq(story_last(story, "referral.HandedBack.town"),
                     "{\"campaign\": \"campaign-2023\", \"openItems\": 1, \"listHash\": "
                     "\"b3cdf8fcd895638c4a50ca79d9d10e273bc47e5ec4828225d623a6fef9983c80\"}");
    story_close(story);
}
END_TEST

START_TEST(a_need_is_seen_by_those_it_concerns)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "n1", "P3");
    ck_assert_str_eq(story_ask(story, "hcs", "referral.Need.hcs", "{'need': 'n1'}"),
                     "refused NOT_ALLOWED: the need is not hcs's");
    ck_assert_str_eq(story_ask(story, "hcs", "referral.Need.hcs", "{'need': 'n2'}"),
                     "refused NOT_FOUND: there is no such need");
    ck_assert_str_eq(story_ask(story, "hcs", "referral.NeedsOf.hcs", "{'person': 'r-n1'}"), "{}");
    ck_assert_str_eq(story_ask(story, "hcs", "referral.NeedsOf.hcs", "{}"),
                     "refused BAD_FIELD: no person");
    story_close(story);
}
END_TEST

TESTS(a_breach_climbs_to_the_unit_the_office_and_the_leader,
      help_ends_the_ladder_and_the_leader_hears_of_p0_and_p1_only,
      received_and_not_accepted_expires_by_the_accept_clock,
      two_silent_centres_are_the_arbiters_and_the_done_clock_never_stopped,
      a_policy_counts_from_its_day_and_moves_no_clock_that_runs,
      what_is_due_first_comes_first_and_pages_go_on, the_board_counts_every_open_need_once,
      a_campaign_that_closes_is_told_what_is_still_open, a_need_is_seen_by_those_it_concerns)
