/*
 * A message comes in: who may, once and in order, told when it is on the disk.
 */
#include "lib/core_story.h"

static struct core_story s;

static void small(struct core_options *options)
{
    options->limits.publish_messages = 3;
    options->limits.publish_bytes = 4096;
    options->limits.body_bytes = 2048;
    options->limits.sources_of_unit = 2;
    options->limits.peers_of_unit = 2;
}

START_TEST(nothing_is_told_before_it_is_on_the_disk)
{
    story_open(&s, NULL);
    hello(&s, "hcz");
    publish(&s, "hcz", 1, "referral.Dispatch.hcz", (struct say){ 0 });
    publish(&s, "hcz", 2, "referral.Dispatch.hcz", (struct say){ 0 });
    commit(&s);
    EXPECT_TEXT(told(&s), "hcz HELLO\n"
                          "  hcz: welcome, head 0, number 0\n"
                          "hcz PUBLISH 1\n"
                          "    hcz/1/1 is 1: referral.Dispatch.hcz\n"
                          "hcz PUBLISH 2\n"
                          "    hcz/1/2 is 2: referral.Dispatch.hcz\n"
                          "COMMIT\n"
                          "  hcz: stored up to 2\n");
    story_close(&s);
}
END_TEST

/* A leap back of the wall's clock, also over a restart: what comes next has the time of the last. */
START_TEST(log_time_never_goes_back)
{
    enum { DAY_MS = 24 * 60 * 60 * 1000 };
    uint64_t number = 0;

    story_open(&s, NULL);
    hello(&s, "hcz");
    uint64_t began_ms = s.world.now_ms += 30ULL * DAY_MS;
    publish(&s, "hcz", ++number, "referral.Dispatch.hcz", (struct say){ 0 });
    s.world.now_ms -= 20ULL * DAY_MS;
    publish(&s, "hcz", ++number, "referral.Dispatch.hcz", (struct say){ 0 });
    commit(&s);
    crash(&s);
    hello(&s, "hcz");
    publish(&s, "hcz", ++number, "referral.Dispatch.hcz", (struct say){ 0 });
    s.world.now_ms = began_ms + 1;
    publish(&s, "hcz", ++number, "referral.Dispatch.hcz", (struct say){ 0 });
    commit(&s);
    ck_assert_uint_eq(s.world.durable, number);
    for (uint64_t i = 0; i < number; i++)
        ck_assert_uint_eq(s.world.log[i].time_ms, i + 1 < number ? began_ms : began_ms + 1);
    story_close(&s);
}
END_TEST

START_TEST(a_number_counts_once_and_a_gap_waits)
{
    story_open(&s, NULL);
    hello(&s, "hcz");
    publish(&s, "hcz", 1, "referral.Dispatch.hcz", (struct say){ 0 });
    publish(&s, "hcz", 1, "referral.Dispatch.hcz", (struct say){ 0 });
    commit(&s);
    publish(&s, "hcz", 1, "referral.Dispatch.hcz", (struct say){ 0 });
    publish(&s, "hcz", 3, "referral.Dispatch.hcz", (struct say){ 0 });
    publish(&s, "hcz", 4, "referral.Dispatch.hcz", (struct say){ 0 });
    publish(&s, "hcz", 2, "referral.Dispatch.hcz", (struct say){ 0 });
    commit(&s);
    EXPECT_TEXT(told(&s), "hcz HELLO\n"
                          "  hcz: welcome, head 0, number 0\n"
                          "hcz PUBLISH 1\n"
                          "    hcz/1/1 is 1: referral.Dispatch.hcz\n"
                          "hcz PUBLISH 1\n"
                          "COMMIT\n"
                          "  hcz: stored up to 1\n"
                          "hcz PUBLISH 1\n"
                          "  hcz: stored up to 1\n"
                          "hcz PUBLISH 3\n"
                          "    hcz waits for 2\n"
                          "  hcz: stored up to 1, a gap\n"
                          "hcz PUBLISH 4\n"
                          "hcz PUBLISH 2\n"
                          "    hcz/1/2 is 2: referral.Dispatch.hcz\n"
                          "COMMIT\n"
                          "  hcz: stored up to 2\n");
    story_close(&s);
}
END_TEST

