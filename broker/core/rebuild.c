/*
 * What the core knows as rows, and back again: saved rows, and the log behind them.
 *
 *     'p' source                 u32 epoch, u64 number
 *     'm' unit                   u64 born, for each lane: u8 behind, u64 scan_next, last_seq, open
 *     'e' unit 0x00 seq          the entry: u8 state, fresh, lane, u64 time_ms, until_ms, expires_ms,
 *       (seq big-endian)         token, case_hash, u32 lease_ms, attempts, u8 size, reason
 *
 * Numbers in values are little-endian.  A row says how things are: loading it twice is as good as
 * once.  A lease is saved with its token, so that whoever holds it may still give its receipt to the
 * next run of the broker.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "core/bytes.h"
#include "core/inside.h"

enum { KEY_BYTES = 1 + INSIDE_NAME * 2 + 1 + 8, VALUE_BYTES = 512 };

/* ---- saving ----------------------------------------------------------------------------------------- */

struct saver {
    core_save_row *save;
    void *context;
    uint8_t key[KEY_BYTES];
    uint8_t value[VALUE_BYTES];
};

static int save_row(struct saver *saver, const uint8_t *key_end, const uint8_t *value_end)
{
    struct core_row row = {
        .key = slice_of(saver->key, (size_t)(key_end - saver->key)),
        .value = slice_of(saver->value, (size_t)(value_end - saver->value)),
    };

    return saver->save(saver->context, &row);
}

static uint8_t *name_key(uint8_t *key, char kind, const char *name)
{
    size_t size = strlen(name);

    *key++ = (uint8_t)kind;
    memcpy(key, name, size);
    return key + size;
}

static uint8_t *entry_key(uint8_t *key, const struct mailbox *mailbox, uint64_t seq)
{
    uint8_t *at = name_key(key, 'e', mailbox->unit);

    *at++ = 0;
    for (int shift = 56; shift >= 0; shift -= 8)
        *at++ = (uint8_t)(seq >> shift);
    return at;
}

static int save_producer(struct saver *saver, const struct producer *producer)
{
    uint8_t *at = bytes_put(saver->value, producer->epoch, 4);

    at = bytes_put(at, producer->number, 8);
    return save_row(saver, name_key(saver->key, 'p', producer->source), at);
}

static int save_mailbox(struct saver *saver, const struct mailbox *mailbox)
{
    uint8_t *at = bytes_put(saver->value, mailbox->born, 8);

    for (unsigned number = 0; number < INSIDE_LANES; number++) {
        const struct lane *lane = &mailbox->lanes[number];
        at = bytes_put(at, lane->behind, 1);
        at = bytes_put(at, lane->scan_next, 8);
        at = bytes_put(at, lane->last_seq, 8);
        at = bytes_put(at, lane->open, 8);
    }
    return save_row(saver, name_key(saver->key, 'm', mailbox->unit), at);
}

static int save_entry(struct saver *saver, const struct entry *entry)
{
    uint8_t *at = bytes_put(saver->value, entry->state, 1);

    at = bytes_put(at, entry->fresh, 1);
    at = bytes_put(at, entry->lane, 1);
    at = bytes_put(at, entry->time_ms, 8);
    at = bytes_put(at, entry->state == ENTRY_LEASED ? 0 : entry->until_ms, 8);
    at = bytes_put(at, entry->expires_ms, 8);
    at = bytes_put(at, entry->token, 8);
    at = bytes_put(at, entry->case_hash, 8);
    at = bytes_put(at, entry->lease_ms, 4);
    at = bytes_put(at, entry->attempts, 4);
    at = bytes_put_text(at, slice_text(entry->reason == NULL ? "" : entry->reason),
                        RECORD_REASON_BYTES);
    return save_row(saver, entry_key(saver->key, entry->mailbox, entry->seq), at);
}

int core_save(struct core *core, core_save_row *save, void *context, uint64_t *ret_applied)
{
    struct saver saver = { .save = save, .context = context };
    int r = 0;

    for (; r == 0 && core->dropped_count > 0; core->dropped_count--) {
        const struct dropped *dropped = &core->dropped[core->dropped_count - 1];
        r = save_row(&saver, entry_key(saver.key, dropped->mailbox, dropped->seq), saver.value);
    }
    for (; r == 0 && core->dirty_producers != NULL;
         core->dirty_producers = core->dirty_producers->next_dirty) {
        core->dirty_producers->dirty = false;
        r = save_producer(&saver, core->dirty_producers);
    }
    for (uint32_t i = 0; r == 0 && i < core->mailbox_count; i++) {
        if (!core->mailboxes[i]->dirty || !core->mailboxes[i]->known)
            continue;
        core->mailboxes[i]->dirty = false;
        r = save_mailbox(&saver, core->mailboxes[i]);
    }
    for (; r == 0 && core->dirty_count > 0; core->dirty_count--) {
        struct entry *entry = core->dirty_entries[core->dirty_count - 1];
        entry->dirty_at = DIRTY_OUT;
        entry->saved = true;
        r = save_entry(&saver, entry);
    }
    *ret_applied = core->next_seq - 1;
    return r;
}

