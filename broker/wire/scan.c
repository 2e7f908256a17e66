#include "wire/scan.h"

#include <string.h>

#include "base/err.h"
#include "wire/limits.h"
#include "wire/reader.h"

/* ---- text ---------------------------------------------------------------------------------------- */

/* The code point at `at` in its shortest form, 0 for what is none; *ret_size its bytes. */
static uint32_t code_point(const uint8_t *at, size_t left, size_t *ret_size)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    size_t size = *at >= 0xf0 ? 4 : *at >= 0xe0 ? 3 : 2;

    if (*at < 0xc2 || *at > 0xf4 || size > left)
        return 0;
    uint32_t code = *at & (0xffu >> (size + 1));
    for (size_t i = 1; i < size; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (at[i] & 0x3fu);
    }
    *ret_size = size;
    return code < least[size] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? 0 : code;
}

bool scan_text(struct slice text)
{
    const uint8_t *at = text.data;
    size_t left = text.size;

    while (left > 0) {
        if (*at >= 0x20 && *at < 0x7f) {
            at++;
            left--;
            continue;
        }
        if (*at < 0x80) {
            if (*at != '\t' && *at != '\n')
                return false;
            at++;
            left--;
            continue;
        }
        size_t size = 1;
        uint32_t code = code_point(at, left, &size);
        bool control = code < 0xa0;
        bool bidi = code == 0x061c || code == 0x200e || code == 0x200f
                    || (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
        if (control || bidi)
            return false;
        at += size;
        left -= size;
    }
    return true;
}

/* ---- any message, by its descriptor -------------------------------------------------------------- */

enum { SEEN_FIELDS = 64 }; /* of a type; check-proto holds the types to it */

struct counts {
    uint32_t fields;
    uint32_t unknown;
};

static bool scan_level(struct reader *reader, const ProtobufCMessageDescriptor *descriptor,
                       unsigned depth, struct counts *counts);

static uint32_t wire_of(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_BYTES:
    case PROTOBUF_C_TYPE_MESSAGE:
        return WIRE_BYTES;
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_DOUBLE:
        return WIRE_FIXED64;
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_FLOAT:
        return WIRE_FIXED32;
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_BOOL:
    case PROTOBUF_C_TYPE_ENUM:
        break;
    }
    return WIRE_VARINT;
}

/* Whether the type holds the number; one decoder would cut it, another refuse it. */
static bool fits(struct reader *reader, ProtobufCType type, uint64_t number)
{
    int64_t with_sign = (int64_t)number;

    if (type == PROTOBUF_C_TYPE_BOOL && number > 1)
        return reader_fail(reader, "a yes or no is neither");
    if ((type == PROTOBUF_C_TYPE_UINT32 || type == PROTOBUF_C_TYPE_SINT32) && number > UINT32_MAX)
        return reader_fail(reader, "a number has more than 32 bits");
    if ((type == PROTOBUF_C_TYPE_INT32 || type == PROTOBUF_C_TYPE_ENUM)
        && (with_sign > INT32_MAX || with_sign < INT32_MIN))
        return reader_fail(reader, "a number has more than 32 bits");
    return true;
}

static bool scan_packed(struct reader *reader, ProtobufCType type, struct slice bytes,
                        struct counts *counts)
{
    struct reader inner = { .at = bytes.data, .end = (const uint8_t *)bytes.data + bytes.size };
    uint32_t wire = wire_of(type);
    size_t width = wire == WIRE_FIXED64 ? 8 : 4;
    uint64_t number;

    if (wire != WIRE_VARINT && bytes.size % width != 0)
        return reader_fail(reader, "a packed list is cut short");
    if (wire != WIRE_VARINT) {
        counts->fields += (uint32_t)(bytes.size / width);
        return counts->fields <= WIRE_FIELDS || reader_fail(reader, "there are too many fields");
    }
    while (inner.at < inner.end) {
        if (!reader_varint(&inner, &number) || !fits(&inner, type, number))
            return reader_fail(reader, inner.reason);
        if (++counts->fields > WIRE_FIELDS)
            return reader_fail(reader, "there are too many fields");
    }
    return true;
}

