/*
 * Subscriptions: a set of filters, a cursor and some credit.  They are fed from the log, so one that
 * is slow costs a cursor.  All with the same filters are members of one set; a message stirs the
 * sets that it matches, and a commit wakes those of their members who wait.  Whoever has nothing to
 * get costs nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "core/inside.h"

enum {
    FILTERS_MOST = 64,
    FILTER_BYTES = 129,
    CREDIT_MOST = 64 << 20,
    TOLD_MOST = 1 << 16, /* a receiver whose cursor is so far behind is told where the log is */
};

/* ---- lists ------------------------------------------------------------------------------------------ */

static struct subscription **list_of(struct core *core, struct subscription *subscription)
{
    return subscription->place == PLACE_IDLE ? &subscription->set->idle : &core->due;
}

static void unplace(struct core *core, struct subscription *subscription)
{
    if (subscription->place == PLACE_NONE)
        return;
    if (subscription->place == PLACE_DUE)
        core->due_count--;
    if (subscription->previous_here == NULL)
        *list_of(core, subscription) = subscription->next_here;
    else
        subscription->previous_here->next_here = subscription->next_here;
    if (subscription->next_here != NULL)
        subscription->next_here->previous_here = subscription->previous_here;
    subscription->place = PLACE_NONE;
}

static void place(struct core *core, struct subscription *subscription,
                  enum subscription_place where)
{
    unplace(core, subscription);
    subscription->place = where;
    if (where == PLACE_NONE)
        return;
    struct subscription **list = list_of(core, subscription);
    subscription->previous_here = NULL;
    subscription->next_here = *list;
    if (*list != NULL)
        (*list)->previous_here = subscription;
    *list = subscription;
    core->due_count += where == PLACE_DUE;
}

/* Whether there may be something for it on the disk, and whether it can take it. */
static void look(struct core *core, struct subscription *subscription)
{
    const struct filter_set *set = subscription->set;

    if (set == NULL)
        return;
    if (subscription->feeding || subscription->credit == 0)
        place(core, subscription, PLACE_NONE);
    else if ((subscription->next <= set->last_match || subscription->told <= subscription->head)
             && subscription->next <= core->committed)
        place(core, subscription, PLACE_DUE);
    else
        place(core, subscription, PLACE_IDLE);
}

/* ---- sets ------------------------------------------------------------------------------------------- */

static char *key_of(const struct filters *filters)
{
    uint32_t count = filters_count(filters);
    char *key = malloc(count * FILTER_BYTES + 1);
    size_t used = 0;

    for (uint32_t i = 0; key != NULL && i < count; i++) {
        struct slice text = filters_at(filters, i);
        memcpy(key + used, text.data, text.size);
        used += text.size;
        key[used++] = ',';
    }
    if (key != NULL)
        key[used] = '\0';
    return key;
}

/* Takes the filters. */
static struct filter_set *join_set(struct core *core, struct filters *filters)
{
    char *key = key_of(filters);
    struct filter_set *set = key == NULL ? NULL : map_get(&core->sets, slice_text(key));

    if (set != NULL) {
        free(key);
        filters_close(filters);
        set->members++;
        return set;
    }
    set = key == NULL ? NULL : calloc(1, sizeof(*set));
    if (set == NULL || map_put(&core->sets, slice_text(key), set) < 0) {
        free(key);
        free(set);
        filters_close(filters);
        core->fault = FAULT(-ENOMEM);
        return NULL;
    }
    set->number = ++core->set_last;
    set->key = key;
    set->filters = filters;
    set->members = 1;
    set->last_match = core->next_seq - 1; /* as far as anybody knows */
    set->first_match = core->next_seq;
    set->next = core->first_set;
    if (core->first_set != NULL)
        core->first_set->previous = set;
    core->first_set = set;
    route_forget_all(core);
    /* What is not on the disk yet may match: the set waits for that commit too. */
    if (set->last_match > core->committed) {
        set->stirred = true;
        set->first_match = core->committed + 1;
        set->next_stirred = core->stirred;
        core->stirred = set;
    }
    return set;
}

