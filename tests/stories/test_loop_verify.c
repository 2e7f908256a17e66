/*
 * The kernel, where the loop closes: call-backs by somebody else, rework, closing without an answer,
 * late call-backs (domain.md 3.2, R7).  The town is kernel_town.h.
 */
#include "stories/kernel_town.h"

/* A need that hcz has fulfilled. */
static struct story *fulfilled(const char *priority, const char *more)
{
    struct story *story = kernel_story(&referral_service);

    story_say(story, "dzb as dzb.seat1 dzb-s5", "referral.OpenNeed." C41,
              "{'need': 'n1', 'place': '" C41 "', 'category': 'MEDICAL', 'kind': 'VISIT',"
              " 'priority': '%s'%s}",
              priority, more);
    story_say(story, "hcz as hcz.duty", "referral.Accept.hcz", "{'assignment': 'n1-a1'}");
    story_say(story, "hcz as hcz.duty", "referral.Start.hcz", "{'assignment': 'n1-a1'}");
    story_say(story, "hcz as hcz.duty hcz-s4", "referral.Complete.hcz",
              "{'assignment': 'n1-a1', 'solved': 'SOLVED_PARTLY', 'publicText': 'seen'}");
    story_forget(story);
    return story;
}

static void calls_back(struct story *story, const char *result, const char *more)
{
    story_say(story, "dzb as dzb.seat2 dzb-s6", "referral.RecordCallback.dzb",
              "{'need': 'n1', 'result': '%s'%s}", result, more);
}

START_TEST(whoever_did_the_work_does_not_confirm_it)
{
    struct story *story = fulfilled("P2", ", 'person': 'r1'");

    story_say(story, "hcz as hcz.head hcz-s1", "referral.RecordCallback.hcz",
              "{'need': 'n1', 'result': 'SATISFIED'}");
    ck_assert_str_eq(story_last(story, "referral.Refused.hcz"),
                     "{\"id\": \"hcz/1/4\", \"code\": \"SAME_HANDLER\", \"reason\": \"whoever did "
                     "the work does not confirm it\", \"command\": \"referral.RecordCallback\"}");
    /* another unit's name does not make it another person, or another post */
    story_say(story, "dzb as dzb.seat1 hcz-s4", "referral.RecordCallback.dzb",
              "{'need': 'n1', 'result': 'SATISFIED'}");
    calls_back(story, "SATISFIED", ", 'by': 'hcz.duty'");
    story_say(story, "sjb", "referral.RecordCallback.sjb", "{'need': 'n1', 'result': 'SATISFIED'}");
    calls_back(story, "CALLBACK_ABSENT", "");
    calls_back(story, "SATISFIED", ", 'atMs': '1774090000000'");
    calls_back(story, "UNREACHABLE", ", 'atMs': '1673990000000'");
    calls_back(story, "SATISFIED", "");
    calls_back(story, "SATISFIED", "");
    EXPECT_TEXT(story_text(story), "hcz/1/4 referral.RecordCallback\n"
                                   "    refuses: whoever did the work does not confirm it\n"
                                   "dzb/1/2 referral.RecordCallback\n"
                                   "    refuses: whoever did the work does not confirm it\n"
                                   "dzb/1/3 referral.RecordCallback\n"
                                   "    refuses: whoever did the work does not confirm it\n"
                                   "sjb/1/1 referral.RecordCallback\n"
                                   "    refuses: RecordCallback is not for sjb\n"
                                   "dzb/1/4 referral.RecordCallback\n"
                                   "    refuses: satisfied, unsatisfied or unreachable\n"
                                   "dzb/1/5 referral.RecordCallback\n"
                                   "    refuses: the call was between the work's end and now\n"
                                   "dzb/1/6 referral.RecordCallback\n"
                                   "    refuses: the call was between the work's end and now\n"
                                   "dzb/1/7 referral.RecordCallback\n"
                                   "    n1: VERIFYING -> VERIFYING\n"
                                   "    emits referral.CallbackRecorded.dzb\n"
                                   "    n1: VERIFYING -> CLOSED\n"
                                   "    emits referral.NeedClosed.310115125041\n"
                                   "    reminds n1/reopen_window: referral.Due in 7 d\n"
                                   "    forgets n1/verify: referral.Due\n"
                                   "dzb/1/8 referral.RecordCallback\n"
                                   "    refuses: no RecordCallback from CLOSED\n");
    ck_assert_str_eq(story_last(story, "referral.CallbackRecorded.dzb"),
                     "{\"need\": \"n1\", \"result\": \"SATISFIED\", \"n\": 1, \"by\": "
                     "\"dzb.seat2\", \"atMs\": \"1674003600000\"}");
    ck_assert_str_eq(story_last(story, "referral.NeedClosed." C41),
                     "{\"need\": \"n1\", \"outcome\": \"PARTLY_MET\", \"publicText\": \"seen\", "
                     "\"spans\": {}, \"person\": \"r1\"}");
    story_close(story);
}
END_TEST

