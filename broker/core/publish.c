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

    inside_trace(core, "    %s/%llu is refused: %s", peer->source, (unsigned long long)number,
                 reason);
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
    if (!permit_allows(core->permit, peer->unit->name, PERMIT_PUBLISH, subject))
        return false;
    if (subject.size < sizeof(peer->allowed)) {
        memcpy(peer->allowed, subject.data, subject.size);
        peer->allowed[subject.size] = '\0';
    }
    return true;
}

/* Refuses it with a code; true: it may be stored. */
static bool check(struct core *core, struct peer *peer, const struct core_message *message)
{
    const struct core_limits *limits = &core->options.limits;
    const struct producer *producer = peer->producer;
    uint64_t number = message->number;
    uint64_t in_flight = producer == NULL ? 0 : producer->number - producer->durable;

    if (message->body.size > limits->body_bytes) {
        refuse(core, peer, number, BUS__CODE__TOO_LARGE, "the body is over the limit", 0);
    } else if (message->exercise != core->options.exercise) {
        refuse(core, peer, number, BUS__CODE__BAD_EXERCISE,
               core->options.exercise ? "this log is an exercise's" : "this log is real", 0);
    } else if (!peer->is_service && message->actor_unit.size > 0
               && !slice_equal(message->actor_unit, slice_text(peer->unit->name))) {
        refuse(core, peer, number, BUS__CODE__NOT_PERMITTED, "the actor is of another unit", 0);
    } else if (!allowed(core, peer, message->subject)) {
        refuse(core, peer, number, BUS__CODE__NOT_PERMITTED,
               "the unit may not publish under this subject", 0);
    } else if (message->to.size > 0 && !peer->is_service) {
        refuse(core, peer, number, BUS__CODE__NOT_PERMITTED, "only a service addresses a mailbox",
               0);
    } else if (core->space == CORE_RESERVE) {
        refuse(core, peer, number, BUS__CODE__FULL, "the disk is full", limits->retry_ms);
    } else if (in_flight >= limits->publish_messages
               || peer->pending_bytes + message->bytes.size > limits->publish_bytes) {
        refuse(core, peer, number, BUS__CODE__OVER_CREDIT, "too much is not acknowledged yet",
               limits->retry_ms);
    } else if (producer == NULL && producer_get(core, peer->source, false) == NULL
               && peer->unit->producers >= limits->sources_of_unit) {
        refuse(core, peer, number, BUS__CODE__FULL, "the unit has too many producers",
               limits->retry_ms);
    } else {
        return true;
    }
    return false;
}

/* The first of an epoch makes the producer, or takes it into that epoch. */
static struct producer *producer_of(struct core *core, struct peer *peer)
{
    struct producer *producer = peer->producer;

    if (producer != NULL)
        return producer;
    producer = producer_get(core, peer->source, true);
    if (producer == NULL)
        return NULL;
    producer->epoch = peer->epoch;
    producer->number = 0;
    producer->durable = 0;
    producer->durable_seq = 0;
    producer->peer = peer;
    peer->producer = producer;
    return producer;
}

static void append(struct core *core, struct peer *peer, const struct core_message *message)
{
    struct producer *producer = producer_of(core, peer);
    uint64_t seq = core->next_seq;

    if (producer == NULL)
        return;
    core->next_seq++;
    struct core_effect *effect = inside_effect(core, CORE_APPEND_MESSAGE, peer->id);
    effect->append.seq = seq;
    effect->append.time_ms = inside_time(core);
    effect->append.source = slice_text(peer->source);
    effect->append.payload = message->bytes;
    inside_trace(core, "    %s/%u/%llu is %llu: %.*s", peer->source, peer->epoch,
                 (unsigned long long)message->number, (unsigned long long)seq,
                 (int)message->subject.size, (const char *)message->subject.data);
    producer->number = message->number;
    producer_dirty(core, producer);
    peer->pending_bytes += message->bytes.size;
    inside_wait(core, (struct waiting){ .kind = WAITING_STORED,
                                        .epoch = peer->epoch,
                                        .bytes = (uint32_t)message->bytes.size,
                                        .seq = seq,
                                        .peer = peer->id,
                                        .number = message->number,
                                        .producer = producer });
    const struct route *route = route_of(core, message->subject);
    mailbox_message(core, route, seq, core->last_time_ms, message);
    subscribe_message(core, route, seq);
}

