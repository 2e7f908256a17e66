/*
 * Scenario C: a centre refuses, or is silent; the other; the arbiter (domain.md 5, S-044, R3, R6).
 * The town is services/town; its committee 310115125041 lies in the catchment of hcz.
 */
#include "lib/story.h"
#include "organisation/organisation.h"
#include "referral/referral.h"

static struct story *open_need(void)
{
    struct story *story =
        story_open("2023-01-18T09:00", &organisation_service, &referral_service, NULL);

    story_town(story);
    story_say(story, "dzb as dzb.seat1 dzb-s5", "referral.OpenNeed.310115125041",
              "{'need': 'n1', 'person': 'r2', 'place': '310115125041', 'category': 'MEDICAL',"
              " 'kind': 'MEDICINE', 'priority': 'P1'}");
    return story;
}

/* Steps 3 to 5, after both centres have had it. */
static void the_arbiter_rules(struct story *story)
{
    /* 3 */
    story_say(story, "hcz as hcz.duty", "referral.Rule.hcz", "{'need': 'n1', 'toUnit': 'hcs'}");
    story_say(story, "lgo as lgo.duty", "referral.Rule.lgo", "{'need': 'n1', 'toUnit': 'hcs'}");
    /* 4 */
    story_say(story, "hcs as hcs.duty", "referral.Reject.hcs",
              "{'assignment': 'n1-a3', 'code': 'NO_CAPACITY'}");
    story_say(story, "hcs as hcs.duty", "referral.Accept.hcs", "{'assignment': 'n1-a3'}");
    story_say(story, "hcs as hcs.head", "referral.Decline.hcs",
              "{'assignment': 'n1-a3', 'code': 'NO_CAPACITY'}");
    /* 5 */
    story_say(story, "hcz as hcz.duty", "referral.Accept.hcz", "{'assignment': 'n1-a1'}");
    story_say(story, "hcs as hcs.duty hcs-s4", "referral.Start.hcs",
              "{'assignment': 'n1-a3', 'mode': 'phone'}");
    story_say(story, "hcs as hcs.duty hcs-s4", "referral.Complete.hcs",
              "{'assignment': 'n1-a3', 'solved': 'SOLVED_YES', 'publicText': 'brought'}");
    story_say(story, "dzb as dzb.seat1 dzb-s5", "referral.RecordCallback.dzb",
              "{'need': 'n1', 'result': 'SATISFIED'}");
}

