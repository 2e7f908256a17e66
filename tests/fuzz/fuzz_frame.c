/*
 * The first door: a frame, its items, and what is scanned and unpacked of them.
 *
 * Besides not crashing: what the broker sees of an envelope (scan_envelope) is what a service sees of
 * it (scan_unpack), or else somebody could be routed as one thing and read as another.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "bus.pb-c.h"
#include "town.pb-c.h"
#include "wire/frame.h"
#include "wire/scan.h"

enum { BUDGET_BYTES = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool within(struct slice part, struct slice whole)
{
    const uint8_t *at = part.data;
    const uint8_t *from = whole.data;

    return part.size == 0 || (at >= from && at + part.size <= from + whole.size);
}

static bool same(struct slice seen, const char *unpacked)
{
    return slice_equal(seen, slice_text(unpacked));
}

static void compare(const struct envelope *seen, const Bus__Envelope *unpacked)
{
    assert(seen->epoch == unpacked->epoch && seen->number == unpacked->number);
    assert(same(seen->subject, unpacked->subject) && same(seen->to, unpacked->to));
    assert(same(seen->case_id, unpacked->case_id) && same(seen->cause, unpacked->cause));
    assert(same(seen->traceparent, unpacked->traceparent));
    assert(seen->exercise == (unpacked->exercise != 0));
    assert(seen->not_before_ms == unpacked->not_before_ms);
    assert(seen->expires_ms == unpacked->expires_ms);
    assert(seen->priority
           == (unpacked->priority == BUS__PRIORITY__PRIORITY_ABSENT ? 3 : unpacked->priority - 1));
    assert(same(seen->actor_unit, unpacked->actor == NULL ? "" : unpacked->actor->unit));
    assert(seen->body.size == unpacked->body.len
           && (seen->body.size == 0
               || memcmp(seen->body.data, unpacked->body.data, seen->body.size) == 0));
}

static void try_envelope(struct slice item, struct arena *arena)
{
    struct envelope envelope;
    ProtobufCMessage *message;
    const char *reason = NULL;

    if (scan_envelope(item, &envelope, &reason) != 0) {
        assert(reason != NULL);
        return;
    }
    assert(within(envelope.subject, item) && within(envelope.to, item)
           && within(envelope.case_id, item) && within(envelope.body, item)
           && within(envelope.actor, item) && within(envelope.actor_unit, item));
    arena_reset(arena);
    int r = scan_unpack(&bus__envelope__descriptor, item, arena, &message, &reason);
    assert(r == 0);
    compare(&envelope, (const Bus__Envelope *)message);
}

/* What was unpacked is packed and unpacked again: the same. */
static void try_message(const ProtobufCMessageDescriptor *type, struct slice item,
                        struct arena *arena)
{
    ProtobufCMessage *message;
    ProtobufCMessage *again;
    const char *reason = NULL;

    arena_reset(arena);
    if (scan_unpack(type, item, arena, &message, &reason) != 0) {
        assert(reason != NULL);
        return;
    }
    assert(arena->used_bytes <= BUDGET_BYTES);
    size_t size = protobuf_c_message_get_packed_size(message);
    uint8_t *packed = malloc(size + 1);
    uint8_t *repacked = malloc(size + 1);
    assert(packed != NULL && repacked != NULL);
    protobuf_c_message_pack(message, packed);
    if (scan_unpack(type, slice_of(packed, size), arena, &again, &reason) == 0) {
        assert(protobuf_c_message_get_packed_size(again) == size);
        protobuf_c_message_pack(again, repacked);
        assert(memcmp(packed, repacked, size) == 0);
    } else {
        assert(arena->exhausted); /* the arena holds both */
    }
    free(packed);
    free(repacked);
}

static const ProtobufCMessageDescriptor *const types[FRAME_TYPES] = {
    [FRAME_HELLO] = &bus__hello__descriptor,
    [FRAME_WELCOME] = &bus__welcome__descriptor,
    [FRAME_REJECT] = &bus__reject__descriptor,
    [FRAME_STORED] = &bus__acknowledged__descriptor,
    [FRAME_REFUSED] = &bus__publish_refused__descriptor,
    [FRAME_SUBSCRIBE] = &bus__subscribe__descriptor,
    [FRAME_CREDIT] = &bus__credit__descriptor,
    [FRAME_TAKE] = &bus__take__descriptor,
    [FRAME_LEASED] = &bus__lease__descriptor,
    [FRAME_RECEIPT] = &bus__receipt__descriptor,
    [FRAME_RETURN] = &bus__return__descriptor,
    [FRAME_EXTEND] = &bus__extend__descriptor,
    [FRAME_PEEK] = &bus__peek__descriptor,
    [FRAME_PEEKED] = &bus__peeked__descriptor,
    [FRAME_REDRIVE] = &bus__redrive__descriptor,
    [FRAME_SETTLED] = &bus__settled__descriptor,
    [FRAME_QUERY] = &bus__query__descriptor,
    [FRAME_ANSWER] = &bus__answer__descriptor,
    [FRAME_ADMIN] = &bus__admin__descriptor,
    [FRAME_ADMIN_ANSWER] = &bus__admin_answer__descriptor,
    [FRAME_BYE] = &town__card__descriptor, /* its items, if any, stand for a body */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice bytes = slice_of(data, size);
    struct frame frame;
    struct stored stored;
    struct arena arena;
    struct slice item;
    const char *reason = NULL;

    say_set_level(SAY_SILENT);
    if (frame_open(bytes, &frame, &reason) != 0) {
        assert(reason != NULL);
        return 0;
    }
    arena_open(&arena, BUDGET_BYTES);
    while (frame_next(&frame, &item) == 0) {
        assert(within(item, bytes));
        if (frame.type == FRAME_PUBLISH)
            try_envelope(item, &arena);
        else if (frame.type == FRAME_DELIVER && scan_stored(item, &stored) == 0)
            try_envelope(stored.envelope.bytes, &arena);
        else if (types[frame.type] != NULL)
            try_message(types[frame.type], item, &arena);
    }
    assert(frame.rest.size == 0);
    arena_close(&arena);
    return 0;
}
