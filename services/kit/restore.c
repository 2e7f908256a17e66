/*
 * A store that is older than the log: made anew after its disk was lost, or put back from a copy.
 *
 * The log has what this service said before.  So it folds the log from its cursor to the head, and
 * what its turns derive again is held against its own messages there, in order, and not sent.  What
 * the turns derive beyond the last message that ever left stays in the outbox and goes out in a new
 * epoch.  A difference means that the code has changed, or the log is another: it stops and says
 * so.  Timers that came due, questions that were answered and messages that were parked are not
 * derived by turns: they are passed over here, and take their effect as what they are.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "kit/inside.h"

int kit_restore(struct kit *kit, uint64_t head)
{
    struct batch batch;

    int r = batch_begin(kit, &batch);
    if (r < 0)
        return r;
    batch.state.restore_head = head;
    batch.state.known_epoch = batch.state.epoch;
    batch.state.known_number = batch.state.number;
    batch.state.seen_epoch = batch.state.epoch;
    /* All that is in the outbox of a copy has left since: the log is ahead of it. */
    r = store_clear(batch.txn, compose_table(kit, KIT_OUTBOX));
    if (r < 0) {
        batch_abort(&batch);
        return r;
    }
    kit->stored_number = batch.state.number;
    return batch_commit(&batch);
}

int kit_skip(struct kit *kit, uint64_t seq)
{
    KitRows__DeadLetter letter = KIT_ROWS__DEAD_LETTER__INIT;
    struct batch batch;
    uint8_t key[8];
    uint8_t row[64];

    letter.reason = "parked before";
    store_pack_u64(key, seq);
    int r = batch_begin(kit, &batch);
    if (r < 0)
        return r;
    size_t size = kit_rows__dead_letter__pack(&letter, row);
    r = batch_put(&batch, compose_table(kit, KIT_PARKED), slice_of(key, sizeof(key)),
                  slice_of(row, size));
    if (r < 0) {
        batch_abort(&batch);
        return r;
    }
    batch.parked_count++;
    return batch_commit(&batch);
}

/* ---- what is met on the log ---------------------------------------------------------------------- */

/* An envelope's bytes behind its epoch and number, which stand first. */
static struct slice behind_numbers(struct slice envelope)
{
    const uint8_t *at = envelope.data;
    const uint8_t *end = at + envelope.size;

    while (at < end && (*at == 0x08 || *at == 0x10)) {
        at++;
        while (at < end && *at >= 0x80)
            at++;
        at += at < end;
    }
    return slice_of(at, (size_t)(end - at));
}

static bool ends_with(struct slice subject, const char *message)
{
    const char *text = subject.data;
    const char *dot = memchr(text, '.', subject.size);
    size_t length = strlen(message);

    return dot != NULL && (size_t)(text + subject.size - dot) > length + 1
           && memcmp(dot + 1, message, length) == 0 && dot[1 + length] == '.';
}

/* Derived by no turn: a timer, an Accessed, a Parked. */
static bool is_passed_over(struct kit *kit, const struct envelope *envelope)
{
    const char *text = envelope->subject.data;
    size_t length = strlen(kit->service->name);
    bool own = envelope->subject.size > length && memcmp(text, kit->service->name, length) == 0
               && text[length] == '.';

    if (!own)
        return false;
    if (ends_with(envelope->subject, "Accessed") || ends_with(envelope->subject, "Parked"))
        return true;
    const char *dot = text + length + 1;
    size_t rest = envelope->subject.size - length - 1;
    const char *end = memchr(dot, '.', rest);
    size_t size = end == NULL ? rest : (size_t)(end - dot);
    return envelope->not_before_ms != 0
           && compose_heard(kit, slice_of(text, length), slice_of(dot, size)) != NULL;
}

/* The oldest derived message that was not met yet. */
static int oldest(struct kit *kit, struct batch *batch, uint8_t ret_key[8], struct slice *ret_bytes)
{
    struct store_cursor *cursor;
    struct slice key;
    struct slice value;

    int r =
        store_cursor_open(batch->txn, compose_table(kit, KIT_OUTBOX), (struct slice){ 0 }, &cursor);
    if (r < 0)
        return r;
    while ((r = store_cursor_next(cursor, &key, &value)) == 0)
        if (*(const uint8_t *)value.data == SENT_BY_TURN)
            break;
    store_cursor_close(cursor);
    if (r == 0) {
        memcpy(ret_key, key.data, 8);
        *ret_bytes = slice_of((const uint8_t *)value.data + 1, value.size - 1);
    }
    return r;
}