START_TEST(both_centres_refuse_and_the_arbiter_rules)
{
    struct story *story = open_need();

    /* 1 */
    story_say(story, "hcz as hcz.duty", "referral.Receive.hcz", "{'assignment': 'n1-a1'}");
    story_say(story, "hcz as hcz.duty", "referral.Reject.hcz",
              "{'assignment': 'n1-a1', 'code': 'NO_CAPACITY'}");
    /* 2 */
    story_say(story, "hcs as hcs.duty", "referral.Reject.hcs",
              "{'assignment': 'n1-a2', 'code': 'NO_CAPACITY'}");
    ck_assert_str_eq(
        story_last(story, "referral.Unassignable.lgo"),
        "{\"need\": \"n1\", \"refusals\": [{\"unit\": \"hcz\", \"post\": \"hcz.duty\", \"code\": "
        "\"NO_CAPACITY\", \"atMs\": \"1674003600000\"}, {\"unit\": \"hcs\", \"post\": "
        "\"hcs.duty\", \"code\": \"NO_CAPACITY\", \"atMs\": \"1674003600000\"}], \"reason\": "
        "\"refused as often as may be\", \"dueMs\": \"1674005400000\"}");
    the_arbiter_rules(story);
    EXPECT_TEXT(story_text(story), "dzb/1/1 referral.OpenNeed\n"
                                   "    n1: NONE -> OPEN\n"
                                   "    emits referral.NeedOpened.310115125041\n"
                                   "    n1: OPEN -> ASSIGNED\n"
                                   "    n1-a1: NONE -> REQUESTED\n"
                                   "    emits referral.Dispatched.hcz\n"
                                   "    reminds n1/done: referral.Due in 9 h 36 min\n"
                                   "    reminds n1/receive: referral.Due in 12 min\n"
                                   "    reminds n1/accept: referral.Due in 16 min\n"
                                   "    reminds n1/first_contact: referral.Due in 24 min\n"
                                   "hcz/1/1 referral.Receive\n"
                                   "    n1-a1: REQUESTED -> RECEIVED\n"
                                   "    emits referral.Received.hcz\n"
                                   "    forgets n1/receive: referral.Due\n"
                                   "hcz/1/2 referral.Reject\n"
                                   "    n1-a1: RECEIVED -> REJECTED\n"
                                   "    emits referral.Rejected.hcz\n"
                                   "    n1: ASSIGNED -> OPEN\n"
                                   "    n1: OPEN -> ASSIGNED\n"
                                   "    n1-a2: NONE -> REQUESTED\n"
                                   "    emits referral.Dispatched.hcs\n"
                                   "    reminds n1/receive: referral.Due in 12 min\n"
                                   "hcs/1/1 referral.Reject\n"
                                   "    n1-a2: REQUESTED -> REJECTED\n"
                                   "    emits referral.Rejected.hcs\n"
                                   "    n1: ASSIGNED -> OPEN\n"
                                   "    n1: OPEN -> UNASSIGNABLE\n"
                                   "    emits referral.Unassignable.lgo\n"
                                   "    reminds n1/arbiter: referral.Due in 24 min\n"
                                   "    forgets n1/receive: referral.Due\n"
                                   "    forgets n1/accept: referral.Due\n"
                                   "    forgets n1/first_contact: referral.Due\n"
                                   "hcz/1/3 referral.Rule\n"
                                   "    refuses: Rule is not for hcz\n"
                                   "lgo/1/1 referral.Rule\n"
                                   "    emits referral.Ruled.hcs\n"
                                   "    emits referral.Ruled.hcz\n"
                                   "    n1: UNASSIGNABLE -> ASSIGNED\n"
                                   "    n1-a3: NONE -> REQUESTED\n"
                                   "    emits referral.Dispatched.hcs\n"
                                   "    reminds n1/receive: referral.Due in 12 min\n"
                                   "    reminds n1/accept: referral.Due in 16 min\n"
                                   "    reminds n1/first_contact: referral.Due in 24 min\n"
                                   "    forgets n1/arbiter: referral.Due\n"
                                   "hcs/1/2 referral.Reject\n"
                                   "    refuses: the arbiter ruled: it cannot be refused\n"
                                   "hcs/1/3 referral.Accept\n"
                                   "    n1-a3: REQUESTED -> ACCEPTED\n"
                                   "    emits referral.Accepted.hcs\n"
                                   "    forgets n1/receive: referral.Due\n"
                                   "    forgets n1/accept: referral.Due\n"
                                   "hcs/1/4 referral.Decline\n"
                                   "    refuses: the arbiter ruled: it cannot be refused\n"
                                   "hcz/1/4 referral.Accept\n"
                                   "    refuses: no Accept from REJECTED\n"
                                   "hcs/1/5 referral.Start\n"
                                   "    n1-a3: ACCEPTED -> IN_PROGRESS\n"
                                   "    n1: ASSIGNED -> IN_SERVICE\n"
                                   "    emits referral.Started.hcs\n"
                                   "    forgets n1/first_contact: referral.Due\n"
                                   "hcs/1/6 referral.Complete\n"
                                   "    n1-a3: IN_PROGRESS -> COMPLETED\n"
                                   "    n1: IN_SERVICE -> VERIFYING\n"
                                   "    emits referral.Completed.hcs\n"
                                   "    emits referral.VerificationDue.dzb\n"
                                   "    reminds n1/verify: referral.Due in 3 h 12 min\n"
                                   "    forgets n1/done: referral.Due\n"
                                   "dzb/1/2 referral.RecordCallback\n"
                                   "    n1: VERIFYING -> VERIFYING\n"
                                   "    emits referral.CallbackRecorded.dzb\n"
                                   "    n1: VERIFYING -> CLOSED\n"
                                   "    emits referral.NeedClosed.310115125041\n"
                                   "    reminds n1/reopen_window: referral.Due in 7 d\n"
                                   "    forgets n1/verify: referral.Due\n");
    ck_assert_str_eq(story_last(story, "referral.Refused.hcz"),
                     "{\"id\": \"hcz/1/4\", \"code\": \"WRONG_STATE\", \"reason\": \"no Accept "
                     "from REJECTED\", \"command\": \"referral.Accept\"}");
    ck_assert_uint_eq(story_count(story, "referral.Expired.*"), 0);
    story_close(story);
}
END_TEST