static bool scan_value(struct reader *reader, const ProtobufCFieldDescriptor *known,
                       const struct field *field, unsigned depth, struct counts *counts)
{
    bool repeated = known->label == PROTOBUF_C_LABEL_REPEATED;

    if (repeated && field->wire == WIRE_BYTES && wire_of(known->type) != WIRE_BYTES)
        return scan_packed(reader, known->type, field->bytes, counts);
    if (field->wire != wire_of(known->type))
        return reader_fail(reader, "a field is not of its kind");
    if (known->type == PROTOBUF_C_TYPE_STRING && !scan_text(field->bytes))
        return reader_fail(reader, "a text is not clean UTF-8");
    if (field->wire == WIRE_VARINT && !fits(reader, known->type, field->number))
        return false;
    if (known->type != PROTOBUF_C_TYPE_MESSAGE)
        return true;

    struct reader inner = { .at = field->bytes.data,
                            .end = (const uint8_t *)field->bytes.data + field->bytes.size };
    if (!scan_level(&inner, known->descriptor, depth + 1, counts))
        return reader_fail(reader, inner.reason);
    return true;
}

/* Notes that a field that may be there once is there; with it, of a oneof, all that exclude it.  A
 * decoder takes the last one, a filter may have looked at the first. */
static bool once(struct reader *reader, const ProtobufCMessageDescriptor *descriptor,
                 const ProtobufCFieldDescriptor *known, uint64_t *seen)
{
    size_t index = (size_t)(known - descriptor->fields);
    size_t count = descriptor->n_fields < SEEN_FIELDS ? descriptor->n_fields : SEEN_FIELDS;

    if (known->label == PROTOBUF_C_LABEL_REPEATED || index >= SEEN_FIELDS)
        return true;
    if ((*seen >> index & 1) != 0)
        return reader_fail(reader, "a field is there twice");
    *seen |= (uint64_t)1 << index;
    if ((known->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0)
        return true;
    for (size_t i = 0; i < count; i++)
        if ((descriptor->fields[i].flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0
            && descriptor->fields[i].quantifier_offset == known->quantifier_offset)
            *seen |= (uint64_t)1 << i;
    return true;
}

static bool scan_level(struct reader *reader, const ProtobufCMessageDescriptor *descriptor,
                       unsigned depth, struct counts *counts)
{
    uint64_t seen = 0;
    struct field field;

    if (depth > WIRE_DEPTH)
        return reader_fail(reader, "messages are nested too deep");
    while (reader->at < reader->end) {
        if (!reader_next(reader, &field))
            return false;
        if (++counts->fields > WIRE_FIELDS)
            return reader_fail(reader, "there are too many fields");
        const ProtobufCFieldDescriptor *known =
            protobuf_c_message_descriptor_get_field(descriptor, field.id);
        if (known == NULL) {
            if (++counts->unknown > WIRE_UNKNOWN_FIELDS)
                return reader_fail(reader, "there are too many unknown fields");
            continue;
        }
        if (!once(reader, descriptor, known, &seen))
            return false;
        if (!scan_value(reader, known, &field, depth, counts))
            return false;
    }
    return true;
}

int scan_message(const ProtobufCMessageDescriptor *descriptor, struct slice bytes,
                 const char **ret_reason)
{
    const uint8_t *at = bytes.size == 0 ? (const uint8_t *)"" : bytes.data; /* NULL has no end */
    struct reader reader = { .at = at, .end = at + bytes.size };
    struct counts counts = { 0 };

    if (scan_level(&reader, descriptor, 1, &counts))
        return 0;
    *ret_reason = reader.reason;
    return SCAN_BAD;
}

int scan_unpack(const ProtobufCMessageDescriptor *descriptor, struct slice bytes,
                struct arena *arena, ProtobufCMessage **ret_message, const char **ret_reason)
{
    int r = scan_message(descriptor, bytes, ret_reason);
    if (r != 0)
        return r;
    *ret_message =
        protobuf_c_message_unpack(descriptor, arena_allocator(arena), bytes.size, bytes.data);
    if (*ret_message != NULL)
        return 0;
    *ret_reason =
        arena->exhausted ? "the message needs too much memory" : "the message is malformed";
    return arena->exhausted ? SCAN_TOO_LARGE : SCAN_BAD;
}
