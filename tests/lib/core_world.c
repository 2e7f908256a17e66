#include "lib/core_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/filter.h"

/* The simulator has no libcheck around it: what must be and is not ends the process. */
#define MUST(condition) must((condition), #condition, __LINE__)
#define MUST_EQ(left, right) MUST((left) == (right))

static void must(bool condition, const char *text, int line)
{
    if (condition)
        return;
    fprintf(stderr, "core_world.c:%d: %s\n", line, text);
    abort();
}

/* ---- rows ------------------------------------------------------------------------------------------- */

static int row_order(const struct world_row *row, struct slice key)
{
    return slice_compare(slice_of(row->key, row->key_size), key);
}

static uint32_t row_place(const struct world_rows *rows, struct slice key)
{
    uint32_t low = 0;
    uint32_t high = rows->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (row_order(&rows->items[middle], key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static uint8_t *copy_of(struct slice bytes)
{
    uint8_t *copy = malloc(bytes.size + 1);

    MUST(NULL != copy);
    if (bytes.size > 0)
        memcpy(copy, bytes.data, bytes.size);
    return copy;
}

/* An empty value is kept in a staged set (it drops the row later), and drops the row in the index. */
static void row_put(struct world_rows *rows, struct slice key, struct slice value, bool staged)
{
    uint32_t at = row_place(rows, key);
    bool there = at < rows->count && row_order(&rows->items[at], key) == 0;

    if (there) {
        free(rows->items[at].key);
        free(rows->items[at].value);
    }
    if (value.size == 0 && !staged) {
        if (there)
            memmove(rows->items + at, rows->items + at + 1,
                    (--rows->count - at) * sizeof(*rows->items));
        return;
    }
    if (!there) {
        if (rows->count == rows->room) {
            rows->room = rows->room == 0 ? 64 : 2 * rows->room;
            rows->items = realloc(rows->items, rows->room * sizeof(*rows->items));
            MUST(NULL != rows->items);
        }
        memmove(rows->items + at + 1, rows->items + at,
                (rows->count++ - at) * sizeof(*rows->items));
    }
    rows->items[at] = (struct world_row){ copy_of(key), (uint32_t)key.size, copy_of(value),
                                          (uint32_t)value.size };
}

static void rows_clear(struct world_rows *rows)
{
    for (uint32_t i = 0; i < rows->count; i++) {
        free(rows->items[i].key);
        free(rows->items[i].value);
    }
    free(rows->items);
    *rows = (struct world_rows){ 0 };
}

static int stage_row(void *context, const struct core_row *row)
{
    struct core_world *world = context;

    row_put(&world->staged, row->key, row->value, true);
    return 0;
}

static void settle_rows(struct core_world *world)
{
    if (world->staged_applied == 0
        || (world->staged_applied > world->durable && !world->early_rows))
        return;
    for (uint32_t i = 0; i < world->staged.count; i++) {
        const struct world_row *row = &world->staged.items[i];
        row_put(&world->rows, slice_of(row->key, row->key_size),
                slice_of(row->value, row->value_size), false);
    }
    rows_clear(&world->staged);
    world->rows_applied = world->staged_applied;
    world->staged_applied = 0;
}

void core_world_save(struct core_world *world)
{
    uint64_t applied;

    MUST_EQ(core_save(world->core, stage_row, world, &applied), 0);
    world->staged_applied = applied;
    settle_rows(world);
}

void core_world_lose_index(struct core_world *world)
{
    rows_clear(&world->rows);
    rows_clear(&world->staged);
    world->rows_applied = 0;
    world->staged_applied = 0;
}

void core_world_forget_producers(struct core_world *world)
{
    for (uint32_t i = world->rows.count; i-- > 0;) {
        const struct world_row *row = &world->rows.items[i];
        uint8_t key[256];
        if (row->key[0] != 'p')
            continue;
        memcpy(key, row->key, row->key_size);
        row_put(&world->rows, slice_of(key, row->key_size), (struct slice){ 0 }, false);
    }
}

/* ---- the log ---------------------------------------------------------------------------------------- */

bool core_world_scan(struct slice bytes, struct core_message *ret_message)
{
    struct envelope envelope;
    const char *reason;

    if (scan_envelope(bytes, &envelope, &reason) != 0)
        return false;
    *ret_message = (struct core_message){
        .epoch = envelope.epoch,
        .number = envelope.number,
        .subject = envelope.subject,
        .to = envelope.to,
        .case_id = envelope.case_id,
        .priority = envelope.priority,
        .exercise = envelope.exercise,
        .not_before_ms = envelope.not_before_ms,
        .expires_ms = envelope.expires_ms,
        .actor_unit = envelope.actor_unit,
        .body = envelope.body,
        .bytes = bytes,
    };
    return true;
}

static void append(struct core_world *world, const struct core_effect *effect)
{
    if (world->appended == world->room) {
        world->room = world->room == 0 ? 1024 : 2 * world->room;
        world->log = realloc(world->log, world->room * sizeof(*world->log));
        MUST(NULL != world->log);
    }
    struct world_record *record = &world->log[world->appended++];
    MUST_EQ(effect->append.seq, world->appended);
    *record = (struct world_record){
        .message = effect->kind == CORE_APPEND_MESSAGE,
        .seq = effect->append.seq,
        .time_ms = effect->append.time_ms,
        .bytes = copy_of(effect->append.payload),
        .size = (uint32_t)effect->append.payload.size,
    };
    snprintf(record->source, sizeof(record->source), "%.*s", (int)effect->append.source.size,
             (const char *)effect->append.source.data);
}

bool core_world_message(const struct core_world *world, uint64_t seq, struct world_message *ret)
{
    const struct world_record *record;

    if (seq == 0 || seq > world->durable || seq == world->unreadable)
        return false;
    record = &world->log[seq - 1];
    *ret = (struct world_message){ seq, record->time_ms, record->source, { 0 } };
    return record->message && core_world_scan(slice_of(record->bytes, record->size), &ret->message);
}

/* ---- effects ---------------------------------------------------------------------------------------- */

enum { FRAME_MESSAGES = 1024 };

static void tell(struct core_world *world, const struct world_told *told)
{
    if (world->tell != NULL)
        world->tell(world->context, told);
}

static void feed(struct core_world *world, const struct core_effect *effect)
{
    const struct core_feed *asked = &effect->feed;
    uint64_t *peers = (uint64_t *)(void *)copy_of(
        slice_of(asked->peers, asked->peer_count * sizeof(*asked->peers)));
    uint32_t peer_count = asked->peer_count;
    struct world_message *messages = calloc(FRAME_MESSAGES, sizeof(*messages));
    uint64_t next = asked->from;
    uint32_t count = 0;
    uint32_t bytes = 0;

    MUST(NULL != messages);
    MUST(asked->first <= asked->from);
    MUST(asked->to <= world->durable);
    for (; next <= asked->to && count < FRAME_MESSAGES; next++) {
        struct world_message *message = &messages[count];
        if (!core_world_message(world, next, message)
            || !filters_match(asked->filters, message->message.subject))
            continue;
        if (count > 0 && bytes + message->message.bytes.size > asked->bytes)
            break;
        bytes += (uint32_t)message->message.bytes.size + 32;
        count++;
    }
    if (count > 0 || asked->always)
        bytes += 34;
    for (uint32_t i = 0; i < peer_count && bytes > 0; i++)
        tell(world, &(struct world_told){ .peer = peers[i],
                                          .effect = effect,
                                          .first = asked->first,
                                          .last = next - 1,
                                          .messages = messages,
                                          .count = count,
                                          .bytes = bytes });
    for (uint32_t i = 0; i < peer_count; i++)
        core_world_step(world, &(struct core_event){
                                   .kind = CORE_SENT, .peer = peers[i], .sent = { next, bytes } });
    free(messages);
    free(peers);
}

static void scan(struct core_world *world, const struct core_scan *asked)
{
    uint64_t next = asked->from;
    uint32_t found = 0;

    world->scans++;
    for (; next <= asked->to && found < asked->limit; next++) {
        struct world_message message;
        world->scanned++;
        if (!core_world_message(world, next, &message) || !core_scan_wants(asked, &message.message))
            continue;
        found++;
        core_world_step(world,
                        &(struct core_event){ .kind = CORE_SCANNED,
                                              .scanned = { asked->mailbox, next, message.time_ms,
                                                           next + 1, &message.message } });
    }
    core_world_step(world, &(struct core_event){ .kind = CORE_SCAN_DONE,
                                                 .scanned = { asked->mailbox, 0, 0, next, NULL } });
}

static void lease(struct core_world *world, const struct core_effect *effect)
{
    struct world_message message;

    if (!core_world_message(world, effect->lease.seq, &message)) {
        core_world_step(world, &(struct core_event){ .kind = CORE_UNREADABLE,
                                                     .unreadable = { effect->lease.mailbox_index,
                                                                     effect->lease.seq } });
        return;
    }
    tell(world, &(struct world_told){
                    .peer = effect->peer, .effect = effect, .messages = &message, .count = 1 });
}

static void carry_out(struct core_world *world, const struct core_effect *effect)
{
    switch (effect->kind) {
    case CORE_APPEND_MESSAGE:
    case CORE_APPEND_RECORD:
    case CORE_APPEND_CHECKPOINT:
        break; /* done before anything else */
    case CORE_FEED:
        feed(world, effect);
        break;
    case CORE_SCAN:
        scan(world, &effect->scan);
        break;
    case CORE_SEND_LEASE:
        lease(world, effect);
        break;
    case CORE_SEND_WELCOME:
    case CORE_SEND_STORED:
    case CORE_SEND_REFUSED:
    case CORE_SEND_REJECT:
    case CORE_SEND_RESET:
    case CORE_SEND_PONG:
    case CORE_SEND_SETTLED:
    case CORE_SEND_PEEKED:
    case CORE_SEND_QUERY:
    case CORE_SEND_ANSWER:
    case CORE_CUT:
    case CORE_LINK:
        tell(world, &(struct world_told){ .peer = effect->peer, .effect = effect });
        break;
    }
}

static bool needs_steps(const struct core_effect *effect)
{
    return effect->kind == CORE_FEED || effect->kind == CORE_SCAN
           || effect->kind == CORE_SEND_LEASE;
}

/* Effects are lent until the next step: those that bring steps about are copied, and come last. */
void core_world_step(struct core_world *world, struct core_event *event)
{
    const struct core_effect *effects;
    uint32_t count;

    event->now_ms = world->now_ms;
    event->steady_ms = world->steady_ms;
    MUST_EQ(core_step(world->core, event, &effects, &count), 0);
    struct core_effect *later = calloc(count + 1, sizeof(*later));
    uint32_t later_count = 0;
    MUST(NULL != later);
    for (uint32_t i = 0; i < count; i++)
        if (effects[i].kind == CORE_APPEND_MESSAGE || effects[i].kind == CORE_APPEND_RECORD
            || effects[i].kind == CORE_APPEND_CHECKPOINT)
            append(world, &effects[i]);
    for (uint32_t i = 0; i < count; i++) {
        if (!needs_steps(&effects[i])) {
            carry_out(world, &effects[i]);
            continue;
        }
        later[later_count] = effects[i];
        if (effects[i].kind == CORE_FEED)
            later[later_count].feed.peers = (uint64_t *)(void *)copy_of(
                slice_of(effects[i].feed.peers, effects[i].feed.peer_count * sizeof(uint64_t)));
        later_count++;
    }
    for (uint32_t i = 0; i < later_count; i++) {
        carry_out(world, &later[i]);
        if (later[i].kind == CORE_FEED)
            free((void *)(uintptr_t)later[i].feed.peers);
    }
    free(later);
}

void core_world_commit(struct core_world *world, uint64_t seq)
{
    world->durable = seq < world->appended ? seq : world->appended;
    settle_rows(world);
    core_world_step(
        world, &(struct core_event){ .kind = CORE_COMMITTED, .committed_seq = world->durable });
}

void core_world_tick(struct core_world *world)
{
    enum { ROUNDS_MOST = 1000 };
    uint64_t steady_ms;
    uint64_t now_ms;

    bool at_rest = false;

    for (int round = 0; !at_rest && round < ROUNDS_MOST; round++) {
        core_world_step(world, &(struct core_event){ .kind = CORE_TICK });
        core_next_tick(world->core, &steady_ms, &now_ms);
        at_rest = steady_ms > world->steady_ms && now_ms > world->now_ms;
    }
    MUST(at_rest); /* it asks for ticks without an end */
}

/* ---- begin, end ------------------------------------------------------------------------------------- */

static void replay(struct core_world *world)
{
    for (uint64_t seq = world->rows_applied + 1; seq <= world->durable; seq++) {
        const struct world_record *record = &world->log[seq - 1];
        struct slice bytes = slice_of(record->bytes, record->size);
        struct core_message message;
        if (record->message) {
            MUST(core_world_scan(bytes, &message));
            MUST_EQ(core_replay_message(world->core, seq, record->time_ms,
                                        slice_text(record->source), &message),
                    0);
        } else {
            MUST_EQ(core_replay_record(world->core, seq, record->time_ms, bytes), 0);
        }
    }
}

static void start(struct core_world *world)
{
    world->options.head = world->durable;
    world->options.head_time_ms = world->durable == 0 ? 0 : world->log[world->durable - 1].time_ms;
    world->options.run++;
    MUST_EQ(core_open(&world->options, &world->core), 0);
    core_set_trace(world->core, world->trace, world->context);
    for (uint32_t i = 0; i < world->rows.count; i++) {
        const struct world_row *row = &world->rows.items[i];
        MUST_EQ(core_load(world->core, &(struct core_row){ slice_of(row->key, row->key_size),
                                                           slice_of(row->value, row->value_size) }),
                0);
    }
    replay(world);
}

static void load_log(struct core_world *world, const struct world_record *log, uint64_t count,
                     const struct world_rows *rows)
{
    if (count == 0)
        return;
    for (uint32_t i = 0; rows != NULL && i < rows->count; i++) {
        const struct world_row *row = &rows->items[i];
        row_put(&world->rows, slice_of(row->key, row->key_size),
                slice_of(row->value, row->value_size), false);
    }
    world->rows_applied = rows == NULL ? 0 : count;
    world->log = calloc(count, sizeof(*log));
    MUST(world->log != NULL);
    memcpy(world->log, log, count * sizeof(*log));
    for (uint64_t i = 0; i < count; i++)
        world->log[i].bytes = copy_of(slice_of(log[i].bytes, log[i].size));
    world->room = world->appended = world->durable = count;
}

void core_world_open(struct core_world *world, const struct core_options *options,
                     const char *permissions, const struct permit_unit *units, uint32_t unit_count)
{
    const struct world_record *log_before = world->log_before;
    uint64_t log_before_count = world->log_before_count;
    const struct world_rows *rows_before = world->rows_before;
    const char *reason;
    uint32_t line;

    *world = (struct core_world){ .options = *options,
                                  .tell = world->tell,
                                  .trace = world->trace,
                                  .context = world->context,
                                  .early_rows = world->early_rows,
                                  .now_ms = 1000000,
                                  .steady_ms = 1000 };
    int r = permit_parse(permissions, units, unit_count, &world->permit, &line, &reason);
    if (r != 0) {
        fprintf(stderr, "permissions, line %u: %s\n", line, reason);
        abort();
    }
    world->options.permit = world->permit;
    load_log(world, log_before, log_before_count, rows_before);
    start(world);
}

void core_world_crash(struct core_world *world, uint64_t kept)
{
    core_close(world->core);
    world->durable =
        world->durable + kept < world->appended ? world->durable + kept : world->appended;
    while (world->appended > world->durable)
        free(world->log[--world->appended].bytes);
    settle_rows(world);
    rows_clear(&world->staged);
    world->staged_applied = 0;
    world->steady_ms = 1000; /* another machine's clock, for all that anybody knows */
    start(world);
}

void core_world_close(struct core_world *world)
{
    core_close(world->core);
    permit_close(world->permit);
    rows_clear(&world->rows);
    rows_clear(&world->staged);
    while (world->appended > 0)
        free(world->log[--world->appended].bytes);
    free(world->log);
}