START_TEST(the_first_centre_is_silent)
{
    struct story *story = open_need();

    /* 1 */
    story_later(story, "15 min");
    /* 2 */
    story_say(story, "hcs as hcs.duty", "referral.Reject.hcs",
              "{'assignment': 'n1-a2', 'code': 'NO_CAPACITY'}");
    ck_assert_str_eq(story_last(story, "referral.Rejected.hcs"),
                     "{\"assignment\": \"n1-a2\", \"code\": \"NO_CAPACITY\", \"refusingPost\": "
                     "\"hcs.duty\", \"count\": 2, \"need\": \"n1\"}");
    EXPECT_TEXT(story_text(story), "dzb/1/1 referral.OpenNeed\n"
                                   "    n1: NONE -> OPEN\n"
                                   "    emits referral.NeedOpened.310115125041\n"
                                   "    n1: OPEN -> ASSIGNED\n"
                                   "    n1-a1: NONE -> REQUESTED\n"
                                   "    emits referral.Dispatched.hcz\n"
                                   "    reminds n1/done: referral.Due in 9 h 36 min\n"
                                   "    reminds n1/receive: referral.Due in 12 min\n"
                                   "    reminds n1/accept: referral.Due in 16 min\n"
                                   "    reminds n1/first_contact: referral.Due in 24 min\n"
                                   "12 min later\n"
                                   "referral/1/3 referral.Due\n"
                                   "    emits referral.DeadlineWarned.hcz\n"
                                   "    reminds n1/receive: referral.Due in 3 min\n"
                                   "3 min later\n"
                                   "referral/1/5 referral.Due\n"
                                   "    n1-a1: REQUESTED -> EXPIRED\n"
                                   "    emits referral.Expired.hcz\n"
                                   "    n1: ASSIGNED -> OPEN\n"
                                   "    n1: OPEN -> ASSIGNED\n"
                                   "    n1-a2: NONE -> REQUESTED\n"
                                   "    emits referral.Dispatched.hcs\n"
                                   "    reminds n1/receive: referral.Due in 12 min\n"
                                   "    reminds n1/accept: referral.Due in 16 min\n"
                                   "    reminds n1/first_contact: referral.Due in 24 min\n"
                                   "hcs/1/1 referral.Reject\n"
                                   "    n1-a2: REQUESTED -> REJECTED\n"
                                   "    emits referral.Rejected.hcs\n"
                                   "    n1: ASSIGNED -> OPEN\n"
                                   "    n1: OPEN -> UNASSIGNABLE\n"
                                   "    emits referral.Unassignable.lgo\n"
                                   "    reminds n1/arbiter: referral.Due in 24 min\n"
                                   "    forgets n1/receive: referral.Due\n"
                                   "    forgets n1/accept: referral.Due\n"
                                   "    forgets n1/first_contact: referral.Due\n");
    ck_assert_str_eq(story_last(story, "referral.Unassignable.lgo"),
                     "{\"need\": \"n1\", \"refusals\": [{\"unit\": \"hcz\", \"text\": \"silent: "
                     "receive\", \"atMs\": \"1674004500000\"}, {\"unit\": \"hcs\", \"post\": "
                     "\"hcs.duty\", \"code\": \"NO_CAPACITY\", \"atMs\": \"1674004500000\"}], "
                     "\"reason\": \"refused as often as may be\", \"dueMs\": \"1674006300000\"}");
    story_forget(story);
    the_arbiter_rules(story);
    ck_assert_str_eq(story_last(story, "referral.Refused.hcz"),
                     "{\"id\": \"hcz/1/2\", \"code\": \"WRONG_STATE\", \"reason\": \"no Accept "
                     "from EXPIRED\", \"command\": \"referral.Accept\"}");
    ck_assert_str_eq(story_last(story, "referral.NeedClosed.310115125041"),
                     "{\"need\": \"n1\", \"outcome\": \"MET\", \"publicText\": \"brought\", "
                     "\"spans\": {\"doneMs\": \"900000\"}, \"person\": \"r2\"}");
    story_close(story);
}
END_TEST

TESTS(both_centres_refuse_and_the_arbiter_rules, the_first_centre_is_silent)
