/*
 * A frame comes in.  Who sent it is what the door wrote on the connection, never what the frame says;
 * a session belongs to one connection and one key.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "daemon/inside.h"

static struct slice peer_key(const uint64_t *peer)
{
    return slice_of(peer, sizeof(*peer));
}

/* ---- links ----------------------------------------------------------------------------------------- */

struct link *link_of(const struct broker *broker, uint64_t peer)
{
    return map_get(&broker->links, peer_key(&peer));
}

void link_drop(struct broker *broker, uint64_t peer)
{
    struct link *link = link_of(broker, peer);

    if (link == NULL)
        return;
    map_drop(&broker->links, peer_key(&peer));
    for (struct link **at = &broker->first_link; *at != NULL; at = &(*at)->next) {
        if (*at == link) {
            *at = link->next;
            break;
        }
    }
    free(link);
}

static struct link *link_make(struct broker *broker, const struct socket_frame *frame,
                              const char *user)
{
    struct link *link = link_of(broker, frame->peer);

    if (link == NULL) {
        link = calloc(1, sizeof(*link));
        if (link == NULL || map_put(&broker->links, peer_key(&frame->peer), link) < 0) {
            free(link);
            broker->fault = FAULT(-ENOMEM);
            return NULL;
        }
        link->next = broker->first_link;
        broker->first_link = link;
    }
    link->peer = frame->peer;
    link->fd = frame->fd;
    link->heard_ms = broker->steady_ms;
    link->parked = false;
    snprintf(link->user, sizeof(link->user), "%s", user);
    town_unit(user, link->unit);
    return link;
}

/* ---- refusing -------------------------------------------------------------------------------------- */

static int reject(struct broker *broker, uint64_t peer, Bus__Code code, const char *reason)
{
    Bus__Reject message = BUS__REJECT__INIT;

    message.code = code;
    message.reason = reason;
    return out_send(broker, peer, FRAME_REJECT, &message.base);
}

/* Breaks a rule of the wire: its session ends. */
static int bad_frame(struct broker *broker, const struct socket_frame *frame, const char *reason)
{
    say_warn("wire.bad_frame", "user=%s reason=\"%s\"", frame->user == NULL ? "" : frame->user,
             reason);
    int r = reject(broker, frame->peer, BUS__CODE__BAD_FRAME, reason);
    if (r == 0)
        r = broker_step(broker, &(struct core_event){ .kind = CORE_GONE, .peer = frame->peer });
    link_drop(broker, frame->peer);
    return r;
}

/* ---- PUBLISH --------------------------------------------------------------------------------------- */

static int refuse_message(struct broker *broker, uint64_t peer, uint64_t number, const char *reason)
{
    Bus__PublishRefused refused = BUS__PUBLISH_REFUSED__INIT;

    refused.number = number;
    refused.code = BUS__CODE__BAD_MESSAGE;
    refused.reason = reason;
    return out_send(broker, peer, FRAME_REFUSED, &refused.base);
}

void part_message(const struct envelope *envelope, struct core_message *ret_message)
{
    *ret_message = (struct core_message){
        .epoch = envelope->epoch,
        .number = envelope->number,
        .subject = envelope->subject,
        .to = envelope->to,
        .case_id = envelope->case_id,
        .priority = envelope->priority,
        .exercise = envelope->exercise,
        .not_before_ms = envelope->not_before_ms,
        .expires_ms = envelope->expires_ms,
        .actor_unit = envelope->actor_unit,
        .body = envelope->body,
        .bytes = envelope->bytes,
    };
}

static int publish(struct broker *broker, const struct socket_frame *source, struct frame *frame)
{
    struct envelope envelope;
    struct slice item;
    const char *reason = NULL;
    uint32_t count = 0;

    while (frame_next(frame, &item) == 0) {
        if (scan_envelope(item, &envelope, &reason) != 0)
            break;
        part_message(&envelope, &broker->messages[count++]);
        reason = NULL;
    }
    broker->message_count = count;
    broker->message_next = 0;
    int r = count == 0 ? 0
                       : broker_step(broker, &(struct core_event){
                                                 .kind = CORE_PUBLISH,
                                                 .peer = source->peer,
                                                 .publish = { broker->messages, count },
                                             });
    broker->message_count = 0;
    /* What stands behind it in the frame waits for it, as behind any refused message. */
    if (r == 0 && reason != NULL)
        r = envelope.number == 0 ? bad_frame(broker, source, reason)
                                 : refuse_message(broker, source->peer, envelope.number, reason);
    return r;
}

