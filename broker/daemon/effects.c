/*
 * What the core answers is carried out in its order.  Frames to one peer and of one type gather into
 * one; what needs a look at the log is put aside until the effects are through (parts.c).
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "daemon/inside.h"

/* ---- frames that gather ---------------------------------------------------------------------------- */

/* A peer that is not there any more, or whose pipe is full though it has no credit left: its session
 * is over.  The core hears of it when nothing else is under way. */
void out_gone(struct broker *broker, uint64_t peer)
{
    const size_t room = sizeof(broker->gone) / sizeof(broker->gone[0]);

    if (broker->gone_count < room)
        broker->gone[broker->gone_count++] = peer;
}

int out_flush(struct broker *broker)
{
    struct out *out = &broker->out;

    if (out->type == FRAME_NONE)
        return 0;
    out->type = FRAME_NONE;
    if (out->peer == SELF_PEER)
        return 0;
    int r = socket_send(broker->socket, out->peer, frame_end(&out->writer));
    if (r == SOCKET_FULL)
        say_warn("wire.pipe_full", "peer=%llx", (unsigned long long)out->peer);
    if (r > 0)
        out_gone(broker, out->peer);
    return r < 0 ? r : 0;
}

static int begin(struct broker *broker, uint64_t peer, enum frame_type type)
{
    struct out *out = &broker->out;

    int r = out_flush(broker);
    if (r < 0)
        return r;
    frame_begin(&out->writer, out->buffer, WIRE_FRAME_BYTES, type, broker->run);
    out->peer = peer;
    out->type = type;
    return 0;
}

int out_send(struct broker *broker, uint64_t peer, enum frame_type type,
             const ProtobufCMessage *message)
{
    struct out *out = &broker->out;
    int r = 0;

    if (out->type != type || out->peer != peer || message == NULL)
        r = begin(broker, peer, type);
    if (r < 0)
        return r;
    if (message == NULL)
        return out_flush(broker);
    if (frame_pack(&out->writer, message) == 0)
        return 0;
    r = begin(broker, peer, type);
    if (r == 0 && frame_pack(&out->writer, message) != 0) {
        out->type = FRAME_NONE;
        say_warn("wire.too_large", "type=%s", frame_type_name(type));
    }
    return r;
}

/* ---- the log --------------------------------------------------------------------------------------- */

/* The message whose bytes these are: one of the frame in hand, else it is scanned again. */
static int find_message(struct broker *broker, struct slice bytes, struct core_message *ret_message)
{
    struct envelope envelope;
    const char *reason;

    while (broker->message_next < broker->message_count) {
        const struct core_message *message = &broker->messages[broker->message_next++];
        if (message->bytes.data == bytes.data) {
            *ret_message = *message;
            return 0;
        }
    }
    if (scan_envelope(bytes, &envelope, &reason) != 0)
        return FAULT(-EPROTO);
    part_message(&envelope, ret_message);
    return 0;
}

static int append_message(struct broker *broker, const struct core_effect *effect)
{
    struct slice source = effect->append.source;
    struct core_message message;

    uint32_t size = scan_stored_size(source, effect->append.payload);
    void *room =
        logger_add(broker->logger, LOG_MESSAGE, effect->append.seq, effect->append.time_ms, size);
    if (room == NULL)
        return FAULT(-ENOMEM);
    scan_stored_pack(effect->append.seq, effect->append.time_ms, source, effect->append.payload,
                     room);
    int r = find_message(broker, effect->append.payload, &message);
    return r == 0 ? index_note(broker->index, effect->append.seq, source, message.epoch,
                               message.number, message.case_id)
                  : r;
}

static int append_record(struct broker *broker, const struct core_effect *effect,
                         enum log_type type)
{
    struct slice payload = effect->append.payload;
    void *room = logger_add(broker->logger, type, effect->append.seq, effect->append.time_ms,
                            (uint32_t)payload.size);

    if (room == NULL)
        return FAULT(-ENOMEM);
    memcpy(room, payload.data, payload.size);
    if (type == LOG_CHECKPOINT)
        index_note_checkpoint(broker->index, effect->append.seq);
    return 0;
}

/* ---- answers --------------------------------------------------------------------------------------- */

static int send_stored(struct broker *broker, const struct core_effect *effect)
{
    Bus__Acknowledged message = BUS__ACKNOWLEDGED__INIT;

    if (effect->peer == SELF_PEER)
        report_stored(broker, effect->stored.number, false);
    message.number = effect->stored.number;
    message.seq = effect->stored.seq;
    message.gap = effect->stored.gap;
    return out_send(broker, effect->peer, FRAME_STORED, &message.base);
}

static int send_refused(struct broker *broker, const struct core_effect *effect)
{
    Bus__PublishRefused message = BUS__PUBLISH_REFUSED__INIT;

    broker->refused++;
    if (effect->peer == SELF_PEER)
        report_stored(broker, effect->refused.number, true);
    message.number = effect->refused.number;
    message.code = effect->refused.code;
    message.reason = effect->refused.reason;
    message.retry_ms = effect->refused.retry_ms;
    return out_send(broker, effect->peer, FRAME_REFUSED, &message.base);
}

static int send_reject(struct broker *broker, const struct core_effect *effect)
{
    Bus__Reject message = BUS__REJECT__INIT;

    message.code = effect->refused.code;
    message.reason = effect->refused.reason;
    message.request = effect->refused.number;
    message.retry_ms = effect->refused.retry_ms;
    return out_send(broker, effect->peer, FRAME_REJECT, &message.base);
}

static int send_settled(struct broker *broker, const struct core_effect *effect)
{
    Bus__Settled message = BUS__SETTLED__INIT;

    message.request = effect->request;
    return out_send(broker, effect->peer, FRAME_SETTLED, &message.base);
}