/* Told once for each place, and again after a while: one gap makes a whole pipeline late. */
static void gap(struct core *core, struct peer *peer, uint64_t number, uint64_t durable)
{
    enum { GAP_AGAIN_MS = 200 };

    if (peer->gap_number == number + 1 && core->steady_ms < peer->gap_ms + GAP_AGAIN_MS)
        return;
    peer->gap_number = number + 1;
    peer->gap_ms = core->steady_ms;
    inside_trace(core, "    %s waits for %llu", peer->source, (unsigned long long)number + 1);
    stored(core, peer->id, durable, 0, true);
}

void publish_step(struct core *core, struct peer *peer, const struct core_event *event)
{
    bool again = false;

    for (uint32_t i = 0; i < event->publish.count; i++) {
        const struct core_message *message = &event->publish.messages[i];
        uint64_t number = peer->producer == NULL ? 0 : peer->producer->number;
        uint64_t durable = peer->producer == NULL ? 0 : peer->producer->durable;
        if (message->epoch != peer->epoch) {
            refuse(core, peer, message->number, BUS__CODE__BAD_MESSAGE,
                   "the epoch is not that of the HELLO", 0);
            break;
        }
        if (message->number > number + 1) {
            gap(core, peer, number, durable);
            break;
        }
        /* One that is here already: stored, or on its way to the disk, and then the commit tells. */
        if (message->number <= number)
            again = again || message->number <= durable;
        else if (check(core, peer, message))
            append(core, peer, message);
        else
            break; /* what follows a refused number waits for it */
    }
    if (again)
        stored(core, peer->id, peer->producer->durable, 0, false);
}

/* ---- on the disk ----------------------------------------------------------------------------------- */

static void note_stored(struct core *core, const struct waiting *waiting, struct producer **list)
{
    struct producer *producer = waiting->producer;
    struct peer *peer = peer_get(core, waiting->peer);

    if (peer != NULL)
        peer->pending_bytes -= waiting->bytes;
    if (producer->epoch != waiting->epoch)
        return; /* it has gone on in another epoch meanwhile */
    producer->durable = waiting->number;
    producer->durable_seq = waiting->seq;
    if (producer->acking)
        return;
    producer->acking = true;
    producer->next_acking = *list;
    *list = producer;
}

/* Tells each producer once how far it has come, and each caller that its receipt is kept. */
void publish_committed(struct core *core, uint64_t seq)
{
    struct producer *acking = NULL;

    while (core->waiting_count > 0) {
        const struct waiting *waiting = &core->waiting[core->waiting_first];
        if (waiting->seq > seq)
            break;
        struct peer *peer = waiting->kind == WAITING_STORED ? NULL : peer_get(core, waiting->peer);
        if (waiting->kind == WAITING_STORED)
            note_stored(core, waiting, &acking);
        else if (peer != NULL && waiting->kind == WAITING_SETTLED)
            inside_effect(core, CORE_SEND_SETTLED, peer->id)->request = waiting->number;
        else if (peer != NULL)
            peer_welcome(core, peer);
        core->waiting_first = (core->waiting_first + 1) % core->waiting_room;
        core->waiting_count--;
    }
    for (; acking != NULL; acking = acking->next_acking) {
        acking->acking = false;
        if (acking->peer != NULL)
            stored(core, acking->peer->id, acking->durable, acking->durable_seq, false);
    }
}
