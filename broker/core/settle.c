/*
 * What becomes of a message that was handed out: a receipt, a return, more time; and what can be
 * done about one that was set aside.  Whoever asked hears of it when it is on the disk.
 */
#include <stdlib.h>
#include <string.h>

#include "core/inside.h"

enum { DELAY_MOST_MS = 30 * 24 * 60 * 60, LOOK_MOST = 100 };

static void settled(struct core *core, const struct peer *peer, uint64_t request, uint64_t seq)
{
    if (seq <= core->committed) {
        inside_effect(core, CORE_SEND_SETTLED, peer->id)->request = request;
        return;
    }
    inside_wait(core,
                (struct waiting){
                    .kind = WAITING_SETTLED, .seq = seq, .peer = peer->id, .number = request });
}

/* The mailbox that this peer may take from; NULL: it was told why not. */
static struct mailbox *allowed_mailbox(struct core *core, const struct peer *peer, const char *name,
                                       uint64_t request, enum permit_verb verb)
{
    struct mailbox *mailbox = mailbox_named(core, slice_text(name));
    bool allowed =
        permit_allows(core->permit, peer->unit->name, PERMIT_TAKE, slice_text(name))
        || (verb == PERMIT_ADMIN
            && permit_allows(core->permit, peer->unit->name, PERMIT_ADMIN, slice_text(name)));

    if (!allowed)
        inside_reject(core, peer->id, request, BUS__CODE__NOT_PERMITTED,
                      "the unit may not take from this mailbox", 0);
    else if (mailbox == NULL)
        inside_reject(core, peer->id, request, BUS__CODE__NO_MAILBOX, "there is no such mailbox",
                      0);
    return allowed ? mailbox : NULL;
}

/* The entry that is leased under `token`; NULL: it was told why not. */
static struct entry *leased(struct core *core, const struct peer *peer, const char *name,
                            uint64_t seq, uint64_t token, uint64_t request)
{
    struct mailbox *mailbox = allowed_mailbox(core, peer, name, request, PERMIT_TAKE);
    struct entry *entry = mailbox == NULL ? NULL : entry_find(mailbox, seq);

    if (mailbox == NULL)
        return NULL;
    if (entry == NULL || entry->state != ENTRY_LEASED || entry->token != token) {
        inside_trace(core, "    %s %llu: no lease with this token", mailbox->unit,
                     (unsigned long long)seq);
        inside_reject(core, peer->id, request, BUS__CODE__NO_LEASE,
                      "the token is not that of the present lease", 0);
        return NULL;
    }
    return entry;
}

/* Text as long as a record holds, cut between two characters. */
static struct slice cut(const char *text)
{
    size_t size = strlen(text);

    if (size > RECORD_REASON_BYTES) {
        size = RECORD_REASON_BYTES;
        while (size > 0 && ((uint8_t)text[size] & 0xc0) == 0x80)
            size--;
    }
    return slice_of(text, size);
}

void settle_receipt(struct core *core, struct peer *peer, const Bus__Receipt *receipt)
{
    struct entry *entry =
        leased(core, peer, receipt->mailbox, receipt->seq, receipt->token, receipt->request);

    if (entry == NULL)
        return;
    struct mailbox *mailbox = entry->mailbox;
    settled(core, peer, receipt->request, mailbox_record(core, entry, RECORD_DONE));
    entry_move(core, entry, ENTRY_RECEIPT);
    mailbox_want(core, mailbox);
}

/* A lease ends without a receipt, or a message cannot be handed out: BURY sets it aside; EXPIRE,
 * RETURN and LATER keep it in its lane, unless it was handed out too often already. */
void settle_failed(struct core *core, struct entry *entry, enum entry_command command,
                   uint64_t until_ms, const char *reason)
{
    bool was_leased = entry->state == ENTRY_LEASED;

    if (was_leased && entry->attempts >= core->options.limits.attempts)
        command = ENTRY_BURY;
    entry->token = 0;
    entry->holder = 0;
    entry->until_ms = command == ENTRY_BURY ? 0 : until_ms;
    entry_reason(core, entry, cut(reason));
    entry_move(core, entry, command);
    entry->after =
        mailbox_record(core, entry, command == ENTRY_BURY ? RECORD_DEAD : RECORD_RETURNED);
    mailbox_want(core, entry->mailbox);
}