START_TEST(who_called_back_is_named_by_an_id)
{
    struct story *story = fulfilled("P2", ", 'person': 'r1'");

    calls_back(story, "SATISFIED", ", 'by': '王伟'");
    calls_back(story, "SATISFIED", ", 'by': '13812345678'");
    ck_assert_uint_eq(story_count(story, "referral.Refused.dzb"), 2);
    calls_back(story, "SATISFIED", ", 'by': 'dzb.seat2'");
    ck_assert_uint_eq(story_count(story, "referral.NeedClosed.*"), 1);
    story_close(story);
}
END_TEST

START_TEST(a_need_of_no_person_is_the_dispatchers_to_look_at)
{
    struct story *story = fulfilled("P2", "");

    ck_assert_str_eq(story_last(story, "referral.VerificationDue.*"),
                     "{\"need\": \"n1\", \"verifierUnit\": \"sjb\", \"dueMs\": \"1674118800000\", "
                     "\"handlerUnit\": \"hcz\", \"handlerPost\": \"hcz.duty\", \"handlerPerson\": "
                     "\"hcz-s4\", \"kind\": \"VISIT\"}");
    story_close(story);
}
END_TEST

START_TEST(an_opener_that_asks_for_the_handler_gets_the_dispatcher)
{
    struct story *story = fulfilled("P2", ", 'person': 'r1', 'verifier': 'hcz'");

    ck_assert_str_eq(story_last(story, "referral.VerificationDue.*"),
                     "{\"need\": \"n1\", \"verifierUnit\": \"sjb\", \"person\": \"r1\", \"dueMs\": "
                     "\"1674118800000\", \"handlerUnit\": \"hcz\", \"handlerPost\": \"hcz.duty\", "
                     "\"handlerPerson\": \"hcz-s4\", \"kind\": \"VISIT\"}");
    story_close(story);
}
END_TEST

START_TEST(an_opener_may_name_the_verifier)
{
    struct story *story = fulfilled("P2", ", 'person': 'r1', 'verifier': '" C41 "'");

    ck_assert_uint_eq(story_count(story, "referral.VerificationDue." C41), 1);
    story_close(story);
}
END_TEST

