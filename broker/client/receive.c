/*
 * One frame from the broker.  The broker is trusted to be the broker (CURVE) and nothing more: what
 * does not scan is dropped and said.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "client/inside.h"

/* ---- the session --------------------------------------------------------------------------------- */

static void on_welcome(struct client *client, const Bus__Welcome *welcome, uint32_t epoch)
{
    client->phase = PHASE_UP;
    client->epoch = epoch;
    snprintf(client->source, sizeof(client->source), "%s", welcome->source);
    if (welcome->publish_messages > 0)
        client->credit_messages = welcome->publish_messages;
    if (welcome->publish_bytes > 0)
        client->credit_bytes = welcome->publish_bytes;
    client->queue_sent = 0;
    client->held_number = 0;
    client->gathering = FRAME_NONE;
    queue_stored(client, welcome->number, 0);
    if (client->options.calls->welcome != NULL)
        client->options.calls->welcome(client->options.context, welcome);
    client_resume(client);
}

/* Whatever was asked of a session that is gone gets no answer any more. */
void receive_lost(struct client *client)
{
    const struct client_calls *calls = client->options.calls;
    Bus__Reject reject = BUS__REJECT__INIT;

    reject.code = BUS__CODE__UNAVAILABLE;
    reject.reason = "the link to the broker was lost";
    client->gathering = FRAME_NONE;
    for (size_t i = 0; i < CLIENT_PENDING; i++) {
        struct pending pending = client->pending[i];
        client->pending[i] = (struct pending){ 0 };
        reject.request = pending.request;
        if (pending.kind == PENDING_QUERY && calls->answer != NULL)
            calls->answer(client->options.context, pending.request, NULL, &reject);
        else if (pending.kind == PENDING_ADMIN && calls->admin != NULL)
            calls->admin(client->options.context, NULL, &reject);
        else if (pending.kind != PENDING_NONE && calls->settled != NULL)
            calls->settled(client->options.context, pending.request, reject.code, reject.reason);
    }
}

/* ---- answers ------------------------------------------------------------------------------------- */

static enum pending_kind take_pending(struct client *client, uint64_t request)
{
    struct pending *pending = &client->pending[request % CLIENT_PENDING];
    enum pending_kind kind = pending->kind;

    if (kind == PENDING_NONE || pending->request != request)
        return PENDING_NONE;
    *pending = (struct pending){ 0 };
    return kind;
}

static void on_reject(struct client *client, const Bus__Reject *reject, uint64_t now_us)
{
    const struct client_calls *calls = client->options.calls;
    void *context = client->options.context;
    enum pending_kind kind = take_pending(client, reject->request);

    if (kind == PENDING_QUERY && calls->answer != NULL)
        calls->answer(context, reject->request, NULL, reject);
    else if (kind == PENDING_ADMIN && calls->admin != NULL)
        calls->admin(context, NULL, reject);
    else if (kind != PENDING_NONE && calls->settled != NULL)
        calls->settled(context, reject->request, reject->code, reject->reason);
    if (kind != PENDING_NONE)
        return;

    if (reject->request == 0) {
        if (client->phase == PHASE_UP)
            receive_lost(client);
        client->phase = PHASE_REJECTED;
        client->retry_us = now_us + REJECTED_RETRY_MS * 1000;
        say_warn("client.rejected", "code=%d reason=\"%s\"", (int)reject->code, reject->reason);
    }
    if (calls->rejected != NULL)
        calls->rejected(context, reject);
}

static void on_stored(struct client *client, const Bus__Acknowledged *acknowledged)
{
    queue_stored(client, acknowledged->number, acknowledged->seq);
    if (acknowledged->gap)
        queue_rewind(client, acknowledged->number + 1);
}

static void on_refused(struct client *client, const Bus__PublishRefused *refused)
{
    if (refused->number == 0)
        return;
    client->held_number = refused->number;
    queue_rewind(client, refused->number);
    if (client->options.calls->refused != NULL)
        client->options.calls->refused(client->options.context, refused->number, refused);
}

/* ---- what is handed over ------------------------------------------------------------------------- */

static void on_deliver(struct client *client, struct frame *frame, uint32_t frame_bytes)
{
    const uint8_t *range;
    struct slice item;
    uint32_t count = 0;
    uint64_t first;
    uint64_t last;
    enum { RANGE_BYTES = 18, TAG_FIRST = 0x09, TAG_LAST = 0x11 };

    if (frame_next(frame, &item) != 0 || item.size != RANGE_BYTES) {
        say_warn("client.bad_frame", "type=DELIVER reason=\"no range\"");
        return;
    }
    range = item.data;
    if (range[0] != TAG_FIRST || range[9] != TAG_LAST) {
        say_warn("client.bad_frame", "type=DELIVER reason=\"no range\"");
        return;
    }
    memcpy(&first, range + 1, 8);
    memcpy(&last, range + 10, 8);
    while (count < WIRE_FRAME_ITEMS && frame_next(frame, &item) == 0) {
        if (scan_stored(item, &client->stored[count]) == 0) {
            count++;
        } else {
            say_warn("client.bad_frame", "type=DELIVER reason=\"not a stored message\"");
            return;
        }
    }
    client->taken_bytes += frame_bytes;
    /* An echo of an earlier subscription would leave a hole. */
    if (!client->subscribed || client->renewing || last < client->from_seq
        || (client->from_seq != 0 && first > client->from_seq))
        return;
    uint32_t skip = 0;
    while (skip < count && client->stored[skip].seq < client->from_seq)
        skip++;
    client->from_seq = last + 1;
    if (client->options.calls->deliver != NULL)
        client->options.calls->deliver(client->options.context, first, last, client->stored + skip,
                                       count - skip);
}