void settle_return(struct core *core, struct peer *peer, const Bus__Return *give_back)
{
    struct entry *entry = leased(core, peer, give_back->mailbox, give_back->seq, give_back->token,
                                 give_back->request);
    uint64_t delay_ms = give_back->delay_ms;

    if (entry == NULL)
        return;
    if (delay_ms / 1000 > DELAY_MOST_MS)
        delay_ms = DELAY_MOST_MS * (uint64_t)1000;
    enum entry_command command = give_back->dead ? ENTRY_BURY
                                 : delay_ms > 0  ? ENTRY_LATER
                                                 : ENTRY_RETURN;
    settle_failed(core, entry, command, delay_ms > 0 ? inside_time(core) + delay_ms : 0,
                  give_back->reason);
    settled(core, peer, give_back->request, core->next_seq - 1);
}

/* More time is no news for the log: after a crash the lease begins anew anyway. */
void settle_extend(struct core *core, struct peer *peer, const Bus__Extend *extend)
{
    struct entry *entry =
        leased(core, peer, extend->mailbox, extend->seq, extend->token, extend->request);
    uint32_t most_ms = core->options.limits.lease_ms_max;

    if (entry == NULL)
        return;
    uint32_t lease_ms =
        extend->lease_ms == 0 || extend->lease_ms > most_ms ? most_ms : extend->lease_ms;
    heap_remove(&entry->mailbox->leased, entry);
    entry->until_ms = core->steady_ms + lease_ms;
    int r = heap_push(&entry->mailbox->leased, entry, entry->until_ms);
    if (r < 0)
        core->fault = r;
    inside_effect(core, CORE_SEND_SETTLED, peer->id)->request = extend->request;
}

/* ---- looking ---------------------------------------------------------------------------------------- */

static int by_seq(const void *a, const void *b)
{
    const struct entry *const *left = a;
    const struct entry *const *right = b;

    return ((*left)->seq > (*right)->seq) - ((*left)->seq < (*right)->seq);
}

static struct entry **listed(struct core *core, const struct mailbox *mailbox, bool dead,
                             uint32_t *ret_count)
{
    struct entry **list = inside_alloc(core, (mailbox->entries.count + 1) * sizeof(*list));

    *ret_count = 0;
    for (uint32_t i = 0; list != NULL && i < mailbox->entries.room; i++) {
        struct entry *entry = mailbox->entries.slots[i].value;
        if (entry != NULL && entry->state != ENTRY_DONE && (entry->state == ENTRY_DEAD) == dead)
            list[(*ret_count)++] = entry;
    }
    if (*ret_count > 1)
        qsort(list, *ret_count, sizeof(*list), by_seq);
    return list;
}

static void describe(struct core *core, const struct entry *entry, Bus__PeekItem *item)
{
    static const char *const names[] = {
        [ENTRY_READY] = "ready",
        [ENTRY_LEASED] = "leased",
        [ENTRY_DELAYED] = "delayed",
        [ENTRY_DEAD] = "dead",
    };

    *item = (Bus__PeekItem)BUS__PEEK_ITEM__INIT;
    item->seq = entry->seq;
    item->state = entry_held_by(entry) != 0 ? "held" : names[entry->state];
    item->attempts = entry->attempts;
    item->until_ms = entry->until_ms;
    if (entry->state == ENTRY_LEASED) {
        uint64_t left_ms = entry->until_ms - core->steady_ms;
        item->until_ms = inside_time(core) + left_ms * core->options.rate;
    }
    if (entry->reason != NULL) {
        size_t size = strlen(entry->reason) + 1;
        char *copy = inside_alloc(core, size);
        item->reason = copy == NULL ? "" : memcpy(copy, entry->reason, size);
    }
    item->priority = (Bus__Priority)(BUS__PRIORITY__P0 + entry->lane);
}

