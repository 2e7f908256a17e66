/*
 * What is kept of a message while it is open: its state, its place in its lane and in its case.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "core/inside.h"

/* ---- memory: what ends is used again -------------------------------------------------------------- */

static struct entry *make_entry(struct core *core)
{
    struct entry *entry = core->spare_entries;

    if (entry != NULL)
        core->spare_entries = entry->next;
    else
        entry = malloc(sizeof(*entry));
    if (entry == NULL) {
        core->fault = FAULT(-ENOMEM);
        return NULL;
    }
    *entry = (struct entry){ .heap_at = HEAP_OUT, .dirty_at = DIRTY_OUT };
    return entry;
}

static struct held_case *make_case(struct core *core, struct mailbox *mailbox, uint64_t hash)
{
    struct held_case *held = core->spare_cases;

    if (held != NULL)
        core->spare_cases = held->next_spare;
    else
        held = malloc(sizeof(*held));
    if (held == NULL || ids_put(&mailbox->cases, hash, held) < 0) {
        free(held);
        core->fault = FAULT(-ENOMEM);
        return NULL;
    }
    *held = (struct held_case){ .hash = hash };
    return held;
}

void entry_dirty(struct core *core, struct entry *entry)
{
    if (entry->dirty_at != DIRTY_OUT)
        return;
    if (core->dirty_count == core->dirty_room) {
        uint32_t room = core->dirty_room == 0 ? 256 : 2 * core->dirty_room;
        void *larger = realloc(core->dirty_entries, room * sizeof(*core->dirty_entries));
        if (larger == NULL) {
            core->fault = FAULT(-ENOMEM);
            return;
        }
        core->dirty_entries = larger;
        core->dirty_room = room;
    }
    entry->dirty_at = core->dirty_count;
    core->dirty_entries[core->dirty_count++] = entry;
}

static void clean(struct core *core, struct entry *entry)
{
    if (entry->dirty_at == DIRTY_OUT)
        return;
    struct entry *last = core->dirty_entries[--core->dirty_count];
    core->dirty_entries[entry->dirty_at] = last;
    last->dirty_at = entry->dirty_at;
    entry->dirty_at = DIRTY_OUT;
}

static void drop_row(struct core *core, const struct entry *entry)
{
    if (core->dropped_count == core->dropped_room) {
        uint32_t room = core->dropped_room == 0 ? 256 : 2 * core->dropped_room;
        void *larger = realloc(core->dropped, room * sizeof(*core->dropped));
        if (larger == NULL) {
            core->fault = FAULT(-ENOMEM);
            return;
        }
        core->dropped = larger;
        core->dropped_room = room;
    }
    core->dropped[core->dropped_count++] = (struct dropped){ entry->mailbox, entry->seq };
}

static void drop_entry(struct core *core, struct entry *entry)
{
    clean(core, entry);
    if (entry->saved)
        drop_row(core, entry);
    ids_drop(&entry->mailbox->entries, entry->seq);
    free(entry->reason);
    entry->next = core->spare_entries;
    core->spare_entries = entry;
}

/* ---- the list of untouched ones of a lane ---------------------------------------------------------- */

void entry_fresh(struct entry *entry)
{
    struct lane *lane = &entry->mailbox->lanes[entry->lane];
    struct entry *before = lane->last;

    assert(!entry->fresh);
    /* They come in order, from the log or by their rows. */
    while (before != NULL && before->seq > entry->seq)
        before = before->previous;
    entry->previous = before;
    entry->next = before == NULL ? lane->first : before->next;
    if (before == NULL)
        lane->first = entry;
    else
        before->next = entry;
    if (entry->next == NULL)
        lane->last = entry;
    else
        entry->next->previous = entry;
    lane->fresh_count++;
    entry->fresh = true;
}

static void touch(struct entry *entry)
{
    struct lane *lane = &entry->mailbox->lanes[entry->lane];

    if (!entry->fresh)
        return;
    if (entry->previous == NULL)
        lane->first = entry->next;
    else
        entry->previous->next = entry->next;
    if (entry->next == NULL)
        lane->last = entry->previous;
    else
        entry->next->previous = entry->previous;
    entry->next = entry->previous = NULL;
    lane->fresh_count--;
    entry->fresh = false;
}

/* ---- cases ------------------------------------------------------------------------------------------ */

uint64_t case_hash(struct slice case_id)
{
    return case_id.size == 0 ? 0 : map_hash(case_id);
}

