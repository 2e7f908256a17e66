/*
 * The kernel, seen from the need: opened, routed, changed, ruled on, withdrawn, reopened; who may
 * do it; duplicates (domain.md 3.2).  The town is kernel_town.h.
 */
#include "stories/kernel_town.h"

static void opens(struct story *story, const char *need, const char *person, const char *more)
{
    story_say(story, "dzb as dzb.seat1 dzb-s5", "referral.OpenNeed." C41,
              "{'need': '%s', 'person': '%s', 'place': '" C41 "', 'category': 'MEDICAL',"
              " 'kind': 'VISIT'%s}",
              need, person, more);
}

START_TEST(what_is_no_need_is_refused)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "", "r1", ", 'priority': 'P2'");
    opens(story, "a/b", "r1", ", 'priority': 'P2'");
    opens(story, "n1", "r/1", ", 'priority': 'P2'");
    opens(story, "n1", "r1", "");
    opens(story, "n1", "r1", ", 'priority': 'P9'");
    opens(story, "n1", "r1", ", 'priority': 'P5'");
    opens(story, "n1", "r1", ", 'priority': 'P2', 'verifier': 'nobody'");
    story_say(story, "dzb", "referral.OpenNeed.dzb",
              "{'need': 'n1', 'place': 'x', 'category': 'MEDICAL', 'kind': 'VISIT',"
              " 'priority': 'P2'}");
    story_say(story, "dzb", "referral.OpenNeed.dzb",
              "{'need': 'n1', 'kind': 'VISIT',"
              " 'priority': 'P2'}");
    story_say(story, "dzb", "referral.OpenNeed.dzb",
              "{'need': 'n1', 'category': 'LIVING', 'kind': 'GOODS', 'priority': 'P2'}");
    opens(story, "n1", "r1", ", 'priority': 'P2'");
    opens(story, "n1", "r1", ", 'priority': 'P2'");
    EXPECT_TEXT(story_text(story), "dzb/1/1 referral.OpenNeed\n"
                                   "    refuses: an id is empty, too long or no id\n"
                                   "dzb/1/2 referral.OpenNeed\n"
                                   "    refuses: an id is empty, too long or no id\n"
                                   "dzb/1/3 referral.OpenNeed\n"
                                   "    refuses: an id is empty, too long or no id\n"
                                   "dzb/1/4 referral.OpenNeed\n"
                                   "    refuses: a priority is P0 to P5\n"
                                   "dzb/1/5 referral.OpenNeed\n"
                                   "    refuses: a priority is P0 to P5\n"
                                   "dzb/1/6 referral.OpenNeed\n"
                                   "    refuses: OpenNeed is not for dzb\n"
                                   "dzb/1/7 referral.OpenNeed\n"
                                   "    refuses: there is no unit nobody\n"
                                   "dzb/1/8 referral.OpenNeed\n"
                                   "    refuses: there is no place x\n"
                                   "dzb/1/9 referral.OpenNeed\n"
                                   "    refuses: no category\n"
                                   "dzb/1/10 referral.OpenNeed\n"
                                   "    refuses: referral serves no need of this kind\n"
                                   "dzb/1/11 referral.OpenNeed\n"
                                   "    n1: NONE -> OPEN\n"
                                   "    emits referral.NeedOpened.310115125041\n"
                                   "    n1: OPEN -> ASSIGNED\n"
                                   "    n1-a1: NONE -> REQUESTED\n"
                                   "    emits referral.Dispatched.hcz\n"
                                   "    reminds n1/done: referral.Due in 19 h 12 min\n"
                                   "    reminds n1/receive: referral.Due in 24 min\n"
                                   "    reminds n1/accept: referral.Due in 48 min\n"
                                   "    reminds n1/first_contact: referral.Due in 1 h 36 min\n"
                                   "dzb/1/12 referral.OpenNeed\n"
                                   "    refuses: no OpenNeed from ASSIGNED\n");
    ck_assert_str_eq(story_last(story, "referral.NeedOpened.*"),
                     "{\"need\": \"n1\", \"person\": \"r1\", \"category\": \"MEDICAL\", \"kind\": "
                     "\"VISIT\", \"priority\": \"P2\", \"due\": {\"doneMs\": \"1674090000000\"}, "
                     "\"place\": \"310115125041\"}");
    ck_assert_str_eq(story_last_case(story, "referral.Dispatched.*"), "R-20230118-0001-1");
    story_close(story);
}
END_TEST