/* ---- loading ---------------------------------------------------------------------------------------- */

static int load_producer(struct core *core, struct slice name, struct bytes *value)
{
    char source[INSIDE_NAME * 2];

    if (name.size == 0 || name.size >= sizeof(source))
        return CORE_BAD_ROW;
    snprintf(source, sizeof(source), "%.*s", (int)name.size, (const char *)name.data);
    struct producer *producer = producer_get(core, source, true);
    if (producer == NULL)
        return core->fault;
    producer->epoch = (uint32_t)bytes_take(value, 4);
    producer->number = bytes_take(value, 8);
    producer->durable = producer->number;
    return value->short_of || value->left > 0 ? CORE_BAD_ROW : 0;
}

/* One that is not in the permission table (any more) keeps what it has. */
static int load_box(struct core *core, struct slice name, struct mailbox **ret_mailbox)
{
    char unit[INSIDE_NAME + 1];

    *ret_mailbox = mailbox_named(core, name);
    if (*ret_mailbox != NULL)
        return 0;
    if (name.size == 0 || name.size > INSIDE_NAME)
        return CORE_BAD_ROW;
    snprintf(unit, sizeof(unit), "%.*s", (int)name.size, (const char *)name.data);
    return mailbox_open(core, unit, ret_mailbox);
}

static int load_mailbox(struct core *core, struct slice name, struct bytes *value)
{
    struct mailbox *mailbox;

    int r = load_box(core, name, &mailbox);
    if (r != 0)
        return r;
    mailbox->known = true;
    mailbox->born = bytes_take(value, 8);
    for (unsigned number = 0; number < INSIDE_LANES; number++) {
        struct lane *lane = &mailbox->lanes[number];
        lane->behind = bytes_take(value, 1) != 0;
        lane->scan_next = bytes_take(value, 8);
        lane->last_seq = bytes_take(value, 8);
        lane->open = bytes_take(value, 8);
    }
    return value->short_of || value->left > 0 ? CORE_BAD_ROW : 0;
}

static int load_entry(struct core *core, struct slice name, uint64_t seq, struct bytes *value)
{
    struct mailbox *mailbox;
    int r = load_box(core, name, &mailbox);
    uint64_t state = bytes_take(value, 1);
    bool fresh = bytes_take(value, 1) != 0;
    uint64_t lane = bytes_take(value, 1);

    if (r != 0)
        return r;
    if (seq == 0 || lane >= INSIDE_LANES || state == ENTRY_NONE || state > ENTRY_DONE
        || entry_find(mailbox, seq) != NULL)
        return CORE_BAD_ROW;
    struct entry *entry = entry_add(core, mailbox, seq, (uint8_t)lane);
    if (entry == NULL)
        return core->fault;
    entry->time_ms = bytes_take(value, 8);
    entry->until_ms = bytes_take(value, 8);
    entry->expires_ms = bytes_take(value, 8);
    entry->token = bytes_take(value, 8);
    entry->case_hash = bytes_take(value, 8);
    entry->lease_ms = (uint32_t)bytes_take(value, 4);
    entry->attempts = (uint32_t)bytes_take(value, 4);
    entry_reason(core, entry, bytes_take_text(value));
    entry->saved = true;
    if (fresh)
        entry_fresh(entry);
    entry_restore(core, entry, (enum entry_state)state);
    return value->short_of || value->left > 0 ? CORE_BAD_ROW : core->fault;
}

int core_load(struct core *core, const struct core_row *row)
{
    struct bytes value = { .at = row->value.data, .left = row->value.size };
    const uint8_t *key = row->key.data;
    uint64_t seq = 0;

    if (row->key.size < 2)
        return CORE_BAD_ROW;
    struct slice name = slice_of(key + 1, row->key.size - 1);
    if (key[0] == 'p')
        return load_producer(core, name, &value);
    if (key[0] == 'm')
        return load_mailbox(core, name, &value);
    if (key[0] != 'e' || name.size < 10 || key[row->key.size - 9] != 0)
        return CORE_BAD_ROW;
    for (size_t i = row->key.size - 8; i < row->key.size; i++)
        seq = seq << 8 | key[i];
    return load_entry(core, slice_of(key + 1, name.size - 9), seq, &value);
}

/* ---- the log behind the rows ------------------------------------------------------------------------- */

/* A mailbox without a row begins where the replay does. */
static void begin_replay(struct core *core, uint64_t seq)
{
    uint64_t next_seq = core->next_seq;

    if (core->replaying)
        return;
    core->replaying = true;
    core->next_seq = seq;
    mailbox_begin(core);
    core->next_seq = next_seq;
}

