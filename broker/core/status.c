/*
 * The core described as JSON, for people who look after a town: who is there, what waits, and why.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/inside.h"

/* ---- writing ----------------------------------------------------------------------------------------- */

enum { TAIL_BYTES = 32 }; /* room to close what is open and to say that something is missing */

struct text {
    char *bytes;
    uint32_t size;
    uint32_t used;
    bool cut;
};

static void add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(struct text *text, const char *format, ...)
{
    va_list arguments;

    if (text->cut)
        return;
    uint32_t room = text->size - text->used;
    va_start(arguments, format);
    int length = vsnprintf(text->bytes + text->used, room, format, arguments);
    va_end(arguments);
    if (length < 0 || (uint32_t)length >= room)
        text->cut = true;
    else
        text->used += (uint32_t)length;
}

static void add_string(struct text *text, const char *name, const char *value)
{
    add(text, "\"%s\": \"", name);
    for (const char *at = value; *at != '\0'; at++) {
        if (*at == '"' || *at == '\\')
            add(text, "\\%c", *at);
        else if ((uint8_t)*at < 0x20)
            add(text, "\\u%04x", (unsigned)*at);
        else
            add(text, "%c", *at);
    }
    add(text, "\"");
}

static void add_number(struct text *text, const char *name, uint64_t value)
{
    add(text, "\"%s\": %" PRIu64, name, value);
}

static void add_flag(struct text *text, const char *name, bool value)
{
    add(text, "\"%s\": %s", name, value ? "true" : "false");
}

/* One element of a list: all of it or nothing, so that a text that is cut is still JSON. */
struct mark {
    uint32_t used;
};

static struct mark begin(struct text *text, bool first)
{
    struct mark mark = { text->used };

    add(text, "%s\n    { ", first ? "" : ",");
    return mark;
}

static void end(struct text *text, struct mark mark)
{
    add(text, " }");
    if (text->cut)
        text->used = mark.used;
}

static struct text open_text(char *bytes, uint32_t size)
{
    return (struct text){ .bytes = bytes, .size = size - TAIL_BYTES };
}

static uint32_t close_text(struct text *text, const char *tail)
{
    bool cut = text->cut;

    text->cut = false;
    text->size += TAIL_BYTES;
    add(text, "%s%s\n}\n", tail, cut ? ",\n  \"cut\": true" : "");
    return text->used;
}

/* ---- status ------------------------------------------------------------------------------------------ */

static void add_session(struct text *text, const struct core *core, const struct peer *peer)
{
    const struct subscription *subscription = &peer->subscription;
    bool subscribed = subscription->set != NULL;
    uint64_t unacknowledged =
        peer->producer == NULL ? 0 : peer->producer->number - peer->producer->durable;
    uint64_t behind = 0;

    if (subscribed && subscription->next <= subscription->set->last_match
        && subscription->next <= core->committed)
        behind = core->committed + 1 - subscription->next;
    add_string(text, "source", peer->source);
    add(text, ", ");
    add_string(text, "service", peer->service);
    add(text, ", ");
    add_number(text, "epoch", peer->epoch);
    add(text, ", ");
    add_number(text, "unacknowledged", unacknowledged);
    add(text, ", ");
    add_flag(text, "subscribed", subscribed);
    add(text, ", ");
    add_number(text, "next", subscription->next);
    add(text, ", ");
    add_number(text, "behind", behind);
    add(text, ", ");
    add_number(text, "credit", subscription->credit);
}

static uint64_t depth(const struct mailbox *mailbox)
{
    uint64_t open = 0;

    for (unsigned lane = 0; lane < INSIDE_LANES; lane++)
        open += mailbox->lanes[lane].open;
    return open;
}

/* The oldest message that waits: its sequence, and its time if it is in memory. */
static void oldest(const struct mailbox *mailbox, uint64_t *ret_seq, uint64_t *ret_ms)
{
    *ret_seq = UINT64_MAX;
    *ret_ms = 0;
    for (uint32_t i = 0; i < mailbox->entries.room; i++) {
        const struct entry *entry = mailbox->entries.slots[i].value;
        if (entry == NULL || entry->state == ENTRY_DEAD || entry->state == ENTRY_DONE
            || entry->seq > *ret_seq)
            continue;
        *ret_seq = entry->seq;
        *ret_ms = entry->time_ms;
    }
    for (unsigned number = 0; number < INSIDE_LANES; number++) {
        const struct lane *lane = &mailbox->lanes[number];
        if (lane->behind && lane->open > 0 && lane->scan_next < *ret_seq && lane->first == NULL) {
            *ret_seq = lane->scan_next;
            *ret_ms = 0;
        }
    }
    if (*ret_seq == UINT64_MAX)
        *ret_seq = 0;
}

static void add_mailbox(struct text *text, const struct core *core, const struct mailbox *mailbox)
{
    uint64_t oldest_seq;
    uint64_t oldest_ms;

    oldest(mailbox, &oldest_seq, &oldest_ms);
    add_string(text, "unit", mailbox->unit);
    add(text, ", ");
    add_flag(text, "up", mailbox->seen->receivers > 0);
    add(text, ", ");
    add_number(text, "since_ms", mailbox->seen->since_ms);
    add(text, ", ");
    add_number(text, "depth", depth(mailbox));
    add(text, ", ");
    add_number(text, "urgent", mailbox->lanes[0].open + mailbox->lanes[1].open);
    add(text, ", ");
    add_number(text, "leased", mailbox->leased.count);
    add(text, ", ");
    add_number(text, "delayed", mailbox->delayed.count);
    add(text, ", ");
    add_number(text, "dead", mailbox->dead);
    add(text, ", ");
    add_number(text, "takers", mailbox->taker_count);
    add(text, ", ");
    add_number(text, "oldest_seq", oldest_seq);
    add(text, ", ");
    add_number(text, "oldest_ms", oldest_ms);
    add(text, ", \"lanes\": [");
    for (unsigned lane = 0; lane < INSIDE_LANES; lane++)
        add(text, "%s%" PRIu64, lane == 0 ? "" : ", ", mailbox->lanes[lane].open);
    add(text, "], ");
    add_flag(text, "blocked",
             mailbox->delayed.count + mailbox->dead >= core->options.limits.set_aside);
}