START_TEST(a_case_is_carried_on_and_every_event_has_it)
{
    struct story *story = kernel_story(&referral_service);

    story_case(story, "H-20230118-0042-7");
    opens(story, "n1", "r1", ", 'priority': 'P2'");
    story_say(story, "hcz as hcz.duty", "referral.Accept.hcz", "{'assignment': 'n1-a1'}");
    ck_assert_str_eq(story_last_case(story, "referral.Accepted.hcz"), "H-20230118-0042-7");
    story_later(story, "2 h");
    ck_assert_str_eq(story_last_case(story, "referral.DeadlineMissed.hcz"), "H-20230118-0042-7");
    ck_assert_str_eq(story_last_case(story, "referral.Due.hcz"), "H-20230118-0042-7");
    story_close(story);
}
END_TEST

START_TEST(a_duplicate_is_linked_and_the_third_call_raises_the_first)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "n1", "r1", ", 'priority': 'P3'");
    story_forget(story);
    opens(story, "n2", "r1", ", 'priority': 'P3'");
    opens(story, "n3", "r1", ", 'priority': 'P3'");
    opens(story, "n4", "r2", ", 'priority': 'P3'");
    opens(story, "n5", "r1", ", 'priority': 'P3', 'parent': 'n1'");
    story_say(story, "dzb", "referral.ReopenNeed." C41, "{'need': 'n2', 'reason': 'again'}");
    EXPECT_TEXT(story_text(story), "dzb/1/2 referral.OpenNeed\n"
                                   "    n2: NONE -> SEALED\n"
                                   "    emits referral.NeedOpened.310115125041\n"
                                   "    emits referral.NeedClosed.310115125041\n"
                                   "dzb/1/3 referral.OpenNeed\n"
                                   "    n3: NONE -> SEALED\n"
                                   "    emits referral.NeedOpened.310115125041\n"
                                   "    emits referral.NeedClosed.310115125041\n"
                                   "    n1: ASSIGNED -> ASSIGNED\n"
                                   "    emits referral.PriorityChanged.hcz\n"
                                   "    reminds n1/done: referral.Due in 19 h 12 min\n"
                                   "    reminds n1/receive: referral.Due in 24 min\n"
                                   "    reminds n1/accept: referral.Due in 48 min\n"
                                   "    reminds n1/first_contact: referral.Due in 1 h 36 min\n"
                                   "dzb/1/4 referral.OpenNeed\n"
                                   "    n4: NONE -> OPEN\n"
                                   "    emits referral.NeedOpened.310115125041\n"
                                   "    n4: OPEN -> ASSIGNED\n"
                                   "    n4-a1: NONE -> REQUESTED\n"
                                   "    emits referral.Dispatched.hcz\n"
                                   "    reminds n4/done: referral.Due in 11 d 6 h 24 min\n"
                                   "    reminds n4/receive: referral.Due in 3 h 12 min\n"
                                   "    reminds n4/accept: referral.Due in 28 h 42 min\n"
                                   "    reminds n4/first_contact: referral.Due in 28 h 42 min\n"
                                   "dzb/1/5 referral.OpenNeed\n"
                                   "    n5: NONE -> OPEN\n"
                                   "    emits referral.NeedOpened.310115125041\n"
                                   "    n5: OPEN -> ASSIGNED\n"
                                   "    n5-a1: NONE -> REQUESTED\n"
                                   "    emits referral.Dispatched.hcz\n"
                                   "    reminds n5/done: referral.Due in 11 d 6 h 24 min\n"
                                   "    reminds n5/receive: referral.Due in 3 h 12 min\n"
                                   "    reminds n5/accept: referral.Due in 28 h 42 min\n"
                                   "    reminds n5/first_contact: referral.Due in 28 h 42 min\n"
                                   "dzb/1/6 referral.ReopenNeed\n"
                                   "    refuses: it is closed for good\n");
    ck_assert_str_eq(
        story_last(story, "referral.PriorityChanged.hcz"),
        "{\"need\": \"n1\", \"from\": \"P3\", \"to\": \"P2\", \"reason\": \"3 calls for it\", "
        "\"due\": {\"receiveMs\": \"1674005400000\", \"acceptMs\": \"1674007200000\", "
        "\"firstContactMs\": \"1674010800000\", \"doneMs\": \"1674090000000\"}}");
    story_close(story);
}
END_TEST