static int send_query(struct broker *broker, const struct core_effect *effect)
{
    Bus__Query message = *effect->forward.query;

    message.request = effect->forward.id;
    message.asker = effect->forward.asker;
    return out_send(broker, effect->peer, FRAME_QUERY, &message.base);
}

static int send_answer(struct broker *broker, const struct core_effect *effect)
{
    Bus__Answer message = *effect->forward.answer;

    message.request = effect->forward.id;
    return out_send(broker, effect->peer, FRAME_ANSWER, &message.base);
}

static int send_welcome(struct broker *broker, const struct core_effect *effect)
{
    say_debug("wire.welcome", "source=%s number=%llu peer=%llx", effect->welcome.source,
              (unsigned long long)effect->welcome.number, (unsigned long long)effect->peer);
    if (effect->peer == SELF_PEER)
        broker->report_number = effect->welcome.number;
    return out_send(broker, effect->peer, FRAME_WELCOME, &effect->welcome.base);
}

/* The log's time, which never goes back, though the machine's clock may. */
static int send_pong(struct broker *broker, const struct core_effect *effect)
{
    uint64_t head_ms = log_head_time_ms(broker->log);
    Bus__Pong pong = BUS__PONG__INIT;

    pong.time_ms = broker->now_ms > head_ms ? broker->now_ms : head_ms;
    pong.rate = broker->clock.rate;
    return out_send(broker, effect->peer, FRAME_PONG, &pong.base);
}

static int cut(struct broker *broker, const struct core_effect *effect)
{
    struct link *link = link_of(broker, effect->peer);

    if (link == NULL)
        return 0;
    say_warn("wire.cut", "unit=%s reason=\"%s\"", link->unit, effect->refused.reason);
    socket_cut(link->fd);
    link_drop(broker, effect->peer);
    return 0;
}

/* ---- what needs a look at the log ------------------------------------------------------------------ */

static struct part *put_aside(struct broker *broker, enum part_kind kind)
{
    if (broker->part_count == broker->part_room) {
        uint32_t room = broker->part_room == 0 ? 64 : 2 * broker->part_room;
        void *larger = realloc(broker->parts, room * sizeof(*broker->parts));
        if (larger == NULL)
            return NULL;
        broker->parts = larger;
        broker->part_room = room;
    }
    struct part *part = &broker->parts[broker->part_count++];
    part->kind = kind;
    return part;
}

static int put_feed(struct broker *broker, const struct core_feed *feed)
{
    struct part *part = put_aside(broker, PART_FEED);
    uint32_t needed = broker->part_peer_count + feed->peer_count;

    if (part != NULL && needed > broker->part_peer_room) {
        void *larger = realloc(broker->part_peers, 2 * needed * sizeof(*broker->part_peers));
        if (larger == NULL)
            return FAULT(-ENOMEM);
        broker->part_peers = larger;
        broker->part_peer_room = 2 * needed;
    }
    if (part == NULL)
        return FAULT(-ENOMEM);
    part->feed.feed = *feed;
    part->feed.peers = broker->part_peer_count;
    memcpy(broker->part_peers + broker->part_peer_count, feed->peers,
           feed->peer_count * sizeof(*feed->peers));
    broker->part_peer_count = needed;
    return 0;
}

static int put_scan(struct broker *broker, const struct core_scan *scan)
{
    struct part *part = put_aside(broker, PART_SCAN);

    if (part == NULL)
        return FAULT(-ENOMEM);
    part->scan = *scan;
    return 0;
}

/* A message that cannot be read is told to the core, when it listens again. */
static int send_lease(struct broker *broker, const struct core_effect *effect)
{
    int r = part_lease(broker, effect);

    if (r <= 0)
        return r;
    struct part *part = put_aside(broker, PART_LEASE);
    if (part == NULL)
        return FAULT(-ENOMEM);
    part->unreadable.mailbox = effect->lease.mailbox_index;
    part->unreadable.seq = effect->lease.seq;
    return 0;
}

/* ---- all of them ----------------------------------------------------------------------------------- */

int effect_carry(struct broker *broker, const struct core_effect *effect)
{
    switch (effect->kind) {
    case CORE_APPEND_MESSAGE:
        return append_message(broker, effect);
    case CORE_APPEND_RECORD:
        return append_record(broker, effect, LOG_BOOKKEEPING);
    case CORE_APPEND_CHECKPOINT:
        return append_record(broker, effect, LOG_CHECKPOINT);
    case CORE_SEND_WELCOME:
        return send_welcome(broker, effect);
    case CORE_SEND_STORED:
        return send_stored(broker, effect);
    case CORE_SEND_REFUSED:
        return send_refused(broker, effect);
    case CORE_SEND_REJECT:
        return send_reject(broker, effect);
    case CORE_SEND_RESET:
        link_drop(broker, effect->peer);
        return out_send(broker, effect->peer, FRAME_RESET, NULL);
    case CORE_SEND_PONG:
        return send_pong(broker, effect);
    case CORE_SEND_SETTLED:
        return send_settled(broker, effect);
    case CORE_SEND_LEASE:
        return send_lease(broker, effect);
    case CORE_SEND_PEEKED:
        return part_peeked(broker, effect);
    case CORE_SEND_QUERY:
        return send_query(broker, effect);
    case CORE_SEND_ANSWER:
        return send_answer(broker, effect);
    case CORE_FEED:
        return put_feed(broker, &effect->feed);
    case CORE_SCAN:
        return put_scan(broker, &effect->scan);
    case CORE_CUT:
        return cut(broker, effect);
    case CORE_LINK:
        report_link(broker, effect);
        return 0;
    }
    return 0;
}
