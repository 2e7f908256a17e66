/* The client publishes: in frames, again after a loss, by the rules and within its credit. */
#include "unit/client/lab.h"

START_TEST(what_is_queued_goes_in_one_frame_and_is_acknowledged_at_once)
{
    setup();
    for (uint64_t number = 1; number <= 3; number++)
        ck_assert_int_eq(publish(number), 0); /* before there is a link */
    come_up(0, 0);
    await_publish(1, 3);
    for (uint64_t number = 4; number <= 3 + WIRE_GATHER_ITEMS + 5; number++)
        ck_assert_int_eq(publish(number), 0);
    await_publish(4, 3 + WIRE_GATHER_ITEMS);
    await_publish(4 + WIRE_GATHER_ITEMS, 8 + WIRE_GATHER_ITEMS);
    ck_assert_uint_eq(client_unacknowledged(lab.client), 8 + WIRE_GATHER_ITEMS);
    acknowledge(2, 70, false);
    acknowledge(8 + WIRE_GATHER_ITEMS, 0, false);
    expect("stored 2 at 70\nstored 72 at 0\n");
    ck_assert_uint_eq(client_unacknowledged(lab.client), 0);
    teardown();
}
END_TEST

START_TEST(a_lost_session_sends_again_what_is_not_known_to_be_stored)
{
    setup();
    come_up(0, 0);
    for (uint64_t number = 1; number <= 5; number++)
        ck_assert_int_eq(publish(number), 0);
    await_publish(1, 5);
    answer(FRAME_RESET, NULL);
    await(FRAME_HELLO);
    lab.epoch++;
    welcome(2, 0);
    await_publish(3, 5);
    acknowledge(5, 9, false);
    expect("stored 2 at 0\nwelcome hcz.desk2 2\nstored 5 at 9\n");
    teardown();
}
END_TEST

START_TEST(a_gap_is_filled_from_where_the_broker_waits)
{
    setup();
    come_up(0, 0);
    for (uint64_t number = 1; number <= 5; number++)
        ck_assert_int_eq(publish(number), 0);
    await_publish(1, 5);
    acknowledge(2, 0, true);
    await_publish(3, 5);
    teardown();
}
END_TEST

START_TEST(what_follows_a_refused_number_waits_for_the_caller)
{
    Bus__PublishRefused refused = BUS__PUBLISH_REFUSED__INIT;

    setup();
    come_up(0, 0);
    for (uint64_t number = 1; number <= 3; number++)
        ck_assert_int_eq(publish(number), 0);
    await_publish(1, 3);
    acknowledge(1, 1, false);
    refused.number = 2;
    refused.code = BUS__CODE__FULL;
    answer(FRAME_REFUSED, &refused.base);
    expect("stored 1 at 1\nrefused 2 5\n");
    ck_assert_int_eq(publish(4), 0);
    expect_quiet();
    client_publish_again(lab.client, 2);
    await_publish(2, 4);
    answer(FRAME_REFUSED, &refused.base);
    expect("refused 2 5\n");
    Bus__Envelope other = envelope_of(2);
    other.case_id = "H-20230118-0042-7";
    ck_assert_int_eq(client_publish_instead(lab.client, &other), 0);
    await(FRAME_PUBLISH);
    struct envelope envelope;
    struct slice item;
    const char *reason;
    ck_assert_int_eq(frame_next(&lab.items, &item), 0);
    ck_assert_int_eq(scan_envelope(item, &envelope, &reason), 0);
    ck_assert(slice_equal(envelope.case_id, slice_text(other.case_id)));
    other.number = 9;
    ck_assert_int_eq(client_publish_instead(lab.client, &other), CLIENT_BAD);
    teardown();
}
END_TEST

START_TEST(a_publisher_keeps_to_the_rules_and_to_its_credit)
{
    static uint8_t body[WIRE_BODY_BYTES + 1];

    setup();
    come_up(0, 3);
    Bus__Envelope envelope = envelope_of(1);
    envelope.subject = "not a subject";
    ck_assert_int_eq(client_publish(lab.client, &envelope), CLIENT_BAD);
    envelope = envelope_of(1);
    envelope.body.data = body;
    envelope.body.len = sizeof(body);
    ck_assert_int_eq(client_publish(lab.client, &envelope), CLIENT_TOO_LARGE);
    ck_assert_int_eq(publish(1), 0);
    ck_assert_int_eq(publish(3), CLIENT_BAD); /* a number left out */
    ck_assert_int_eq(publish(2), 0);
    ck_assert_int_eq(publish(3), 0);
    ck_assert_int_eq(publish(4), CLIENT_WAIT);
    await_publish(1, 3);
    acknowledge(1, 1, false);
    expect("stored 1 at 1\n");
    ck_assert_int_eq(publish(4), 0);
    ck_assert_int_eq(publish(5), CLIENT_WAIT);
    teardown();
}
END_TEST

TESTS(what_is_queued_goes_in_one_frame_and_is_acknowledged_at_once,
      a_lost_session_sends_again_what_is_not_known_to_be_stored,
      a_gap_is_filled_from_where_the_broker_waits,
      what_follows_a_refused_number_waits_for_the_caller,
      a_publisher_keeps_to_the_rules_and_to_its_credit)
