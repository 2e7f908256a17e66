/*
 * The kernel, when a need stands still: by the unit's request, with its parent, and when a death
 * was reported (domain.md 3.2).  The town is kernel_town.h.
 */
#include "stories/kernel_town.h"

static void opens(struct story *story, const char *need, const char *kind, const char *more)
{
    story_say(story, "dzb as dzb.seat1 dzb-s5", "referral.OpenNeed." C41,
              "{'need': '%s', 'person': 'r1', 'place': '" C41 "', 'category': 'MEDICAL',"
              " 'kind': '%s'%s}",
              need, kind, more);
}

static void desk(struct story *story, const char *command, const char *assignment, const char *more)
{
    char subject[64];

    snprintf(subject, sizeof(subject), "referral.%s.hcz", command);
    story_say(story, "hcz as hcz.duty hcz-s4", subject, "{'assignment': '%s'%s}", assignment, more);
}

static void begins(struct story *story, const char *assignment)
{
    desk(story, "Accept", assignment, "");
    desk(story, "Start", assignment, "");
}

START_TEST(in_an_approved_hold_both_clocks_stand_still)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "n1", "VISIT", ", 'priority': 'P2'");
    begins(story, "n1-a1");
    story_forget(story);
    desk(story, "RequestHold", "n1-a1", ", 'reason': 'stock comes'");
    desk(story, "RequestHold", "n1-a1", ", 'untilMs': '1674050000000'");
    desk(story, "RequestHold", "n1-a1", ", 'reason': 'stock comes', 'untilMs': '1684050000000'");
    story_say(story, "sjb as sjb.duty", "referral.ApproveHold.hcz", "{'assignment': 'n1-a1'}");
    /* until 18 January 19:00 */
    desk(story, "RequestHold", "n1-a1", ", 'reason': 'stock comes', 'untilMs': '1674039600000'");
    desk(story, "RequestHold", "n1-a1", ", 'reason': 'stock comes', 'untilMs': '1674039600000'");
    desk(story, "ApproveHold", "n1-a1", "");
    story_later(story, "1 h");
    story_say(story, "sjb as sjb.duty", "referral.ApproveHold.hcz",
              "{'assignment': 'n1-a1', 'reason': 'agreed'}");
    desk(story, "Complete", "n1-a1", ", 'solved': 'SOLVED_YES'");
    story_later(story, "4 h");
    desk(story, "Resume", "n1-a1", "");
    desk(story, "Resume", "n1-a1", "");
    EXPECT_TEXT(story_text(story), "hcz/1/3 referral.RequestHold\n"
                                   "    refuses: a hold has a reason and an end\n"
                                   "hcz/1/4 referral.RequestHold\n"
                                   "    refuses: a hold has a reason and an end\n"
                                   "hcz/1/5 referral.RequestHold\n"
                                   "    refuses: longer than a hold may last\n"
                                   "sjb/1/1 referral.ApproveHold\n"
                                   "    refuses: no hold was asked for\n"
                                   "hcz/1/6 referral.RequestHold\n"
                                   "    n1-a1: IN_PROGRESS -> IN_PROGRESS\n"
                                   "    emits referral.HoldRequested.hcz to sjb\n"
                                   "    reminds n1/hold_answer: referral.Due in 4 h\n"
                                   "hcz/1/7 referral.RequestHold\n"
                                   "    refuses: a request waits for its answer\n"
                                   "hcz/1/8 referral.ApproveHold\n"
                                   "    refuses: ApproveHold is not for hcz\n"
                                   "1 h later\n"
                                   "sjb/1/2 referral.ApproveHold\n"
                                   "    n1-a1: IN_PROGRESS -> ON_HOLD\n"
                                   "    n1: IN_SERVICE -> ON_HOLD\n"
                                   "    emits referral.HoldApproved.hcz\n"
                                   "    reminds n1/hold: referral.Due in 9 h\n"
                                   "    forgets n1/done: referral.Due\n"
                                   "    forgets n1/hold_answer: referral.Due\n"
                                   "hcz/1/9 referral.Complete\n"
                                   "    refuses: no Complete from ON_HOLD\n"
                                   "3 h later\n"
                                   "1 h later\n"
                                   "hcz/1/10 referral.Resume\n"
                                   "    n1-a1: ON_HOLD -> IN_PROGRESS\n"
                                   "    n1: ON_HOLD -> IN_SERVICE\n"
                                   "    emits referral.Resumed.hcz\n"
                                   "    reminds n1/done: referral.Due in 18 h 12 min\n"
                                   "    forgets n1/hold: referral.Due\n"
                                   "hcz/1/11 referral.Resume\n"
                                   "    refuses: no Resume from IN_PROGRESS\n");
    ck_assert_str_eq(story_last(story, "referral.HoldApproved.hcz"),
                     "{\"assignment\": \"n1-a1\", \"reason\": \"agreed\", \"untilMs\": "
                     "\"1674039600000\", \"need\": \"n1\"}");
    /* done was 19 January 09:00; four hours were no time of the unit's */
    ck_assert_str_eq(story_last(story, "referral.Resumed.hcz"),
                     "{\"assignment\": \"n1-a1\", \"atMs\": \"1674021600000\", \"byPost\": "
                     "\"hcz.duty\", \"need\": \"n1\", \"due\": {\"doneMs\": \"1674104400000\"}}");
    story_close(story);
}
END_TEST

