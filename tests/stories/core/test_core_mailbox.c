/*
 * The whole life of a message in a mailbox.
 */
#include "lib/core_story.h"

static struct core_story s;

static void begin(void (*change)(struct core_options *options))
{
    story_open(&s, change);
    hello(&s, "referral");
    hello(&s, "hcz");
    told(&s);
}

/* A note to hcz's mailbox, on the disk. */
static void note(uint64_t number, struct say say)
{
    publish(&s, "referral", number, "referral.Noted.hcz", say);
}

START_TEST(a_message_waits_until_somebody_takes_it_and_ends_with_its_receipt)
{
    begin(NULL);
    note(1, (struct say){ 0 });
    commit(&s);
    take(&s, "hcz", "hcz", 5, 60000);
    receipt(&s, "hcz", "hcz", 1);
    commit(&s);
    receipt(&s, "hcz", "hcz", 1);
    peek(&s, "hcz", "hcz", false);
    EXPECT_TEXT(told(&s), "referral PUBLISH 1\n"
                          "    referral/1/1 is 1: referral.Noted.hcz\n"
                          "    hcz 1: NONE -> READY\n"
                          "COMMIT\n"
                          "  referral: stored up to 1\n"
                          "hcz TAKE 5\n"
                          "    hcz 1: READY -> LEASED\n"
                          "  hcz: lease 1 of hcz, attempt 1\n"
                          "hcz RECEIPT 1\n"
                          "    hcz 1: LEASED -> DONE\n"
                          "COMMIT\n"
                          "  hcz: settled\n"
                          "hcz RECEIPT 1\n"
                          "    hcz 1: no lease with this token\n"
                          "  hcz: rejected, NO_LEASE: the token is not that of the present lease\n"
                          "hcz PEEK hcz\n"
                          "  hcz: 0 wait, 0 dead\n");
    story_close(&s);
}
END_TEST

START_TEST(a_taker_that_waits_gets_it_when_it_is_on_the_disk)
{
    begin(NULL);
    take(&s, "hcz", "hcz", 1, 60000);
    note(1, (struct say){ 0 });
    note(2, (struct say){ 0 });
    commit(&s);
    EXPECT_TEXT(told(&s), "hcz TAKE 1\n"
                          "referral PUBLISH 1\n"
                          "    referral/1/1 is 1: referral.Noted.hcz\n"
                          "    hcz 1: NONE -> READY\n"
                          "referral PUBLISH 2\n"
                          "    referral/1/2 is 2: referral.Noted.hcz\n"
                          "    hcz 2: NONE -> READY\n"
                          "COMMIT\n"
                          "    hcz 1: READY -> LEASED\n"
                          "  referral: stored up to 2\n"
                          "  hcz: lease 1 of hcz, attempt 1\n");
    story_close(&s);
}
END_TEST

START_TEST(the_most_urgent_go_first_and_each_lane_in_order)
{
    begin(NULL);
    note(1, (struct say){ .priority = 6 });
    note(2, (struct say){ 0 });
    note(3, (struct say){ .priority = 1 });
    note(4, (struct say){ 0 });
    note(5, (struct say){ .priority = 1 });
    commit(&s);
    told(&s);
    take(&s, "hcz", "hcz", 9, 60000);
    EXPECT_TEXT(told(&s), "hcz TAKE 9\n"
                          "    hcz 3: READY -> LEASED\n"
                          "    hcz 5: READY -> LEASED\n"
                          "    hcz 2: READY -> LEASED\n"
                          "    hcz 4: READY -> LEASED\n"
                          "    hcz 1: READY -> LEASED\n"
                          "  hcz: lease 3 of hcz, attempt 1\n"
                          "  hcz: lease 5 of hcz, attempt 1\n"
                          "  hcz: lease 2 of hcz, attempt 1\n"
                          "  hcz: lease 4 of hcz, attempt 1\n"
                          "  hcz: lease 1 of hcz, attempt 1\n");
    story_close(&s);
}
END_TEST

