/*
 * Timers: rows that are set, moved and taken away by turns alone, so that they are a function of
 * the log.  A row whose time has come is published to the service itself (kit_fire) and stays; it
 * goes when its message comes back.  Which rows are on their way stands in a table of its own, in
 * the transaction of the message that left: so each fires once.  A message whose row has gone or
 * moved meanwhile comes too late, and is refused.
 *
 * The row's key is its due time, a digest of its command, its name; the message carries the due
 * time in not_before_ms and the command in its body, by which its row is found again.
 */
#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "base/err.h"
#include "kit/inside.h"

enum { DIGEST_BYTES = 16, PREFIX_BYTES = 8 + DIGEST_BYTES };

static void prefix_of(uint64_t due_ms, const char *command, struct slice body,
                      uint8_t prefix[PREFIX_BYTES])
{
    crypto_generichash_state state;

    store_pack_u64(prefix, due_ms);
    crypto_generichash_init(&state, NULL, 0, DIGEST_BYTES);
    crypto_generichash_update(&state, (const uint8_t *)command, strlen(command) + 1);
    crypto_generichash_update(&state, body.data, body.size);
    crypto_generichash_final(&state, prefix + 8, DIGEST_BYTES);
}

static struct slice name_of(struct turn *turn, const char *command, const char *key)
{
    const char *name = turn_text(turn, "%s/%s", command, key);

    return slice_text(name);
}

static bool good_key(struct turn *turn, const char *key)
{
    size_t length = strlen(key);

    if (length > 0 && length <= KEY_BYTES)
        return true;
    turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "a timer's key is empty or too long");
    return false;
}

/* ---- by turns ------------------------------------------------------------------------------------ */

/* Takes the row that has this name away, if there is one. */
static bool forget(struct turn *turn, struct slice name)
{
    unsigned names = compose_table(turn->kit, KIT_TIMER_NAMES);
    struct entry *entry = writes_find(turn, names, name);

    if (entry == NULL || entry->row == NULL)
        return false;
    const KitRows__TimerName *old = (const KitRows__TimerName *)entry->row;
    writes_drop(turn, compose_table(turn->kit, KIT_TIMERS), slice_of(old->row.data, old->row.len));
    writes_drop(turn, names, name);
    return true;
}

/* `24 h`, `15 min`, `1 h 30 min`, `3 d`. */
static const char *span(struct turn *turn, uint64_t ms)
{
    static const struct {
        uint64_t ms;
        const char *name;
    } units[] = {
        { 86400000, "d" }, { 3600000, "h" }, { 60000, "min" }, { 1000, "s" }, { 1, "ms" }
    };
    const char *text = "";

    for (size_t i = ms < 2 * units[0].ms ? 1 : 0; i < 5; i++) {
        if (ms / units[i].ms > 0)
            text = turn_text(turn, "%s%s%llu %s", text, *text == '\0' ? "" : " ",
                             (unsigned long long)(ms / units[i].ms), units[i].name);
        ms %= units[i].ms;
    }
    return *text == '\0' ? "0 s" : text;
}

static const char *or_usual(struct turn *turn, const char *text, const char *usual)
{
    return text == NULL || text[0] == '\0' ? usual : turn_text(turn, "%s", text);
}

static void fill(struct turn *turn, const struct turn_timer *timer, struct slice body,
                 KitRows__Timer *row)
{
    bool usual = timer->priority == BUS__PRIORITY__PRIORITY_ABSENT;

    row->key = turn_text(turn, "%s", timer->key);
    row->command = timer->command->descriptor->name;
    row->unit = or_usual(turn, timer->unit, turn->unit);
    row->case_id = or_usual(turn, timer->case_id, turn->case_id);
    row->cause = turn->id;
    row->traceparent = turn->traceparent;
    row->priority = (uint32_t)(usual ? turn->priority : timer->priority);
    row->exercise = turn->exercise;
    row->body.data = (uint8_t *)(uintptr_t)body.data;
    row->body.len = body.size;
}

