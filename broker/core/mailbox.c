/*
 * Mailboxes: who takes from them, and what is handed out next.
 *
 * The most urgent lane first, in each lane the oldest first, of a case one at a time in order.  A
 * message goes out under a lease with a fencing token; the broker appends what became of it, so
 * that a crash forgets no receipt.  A mailbox begins with the log: what was addressed to a unit
 * before it had one is there when it comes.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "core/inside.h"

/* ---- which there are -------------------------------------------------------------------------------- */

struct mailbox *mailbox_named(const struct core *core, struct slice unit)
{
    return map_get(&core->mailbox_names, unit);
}

int mailbox_open(struct core *core, const char *unit, struct mailbox **ret_mailbox)
{
    void *larger = realloc(core->mailboxes, (core->mailbox_count + 1) * sizeof(*core->mailboxes));
    if (larger == NULL)
        return FAULT(-ENOMEM);
    core->mailboxes = larger;
    struct mailbox *mailbox = calloc(1, sizeof(*mailbox));
    if (mailbox == NULL)
        return FAULT(-ENOMEM);
    snprintf(mailbox->unit, sizeof(mailbox->unit), "%.64s", unit);
    mailbox->index = core->mailbox_count;
    mailbox->seen = unit_seen_get(core, slice_text(mailbox->unit));
    if (mailbox->seen == NULL || map_put(&core->mailbox_names, slice_text(unit), mailbox) < 0) {
        free(mailbox);
        return -ENOMEM;
    }
    core->mailboxes[core->mailbox_count++] = mailbox;
    *ret_mailbox = mailbox;
    return 0;
}

static int collect(struct core *core, struct mailbox *mailbox)
{
    enum { PATTERNS_MOST = 64 };
    const char *patterns[PATTERNS_MOST];
    struct filters *filters = NULL;
    uint32_t count = 0;

    while (count < PATTERNS_MOST
           && (patterns[count] = permit_collects(core->permit, mailbox->unit, count)) != NULL)
        count++;
    if (count > 0) {
        int r = filters_open(patterns, count, &filters);
        assert(r <= 0); /* the table was checked when it was read */
        if (r < 0)
            return r;
    }
    mailbox->seen->mailbox = count > 0 ? mailbox : NULL;
    if (mailbox->scanning && mailbox->retired == NULL)
        mailbox->retired = mailbox->filters;
    else
        filters_close(mailbox->filters);
    mailbox->filters = filters;
    return 0;
}

/* Those of the table, and again after the table changed: a mailbox that is no longer in it keeps
 * what it has. */
int mailbox_open_all(struct core *core)
{
    const char *unit;
    int r = 0;

    for (uint32_t i = 0; r == 0 && (unit = permit_mailbox(core->permit, i)) != NULL; i++) {
        struct mailbox *mailbox = mailbox_named(core, slice_text(unit));
        if (mailbox == NULL)
            r = mailbox_open(core, unit, &mailbox);
    }
    for (uint32_t i = 0; r == 0 && i < core->mailbox_count; i++)
        r = collect(core, core->mailboxes[i]);
    if (r == 0 && core->begun)
        mailbox_begin(core);
    return r;
}

void mailbox_close_all(struct core *core)
{
    for (uint32_t i = 0; i < core->mailbox_count; i++) {
        struct mailbox *mailbox = core->mailboxes[i];
        entries_forget(mailbox);
        filters_close(mailbox->filters);
        filters_close(mailbox->retired);
        free(mailbox);
    }
    free(core->mailboxes);
    map_close(&core->mailbox_names, NULL);
}

/* ---- messages and records --------------------------------------------------------------------------- */

void mailbox_message(struct core *core, const struct route *route, uint64_t seq, uint64_t time_ms,
                     const struct core_message *message)
{
    struct mailbox *named = message->to.size == 0 ? NULL : mailbox_named(core, message->to);

    for (uint32_t i = 0; i < route->box_count; i++) {
        if (route->boxes[i] == named)
            named = NULL;
        lane_arrive(core, route->boxes[i], seq, time_ms, message);
    }
    if (named != NULL && named->filters != NULL)
        lane_arrive(core, named, seq, time_ms, message);
}

uint64_t mailbox_floor(const struct core *core, const struct lane *lane)
{
    if (lane->first != NULL)
        return lane->first->seq;
    return lane->behind ? lane->scan_next : core->next_seq;
}