START_TEST(of_a_case_one_at_a_time_in_order_and_an_urgent_one_waits_for_no_other)
{
    begin(NULL);
    note(1, (struct say){ .case_id = "R-1" });
    note(2, (struct say){ .case_id = "R-1" });
    note(3, (struct say){ .case_id = "R-2" });
    commit(&s);
    take(&s, "hcz", "hcz", 9, 60000);
    told(&s);
    note(4, (struct say){ .case_id = "R-1", .priority = 1 });
    note(5, (struct say){ .case_id = "R-1", .priority = 6 });
    commit(&s);
    peek(&s, "hcz", "hcz", false);
    give_back(&s, "hcz", "hcz", 1, 5000, "the car is away", false);
    commit(&s);
    receipt(&s, "hcz", "hcz", 6);
    commit(&s);
    pass(&s, 5000);
    receipt(&s, "hcz", "hcz", 1);
    receipt(&s, "hcz", "hcz", 2);
    EXPECT_TEXT(told(&s), "referral PUBLISH 4\n"
                          "    referral/1/4 is 6: referral.Noted.hcz\n"
                          "    hcz 6: NONE -> READY\n"
                          "referral PUBLISH 5\n"
                          "    referral/1/5 is 7: referral.Noted.hcz\n"
                          "    hcz 7: NONE -> READY\n"
                          "COMMIT\n"
                          "    hcz 6: READY -> LEASED\n"
                          "  referral: stored up to 5\n"
                          "  hcz: lease 6 of hcz, attempt 1\n"
                          "hcz PEEK hcz\n"
                          "  hcz: 5 wait, 0 dead\n"
                          "      1 P3 leased, attempts 1\n"
                          "      2 P3 held, attempts 0\n"
                          "      3 P3 leased, attempts 1\n"
                          "      6 P0 leased, attempts 1\n"
                          "      7 P5 held, attempts 0\n"
                          "hcz RETURN 1\n"
                          "    hcz 1: LEASED -> DELAYED\n"
                          "COMMIT\n"
                          "  hcz: settled\n"
                          "hcz RECEIPT 6\n"
                          "    hcz 6: LEASED -> DONE\n"
                          "COMMIT\n"
                          "  hcz: settled\n"
                          "5000 ms PASS\n"
                          "    hcz 1: DELAYED -> READY\n"
                          "    hcz 1: READY -> LEASED\n"
                          "  hcz: lease 1 of hcz, attempt 2\n"
                          "hcz RECEIPT 1\n"
                          "    hcz 1: LEASED -> DONE\n"
                          "    hcz 2: READY -> LEASED\n"
                          "  hcz: lease 2 of hcz, attempt 1\n"
                          "hcz RECEIPT 2\n"
                          "    hcz 2: LEASED -> DONE\n"
                          "    hcz 7: READY -> LEASED\n"
                          "  hcz: lease 7 of hcz, attempt 1\n");
    story_close(&s);
}
END_TEST

START_TEST(a_lease_that_runs_out_goes_to_another_and_the_old_token_counts_no_more)
{
    begin(NULL);
    hello(&s, "hcz.two");
    note(1, (struct say){ 0 });
    commit(&s);
    take(&s, "hcz", "hcz", 1, 10000);
    uint64_t old = s.tokens[1];
    told(&s);
    take(&s, "hcz.two", "hcz", 1, 10000);
    pass(&s, 9000);
    extend(&s, "hcz", "hcz", 1, 10000);
    pass(&s, 9000);
    told(&s);
    pass(&s, 1000);
    /* Not before the end of the first lease is on the disk: a crash would bring that back. */
    commit(&s);
    receipt_with(&s, "hcz", "hcz", 1, old);
    receipt(&s, "hcz.two", "hcz", 1);
    commit(&s);
    EXPECT_TEXT(told(&s), "1000 ms PASS\n"
                          "    hcz 1: LEASED -> READY\n"
                          "COMMIT\n"
                          "    hcz 1: READY -> LEASED\n"
                          "  hcz.two: lease 1 of hcz, attempt 2\n"
                          "hcz RECEIPT 1\n"
                          "    hcz 1: no lease with this token\n"
                          "  hcz: rejected, NO_LEASE: the token is not that of the present lease\n"
                          "hcz.two RECEIPT 1\n"
                          "    hcz 1: LEASED -> DONE\n"
                          "COMMIT\n"
                          "  hcz.two: settled\n");
    story_close(&s);
}
END_TEST

