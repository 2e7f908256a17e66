/*
 * Sessions and producers.  A session lives in memory and ends with its connection; a producer's
 * high-water mark is kept for ever, which is why there is no window in which a message counts twice.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "core/inside.h"

enum { INSTANCE_BYTES = 20, PROTOCOL = 1 };

static struct slice id_slice(const uint64_t *id)
{
    return slice_of(id, sizeof(*id));
}

struct peer *peer_get(const struct core *core, uint64_t id)
{
    return map_get(&core->peers, id_slice(&id));
}

/* ---- producers ----------------------------------------------------------------------------------- */

struct producer *producer_get(struct core *core, const char *source, bool make)
{
    struct producer *producer = map_get(&core->producers, slice_text(source));

    if (producer != NULL || !make)
        return producer;
    producer = calloc(1, sizeof(*producer));
    if (producer == NULL || map_put(&core->producers, slice_text(source), producer) < 0) {
        free(producer);
        core->fault = FAULT(-ENOMEM);
        return NULL;
    }
    snprintf(producer->source, sizeof(producer->source), "%s", source);
    return producer;
}

void producer_dirty(struct core *core, struct producer *producer)
{
    if (producer->dirty)
        return;
    producer->dirty = true;
    producer->next_dirty = core->dirty_producers;
    core->dirty_producers = producer;
}

/* ---- hello --------------------------------------------------------------------------------------- */

static bool good_instance(const char *instance)
{
    size_t length = strspn(instance, "abcdefghijklmnopqrstuvwxyz0123456789-");

    return instance[length] == '\0' && length <= INSTANCE_BYTES;
}

/* Why this peer may not begin; NULL: it may. */
static const char *refuse_hello(struct core *core, const char *user, const Bus__Hello *hello,
                                const char *source, Bus__Code *ret_code)
{
    const struct producer *producer = producer_get(core, source, false);

    *ret_code = BUS__CODE__BAD_MESSAGE;
    if (hello->version != PROTOCOL)
        return "this protocol version is not spoken here";
    if (!good_instance(hello->instance))
        return "an instance is 0 to 20 of a-z 0-9 -";
    if (hello->epoch == 0)
        return "the epoch is 0";
    *ret_code = BUS__CODE__NOT_PERMITTED;
    if (!permit_knows(core->permit, user))
        return "the unit is not known";
    if (hello->service[0] != '\0') {
        char subject[INSIDE_NAME * 2];
        snprintf(subject, sizeof(subject), "%.60s.Any.any", hello->service);
        if (!permit_allows(core->permit, user, PERMIT_ANSWER, slice_text(subject)))
            return "the unit may not answer for that service";
    }
    *ret_code = BUS__CODE__WRONG_LOG;
    if (hello->log_id != 0 && hello->log_id != core->options.log_id)
        return "the peer knows another log";
    *ret_code = BUS__CODE__STALE_EPOCH;
    if (producer != NULL && hello->epoch < producer->epoch)
        return "this producer has gone on in a later epoch";
    *ret_code = BUS__CODE__AHEAD;
    if (hello->seen_seq > core->committed)
        return "the peer has seen more than the log holds: a tail was lost";
    if (hello->acknowledged > 0 && (producer == NULL || (hello->epoch == producer->epoch &&
                                                         hello->acknowledged > producer->number)))
        return "the peer was acknowledged more than the log holds: a tail was lost";
    return NULL;
}

static bool too_many(struct core *core, const char *unit)
{
    uint32_t of_unit = 0;

    if (core->peers.count >= core->options.limits.peers)
        return true;
    /* HELLO is no message's path: sessions are counted, not tracked. */
    for (const struct peer *peer = core->first_peer; peer != NULL; peer = peer->next)
        of_unit += strcmp(peer->unit, unit) == 0;
    return of_unit >= core->options.limits.peers_of_unit;
}

static void welcome(struct core *core, const struct peer *peer, uint64_t number)
{
    struct core_effect *effect = inside_effect(core, CORE_SEND_WELCOME, peer->id);
    Bus__Welcome *message = &effect->welcome;

    *message = (Bus__Welcome)BUS__WELCOME__INIT;
    message->source = peer->source;
    message->log_id = core->options.log_id;
    message->head = core->committed;
    message->number = number;
    message->time_ms = inside_time(core);
    message->exercise = core->options.exercise;
    message->rate = core->options.rate;
    message->publish_messages = core->options.limits.publish_messages;
    message->publish_bytes = core->options.limits.publish_bytes;
    message->frame_bytes = core->options.limits.frame_bytes;
    message->body_bytes = core->options.limits.body_bytes;
}

