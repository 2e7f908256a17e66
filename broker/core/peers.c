/*
 * Sessions: they live in memory, begin with HELLO and end with their connection, with silence, or
 * when the same source says HELLO elsewhere.
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
    if (hello->acknowledged > 0
        && (producer == NULL
            || (hello->epoch == producer->epoch && hello->acknowledged > producer->durable)))
        return "the peer was acknowledged more than the log holds: a tail was lost";
    return NULL;
}

static bool too_many(const struct core *core, const struct unit_seen *unit)
{
    return core->peers.count >= core->options.limits.peers
           || unit->sessions >= core->options.limits.peers_of_unit;
}

static bool speaks_for_others(const struct core *core, const char *unit)
{
    char subject[INSIDE_NAME * 2];

    snprintf(subject, sizeof(subject), "%.60s.Any.any", unit);
    return permit_allows(core->permit, unit, PERMIT_ANSWER, slice_text(subject));
}

static struct peer *make_peer(struct core *core, uint64_t id, const char *user, const char *source,
                              const Bus__Hello *hello)
{
    struct unit_seen *unit = unit_seen_get(core, slice_text(user));
    struct peer *peer = unit == NULL ? NULL : calloc(1, sizeof(*peer));

    if (peer == NULL || map_put(&core->peers, id_slice(&id), peer) < 0
        || map_put(&core->sources, slice_text(source), peer) < 0) {
        core->fault = FAULT(-ENOMEM);
        map_drop(&core->peers, id_slice(&id));
        free(peer);
        return NULL;
    }
    peer->id = id;
    peer->ordinal = ++core->peer_ordinal;
    peer->heard_ms = core->steady_ms;
    peer->unit = unit;
    peer->epoch = hello->epoch;
    peer->subscription.peer = peer;
    snprintf(peer->source, sizeof(peer->source), "%s", source);
    snprintf(peer->service, sizeof(peer->service), "%.60s", hello->service);
    peer->is_service = speaks_for_others(core, user);
    unit->sessions++;
    peer->previous = core->last_peer;
    if (core->last_peer != NULL)
        core->last_peer->next = peer;
    else
        core->first_peer = peer;
    core->last_peer = peer;
    return peer;
}

void peer_welcome(struct core *core, struct peer *peer)
{
    struct core_effect *effect = inside_effect(core, CORE_SEND_WELCOME, peer->id);
    Bus__Welcome *message = &effect->welcome;

    *message = (Bus__Welcome)BUS__WELCOME__INIT;
    message->source = peer->source;
    message->log_id = core->options.log_id;
    message->head = core->committed;
    message->number = peer->producer == NULL ? 0 : peer->producer->durable;
    message->time_ms = inside_time(core);
    message->exercise = core->options.exercise;
    message->rate = core->options.rate;
    message->publish_messages = core->options.limits.publish_messages;
    message->publish_bytes = core->options.limits.publish_bytes;
    message->frame_bytes = core->options.limits.frame_bytes;
    message->body_bytes = core->options.limits.body_bytes;
}

/* What was given a sequence and is not on the disk yet is neither promised nor free to be numbered
 * anew: the welcome waits for it. */
static void begin(struct core *core, struct peer *peer)
{
    struct producer *producer = producer_get(core, peer->source, false);

    if (peer->service[0] != '\0' && map_put(&core->services, slice_text(peer->service), peer) < 0)
        core->fault = -ENOMEM;
    if (producer == NULL || producer->epoch != peer->epoch) {
        /* A producer that never publishes leaves nothing behind: its row comes with its first. */
        peer_welcome(core, peer);
        return;
    }
    peer->producer = producer;
    producer->peer = peer;
    if (producer->number == producer->durable)
        peer_welcome(core, peer);
    else
        inside_wait(core, (struct waiting){ .kind = WAITING_WELCOME,
                                            .seq = core->next_seq - 1,
                                            .peer = peer->id });
}

