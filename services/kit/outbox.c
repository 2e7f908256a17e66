/*
 * Messages that are to leave: rows keyed by number, in the transaction of the turn that caused
 * them.  They are sent from the store, behind its commit, and dropped only when the broker has
 * stored them; so a process that dies anywhere sends them again, under the same numbers.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "kit/inside.h"

/* ---- rows ---------------------------------------------------------------------------------------- */

enum { TAG_EPOCH = 0x08, TAG_NUMBER = 0x10, HEAD_BYTES = 2 + 5 + 10 };

static uint8_t *put_varint(uint8_t *at, uint64_t number)
{
    while (number >= 0x80) {
        *at++ = (uint8_t)(number | 0x80);
        number >>= 7;
    }
    *at++ = (uint8_t)number;
    return at;
}

int outbox_pack(struct arena *arena, const Bus__Envelope *envelope, struct slice *ret_bytes)
{
    assert(envelope->epoch == 0 && envelope->number == 0);
    size_t size = bus__envelope__get_packed_size(envelope);
    uint8_t *bytes = arena_alloc(arena, size + 1);
    if (bytes == NULL)
        return FAULT(-ENOMEM);
    bus__envelope__pack(envelope, bytes);
    *ret_bytes = slice_of(bytes, size);
    return 0;
}

static int put_row(struct batch *batch, uint64_t number, enum sent_kind kind, struct slice bytes)
{
    uint8_t key[8];
    uint8_t row[1 + WIRE_ENVELOPE_BYTES];

    if (bytes.size > WIRE_ENVELOPE_BYTES)
        return FAULT(-EMSGSIZE);
    store_pack_u64(key, number);
    row[0] = (uint8_t)kind;
    memcpy(row + 1, bytes.data, bytes.size);
    return batch_put(batch, compose_table(batch->kit, KIT_OUTBOX), slice_of(key, sizeof(key)),
                     slice_of(row, 1 + bytes.size));
}

int outbox_put(struct batch *batch, enum sent_kind kind, struct slice bytes)
{
    if (batch->kit->options.scratch)
        return 0;
    return put_row(batch, ++batch->state.number, kind, bytes);
}

int outbox_apply(struct turn *turn)
{
    int r = 0;

    for (const struct post *post = turn->first_post; r == 0 && post != NULL; post = post->next)
        r = outbox_put(turn->batch, SENT_BY_TURN, post->bytes);
    return r;
}

int outbox_tidy(struct batch *batch)
{
    struct kit *kit = batch->kit;
    uint64_t number = kit->outbox_first;
    uint8_t key[8];
    int r = 0;

    for (; r == 0 && number <= kit->stored_number; number++) {
        store_pack_u64(key, number);
        r = batch_drop(batch, compose_table(kit, KIT_OUTBOX), slice_of(key, sizeof(key)));
    }
    return r;
}

void kit_stored(struct kit *kit, uint64_t number)
{
    if (number > kit->stored_number)
        kit->stored_number = number < kit->state.number ? number : kit->state.number;
}

bool kit_untidy(const struct kit *kit)
{
    return kit->outbox_first <= kit->stored_number;
}

int kit_tidy(struct kit *kit)
{
    struct batch batch;

    int r = kit_untidy(kit) ? batch_begin(kit, &batch) : 1;
    return r == 0 ? batch_commit(&batch) : r < 0 ? r : 0;
}

int kit_outbox(struct kit *kit, uint64_t number,
               int (*each)(void *context, uint64_t number, struct slice envelope), void *context)
{
    struct store_txn *txn;
    struct store_cursor *cursor = NULL;
    struct slice key;
    struct slice value;
    uint8_t from[8];
    uint8_t envelope[HEAD_BYTES + WIRE_ENVELOPE_BYTES];

    if (number > kit->state.number || kit->state.restore_head != 0)
        return 0;
    if (kit->broken)
        return FAULT(-EIO);
    int r = store_begin_read(kit->store, &txn);
    if (r < 0)
        return r;
    store_pack_u64(from, number);
    r = store_cursor_open(txn, compose_table(kit, KIT_OUTBOX), slice_of(from, sizeof(from)),
                          &cursor);
    int answer = 0;
    while (r == 0 && answer == 0 && (r = store_cursor_next(cursor, &key, &value)) == 0) {
        uint64_t found = store_unpack_u64(key.data);
        envelope[0] = TAG_EPOCH;
        uint8_t *at = put_varint(envelope + 1, kit->state.epoch);
        *at++ = TAG_NUMBER;
        at = put_varint(at, found);
        memcpy(at, (const uint8_t *)value.data + 1, value.size - 1);
        at += value.size - 1;
        answer = each(context, found, slice_of(envelope, (size_t)(at - envelope)));
    }
    if (cursor != NULL)
        store_cursor_close(cursor);
    store_abort(txn);
    return r < 0 ? r : answer;
}

/* ---- what a turn leaves -------------------------------------------------------------------------- */

static bool is_token(const char *text)
{
    size_t length =
        strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

    return length > 0 && text[length] == '\0' && length <= WIRE_NAME_BYTES;
}