START_TEST(a_session_that_ends_leaves_its_lease_to_run)
{
    begin(NULL);
    note(1, (struct say){ 0 });
    commit(&s);
    take(&s, "hcz", "hcz", 1, 10000);
    gone(&s, "hcz");
    told(&s);
    hello(&s, "hcz.two");
    take(&s, "hcz.two", "hcz", 1, 10000);
    hello(&s, "hcz");
    receipt(&s, "hcz", "hcz", 1);
    commit(&s);
    EXPECT_TEXT(told(&s), "hcz.two HELLO\n"
                          "  hcz.two: welcome, head 1, number 0\n"
                          "hcz.two TAKE 1\n"
                          "hcz HELLO\n"
                          "  hcz: welcome, head 1, number 0\n"
                          "hcz RECEIPT 1\n"
                          "    hcz 1: LEASED -> DONE\n"
                          "COMMIT\n"
                          "  hcz: settled\n");
    story_close(&s);
}
END_TEST

static void three_attempts(struct core_options *options)
{
    options->limits.attempts = 3;
}

START_TEST(what_is_returned_too_often_is_set_aside_with_its_reason_and_can_be_sent_again)
{
    begin(three_attempts);
    take(&s, "hcz", "hcz", 9, 10000);
    note(1, (struct say){ 0 });
    commit(&s);
    for (int attempt = 1; attempt <= 3; attempt++) {
        give_back(&s, "hcz", "hcz", 1, 0, "no such person", false);
        commit(&s);
    }
    hello(&s, "operator");
    told(&s);
    peek(&s, "operator", "hcz", true);
    redrive(&s, "operator", "hcz", 99);
    redrive(&s, "operator", "hcz", 1);
    commit(&s);
    give_back(&s, "hcz", "hcz", 1, 0, "it is a bad one", true);
    peek(&s, "hcz", "hcz", true);
    redrive(&s, "operator", "hcz", 0);
    commit(&s);
    redrive(&s, "operator", "hcz", 0);
    EXPECT_TEXT(told(&s), "operator PEEK hcz, the dead\n"
                          "  operator: 0 wait, 1 dead\n"
                          "      1 P3 dead, attempts 3: no such person\n"
                          "operator REDRIVE 99\n"
                          "  operator: rejected, NO_LEASE: no dead letter has this seq\n"
                          "operator REDRIVE 1\n"
                          "    hcz 1: DEAD -> READY\n"
                          "COMMIT\n"
                          "    hcz 1: READY -> LEASED\n"
                          "  operator: settled\n"
                          "  hcz: lease 1 of hcz, attempt 1\n"
                          "hcz RETURN 1\n"
                          "    hcz 1: LEASED -> DEAD\n"
                          "hcz PEEK hcz, the dead\n"
                          "  hcz: 0 wait, 1 dead\n"
                          "      1 P3 dead, attempts 1: it is a bad one\n"
                          "operator REDRIVE 0\n"
                          "    hcz 1: DEAD -> READY\n"
                          "COMMIT\n"
                          "    hcz 1: READY -> LEASED\n"
                          "  hcz: settled\n"
                          "  operator: settled\n"
                          "  hcz: lease 1 of hcz, attempt 1\n"
                          "operator REDRIVE 0\n");
    story_close(&s);
}
END_TEST