static void leave_set(struct core *core, struct filter_set *set)
{
    if (--set->members > 0)
        return;
    for (struct filter_set **at = &core->stirred; set->stirred && *at != NULL;) {
        if (*at == set) {
            *at = set->next_stirred;
            break;
        }
        at = &(*at)->next_stirred;
    }
    if (set->previous == NULL)
        core->first_set = set->next;
    else
        set->previous->next = set->next;
    if (set->next != NULL)
        set->next->previous = set->previous;
    map_drop(&core->sets, slice_text(set->key));
    route_forget_all(core);
    filters_close(set->filters);
    free(set->key);
    free(set);
}

void subscribe_end(struct core *core, struct peer *peer)
{
    struct subscription *subscription = &peer->subscription;

    if (subscription->set == NULL)
        return;
    unplace(core, subscription);
    leave_set(core, subscription->set);
    *subscription = (struct subscription){ .peer = peer,
                                           .feeding = subscription->feeding,
                                           .stale = subscription->feeding };
}

/* ---- the receiver's words ---------------------------------------------------------------------------- */

static const char *refuse(const struct core *core, const struct peer *peer,
                          const Bus__Subscribe *subscribe, Bus__Code *ret_code)
{
    *ret_code = BUS__CODE__BAD_MESSAGE;
    if (subscribe->n_filters == 0 || subscribe->n_filters > FILTERS_MOST)
        return "a subscription has 1 to 64 filters";
    for (size_t i = 0; i < subscribe->n_filters; i++)
        if (!filter_valid(slice_text(subscribe->filters[i])))
            return "a filter is service.Message.unit with * and >";
    *ret_code = BUS__CODE__NOT_PERMITTED;
    for (size_t i = 0; i < subscribe->n_filters; i++)
        if (!permit_allows_filter(core->permit, peer->unit->name,
                                  slice_text(subscribe->filters[i])))
            return "the unit may not hear all that this filter asks for";
    *ret_code = BUS__CODE__AHEAD;
    if (subscribe->from_seq > core->committed + 1)
        return "the log does not reach that far: a tail was lost";
    return NULL;
}

void subscribe_step(struct core *core, struct peer *peer, const Bus__Subscribe *subscribe)
{
    struct subscription *subscription = &peer->subscription;
    struct filters *filters;
    Bus__Code code;

    const char *reason = refuse(core, peer, subscribe, &code);
    if (reason != NULL) {
        inside_trace(core, "    %s may not subscribe: %s", peer->source, reason);
        inside_reject(core, peer->id, subscribe->request, code, reason, 0);
        return;
    }
    int r = filters_open((const char *const *)subscribe->filters, (uint32_t)subscribe->n_filters,
                         &filters);
    struct filter_set *set = r == 0 ? join_set(core, filters) : NULL;
    if (set == NULL) {
        core->fault = r < 0 ? r : core->fault;
        return;
    }
    subscribe_end(core, peer);
    bool feeding = subscription->feeding;
    uint64_t from = subscribe->from_seq == 0 ? core->committed + 1 : subscribe->from_seq;
    *subscription = (struct subscription){
        .peer = peer,
        .set = set,
        .feeding = feeding,
        .stale = feeding,
        .told = from,
        .head = core->committed,
        .next = from,
        .credit = subscribe->credit_bytes < CREDIT_MOST ? subscribe->credit_bytes : CREDIT_MOST,
    };
    link_receives(core, peer);
    look(core, subscription);
}

void subscribe_credit(struct core *core, struct peer *peer, uint64_t bytes)
{
    struct subscription *subscription = &peer->subscription;

    if (bytes > CREDIT_MOST || subscription->credit + bytes > CREDIT_MOST)
        subscription->credit = CREDIT_MOST;
    else
        subscription->credit += bytes;
    look(core, subscription);
}

void subscribe_sent(struct core *core, const struct core_event *event)
{
    struct peer *peer = peer_get(core, event->peer);
    struct subscription *subscription = peer == NULL ? NULL : &peer->subscription;

    if (subscription == NULL)
        return;
    bool stale = subscription->stale;
    subscription->feeding = false;
    subscription->stale = false;
    subscription->credit -=
        event->sent.bytes < subscription->credit ? event->sent.bytes : subscription->credit;
    /* That of a subscription which was replaced meanwhile says nothing about this one. */
    if (!stale && event->sent.next > subscription->next)
        subscription->next = event->sent.next;
    if (!stale && event->sent.bytes > 0)
        subscription->told = subscription->next;
    look(core, subscription);
}

/* ---- the log's words ---------------------------------------------------------------------------------- */