START_TEST(a_hold_that_nobody_answers_is_denied)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "n1", "VISIT", ", 'priority': 'P3'");
    begins(story, "n1-a1");
    desk(story, "RequestHold", "n1-a1", ", 'reason': 'stock comes', 'untilMs': '1674090000000'");
    story_forget(story);
    story_later(story, "4 h");
    desk(story, "RequestHold", "n1-a1", ", 'reason': 'stock comes', 'untilMs': '1674090000000'");
    story_say(story, "sjb as sjb.duty", "referral.DenyHold.hcz",
              "{'assignment': 'n1-a1', 'reason': 'borrow some'}");
    story_say(story, "sjb as sjb.duty", "referral.DenyHold.hcz", "{'assignment': 'n1-a1'}");
    EXPECT_TEXT(story_text(story), "4 h later\n"
                                   "referral/1/6 referral.Due\n"
                                   "    n1-a1: IN_PROGRESS -> IN_PROGRESS\n"
                                   "    emits referral.HoldDenied.hcz\n"
                                   "hcz/1/4 referral.RequestHold\n"
                                   "    n1-a1: IN_PROGRESS -> IN_PROGRESS\n"
                                   "    emits referral.HoldRequested.hcz to sjb\n"
                                   "    reminds n1/hold_answer: referral.Due in 4 h\n"
                                   "sjb/1/1 referral.DenyHold\n"
                                   "    n1-a1: IN_PROGRESS -> IN_PROGRESS\n"
                                   "    emits referral.HoldDenied.hcz\n"
                                   "    forgets n1/hold_answer: referral.Due\n"
                                   "sjb/1/2 referral.DenyHold\n"
                                   "    refuses: no hold was asked for\n");
    ck_assert_str_eq(story_last(story, "referral.HoldDenied.hcz"),
                     "{\"assignment\": \"n1-a1\", \"reason\": \"borrow some\", \"need\": \"n1\"}");
    story_close(story);
}
END_TEST

