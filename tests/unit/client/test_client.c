/* The client's session: HELLO, silence, the end. */
#include "unit/client/lab.h"

#include <poll.h>

START_TEST(hello_tells_what_this_peer_has_seen)
{
    setup();
    ck_assert(!client_is_up(lab.client));
    await(FRAME_HELLO);
    const Bus__Hello *hello = item_of(&bus__hello__descriptor);
    ck_assert_str_eq(hello->instance, "desk2");
    ck_assert_uint_eq(hello->epoch, 3);
    ck_assert_uint_eq(hello->acknowledged, 41);
    ck_assert_uint_eq(hello->seen_seq, 900);
    ck_assert_uint_eq(hello->log_id, 4711);
    ck_assert_uint_eq(hello->version, WIRE_VERSION);
    welcome(41, 0);
    ck_assert(client_is_up(lab.client));
    ck_assert_str_eq(client_source(lab.client), "hcz.desk2");
    teardown();
}
END_TEST

START_TEST(a_broker_that_says_nothing_is_asked_again)
{
    setup();
    await(FRAME_HELLO);
    await(FRAME_HELLO);
    come_up(0, 0);
    teardown();
}
END_TEST

START_TEST(a_broker_that_falls_silent_is_down)
{
    setup();
    come_up(0, 0);
    lab.is_silent = true;
    uint64_t begun_us = clock_steady_us();
    while (strcmp(lab.trace, "") == 0 && clock_steady_us() - begun_us < 3 * LONG_US)
        step(); /* PING after PING, and no answer */
    EXPECT_TEXT(lab.trace, "down\n");
    ck_assert_uint_ge(clock_steady_us() - begun_us, WIRE_SILENCE_MS * 1000 - 100000);
    await(FRAME_HELLO);
    lab.trace[0] = '\0';
    welcome(0, 0);
    teardown();
}
END_TEST

START_TEST(the_time_of_the_log_is_told_while_nothing_else_comes)
{
    Bus__Pong pong = { PROTOBUF_C_MESSAGE_INIT(&bus__pong__descriptor), .time_ms = 1674003600000,
                       .rate = 60 };

    setup();
    come_up(0, 64);
    answer(FRAME_PONG, &pong.base);
    expect("time 1674003600000 x60\n");
    answer(FRAME_PONG, NULL); /* of a broker that does not say it */
    answer_in(lab.epoch + 1, FRAME_PONG, &pong.base);
    expect_quiet();
    teardown();
}
END_TEST

START_TEST(frames_of_another_session_and_bad_ones_do_nothing)
{
    Bus__Acknowledged message = BUS__ACKNOWLEDGED__INIT;

    setup();
    come_up(0, 0);
    ck_assert_int_eq(publish(1), 0);
    await_publish(1, 1);
    message.number = 1;
    answer_in(lab.epoch - 1, FRAME_STORED, &message.base);
    ck_assert_int_eq(socket_send(lab.listener, lab.peer, slice_text("no frame at all")), 0);
    ck_assert_int_eq(socket_send(lab.listener, lab.peer, slice_of("", 0)), 0);
    Bus__Envelope wrong = envelope_of(1);
    answer(FRAME_STORED, &wrong.base);
    answer(FRAME_DELIVER, &message.base);
    expect_quiet();
    acknowledge(1, 5, false);
    expect("stored 1 at 5\n");
    teardown();
}
END_TEST

START_TEST(a_rejected_session_tells_all_who_wait)
{
    Bus__Reject reject = BUS__REJECT__INIT;
    uint64_t request;

    setup();
    come_up(0, 0);
    ck_assert_int_eq(
        client_query(lab.client, "registry.Card.c41", slice_text(""), 1000, NULL, &request), 0);
    await(FRAME_QUERY);
    reject.code = BUS__CODE__STALE_EPOCH;
    reject.reason = "this producer has gone on";
    answer(FRAME_REJECT, &reject.base);
    expect("no answer 1 16\nrejected 6 this producer has gone on\n");
    ck_assert(!client_is_up(lab.client));
    teardown();
}
END_TEST

/* Goes on by the descriptor and client_is_ready alone, until the callbacks have said `lines` lines. */
static void drive(unsigned lines)
{
    unsigned said = 0;

    while (said < lines) {
        struct pollfd item = { .fd = client_fd(lab.client), .events = POLLIN };
        if (!client_is_ready(lab.client))
            ck_assert_msg(poll(&item, 1, LONG_US / 1000) == 1, "after %u nothing tells of more",
                          said);
        ck_assert_int_eq(client_step(lab.client, 0), 0);
        said = 0;
        for (const char *at = lab.trace; (at = strchr(at, '\n')) != NULL; at++)
            said++;
    }
}

START_TEST(a_loop_of_the_callers_own_hears_of_all_that_comes)
{
    enum { FRAMES = 200 };
    Bus__Pong pong = BUS__PONG__INIT;

    setup();
    come_up(0, 0);
    for (pong.time_ms = 1; pong.time_ms <= FRAMES; pong.time_ms++)
        answer(FRAME_PONG, &pong.base);
    drive(FRAMES);
    lab.trace[0] = '\0';
    for (uint64_t number = 1; number <= FRAMES; number++) {
        ck_assert_int_eq(publish(number), 0);
        ck_assert(client_is_ready(lab.client));
        ck_assert_int_eq(client_step(lab.client, 0), 0);
        acknowledge(number, number, false);
        drive(1);
        lab.trace[0] = '\0';
    }
    teardown();
}
END_TEST

TESTS(hello_tells_what_this_peer_has_seen, a_broker_that_says_nothing_is_asked_again,
      a_broker_that_falls_silent_is_down, the_time_of_the_log_is_told_while_nothing_else_comes,
      frames_of_another_session_and_bad_ones_do_nothing, a_rejected_session_tells_all_who_wait,
      a_loop_of_the_callers_own_hears_of_all_that_comes)
