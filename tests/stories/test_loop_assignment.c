/*
 * The kernel, seen from the unit that is asked: every arrow of an assignment and every refusal
 * (domain.md 3.2).  Told by referral, whose rules are the plainest; the town is kernel_town.h.
 */
#include "stories/kernel_town.h"

static void opens(struct story *story, const char *need, const char *person, const char *priority)
{
    story_say(story, "dzb as dzb.seat1 dzb-s5", "referral.OpenNeed." C41,
              "{'need': '%s', 'person': '%s', 'place': '" C41 "', 'category': 'MEDICAL',"
              " 'kind': 'VISIT', 'priority': '%s'}",
              need, person, priority);
}

static void desk(struct story *story, const char *command, const char *assignment, const char *more)
{
    char subject[64];

    snprintf(subject, sizeof(subject), "referral.%s.hcz", command);
    story_say(story, "hcz as hcz.duty hcz-s4", subject, "{'assignment': '%s'%s}", assignment, more);
}

START_TEST(delivered_is_not_accepted_and_accepted_is_not_begun)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "n1", "r1", "P2");
    story_forget(story);
    desk(story, "Start", "n1-a1", "");
    story_later(story, "2 min");
    desk(story, "Receive", "n1-a1", ", 'fill': 'Z-77'");
    desk(story, "Receive", "n1-a1", "");
    story_later(story, "2 min");
    desk(story, "Accept", "n1-a1", ", 'etaMs': '1674010800000'");
    desk(story, "Reject", "n1-a1", ", 'code': 'NO_CAPACITY'");
    story_later(story, "5 min");
    desk(story, "Start", "n1-a1", ", 'atMs': '1674090000000'");
    desk(story, "Start", "n1-a1", ", 'atMs': '1674003900000', 'mode': 'visit', 'proof': 'photo'");
    desk(story, "ReportInterim", "n1-a1", ", 'note': 'on the way'");
    desk(story, "Complete", "n1-a1", "");
    desk(story, "Complete", "n1-a1", ", 'solved': 'SOLVED_PARTLY', 'publicText': 'half'");
    desk(story, "ReportInterim", "n1-a1", ", 'note': 'too late'");
    EXPECT_TEXT(story_text(story), "hcz/1/1 referral.Start\n"
                                   "    refuses: no Start from REQUESTED\n"
                                   "2 min later\n"
                                   "hcz/1/2 referral.Receive\n"
                                   "    n1-a1: REQUESTED -> RECEIVED\n"
                                   "    emits referral.Received.hcz\n"
                                   "    forgets n1/receive: referral.Due\n"
                                   "hcz/1/3 referral.Receive\n"
                                   "    refuses: no Receive from RECEIVED\n"
                                   "2 min later\n"
                                   "hcz/1/4 referral.Accept\n"
                                   "    n1-a1: RECEIVED -> ACCEPTED\n"
                                   "    emits referral.Accepted.hcz\n"
                                   "    forgets n1/accept: referral.Due\n"
                                   "hcz/1/5 referral.Reject\n"
                                   "    refuses: no Reject from ACCEPTED\n"
                                   "5 min later\n"
                                   "hcz/1/6 referral.Start\n"
                                   "    refuses: the first contact is still to come\n"
                                   "hcz/1/7 referral.Start\n"
                                   "    n1-a1: ACCEPTED -> IN_PROGRESS\n"
                                   "    n1: ASSIGNED -> IN_SERVICE\n"
                                   "    emits referral.Started.hcz\n"
                                   "    forgets n1/first_contact: referral.Due\n"
                                   "hcz/1/8 referral.ReportInterim\n"
                                   "    n1-a1: IN_PROGRESS -> IN_PROGRESS\n"
                                   "    emits referral.InterimReported.hcz\n"
                                   "hcz/1/9 referral.Complete\n"
                                   "    refuses: solved, partly or not\n"
                                   "hcz/1/10 referral.Complete\n"
                                   "    n1-a1: IN_PROGRESS -> COMPLETED\n"
                                   "    n1: IN_SERVICE -> VERIFYING\n"
                                   "    emits referral.Completed.hcz\n"
                                   "    emits referral.VerificationDue.dzb\n"
                                   "    reminds n1/verify: referral.Due in 28 h 34 min 48 s\n"
                                   "    forgets n1/done: referral.Due\n"
                                   "hcz/1/11 referral.ReportInterim\n"
                                   "    refuses: no ReportInterim from COMPLETED\n");
    ck_assert_str_eq(
        story_last(story, "referral.Accepted.hcz"),
        "{\"assignment\": \"n1-a1\", \"atMs\": \"1674003840000\", \"byPost\": \"hcz.duty\", "
        "\"fill\": \"Z-77\", \"need\": \"n1\", \"etaMs\": \"1674010800000\"}");
    ck_assert_str_eq(story_last(story, "referral.Started.hcz"),
                     "{\"assignment\": \"n1-a1\", \"atMs\": \"1674003900000\", \"byPost\": "
                     "\"hcz.duty\", \"mode\": \"visit\", \"need\": \"n1\"}");
    ck_assert_str_eq(story_last(story, "referral.Completed.hcz"),
                     "{\"assignment\": \"n1-a1\", \"solved\": \"SOLVED_PARTLY\", \"publicText\": "
                     "\"half\", \"need\": \"n1\", \"byPost\": \"hcz.duty\"}");
    story_close(story);
}
END_TEST

