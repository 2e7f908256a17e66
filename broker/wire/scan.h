/*
 * wire/scan.h - looks at protobuf bytes before anybody unpacks them.
 *
 * protobuf-c has no limit of depth or memory and takes what other decoders refuse.  So whatever
 * comes from outside is scanned first: depth, number of fields, varints in their shortest form that
 * their types hold, lengths that add up, no groups, nothing twice that may be there once (nor two of
 * a oneof), no NUL and only strict UTF-8 in strings.
 */
#pragma once

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/slice.h"

enum { SCAN_BAD = 1, SCAN_TOO_LARGE = 2 };

/* Scans `bytes` as a message of that type with all below it.  SCAN_BAD: *ret_reason (lends static
 * text) says what is wrong. */
int scan_message(const ProtobufCMessageDescriptor *descriptor, struct slice bytes,
                 const char **ret_reason);

/* Scans, then unpacks into the arena.  SCAN_BAD; SCAN_TOO_LARGE: the arena's budget is spent.
 * Lends the message until the arena is reset.  Nobody else calls a generated unpack. */
int scan_unpack(const ProtobufCMessageDescriptor *descriptor, struct slice bytes,
                struct arena *arena, ProtobufCMessage **ret_message, const char **ret_reason);

/* Strict UTF-8 without NUL, C0 (but tab and newline), C1, surrogates, overlong forms, bidi marks. */
bool scan_text(struct slice text);

/* A bus.Envelope as the broker sees it: where its parts lie, nothing copied, nothing unpacked.
 * One pass over the top level; strings are checked; the body is not looked at. */
struct envelope {
    uint32_t epoch;
    uint64_t number;
    struct slice subject;
    struct slice to;
    struct slice case_id;
    struct slice cause;
    uint8_t priority; /* 0..5 for P0..P5; 3 when none is named */
    bool exercise;
    uint64_t not_before_ms;
    uint64_t expires_ms;
    struct slice actor; /* a bus.Actor, packed */
    struct slice actor_unit;
    struct slice traceparent;
    struct slice body;
    struct slice bytes; /* all of it, as received */
};

/* Keeps `bytes`.  SCAN_BAD: also a subject that is not three tokens of [A-Za-z0-9_-], a number or
 * epoch of 0, a name too long. */
int scan_envelope(struct slice bytes, struct envelope *ret_envelope, const char **ret_reason);

/* A bus.Stored, taken apart the same way (ours, so only lengths are checked). */
struct stored {
    uint64_t seq;
    uint64_t time_ms;
    struct slice source;
    struct envelope envelope;
    struct slice bytes;
};
int scan_stored(struct slice bytes, struct stored *ret_stored);

/* Writes a bus.Stored around an envelope's bytes: scan_stored_size() bytes into `data`. */
uint32_t scan_stored_size(struct slice source, struct slice envelope);
void scan_stored_pack(uint64_t seq, uint64_t time_ms, struct slice source, struct slice envelope,
                      uint8_t *data);