/* ---- the other types ------------------------------------------------------------------------------- */

static const ProtobufCMessageDescriptor *type_of(enum frame_type type)
{
    static const ProtobufCMessageDescriptor *const types[FRAME_TYPES] = {
        [FRAME_HELLO] = &bus__hello__descriptor,
        [FRAME_SUBSCRIBE] = &bus__subscribe__descriptor,
        [FRAME_CREDIT] = &bus__credit__descriptor,
        [FRAME_TAKE] = &bus__take__descriptor,
        [FRAME_RECEIPT] = &bus__receipt__descriptor,
        [FRAME_RETURN] = &bus__return__descriptor,
        [FRAME_EXTEND] = &bus__extend__descriptor,
        [FRAME_PEEK] = &bus__peek__descriptor,
        [FRAME_REDRIVE] = &bus__redrive__descriptor,
        [FRAME_QUERY] = &bus__query__descriptor,
        [FRAME_ANSWER] = &bus__answer__descriptor,
        [FRAME_ADMIN] = &bus__admin__descriptor,
    };

    return types[type];
}

/* The bench's own build has no keys: its one unit is `bench`. */
static const char *user_of(const struct broker *broker, const struct socket_frame *frame)
{
    return broker->plain ? "bench/plain" : frame->user;
}

static int hello(struct broker *broker, const struct socket_frame *frame, const Bus__Hello *hello)
{
    const char *user = user_of(broker, frame);

    /* A key may have been taken away since this connection came in. */
    if (!broker->plain && !town_knows(broker->town, user)) {
        say_warn("wire.revoked", "user=%s", user);
        int r =
            reject(broker, frame->peer, BUS__CODE__NOT_PERMITTED, "the key is not valid any more");
        socket_cut(frame->fd);
        return r;
    }
    say_debug("wire.hello", "user=%s instance=%s peer=%llx", user, hello->instance,
              (unsigned long long)frame->peer);
    struct link *link = link_make(broker, frame, user);
    if (link == NULL)
        return broker->fault;
    return broker_step(broker, &(struct core_event){ .kind = CORE_HELLO,
                                                     .peer = frame->peer,
                                                     .hello = { link->unit, hello } });
}

/* A subscription from a time is one from a sequence; and one that met damage begins anew. */
static int subscribe(struct broker *broker, struct link *link, Bus__Subscribe *subscribe)
{
    uint64_t seq;

    if (subscribe->from_seq == 0 && subscribe->from_time_ms != 0) {
        int r = log_seq_at(part_reader(broker, UINT64_MAX), subscribe->from_time_ms, &seq);
        if (r < 0)
            return r;
        subscribe->from_seq = seq;
    }
    link->subscribe_request = subscribe->request;
    if (link->parked) {
        link->parked = false;
        int r = broker_step(broker, &(struct core_event){ .kind = CORE_SENT, .peer = link->peer });
        if (r < 0)
            return r;
    }
    return broker_step(
        broker,
        &(struct core_event){ .kind = CORE_SUBSCRIBE, .peer = link->peer, .subscribe = subscribe });
}