START_TEST(an_assignment_is_its_units_own)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "n1", "r1", "P2");
    story_forget(story);
    story_say(story, "hcs as hcs.duty", "referral.Accept.hcs", "{'assignment': 'n1-a1'}");
    ck_assert_str_eq(story_last(story, "referral.Refused.hcs"),
                     "{\"id\": \"hcs/1/1\", \"code\": \"NOT_OWNER\", \"reason\": \"the assignment "
                     "is not hcs's\", \"command\": \"referral.Accept\"}");
    story_say(story, "hcs as hcs.duty", "referral.Accept.hcs", "{'assignment': 'n9-a1'}");
    story_say(story, "hcs as hcs.duty", "referral.Recall.hcs", "{'assignment': 'n1-a1'}");
    story_say(story, "hcs as hcs.duty", "referral.MarkError.hcs", "{'assignment': 'n1-a1'}");
    story_say(story, "hcs as hcs.duty", "referral.Dispatch.hcs", "{'need': 'n1', 'toUnit': 'hcs'}");
    EXPECT_TEXT(story_text(story), "hcs/1/1 referral.Accept\n"
                                   "    refuses: the assignment is not hcs's\n"
                                   "hcs/1/2 referral.Accept\n"
                                   "    refuses: there is no such assignment\n"
                                   "hcs/1/3 referral.Recall\n"
                                   "    refuses: Recall is not for hcs\n"
                                   "hcs/1/4 referral.MarkError\n"
                                   "    refuses: MarkError is not for hcs\n"
                                   "hcs/1/5 referral.Dispatch\n"
                                   "    refuses: Dispatch is not for hcs\n");
    story_close(story);
}
END_TEST

START_TEST(a_refusal_has_a_reason_of_the_list)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "n1", "r1", "P2");
    story_forget(story);
    desk(story, "Reject", "n1-a1", "");
    desk(story, "Reject", "n1-a1", ", 'code': 'OTHER'");
    desk(story, "Reject", "n1-a1",
         ", 'code': 'OTHER', 'text': 'the doctor is ill', 'suggestUnit': 'hcs'");
    EXPECT_TEXT(story_text(story), "hcz/1/1 referral.Reject\n"
                                   "    refuses: a reason code of the list\n"
                                   "hcz/1/2 referral.Reject\n"
                                   "    refuses: another reason is told in words\n"
                                   "hcz/1/3 referral.Reject\n"
                                   "    n1-a1: REQUESTED -> REJECTED\n"
                                   "    emits referral.Rejected.hcz\n"
                                   "    n1: ASSIGNED -> OPEN\n"
                                   "    n1: OPEN -> ASSIGNED\n"
                                   "    n1-a2: NONE -> REQUESTED\n"
                                   "    emits referral.Dispatched.hcs\n");
    ck_assert_str_eq(story_last(story, "referral.Rejected.hcz"),
                     "{\"assignment\": \"n1-a1\", \"code\": \"OTHER\", \"text\": \"the doctor is "
                     "ill\", \"refusingPost\": \"hcz.duty\", \"count\": 1, \"need\": \"n1\"}");
    ck_assert_str_eq(story_last(story, "referral.Dispatched.hcs"),
                     "{\"need\": \"n1\", \"assignment\": \"n1-a2\", \"plac\": \"n1-a2\", "
                     "\"toUnit\": \"hcs\", \"toPost\": \"hcs.duty\", \"priority\": \"P2\", "
                     "\"due\": {\"receiveMs\": \"1674005400000\", \"acceptMs\": \"1674007200000\", "
                     "\"firstContactMs\": \"1674010800000\", \"doneMs\": \"1674090000000\"}, "
                     "\"person\": \"r1\", \"kind\": \"VISIT\", \"refusals\": [{\"unit\": \"hcz\", "
                     "\"post\": \"hcz.duty\", \"code\": \"OTHER\", \"text\": \"the doctor is "
                     "ill\", \"atMs\": \"1674003600000\"}], \"place\": \"310115125041\"}");
    story_close(story);
}
END_TEST

