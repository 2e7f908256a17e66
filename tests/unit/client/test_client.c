/* A client against a broker that this test plays, frame by frame, over CURVE. */
#include "client/client.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "lib/run.h"
#include "wire/frame.h"

enum { LONG_US = 5000000, TRACE = 8192 };

/* Both sides, and what the client's callbacks said. */
static struct {
    struct socket_context *context;
    struct socket_zap *zap;
    struct socket *listener;
    struct socket_keys keys;
    struct client *client;
    uint64_t peer;
    uint32_t epoch;
    uint8_t frame[WIRE_FRAME_BYTES]; /* the last one received, its items still to be read */
    struct frame items;
    uint64_t credit; /* given back since the last await_credit */
    bool is_silent;  /* PING gets no answer                    */
    struct arena arena;
    char trace[TRACE];
    char endpoint[256];
} lab;

__attribute__((format(printf, 1, 2))) static void trace(const char *format, ...)
{
    size_t used = strlen(lab.trace);
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(lab.trace + used, TRACE - used, format, arguments);
    va_end(arguments);
}

/* ---- what the client is told ---------------------------------------------------------------------- */

static void on_welcome(void *context, const Bus__Welcome *welcome)
{
    (void)context;
    trace("welcome %s %" PRIu64 "\n", welcome->source, welcome->number);
}

static void on_time(void *context, uint64_t time_ms)
{
    (void)context;
    trace("time %" PRIu64 "\n", time_ms);
}

static void on_down(void *context)
{
    (void)context;
    trace("down\n");
}

static void on_rejected(void *context, const Bus__Reject *reject)
{
    (void)context;
    trace("rejected %d %s\n", (int)reject->code, reject->reason);
}

static void on_stored(void *context, uint64_t number, uint64_t seq)
{
    (void)context;
    trace("stored %" PRIu64 " at %" PRIu64 "\n", number, seq);
}

static void on_refused(void *context, uint64_t number, const Bus__PublishRefused *refused)
{
    (void)context;
    trace("refused %" PRIu64 " %d\n", number, (int)refused->code);
}

static void on_deliver(void *context, uint64_t first, uint64_t last, const struct stored *messages,
                       uint32_t count)
{
    (void)context;
    trace("deliver %" PRIu64 "-%" PRIu64 ":", first, last);
    for (uint32_t i = 0; i < count; i++)
        trace(" %" PRIu64 "=%" PRIu64, messages[i].seq, messages[i].envelope.number);
    trace("\n");
}

static void on_leased(void *context, const Bus__Lease *lease, const struct stored *message)
{
    (void)context;
    trace("leased %s %" PRIu64 " token %" PRIu64 " seq %" PRIu64 "\n", lease->mailbox, lease->seq,
          lease->token, message->seq);
}

static void on_settled(void *context, uint64_t request, Bus__Code code, const char *reason)
{
    (void)context;
    trace("settled %" PRIu64 " %d %s\n", request, (int)code, reason);
}

static void on_peeked(void *context, const Bus__Peeked *peeked)
{
    (void)context;
    trace("peeked %" PRIu64 " waiting %" PRIu64 "\n", peeked->request, peeked->waiting);
}

static void on_query(void *context, const Bus__Query *query)
{
    (void)context;
    trace("query %" PRIu64 " %s\n", query->request, query->subject);
}

static void on_answer(void *context, uint64_t request, const Bus__Answer *answer,
                      const Bus__Reject *reject)
{
    (void)context;
    if (answer != NULL)
        trace("answer %" PRIu64 " refusal %u\n", request, answer->refusal);
    else
        trace("no answer %" PRIu64 " %d\n", request, (int)reject->code);
}

static void on_admin(void *context, const Bus__AdminAnswer *answer, const Bus__Reject *reject)
{
    (void)context;
    trace("admin %s\n", answer != NULL ? "answer" : reject->reason);
}

static const struct client_calls calls = {
    on_welcome, on_time,    on_down,   on_rejected, on_stored, on_refused, on_deliver,
    on_leased,  on_settled, on_peeked, on_query,    on_answer, on_admin,
};

/* ---- the broker's side ---------------------------------------------------------------------------- */

static const char *decide(void *context, const uint8_t key[SOCKET_KEY_BYTES], const char *address)
{
    (void)context;
    (void)key;
    (void)address;
    return "hcz";
}