START_TEST(an_unsatisfied_person_gets_the_work_again_with_the_units_head)
{
    struct story *story = fulfilled("P3", ", 'person': 'r1'");

    story_later(story, "1 h");
    calls_back(story, "UNSATISFIED", "");
    ck_assert_str_eq(story_last(story, "referral.ReworkOrdered.hcz"),
                     "{\"need\": \"n1\", \"n\": 1, \"toUnit\": \"hcz\", \"unitHead\": "
                     "\"hcz.head\", \"dueMs\": \"1674896400000\"}");
    story_say(story, "hcz as hcz.duty", "referral.Accept.hcz", "{'assignment': 'n1-a2'}");
    story_say(story, "hcz as hcz.duty", "referral.Start.hcz", "{'assignment': 'n1-a2'}");
    story_say(story, "hcz as hcz.duty hcz-s4", "referral.Complete.hcz",
              "{'assignment': 'n1-a2', 'solved': 'SOLVED_YES'}");
    calls_back(story, "SATISFIED", ", 'solved': 'SOLVED_YES'");
    EXPECT_TEXT(story_text(story), "1 h later\n"
                                   "dzb/1/2 referral.RecordCallback\n"
                                   "    n1: VERIFYING -> VERIFYING\n"
                                   "    emits referral.CallbackRecorded.dzb\n"
                                   "    n1: VERIFYING -> OPEN\n"
                                   "    emits referral.ReworkOrdered.hcz\n"
                                   "    n1: OPEN -> ASSIGNED\n"
                                   "    n1-a2: NONE -> REQUESTED\n"
                                   "    emits referral.Dispatched.hcz\n"
                                   "    reminds n1/done: referral.Due in 10 d 30 min\n"
                                   "    reminds n1/receive: referral.Due in 3 h 12 min\n"
                                   "    reminds n1/accept: referral.Due in 27 h 54 min\n"
                                   "    reminds n1/first_contact: referral.Due in 27 h 54 min\n"
                                   "    forgets n1/verify: referral.Due\n"
                                   "hcz/1/4 referral.Accept\n"
                                   "    n1-a2: REQUESTED -> ACCEPTED\n"
                                   "    emits referral.Accepted.hcz\n"
                                   "    forgets n1/receive: referral.Due\n"
                                   "    forgets n1/accept: referral.Due\n"
                                   "hcz/1/5 referral.Start\n"
                                   "    n1-a2: ACCEPTED -> IN_PROGRESS\n"
                                   "    n1: ASSIGNED -> IN_SERVICE\n"
                                   "    emits referral.Started.hcz\n"
                                   "    forgets n1/first_contact: referral.Due\n"
                                   "hcz/1/6 referral.Complete\n"
                                   "    n1-a2: IN_PROGRESS -> COMPLETED\n"
                                   "    n1: IN_SERVICE -> VERIFYING\n"
                                   "    emits referral.Completed.hcz\n"
                                   "    emits referral.VerificationDue.dzb\n"
                                   "    reminds n1/verify: referral.Due in 27 h 54 min\n"
                                   "    forgets n1/done: referral.Due\n"
                                   "dzb/1/3 referral.RecordCallback\n"
                                   "    n1: VERIFYING -> VERIFYING\n"
                                   "    emits referral.CallbackRecorded.dzb\n"
                                   "    n1: VERIFYING -> CLOSED\n"
                                   "    emits referral.NeedClosed.310115125041\n"
                                   "    reminds n1/reopen_window: referral.Due in 7 d\n"
                                   "    forgets n1/verify: referral.Due\n");
    ck_assert_str_eq(story_last(story, "referral.NeedClosed." C41),
                     "{\"need\": \"n1\", \"outcome\": \"MET\", \"spans\": {\"doneMs\": "
                     "\"3600000\"}, \"person\": \"r1\"}");
    story_close(story);
}
END_TEST

START_TEST(a_rework_has_the_priority_clock_if_that_is_shorter)
{
    struct story *story = fulfilled("P1", ", 'person': 'r1'");

    calls_back(story, "UNSATISFIED", "");
    ck_assert_str_eq(story_last(story, "referral.ReworkOrdered.hcz"),
                     "{\"need\": \"n1\", \"n\": 1, \"toUnit\": \"hcz\", \"unitHead\": "
                     "\"hcz.head\", \"dueMs\": \"1674046800000\"}");
    story_close(story);
}
END_TEST

START_TEST(a_rework_of_a_unit_that_is_no_more_goes_to_another)
{
    struct story *story = fulfilled("P2", ", 'person': 'r1'");

    organisation_says(story, "UnitRetired", "{'unit': 'hcz'}");
    calls_back(story, "UNSATISFIED", "");
    ck_assert_uint_eq(story_count(story, "referral.Dispatched.hcs"), 1);
    story_close(story);
}
END_TEST