static struct peer *make_peer(struct core *core, uint64_t id, const char *user, const char *source,
                              const Bus__Hello *hello)
{
    char subject[INSIDE_NAME * 2];
    struct peer *peer = calloc(1, sizeof(*peer));

    if (peer == NULL || map_put(&core->peers, id_slice(&id), peer) < 0 ||
        map_put(&core->sources, slice_text(source), peer) < 0) {
        core->fault = FAULT(-ENOMEM);
        free(peer);
        return NULL;
    }
    peer->id = id;
    peer->heard_ms = core->steady_ms;
    snprintf(peer->unit, sizeof(peer->unit), "%s", user);
    snprintf(peer->source, sizeof(peer->source), "%s", source);
    snprintf(peer->service, sizeof(peer->service), "%.60s", hello->service);
    snprintf(subject, sizeof(subject), "%.60s.Any.any", user);
    peer->is_service = permit_allows(core->permit, user, PERMIT_ANSWER, slice_text(subject));
    peer->previous = core->last_peer;
    if (core->last_peer != NULL)
        core->last_peer->next = peer;
    else
        core->first_peer = peer;
    core->last_peer = peer;
    return peer;
}

void peer_hello(struct core *core, const struct core_event *event)
{
    const Bus__Hello *hello = event->hello.hello;
    const char *user = event->hello.user;
    char source[INSIDE_NAME * 2];
    Bus__Code code;

    snprintf(source, sizeof(source), "%.63s%s%.20s", user, hello->instance[0] == '\0' ? "" : ".",
             hello->instance);
    const char *reason = refuse_hello(core, user, hello, source, &code);
    if (reason != NULL) {
        inside_trace(core, "%s is rejected: %s", source, reason);
        inside_reject(core, event->peer, 0, code, reason, 0);
        return;
    }
    struct peer *old = peer_get(core, event->peer);
    if (old != NULL)
        peer_gone(core, old);
    /* The same producer from another connection: the newer one is alive. */
    old = map_get(&core->sources, slice_text(source));
    if (old != NULL) {
        inside_effect(core, CORE_SEND_RESET, old->id);
        peer_gone(core, old);
    }
    if (too_many(core, user)) {
        inside_reject(core, event->peer, 0, BUS__CODE__FULL, "too many sessions",
                      core->options.limits.retry_ms);
        return;
    }
    struct peer *peer = make_peer(core, event->peer, user, source, hello);
    struct producer *producer = peer == NULL ? NULL : producer_get(core, source, false);
    if (peer == NULL)
        return;
    uint64_t number = 0;
    if (producer != NULL && producer->epoch == hello->epoch)
        number = producer->number;
    if (producer == NULL || producer->epoch != hello->epoch) {
        /* A producer that never publishes leaves nothing behind: its row comes with its first. */
        peer->producer = NULL;
    } else {
        peer->producer = producer;
    }
    peer->epoch = hello->epoch;
    if (peer->service[0] != '\0')
        map_put(&core->services, slice_text(peer->service), peer);
    inside_trace(core, "%s says hello", source);
    /* What was given a sequence and is not on the disk yet is not promised: it is told later. */
    peer->acked = number;
    if (number > 0 && core->next_seq > core->committed + 1) {
        peer->acked = 0;
        inside_wait(core, WAITING_STORED, core->next_seq - 1, peer->id, number);
        number = 0;
    }
    welcome(core, peer, number);
}

/* ---- the end ------------------------------------------------------------------------------------- */

void peer_gone(struct core *core, struct peer *peer)
{
    inside_trace(core, "%s is gone", peer->source);
    mailbox_forget(core, peer);
    query_forget(core, peer);
    subscribe_end(peer);
    if (peer->service[0] != '\0' && map_get(&core->services, slice_text(peer->service)) == peer)
        map_drop(&core->services, slice_text(peer->service));
    if (map_get(&core->sources, slice_text(peer->source)) == peer)
        map_drop(&core->sources, slice_text(peer->source));
    map_drop(&core->peers, id_slice(&peer->id));
    if (peer->previous != NULL)
        peer->previous->next = peer->next;
    else
        core->first_peer = peer->next;
    if (peer->next != NULL)
        peer->next->previous = peer->previous;
    else
        core->last_peer = peer->previous;
    free(peer);
}

void peer_tick(struct core *core)
{
    for (struct peer *peer = core->first_peer; peer != NULL;) {
        struct peer *next = peer->next;
        if (core->steady_ms - peer->heard_ms > INSIDE_SESSION_MS)
            peer_gone(core, peer);
        peer = next;
    }
}

void peers_close(struct core *core)
{
    for (struct peer *peer = core->first_peer; peer != NULL;) {
        struct peer *next = peer->next;
        subscribe_end(peer);
        free(peer);
        peer = next;
    }
    map_close(&core->peers, NULL);
    map_close(&core->sources, NULL);
    map_close(&core->services, NULL);
    map_close(&core->producers, free);
}