static int replay_producer(struct core *core, struct slice name, const struct core_message *message)
{
    char source[INSIDE_NAME * 2];

    snprintf(source, sizeof(source), "%.*s", (int)(name.size < sizeof(source) ? name.size : 0),
             (const char *)name.data);
    struct producer *producer = producer_get(core, source, true);
    if (producer == NULL)
        return core->fault;
    producer->epoch = message->epoch;
    producer->number = message->number;
    producer->durable = message->number;
    producer_dirty(core, producer);
    return 0;
}

int core_replay_message(struct core *core, uint64_t seq, uint64_t time_ms, struct slice source,
                        const struct core_message *message)
{
    core->fault = 0;
    begin_replay(core, seq);
    int r = replay_producer(core, source, message);
    if (r == 0)
        mailbox_message(core, route_of(core, message->subject), seq, time_ms, message);
    return r < 0 ? r : core->fault;
}

/* An entry that its lane has not read: the record has all that is needed of it. */
static struct entry *unread(struct core *core, struct mailbox *mailbox, const struct record *record)
{
    const struct lane *lane = &mailbox->lanes[record->lane];

    if (!lane->behind || record->seq < lane->scan_next)
        return NULL;
    struct entry *entry = entry_add(core, mailbox, record->seq, record->lane);
    if (entry == NULL)
        return NULL;
    entry->time_ms = record->time_ms;
    entry->case_hash = record->case_hash;
    entry_restore(core, entry, ENTRY_READY);
    return entry;
}

static enum entry_state state_of(const struct record *record)
{
    switch (record->kind) {
    case RECORD_LEASED:
        return ENTRY_LEASED;
    case RECORD_DONE:
        return ENTRY_DONE;
    case RECORD_RETURNED:
        return record->until_ms > 0 ? ENTRY_DELAYED : ENTRY_READY;
    case RECORD_DEAD:
        return ENTRY_DEAD;
    case RECORD_REDRIVEN:
        break;
    }
    return ENTRY_READY;
}

/* The lane had been read that far when the record was made. */
static void pass(struct core *core, struct mailbox *mailbox, uint64_t seq,
                 const struct record *record)
{
    struct lane *lane = &mailbox->lanes[record->lane];

    if (!lane->behind)
        return;
    if (record->floor > lane->scan_next)
        lane->scan_next = record->floor;
    if (lane->scan_next >= seq)
        lane->behind = false;
    mailbox->dirty = true;
    entry_passed(core, lane);
}

int core_replay_record(struct core *core, uint64_t seq, uint64_t time_ms, struct slice bytes)
{
    struct record record;
    struct mailbox *mailbox;

    (void)time_ms;
    core->fault = 0;
    begin_replay(core, seq);
    if (record_unpack(bytes, &record) != 0)
        return CORE_BAD_ROW;
    int r = load_box(core, record.mailbox, &mailbox);
    if (r != 0)
        return r;
    struct entry *entry = entry_find(mailbox, record.seq);
    if (entry == NULL)
        entry = unread(core, mailbox, &record);
    if (entry != NULL && entry->state != ENTRY_DONE) {
        entry->attempts = record.attempts;
        entry->token = record.token;
        entry->lease_ms = record.lease_ms;
        entry->until_ms = record.until_ms;
        entry->expires_ms = record.expires_ms;
        entry_reason(core, entry, record.reason);
        entry_set(core, entry, state_of(&record));
    }
    pass(core, mailbox, seq, &record);
    return core->fault;
}

/* Whoever holds a lease has all of its time again. */
void rebuild_leases(struct core *core)
{
    for (uint32_t i = 0; i < core->mailbox_count; i++) {
        struct mailbox *mailbox = core->mailboxes[i];
        struct heap leased = mailbox->leased;
        mailbox->leased = (struct heap){ 0 };
        for (uint32_t at = 0; at < leased.count; at++) {
            struct entry *entry = leased.items[at];
            entry->heap_at = HEAP_OUT;
            entry->until_ms = core->steady_ms + entry->lease_ms;
            int r = heap_push(&mailbox->leased, entry, entry->until_ms);
            if (r < 0)
                core->fault = r;
        }
        free(leased.items);
    }
}

/* ---- what may be cut away ----------------------------------------------------------------------------- */

uint64_t core_needs(const struct core *core)
{
    uint64_t lowest = core->next_seq;

    for (uint32_t i = 0; i < core->mailbox_count; i++) {
        const struct mailbox *mailbox = core->mailboxes[i];
        for (uint32_t slot = 0; slot < mailbox->entries.room; slot++) {
            const struct entry *entry = mailbox->entries.slots[slot].value;
            if (entry != NULL && entry->state != ENTRY_DONE && entry->seq < lowest)
                lowest = entry->seq;
        }
        for (unsigned number = 0; number < INSIDE_LANES; number++) {
            const struct lane *lane = &mailbox->lanes[number];
            if (lane->behind && lane->scan_next < lowest)
                lowest = lane->scan_next;
        }
    }
    return lowest;
}