static bool is_declared(const struct kit *kit, const ProtobufCMessageDescriptor *type)
{
    for (unsigned i = 0; i < PARTS; i++) {
        const struct part *part = kit->parts[i];
        if (part == NULL || part->events == NULL)
            continue;
        for (const ProtobufCMessageDescriptor *const *event = part->events; *event != NULL; event++)
            if (*event == type)
                return true;
    }
    return false;
}

static bool has_actor(const Bus__Actor *actor)
{
    return actor->unit[0] != '\0' || actor->post[0] != '\0' || actor->person[0] != '\0'
           || actor->acting_for[0] != '\0';
}

static int leave(struct turn *turn, const struct turn_post *wanted, const char *verb)
{
    const char *service = wanted->service == NULL ? turn->kit->service->name : wanted->service;
    const char *name = compose_short(wanted->message->descriptor);
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    char subject[WIRE_SUBJECT_BYTES + 1];

    if (turn->outcome != 0)
        return turn->outcome;
    if (wanted->unit == NULL || !is_token(wanted->unit))
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "%s.%s would go to no unit", service,
                           name);
    int length = snprintf(subject, sizeof(subject), "%s.%s.%s", service, name, wanted->unit);
    if (length < 0 || (size_t)length >= sizeof(subject))
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "a subject is too long");
    struct slice body = turn_pack(turn, wanted->message);
    if (body.size > WIRE_BODY_BYTES)
        turn_fault(turn, FAULT(-EMSGSIZE));
    bool usual_case = wanted->case_id == NULL || wanted->case_id[0] == '\0';
    envelope.subject = subject;
    envelope.to = wanted->to == NULL ? "" : wanted->to;
    envelope.case_id = usual_case ? turn->case_id : wanted->case_id;
    envelope.cause = turn->id;
    envelope.priority =
        wanted->priority == BUS__PRIORITY__PRIORITY_ABSENT ? turn->priority : wanted->priority;
    envelope.exercise = turn->exercise;
    envelope.not_before_ms = wanted->not_before_ms;
    envelope.expires_ms = wanted->expires_ms;
    envelope.actor = has_actor(turn->actor) ? (Bus__Actor *)(uintptr_t)turn->actor : NULL;
    envelope.traceparent = turn->traceparent;
    envelope.body.data = (uint8_t *)(uintptr_t)body.data;
    envelope.body.len = body.size;

    struct post *post = turn_room(turn, sizeof(*post));
    int r = outbox_pack(turn->arena, &envelope, &post->bytes);
    if (r < 0)
        turn_fault(turn, r);
    *turn->last_post = post;
    turn->last_post = &post->next;
    turn_trace(turn, "%s %s%s%s", verb, subject, envelope.to[0] == '\0' ? "" : " to ", envelope.to);
    return turn->outcome;
}

int turn_post(struct turn *turn, const struct turn_post *post)
{
    bool own = post->service == NULL || strcmp(post->service, turn->kit->service->name) == 0;

    return leave(turn, post,
                 own && is_declared(turn->kit, post->message->descriptor) ? "emits" : "sends");
}

int turn_emit(struct turn *turn, const char *unit, const ProtobufCMessage *event)
{
    struct turn_post post = { .unit = unit, .message = event };

    if (!is_declared(turn->kit, event->descriptor)) {
        say_error("kit.undeclared", "service=%s event=%s", turn->kit->service->name,
                  event->descriptor->name);
        turn_fault(turn, FAULT(-EPROTO));
    }
    return leave(turn, &post, "emits");
}

int turn_send(struct turn *turn, const char *service, const char *unit,
              const ProtobufCMessage *command)
{
    struct turn_post post = { .service = service, .unit = unit, .message = command };

    return leave(turn, &post, "sends");
}

/* ---- what the broker will never take ------------------------------------------------------------- */

int kit_fill(struct kit *kit, uint64_t number, const char *code, const char *reason)
{
    Town__Refused refused = TOWN__REFUSED__INIT;
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    char id[ID_TEXT_SIZE];
    char subject[WIRE_SUBJECT_BYTES + 1];
    uint8_t body[1024];
    uint8_t bytes[2048];
    struct batch batch;

    snprintf(id, sizeof(id), "%s/%u/%llu", kit->service->name, kit->state.epoch,
             (unsigned long long)number);
    snprintf(subject, sizeof(subject), "%s.Refused.%s", kit->service->name, kit->service->name);
    refused.id = id;
    refused.code = code;
    refused.reason = reason;
    if (town__refused__get_packed_size(&refused) > sizeof(body))
        refused.reason = "";
    envelope.subject = subject;
    envelope.exercise = kit->exercise;
    envelope.body.data = body;
    envelope.body.len = town__refused__pack(&refused, body);
    size_t size = bus__envelope__pack(&envelope, bytes);

    int r = batch_begin(kit, &batch);
    if (r < 0)
        return r;
    r = put_row(&batch, number, SENT_BY_PARKING, slice_of(bytes, size));
    if (r < 0) {
        batch_abort(&batch);
        return r;
    }
    return batch_commit(&batch);
}