START_TEST(a_later_epoch_numbers_anew_and_closes_the_earlier)
{
    story_open(&s, NULL);
    hello(&s, "referral");
    publish(&s, "referral", 1, "referral.Noted.hcz", (struct say){ 0 });
    commit(&s);
    hello_as(&s, "referral", (struct greet){ .epoch = 2 });
    publish(&s, "referral", 1, "referral.Noted.hcz", (struct say){ .epoch = 1 });
    publish(&s, "referral", 1, "referral.Noted.hcz", (struct say){ .epoch = 2 });
    commit(&s);
    hello_as(&s, "referral", (struct greet){ .epoch = 1 });
    EXPECT_TEXT(told(&s), "referral HELLO\n"
                          "  referral: welcome, head 0, number 0\n"
                          "referral PUBLISH 1\n"
                          "    referral/1/1 is 1: referral.Noted.hcz\n"
                          "    hcz 1: NONE -> READY\n"
                          "COMMIT\n"
                          "  referral: stored up to 1\n"
                          "referral HELLO\n"
                          "    referral is gone\n"
                          "  referral: say hello\n"
                          "  referral: welcome, head 1, number 0\n"
                          "referral PUBLISH 1\n"
                          "    referral/1 is refused: the epoch is not that of the HELLO\n"
                          "  referral: 1 refused, BAD_MESSAGE\n"
                          "referral PUBLISH 1\n"
                          "    referral/2/1 is 2: referral.Noted.hcz\n"
                          "    hcz 2: NONE -> READY\n"
                          "COMMIT\n"
                          "  referral: stored up to 1\n"
                          "referral HELLO\n"
                          "    referral is rejected: this producer has gone on in a later epoch\n"
                          "  referral: rejected, STALE_EPOCH: this producer has gone on in a later "
                          "epoch\n");
    story_close(&s);
}
END_TEST

START_TEST(what_was_on_its_way_in_an_earlier_epoch_acknowledges_nothing_of_the_later)
{
    story_open(&s, NULL);
    hello(&s, "referral");
    publish(&s, "referral", 1, "referral.Noted.hcz", (struct say){ .epoch = 1 });
    hello_as(&s, "referral", (struct greet){ .epoch = 2 });
    publish(&s, "referral", 1, "referral.Noted.hcz", (struct say){ .epoch = 2 });
    told(&s);
    core_world_commit(&s.world, 1);
    EXPECT_TEXT(told(&s), "");
    core_world_commit(&s.world, 2);
    EXPECT_TEXT(told(&s), "  referral: stored up to 1\n");
    story_close(&s);
}
END_TEST

START_TEST(a_session_that_comes_again_hears_of_what_was_on_its_way)
{
    story_open(&s, NULL);
    hello(&s, "hcz");
    publish(&s, "hcz", 1, "referral.Dispatch.hcz", (struct say){ 0 });
    hello(&s, "hcz");
    told(&s);
    publish(&s, "hcz", 1, "referral.Dispatch.hcz", (struct say){ 0 });
    commit(&s);
    EXPECT_TEXT(told(&s), "hcz PUBLISH 1\n"
                          "COMMIT\n"
                          "  hcz: welcome, head 1, number 1\n"
                          "  hcz: stored up to 1\n");
    ck_assert_uint_eq(s.world.appended, 1);
    story_close(&s);
}
END_TEST

START_TEST(a_peer_that_is_ahead_of_the_log_is_named)
{
    story_open(&s, NULL);
    hello(&s, "hcz");
    publish(&s, "hcz", 1, "referral.Dispatch.hcz", (struct say){ 0 });
    commit(&s);
    told(&s);
    hello_as(&s, "hcz", (struct greet){ .acknowledged = 2 });
    hello_as(&s, "hcs", (struct greet){ .acknowledged = 1 });
    hello_as(&s, "hcs", (struct greet){ .seen_seq = 2 });
    hello_as(&s, "hcs", (struct greet){ .log_id = 78 });
    hello_as(&s, "hcs", (struct greet){ .seen_seq = 1, .log_id = 77 });
    subscribe(&s, "hcs", 3, 1000, "*.*.hcs");
    EXPECT_TEXT(
        told(&s),
        "hcz HELLO\n"
        "    hcz is rejected: the peer was acknowledged more than the log holds: a tail was lost\n"
        "  hcz: rejected, AHEAD: the peer was acknowledged more than the log holds: a tail was "
        "lost\n"
        "hcs HELLO\n"
        "    hcs is rejected: the peer was acknowledged more than the log holds: a tail was lost\n"
        "  hcs: rejected, AHEAD: the peer was acknowledged more than the log holds: a tail was "
        "lost\n"
        "hcs HELLO\n"
        "    hcs is rejected: the peer has seen more than the log holds: a tail was lost\n"
        "  hcs: rejected, AHEAD: the peer has seen more than the log holds: a tail was lost\n"
        "hcs HELLO\n"
        "    hcs is rejected: the peer knows another log\n"
        "  hcs: rejected, WRONG_LOG: the peer knows another log\n"
        "hcs HELLO\n"
        "  hcs: welcome, head 1, number 0\n"
        "hcs SUBSCRIBE *.*.hcs from 3\n"
        "    hcs may not subscribe: the log does not reach that far: a tail was lost\n"
        "  hcs: rejected, AHEAD: the log does not reach that far: a tail was lost\n");
    story_close(&s);
}
END_TEST