/* A Refused of our own to ourselves, caused by nothing: it went under the number of a message that
 * the broker would never take (kit_fill), and stands for it. */
static bool is_filling(const struct kit *kit, const struct envelope *envelope)
{
    char subject[2 * WIRE_NAME_BYTES + 16];

    int length =
        snprintf(subject, sizeof(subject), "%s.Refused.%s", kit->service->name, kit->service->name);
    return envelope->cause.size == 0
           && slice_equal(envelope->subject, slice_of(subject, (size_t)length));
}

int restore_meet(struct kit *kit, struct batch *batch, const struct stored *stored)
{
    const struct envelope *envelope = &stored->envelope;
    struct slice derived = { 0 };
    uint8_t key[8];

    if (envelope->epoch > batch->state.seen_epoch)
        batch->state.seen_epoch = envelope->epoch;
    if (envelope->epoch < batch->state.known_epoch
        || (envelope->epoch == batch->state.known_epoch
            && envelope->number <= batch->state.known_number)
        || is_passed_over(kit, envelope) || kit->options.scratch)
        return 0;
    int r = oldest(kit, batch, key, &derived);
    if (r < 0)
        return r;
    if (r == 0
        && (is_filling(kit, envelope) || slice_equal(derived, behind_numbers(envelope->bytes))))
        return batch_drop(batch, compose_table(kit, KIT_OUTBOX), slice_of(key, sizeof(key)));
    say_error("restore.differs",
              "service=%s seq=%llu epoch=%u number=%llu subject=%.*s reason=\"%s\"",
              kit->service->name, (unsigned long long)stored->seq, envelope->epoch,
              (unsigned long long)envelope->number, (int)envelope->subject.size,
              (const char *)envelope->subject.data,
              r == STORE_ABSENT ? "no turn derives it again" : "a turn derives another message");
    return KIT_DIFFERS;
}

/* ---- the end ------------------------------------------------------------------------------------- */

/* The rows that are left get the numbers 1, 2, 3 ... of the new epoch. */
static int renumber(struct kit *kit, struct batch *batch)
{
    unsigned outbox = compose_table(kit, KIT_OUTBOX);
    uint8_t from[8];
    uint8_t to[8];
    uint8_t row[1 + WIRE_ENVELOPE_BYTES];
    uint64_t next = 1;
    struct slice key;
    struct slice value;

    store_pack_u64(from, 0);
    while (true) {
        struct store_cursor *cursor;
        int r = store_cursor_open(batch->txn, outbox, slice_of(from, sizeof(from)), &cursor);
        if (r < 0)
            return r;
        r = store_cursor_next(cursor, &key, &value);
        store_cursor_close(cursor);
        if (r != 0)
            break;
        memcpy(from, key.data, sizeof(from));
        memcpy(row, value.data, value.size);
        store_pack_u64(to, next);
        if (memcmp(from, to, sizeof(to)) != 0) {
            r = batch_drop(batch, outbox, slice_of(from, sizeof(from)));
            if (r == 0)
                r = batch_put(batch, outbox, slice_of(to, sizeof(to)), slice_of(row, value.size));
            if (r < 0)
                return r;
        }
        next++;
        store_pack_u64(from, store_unpack_u64(from) + 1);
    }
    batch->state.number = next - 1;
    return 0;
}

int kit_restored(struct kit *kit)
{
    struct batch batch;

    int r = batch_begin(kit, &batch);
    if (r < 0)
        return r;
    r = renumber(kit, &batch);
    if (r < 0) {
        batch_abort(&batch);
        return r;
    }
    batch.state.epoch = batch.state.seen_epoch + 1;
    batch.state.restore_head = 0;
    batch.state.seen_epoch = 0;
    batch.state.known_epoch = 0;
    batch.state.known_number = 0;
    kit->outbox_first = 1;
    kit->stored_number = 0;
    r = batch_commit(&batch);
    kit->next_due_ms = 0;
    return r;
}