START_TEST(a_need_without_a_place_waits_for_the_dispatcher_and_then_for_the_arbiter)
{
    struct story *story = kernel_story(&referral_service);

    story_say(story, "dzb", "referral.OpenNeed.dzb",
              "{'need': 'n1', 'category': 'MEDICAL', 'kind': 'VISIT', 'priority': 'P1'}");
    ck_assert_str_eq(story_ask(story, "sjb", "referral.Worklist.sjb", "{'unit': 'sjb'}"),
                     "{\"items\": [{\"need\": \"n1\", \"state\": \"OPEN\", \"kind\": \"VISIT\", "
                     "\"priority\": \"P1\", \"clock\": \"route\", \"dueMs\": \"1674003720000\", "
                     "\"unit\": \"sjb\", \"caseId\": \"R-20230118-0001-1\", \"allowed\": "
                     "[\"Dispatch\", \"AmendNeed\", \"ChangePriority\", \"WithdrawNeed\"]}]}");
    story_later(story, "2 min");
    story_say(story, "sjb as sjb.duty", "referral.Dispatch.hcs", "{'need': 'n1', 'toUnit': 'hcs'}");
    EXPECT_TEXT(story_text(story), "dzb/1/1 referral.OpenNeed\n"
                                   "    n1: NONE -> OPEN\n"
                                   "    emits referral.NeedOpened.town\n"
                                   "    reminds n1/done: referral.Due in 9 h 36 min\n"
                                   "    reminds n1/route: referral.Due in 2 min\n"
                                   "2 min later\n"
                                   "referral/1/2 referral.Due\n"
                                   "    n1: OPEN -> UNASSIGNABLE\n"
                                   "    emits referral.Unassignable.lgo\n"
                                   "    reminds n1/arbiter: referral.Due in 24 min\n"
                                   "sjb/1/1 referral.Dispatch\n"
                                   "    refuses: no Dispatch from UNASSIGNABLE\n");
    story_close(story);
}
END_TEST