START_TEST(who_is_not_in_the_table_does_not_get_in)
{
    story_open(&s, NULL);
    hello(&s, "nobody");
    hello_as(&s, "hcz", (struct greet){ .service = "referral" });
    hello_as(&s, "hcz", (struct greet){ .version = 9 });
    hello(&s, "hcz.DESK");
    hello_as(&s, "referral", (struct greet){ .service = "referral" });
    publish(&s, "nobody", 1, "referral.Dispatch.hcz", (struct say){ 0 });
    EXPECT_TEXT(told(&s),
                "nobody HELLO\n"
                "    nobody is rejected: the unit is not known\n"
                "  nobody: rejected, NOT_PERMITTED: the unit is not known\n"
                "hcz HELLO\n"
                "    hcz is rejected: the unit may not answer for that service\n"
                "  hcz: rejected, NOT_PERMITTED: the unit may not answer for that service\n"
                "hcz HELLO\n"
                "    hcz is rejected: this protocol version is not spoken here\n"
                "  hcz: rejected, BAD_MESSAGE: this protocol version is not spoken here\n"
                "hcz.DESK HELLO\n"
                "    hcz.DESK is rejected: an instance is 0 to 20 of a-z 0-9 -\n"
                "  hcz.DESK: rejected, BAD_MESSAGE: an instance is 0 to 20 of a-z 0-9 -\n"
                "referral HELLO\n"
                "  referral: welcome, head 0, number 0\n"
                "nobody PUBLISH 1\n"
                "  nobody: say hello\n");
    story_close(&s);
}
END_TEST

START_TEST(what_a_unit_may_not_say_is_refused_and_its_number_is_free_again)
{
    story_open(&s, NULL);
    hello(&s, "hcz");
    told(&s);
    publish(&s, "hcz", 1, "referral.Dispatch.hcs", (struct say){ 0 });
    publish(&s, "hcz", 1, "referral.Dispatch.hcz", (struct say){ .actor_unit = "hcs" });
    publish(&s, "hcz", 1, "referral.Dispatch.hcz", (struct say){ .to = "hcs" });
    publish(&s, "hcz", 1, "referral.Dispatch.hcz", (struct say){ .exercise = true });
    publish(&s, "hcz", 1, "referral.Dispatch.hcz", (struct say){ .actor_unit = "hcz" });
    commit(&s);
    EXPECT_TEXT(told(&s), "hcz PUBLISH 1\n"
                          "    hcz/1 is refused: the unit may not publish under this subject\n"
                          "  hcz: 1 refused, NOT_PERMITTED\n"
                          "hcz PUBLISH 1\n"
                          "    hcz/1 is refused: the actor is of another unit\n"
                          "  hcz: 1 refused, NOT_PERMITTED\n"
                          "hcz PUBLISH 1\n"
                          "    hcz/1 is refused: only a service addresses a mailbox\n"
                          "  hcz: 1 refused, NOT_PERMITTED\n"
                          "hcz PUBLISH 1\n"
                          "    hcz/1 is refused: this log is real\n"
                          "  hcz: 1 refused, BAD_EXERCISE\n"
                          "hcz PUBLISH 1\n"
                          "    hcz/1/1 is 1: referral.Dispatch.hcz\n"
                          "COMMIT\n"
                          "  hcz: stored up to 1\n");
    story_close(&s);
}
END_TEST

START_TEST(a_service_speaks_for_actors_of_other_units)
{
    story_open(&s, NULL);
    hello(&s, "referral");
    told(&s);
    publish(&s, "referral", 1, "referral.Noted.x",
            (struct say){ .actor_unit = "hcz", .to = "vc1" });
    EXPECT_TEXT(told(&s), "referral PUBLISH 1\n"
                          "    referral/1/1 is 1: referral.Noted.x\n"
                          "    vc1 1: NONE -> READY\n");
    story_close(&s);
}
END_TEST