START_TEST(not_before_its_time_and_not_after)
{
    begin(NULL);
    uint64_t now_ms = s.world.now_ms;
    note(1, (struct say){ .not_before_ms = now_ms + 5000, .case_id = "R-1" });
    note(2, (struct say){ .expires_ms = now_ms + 3000 });
    note(3, (struct say){ .case_id = "R-1" });
    commit(&s);
    pass(&s, 3000);
    take(&s, "hcz", "hcz", 9, 60000);
    commit(&s);
    pass(&s, 2000);
    peek(&s, "hcz", "hcz", true);
    EXPECT_TEXT(told(&s),
                "referral PUBLISH 1\n"
                "    referral/1/1 is 1: referral.Noted.hcz\n"
                "    hcz 1: NONE -> READY\n"
                "referral PUBLISH 2\n"
                "    referral/1/2 is 2: referral.Noted.hcz\n"
                "    hcz 2: NONE -> READY\n"
                "referral PUBLISH 3\n"
                "    referral/1/3 is 3: referral.Noted.hcz\n"
                "    hcz 3: NONE -> READY\n"
                "COMMIT\n"
                "  referral: stored up to 3\n"
                "3000 ms PASS\n"
                "hcz TAKE 9\n"
                "    hcz 1: READY -> DELAYED\n"
                "    hcz 2: READY -> DEAD\n"
                "    hcz 3: READY -> LEASED\n"
                "  hcz: lease 3 of hcz, attempt 1\n"
                "COMMIT\n"
                "2000 ms PASS\n"
                "    hcz 1: DELAYED -> READY\n"
                "    hcz 1: READY -> LEASED\n"
                "  hcz: lease 1 of hcz, attempt 1\n"
                "hcz PEEK hcz, the dead\n"
                "  hcz: 2 wait, 1 dead\n"
                "      2 P3 dead, attempts 0: its time was over before anybody took it\n");
    story_close(&s);
}
END_TEST

static void two_set_aside(struct core_options *options)
{
    options->limits.set_aside = 2;
    options->limits.leases = 3;
}

START_TEST(a_mailbox_with_too_many_dead_letters_hands_out_nothing_until_somebody_looks)
{
    begin(two_set_aside);
    for (uint64_t number = 1; number <= 5; number++)
        note(number, (struct say){ 0 });
    commit(&s);
    take(&s, "hcz", "hcz", 9, 60000);
    told(&s);
    give_back(&s, "hcz", "hcz", 1, 0, "bad", true);
    give_back(&s, "hcz", "hcz", 2, 0, "bad", true);
    take(&s, "hcz", "hcz", 9, 60000);
    commit(&s);
    redrive(&s, "hcz", "hcz", 2);
    commit(&s);
    EXPECT_TEXT(told(&s), "hcz RETURN 1\n"
                          "    hcz 1: LEASED -> DEAD\n"
                          "hcz RETURN 2\n"
                          "    hcz 2: LEASED -> DEAD\n"
                          "hcz TAKE 9\n"
                          "COMMIT\n"
                          "  hcz: settled\n"
                          "  hcz: settled\n"
                          "hcz REDRIVE 2\n"
                          "    hcz 2: DEAD -> READY\n"
                          "COMMIT\n"
                          "    hcz 2: READY -> LEASED\n"
                          "    hcz 4: READY -> LEASED\n"
                          "  hcz: settled\n"
                          "  hcz: lease 2 of hcz, attempt 1\n"
                          "  hcz: lease 4 of hcz, attempt 1\n");
    story_close(&s);
}
END_TEST

START_TEST(only_who_may_takes_and_only_from_what_there_is)
{
    begin(NULL);
    note(1, (struct say){ 0 });
    commit(&s);
    hello(&s, "hcs");
    hello(&s, "operator");
    told(&s);
    take(&s, "hcs", "hcz", 1, 1000);
    peek(&s, "hcs", "hcz", false);
    receipt(&s, "hcs", "hcz", 1);
    redrive(&s, "hcs", "hcz", 0);
    take(&s, "operator", "nowhere", 1, 1000);
    take(&s, "operator", "hcz", 1, 1000);
    EXPECT_TEXT(told(&s),
                "hcs TAKE 1\n"
                "  hcs: rejected, NOT_PERMITTED: the unit may not take from this mailbox\n"
                "hcs PEEK hcz\n"
                "  hcs: rejected, NOT_PERMITTED: the unit may not take from this mailbox\n"
                "hcs RECEIPT 1\n"
                "  hcs: rejected, NOT_PERMITTED: the unit may not take from this mailbox\n"
                "hcs REDRIVE 0\n"
                "  hcs: rejected, NOT_PERMITTED: the unit may not take from this mailbox\n"
                "operator TAKE 1\n"
                "  operator: rejected, NO_MAILBOX: there is no such mailbox\n"
                "operator TAKE 1\n"
                "    hcz 1: READY -> LEASED\n"
                "  operator: lease 1 of hcz, attempt 1\n");
    story_close(&s);
}
END_TEST