START_TEST(the_arbiter_rules_upward_or_unmet_and_nobody_else_rules)
{
    struct story *story = kernel_story(&referral_service);

    story_say(story, "dzb", "referral.OpenNeed.dzb",
              "{'need': 'n1', 'category': 'MEDICAL', 'kind': 'VISIT', 'priority': 'P1'}");
    story_say(story, "dzb", "referral.OpenNeed.dzb",
              "{'need': 'n2', 'category': 'MEDICAL', 'kind': 'VISIT', 'priority': 'P1'}");
    story_say(story, "lgo", "referral.Rule.lgo", "{'need': 'n1', 'toUnit': 'hcs'}");
    story_later(story, "2 min");
    story_forget(story);
    story_say(story, "sjb", "referral.Rule.sjb", "{'need': 'n1', 'toUnit': 'hcs'}");
    story_say(story, "lgo", "referral.Rule.lgo", "{'need': 'n1'}");
    story_say(story, "lgo", "referral.Rule.lgo", "{'need': 'n1', 'toUnit': 'hcs', 'unmet': true}");
    story_say(story, "lgo", "referral.Rule.lgo", "{'need': 'n9', 'toUnit': 'hcs'}");
    story_say(story, "lgo as lgo.duty", "referral.Rule.lgo", "{'need': 'n1', 'upward': true}");
    story_say(story, "lgo", "referral.Rule.lgo", "{'need': 'n2', 'unmet': true}");
    story_say(story, "lgo as lgo.duty", "referral.Rule.lgo",
              "{'need': 'n2', 'unmet': true, 'text': 'no such help in town'}");
    EXPECT_TEXT(story_text(story), "sjb/1/1 referral.Rule\n"
                                   "    refuses: Rule is not for sjb\n"
                                   "lgo/1/2 referral.Rule\n"
                                   "    refuses: a unit, upward or unmet: one of them\n"
                                   "lgo/1/3 referral.Rule\n"
                                   "    refuses: a unit, upward or unmet: one of them\n"
                                   "lgo/1/4 referral.Rule\n"
                                   "    refuses: there is no such need\n"
                                   "lgo/1/5 referral.Rule\n"
                                   "    emits referral.Ruled.lgo\n"
                                   "    n1: UNASSIGNABLE -> ASSIGNED\n"
                                   "    n1-a1: NONE -> REQUESTED\n"
                                   "    emits referral.Dispatched.lgo\n"
                                   "    reminds n1/receive: referral.Due in 12 min\n"
                                   "    reminds n1/accept: referral.Due in 16 min\n"
                                   "    reminds n1/first_contact: referral.Due in 24 min\n"
                                   "    forgets n1/arbiter: referral.Due\n"
                                   "lgo/1/6 referral.Rule\n"
                                   "    refuses: unmet needs a public text\n"
                                   "lgo/1/7 referral.Rule\n"
                                   "    emits referral.Ruled.town\n"
                                   "    n2: UNASSIGNABLE -> CLOSED\n"
                                   "    emits referral.NeedClosed.town\n"
                                   "    reminds n2/reopen_window: referral.Due in 7 d\n"
                                   "    forgets n2/done: referral.Due\n"
                                   "    forgets n2/arbiter: referral.Due\n");
    ck_assert_str_eq(
        story_last(story, "referral.Ruled.lgo"),
        "{\"need\": \"n1\", \"toUnit\": \"lgo\", \"upward\": true, \"byPost\": \"lgo.duty\"}");
    ck_assert_str_eq(story_last(story, "referral.NeedClosed.town"),
                     "{\"need\": \"n2\", \"outcome\": \"UNMET\", \"publicText\": \"no such help in "
                     "town\", \"spans\": {}}");
    story_close(story);
}
END_TEST

START_TEST(an_arbiter_that_does_not_rule_is_the_leaders_to_hear_of)
{
    struct story *story = kernel_story(&referral_service);

    story_say(story, "dzb", "referral.OpenNeed.dzb",
              "{'need': 'n1', 'category': 'MEDICAL', 'kind': 'VISIT', 'priority': 'P1'}");
    story_later(story, "2 min");
    story_forget(story);
    story_later(story, "5 h");
    EXPECT_TEXT(story_text(story), "24 min later\n"
                                   "referral/1/4 referral.Due\n"
                                   "    emits referral.DeadlineWarned.lgo\n"
                                   "    reminds n1/arbiter: referral.Due in 6 min\n"
                                   "6 min later\n"
                                   "referral/1/6 referral.Due\n"
                                   "    emits referral.DeadlineMissed.lgo\n"
                                   "    emits referral.Escalated.lg\n"
                                   "4 h 30 min later\n");
    ck_assert_str_eq(
        story_last(story, "referral.Escalated.lg"),
        "{\"need\": \"n1\", \"rung\": 3, \"toPost\": \"lg.head\", \"clock\": \"arbiter\"}");
    story_close(story);
}
END_TEST