static int handle(struct broker *broker, struct link *link, enum frame_type type,
                  ProtobufCMessage *message)
{
    struct core_event event = { .peer = link->peer };

    if (type == FRAME_SUBSCRIBE)
        return subscribe(broker, link, (Bus__Subscribe *)message);
    if (type == FRAME_ADMIN)
        return admin_answer(broker, link, (const Bus__Admin *)message);
    if (type == FRAME_CREDIT) {
        event.kind = CORE_CREDIT;
        event.credit_bytes = ((const Bus__Credit *)message)->bytes;
    } else if (type == FRAME_TAKE) {
        event.kind = CORE_TAKE;
        event.take = (const Bus__Take *)message;
    } else if (type == FRAME_RECEIPT) {
        event.kind = CORE_RECEIPT;
        event.receipt = (const Bus__Receipt *)message;
    } else if (type == FRAME_RETURN) {
        event.kind = CORE_RETURN;
        event.give_back = (const Bus__Return *)message;
    } else if (type == FRAME_EXTEND) {
        event.kind = CORE_EXTEND;
        event.extend = (const Bus__Extend *)message;
    } else if (type == FRAME_PEEK) {
        event.kind = CORE_PEEK;
        event.peek = (const Bus__Peek *)message;
    } else if (type == FRAME_REDRIVE) {
        event.kind = CORE_REDRIVE;
        event.redrive = (const Bus__Redrive *)message;
    } else if (type == FRAME_QUERY) {
        event.kind = CORE_QUERY;
        event.query = (const Bus__Query *)message;
    } else {
        event.kind = CORE_ANSWER;
        event.answer = (const Bus__Answer *)message;
    }
    return broker_step(broker, &event);
}

static int unpack(struct broker *broker, const struct socket_frame *source, struct frame *frame)
{
    const ProtobufCMessageDescriptor *type = type_of(frame->type);
    ProtobufCMessage *message;
    const char *reason;
    struct slice item;
    int r = 0;

    if (type == NULL)
        return bad_frame(broker, source, "a peer does not send this type");
    while (r == 0 && frame_next(frame, &item) == 0) {
        arena_reset(&broker->arena);
        if (scan_unpack(type, item, &broker->arena, &message, &reason) != 0)
            return bad_frame(broker, source, reason);
        struct link *link = link_of(broker, source->peer);
        if (frame->type == FRAME_HELLO)
            r = hello(broker, source, (const Bus__Hello *)message);
        else if (link != NULL)
            r = handle(broker, link, frame->type, message);
        else
            break;
    }
    return r;
}

static int bye(struct broker *broker, uint64_t peer)
{
    link_drop(broker, peer);
    return broker_step(broker, &(struct core_event){ .kind = CORE_GONE, .peer = peer });
}

/* ---- a frame --------------------------------------------------------------------------------------- */

static int receive(struct broker *broker, const struct socket_frame *source)
{
    struct frame frame;
    const char *reason;

    broker->frames++;
    watch_note(broker, source->fd, source->bytes.size);
    if (frame_open(source->bytes, &frame, &reason) != 0)
        return bad_frame(broker, source, reason);
    if (frame.type == FRAME_HELLO)
        return unpack(broker, source, &frame);

    struct link *link = link_of(broker, source->peer);
    if (link == NULL || frame.epoch != broker->run
        || (!broker->plain && strcmp(link->user, source->user) != 0))
        return out_send(broker, source->peer, FRAME_RESET, NULL);
    link->heard_ms = broker->steady_ms;
    switch ((int)frame.type) {
    case FRAME_PUBLISH:
        return publish(broker, source, &frame);
    case FRAME_PING:
        return broker_step(broker, &(struct core_event){ .kind = CORE_PING, .peer = source->peer });
    case FRAME_BYE:
        return bye(broker, source->peer);
    default:
        return unpack(broker, source, &frame);
    }
}

int receive_frames(struct broker *broker, bool *ret_drained)
{
    struct socket_frame frame;

    *ret_drained = false;
    for (int i = 0; i < FRAMES_A_ROUND && !logger_is_full(broker->logger); i++) {
        int r = socket_receive(broker->socket, &frame);
        if (r == SOCKET_EMPTY) {
            *ret_drained = true;
            return 0;
        }
        if (r == SOCKET_ODD) {
            if (broker->odd++ == 0)
                say_warn("wire.odd_frame", "reason=\"more than one part, or no key behind it\"");
            continue;
        }
        if (r == 0)
            r = receive(broker, &frame);
        if (r < 0)
            return r;
    }
    return 0;
}