void subscribe_message(struct core *core, const struct route *route, uint64_t seq)
{
    for (uint32_t i = 0; i < route->set_count; i++) {
        struct filter_set *set = route->sets[i];
        set->last_match = seq;
        if (set->stirred)
            continue;
        set->stirred = true;
        set->first_match = seq;
        set->next_stirred = core->stirred;
        core->stirred = set;
    }
}

void subscribe_committed(struct core *core)
{
    struct filter_set *set = core->stirred;

    core->stirred = NULL;
    while (set != NULL) {
        struct filter_set *next = set->next_stirred;
        bool news = set->first_match <= core->committed;
        for (struct subscription *idle = set->idle; news && idle != NULL;) {
            struct subscription *after = idle->next_here;
            /* Nothing matched in front of it since this one had all. */
            if (idle->next < set->first_match)
                idle->next = set->first_match;
            look(core, idle);
            idle = after;
        }
        set->stirred = set->last_match > core->committed;
        if (set->stirred) {
            set->next_stirred = core->stirred;
            core->stirred = set;
        }
        set = next;
    }
}

static bool rich(const struct core *core, const struct subscription *subscription)
{
    return subscription->credit >= core->options.limits.feed_bytes;
}

static int by_place(const void *a, const void *b)
{
    const struct subscription *left = *(const struct subscription *const *)a;
    const struct subscription *right = *(const struct subscription *const *)b;

    if (left->set != right->set)
        return left->set->number < right->set->number ? -1 : 1;
    if (left->next != right->next)
        return left->next < right->next ? -1 : 1;
    return left->peer->ordinal < right->peer->ordinal ? -1 : 1;
}

static bool collect_due(struct core *core, uint32_t *ret_count)
{
    uint32_t count = core->due_count;

    if (core->feed_room < count) {
        void *larger = realloc(core->feed_order, 2 * count * sizeof(*core->feed_order));
        if (larger == NULL) {
            core->fault = FAULT(-ENOMEM);
            return false;
        }
        core->feed_order = larger;
        core->feed_room = 2 * count;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct subscription *subscription = core->due;
        core->feed_order[i] = subscription;
        place(core, subscription, PLACE_NONE);
        subscription->feeding = true;
    }
    qsort(core->feed_order, count, sizeof(*core->feed_order), by_place);
    *ret_count = count;
    return true;
}

/* One frame for all that stand where the first of them stands.  One that is short of credit gets
 * its own, so that it does not make everybody's small.  Returns how many it was for. */
static uint32_t feed_some(struct core *core, struct subscription **members, uint32_t count)
{
    const struct subscription *lead = members[0];
    uint32_t taken = 1;
    uint64_t bytes = rich(core, lead) ? core->options.limits.feed_bytes : lead->credit;
    uint64_t told = lead->told;
    bool behind = lead->told <= lead->head;

    while (taken < count && members[taken]->set == lead->set && members[taken]->next == lead->next
           && rich(core, lead) && rich(core, members[taken])) {
        if (members[taken]->told < told)
            told = members[taken]->told;
        behind = behind || members[taken]->told <= members[taken]->head;
        taken++;
    }
    uint64_t *peers = inside_alloc(core, taken * sizeof(*peers));
    if (peers == NULL)
        return count;
    for (uint32_t i = 0; i < taken; i++)
        peers[i] = members[i]->peer->id;
    inside_effect(core, CORE_FEED, 0)->feed = (struct core_feed){
        .peers = peers,
        .peer_count = taken,
        .filters = lead->set->filters,
        .first = told,
        .from = lead->next,
        .to = core->committed,
        .bytes = bytes,
        .always = behind || core->committed + 1 - told >= TOLD_MOST,
    };
    return taken;
}

void subscribe_feed(struct core *core)
{
    uint32_t count;

    if (core->due_count == 0 || !collect_due(core, &count))
        return;
    for (uint32_t i = 0; i < count;)
        i += feed_some(core, core->feed_order + i, count - i);
}

/* So that a cursor follows the log even where nothing matches, and a restart need not read it all. */
void subscribe_tick(struct core *core)
{
    for (struct peer *peer = core->first_peer; peer != NULL; peer = peer->next) {
        struct subscription *subscription = &peer->subscription;
        if (subscription->place != PLACE_IDLE
            || subscription->told + TOLD_MOST > core->committed + 1)
            continue;
        if (subscription->next < core->committed)
            subscription->next = core->committed;
        place(core, subscription, PLACE_DUE);
    }
}