START_TEST(credit_is_counted_in_messages_and_in_bytes)
{
    story_open(&s, small);
    hello(&s, "hcz");
    told(&s);
    for (uint64_t number = 1; number <= 4; number++)
        publish(&s, "hcz", number, "referral.Dispatch.hcz", (struct say){ 0 });
    commit(&s);
    EXPECT_TEXT(told(&s), "hcz PUBLISH 1\n"
                          "    hcz/1/1 is 1: referral.Dispatch.hcz\n"
                          "hcz PUBLISH 2\n"
                          "    hcz/1/2 is 2: referral.Dispatch.hcz\n"
                          "hcz PUBLISH 3\n"
                          "    hcz/1/3 is 3: referral.Dispatch.hcz\n"
                          "hcz PUBLISH 4\n"
                          "    hcz/4 is refused: too much is not acknowledged yet\n"
                          "  hcz: 4 refused, OVER_CREDIT, try again\n"
                          "COMMIT\n"
                          "  hcz: stored up to 3\n");
    publish(&s, "hcz", 4, "referral.Dispatch.hcz", (struct say){ .body = 3000 });
    publish(&s, "hcz", 4, "referral.Dispatch.hcz", (struct say){ .body = 2000 });
    publish(&s, "hcz", 5, "referral.Dispatch.hcz", (struct say){ .body = 2040 });
    publish(&s, "hcz", 6, "referral.Dispatch.hcz", (struct say){ .body = 100 });
    commit(&s);
    publish(&s, "hcz", 6, "referral.Dispatch.hcz", (struct say){ .body = 100 });
    EXPECT_TEXT(told(&s), "hcz PUBLISH 4\n"
                          "    hcz/4 is refused: the body is over the limit\n"
                          "  hcz: 4 refused, TOO_LARGE\n"
                          "hcz PUBLISH 4\n"
                          "    hcz/1/4 is 4: referral.Dispatch.hcz\n"
                          "hcz PUBLISH 5\n"
                          "    hcz/5 is refused: too much is not acknowledged yet\n"
                          "  hcz: 5 refused, OVER_CREDIT, try again\n"
                          "hcz PUBLISH 6\n"
                          "    hcz waits for 5\n"
                          "  hcz: stored up to 3, a gap\n"
                          "COMMIT\n"
                          "  hcz: stored up to 4\n"
                          "hcz PUBLISH 6\n");
    story_close(&s);
}
END_TEST

START_TEST(a_full_disk_refuses_messages_and_takes_receipts)
{
    struct core_event full = { .kind = CORE_SPACE, .space = CORE_RESERVE };
    struct core_event room = { .kind = CORE_SPACE, .space = CORE_ROOM };

    story_open(&s, NULL);
    hello(&s, "referral");
    hello(&s, "hcz");
    publish(&s, "referral", 1, "referral.Noted.hcz", (struct say){ 0 });
    publish(&s, "referral", 2, "referral.Noted.hcz", (struct say){ 0 });
    commit(&s);
    take(&s, "hcz", "hcz", 1, 60000);
    told(&s);
    core_world_step(&s.world, &full);
    publish(&s, "referral", 3, "referral.Noted.hcz", (struct say){ 0 });
    receipt(&s, "hcz", "hcz", 1);
    commit(&s);
    take(&s, "hcz", "hcz", 1, 60000);
    give_back(&s, "hcz", "hcz", 2, 0, "busy", false);
    commit(&s);
    core_world_step(&s.world, &room);
    publish(&s, "referral", 3, "referral.Noted.hcz", (struct say){ 0 });
    EXPECT_TEXT(told(&s), "referral PUBLISH 3\n"
                          "    referral/3 is refused: the disk is full\n"
                          "  referral: 3 refused, FULL, try again\n"
                          "hcz RECEIPT 1\n"
                          "    hcz 1: LEASED -> DONE\n"
                          "COMMIT\n"
                          "  hcz: settled\n"
                          "hcz TAKE 1\n"
                          "    hcz 2: READY -> LEASED\n"
                          "  hcz: lease 2 of hcz, attempt 1\n"
                          "hcz RETURN 2\n"
                          "    hcz 2: LEASED -> READY\n"
                          "COMMIT\n"
                          "  hcz: settled\n"
                          "referral PUBLISH 3\n"
                          "    referral/1/3 is 7: referral.Noted.hcz\n"
                          "    hcz 7: NONE -> READY\n");
    story_close(&s);
}
END_TEST