START_TEST(a_hold_ends_by_itself_and_its_children_go_on_with_it)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "n1", "VISIT", ", 'priority': 'P2'");
    opens(story, "n2", "MEDICINE", ", 'priority': 'P2', 'parent': 'n1'");
    begins(story, "n1-a1");
    desk(story, "RequestHold", "n1-a1", ", 'reason': 'stock comes', 'untilMs': '1674010800000'");
    story_forget(story);
    story_say(story, "sjb as sjb.duty", "referral.ApproveHold.hcz", "{'assignment': 'n1-a1'}");
    desk(story, "Receive", "n2-a1", "");
    desk(story, "Accept", "n2-a1", "");
    story_later(story, "2 h");
    desk(story, "Accept", "n2-a1", "");
    EXPECT_TEXT(story_text(story), "sjb/1/1 referral.ApproveHold\n"
                                   "    n1-a1: IN_PROGRESS -> ON_HOLD\n"
                                   "    n1: IN_SERVICE -> ON_HOLD\n"
                                   "    emits referral.HoldApproved.hcz\n"
                                   "    reminds n1/hold: referral.Due in 2 h\n"
                                   "    forgets n1/done: referral.Due\n"
                                   "    forgets n1/hold_answer: referral.Due\n"
                                   "    n2: ASSIGNED -> ON_HOLD\n"
                                   "    emits referral.NeedHeld.hcz\n"
                                   "    reminds n2/held: referral.Due in 2 h 1 ms\n"
                                   "    forgets n2/done: referral.Due\n"
                                   "    forgets n2/receive: referral.Due\n"
                                   "    forgets n2/accept: referral.Due\n"
                                   "    forgets n2/first_contact: referral.Due\n"
                                   "hcz/1/4 referral.Receive\n"
                                   "    n2-a1: REQUESTED -> RECEIVED\n"
                                   "    emits referral.Received.hcz\n"
                                   "hcz/1/5 referral.Accept\n"
                                   "    refuses: the need is held\n"
                                   "2 h later\n"
                                   "referral/1/12 referral.Due\n"
                                   "    n1-a1: ON_HOLD -> IN_PROGRESS\n"
                                   "    n1: ON_HOLD -> IN_SERVICE\n"
                                   "    emits referral.Resumed.hcz\n"
                                   "    reminds n1/done: referral.Due in 19 h 12 min\n"
                                   "    n2: ON_HOLD -> ASSIGNED\n"
                                   "    emits referral.NeedResumed.hcz\n"
                                   "    reminds n2/done: referral.Due in 19 h 12 min\n"
                                   "    reminds n2/accept: referral.Due in 48 min\n"
                                   "    reminds n2/first_contact: referral.Due in 1 h 36 min\n"
                                   "    forgets n2/held: referral.Due\n"
                                   "hcz/1/6 referral.Accept\n"
                                   "    n2-a1: RECEIVED -> ACCEPTED\n"
                                   "    emits referral.Accepted.hcz\n"
                                   "    forgets n2/accept: referral.Due\n");
    story_close(story);
}
END_TEST

START_TEST(a_child_that_is_opened_under_a_hold_waits_for_its_end)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "n1", "VISIT", ", 'priority': 'P2'");
    begins(story, "n1-a1");
    desk(story, "RequestHold", "n1-a1", ", 'reason': 'stock comes', 'untilMs': '1674010800000'");
    story_say(story, "sjb as sjb.duty", "referral.ApproveHold.hcz", "{'assignment': 'n1-a1'}");
    story_forget(story);
    opens(story, "n2", "MEDICINE", ", 'priority': 'P2', 'parent': 'n1'");
    ck_assert_str_eq(story_last(story, "referral.NeedHeld.*"),
                     "{\"need\": \"n2\", \"reason\": \"its parent is on hold\"}");
    story_later(story, "1 h");
    desk(story, "Resume", "n1-a1", "");
    EXPECT_TEXT(story_text(story), "dzb/1/2 referral.OpenNeed\n"
                                   "    n2: NONE -> OPEN\n"
                                   "    emits referral.NeedOpened.310115125041\n"
                                   "    n2: OPEN -> ON_HOLD\n"
                                   "    emits referral.NeedHeld.310115125041\n"
                                   "    reminds n2/held: referral.Due in 2 h 1 ms\n"
                                   "1 h later\n"
                                   "hcz/1/4 referral.Resume\n"
                                   "    n1-a1: ON_HOLD -> IN_PROGRESS\n"
                                   "    n1: ON_HOLD -> IN_SERVICE\n"
                                   "    emits referral.Resumed.hcz\n"
                                   "    reminds n1/done: referral.Due in 19 h 12 min\n"
                                   "    forgets n1/hold: referral.Due\n"
                                   "    n2: ON_HOLD -> OPEN\n"
                                   "    n2: OPEN -> ASSIGNED\n"
                                   "    n2-a1: NONE -> REQUESTED\n"
                                   "    emits referral.Dispatched.hcz\n"
                                   "    reminds n2/done: referral.Due in 19 h 12 min\n"
                                   "    reminds n2/receive: referral.Due in 24 min\n"
                                   "    reminds n2/accept: referral.Due in 48 min\n"
                                   "    reminds n2/first_contact: referral.Due in 1 h 36 min\n"
                                   "    forgets n2/held: referral.Due\n"
                                   "    emits referral.NeedResumed.hcz\n");
    story_close(story);
}
END_TEST