void turn_time(struct turn *turn, const struct turn_timer *timer)
{
    struct kit *kit = turn->kit;
    const char *type = timer->command->descriptor->name;
    uint8_t prefix[PREFIX_BYTES];

    if (turn->outcome != 0 || !good_key(turn, timer->key))
        return;
    struct slice body = turn_pack(turn, timer->command);
    struct slice name = name_of(turn, type, timer->key);
    forget(turn, name);

    prefix_of(timer->due_ms, type, body, prefix);
    size_t length = strlen(timer->key);
    uint8_t *row_key = turn_room(turn, PREFIX_BYTES + length);
    memcpy(row_key, prefix, PREFIX_BYTES);
    memcpy(row_key + PREFIX_BYTES, timer->key, length);
    KitRows__Timer *row =
        writes_edit(turn, compose_table(kit, KIT_TIMERS), slice_of(row_key, PREFIX_BYTES + length));
    KitRows__TimerName *named = writes_edit(turn, compose_table(kit, KIT_TIMER_NAMES), name);
    if (turn->outcome != 0)
        return;
    fill(turn, timer, body, row);
    named->row.data = row_key;
    named->row.len = PREFIX_BYTES + length;
    if (timer->due_ms < turn->batch->next_due_ms)
        turn->batch->next_due_ms = timer->due_ms;
    turn_trace(turn, "reminds %s: %s.%s in %s", timer->key, kit->service->name,
               compose_short(timer->command->descriptor),
               span(turn, timer->due_ms > turn->now_ms ? timer->due_ms - turn->now_ms : 0));
}

void turn_remind(struct turn *turn, const char *key, uint64_t due_ms,
                 const ProtobufCMessage *command)
{
    struct turn_timer timer = { .key = key, .due_ms = due_ms, .command = command };

    turn_time(turn, &timer);
}

void turn_forget(struct turn *turn, const char *key, const ProtobufCMessageDescriptor *command)
{
    if (turn->outcome != 0 || !good_key(turn, key))
        return;
    if (forget(turn, name_of(turn, command->name, key)))
        turn_trace(turn, "forgets %s: %s.%s", key, turn->kit->service->name,
                   compose_short(command));
}

/* ---- the way back -------------------------------------------------------------------------------- */

/* The first row that begins with `prefix`, as the batch has it. */
static int find_row(struct turn *turn, const uint8_t prefix[PREFIX_BYTES], struct slice *ret_key,
                    struct slice *ret_value)
{
    struct store_cursor *cursor;

    int r = store_cursor_open(turn->batch->txn, compose_table(turn->kit, KIT_TIMERS),
                              slice_of(prefix, PREFIX_BYTES), &cursor);
    if (r < 0)
        return r;
    r = store_cursor_next(cursor, ret_key, ret_value);
    store_cursor_close(cursor);
    if (r == 0
        && (ret_key->size < PREFIX_BYTES || memcmp(ret_key->data, prefix, PREFIX_BYTES) != 0))
        return STORE_ABSENT;
    return r;
}

/* An exercise's clock stands still while the broker is down, and ours does not know: a message that
 * came before its time has no effect, and leaves once more when the time has come. */
static void fire_again(struct turn *turn, struct slice key)
{
    void *copy = turn_room(turn, key.size);

    memcpy(copy, key.data, key.size);
    int r = batch_drop(turn->batch, compose_table(turn->kit, KIT_FIRED), slice_of(copy, key.size));
    if (r < 0)
        turn_fault(turn, r);
    if (turn->not_before_ms < turn->batch->next_due_ms)
        turn->batch->next_due_ms = turn->not_before_ms;
    turn->is_early = true;
    turn_trace(turn, "waits: its time has not come");
}

void timers_consume(struct turn *turn, const struct heard *heard)
{
    uint8_t prefix[PREFIX_BYTES];
    struct slice key;
    struct slice value;

    prefix_of(turn->not_before_ms, heard->type->name, turn->body, prefix);
    int r = find_row(turn, prefix, &key, &value);
    if (r < 0) {
        turn_fault(turn, r);
        return;
    }
    if (r == 0 && turn->now_ms < turn->not_before_ms) {
        fire_again(turn, key);
        return;
    }
    if (r == STORE_ABSENT) {
        turn_refuse(turn, TOWN__REFUSAL__STALE, "the timer was cleared or moved");
        return;
    }
    const KitRows__Timer *row =
        (const KitRows__Timer *)writes_unpack(&kit_rows__timer__descriptor, value, turn->arena);
    if (row == NULL) {
        turn_fault(turn, FAULT(-EBADMSG));
        return;
    }
    turn->is_timer = true;
    void *copy = turn_room(turn, key.size);
    memcpy(copy, key.data, key.size);
    r = batch_drop(turn->batch, compose_table(turn->kit, KIT_FIRED), slice_of(copy, key.size));
    if (r < 0)
        turn_fault(turn, r);
    forget(turn, name_of(turn, row->command, row->key));
}