static void push_ready(struct core *core, struct entry *entry)
{
    int r = heap_push(&entry->mailbox->lanes[entry->lane].ready, entry, 0);

    if (r < 0)
        core->fault = r;
}

static void hold(struct entry *entry)
{
    if (entry != NULL && entry->state == ENTRY_READY && entry->heap_at != HEAP_OUT)
        heap_remove(&entry->mailbox->lanes[entry->lane].ready, entry);
}

/* Of each lane only the first of the case may go, and only if no lane more urgent has an earlier. */
static void review(struct core *core, struct held_case *held)
{
    uint64_t earliest = UINT64_MAX;

    for (unsigned lane = 0; lane < INSIDE_LANES; lane++) {
        struct entry *first = held->first[lane];
        if (first == NULL)
            continue;
        if (first->seq > earliest)
            hold(first);
        else if (first->state == ENTRY_READY && first->heap_at == HEAP_OUT)
            push_ready(core, first);
        if (first->seq < earliest)
            earliest = first->seq;
        hold(first->case_next);
    }
}

uint64_t entry_held_by(const struct entry *entry)
{
    const struct held_case *held;

    if (!entry->in_case || entry->state != ENTRY_READY || entry->heap_at != HEAP_OUT)
        return 0;
    held = ids_get(&entry->mailbox->cases, entry->case_hash);
    for (unsigned lane = 0; lane <= entry->lane; lane++)
        if (held->first[lane] != NULL && held->first[lane]->seq < entry->seq)
            return held->first[lane]->seq;
    return 0;
}

static void case_join(struct core *core, struct entry *entry)
{
    struct mailbox *mailbox = entry->mailbox;
    unsigned lane = entry->lane;

    if (!entry->in_case) {
        struct held_case *held = ids_get(&mailbox->cases, entry->case_hash);
        if (held == NULL)
            held = make_case(core, mailbox, entry->case_hash);
        if (held == NULL)
            return;
        struct entry *before = held->last[lane];
        while (before != NULL && before->seq > entry->seq)
            before = before->case_previous;
        entry->case_previous = before;
        entry->case_next = before == NULL ? held->first[lane] : before->case_next;
        if (before == NULL)
            held->first[lane] = entry;
        else
            before->case_next = entry;
        if (entry->case_next == NULL)
            held->last[lane] = entry;
        else
            entry->case_next->case_previous = entry;
        held->count++;
        entry->in_case = true;
    }
    review(core, ids_get(&mailbox->cases, entry->case_hash));
}

static void case_leave(struct core *core, struct entry *entry)
{
    struct mailbox *mailbox = entry->mailbox;
    unsigned lane = entry->lane;

    if (!entry->in_case)
        return;
    struct held_case *held = ids_get(&mailbox->cases, entry->case_hash);
    if (entry->case_previous == NULL)
        held->first[lane] = entry->case_next;
    else
        entry->case_previous->case_next = entry->case_next;
    if (entry->case_next == NULL)
        held->last[lane] = entry->case_previous;
    else
        entry->case_next->case_previous = entry->case_previous;
    entry->case_next = entry->case_previous = NULL;
    entry->in_case = false;
    if (--held->count > 0) {
        review(core, held);
        return;
    }
    ids_drop(&mailbox->cases, held->hash);
    held->next_spare = core->spare_cases;
    core->spare_cases = held;
}

/* ---- states ----------------------------------------------------------------------------------------- */

struct entry *entry_find(const struct mailbox *mailbox, uint64_t seq)
{
    return ids_get(&mailbox->entries, seq);
}

struct entry *entry_add(struct core *core, struct mailbox *mailbox, uint64_t seq, uint8_t lane)
{
    struct entry *entry = make_entry(core);

    if (entry == NULL)
        return NULL;
    if (ids_put(&mailbox->entries, seq, entry) < 0) {
        core->fault = -ENOMEM;
        free(entry);
        return NULL;
    }
    entry->seq = seq;
    entry->lane = lane;
    entry->mailbox = mailbox;
    return entry;
}

void entry_reason(struct core *core, struct entry *entry, struct slice reason)
{
    free(entry->reason);
    entry->reason = reason.size == 0 ? NULL : strndup(reason.data, reason.size);
    if (reason.size > 0 && entry->reason == NULL)
        core->fault = FAULT(-ENOMEM);
}

static bool is_open(uint8_t state)
{
    return state == ENTRY_READY || state == ENTRY_LEASED || state == ENTRY_DELAYED;
}

