/*
 * A message comes in: is it new, is it allowed, is there room?  Then it gets a sequence, and the
 * producer hears of it when it is on the disk.
 */
#include <string.h>

#include "core/inside.h"

static void refuse(struct core *core, const struct peer *peer, uint64_t number, Bus__Code code,
                   const char *reason, uint32_t retry_ms)
{
    struct core_effect *effect = inside_effect(core, CORE_SEND_REFUSED, peer->id);

    inside_trace(core, "%s/%llu is refused: %s", peer->source, (unsigned long long)number, reason);
    effect->refused.number = number;
    effect->refused.code = code;
    effect->refused.reason = reason;
    effect->refused.retry_ms = retry_ms;
}

static void stored(struct core *core, uint64_t peer, uint64_t number, uint64_t seq, bool gap)
{
    struct core_effect *effect = inside_effect(core, CORE_SEND_STORED, peer);

    effect->stored.number = number;
    effect->stored.seq = seq;
    effect->stored.gap = gap;
}

/* A desk speaks of the same few things: the last subject that was allowed is remembered. */
static bool allowed(struct core *core, struct peer *peer, struct slice subject)
{
    if (slice_equal(slice_text(peer->allowed), subject))
        return true;
    if (!permit_allows(core->permit, peer->unit, PERMIT_PUBLISH, subject))
        return false;
    if (subject.size < sizeof(peer->allowed)) {
        memcpy(peer->allowed, subject.data, subject.size);
        peer->allowed[subject.size] = '\0';
    }
    return true;
}

/* Refuses it with a code; true: it may be stored. */
static bool check(struct core *core, struct peer *peer, const struct core_message *message,
                  uint64_t in_flight)
{
    const struct core_limits *limits = &core->options.limits;
    uint64_t number = message->number;

    if (message->body.size > limits->body_bytes) {
        refuse(core, peer, number, BUS__CODE__TOO_LARGE, "the body is over the limit", 0);
    } else if (in_flight >= limits->publish_messages) {
        refuse(core, peer, number, BUS__CODE__OVER_CREDIT, "too much is not acknowledged yet",
               limits->retry_ms);
    } else if (core->space == CORE_RESERVE) {
        refuse(core, peer, number, BUS__CODE__FULL, "the disk is full", limits->retry_ms);
    } else if (message->exercise != core->options.exercise) {
        refuse(core, peer, number, BUS__CODE__BAD_EXERCISE,
               core->options.exercise ? "this log is an exercise's" : "this log is real", 0);
    } else if (!peer->is_service && message->actor_unit.size > 0 &&
               !slice_equal(message->actor_unit, slice_text(peer->unit))) {
        refuse(core, peer, number, BUS__CODE__NOT_PERMITTED, "the actor is of another unit", 0);
    } else if (!allowed(core, peer, message->subject)) {
        refuse(core, peer, number, BUS__CODE__NOT_PERMITTED,
               "the unit may not publish under this subject", 0);
    } else if (message->to.size > 0 && !peer->is_service) {
        refuse(core, peer, number, BUS__CODE__NOT_PERMITTED, "only a service addresses a mailbox", 0);
    } else {
        return true;
    }
    return false;
}

static struct producer *producer_of(struct core *core, struct peer *peer)
{
    if (peer->producer == NULL) {
        peer->producer = producer_get(core, peer->source, true);
        if (peer->producer != NULL && peer->producer->epoch != peer->epoch) {
            peer->producer->epoch = peer->epoch;
            peer->producer->number = 0;
        }
    }
    return peer->producer;
}

static void append(struct core *core, struct peer *peer, struct producer *producer,
                   const struct core_message *message)
{
    struct core_effect *effect = inside_effect(core, CORE_APPEND_MESSAGE, peer->id);

    effect->append.seq = core->next_seq;
    effect->append.time_ms = inside_time(core);
    effect->append.source = slice_text(peer->source);
    effect->append.payload = message->bytes;
    producer->number = message->number;
    producer_dirty(core, producer);
    mailbox_message(core, core->next_seq, message);
    inside_wait(core, WAITING_STORED, core->next_seq, peer->id, message->number);
    core->next_seq++;
}

void publish_step(struct core *core, struct peer *peer, const struct core_event *event)
{
    struct producer *producer = producer_of(core, peer);

    for (uint32_t i = 0; producer != NULL && i < event->publish.count; i++) {
        const struct core_message *message = &event->publish.messages[i];
        if (message->epoch != peer->epoch) {
            refuse(core, peer, message->number, BUS__CODE__BAD_MESSAGE,
                   "the epoch is not that of the HELLO", 0);
            return;
        }
        if (message->number <= producer->number) {
            /* It is stored, or on its way to the disk. */
            if (message->number <= peer->acked)
                stored(core, peer->id, peer->acked, 0, false);
            continue;
        }
        if (message->number > producer->number + 1) {
            stored(core, peer->id, peer->acked, 0, true);
            return;
        }
        /* What follows a refused number waits for it; the producer sends it again. */
        if (!check(core, peer, message, producer->number - peer->acked))
            return;
        append(core, peer, producer, message);
    }
}

/* Tells each producer once how far it has come, and each caller that its receipt is kept. */
void publish_committed(struct core *core, uint64_t seq)
{
    while (core->waiting_count > 0) {
        const struct waiting *waiting = &core->waiting[core->waiting_first];
        if (waiting->seq > seq)
            break;
        struct peer *peer = peer_get(core, waiting->peer);
        if (peer != NULL && waiting->kind == WAITING_SETTLED)
            inside_effect(core, CORE_SEND_SETTLED, peer->id)->request = waiting->number;
        if (peer != NULL && waiting->kind == WAITING_STORED && waiting->number > peer->acked) {
            peer->acked = waiting->number;
            /* The next one in the ring is of the same peer: it will say more. */
            uint32_t next = (core->waiting_first + 1) % core->waiting_room;
            bool more = core->waiting_count > 1 && core->waiting[next].peer == peer->id &&
                        core->waiting[next].kind == WAITING_STORED &&
                        core->waiting[next].seq <= seq;
            if (!more)
                stored(core, peer->id, waiting->number, waiting->seq, false);
        }
        core->waiting_first = (core->waiting_first + 1) % core->waiting_room;
        core->waiting_count--;
    }
}