START_TEST(a_need_is_amended_by_its_opener_or_the_dispatcher)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "n1", "r1", ", 'priority': 'P2'");
    story_forget(story);
    story_say(story, "hcz", "referral.AmendNeed.hcz", "{'need': 'n1', 'detail': 'x'}");
    story_say(story, "dzb", "referral.AmendNeed." C41, "{'need': 'n1'}");
    story_say(story, "dzb", "referral.AmendNeed." C41, "{'need': 'n1', 'kind': 'GOODS'}");
    story_say(story, "dzb", "referral.AmendNeed." C41, "{'need': 'n1', 'place': 'x'}");
    story_say(story, "dzb", "referral.AmendNeed." C41, "{'need': 'n9', 'detail': 'x'}");
    story_say(story, "sjb", "referral.AmendNeed." C41,
              "{'need': 'n1', 'detail': 'stairs', 'kind': 'CONSULT', 'place': '310115125006',"
              " 'reason': 'heard again'}");
    /* it is found under its new kind */
    story_say(story, "dzb", "referral.OpenNeed." C41,
              "{'need': 'n2', 'person': 'r1', 'place': '" C41 "', 'category': 'MEDICAL',"
              " 'kind': 'CONSULT', 'priority': 'P2'}");
    /* ... and no more under the old one */
    opens(story, "n3", "r1", ", 'priority': 'P2'");
    EXPECT_TEXT(story_text(story), "hcz/1/1 referral.AmendNeed\n"
                                   "    refuses: AmendNeed is not for hcz\n"
                                   "dzb/1/2 referral.AmendNeed\n"
                                   "    refuses: nothing to amend\n"
                                   "dzb/1/3 referral.AmendNeed\n"
                                   "    refuses: referral serves no need of this kind\n"
                                   "dzb/1/4 referral.AmendNeed\n"
                                   "    refuses: there is no place x\n"
                                   "dzb/1/5 referral.AmendNeed\n"
                                   "    refuses: there is no such need\n"
                                   "sjb/1/1 referral.AmendNeed\n"
                                   "    n1: ASSIGNED -> ASSIGNED\n"
                                   "    emits referral.NeedAmended.hcz\n"
                                   "dzb/1/6 referral.OpenNeed\n"
                                   "    n2: NONE -> SEALED\n"
                                   "    emits referral.NeedOpened.310115125041\n"
                                   "    emits referral.NeedClosed.310115125041\n"
                                   "dzb/1/7 referral.OpenNeed\n"
                                   "    n3: NONE -> OPEN\n"
                                   "    emits referral.NeedOpened.310115125041\n"
                                   "    n3: OPEN -> ASSIGNED\n"
                                   "    n3-a1: NONE -> REQUESTED\n"
                                   "    emits referral.Dispatched.hcz\n"
                                   "    reminds n3/done: referral.Due in 19 h 12 min\n"
                                   "    reminds n3/receive: referral.Due in 24 min\n"
                                   "    reminds n3/accept: referral.Due in 48 min\n"
                                   "    reminds n3/first_contact: referral.Due in 1 h 36 min\n");
    ck_assert_str_eq(story_last(story, "referral.NeedAmended.hcz"),
                     "{\"need\": \"n1\", \"fields\": [\"detail\", \"kind\", \"place\"], "
                     "\"reason\": \"heard again\"}");
    story_close(story);
}
END_TEST

START_TEST(another_priority_counts_from_the_opening_and_only_shortens_a_units_clocks)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "n1", "r1", ", 'priority': 'P2'");
    story_later(story, "5 min");
    story_forget(story);
    story_say(story, "hcz", "referral.ChangePriority.hcz", "{'need': 'n1', 'to': 'P1'}");
    story_say(story, "sjb", "referral.ChangePriority." C41, "{'need': 'n1', 'to': 'P2'}");
    story_say(story, "sjb", "referral.ChangePriority." C41, "{'need': 'n1', 'to': 'P7'}");
    story_say(story, "sjb", "referral.ChangePriority." C41, "{'need': 'n1', 'to': 'P5'}");
    story_say(story, "sjb", "referral.ChangePriority." C41, "{'need': 'n1', 'to': 'P1'}");
    /* receive 09:15, accept 09:20, first contact 09:30, done 21:00 */
    ck_assert_str_eq(story_last(story, "referral.PriorityChanged.hcz"),
                     "{\"need\": \"n1\", \"from\": \"P2\", \"to\": \"P1\", \"due\": "
                     "{\"receiveMs\": \"1674004500000\", \"acceptMs\": \"1674004800000\", "
                     "\"firstContactMs\": \"1674005400000\", \"doneMs\": \"1674046800000\"}}");
    story_say(story, "sjb", "referral.ChangePriority." C41, "{'need': 'n1', 'to': 'P3'}");
    /* the unit's clocks stay; done is five working days: 30 January 17:00, over the holiday */
    ck_assert_str_eq(story_last(story, "referral.PriorityChanged.hcz"),
                     "{\"need\": \"n1\", \"from\": \"P1\", \"to\": \"P3\", \"due\": "
                     "{\"receiveMs\": \"1674004500000\", \"acceptMs\": \"1674004800000\", "
                     "\"firstContactMs\": \"1674005400000\", \"doneMs\": \"1675069200000\"}}");
    story_say(story, "lgo", "referral.ChangePriority." C41, "{'need': 'n1', 'to': 'P5'}");
    EXPECT_TEXT(story_text(story), "hcz/1/1 referral.ChangePriority\n"
                                   "    refuses: ChangePriority is not for hcz\n"
                                   "sjb/1/1 referral.ChangePriority\n"
                                   "    refuses: another priority, P0 to P5\n"
                                   "sjb/1/2 referral.ChangePriority\n"
                                   "    refuses: another priority, P0 to P5\n"
                                   "sjb/1/3 referral.ChangePriority\n"
                                   "    refuses: ChangePriority is not for sjb\n"
                                   "sjb/1/4 referral.ChangePriority\n"
                                   "    n1: ASSIGNED -> ASSIGNED\n"
                                   "    emits referral.PriorityChanged.hcz\n"
                                   "    reminds n1/done: referral.Due in 9 h 31 min\n"
                                   "    reminds n1/receive: referral.Due in 7 min\n"
                                   "    reminds n1/accept: referral.Due in 11 min\n"
                                   "    reminds n1/first_contact: referral.Due in 19 min\n"
                                   "sjb/1/5 referral.ChangePriority\n"
                                   "    n1: ASSIGNED -> ASSIGNED\n"
                                   "    emits referral.PriorityChanged.hcz\n"
                                   "    reminds n1/done: referral.Due in 11 d 6 h 19 min\n"
                                   "lgo/1/1 referral.ChangePriority\n"
                                   "    n1: ASSIGNED -> ASSIGNED\n"
                                   "    emits referral.PriorityChanged.hcz\n"
                                   "    reminds n1/done: referral.Due in 21 d 6 h 19 min\n");
    story_close(story);
}
END_TEST