static void setup(void)
{
    struct socket_keys broker;
    struct client_options options = { .instance = "desk2",
                                      .epoch = 3,
                                      .acknowledged = 41,
                                      .seen_seq = 900,
                                      .log_id = 4711,
                                      .calls = &calls };

    say_set_level(SAY_SILENT);
    snprintf(lab.endpoint, sizeof(lab.endpoint), "ipc://%s", test_path("broker"));
    ck_assert_int_eq(socket_keys_make(&broker), 0);
    ck_assert_int_eq(socket_keys_make(&options.keys), 0);
    ck_assert_int_eq(socket_context_open(&lab.context), 0);
    ck_assert_int_eq(socket_zap_open(lab.context, &lab.zap), 0);
    ck_assert_int_eq(socket_listen(lab.context, lab.endpoint, &broker, &lab.listener), 0);
    options.endpoint = lab.endpoint;
    options.server_key = broker.public_key;
    ck_assert_int_eq(client_open(lab.context, &options, &lab.client), 0);
    arena_open(&lab.arena, 1 << 20);
    lab.epoch = 77;
}

static void teardown(void)
{
    client_close(lab.client);
    socket_close(lab.listener);
    socket_zap_close(lab.zap);
    socket_context_close(lab.context);
    arena_close(&lab.arena);
}

static void answer_in(uint32_t epoch, enum frame_type type, const ProtobufCMessage *message)
{
    struct frame_writer writer;
    static uint8_t buffer[WIRE_FRAME_BYTES];

    frame_begin(&writer, buffer, sizeof(buffer), type, epoch);
    if (message != NULL)
        ck_assert_int_eq(frame_pack(&writer, message), 0);
    ck_assert_int_eq(socket_send(lab.listener, lab.peer, frame_end(&writer)), 0);
}

static void answer(enum frame_type type, const ProtobufCMessage *message)
{
    answer_in(lab.epoch, type, message);
}

/* Credit comes when it comes: it is counted, and waited for by await_credit. */
static void take_credit(void)
{
    ProtobufCMessage *message;
    struct slice item;
    const char *reason;

    ck_assert_uint_eq(lab.items.epoch, lab.epoch);
    ck_assert_int_eq(frame_next(&lab.items, &item), 0);
    ck_assert_int_eq(scan_unpack(&bus__credit__descriptor, item, &lab.arena, &message, &reason), 0);
    lab.credit += ((const Bus__Credit *)message)->bytes;
}

/* One round of both sides; true when a frame came that is neither PING nor CREDIT. */
static bool step(void)
{
    struct socket_frame frame;
    const char *reason;

    socket_zap_answer(lab.zap, decide, NULL);
    client_step(lab.client, 2);
    if (socket_receive(lab.listener, &frame) != 0)
        return false;
    lab.peer = frame.peer;
    memcpy(lab.frame, frame.bytes.data, frame.bytes.size);
    ck_assert_int_eq(frame_open(slice_of(lab.frame, frame.bytes.size), &lab.items, &reason), 0);
    if (lab.items.type == FRAME_CREDIT)
        take_credit();
    if (lab.items.type == FRAME_PING && !lab.is_silent)
        answer(FRAME_PONG, NULL);
    return lab.items.type != FRAME_PING && lab.items.type != FRAME_CREDIT;
}

/* The next frame is of that type. */
static void await(enum frame_type type)
{
    uint64_t end_us = clock_steady_us() + LONG_US;

    while (!step())
        ck_assert_msg(clock_steady_us() < end_us, "no %s comes", frame_type_name(type));
    ck_assert_str_eq(frame_type_name(lab.items.type), frame_type_name(type));
    ck_assert_uint_eq(lab.items.epoch, type == FRAME_HELLO ? 0 : lab.epoch);
}

static const void *item_of(const ProtobufCMessageDescriptor *descriptor)
{
    ProtobufCMessage *message;
    struct slice item;
    const char *reason;

    ck_assert_int_eq(frame_next(&lab.items, &item), 0);
    ck_assert_int_eq(scan_unpack(descriptor, item, &lab.arena, &message, &reason), 0);
    return message;
}