START_TEST(an_approval_that_comes_after_the_end_is_refused)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "n1", "VISIT", ", 'priority': 'P2'");
    begins(story, "n1-a1");
    desk(story, "RequestHold", "n1-a1", ", 'reason': 'an hour', 'untilMs': '1674007200000'");
    story_later(story, "2 h");
    story_say(story, "sjb as sjb.duty", "referral.ApproveHold.hcz", "{'assignment': 'n1-a1'}");
    ck_assert_str_eq(story_last(story, "referral.Refused.sjb"),
                     "{\"id\": \"sjb/1/1\", \"code\": \"REFUSED_EXPIRED\", \"reason\": \"its end "
                     "has passed already\", \"command\": \"referral.ApproveHold\"}");
    story_say(story, "sjb as sjb.duty", "referral.ApproveHold.hcz", "{'assignment': 'n9'}");
    ck_assert_str_eq(story_last(story, "referral.Refused.sjb"),
                     "{\"id\": \"sjb/1/2\", \"code\": \"NOT_FOUND\", \"reason\": \"there is no "
                     "such assignment\", \"command\": \"referral.ApproveHold\"}");
    story_close(story);
}
END_TEST

START_TEST(what_is_held_can_be_recalled)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "n1", "VISIT", ", 'priority': 'P2'");
    begins(story, "n1-a1");
    desk(story, "RequestHold", "n1-a1", ", 'reason': 'stock comes', 'untilMs': '1674039600000'");
    story_say(story, "sjb as sjb.duty", "referral.ApproveHold.hcz", "{'assignment': 'n1-a1'}");
    story_forget(story);
    story_later(story, "1 h");
    story_say(story, "lgo as lgo.duty", "referral.Recall.hcz", "{'assignment': 'n1-a1'}");
    EXPECT_TEXT(story_text(story), "1 h later\n"
                                   "lgo/1/1 referral.Recall\n"
                                   "    n1-a1: ON_HOLD -> RECALLED\n"
                                   "    emits referral.Recalled.hcz\n"
                                   "    n1: ON_HOLD -> OPEN\n"
                                   "    reminds n1/done: referral.Due in 19 h 12 min\n"
                                   "    reminds n1/route: referral.Due in 30 min\n"
                                   "    forgets n1/hold: referral.Due\n");
    story_close(story);
}
END_TEST