START_TEST(a_late_refusal_is_the_heads_and_counts)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "n1", "r1", "P2");
    desk(story, "Accept", "n1-a1", "");
    story_forget(story);
    desk(story, "Decline", "n1-a1", ", 'code': 'UNSAFE'");
    story_say(story, "hcz as hcz.head hcz-s1", "referral.Decline.hcz",
              "{'assignment': 'n1-a1', 'code': 'UNSAFE'}");
    story_say(story, "hcs as hcs.duty", "referral.Accept.hcs", "{'assignment': 'n1-a2'}");
    story_say(story, "hcs as hcs.duty", "referral.Start.hcs", "{'assignment': 'n1-a2'}");
    story_say(story, "hcs as hcs.deputy hcs-s2 for hcs.head", "referral.Decline.hcs",
              "{'assignment': 'n1-a2', 'code': 'PERSON_AWAY'}");
    EXPECT_TEXT(story_text(story), "hcz/1/2 referral.Decline\n"
                                   "    refuses: a late refusal is for the unit's head\n"
                                   "hcz/1/3 referral.Decline\n"
                                   "    n1-a1: ACCEPTED -> REJECTED\n"
                                   "    emits referral.Declined.hcz\n"
                                   "    n1: ASSIGNED -> OPEN\n"
                                   "    n1: OPEN -> ASSIGNED\n"
                                   "    n1-a2: NONE -> REQUESTED\n"
                                   "    emits referral.Dispatched.hcs\n"
                                   "    reminds n1/receive: referral.Due in 24 min\n"
                                   "    reminds n1/accept: referral.Due in 48 min\n"
                                   "hcs/1/1 referral.Accept\n"
                                   "    n1-a2: REQUESTED -> ACCEPTED\n"
                                   "    emits referral.Accepted.hcs\n"
                                   "    forgets n1/receive: referral.Due\n"
                                   "    forgets n1/accept: referral.Due\n"
                                   "hcs/1/2 referral.Start\n"
                                   "    n1-a2: ACCEPTED -> IN_PROGRESS\n"
                                   "    n1: ASSIGNED -> IN_SERVICE\n"
                                   "    emits referral.Started.hcs\n"
                                   "    forgets n1/first_contact: referral.Due\n"
                                   "hcs/1/3 referral.Decline\n"
                                   "    n1-a2: IN_PROGRESS -> REJECTED\n"
                                   "    emits referral.Declined.hcs\n"
                                   "    n1: IN_SERVICE -> OPEN\n"
                                   "    n1: OPEN -> UNASSIGNABLE\n"
                                   "    emits referral.Unassignable.lgo\n"
                                   "    reminds n1/arbiter: referral.Due in 28 h 42 min\n");
    ck_assert_str_eq(story_last(story, "referral.Declined.hcs"),
                     "{\"assignment\": \"n1-a2\", \"code\": \"PERSON_AWAY\", \"refusingPost\": "
                     "\"hcs.deputy\", \"count\": 2, \"need\": \"n1\"}");
    story_close(story);
}
END_TEST