/* Both sides go on until the callbacks have said exactly this since the last time. */
static void expect(const char *wanted)
{
    uint64_t end_us = clock_steady_us() + LONG_US;

    while (strlen(lab.trace) < strlen(wanted) && clock_steady_us() < end_us)
        ck_assert_msg(!step(), "an unexpected %s", frame_type_name(lab.items.type));
    EXPECT_TEXT(lab.trace, wanted);
    lab.trace[0] = '\0';
}

/* Nothing more is sent or said for a while. */
static void expect_quiet(void)
{
    for (int i = 0; i < 20; i++)
        ck_assert_msg(!step(), "an unexpected %s", frame_type_name(lab.items.type));
    EXPECT_TEXT(lab.trace, "");
}

static void welcome(uint64_t number, uint32_t messages)
{
    Bus__Welcome message = BUS__WELCOME__INIT;
    char wanted[128];

    message.source = "hcz.desk2";
    message.number = number;
    message.publish_messages = messages;
    answer(FRAME_WELCOME, &message.base);
    for (int i = 0; i < 1000 && strstr(lab.trace, "welcome") == NULL; i++)
        client_step(lab.client, 2);
    snprintf(wanted, sizeof(wanted), "welcome hcz.desk2 %" PRIu64 "\n", number);
    ck_assert_ptr_nonnull(strstr(lab.trace, wanted));
}

static void come_up(uint64_t number, uint32_t messages)
{
    await(FRAME_HELLO);
    welcome(number, messages);
    lab.trace[0] = '\0';
}

static Bus__Envelope envelope_of(uint64_t number)
{
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;

    envelope.epoch = 3;
    envelope.number = number;
    envelope.subject = "referral.Dispatch.hcz";
    return envelope;
}

static int publish(uint64_t number)
{
    Bus__Envelope envelope = envelope_of(number);

    return client_publish(lab.client, &envelope);
}

/* A PUBLISH frame with exactly these numbers. */
static void await_publish(uint64_t first, uint64_t last)
{
    struct envelope envelope;
    struct slice item;
    const char *reason;

    await(FRAME_PUBLISH);
    for (uint64_t number = first; number <= last; number++) {
        ck_assert_int_eq(frame_next(&lab.items, &item), 0);
        ck_assert_int_eq(scan_envelope(item, &envelope, &reason), 0);
        ck_assert_uint_eq(envelope.number, number);
    }
    ck_assert_int_eq(frame_next(&lab.items, &item), FRAME_END);
}

static void acknowledge(uint64_t number, uint64_t seq, bool gap)
{
    Bus__Acknowledged message = BUS__ACKNOWLEDGED__INIT;

    message.number = number;
    message.seq = seq;
    message.gap = gap;
    answer(FRAME_STORED, &message.base);
}

/* ---- the session ---------------------------------------------------------------------------------- */

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
    Bus__Pong pong = { PROTOBUF_C_MESSAGE_INIT(&bus__pong__descriptor), .time_ms = 1674003600000 };

    setup();
    come_up(0, 64);
    answer(FRAME_PONG, &pong.base);
    expect("time 1674003600000\n");
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

/* ---- publishing ----------------------------------------------------------------------------------- */

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

/* ---- subscriptions -------------------------------------------------------------------------------- */

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

/* ---- mailboxes and queries ------------------------------------------------------------------------ */

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

TESTS(hello_tells_what_this_peer_has_seen, a_broker_that_says_nothing_is_asked_again,
      a_broker_that_falls_silent_is_down, the_time_of_the_log_is_told_while_nothing_else_comes,
      frames_of_another_session_and_bad_ones_do_nothing, a_rejected_session_tells_all_who_wait,
      what_is_queued_goes_in_one_frame_and_is_acknowledged_at_once,
      a_lost_session_sends_again_what_is_not_known_to_be_stored,
      a_gap_is_filled_from_where_the_broker_waits,
      what_follows_a_refused_number_waits_for_the_caller,
      a_publisher_keeps_to_the_rules_and_to_its_credit,
      a_subscription_is_handed_over_in_order_and_credit_goes_back,
      a_lost_session_resumes_behind_what_was_handed_over,
      another_subscription_begins_a_session_of_its_own,
      leases_that_are_still_wanted_are_asked_for_again,
      returns_peeks_and_redrives_get_their_outcome, a_query_is_answered_once_whatever_else_is_asked,
      a_service_is_asked_and_answers, a_lost_link_leaves_nobody_waiting)