START_TEST(nobody_answers_often_enough_on_enough_days)
{
    struct story *story = fulfilled("P3", ", 'person': 'r1'");

    calls_back(story, "UNREACHABLE", "");
    calls_back(story, "UNREACHABLE", "");
    calls_back(story, "UNREACHABLE", "");
    story_until(story, "2023-01-19T09:00");
    calls_back(story, "UNREACHABLE", "");
    ck_assert_str_eq(story_last(story, "referral.CallbackRecorded.dzb"),
                     "{\"need\": \"n1\", \"result\": \"UNREACHABLE\", \"n\": 4, \"by\": "
                     "\"dzb.seat2\", \"atMs\": \"1674090000000\"}");
    ck_assert_str_eq(
        story_last(story, "referral.NeedClosed." C41),
        "{\"need\": \"n1\", \"outcome\": \"PARTLY_MET\", \"publicText\": \"seen\", \"spans\": "
        "{\"verifyMs\": \"86400000\"}, \"flagged\": true, \"person\": \"r1\"}");
    EXPECT_TEXT(story_text(story), "dzb/1/2 referral.RecordCallback\n"
                                   "    n1: VERIFYING -> VERIFYING\n"
                                   "    emits referral.CallbackRecorded.dzb\n"
                                   "dzb/1/3 referral.RecordCallback\n"
                                   "    n1: VERIFYING -> VERIFYING\n"
                                   "    emits referral.CallbackRecorded.dzb\n"
                                   "dzb/1/4 referral.RecordCallback\n"
                                   "    n1: VERIFYING -> VERIFYING\n"
                                   "    emits referral.CallbackRecorded.dzb\n"
                                   "24 h later\n"
                                   "dzb/1/5 referral.RecordCallback\n"
                                   "    n1: VERIFYING -> VERIFYING\n"
                                   "    emits referral.CallbackRecorded.dzb\n"
                                   "    n1: VERIFYING -> CLOSED\n"
                                   "    emits referral.NeedClosed.310115125041\n"
                                   "    reminds n1/reopen_window: referral.Due in 7 d\n"
                                   "    forgets n1/verify: referral.Due\n");
    story_close(story);
}
END_TEST

START_TEST(a_late_call_back_is_the_heads_and_then_the_offices)
{
    struct story *story = fulfilled("P1", ", 'person': 'r1'");

    story_later(story, "6 h");
    EXPECT_TEXT(story_text(story), "3 h 12 min later\n"
                                   "referral/1/7 referral.Due\n"
                                   "    emits referral.DeadlineWarned.dzb\n"
                                   "    reminds n1/verify: referral.Due in 48 min\n"
                                   "48 min later\n"
                                   "referral/1/9 referral.Due\n"
                                   "    emits referral.DeadlineMissed.dzb\n"
                                   "    emits referral.Escalated.dzb\n"
                                   "    reminds n1/verify: referral.Due in 1 h\n"
                                   "1 h later\n"
                                   "referral/1/12 referral.Due\n"
                                   "    emits referral.Escalated.lgo\n"
                                   "1 h later\n");
    ck_assert_str_eq(
        story_last(story, "referral.Escalated.dzb"),
        "{\"need\": \"n1\", \"rung\": 1, \"toPost\": \"dzb.head\", \"clock\": \"verify\"}");
    ck_assert_str_eq(
        story_last(story, "referral.Escalated.lgo"),
        "{\"need\": \"n1\", \"rung\": 2, \"toPost\": \"lgo.duty\", \"clock\": \"verify\"}");
    story_close(story);
}
END_TEST

TESTS(whoever_did_the_work_does_not_confirm_it, who_called_back_is_named_by_an_id,
      a_need_of_no_person_is_the_dispatchers_to_look_at,
      an_opener_that_asks_for_the_handler_gets_the_dispatcher, an_opener_may_name_the_verifier,
      a_rework_has_the_priority_clock_if_that_is_shorter,
      an_unsatisfied_person_gets_the_work_again_with_the_units_head,
      a_rework_of_a_unit_that_is_no_more_goes_to_another,
      nobody_answers_often_enough_on_enough_days,
      a_late_call_back_is_the_heads_and_then_the_offices)