/* ---- when they are due --------------------------------------------------------------------------- */

uint64_t kit_next_due(const struct kit *kit)
{
    return kit->state.restore_head != 0 ? UINT64_MAX : kit->next_due_ms;
}

static int leave(struct batch *batch, struct slice key, const KitRows__Timer *row)
{
    struct kit *kit = batch->kit;
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    struct slice bytes;

    const char *dot = strrchr(row->command, '.');
    envelope.subject = arena_print(&kit->arena, "%s.%s.%s", kit->service->name, dot + 1, row->unit);
    if (envelope.subject == NULL)
        return FAULT(-ENOMEM);
    envelope.case_id = row->case_id;
    envelope.cause = row->cause;
    envelope.priority = (Bus__Priority)row->priority;
    envelope.exercise = row->exercise;
    envelope.not_before_ms = store_unpack_u64(key.data);
    envelope.traceparent = row->traceparent;
    envelope.body = row->body;
    int r = outbox_pack(&kit->arena, &envelope, &bytes);
    if (r == 0)
        r = outbox_put(batch, SENT_BY_TIMER, bytes);
    if (r == 0)
        r = batch_put(batch, compose_table(kit, KIT_FIRED), key, slice_text("1"));
    return r;
}

/* A row in hand, copied: the store's own may move with the next put. */
struct due {
    struct slice key;
    const KitRows__Timer *row;
};

/* Those that are due and not on their way yet, at most FIRE_TIMERS; and when the next one is. */
static int collect(struct batch *batch, uint64_t now_ms, struct due *due, uint32_t *ret_count,
                   uint64_t *ret_next_ms)
{
    struct kit *kit = batch->kit;
    struct store_cursor *cursor;
    struct slice key;
    struct slice value;
    struct slice mark;

    *ret_count = 0;
    *ret_next_ms = UINT64_MAX;
    int r =
        store_cursor_open(batch->txn, compose_table(kit, KIT_TIMERS), (struct slice){ 0 }, &cursor);
    if (r < 0)
        return r;
    while ((r = store_cursor_next(cursor, &key, &value)) == 0) {
        r = store_get(batch->txn, compose_table(kit, KIT_FIRED), key, &mark);
        if (r < 0)
            break;
        if (r == 0)
            continue;
        uint64_t due_ms = store_unpack_u64(key.data);
        if (due_ms > now_ms || *ret_count == FIRE_TIMERS) {
            *ret_next_ms = due_ms;
            r = STORE_ABSENT;
            break;
        }
        void *copy = arena_copy(&kit->arena, key.data, key.size);
        due[*ret_count].key = slice_of(copy, key.size);
        due[*ret_count].row =
            (const KitRows__Timer *)writes_unpack(&kit_rows__timer__descriptor, value, &kit->arena);
        r = copy == NULL || due[*ret_count].row == NULL ? FAULT(-ENOMEM) : 0;
        if (r < 0)
            break;
        (*ret_count)++;
    }
    store_cursor_close(cursor);
    return r == STORE_ABSENT ? 0 : r;
}

static int fire_some(struct kit *kit, uint64_t now_ms)
{
    struct due due[FIRE_TIMERS];
    struct batch batch;
    uint32_t count;
    uint64_t next_ms;

    int r = batch_begin(kit, &batch);
    if (r < 0)
        return r;
    arena_reset(&kit->arena);
    r = collect(&batch, now_ms, due, &count, &next_ms);
    for (uint32_t i = 0; r == 0 && i < count; i++)
        r = leave(&batch, due[i].key, due[i].row);
    if (r < 0 || count == 0) {
        batch_abort(&batch);
        if (r == 0)
            kit->next_due_ms = next_ms;
        return r;
    }
    batch.next_due_ms = next_ms;
    return batch_commit(&batch);
}

int kit_fire(struct kit *kit, uint64_t now_ms)
{
    int r = 0;

    while (r == 0 && kit_next_due(kit) <= now_ms)
        r = fire_some(kit, now_ms);
    return r;
}