START_TEST(an_enquiry_that_becomes_more_has_a_first_contact)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "n1", "r1", ", 'priority': 'P4'");
    ck_assert_str_eq(
        story_last(story, "referral.Dispatched.hcz"),
        "{\"need\": \"n1\", \"assignment\": \"n1-a1\", \"plac\": \"n1-a1\", \"toUnit\": \"hcz\", "
        "\"toPost\": \"hcz.duty\", \"priority\": \"P4\", \"due\": {\"receiveMs\": "
        "\"1674018000000\", \"acceptMs\": \"1674025200000\", \"doneMs\": \"1674118800000\"}, "
        "\"person\": \"r1\", \"kind\": \"VISIT\", \"place\": \"310115125041\"}");
    story_say(story, "hcz as hcz.duty", "referral.Accept.hcz", "{'assignment': 'n1-a1'}");
    ck_assert_str_eq(
        story_ask(story, "hcz", "referral.Worklist.hcz", "{'unit': 'hcz'}"),
        "{\"items\": [{\"need\": \"n1\", \"assignment\": \"n1-a1\", \"state\": \"ACCEPTED\", "
        "\"kind\": \"VISIT\", \"priority\": \"P4\", \"person\": \"r1\", \"place\": "
        "\"310115125041\", \"clock\": \"done\", \"dueMs\": \"1674118800000\", \"unit\": \"hcz\", "
        "\"caseId\": \"R-20230118-0001-1\", \"allowed\": [\"Start\", \"Decline\", \"Recall\", "
        "\"MarkError\", \"AmendNeed\", \"ChangePriority\", \"WithdrawNeed\"]}]}");
    story_say(story, "sjb", "referral.ChangePriority." C41, "{'need': 'n1', 'to': 'P3'}");
    ck_assert_str_eq(story_last(story, "referral.PriorityChanged.hcz"),
                     "{\"need\": \"n1\", \"from\": \"P4\", \"to\": \"P3\", \"due\": "
                     "{\"firstContactMs\": \"1674118800000\", \"doneMs\": \"1675069200000\"}}");
    story_close(story);
}
END_TEST

