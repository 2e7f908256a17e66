/*
 * wire/frame.h - one ZeroMQ frame: a header of 16 bytes, then items.
 *
 *     offset  0  'C' 'B'
 *             2  u8  version, 1
 *             3  u8  type
 *             4  u32 epoch: of the broker's present run, from WELCOME; 0 in HELLO
 *             8  u32 count of items
 *            12  u32 size of what follows the header
 *     then for each item: u32 size, that many bytes (a protobuf message of bus.proto)
 *
 * All numbers little-endian.  This is the one place that trusts no byte: a frame that says of
 * itself anything that is not so is FRAME_BAD, with a reason that names the field.
 */
#pragma once

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "wire/limits.h"

/* peer to broker are odd in meaning, not in number; proto/README.md has the conversation. */
enum frame_type {
    FRAME_NONE = 0,
    FRAME_HELLO = 1,         /* Hello                   peer   -> broker */
    FRAME_WELCOME = 2,       /* Welcome                 broker -> peer   */
    FRAME_RESET = 3,         /* nothing: say HELLO again, broker -> peer */
    FRAME_REJECT = 4,        /* Reject                  broker -> peer   */
    FRAME_PING = 5,          /* nothing                 peer   -> broker */
    FRAME_PONG = 6,          /* Pong                    broker -> peer   */
    FRAME_PUBLISH = 7,       /* Envelope, Envelope ...  peer   -> broker */
    FRAME_STORED = 8,        /* Acknowledged            broker -> peer   */
    FRAME_REFUSED = 9,       /* PublishRefused          broker -> peer   */
    FRAME_SUBSCRIBE = 10,    /* Subscribe               peer   -> broker */
    FRAME_DELIVER = 11,      /* Range, Stored, Stored ...  broker -> peer */
    FRAME_CREDIT = 12,       /* Credit                  peer   -> broker */
    FRAME_TAKE = 13,         /* Take                    peer   -> broker */
    FRAME_LEASED = 14,       /* Lease, Lease ...        broker -> peer   */
    FRAME_RECEIPT = 15,      /* Receipt, Receipt ...    peer   -> broker */
    FRAME_RETURN = 16,       /* Return                  peer   -> broker */
    FRAME_EXTEND = 17,       /* Extend                  peer   -> broker */
    FRAME_PEEK = 18,         /* Peek                    peer   -> broker */
    FRAME_PEEKED = 19,       /* Peeked                  broker -> peer   */
    FRAME_REDRIVE = 20,      /* Redrive                 peer   -> broker */
    FRAME_SETTLED = 21,      /* Settled, Settled ...    broker -> peer   */
    FRAME_QUERY = 22,        /* Query                   both ways        */
    FRAME_ANSWER = 23,       /* Answer                  both ways        */
    FRAME_ADMIN = 24,        /* Admin                   peer   -> broker */
    FRAME_ADMIN_ANSWER = 25, /* AdminAnswer            broker -> peer   */
    FRAME_BYE = 26,          /* nothing: who sends it ends, both ways */
    FRAME_TYPES = 27,
};

const char *frame_type_name(enum frame_type type);

enum { FRAME_HEADER_BYTES = 16, FRAME_BAD = 1, FRAME_END = 2, FRAME_NO_ROOM = 3 };

/* ---- reading ----------------------------------------------------------------------------------- */

struct frame {
    enum frame_type type;
    uint32_t epoch;
    uint32_t count;
    struct slice rest; /* items not yet read */
};

/* Checks the header and that the items fill the frame exactly.  Keeps `bytes`.
 * FRAME_BAD: *ret_reason (lends a static text) says why. */
int frame_open(struct slice bytes, struct frame *ret_frame, const char **ret_reason);

/* The next item.  FRAME_END: there is none. */
int frame_next(struct frame *frame, struct slice *ret_item);

/* ---- writing ----------------------------------------------------------------------------------- */

/* A frame in the making, in a buffer of its owner. */
struct frame_writer {
    uint8_t *data;
    uint32_t capacity;
    uint32_t size;
    uint32_t count;
};

void frame_begin(struct frame_writer *writer, void *buffer, uint32_t capacity, enum frame_type type,
                 uint32_t epoch);

/* Room for an item of `size` bytes, lent to be filled at once.  NULL: no room. */
void *frame_item(struct frame_writer *writer, uint32_t size);

/* Packs a protobuf message as an item.  FRAME_NO_ROOM. */
int frame_pack(struct frame_writer *writer, const ProtobufCMessage *message);

/* Completes the header; the frame is the first `size` bytes of the buffer, lent. */
struct slice frame_end(struct frame_writer *writer);