uint32_t core_status(const struct core *core, char *bytes, uint32_t size)
{
    struct text text = open_text(bytes, size);
    bool first = true;

    add(&text, "{\n  ");
    add_number(&text, "head", core->next_seq - 1);
    add(&text, ", ");
    add_number(&text, "committed", core->committed);
    add(&text, ", ");
    add_number(&text, "time_ms", core->last_time_ms);
    add(&text, ", ");
    add_flag(&text, "exercise", core->options.exercise);
    add(&text, ", ");
    add_flag(&text, "full", core->space == CORE_RESERVE);
    add(&text, ",\n  ");
    add_number(&text, "producers", core->producers.count);
    add(&text, ", ");
    add_number(&text, "waiting", core->waiting_count);
    add(&text, ", ");
    add_number(&text, "queries", core->question_count);
    /* Mailboxes first: they are what somebody may have to act upon. */
    add(&text, ",\n  \"mailboxes\": [");
    for (uint32_t i = 0; i < core->mailbox_count; i++) {
        struct mark mark = begin(&text, i == 0);
        add_mailbox(&text, core, core->mailboxes[i]);
        end(&text, mark);
    }
    if (text.cut)
        return close_text(&text, "]");
    add(&text, "],\n  \"sessions\": [");
    for (const struct peer *peer = core->first_peer; peer != NULL; peer = peer->next) {
        struct mark mark = begin(&text, first);
        add_session(&text, core, peer);
        end(&text, mark);
        first = false;
    }
    return close_text(&text, "]");
}

/* ---- why --------------------------------------------------------------------------------------------- */

static const char *state_of(const struct mailbox *mailbox, const struct entry *entry, uint64_t seq,
                            uint8_t priority)
{
    static const char *const names[] = {
        [ENTRY_NONE] = "settled",    [ENTRY_READY] = "ready", [ENTRY_LEASED] = "leased",
        [ENTRY_DELAYED] = "delayed", [ENTRY_DEAD] = "dead",   [ENTRY_DONE] = "settled",
    };
    const struct lane *lane = &mailbox->lanes[priority];

    if (entry == NULL)
        return lane->behind && seq >= lane->scan_next ? "unread" : "settled";
    return entry_held_by(entry) != 0 ? "held" : names[entry->state];
}

static void add_box_of(struct text *text, const struct core *core, const struct mailbox *mailbox,
                       uint64_t seq, uint8_t priority)
{
    const struct entry *entry = entry_find(mailbox, seq);
    const struct peer *holder =
        entry == NULL || entry->state != ENTRY_LEASED ? NULL : peer_get(core, entry->holder);

    add_string(text, "unit", mailbox->unit);
    add(text, ", ");
    add_string(text, "state", state_of(mailbox, entry, seq, priority));
    if (entry == NULL || entry->state == ENTRY_DONE)
        return;
    add(text, ", ");
    add_number(text, "attempts", entry->attempts);
    add(text, ", ");
    add_number(text, "until_ms", entry->state == ENTRY_LEASED ? 0 : entry->until_ms);
    add(text, ", ");
    add_string(text, "reason", entry->reason == NULL ? "" : entry->reason);
    add(text, ", ");
    add_string(text, "holder", holder == NULL ? "" : holder->source);
    add(text, ", ");
    add_number(text, "behind", entry_held_by(entry));
}

uint32_t core_why(const struct core *core, uint64_t seq, const struct core_message *message,
                  char *bytes, uint32_t size)
{
    struct text text = open_text(bytes, size);
    bool first = true;

    add(&text, "{\n  ");
    add_number(&text, "seq", seq);
    add(&text, ", ");
    add_number(&text, "committed", core->committed);
    add(&text, ",\n  \"mailboxes\": [");
    for (uint32_t i = 0; i < core->mailbox_count; i++) {
        const struct mailbox *mailbox = core->mailboxes[i];
        if (mailbox->filters == NULL
            || (!slice_equal(message->to, slice_text(mailbox->unit))
                && !filters_match(mailbox->filters, message->subject)))
            continue;
        struct mark mark = begin(&text, first);
        add_box_of(&text, core, mailbox, seq, message->priority);
        end(&text, mark);
        first = false;
    }
    if (text.cut)
        return close_text(&text, "]");
    add(&text, "],\n  \"subscriptions\": [");
    first = true;
    for (const struct peer *peer = core->first_peer; peer != NULL; peer = peer->next) {
        const struct filter_set *set = peer->subscription.set;
        if (set == NULL || !filters_match(set->filters, message->subject))
            continue;
        struct mark mark = begin(&text, first);
        add_string(&text, "source", peer->source);
        add(&text, ", ");
        add_flag(&text, "sent", peer->subscription.told > seq);
        end(&text, mark);
        first = false;
    }
    return close_text(&text, "]");
}