START_TEST(a_need_is_withdrawn_by_its_side_in_any_state)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "n1", "r1", ", 'priority': 'P2'");
    story_forget(story);
    story_say(story, "hcz", "referral.WithdrawNeed.hcz", "{'need': 'n1', 'code': 'OTHER'}");
    story_say(story, C41, "referral.WithdrawNeed." C41, "{'need': 'n1'}");
    story_say(story, C41, "referral.WithdrawNeed." C41, "{'need': 'n1', 'code': 'PERSON_REFUSED'}");
    story_say(story, C41, "referral.WithdrawNeed." C41, "{'need': 'n1', 'code': 'PERSON_REFUSED'}");
    EXPECT_TEXT(story_text(story), "hcz/1/1 referral.WithdrawNeed\n"
                                   "    refuses: WithdrawNeed is not for hcz\n"
                                   "310115125041/1/1 referral.WithdrawNeed\n"
                                   "    refuses: a withdrawal has a reason code\n"
                                   "310115125041/1/2 referral.WithdrawNeed\n"
                                   "    n1-a1: REQUESTED -> RECALLED\n"
                                   "    emits referral.Recalled.hcz\n"
                                   "    n1: ASSIGNED -> CLOSED\n"
                                   "    emits referral.NeedClosed.310115125041\n"
                                   "    reminds n1/reopen_window: referral.Due in 7 d\n"
                                   "    forgets n1/done: referral.Due\n"
                                   "    forgets n1/receive: referral.Due\n"
                                   "    forgets n1/accept: referral.Due\n"
                                   "    forgets n1/first_contact: referral.Due\n"
                                   "310115125041/1/3 referral.WithdrawNeed\n"
                                   "    refuses: no WithdrawNeed from CLOSED\n");
    ck_assert_str_eq(
        story_last(story, "referral.NeedClosed." C41),
        "{\"need\": \"n1\", \"outcome\": \"WITHDRAWN\", \"spans\": {}, \"person\": \"r1\"}");
    story_close(story);
}
END_TEST

START_TEST(a_closed_need_is_reopened_within_its_window_with_a_new_clock)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "n1", "r1", ", 'priority': 'P2'");
    story_say(story, C41, "referral.WithdrawNeed." C41, "{'need': 'n1', 'code': 'OTHER'}");
    story_later(story, "1 h");
    story_forget(story);
    story_say(story, "hcz", "referral.ReopenNeed.hcz", "{'need': 'n1', 'reason': 'x'}");
    story_say(story, "dzb", "referral.ReopenNeed." C41, "{'need': 'n1'}");
    story_say(story, "jcb as jcb.duty", "referral.ReopenNeed." C41,
              "{'need': 'n1', 'reason': 'not helped'}");
    story_say(story, "dzb", "referral.ReopenNeed." C41, "{'need': 'n1', 'reason': 'again'}");
    EXPECT_TEXT(story_text(story), "hcz/1/1 referral.ReopenNeed\n"
                                   "    refuses: ReopenNeed is not for hcz\n"
                                   "dzb/1/2 referral.ReopenNeed\n"
                                   "    refuses: a need is reopened for a reason\n"
                                   "jcb/1/1 referral.ReopenNeed\n"
                                   "    n1: CLOSED -> OPEN\n"
                                   "    emits referral.NeedReopened.310115125041\n"
                                   "    n1: OPEN -> ASSIGNED\n"
                                   "    n1-a2: NONE -> REQUESTED\n"
                                   "    emits referral.Dispatched.hcz\n"
                                   "    reminds n1/done: referral.Due in 19 h 12 min\n"
                                   "    reminds n1/receive: referral.Due in 24 min\n"
                                   "    reminds n1/accept: referral.Due in 48 min\n"
                                   "    reminds n1/first_contact: referral.Due in 1 h 36 min\n"
                                   "    forgets n1/reopen_window: referral.Due\n"
                                   "dzb/1/3 referral.ReopenNeed\n"
                                   "    refuses: no ReopenNeed from ASSIGNED\n");
    ck_assert_str_eq(story_last(story, "referral.NeedReopened." C41),
                     "{\"need\": \"n1\", \"by\": \"jcb\", \"reason\": \"not helped\", \"n\": 1, "
                     "\"due\": {\"doneMs\": \"1674093600000\"}, \"person\": \"r1\", \"place\": "
                     "\"310115125041\"}");
    story_close(story);
}
END_TEST