START_TEST(what_fails_goes_to_the_next_unit_and_is_no_refusal)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "n1", "r1", "P2");
    desk(story, "Accept", "n1-a1", "");
    desk(story, "Start", "n1-a1", "");
    story_forget(story);
    desk(story, "Fail", "n1-a1", "");
    desk(story, "Fail", "n1-a1", ", 'code': 'TECHNICAL', 'text': 'no power'");
    story_say(story, "hcs as hcs.duty", "referral.Accept.hcs", "{'assignment': 'n1-a2'}");
    story_say(story, "hcs as hcs.duty", "referral.Start.hcs", "{'assignment': 'n1-a2'}");
    story_say(story, "hcs as hcs.duty", "referral.Fail.hcs",
              "{'assignment': 'n1-a2', 'code': 'NO_STOCK'}");
    EXPECT_TEXT(story_text(story), "hcz/1/3 referral.Fail\n"
                                   "    refuses: a reason code of the list\n"
                                   "hcz/1/4 referral.Fail\n"
                                   "    n1-a1: IN_PROGRESS -> FAILED\n"
                                   "    emits referral.Failed.hcz\n"
                                   "    n1: IN_SERVICE -> OPEN\n"
                                   "    n1: OPEN -> ASSIGNED\n"
                                   "    n1-a2: NONE -> REQUESTED\n"
                                   "    emits referral.Dispatched.hcs\n"
                                   "    reminds n1/receive: referral.Due in 24 min\n"
                                   "    reminds n1/accept: referral.Due in 48 min\n"
                                   "    reminds n1/first_contact: referral.Due in 1 h 36 min\n"
                                   "hcs/1/1 referral.Accept\n"
                                   "    n1-a2: REQUESTED -> ACCEPTED\n"
                                   "    emits referral.Accepted.hcs\n"
                                   "    forgets n1/receive: referral.Due\n"
                                   "    forgets n1/accept: referral.Due\n"
                                   "hcs/1/2 referral.Start\n"
                                   "    n1-a2: ACCEPTED -> IN_PROGRESS\n"
                                   "    n1: ASSIGNED -> IN_SERVICE\n"
                                   "    emits referral.Started.hcs\n"
                                   "    forgets n1/first_contact: referral.Due\n"
                                   "hcs/1/3 referral.Fail\n"
                                   "    n1-a2: IN_PROGRESS -> FAILED\n"
                                   "    emits referral.Failed.hcs\n"
                                   "    n1: IN_SERVICE -> OPEN\n"
                                   "    n1: OPEN -> UNASSIGNABLE\n"
                                   "    emits referral.Unassignable.lgo\n"
                                   "    reminds n1/arbiter: referral.Due in 28 h 42 min\n");
    ck_assert_str_eq(
        story_last(story, "referral.Unassignable.lgo"),
        "{\"need\": \"n1\", \"reason\": \"no unit is left\", \"dueMs\": \"1674118800000\"}");
    story_close(story);
}
END_TEST

START_TEST(what_was_recalled_waits_for_the_dispatcher)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "n1", "r1", "P2");
    desk(story, "Accept", "n1-a1", "");
    desk(story, "Start", "n1-a1", "");
    story_forget(story);
    story_say(story, "sjb as sjb.duty", "referral.Recall.hcz",
              "{'assignment': 'n1-a1', 'reason': 'nearer to the other'}");
    desk(story, "ReportInterim", "n1-a1", ", 'note': 'we had been there'");
    desk(story, "Complete", "n1-a1", ", 'solved': 'SOLVED_YES'");
    story_say(story, "sjb as sjb.duty", "referral.Recall.hcz", "{'assignment': 'n1-a1'}");
    story_say(story, "sjb as sjb.duty", "referral.Dispatch.hcs",
              "{'need': 'n1', 'assignment': 'x/1', 'toUnit': 'hcs'}");
    story_say(story, "sjb as sjb.duty", "referral.Dispatch.hcs",
              "{'need': 'n1', 'assignment': 'k1', 'toUnit': 'nobody'}");
    story_say(story, "sjb as sjb.duty", "referral.Dispatch.hcs",
              "{'need': 'n1', 'assignment': 'k1', 'toUnit': 'hcs', 'plac': 'SJB-12'}");
    story_say(story, "sjb as sjb.duty", "referral.Dispatch.hcs",
              "{'need': 'n1', 'assignment': 'k2', 'toUnit': 'hcs'}");
    story_say(story, "hcs as hcs.duty", "referral.Accept.hcs", "{'assignment': 'k1'}");
    desk(story, "Accept", "n1-a1", "");
    EXPECT_TEXT(story_text(story), "sjb/1/1 referral.Recall\n"
                                   "    n1-a1: IN_PROGRESS -> RECALLED\n"
                                   "    emits referral.Recalled.hcz\n"
                                   "    n1: IN_SERVICE -> OPEN\n"
                                   "    reminds n1/route: referral.Due in 30 min\n"
                                   "hcz/1/3 referral.ReportInterim\n"
                                   "    n1-a1: RECALLED -> RECALLED\n"
                                   "    emits referral.InterimReported.hcz\n"
                                   "hcz/1/4 referral.Complete\n"
                                   "    refuses: no Complete from RECALLED\n"
                                   "sjb/1/2 referral.Recall\n"
                                   "    refuses: no Recall from RECALLED\n"
                                   "sjb/1/3 referral.Dispatch\n"
                                   "    refuses: the assignment's id\n"
                                   "sjb/1/4 referral.Dispatch\n"
                                   "    refuses: there is no unit nobody\n"
                                   "sjb/1/5 referral.Dispatch\n"
                                   "    n1: OPEN -> ASSIGNED\n"
                                   "    k1: NONE -> REQUESTED\n"
                                   "    emits referral.Dispatched.hcs\n"
                                   "    reminds n1/receive: referral.Due in 24 min\n"
                                   "    reminds n1/accept: referral.Due in 48 min\n"
                                   "    reminds n1/first_contact: referral.Due in 1 h 36 min\n"
                                   "    forgets n1/route: referral.Due\n"
                                   "sjb/1/6 referral.Dispatch\n"
                                   "    refuses: no Dispatch from ASSIGNED\n"
                                   "hcs/1/1 referral.Accept\n"
                                   "    k1: REQUESTED -> ACCEPTED\n"
                                   "    emits referral.Accepted.hcs\n"
                                   "    forgets n1/receive: referral.Due\n"
                                   "    forgets n1/accept: referral.Due\n"
                                   "hcz/1/5 referral.Accept\n"
                                   "    refuses: another unit has accepted it\n");
    ck_assert_str_eq(story_last(story, "referral.Refused.hcz"),
                     "{\"id\": \"hcz/1/5\", \"code\": \"ACCEPTED_ELSEWHERE\", \"reason\": "
                     "\"another unit has accepted it\", \"command\": \"referral.Accept\"}");
    ck_assert_str_eq(
        story_last(story, "referral.Recalled.hcz"),
        "{\"assignment\": \"n1-a1\", \"reason\": \"nearer to the other\", \"need\": \"n1\"}");
    ck_assert_str_eq(story_last(story, "referral.Dispatched.hcs"),
                     "{\"need\": \"n1\", \"assignment\": \"k1\", \"plac\": \"SJB-12\", \"toUnit\": "
                     "\"hcs\", \"toPost\": \"hcs.duty\", \"priority\": \"P2\", \"due\": "
                     "{\"receiveMs\": \"1674005400000\", \"acceptMs\": \"1674007200000\", "
                     "\"firstContactMs\": \"1674010800000\", \"doneMs\": \"1674090000000\"}, "
                     "\"person\": \"r1\", \"kind\": \"VISIT\", \"place\": \"310115125041\"}");
    story_close(story);
}
END_TEST

