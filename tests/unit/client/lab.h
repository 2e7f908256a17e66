/*
 * unit/client/lab.h - a client against a broker that the test plays, frame by frame, over CURVE.
 */
#pragma once

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

__attribute__((format(printf, 1, 2))) static inline void trace(const char *format, ...)
{
    size_t used = strlen(lab.trace);
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(lab.trace + used, TRACE - used, format, arguments);
    va_end(arguments);
}

/* ---- what the client is told ---------------------------------------------------------------------- */

static inline void on_welcome(void *context, const Bus__Welcome *welcome)
{
    (void)context;
    trace("welcome %s %" PRIu64 "\n", welcome->source, welcome->number);
}

static inline void on_time(void *context, uint64_t time_ms, uint32_t rate)
{
    (void)context;
    trace("time %" PRIu64 " x%" PRIu32 "\n", time_ms, rate);
}

static inline void on_down(void *context)
{
    (void)context;
    trace("down\n");
}

static inline void on_rejected(void *context, const Bus__Reject *reject)
{
    (void)context;
    trace("rejected %d %s\n", (int)reject->code, reject->reason);
}

static inline void on_stored(void *context, uint64_t number, uint64_t seq)
{
    (void)context;
    trace("stored %" PRIu64 " at %" PRIu64 "\n", number, seq);
}

static inline void on_refused(void *context, uint64_t number, const Bus__PublishRefused *refused)
{
    (void)context;
    trace("refused %" PRIu64 " %d\n", number, (int)refused->code);
}

static inline void on_deliver(void *context, uint64_t first, uint64_t last,
                              const struct stored *messages, uint32_t count)
{
    (void)context;
    trace("deliver %" PRIu64 "-%" PRIu64 ":", first, last);
    for (uint32_t i = 0; i < count; i++)
        trace(" %" PRIu64 "=%" PRIu64, messages[i].seq, messages[i].envelope.number);
    trace("\n");
}

static inline void on_leased(void *context, const Bus__Lease *lease, const struct stored *message)
{
    (void)context;
    trace("leased %s %" PRIu64 " token %" PRIu64 " seq %" PRIu64 "\n", lease->mailbox, lease->seq,
          lease->token, message->seq);
}

static inline void on_settled(void *context, uint64_t request, Bus__Code code, const char *reason)
{
    (void)context;
    trace("settled %" PRIu64 " %d %s\n", request, (int)code, reason);
}

static inline void on_peeked(void *context, const Bus__Peeked *peeked)
{
    (void)context;
    trace("peeked %" PRIu64 " waiting %" PRIu64 "\n", peeked->request, peeked->waiting);
}

static inline void on_query(void *context, const Bus__Query *query)
{
    (void)context;
    trace("query %" PRIu64 " %s\n", query->request, query->subject);
}

static inline void on_answer(void *context, uint64_t request, const Bus__Answer *answer,
                             const Bus__Reject *reject)
{
    (void)context;
    if (answer != NULL)
        trace("answer %" PRIu64 " refusal %u\n", request, answer->refusal);
    else
        trace("no answer %" PRIu64 " %d\n", request, (int)reject->code);
}

static inline void on_admin(void *context, const Bus__AdminAnswer *answer,
                            const Bus__Reject *reject)
{
    (void)context;
    trace("admin %s\n", answer != NULL ? "answer" : reject->reason);
}

static const struct client_calls calls = {
    on_welcome, on_time,    on_down,   on_rejected, on_stored, on_refused, on_deliver,
    on_leased,  on_settled, on_peeked, on_query,    on_answer, on_admin,
};

/* ---- the broker's side ---------------------------------------------------------------------------- */

static inline const char *decide(void *context, const uint8_t key[SOCKET_KEY_BYTES],
                                 const char *address)
{
    (void)context;
    (void)key;
    (void)address;
    return "hcz";
}

static inline void setup(void)
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

static inline void teardown(void)
{
    client_close(lab.client);
    socket_close(lab.listener);
    socket_zap_close(lab.zap);
    socket_context_close(lab.context);
    arena_close(&lab.arena);
}

static inline void answer_in(uint32_t epoch, enum frame_type type, const ProtobufCMessage *message)
{
    struct frame_writer writer;
    static uint8_t buffer[WIRE_FRAME_BYTES];

    frame_begin(&writer, buffer, sizeof(buffer), type, epoch);
    if (message != NULL)
        ck_assert_int_eq(frame_pack(&writer, message), 0);
    ck_assert_int_eq(socket_send(lab.listener, lab.peer, frame_end(&writer)), 0);
}

static inline void answer(enum frame_type type, const ProtobufCMessage *message)
{
    answer_in(lab.epoch, type, message);
}

/* Credit comes when it comes: it is counted, and waited for by await_credit. */
static inline void take_credit(void)
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
static inline bool step(void)
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
static inline void await(enum frame_type type)
{
    uint64_t end_us = clock_steady_us() + LONG_US;

    while (!step())
        ck_assert_msg(clock_steady_us() < end_us, "no %s comes", frame_type_name(type));
    ck_assert_str_eq(frame_type_name(lab.items.type), frame_type_name(type));
    ck_assert_uint_eq(lab.items.epoch, type == FRAME_HELLO ? 0 : lab.epoch);
}

static inline const void *item_of(const ProtobufCMessageDescriptor *descriptor)
{
    ProtobufCMessage *message;
    struct slice item;
    const char *reason;

    ck_assert_int_eq(frame_next(&lab.items, &item), 0);
    ck_assert_int_eq(scan_unpack(descriptor, item, &lab.arena, &message, &reason), 0);
    return message;
}

/* Both sides go on until the callbacks have said exactly this since the last time. */
static inline void expect(const char *wanted)
{
    uint64_t end_us = clock_steady_us() + LONG_US;

    while (strlen(lab.trace) < strlen(wanted) && clock_steady_us() < end_us)
        ck_assert_msg(!step(), "an unexpected %s", frame_type_name(lab.items.type));
    EXPECT_TEXT(lab.trace, wanted);
    lab.trace[0] = '\0';
}

/* Nothing more is sent or said for a while. */
static inline void expect_quiet(void)
{
    for (int i = 0; i < 20; i++)
        ck_assert_msg(!step(), "an unexpected %s", frame_type_name(lab.items.type));
    EXPECT_TEXT(lab.trace, "");
}

static inline void welcome(uint64_t number, uint32_t messages)
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

static inline void come_up(uint64_t number, uint32_t messages)
{
    await(FRAME_HELLO);
    welcome(number, messages);
    lab.trace[0] = '\0';
}

static inline Bus__Envelope envelope_of(uint64_t number)
{
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;

    envelope.epoch = 3;
    envelope.number = number;
    envelope.subject = "referral.Dispatch.hcz";
    return envelope;
}

static inline int publish(uint64_t number)
{
    Bus__Envelope envelope = envelope_of(number);

    return client_publish(lab.client, &envelope);
}

/* A PUBLISH frame with exactly these numbers. */
static inline void await_publish(uint64_t first, uint64_t last)
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

static inline void acknowledge(uint64_t number, uint64_t seq, bool gap)
{
    Bus__Acknowledged message = BUS__ACKNOWLEDGED__INIT;

    message.number = number;
    message.seq = seq;
    message.gap = gap;
    answer(FRAME_STORED, &message.base);
}