START_TEST(a_reported_death_holds_everything_and_a_refuted_one_lets_it_go_on)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "n1", "VISIT", ", 'priority': 'P2'");
    opens(story, "n2", "MEDICINE", ", 'priority': 'P2'");
    begins(story, "n1-a1");
    desk(story, "RequestHold", "n1-a1", ", 'reason': 'stock comes', 'untilMs': '1674039600000'");
    story_say(story, "sjb as sjb.duty", "referral.ApproveHold.hcz", "{'assignment': 'n1-a1'}");
    story_forget(story);
    story_say(story, "registry", "registry.DeathReported." C41, "{'person': 'r1'}");
    /* n2: nothing is due while it stands still; what is opened meanwhile is held at once */
    story_later(story, "3 h");
    opens(story, "n3", "ASSESS", ", 'priority': 'P2'");
    desk(story, "Accept", "n2-a1", "");
    /* n1: the unit goes on, the need does not */
    desk(story, "Resume", "n1-a1", "");
    desk(story, "Complete", "n1-a1", ", 'solved': 'SOLVED_YES'");
    story_later(story, "1 h");
    story_say(story, "registry", "registry.DeathRefuted." C41, "{'person': 'r1'}");
    desk(story, "Complete", "n1-a1", ", 'solved': 'SOLVED_YES'");
    EXPECT_TEXT(story_text(story), "registry/1/1 registry.DeathReported at referral\n"
                                   "    emits referral.NeedHeld.hcz\n"
                                   "    reminds n1/held: referral.Due in 3 d\n"
                                   "    n2: ASSIGNED -> ON_HOLD\n"
                                   "    emits referral.NeedHeld.hcz\n"
                                   "    reminds n2/held: referral.Due in 3 d\n"
                                   "    forgets n2/done: referral.Due\n"
                                   "    forgets n2/receive: referral.Due\n"
                                   "    forgets n2/accept: referral.Due\n"
                                   "    forgets n2/first_contact: referral.Due\n"
                                   "3 h later\n"
                                   "dzb/1/3 referral.OpenNeed\n"
                                   "    n3: NONE -> OPEN\n"
                                   "    emits referral.NeedOpened.310115125041\n"
                                   "    n3: OPEN -> ON_HOLD\n"
                                   "    emits referral.NeedHeld.310115125041\n"
                                   "    reminds n3/held: referral.Due in 3 d\n"
                                   "hcz/1/4 referral.Accept\n"
                                   "    refuses: the need is held\n"
                                   "hcz/1/5 referral.Resume\n"
                                   "    n1-a1: ON_HOLD -> IN_PROGRESS\n"
                                   "    emits referral.Resumed.hcz\n"
                                   "    forgets n1/hold: referral.Due\n"
                                   "hcz/1/6 referral.Complete\n"
                                   "    refuses: the need is held\n"
                                   "1 h later\n"
                                   "registry/1/2 registry.DeathRefuted at referral\n"
                                   "    n1: ON_HOLD -> IN_SERVICE\n"
                                   "    emits referral.NeedResumed.hcz\n"
                                   "    reminds n1/done: referral.Due in 19 h 12 min\n"
                                   "    forgets n1/held: referral.Due\n"
                                   "    n2: ON_HOLD -> ASSIGNED\n"
                                   "    emits referral.NeedResumed.hcz\n"
                                   "    reminds n2/done: referral.Due in 19 h 12 min\n"
                                   "    reminds n2/receive: referral.Due in 24 min\n"
                                   "    reminds n2/accept: referral.Due in 48 min\n"
                                   "    reminds n2/first_contact: referral.Due in 1 h 36 min\n"
                                   "    forgets n2/held: referral.Due\n"
                                   "    n3: ON_HOLD -> OPEN\n"
                                   "    n3: OPEN -> ASSIGNED\n"
                                   "    n3-a1: NONE -> REQUESTED\n"
                                   "    emits referral.Dispatched.hcz\n"
                                   "    reminds n3/done: referral.Due in 19 h 12 min\n"
                                   "    reminds n3/receive: referral.Due in 24 min\n"
                                   "    reminds n3/accept: referral.Due in 48 min\n"
                                   "    reminds n3/first_contact: referral.Due in 1 h 36 min\n"
                                   "    forgets n3/held: referral.Due\n"
                                   "    emits referral.NeedResumed.hcz\n"
                                   "hcz/1/7 referral.Complete\n"
                                   "    n1-a1: IN_PROGRESS -> COMPLETED\n"
                                   "    n1: IN_SERVICE -> VERIFYING\n"
                                   "    emits referral.Completed.hcz\n"
                                   "    emits referral.VerificationDue.dzb\n"
                                   "    reminds n1/verify: referral.Due in 25 h 30 min\n"
                                   "    forgets n1/done: referral.Due\n");
    /* the receive clock had 30 minutes left, and has them again */
    ck_assert_str_eq(
        story_ask(story, "hcz", "referral.Need.hcz", "{'need': 'n2'}"),
        "{\"needs\": [{\"need\": \"n2\", \"state\": \"ASSIGNED\", \"person\": \"r1\", \"place\": "
        "\"310115125041\", \"category\": \"MEDICAL\", \"kind\": \"MEDICINE\", \"priority\": "
        "\"P2\", \"openedMs\": \"1674003600000\", \"due\": {\"receiveMs\": \"1674019800000\", "
        "\"acceptMs\": \"1674021600000\", \"firstContactMs\": \"1674025200000\", \"doneMs\": "
        "\"1674104400000\"}, \"assignments\": [{\"assignment\": \"n2-a1\", \"state\": "
        "\"REQUESTED\", \"unit\": \"hcz\", \"post\": \"hcz.duty\", \"plac\": \"n2-a1\", \"due\": "
        "{\"receiveMs\": \"1674005400000\", \"acceptMs\": \"1674007200000\", \"firstContactMs\": "
        "\"1674010800000\", \"doneMs\": \"1674090000000\"}}], \"caseId\": "
        "\"R-20230118-0002-0\"}]}");
    story_close(story);
}
END_TEST