static void show(struct core *core, struct mailbox *mailbox, uint64_t peer, uint64_t request,
                 bool dead, uint32_t limit)
{
    uint32_t count;
    struct entry **list = listed(core, mailbox, dead, &count);
    Bus__Peeked *peeked = inside_alloc(core, sizeof(*peeked));

    count = count < limit ? count : limit;
    Bus__PeekItem *items = inside_alloc(core, (count + 1) * sizeof(*items));
    Bus__PeekItem **pointers = inside_alloc(core, (count + 1) * sizeof(*pointers));
    if (list == NULL || peeked == NULL || items == NULL || pointers == NULL)
        return;
    *peeked = (Bus__Peeked)BUS__PEEKED__INIT;
    for (uint32_t i = 0; i < count; i++) {
        describe(core, list[i], &items[i]);
        pointers[i] = &items[i];
    }
    peeked->request = request;
    peeked->items = pointers;
    peeked->n_items = count;
    for (unsigned lane = 0; lane < INSIDE_LANES; lane++)
        peeked->waiting += mailbox->lanes[lane].open;
    peeked->dead_count = mailbox->dead;
    inside_effect(core, CORE_SEND_PEEKED, peer)->peeked = peeked;
}

/* Nothing of a lane that has something is in memory: it is read first. */
static bool must_read(const struct core *core, const struct mailbox *mailbox)
{
    for (unsigned number = 0; number < INSIDE_LANES; number++) {
        const struct lane *lane = &mailbox->lanes[number];
        if (lane->behind && lane->fresh_count == 0 && lane->scan_next <= core->committed)
            return true;
    }
    return false;
}

void settle_looks(struct core *core, struct mailbox *mailbox)
{
    if (mailbox->look_count == 0 || mailbox->scanning || must_read(core, mailbox))
        return;
    for (uint32_t i = 0; i < mailbox->look_count; i++)
        show(core, mailbox, mailbox->looks[i].peer, mailbox->looks[i].request, false,
             mailbox->looks[i].limit);
    mailbox->look_count = 0;
}

void settle_peek(struct core *core, struct peer *peer, const Bus__Peek *peek)
{
    struct mailbox *mailbox =
        allowed_mailbox(core, peer, peek->mailbox, peek->request, PERMIT_ADMIN);
    uint32_t limit = peek->limit == 0 || peek->limit > LOOK_MOST ? LOOK_MOST : peek->limit;

    if (mailbox == NULL)
        return;
    if (peek->dead || mailbox->look_count == INSIDE_LOOKS || !must_read(core, mailbox)) {
        show(core, mailbox, peer->id, peek->request, peek->dead, limit);
        return;
    }
    mailbox->looks[mailbox->look_count++] = (struct look){ peer->id, peek->request, limit };
    mailbox_want(core, mailbox);
}

/* ---- back from the dead ----------------------------------------------------------------------------- */

static void redrive(struct core *core, struct entry *entry)
{
    entry->attempts = 0;
    entry->until_ms = 0;
    /* Whoever sends it on knows that it is late. */
    entry->expires_ms = 0;
    entry_move(core, entry, ENTRY_REDRIVE);
    entry->after = mailbox_record(core, entry, RECORD_REDRIVEN);
}

void settle_redrive(struct core *core, struct peer *peer, const Bus__Redrive *order)
{
    struct mailbox *mailbox =
        allowed_mailbox(core, peer, order->mailbox, order->request, PERMIT_ADMIN);
    uint32_t count;

    if (mailbox == NULL)
        return;
    struct entry *one = order->seq == 0 ? NULL : entry_find(mailbox, order->seq);
    if (order->seq != 0 && (one == NULL || one->state != ENTRY_DEAD)) {
        inside_reject(core, peer->id, order->request, BUS__CODE__NO_LEASE,
                      "no dead letter has this seq", 0);
        return;
    }
    if (one != NULL) {
        redrive(core, one);
    } else {
        struct entry **list = listed(core, mailbox, true, &count);
        for (uint32_t i = 0; i < count; i++)
            redrive(core, list[i]);
    }
    settled(core, peer, order->request, core->next_seq - 1);
    mailbox_want(core, mailbox);
}
