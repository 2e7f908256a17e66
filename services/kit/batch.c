/*
 * A batch of waiting messages shares one commit.  What happens when a turn faults is decided here:
 * the batch is aborted, what went well before is done again, and the one that faulted is tried
 * alone, with back-off, until it is parked.
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "kit/inside.h"

struct line {
    struct line *next;
    uint64_t seq;
    const char *text;
};

static struct slice state_key(void)
{
    return slice_text("state");
}

/* ---- one transaction ----------------------------------------------------------------------------- */

int batch_begin(struct kit *kit, struct batch *batch)
{
    *batch = (struct batch){ .kit = kit,
                             .state = kit->state,
                             .next_due_ms = kit->next_due_ms,
                             .parked_count = kit->parked_count };
    batch->last_line = &batch->first_line;
    arena_reset(&kit->batch_arena);
    if (kit->broken)
        return FAULT(-EIO);
    return store_begin_write(kit->store, &batch->txn);
}

int batch_put(struct batch *batch, unsigned store_table, struct slice key, struct slice value)
{
    int r = store_put(batch->txn, store_table, key, value);

    batch->bytes += key.size + value.size;
    return r == STORE_FULL ? FAULT(-ENOSPC) : r;
}

int batch_drop(struct batch *batch, unsigned store_table, struct slice key)
{
    int r = store_drop(batch->txn, store_table, key);

    batch->bytes += key.size;
    return r == STORE_ABSENT ? 0 : r;
}

void batch_line(struct batch *batch, uint64_t seq, const char *text)
{
    struct line *line = arena_alloc(&batch->kit->batch_arena, sizeof(*line));

    if (line == NULL)
        return;
    line->seq = seq;
    line->text = arena_text(&batch->kit->batch_arena, text);
    *batch->last_line = line;
    batch->last_line = &line->next;
}

static int put_state(struct batch *batch)
{
    uint8_t bytes[512];

    size_t size = kit_rows__state__get_packed_size(&batch->state);
    if (size > sizeof(bytes))
        return FAULT(-EOVERFLOW);
    kit_rows__state__pack(&batch->state, bytes);
    return batch_put(batch, compose_table(batch->kit, KIT_STATE), state_key(),
                     slice_of(bytes, size));
}

void batch_abort(struct batch *batch)
{
    store_abort(batch->txn);
    batch->txn = NULL;
}

int batch_commit(struct batch *batch)
{
    struct kit *kit = batch->kit;

    int r = outbox_tidy(batch);
    if (r == 0)
        r = put_state(batch);
    if (r < 0) {
        batch_abort(batch);
        return r;
    }
    r = store_commit(batch->txn);
    batch->txn = NULL;
    if (r < 0) {
        /* What is on the disk now only the disk knows: the next start asks it. */
        kit->broken = true;
        return r;
    }
    kit->state = batch->state;
    kit->next_due_ms = batch->next_due_ms;
    kit->parked_count = batch->parked_count;
    if (kit->outbox_first <= kit->stored_number)
        kit->outbox_first = kit->stored_number + 1;
    for (const struct line *line = batch->first_line; line != NULL; line = line->next)
        kit->options.trace(kit->options.context, line->seq, line->text);
    return 0;
}

/* ---- a part of the log --------------------------------------------------------------------------- */

/* Commits as many of the messages as one transaction should hold, or nothing.  *ret_done: how many
 * were committed, or how many went well before the fault. */
static int run_some(struct kit *kit, uint64_t last, const struct stored *messages, uint32_t count,
                    bool all, uint32_t *ret_done)
{
    struct batch batch;
    uint32_t i = 0;

    *ret_done = 0;
    int r = batch_begin(kit, &batch);
    if (r < 0)
        return r;
    while (r == 0 && i < count && i < BATCH_MESSAGES && batch.bytes < BATCH_BYTES) {
        *ret_done = i;
        r = turn_run(kit, &batch, &messages[i]);
        i++;
    }
    if (r != 0) {
        batch_abort(&batch);
        return r;
    }
    if (all && i == count && batch.state.cursor < last)
        batch.state.cursor = last;
    r = batch_commit(&batch);
    *ret_done = r == 0 ? i : 0;
    return r;
}

static int park(struct kit *kit, const struct stored *message, const char *reason)
{
    struct batch batch;

    int r = batch_begin(kit, &batch);
    if (r < 0)
        return r;
    r = turn_park(kit, &batch, message, reason, TURN_TRIES);
    if (r < 0) {
        batch_abort(&batch);
        return r;
    }
    say_error("kit.parked", "service=%s seq=%llu subject=%.*s reason=\"%s\"", kit->service->name,
              (unsigned long long)message->seq, (int)message->envelope.subject.size,
              (const char *)message->envelope.subject.data, reason);
    return batch_commit(&batch);
}

/* The disk's faults are no message's fault: nothing is parked for them. */
static bool is_machines(int fault)
{
    return fault == -EIO || fault == -EBADMSG || fault == -ENOSPC;
}

int kit_take(struct kit *kit, uint64_t last, const struct stored *messages, uint32_t count)
{
    uint32_t at = 0;
    uint32_t limit = BATCH_MESSAGES;
    uint32_t done;
    unsigned tries = 0;

    while (at < count) {
        uint32_t left = count - at;
        uint32_t some = left < limit ? left : limit;
        int r = run_some(kit, last, messages + at, some, some == left, &done);
        if (r == KIT_DIFFERS || kit->broken)
            return r;
        if (r == 0) {
            at += done;
            limit = BATCH_MESSAGES;
            tries = 0;
            continue;
        }
        limit = done > 0 ? done : 1;
        if (done > 0)
            continue;
        tries++;
        if (tries >= TURN_TRIES && is_machines(r))
            return r;
        if (tries >= TURN_TRIES) {
            r = park(kit, &messages[at], strerror(-r));
            if (r < 0)
                return r;
            at++;
            limit = BATCH_MESSAGES;
            tries = 0;
        } else if (kit->options.wait != NULL) {
            kit->options.wait(kit->options.context, (unsigned)RETRY_MS << tries);
        }
    }
    if (kit->state.cursor < last)
        kit->state.cursor = last;
    return 0;
}