/* Appends how things are with the entry; its sequence. */
uint64_t mailbox_record(struct core *core, struct entry *entry, enum record_kind kind)
{
    const struct mailbox *mailbox = entry->mailbox;
    struct record record = {
        .kind = kind,
        .lane = entry->lane,
        .mailbox = slice_text(mailbox->unit),
        .seq = entry->seq,
        .time_ms = entry->time_ms,
        .case_hash = entry->case_hash,
        .expires_ms = entry->expires_ms,
        .token = entry->token,
        .until_ms = kind == RECORD_LEASED ? 0 : entry->until_ms,
        .floor = mailbox_floor(core, &mailbox->lanes[entry->lane]),
        .attempts = entry->attempts,
        .lease_ms = entry->lease_ms,
        .reason = slice_text(entry->reason == NULL ? "" : entry->reason),
    };
    uint8_t *bytes = inside_alloc(core, RECORD_BYTES_MAX);

    if (bytes == NULL)
        return core->next_seq;
    struct core_effect *effect = inside_effect(core, CORE_APPEND_RECORD, 0);
    effect->append.seq = core->next_seq;
    effect->append.time_ms = inside_time(core);
    effect->append.source = (struct slice){ 0 };
    effect->append.payload = slice_of(bytes, record_pack(&record, bytes));
    return core->next_seq++;
}

/* ---- takers ----------------------------------------------------------------------------------------- */

static struct taker *taker_of(struct mailbox *mailbox, uint64_t peer)
{
    for (uint32_t i = 0; i < mailbox->taker_count; i++)
        if (mailbox->takers[i].peer == peer)
            return &mailbox->takers[i];
    return NULL;
}

static void drop_taker(struct mailbox *mailbox, struct taker *taker)
{
    mailbox->credit -= taker->credit;
    *taker = mailbox->takers[--mailbox->taker_count];
}

void mailbox_take(struct core *core, struct peer *peer, const Bus__Take *take)
{
    enum { LEASE_MS = 60 * 1000 };
    const struct core_limits *limits = &core->options.limits;
    struct mailbox *mailbox = mailbox_named(core, slice_text(take->mailbox));

    if (!permit_allows(core->permit, peer->unit->name, PERMIT_TAKE, slice_text(take->mailbox))) {
        inside_reject(core, peer->id, take->request, BUS__CODE__NOT_PERMITTED,
                      "the unit may not take from this mailbox", 0);
        return;
    }
    if (mailbox == NULL) {
        inside_reject(core, peer->id, take->request, BUS__CODE__NO_MAILBOX,
                      "there is no such mailbox", 0);
        return;
    }
    struct taker *taker = taker_of(mailbox, peer->id);
    if (taker == NULL && mailbox->taker_count == INSIDE_TAKERS) {
        inside_reject(core, peer->id, take->request, BUS__CODE__OVER_CREDIT,
                      "too many take from this mailbox", limits->retry_ms);
        return;
    }
    if (taker == NULL) {
        taker = &mailbox->takers[mailbox->taker_count++];
        *taker = (struct taker){ .peer = peer->id };
        peer->takes++;
        link_receives(core, peer);
    }
    uint32_t room = limits->leases - taker->credit;
    uint32_t count = take->count < room ? take->count : room;
    taker->credit += count;
    mailbox->credit += count;
    taker->lease_ms = take->lease_ms == 0                     ? LEASE_MS
                      : take->lease_ms > limits->lease_ms_max ? limits->lease_ms_max
                                                              : take->lease_ms;
    mailbox_want(core, mailbox);
}

/* Its leases stay: the token is what counts, and it may come back with it. */
void mailbox_forget(struct core *core, struct peer *peer)
{
    for (uint32_t i = 0; peer->takes > 0 && i < core->mailbox_count; i++) {
        struct mailbox *mailbox = core->mailboxes[i];
        struct taker *taker = taker_of(mailbox, peer->id);
        if (taker != NULL) {
            drop_taker(mailbox, taker);
            peer->takes--;
        }
        for (uint32_t look = mailbox->look_count; look-- > 0;)
            if (mailbox->looks[look].peer == peer->id)
                mailbox->looks[look] = mailbox->looks[--mailbox->look_count];
    }
}

/* In turn, so that each of several workers gets its share. */
static struct taker *next_taker(struct mailbox *mailbox)
{
    for (uint32_t i = 0; i < mailbox->taker_count; i++) {
        mailbox->taker_turn = (mailbox->taker_turn + 1) % mailbox->taker_count;
        struct taker *taker = &mailbox->takers[mailbox->taker_turn];
        if (taker->credit > 0)
            return taker;
    }
    return NULL;
}

/* ---- handing out ------------------------------------------------------------------------------------ */

void mailbox_want(struct core *core, struct mailbox *mailbox)
{
    if (mailbox->wanted)
        return;
    mailbox->wanted = true;
    mailbox->next_wanted = core->wanted;
    core->wanted = mailbox;
}

/* Whether all that must not be forgotten before it goes out is on the disk: the message, and the end
 * of an earlier lease, whose token would count again after a crash. */
static bool is_safe(const struct core *core, const struct entry *entry)
{
    return entry->seq <= core->committed && entry->after <= core->committed;
}

/* The next one that may go, or NULL.  While a lane is being read, what is less urgent waits: an
 * earlier message of its case may be among what comes. */
