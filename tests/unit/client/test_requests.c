/* The client's mailboxes, questions and answers. */
#include "unit/client/lab.h"

static void lease(uint64_t seq, uint64_t token)
{
    Bus__Lease message = BUS__LEASE__INIT;
    Bus__Envelope envelope = envelope_of(seq);
    uint8_t bytes[256];
    uint8_t stored[512];
    struct slice packed = slice_of(bytes, bus__envelope__pack(&envelope, bytes));

    message.mailbox = "hcz";
    message.seq = seq;
    message.token = token;
    message.stored.len = scan_stored_size(slice_text("sjb"), packed);
    message.stored.data = stored;
    scan_stored_pack(seq, 1000, slice_text("sjb"), packed, stored);
    answer(FRAME_LEASED, &message.base);
}

static uint32_t await_take(void)
{
    await(FRAME_TAKE);
    const Bus__Take *take = item_of(&bus__take__descriptor);
    ck_assert_str_eq(take->mailbox, "hcz");
    ck_assert_uint_eq(take->lease_ms, 30000);
    return take->count;
}

START_TEST(leases_that_are_still_wanted_are_asked_for_again)
{
    Bus__Settled settled = BUS__SETTLED__INIT;
    Bus__Lease first = BUS__LEASE__INIT;
    uint64_t request;

    setup();
    come_up(0, 0);
    ck_assert_int_eq(client_take(lab.client, "hcz", 5, 30000), 0);
    ck_assert_uint_eq(await_take(), 5);
    lease(7, 99);
    expect("leased hcz 7 token 99 seq 7\n");
    first.mailbox = "hcz";
    first.seq = 7;
    first.token = 99;
    ck_assert_int_eq(client_receipt(lab.client, &first, &request), 0);
    await(FRAME_RECEIPT);
    const Bus__Receipt *receipt = item_of(&bus__receipt__descriptor);
    ck_assert_uint_eq(receipt->seq, 7);
    ck_assert_uint_eq(receipt->token, 99);
    ck_assert_uint_eq(receipt->request, request);
    settled.request = request;
    answer(FRAME_SETTLED, &settled.base);
    expect("settled 2 0 \n");
    answer(FRAME_RESET, NULL);
    await(FRAME_HELLO);
    lab.epoch++;
    welcome(0, 0);
    ck_assert_uint_eq(await_take(), 4);
    teardown();
}
END_TEST

START_TEST(returns_peeks_and_redrives_get_their_outcome)
{
    Bus__Lease taken = BUS__LEASE__INIT;
    Bus__Peeked peeked = BUS__PEEKED__INIT;
    Bus__Reject reject = BUS__REJECT__INIT;
    uint64_t request;

    setup();
    come_up(0, 0);
    taken.mailbox = "hcz";
    taken.seq = 7;
    taken.token = 99;
    ck_assert_int_eq(client_return(lab.client, &taken, 60000, "no ambulance", false, &request), 0);
    await(FRAME_RETURN);
    const Bus__Return *back = item_of(&bus__return__descriptor);
    ck_assert_uint_eq(back->delay_ms, 60000);
    ck_assert_str_eq(back->reason, "no ambulance");
    reject.request = request;
    reject.code = BUS__CODE__NO_LEASE;
    reject.reason = "late";
    answer(FRAME_REJECT, &reject.base);
    expect("settled 1 10 late\n");
    ck_assert_int_eq(client_extend(lab.client, &taken, 5000, NULL), 0);
    await(FRAME_EXTEND);
    ck_assert_int_eq(client_redrive(lab.client, "hcz", 0, NULL), 0);
    await(FRAME_REDRIVE);
    ck_assert_int_eq(client_peek(lab.client, "hcz", true, 10, &request), 0);
    await(FRAME_PEEK);
    peeked.request = request;
    peeked.waiting = 12;
    answer(FRAME_PEEKED, &peeked.base);
    expect("peeked 4 waiting 12\n");
    teardown();
}
END_TEST

START_TEST(a_query_is_answered_once_whatever_else_is_asked)
{
    Bus__Lease taken = BUS__LEASE__INIT;
    Bus__Answer message = BUS__ANSWER__INIT;
    uint64_t request;

    setup();
    come_up(0, 0);
    ck_assert_int_eq(
        client_query(lab.client, "registry.Card.c41", slice_text("q"), 1000, NULL, &request), 0);
    await(FRAME_QUERY);
    taken.mailbox = "hcz";
    for (int i = 0; i < WIRE_LEASES; i++) {
        ck_assert_int_eq(client_receipt(lab.client, &taken, NULL), 0);
        await(FRAME_RECEIPT);
    }
    message.request = request;
    message.refusal = 3;
    answer(FRAME_ANSWER, &message.base);
    answer(FRAME_ANSWER, &message.base);
    expect("answer 1 refusal 3\n");
    expect_quiet();
    teardown();
}
END_TEST

START_TEST(a_service_is_asked_and_answers)
{
    Bus__Query query = BUS__QUERY__INIT;

    setup();
    come_up(0, 0);
    query.request = 500;
    query.subject = "registry.Card.c41";
    answer(FRAME_QUERY, &query.base);
    expect("query 500 registry.Card.c41\n");
    ck_assert_int_eq(client_answer(lab.client, 500, 0, NULL, slice_text("card")), 0);
    await(FRAME_ANSWER);
    const Bus__Answer *message = item_of(&bus__answer__descriptor);
    ck_assert_uint_eq(message->request, 500);
    ck_assert_uint_eq(message->body.len, 4);
    teardown();
}
END_TEST

START_TEST(a_lost_link_leaves_nobody_waiting)
{
    Bus__Lease taken = BUS__LEASE__INIT;
    uint64_t request;

    setup();
    come_up(0, 0);
    taken.mailbox = "hcz";
    ck_assert_int_eq(client_query(lab.client, "registry.Card.c41", slice_text(""), 9, NULL, NULL),
                     0);
    ck_assert_int_eq(client_receipt(lab.client, &taken, &request), 0);
    ck_assert_int_eq(client_admin(lab.client, "status", "", 0, 0, NULL), 0);
    await(FRAME_QUERY);
    await(FRAME_RECEIPT);
    await(FRAME_ADMIN);
    answer(FRAME_BYE, NULL);
    while (client_is_up(lab.client))
        client_step(lab.client, 2);
    EXPECT_TEXT(lab.trace, "no answer 1 16\n"
                           "settled 2 16 the link to the broker was lost\n"
                           "admin the link to the broker was lost\n");
    ck_assert_int_eq(client_query(lab.client, "registry.Card.c41", slice_text(""), 9, NULL, NULL),
                     CLIENT_DOWN);
    teardown();
}
END_TEST

TESTS(leases_that_are_still_wanted_are_asked_for_again,
      returns_peeks_and_redrives_get_their_outcome, a_query_is_answered_once_whatever_else_is_asked,
      a_service_is_asked_and_answers, a_lost_link_leaves_nobody_waiting)