static void on_lease(struct client *client, const Bus__Lease *lease)
{
    struct stored stored;

    for (uint32_t i = 0; i < client->box_count; i++)
        if (strcmp(client->boxes[i].mailbox, lease->mailbox) == 0 && client->boxes[i].count > 0)
            client->boxes[i].count--;
    if (scan_stored(slice_of(lease->stored.data, lease->stored.len), &stored) != 0) {
        say_warn("client.bad_frame", "type=LEASED");
        return;
    }
    if (client->options.calls->leased != NULL)
        client->options.calls->leased(client->options.context, lease, &stored);
}

/* ---- one frame ----------------------------------------------------------------------------------- */

static const ProtobufCMessageDescriptor *type_of(enum frame_type type)
{
    static const ProtobufCMessageDescriptor *const types[FRAME_TYPES] = {
        [FRAME_WELCOME] = &bus__welcome__descriptor,
        [FRAME_PONG] = &bus__pong__descriptor,
        [FRAME_REJECT] = &bus__reject__descriptor,
        [FRAME_STORED] = &bus__acknowledged__descriptor,
        [FRAME_REFUSED] = &bus__publish_refused__descriptor,
        [FRAME_LEASED] = &bus__lease__descriptor,
        [FRAME_PEEKED] = &bus__peeked__descriptor,
        [FRAME_SETTLED] = &bus__settled__descriptor,
        [FRAME_QUERY] = &bus__query__descriptor,
        [FRAME_ANSWER] = &bus__answer__descriptor,
        [FRAME_ADMIN_ANSWER] = &bus__admin_answer__descriptor,
    };

    return types[type];
}

static void handle(struct client *client, enum frame_type type, uint32_t epoch,
                   const ProtobufCMessage *message, uint64_t now_us)
{
    const struct client_calls *calls = client->options.calls;
    void *context = client->options.context;

    if (type == FRAME_WELCOME) {
        on_welcome(client, (const Bus__Welcome *)message, epoch);
    } else if (type == FRAME_PONG) {
        const Bus__Pong *pong = (const Bus__Pong *)message;
        if (calls->time != NULL)
            calls->time(context, pong->time_ms, pong->rate);
    } else if (type == FRAME_REJECT) {
        on_reject(client, (const Bus__Reject *)message, now_us);
    } else if (type == FRAME_STORED) {
        on_stored(client, (const Bus__Acknowledged *)message);
    } else if (type == FRAME_REFUSED) {
        on_refused(client, (const Bus__PublishRefused *)message);
    } else if (type == FRAME_LEASED) {
        on_lease(client, (const Bus__Lease *)message);
    } else if (type == FRAME_PEEKED) {
        const Bus__Peeked *peeked = (const Bus__Peeked *)message;
        take_pending(client, peeked->request);
        if (calls->peeked != NULL)
            calls->peeked(context, peeked);
    } else if (type == FRAME_SETTLED) {
        const Bus__Settled *settled = (const Bus__Settled *)message;
        take_pending(client, settled->request);
        if (calls->settled != NULL)
            calls->settled(context, settled->request, BUS__CODE__CODE_ABSENT, "");
    } else if (type == FRAME_QUERY) {
        if (calls->query != NULL)
            calls->query(context, (const Bus__Query *)message);
    } else if (type == FRAME_ANSWER) {
        const Bus__Answer *answer = (const Bus__Answer *)message;
        if (take_pending(client, answer->request) != PENDING_NONE && calls->answer != NULL)
            calls->answer(context, answer->request, answer, NULL);
    } else if (type == FRAME_ADMIN_ANSWER) {
        const Bus__AdminAnswer *answer = (const Bus__AdminAnswer *)message;
        take_pending(client, answer->request);
        if (calls->admin != NULL)
            calls->admin(context, answer, NULL);
    }
}

void receive_frame(struct client *client, struct slice bytes, uint64_t now_us)
{
    struct frame frame;
    struct slice item;
    const char *reason;

    if (frame_open(bytes, &frame, &reason) != 0) {
        say_warn("client.bad_frame", "reason=\"%s\"", reason);
        return;
    }
    client->heard_us = now_us;
    if (frame.type == FRAME_RESET || frame.type == FRAME_BYE) {
        if (client->phase == PHASE_UP)
            receive_lost(client);
        client->phase = PHASE_HELLO;
        client->retry_us = now_us + (frame.type == FRAME_BYE ? CONNECT_RETRY_MS * 1000 : 0);
        return;
    }
    if (frame.type != FRAME_WELCOME && frame.type != FRAME_REJECT
        && (client->phase != PHASE_UP || frame.epoch != client->epoch))
        return; /* of an earlier session */
    if (frame.type == FRAME_DELIVER) {
        on_deliver(client, &frame, (uint32_t)bytes.size);
        return;
    }

    const ProtobufCMessageDescriptor *type = type_of(frame.type);
    while (type != NULL && frame_next(&frame, &item) == 0) {
        ProtobufCMessage *message;
        arena_reset(&client->arena);
        if (scan_unpack(type, item, &client->arena, &message, &reason) != 0) {
            say_warn("client.bad_frame", "type=%s reason=\"%s\"", frame_type_name(frame.type),
                     reason);
            return;
        }
        handle(client, frame.type, frame.epoch, message, now_us);
    }
}