void peer_hello(struct core *core, const struct core_event *event)
{
    const Bus__Hello *hello = event->hello.hello;
    const char *user = event->hello.user;
    char source[INSIDE_NAME * 2];
    Bus__Code code;

    snprintf(source, sizeof(source), "%.63s%s%.20s", user, hello->instance[0] == '\0' ? "" : ".",
             hello->instance);
    struct peer *old = peer_get(core, event->peer);
    if (old != NULL)
        peer_gone(core, old);
    const char *reason = refuse_hello(core, user, hello, source, &code);
    if (reason != NULL) {
        inside_trace(core, "    %s is rejected: %s", source, reason);
        inside_reject(core, event->peer, 0, code, reason, 0);
        return;
    }
    /* The same producer from another connection: the newer one is alive. */
    old = map_get(&core->sources, slice_text(source));
    if (old != NULL) {
        inside_effect(core, CORE_SEND_RESET, old->id);
        peer_gone(core, old);
    }
    struct unit_seen *unit = unit_seen_get(core, slice_text(user));
    if (unit == NULL)
        return;
    if (too_many(core, unit)) {
        inside_reject(core, event->peer, 0, BUS__CODE__FULL, "too many sessions",
                      core->options.limits.retry_ms);
        return;
    }
    struct peer *peer = make_peer(core, event->peer, user, source, hello);
    if (peer != NULL)
        begin(core, peer);
}

/* ---- the end ------------------------------------------------------------------------------------- */

void peer_gone(struct core *core, struct peer *peer)
{
    inside_trace(core, "    %s is gone", peer->source);
    mailbox_forget(core, peer);
    query_forget(core, peer);
    subscribe_end(core, peer);
    link_gone(core, peer);
    if (peer->producer != NULL && peer->producer->peer == peer)
        peer->producer->peer = NULL;
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

/* What a session has that the new table does not give; NULL: nothing. */
static const char *revoked(const struct core *core, const struct peer *peer)
{
    const char *unit = peer->unit->name;
    const struct filters *filters =
        peer->subscription.set == NULL ? NULL : peer->subscription.set->filters;
    char subject[INSIDE_NAME * 2];

    if (!permit_knows(core->permit, unit))
        return "the unit is not known any more";
    snprintf(subject, sizeof(subject), "%.60s.Any.any", peer->service);
    if (peer->service[0] != '\0'
        && !permit_allows(core->permit, unit, PERMIT_ANSWER, slice_text(subject)))
        return "the unit may not answer for that service any more";
    for (uint32_t i = 0; filters != NULL && i < filters_count(filters); i++)
        if (!permit_allows_filter(core->permit, unit, filters_at(filters, i)))
            return "the unit may not hear all that it subscribed to any more";
    for (uint32_t i = 0; peer->takes > 0 && i < core->mailbox_count; i++) {
        const struct mailbox *mailbox = core->mailboxes[i];
        for (uint32_t taker = 0; taker < mailbox->taker_count; taker++)
            if (mailbox->takers[taker].peer == peer->id
                && !permit_allows(core->permit, unit, PERMIT_TAKE, slice_text(mailbox->unit)))
                return "the unit may not take from a mailbox any more";
    }
    return NULL;
}

void peers_permits(struct core *core)
{
    for (struct peer *peer = core->first_peer; peer != NULL;) {
        struct peer *next = peer->next;
        const char *reason = revoked(core, peer);
        peer->allowed[0] = '\0';
        if (reason != NULL) {
            struct core_effect *effect = inside_effect(core, CORE_CUT, peer->id);
            effect->refused.number = 0;
            effect->refused.code = BUS__CODE__NOT_PERMITTED;
            effect->refused.reason = reason;
            effect->refused.retry_ms = 0;
            peer_gone(core, peer);
        } else {
            peer->is_service = speaks_for_others(core, peer->unit->name);
        }
        peer = next;
    }
}

void peers_close(struct core *core)
{
    for (struct peer *peer = core->first_peer; peer != NULL;) {
        struct peer *next = peer->next;
        subscribe_end(core, peer);
        free(peer);
        peer = next;
    }
    map_close(&core->peers, NULL);
    map_close(&core->sources, NULL);
    map_close(&core->services, NULL);
    map_close(&core->producers, free);
    map_close(&core->units, free);
    map_close(&core->sets, NULL);
    route_forget_all(core);
}
