/*
 * wire/reader.h - the bytes of a protobuf message, field by field; what may not be is said with a
 * reason.  For scan.c and scan_envelope.c; it lies on the path of each message, hence inline.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

enum { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2, WIRE_FIXED32 = 5, VARINT_MOST = 10 };

struct reader {
    const uint8_t *at;
    const uint8_t *end;
    const char *reason;
};

static inline bool reader_fail(struct reader *reader, const char *reason)
{
    reader->reason = reason;
    return false;
}

/* A varint in its shortest form: another form of the same number would have another digest. */
static inline bool reader_varint(struct reader *reader, uint64_t *ret_number)
{
    const uint8_t *at = reader->at;
    uint64_t number = 0;

    if (at < reader->end && *at < 0x80) {
        *ret_number = *at;
        reader->at = at + 1;
        return true;
    }
    for (int i = 0; i < VARINT_MOST; i++, at++) {
        if (at == reader->end)
            return reader_fail(reader, "a number is cut short");
        if (i == VARINT_MOST - 1 && *at > 1)
            return reader_fail(reader, "a number has more than 64 bits");
        number |= (uint64_t)(*at & 0x7f) << (7 * i);
        if (*at < 0x80) {
            if (*at == 0 && i > 0)
                return reader_fail(reader, "a number is longer than it need be");
            reader->at = at + 1;
            *ret_number = number;
            return true;
        }
    }
    return reader_fail(reader, "a number has more than 64 bits");
}

static inline bool reader_take(struct reader *reader, uint64_t size, struct slice *ret_bytes)
{
    if (size > (uint64_t)(reader->end - reader->at))
        return reader_fail(reader, "a length goes past the end");
    *ret_bytes = slice_of(reader->at, (size_t)size);
    reader->at += size;
    return true;
}

struct field {
    uint32_t id;
    uint32_t wire;
    uint64_t number; /* of a varint or a fixed one */
    struct slice bytes;
};

/* The next field; false at a fault, with its reason.  Not to be called at the end. */
static inline bool reader_next(struct reader *reader, struct field *field)
{
    uint64_t tag;
    uint64_t size;

    if (!reader_varint(reader, &tag))
        return false;
    if (tag >> 3 == 0 || tag > UINT32_MAX)
        return reader_fail(reader, "a field has no number");
    *field = (struct field){ .id = (uint32_t)(tag >> 3), .wire = (uint32_t)(tag & 7) };
    switch (field->wire) {
    case WIRE_VARINT:
        return reader_varint(reader, &field->number);
    case WIRE_BYTES:
        return reader_varint(reader, &size) && reader_take(reader, size, &field->bytes);
    case WIRE_FIXED64:
        return reader_take(reader, 8, &field->bytes);
    case WIRE_FIXED32:
        return reader_take(reader, 4, &field->bytes);
    default:
        return reader_fail(reader, "a field is of a kind that is not used");
    }
}