START_TEST(who_refused_before_is_asked_again_when_it_is_reopened)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "n1", "r1", ", 'priority': 'P2'");
    story_say(story, "hcz", "referral.Reject.hcz",
              "{'assignment': 'n1-a1', 'code': 'NO_CAPACITY'}");
    story_say(story, C41, "referral.WithdrawNeed." C41, "{'need': 'n1', 'code': 'OTHER'}");
    story_say(story, "dzb", "referral.ReopenNeed." C41, "{'need': 'n1', 'reason': 'again'}");
    story_say(story, "hcz", "referral.Reject.hcz",
              "{'assignment': 'n1-a3', 'code': 'NO_CAPACITY'}");
    ck_assert_str_eq(
        story_last(story, "referral.Rejected.hcz"),
        "{\"assignment\": \"n1-a3\", \"code\": \"NO_CAPACITY\", \"count\": 1, \"need\": \"n1\"}");
    ck_assert_uint_eq(story_count(story, "referral.Dispatched.hcs"), 2);
    ck_assert_uint_eq(story_count(story, "referral.Unassignable.*"), 0);
    story_close(story);
}
END_TEST

START_TEST(after_its_window_it_is_closed_for_good)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "n1", "r1", ", 'priority': 'P2'");
    story_say(story, C41, "referral.WithdrawNeed." C41, "{'need': 'n1', 'code': 'OTHER'}");
    story_later(story, "7 d");
    story_say(story, "dzb", "referral.ReopenNeed." C41, "{'need': 'n1', 'reason': 'again'}");
    ck_assert_str_eq(story_last(story, "referral.Refused.dzb"),
                     "{\"id\": \"dzb/1/2\", \"code\": \"REFUSED_EXPIRED\", \"reason\": \"it is "
                     "closed for good\", \"command\": \"referral.ReopenNeed\"}");
    ck_assert_str_eq(
        story_ask(story, "dzb", "referral.Need.dzb", "{'need': 'n1'}"),
        "{\"needs\": [{\"need\": \"n1\", \"state\": \"SEALED\", \"person\": \"r1\", \"place\": "
        "\"310115125041\", \"category\": \"MEDICAL\", \"kind\": \"VISIT\", \"priority\": \"P2\", "
        "\"openedMs\": \"1674003600000\", \"due\": {}, \"outcome\": \"WITHDRAWN\", "
        "\"assignments\": [{\"assignment\": \"n1-a1\", \"state\": \"RECALLED\", \"unit\": \"hcz\", "
        "\"post\": \"hcz.duty\", \"plac\": \"n1-a1\", \"due\": {\"receiveMs\": \"1674005400000\", "
        "\"acceptMs\": \"1674007200000\", \"firstContactMs\": \"1674010800000\", \"doneMs\": "
        "\"1674090000000\"}}], \"caseId\": \"R-20230118-0001-1\"}]}");
    story_close(story);
}
END_TEST

START_TEST(nobody_but_the_clock_says_what_is_due)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "n1", "r1", ", 'priority': 'P2'");
    story_say(story, "hcs", "referral.Due.hcz", "{'timer': 'receive', 'key': 'n1'}");
    ck_assert_str_eq(story_last(story, "referral.Refused.hcs"),
                     "{\"id\": \"hcs/1/1\", \"code\": \"NOT_ALLOWED\", \"reason\": \"only the "
                     "clock says what is due\", \"command\": \"referral.Due\"}");
    story_close(story);
}
END_TEST

TESTS(what_is_no_need_is_refused, a_case_is_carried_on_and_every_event_has_it,
      a_duplicate_is_linked_and_the_third_call_raises_the_first,
      a_need_without_a_place_waits_for_the_dispatcher_and_then_for_the_arbiter,
      the_arbiter_rules_upward_or_unmet_and_nobody_else_rules,
      an_arbiter_that_does_not_rule_is_the_leaders_to_hear_of,
      a_need_is_amended_by_its_opener_or_the_dispatcher,
      another_priority_counts_from_the_opening_and_only_shortens_a_units_clocks,
      an_enquiry_that_becomes_more_has_a_first_contact,
      a_need_is_withdrawn_by_its_side_in_any_state,
      a_closed_need_is_reopened_within_its_window_with_a_new_clock,
      who_refused_before_is_asked_again_when_it_is_reopened, after_its_window_it_is_closed_for_good,
      nobody_but_the_clock_says_what_is_due)