START_TEST(a_unit_has_so_many_producers_and_sessions_and_no_more)
{
    story_open(&s, small);
    hello(&s, "hcz.a");
    hello(&s, "hcz.b");
    publish(&s, "hcz.a", 1, "referral.Dispatch.hcz", (struct say){ 0 });
    publish(&s, "hcz.b", 1, "referral.Dispatch.hcz", (struct say){ 0 });
    told(&s);
    hello(&s, "hcz.c");
    gone(&s, "hcz.b");
    hello(&s, "hcz.c");
    publish(&s, "hcz.c", 1, "referral.Dispatch.hcz", (struct say){ 0 });
    EXPECT_TEXT(told(&s), "hcz.c HELLO\n"
                          "  hcz.c: rejected, FULL: too many sessions\n"
                          "hcz.b GONE\n"
                          "    hcz.b is gone\n"
                          "hcz.c HELLO\n"
                          "  hcz.c: welcome, head 0, number 0\n"
                          "hcz.c PUBLISH 1\n"
                          "    hcz.c/1 is refused: the unit has too many producers\n"
                          "  hcz.c: 1 refused, FULL, try again\n");
    story_close(&s);
}
END_TEST

START_TEST(a_session_without_a_word_is_over)
{
    story_open(&s, NULL);
    hello(&s, "hcz");
    hello(&s, "hcs");
    pass(&s, 15000);
    ping(&s, "hcs");
    told(&s);
    pass(&s, 15000);
    publish(&s, "hcz", 1, "referral.Dispatch.hcz", (struct say){ 0 });
    ping(&s, "hcs");
    EXPECT_TEXT(told(&s), "15000 ms PASS\n"
                          "    hcz is gone\n"
                          "hcz PUBLISH 1\n"
                          "  hcz: say hello\n"
                          "hcs PING\n"
                          "  hcs: pong\n");
    story_close(&s);
}
END_TEST

START_TEST(producers_survive_a_crash_and_what_was_not_flushed_may_come_again)
{
    story_open(&s, NULL);
    hello(&s, "hcz");
    publish(&s, "hcz", 1, "referral.Dispatch.hcz", (struct say){ 0 });
    commit(&s);
    save(&s);
    publish(&s, "hcz", 2, "referral.Dispatch.hcz", (struct say){ 0 });
    commit(&s);
    publish(&s, "hcz", 3, "referral.Dispatch.hcz", (struct say){ 0 });
    save(&s); /* it waits for a flush that never comes */
    crash(&s);
    told(&s);
    hello_as(&s, "hcz", (struct greet){ .acknowledged = 2, .seen_seq = 2, .log_id = 77 });
    publish(&s, "hcz", 2, "referral.Dispatch.hcz", (struct say){ 0 });
    publish(&s, "hcz", 3, "referral.Dispatch.hcz", (struct say){ 0 });
    commit(&s);
    EXPECT_TEXT(told(&s), "hcz HELLO\n"
                          "  hcz: welcome, head 2, number 2\n"
                          "hcz PUBLISH 2\n"
                          "  hcz: stored up to 2\n"
                          "hcz PUBLISH 3\n"
                          "    hcz/1/3 is 3: referral.Dispatch.hcz\n"
                          "COMMIT\n"
                          "  hcz: stored up to 3\n");
    core_world_lose_index(&s.world);
    crash(&s);
    told(&s);
    hello(&s, "hcz");
    EXPECT_TEXT(told(&s), "hcz HELLO\n"
                          "  hcz: welcome, head 3, number 3\n");
    story_close(&s);
}
END_TEST

TESTS(nothing_is_told_before_it_is_on_the_disk, log_time_never_goes_back,
      a_number_counts_once_and_a_gap_waits, a_later_epoch_numbers_anew_and_closes_the_earlier,
      what_was_on_its_way_in_an_earlier_epoch_acknowledges_nothing_of_the_later,
      a_session_that_comes_again_hears_of_what_was_on_its_way,
      a_peer_that_is_ahead_of_the_log_is_named, who_is_not_in_the_table_does_not_get_in,
      what_a_unit_may_not_say_is_refused_and_its_number_is_free_again,
      a_service_speaks_for_actors_of_other_units, credit_is_counted_in_messages_and_in_bytes,
      a_full_disk_refuses_messages_and_takes_receipts,
      a_unit_has_so_many_producers_and_sessions_and_no_more, a_session_without_a_word_is_over,
      producers_survive_a_crash_and_what_was_not_flushed_may_come_again)
