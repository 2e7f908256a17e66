/*
 * Subscriptions: a set of filters, a cursor and some credit.  They are fed from the log, so one that
 * is slow costs a cursor; all that stand at one place with one set share one frame.
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "core/inside.h"

enum { FILTERS_MOST = 64 };

void subscribe_end(struct peer *peer)
{
    filters_close(peer->subscription.filters);
    peer->subscription = (struct subscription){ 0 };
}

void subscribe_step(struct core *core, struct peer *peer, const Bus__Subscribe *subscribe)
{
    struct subscription *subscription = &peer->subscription;
    struct filters *filters;

    if (subscribe->n_filters == 0 || subscribe->n_filters > FILTERS_MOST) {
        inside_reject(core, peer->id, subscribe->request, BUS__CODE__BAD_MESSAGE,
                      "a subscription has 1 to 64 filters", 0);
        return;
    }
    for (size_t i = 0; i < subscribe->n_filters; i++) {
        struct slice filter = slice_text(subscribe->filters[i]);
        if (filter_valid(filter) && !permit_allows_filter(core->permit, peer->unit, filter)) {
            inside_reject(core, peer->id, subscribe->request, BUS__CODE__NOT_PERMITTED,
                          "the unit may not hear all that this filter asks for", 0);
            return;
        }
    }
    int r = filters_open((const char *const *)subscribe->filters, (uint32_t)subscribe->n_filters,
                         &filters);
    if (r > 0) {
        inside_reject(core, peer->id, subscribe->request, BUS__CODE__BAD_MESSAGE,
                      "a filter is service.Message.unit with * and >", 0);
        return;
    }
    if (r < 0) {
        core->fault = r;
        return;
    }
    bool feeding = subscription->feeding;
    subscribe_end(peer);
    *subscription = (struct subscription){
        .active = true,
        .feeding = feeding,
        .filters = filters,
        .next = subscribe->from_seq == 0 ? core->committed + 1 : subscribe->from_seq,
        .credit = subscribe->credit_bytes,
    };
    core->feeds_due = true;
}

void subscribe_credit(struct core *core, struct peer *peer, uint64_t bytes)
{
    enum { CREDIT_MOST = 64 << 20 };
    struct subscription *subscription = &peer->subscription;

    if (bytes > CREDIT_MOST || subscription->credit + bytes > CREDIT_MOST)
        subscription->credit = CREDIT_MOST;
    else
        subscription->credit += bytes;
    core->feeds_due = true;
}

void subscribe_sent(struct core *core, const struct core_event *event)
{
    struct peer *peer = peer_get(core, event->peer);

    if (peer == NULL)
        return;
    struct subscription *subscription = &peer->subscription;
    subscription->feeding = false;
    /* A subscription that was replaced meanwhile stands elsewhere. */
    if (event->sent.next > subscription->next)
        subscription->next = event->sent.next;
    subscription->credit -=
        event->sent.bytes < subscription->credit ? event->sent.bytes : subscription->credit;
    if (subscription->next <= core->committed && subscription->credit > 0)
        core->feeds_due = true;
}

static bool hungry(const struct core *core, const struct peer *peer)
{
    const struct subscription *subscription = &peer->subscription;

    return subscription->active && !subscription->feeding && subscription->credit > 0 &&
           subscription->next <= core->committed;
}

static bool room_for_peers(struct core *core)
{
    uint32_t wanted = core->peers.count;

    if (wanted <= core->feed_peer_room)
        return true;
    void *larger = realloc(core->feed_peers, 2 * wanted * sizeof(*core->feed_peers));
    if (larger == NULL) {
        core->fault = FAULT(-ENOMEM);
        return false;
    }
    core->feed_peers = larger;
    core->feed_peer_room = 2 * wanted;
    return true;
}

/* One frame for all that stand where `first` stands. */
static void feed_with(struct core *core, struct peer *first)
{
    struct subscription *lead = &first->subscription;
    uint64_t *peers = core->feed_peers + core->feed_peer_used;
    uint64_t bytes = core->options.limits.feed_bytes;
    uint32_t count = 0;

    for (struct peer *peer = first; peer != NULL; peer = peer->next) {
        struct subscription *other = &peer->subscription;
        if (!hungry(core, peer) || other->next != lead->next ||
            !filters_equal(other->filters, lead->filters))
            continue;
        peers[count++] = peer->id;
        if (other->credit < bytes)
            bytes = other->credit;
        if (peer != first)
            other->feeding = true;
    }
    lead->feeding = true;
    core->feed_peer_used += count;
    struct core_effect *effect = inside_effect(core, CORE_FEED, 0);
    effect->feed = (struct core_feed){
        .peers = peers,
        .peer_count = count,
        .filters = lead->filters,
        .from = lead->next,
        .to = core->committed,
        .bytes = bytes,
    };
}

void subscribe_feed(struct core *core)
{
    if (!core->feeds_due || !room_for_peers(core))
        return;
    core->feeds_due = false;
    for (struct peer *peer = core->first_peer; peer != NULL; peer = peer->next)
        if (hungry(core, peer))
            feed_with(core, peer);
}
