/* The client hears: in order, once, and gives credit back. */
#include "unit/client/lab.h"

/* A DELIVER frame for a range of the log, with one message at each of its sequences `step` apart. */
static void deliver(uint64_t first, uint64_t last, uint64_t apart)
{
    static uint8_t buffer[4096];
    struct frame_writer writer;
    Bus__Range range = BUS__RANGE__INIT;
    uint8_t bytes[256];

    range.first = first;
    range.last = last;
    frame_begin(&writer, buffer, sizeof(buffer), FRAME_DELIVER, lab.epoch);
    ck_assert_int_eq(frame_pack(&writer, &range.base), 0);
    for (uint64_t seq = first; apart > 0 && seq <= last; seq += apart) {
        Bus__Envelope envelope = envelope_of(seq * 10);
        struct slice packed = slice_of(bytes, bus__envelope__pack(&envelope, bytes));
        struct slice source = slice_text("sjb");
        uint8_t *item = frame_item(&writer, scan_stored_size(source, packed));
        scan_stored_pack(seq, 1000, source, packed, item);
    }
    ck_assert_int_eq(socket_send(lab.listener, lab.peer, frame_end(&writer)), 0);
}

static uint64_t await_credit(void)
{
    uint64_t end_us = clock_steady_us() + LONG_US;

    while (lab.credit == 0 && clock_steady_us() < end_us)
        ck_assert_msg(!step(), "an unexpected %s", frame_type_name(lab.items.type));
    uint64_t credit = lab.credit;
    lab.credit = 0;
    return credit;
}

static uint64_t await_subscribe(void)
{
    await(FRAME_SUBSCRIBE);
    const Bus__Subscribe *subscribe = item_of(&bus__subscribe__descriptor);
    ck_assert_uint_eq(subscribe->n_filters, 2);
    ck_assert_str_eq(subscribe->filters[0], "referral.>");
    ck_assert_str_eq(subscribe->filters[1], "*.Dispatched.*");
    ck_assert_uint_eq(subscribe->credit_bytes, WIRE_DELIVER_BYTES);
    return subscribe->from_seq;
}

static void subscribe(uint64_t from_seq)
{
    const char *const filters[] = { "referral.>", "*.Dispatched.*" };

    ck_assert_int_eq(client_subscribe(lab.client, filters, 2, from_seq, 0), 0);
    ck_assert_uint_eq(await_subscribe(), from_seq);
}

START_TEST(a_subscription_is_handed_over_in_order_and_credit_goes_back)
{
    setup();
    come_up(0, 0);
    subscribe(5);
    deliver(5, 9, 2);
    expect("deliver 5-9: 5=50 7=70 9=90\n");
    ck_assert_uint_gt(await_credit(), 100);
    deliver(10, 40, 0); /* nothing of it matched */
    expect("deliver 10-40:\n");
    ck_assert_uint_gt(await_credit(), 0);
    expect_quiet();
    teardown();
}
END_TEST

START_TEST(a_lost_session_resumes_behind_what_was_handed_over)
{
    setup();
    come_up(0, 0);
    subscribe(5);
    deliver(5, 9, 1);
    expect("deliver 5-9: 5=50 6=60 7=70 8=80 9=90\n");
    ck_assert_uint_gt(await_credit(), 0);
    answer(FRAME_RESET, NULL);
    await(FRAME_HELLO);
    lab.epoch++;
    welcome(0, 0);
    lab.trace[0] = '\0';
    ck_assert_uint_eq(await_subscribe(), 10);
    deliver(8, 12, 1); /* what is there already is not handed over again */
    expect("deliver 8-12: 10=100 11=110 12=120\n");
    teardown();
}
END_TEST

START_TEST(another_subscription_begins_a_session_of_its_own)
{
    const char *const filters[] = { "referral.>", "*.Dispatched.*" };

    setup();
    come_up(0, 0);
    subscribe(5);
    ck_assert_int_eq(client_subscribe(lab.client, filters, 2, 100, 0), 0);
    deliver(98, 130, 1); /* of the earlier one, and over the place where the later one begins */
    await(FRAME_HELLO);
    welcome(0, 0);
    lab.trace[0] = '\0';
    ck_assert_uint_eq(await_subscribe(), 100);
    deliver(90, 99, 1);
    deliver(120, 130, 1); /* a hole */
    expect_quiet();
    deliver(100, 101, 1);
    expect("deliver 100-101: 100=1000 101=1010\n");
    teardown();
}
END_TEST

TESTS(a_subscription_is_handed_over_in_order_and_credit_goes_back,
      a_lost_session_resumes_behind_what_was_handed_over,
      another_subscription_begins_a_session_of_its_own)