START_TEST(after_a_refuted_death_nothing_is_held)
{
    struct story *story = kernel_story(&referral_service);

    story_say(story, "registry", "registry.DeathReported." C41, "{'person': 'r1'}");
    story_say(story, "registry", "registry.DeathRefuted." C41, "{'person': 'r1'}");
    opens(story, "n1", "VISIT", ", 'priority': 'P2'");
    ck_assert_uint_eq(story_count(story, "referral.NeedHeld.*"), 0);
    ck_assert_uint_eq(story_count(story, "referral.Dispatched.hcz"), 1);
    story_close(story);
}
END_TEST

START_TEST(a_held_need_that_its_unit_loses_is_routed_when_it_goes_on)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "n1", "VISIT", ", 'priority': 'P2'");
    story_say(story, "registry", "registry.DeathReported." C41, "{'person': 'r1'}");
    story_forget(story);
    story_say(story, "sjb as sjb.duty", "referral.Recall.hcz", "{'assignment': 'n1-a1'}");
    story_later(story, "1 d");
    story_say(story, "registry", "registry.DeathRefuted." C41, "{'person': 'r1'}");
    EXPECT_TEXT(story_text(story), "sjb/1/1 referral.Recall\n"
                                   "    n1-a1: REQUESTED -> RECALLED\n"
                                   "    emits referral.Recalled.hcz\n"
                                   "24 h later\n"
                                   "registry/1/2 registry.DeathRefuted at referral\n"
                                   "    n1: ON_HOLD -> OPEN\n"
                                   "    n1: OPEN -> ASSIGNED\n"
                                   "    n1-a2: NONE -> REQUESTED\n"
                                   "    emits referral.Dispatched.hcz\n"
                                   "    reminds n1/done: referral.Due in 19 h 12 min\n"
                                   "    reminds n1/receive: referral.Due in 24 min\n"
                                   "    reminds n1/accept: referral.Due in 48 min\n"
                                   "    reminds n1/first_contact: referral.Due in 1 h 36 min\n"
                                   "    forgets n1/held: referral.Due\n"
                                   "    emits referral.NeedResumed.hcz\n");
    story_close(story);
}
END_TEST

START_TEST(a_death_that_nobody_decides_is_the_committees_to_ask_after)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "n1", "VISIT", ", 'priority': 'P2'");
    story_say(story, "registry", "registry.DeathReported." C41, "{'person': 'r1'}");
    story_forget(story);
    story_later(story, "71 h");
    ck_assert_uint_eq(story_count(story, "referral.DeadlineMissed.*"), 0);
    story_later(story, "1 h");
    ck_assert_str_eq(story_last(story, "referral.DeadlineMissed.hcz"),
                     "{\"need\": \"n1\", \"assignment\": \"n1-a1\", \"clock\": \"held\", "
                     "\"dueMs\": \"1674262800000\"}");
    ck_assert_str_eq(
        story_last(story, "referral.Escalated." C41),
        "{\"need\": \"n1\", \"rung\": 1, \"toPost\": \"310115125041.first\", \"clock\": \"held\"}");
    story_close(story);
}
END_TEST