START_TEST(an_error_is_kept_and_the_need_is_open_again)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "n1", "r1", "P2");
    story_forget(story);
    story_say(story, "dzb as dzb.seat1", "referral.MarkError.hcz",
              "{'assignment': 'n1-a1', 'reason': 'the wrong person'}");
    story_say(story, "dzb as dzb.seat1", "referral.MarkError.hcz", "{'assignment': 'n1-a1'}");
    desk(story, "Accept", "n1-a1", "");
    EXPECT_TEXT(story_text(story), "dzb/1/2 referral.MarkError\n"
                                   "    n1-a1: REQUESTED -> ERROR\n"
                                   "    emits referral.MarkedInError.hcz\n"
                                   "    n1: ASSIGNED -> OPEN\n"
                                   "    reminds n1/route: referral.Due in 30 min\n"
                                   "    forgets n1/receive: referral.Due\n"
                                   "    forgets n1/accept: referral.Due\n"
                                   "    forgets n1/first_contact: referral.Due\n"
                                   "dzb/1/3 referral.MarkError\n"
                                   "    refuses: no MarkError from ERROR\n"
                                   "hcz/1/1 referral.Accept\n"
                                   "    refuses: no Accept from ERROR\n");
    ck_assert_str_eq(story_ask(story, "lgo", "referral.Need.lgo", "{'need': 'n1'}"),
                     "{\"needs\": [{\"need\": \"n1\", \"state\": \"OPEN\", \"person\": \"r1\", "
                     "\"place\": \"310115125041\", \"category\": \"MEDICAL\", \"kind\": \"VISIT\", "
                     "\"priority\": \"P2\", \"openedMs\": \"1674003600000\", \"due\": {\"doneMs\": "
                     "\"1674090000000\"}, \"assignments\": [{\"assignment\": \"n1-a1\", \"state\": "
                     "\"ERROR\", \"unit\": \"hcz\", \"post\": \"hcz.duty\", \"plac\": \"n1-a1\", "
                     "\"text\": \"the wrong person\", \"due\": {\"receiveMs\": \"1674005400000\", "
                     "\"acceptMs\": \"1674007200000\", \"firstContactMs\": \"1674010800000\", "
                     "\"doneMs\": \"1674090000000\"}}], \"caseId\": \"R-20230118-0001-1\"}]}");
    story_close(story);
}
END_TEST

TESTS(delivered_is_not_accepted_and_accepted_is_not_begun, an_assignment_is_its_units_own,
      a_refusal_has_a_reason_of_the_list, a_late_refusal_is_the_heads_and_counts,
      what_fails_goes_to_the_next_unit_and_is_no_refusal,
      what_was_recalled_waits_for_the_dispatcher, an_error_is_kept_and_the_need_is_open_again)