START_TEST(workers_share_in_turn)
{
    begin(NULL);
    hello(&s, "hcz.two");
    take(&s, "hcz", "hcz", 2, 60000);
    take(&s, "hcz.two", "hcz", 3, 60000);
    for (uint64_t number = 1; number <= 6; number++)
        note(number, (struct say){ 0 });
    told(&s);
    commit(&s);
    take(&s, "hcz", "hcz", 0, 60000);
    gone(&s, "hcz.two");
    take(&s, "hcz", "hcz", 1, 60000);
    EXPECT_TEXT(told(&s), "COMMIT\n"
                          "    hcz 1: READY -> LEASED\n"
                          "    hcz 2: READY -> LEASED\n"
                          "    hcz 3: READY -> LEASED\n"
                          "    hcz 4: READY -> LEASED\n"
                          "    hcz 5: READY -> LEASED\n"
                          "  referral: stored up to 6\n"
                          "  hcz.two: lease 1 of hcz, attempt 1\n"
                          "  hcz: lease 2 of hcz, attempt 1\n"
                          "  hcz.two: lease 3 of hcz, attempt 1\n"
                          "  hcz: lease 4 of hcz, attempt 1\n"
                          "  hcz.two: lease 5 of hcz, attempt 1\n"
                          "hcz TAKE 0\n"
                          "hcz.two GONE\n"
                          "    hcz.two is gone\n"
                          "hcz TAKE 1\n"
                          "    hcz 6: READY -> LEASED\n"
                          "  hcz: lease 6 of hcz, attempt 1\n");
    story_close(&s);
}
END_TEST

START_TEST(a_message_that_the_log_cannot_give_is_set_aside)
{
    begin(NULL);
    note(1, (struct say){ 0 });
    note(2, (struct say){ 0 });
    commit(&s);
    told(&s);
    s.world.unreadable = 1;
    take(&s, "hcz", "hcz", 1, 60000);
    EXPECT_TEXT(told(&s), "hcz TAKE 1\n"
                          "    hcz 1: READY -> LEASED\n"
                          "    hcz 1: LEASED -> DEAD\n"
                          "    hcz 2: READY -> LEASED\n"
                          "  hcz: lease 2 of hcz, attempt 1\n");
    story_close(&s);
}
END_TEST