START_TEST(a_confirmed_death_closes_and_nothing_more_is_opened)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "n1", "VISIT", ", 'priority': 'P2'");
    begins(story, "n1-a1");
    story_say(story, "registry", "registry.DeathReported." C41, "{'person': 'r1'}");
    story_forget(story);
    story_later(story, "1 h");
    story_say(story, "registry", "registry.DeathConfirmed." C41, "{'person': 'r1'}");
    opens(story, "n2", "MEDICINE", ", 'priority': 'P2'");
    story_say(story, "dzb", "referral.ReopenNeed." C41, "{'need': 'n1', 'reason': 'why'}");
    EXPECT_TEXT(story_text(story), "1 h later\n"
                                   "registry/1/2 registry.DeathConfirmed at referral\n"
                                   "    n1-a1: IN_PROGRESS -> RECALLED\n"
                                   "    emits referral.Recalled.hcz\n"
                                   "    n1: ON_HOLD -> CLOSED\n"
                                   "    emits referral.NeedClosed.310115125041\n"
                                   "    reminds n1/reopen_window: referral.Due in 7 d\n"
                                   "    forgets n1/held: referral.Due\n"
                                   "dzb/1/2 referral.OpenNeed\n"
                                   "    refuses: the person has died\n"
                                   "dzb/1/3 referral.ReopenNeed\n"
                                   "    refuses: the person has died\n");
    ck_assert_str_eq(story_last(story, "referral.NeedClosed." C41),
                     "{\"need\": \"n1\", \"outcome\": \"DIED\", \"spans\": {\"heldMs\": "
                     "\"3600000\"}, \"person\": \"r1\"}");
    story_close(story);
}
END_TEST

START_TEST(who_leaves_the_town_takes_no_need_along)
{
    struct story *story = kernel_story(&referral_service);

    opens(story, "n1", "VISIT", ", 'priority': 'P2'");
    opens(story, "n2", "MEDICINE", ", 'priority': 'P2'");
    story_forget(story);
    story_say(story, "registry", "registry.LeftTown." C41, "{'person': 'r1'}");
    EXPECT_TEXT(story_text(story), "registry/1/1 registry.LeftTown at referral\n"
                                   "    n1-a1: REQUESTED -> RECALLED\n"
                                   "    emits referral.Recalled.hcz\n"
                                   "    n1: ASSIGNED -> CLOSED\n"
                                   "    emits referral.NeedClosed.310115125041\n"
                                   "    reminds n1/reopen_window: referral.Due in 7 d\n"
                                   "    forgets n1/done: referral.Due\n"
                                   "    forgets n1/receive: referral.Due\n"
                                   "    forgets n1/accept: referral.Due\n"
                                   "    forgets n1/first_contact: referral.Due\n"
                                   "    n2-a1: REQUESTED -> RECALLED\n"
                                   "    emits referral.Recalled.hcz\n"
                                   "    n2: ASSIGNED -> CLOSED\n"
                                   "    emits referral.NeedClosed.310115125041\n"
                                   "    reminds n2/reopen_window: referral.Due in 7 d\n"
                                   "    forgets n2/done: referral.Due\n"
                                   "    forgets n2/receive: referral.Due\n"
                                   "    forgets n2/accept: referral.Due\n"
                                   "    forgets n2/first_contact: referral.Due\n");
    story_close(story);
}
END_TEST

TESTS(in_an_approved_hold_both_clocks_stand_still, a_hold_that_nobody_answers_is_denied,
      a_hold_ends_by_itself_and_its_children_go_on_with_it,
      a_child_that_is_opened_under_a_hold_waits_for_its_end,
      an_approval_that_comes_after_the_end_is_refused, what_is_held_can_be_recalled,
      a_reported_death_holds_everything_and_a_refuted_one_lets_it_go_on,
      after_a_refuted_death_nothing_is_held,
      a_held_need_that_its_unit_loses_is_routed_when_it_goes_on,
      a_death_that_nobody_decides_is_the_committees_to_ask_after,
      a_confirmed_death_closes_and_nothing_more_is_opened, who_leaves_the_town_takes_no_need_along)