static void leave(struct entry *entry)
{
    struct mailbox *mailbox = entry->mailbox;

    if (entry->state == ENTRY_READY)
        hold(entry);
    else if (entry->state == ENTRY_LEASED)
        heap_remove(&mailbox->leased, entry);
    else if (entry->state == ENTRY_DELAYED)
        heap_remove(&mailbox->delayed, entry);
    else if (entry->state == ENTRY_DEAD)
        mailbox->dead--;
}

/* A message that waits for its time (and was never handed out) holds up nobody of its case. */
static void enter(struct core *core, struct entry *entry)
{
    struct mailbox *mailbox = entry->mailbox;
    bool stays = entry->state == ENTRY_READY || entry->state == ENTRY_LEASED
                 || (entry->state == ENTRY_DELAYED && entry->attempts > 0);
    int r = 0;

    if (entry->state == ENTRY_READY && entry->case_hash == 0)
        push_ready(core, entry);
    else if (entry->state == ENTRY_LEASED)
        r = heap_push(&mailbox->leased, entry, entry->until_ms);
    else if (entry->state == ENTRY_DELAYED)
        r = heap_push(&mailbox->delayed, entry, entry->until_ms);
    else if (entry->state == ENTRY_DEAD)
        mailbox->dead++;
    if (r < 0)
        core->fault = r;
    if (entry->case_hash != 0 && stays)
        case_join(core, entry);
    else
        case_leave(core, entry);
}

void entry_set(struct core *core, struct entry *entry, enum entry_state state)
{
    struct mailbox *mailbox = entry->mailbox;
    struct lane *lane = &mailbox->lanes[entry->lane];
    bool was_open = is_open(entry->state);
    bool was_dead = entry->state == ENTRY_DEAD;

    leave(entry);
    entry->state = (uint8_t)state;
    if (state != ENTRY_READY)
        touch(entry);
    if (was_open && !is_open(entry->state) && lane->open > 0)
        lane->open--;
    if (was_dead && is_open(entry->state))
        lane->open++;
    mailbox->dirty = true;
    entry_dirty(core, entry);
    enter(core, entry);
    if (state != ENTRY_DONE)
        return;
    if (lane->behind && entry->seq >= lane->scan_next) {
        int r = heap_push(&lane->gone, entry, 0);
        if (r < 0)
            core->fault = r;
        return;
    }
    drop_entry(core, entry);
}

/* As it was saved: nothing is counted and nothing has changed. */
void entry_restore(struct core *core, struct entry *entry, enum entry_state state)
{
    entry->state = (uint8_t)state;
    enter(core, entry);
    if (state != ENTRY_DONE)
        return;
    int r = heap_push(&entry->mailbox->lanes[entry->lane].gone, entry, 0);
    if (r < 0)
        core->fault = r;
}

/* The lane has been read further: what was settled before need not be remembered. */
void entry_passed(struct core *core, struct lane *lane)
{
    struct entry *entry;

    while ((entry = heap_top(&lane->gone)) != NULL
           && (!lane->behind || entry->seq < lane->scan_next)) {
        heap_remove(&lane->gone, entry);
        drop_entry(core, entry);
    }
}

void entry_move(struct core *core, struct entry *entry, enum entry_command command)
{
    int32_t to = ENTRY_NONE;
    int r = machine_next(core_entry_moves, entry->state, (int32_t)command, &to);

    assert(r == 0);
    (void)r;
    inside_trace(core, "    %s %llu: %s -> %s", entry->mailbox->unit,
                 (unsigned long long)entry->seq, core_entry_states[entry->state],
                 core_entry_states[to]);
    entry_set(core, entry, (enum entry_state)to);
}

/* ---- the end ---------------------------------------------------------------------------------------- */

void entries_forget(struct mailbox *mailbox)
{
    for (uint32_t i = 0; i < mailbox->entries.room; i++) {
        struct entry *entry = mailbox->entries.slots[i].value;
        if (entry == NULL)
            continue;
        free(entry->reason);
        free(entry);
    }
    for (uint32_t i = 0; i < mailbox->cases.room; i++)
        free(mailbox->cases.slots[i].value);
    for (unsigned lane = 0; lane < INSIDE_LANES; lane++) {
        free(mailbox->lanes[lane].ready.items);
        free(mailbox->lanes[lane].gone.items);
    }
    free(mailbox->leased.items);
    free(mailbox->delayed.items);
    ids_close(&mailbox->entries);
    ids_close(&mailbox->cases);
}