START_TEST(a_unit_is_up_while_somebody_of_it_listens)
{
    begin(NULL);
    take(&s, "hcz", "hcz", 1, 60000);
    told(&s);
    pass(&s, 9000);
    ping(&s, "hcz");
    pass(&s, 1000);
    gone(&s, "hcz");
    pass(&s, 9000);
    hello(&s, "hcz");
    take(&s, "hcz", "hcz", 1, 60000);
    pass(&s, 12000);
    gone(&s, "hcz");
    pass(&s, 10000);
    hello(&s, "referral");
    note(1, (struct say){ .priority = 1 });
    commit(&s);
    note(2, (struct say){ .priority = 1 });
    commit(&s);
    EXPECT_TEXT(told(&s), "9000 ms PASS\n"
                          "hcz PING\n"
                          "  hcz: pong\n"
                          "1000 ms PASS\n"
                          "    hcz is up\n"
                          "    hcs is down\n"
                          "    vc1 is down\n"
                          "    vc2 is down\n"
                          "  link hcz up, 0 urgent\n"
                          "  link hcs down, 0 urgent\n"
                          "  link vc1 down, 0 urgent\n"
                          "  link vc2 down, 0 urgent\n"
                          "hcz GONE\n"
                          "    hcz is gone\n"
                          "9000 ms PASS\n"
                          "hcz HELLO\n"
                          "  hcz: welcome, head 0, number 0\n"
                          "hcz TAKE 1\n"
                          "12000 ms PASS\n"
                          "    referral is gone\n"
                          "hcz GONE\n"
                          "    hcz is gone\n"
                          "10000 ms PASS\n"
                          "    hcz is down\n"
                          "  link hcz down, 0 urgent\n"
                          "referral HELLO\n"
                          "  referral: welcome, head 0, number 0\n"
                          "referral PUBLISH 1\n"
                          "    referral/1/1 is 1: referral.Noted.hcz\n"
                          "    hcz 1: NONE -> READY\n"
                          "COMMIT\n"
                          "  referral: stored up to 1\n"
                          "    hcz is down\n"
                          "  link hcz down, 1 urgent\n"
                          "referral PUBLISH 2\n"
                          "    referral/1/2 is 2: referral.Noted.hcz\n"
                          "    hcz 2: NONE -> READY\n"
                          "COMMIT\n"
                          "  referral: stored up to 2\n");
    story_close(&s);
}
END_TEST

START_TEST(a_grace_is_the_log_s_time_also_when_its_clock_changes_its_rate)
{
    begin(NULL);
    take(&s, "hcz", "hcz", 1, 60000);
    pass(&s, 10000);
    told(&s);
    run_at(&s, 20);
    gone(&s, "hcz");
    pass(&s, 500);
    hello(&s, "hcz");
    take(&s, "hcz", "hcz", 1, 60000);
    pass(&s, 500);
    run_at(&s, 600);
    gone(&s, "hcz");
    run_at(&s, 1);
    pass(&s, 9000);
    pass(&s, 1000);
    EXPECT_TEXT(told(&s), "x20\n"
                          "  referral: pong\n"
                          "  hcz: pong\n"
                          "hcz GONE\n"
                          "    hcz is gone\n"
                          "500 ms PASS\n"
                          "    hcz is down\n"
                          "  link hcz down, 0 urgent\n"
                          "hcz HELLO\n"
                          "  hcz: welcome, head 0, number 0\n"
                          "hcz TAKE 1\n"
                          "500 ms PASS\n"
                          "    hcz is up\n"
                          "  link hcz up, 0 urgent\n"
                          "x600\n"
                          "  referral: pong\n"
                          "  hcz: pong\n"
                          "hcz GONE\n"
                          "    hcz is gone\n"
                          "x1\n"
                          "  referral: pong\n"
                          "9000 ms PASS\n"
                          "1000 ms PASS\n"
                          "    hcz is down\n"
                          "    referral is gone\n"
                          "  link hcz down, 0 urgent\n");
    story_close(&s);
}
END_TEST

TESTS(a_message_waits_until_somebody_takes_it_and_ends_with_its_receipt,
      a_taker_that_waits_gets_it_when_it_is_on_the_disk,
      the_most_urgent_go_first_and_each_lane_in_order,
      of_a_case_one_at_a_time_in_order_and_an_urgent_one_waits_for_no_other,
      a_lease_that_runs_out_goes_to_another_and_the_old_token_counts_no_more,
      a_session_that_ends_leaves_its_lease_to_run,
      what_is_returned_too_often_is_set_aside_with_its_reason_and_can_be_sent_again,
      not_before_its_time_and_not_after,
      a_mailbox_with_too_many_dead_letters_hands_out_nothing_until_somebody_looks,
      only_who_may_takes_and_only_from_what_there_is, workers_share_in_turn,
      a_message_that_the_log_cannot_give_is_set_aside, a_unit_is_up_while_somebody_of_it_listens,
      a_grace_is_the_log_s_time_also_when_its_clock_changes_its_rate)