static struct entry *pick(const struct core *core, const struct mailbox *mailbox)
{
    for (unsigned number = 0; number < INSIDE_LANES; number++) {
        struct entry *top = heap_top(&mailbox->lanes[number].ready);
        if (top != NULL && is_safe(core, top))
            return top;
        if (mailbox->scanning && mailbox->scan_lane == number)
            return NULL;
    }
    return NULL;
}

static void lease(struct core *core, struct mailbox *mailbox, struct entry *entry)
{
    struct taker *taker = next_taker(mailbox);

    assert(taker != NULL);
    taker->credit--;
    mailbox->credit--;
    entry->attempts++;
    entry->token = ++core->token;
    entry->holder = taker->peer;
    entry->lease_ms = taker->lease_ms;
    entry->until_ms = core->steady_ms + taker->lease_ms;
    entry_move(core, entry, ENTRY_LEASE);
    mailbox_record(core, entry, RECORD_LEASED);
    struct core_effect *effect = inside_effect(core, CORE_SEND_LEASE, taker->peer);
    effect->lease.seq = entry->seq;
    effect->lease.token = entry->token;
    effect->lease.mailbox = mailbox->unit;
    effect->lease.mailbox_index = mailbox->index;
    effect->lease.attempt = entry->attempts;
    effect->lease.lease_ms = entry->lease_ms;
}

static void serve(struct core *core, struct mailbox *mailbox)
{
    const struct core_limits *limits = &core->options.limits;
    uint64_t now_ms = inside_time(core);
    struct entry *entry;

    while (mailbox->credit > 0 && mailbox->leased.count < limits->leases
           && mailbox->delayed.count + mailbox->dead < limits->set_aside
           && (entry = pick(core, mailbox)) != NULL) {
        if (entry->expires_ms != 0 && entry->expires_ms <= now_ms)
            settle_failed(core, entry, ENTRY_BURY, 0, "its time was over before anybody took it");
        else if (entry->until_ms > now_ms)
            settle_failed(core, entry, ENTRY_LATER, entry->until_ms, "not before its time");
        else
            lease(core, mailbox, entry);
    }
    lane_scan(core, mailbox);
    settle_looks(core, mailbox);
}

/* Something will be there for a taker after the next commit. */
static bool awaits_commit(const struct core *core, const struct mailbox *mailbox)
{
    for (unsigned number = 0; mailbox->credit > 0 && number < INSIDE_LANES; number++) {
        const struct lane *lane = &mailbox->lanes[number];
        const struct entry *top = heap_top(&lane->ready);
        if ((top != NULL && !is_safe(core, top))
            || (lane->behind && lane->scan_next > core->committed))
            return true;
    }
    return false;
}

void mailbox_serve_all(struct core *core)
{
    struct mailbox *mailbox = core->wanted;

    core->wanted = NULL;
    while (mailbox != NULL) {
        struct mailbox *next = mailbox->next_wanted;
        mailbox->wanted = false;
        serve(core, mailbox);
        if (awaits_commit(core, mailbox))
            mailbox_want(core, mailbox);
        mailbox = next;
    }
}

void mailbox_unreadable(struct core *core, uint32_t index, uint64_t seq)
{
    struct mailbox *mailbox = index < core->mailbox_count ? core->mailboxes[index] : NULL;
    struct entry *entry = mailbox == NULL ? NULL : entry_find(mailbox, seq);

    if (entry == NULL || entry->state != ENTRY_LEASED)
        return;
    struct taker *taker = taker_of(mailbox, entry->holder);
    if (taker != NULL) {
        taker->credit++; /* it got nothing */
        mailbox->credit++;
    }
    settle_failed(core, entry, ENTRY_BURY, 0, "the log cannot give it any more");
}

/* ---- time ------------------------------------------------------------------------------------------- */

/* A mailbox that the index did not know is read from the beginning of the log. */
void mailbox_begin(struct core *core)
{
    for (uint32_t i = 0; i < core->mailbox_count; i++) {
        struct mailbox *mailbox = core->mailboxes[i];
        if (mailbox->known)
            continue;
        mailbox->known = true;
        mailbox->dirty = true;
        mailbox->born = core->next_seq;
        for (unsigned number = 0; number < INSIDE_LANES; number++) {
            struct lane *lane = &mailbox->lanes[number];
            lane->behind = mailbox->born > 1;
            lane->scan_next = 1;
            lane->last_seq = mailbox->born - 1;
        }
    }
}

void mailbox_tick(struct core *core)
{
    uint64_t now_ms = inside_time(core);
    struct entry *entry;

    for (uint32_t i = 0; i < core->mailbox_count; i++) {
        struct mailbox *mailbox = core->mailboxes[i];
        while ((entry = heap_top(&mailbox->leased)) != NULL && entry->until_ms <= core->steady_ms)
            settle_failed(core, entry, ENTRY_EXPIRE, 0, "its lease ran out");
        while ((entry = heap_top(&mailbox->delayed)) != NULL && entry->until_ms <= now_ms) {
            entry->until_ms = 0;
            entry_move(core, entry, ENTRY_DUE);
            mailbox_want(core, mailbox);
        }
    }
}
