#include "wire/scan.h"

#include <string.h>

#include "base/err.h"
#include "wire/limits.h"

enum { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2, WIRE_FIXED32 = 5, VARINT_MOST = 10 };

/* ---- primitives ---------------------------------------------------------------------------------- */

struct reader {
    const uint8_t *at;
    const uint8_t *end;
    const char *reason;
};

static bool fail(struct reader *reader, const char *reason)
{
    reader->reason = reason;
    return false;
}

/* A varint in its shortest form: another form of the same number would have another digest. */
static inline bool varint(struct reader *reader, uint64_t *ret_number)
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
            return fail(reader, "a number is cut short");
        if (i == VARINT_MOST - 1 && *at > 1)
            return fail(reader, "a number has more than 64 bits");
        number |= (uint64_t)(*at & 0x7f) << (7 * i);
        if (*at < 0x80) {
            if (*at == 0 && i > 0)
                return fail(reader, "a number is longer than it need be");
            reader->at = at + 1;
            *ret_number = number;
            return true;
        }
    }
    return fail(reader, "a number has more than 64 bits");
}

static inline bool take(struct reader *reader, uint64_t size, struct slice *ret_bytes)
{
    if (size > (uint64_t)(reader->end - reader->at))
        return fail(reader, "a length goes past the end");
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

static inline bool next_field(struct reader *reader, struct field *field)
{
    uint64_t tag;
    uint64_t size;

    if (!varint(reader, &tag))
        return false;
    if (tag >> 3 == 0 || tag > UINT32_MAX)
        return fail(reader, "a field has no number");
    *field = (struct field){ .id = (uint32_t)(tag >> 3), .wire = (uint32_t)(tag & 7) };
    switch (field->wire) {
    case WIRE_VARINT:
        return varint(reader, &field->number);
    case WIRE_BYTES:
        return varint(reader, &size) && take(reader, size, &field->bytes);
    case WIRE_FIXED64:
        return take(reader, 8, &field->bytes);
    case WIRE_FIXED32:
        return take(reader, 4, &field->bytes);
    default:
        return fail(reader, "a field is of a kind that is not used");
    }
}

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
        return fail(reader, "a yes or no is neither");
    if ((type == PROTOBUF_C_TYPE_UINT32 || type == PROTOBUF_C_TYPE_SINT32) && number > UINT32_MAX)
        return fail(reader, "a number has more than 32 bits");
    if ((type == PROTOBUF_C_TYPE_INT32 || type == PROTOBUF_C_TYPE_ENUM)
        && (with_sign > INT32_MAX || with_sign < INT32_MIN))
        return fail(reader, "a number has more than 32 bits");
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
        return fail(reader, "a packed list is cut short");
    if (wire != WIRE_VARINT) {
        counts->fields += (uint32_t)(bytes.size / width);
        return counts->fields <= WIRE_FIELDS || fail(reader, "there are too many fields");
    }
    while (inner.at < inner.end) {
        if (!varint(&inner, &number) || !fits(&inner, type, number))
            return fail(reader, inner.reason);
        if (++counts->fields > WIRE_FIELDS)
            return fail(reader, "there are too many fields");
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
        return fail(reader, "a field is not of its kind");
    if (known->type == PROTOBUF_C_TYPE_STRING && !scan_text(field->bytes))
        return fail(reader, "a text is not clean UTF-8");
    if (field->wire == WIRE_VARINT && !fits(reader, known->type, field->number))
        return false;
    if (known->type != PROTOBUF_C_TYPE_MESSAGE)
        return true;

    struct reader inner = { .at = field->bytes.data,
                            .end = (const uint8_t *)field->bytes.data + field->bytes.size };
    if (!scan_level(&inner, known->descriptor, depth + 1, counts))
        return fail(reader, inner.reason);
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
        return fail(reader, "a field is there twice");
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
        return fail(reader, "messages are nested too deep");
    while (reader->at < reader->end) {
        if (!next_field(reader, &field))
            return false;
        if (++counts->fields > WIRE_FIELDS)
            return fail(reader, "there are too many fields");
        const ProtobufCFieldDescriptor *known =
            protobuf_c_message_descriptor_get_field(descriptor, field.id);
        if (known == NULL) {
            if (++counts->unknown > WIRE_UNKNOWN_FIELDS)
                return fail(reader, "there are too many unknown fields");
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
    struct reader reader = { .at = bytes.data, .end = (const uint8_t *)bytes.data + bytes.size };
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

/* ---- the envelope -------------------------------------------------------------------------------- */

enum {
    ENVELOPE_EPOCH = 1,
    ENVELOPE_NUMBER = 2,
    ENVELOPE_SUBJECT = 3,
    ENVELOPE_TO = 4,
    ENVELOPE_CASE = 5,
    ENVELOPE_CAUSE = 6,
    ENVELOPE_PRIORITY = 7,
    ENVELOPE_EXERCISE = 8,
    ENVELOPE_NOT_BEFORE = 9,
    ENVELOPE_EXPIRES = 10,
    ENVELOPE_ACTOR = 11,
    ENVELOPE_TRACEPARENT = 12,
    ENVELOPE_BODY = 13,
    ENVELOPE_FIELDS = 14,
    ACTOR_UNIT = 1,
    ACTOR_FIELDS = 16, /* room for what a later version says of itself */
};

static bool is_name_byte(uint8_t byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z')
           || (byte >= '0' && byte <= '9') || byte == '-' || byte == '_';
}

/* service.Message.unit: three tokens, none empty. */
static bool good_subject(struct slice subject)
{
    const uint8_t *bytes = subject.data;
    unsigned dots = 0;
    bool empty = true;

    if (subject.size > WIRE_SUBJECT_BYTES)
        return false;
    for (size_t i = 0; i < subject.size; i++) {
        if (bytes[i] == '.') {
            if (empty)
                return false;
            dots++;
            empty = true;
        } else if (is_name_byte(bytes[i])) {
            empty = false;
        } else {
            return false;
        }
    }
    return dots == 2 && !empty;
}

/* A unit, a case, an id: printable ASCII without spaces. */
static bool good_name(struct slice name, size_t limit)
{
    const uint8_t *bytes = name.data;

    if (name.size > limit)
        return false;
    for (size_t i = 0; i < name.size; i++)
        if (bytes[i] <= ' ' || bytes[i] >= 0x7f)
            return false;
    return true;
}

static bool actor_unit(struct reader *reader, struct slice actor, struct slice *ret_unit)
{
    struct reader inner = { .at = actor.data, .end = (const uint8_t *)actor.data + actor.size };
    struct field field;
    uint32_t seen = 0;

    while (inner.at < inner.end) {
        if (!next_field(&inner, &field))
            return fail(reader, inner.reason);
        if (field.wire != WIRE_BYTES || !good_name(field.bytes, WIRE_NAME_BYTES)
            || field.id > ACTOR_FIELDS || (seen >> field.id & 1) != 0)
            return fail(reader, "the actor is not made of names");
        seen |= 1u << field.id;
        if (field.id == ACTOR_UNIT)
            *ret_unit = field.bytes;
    }
    return true;
}

static bool envelope_field(struct reader *reader, const struct field *field,
                           struct envelope *envelope)
{
    bool is_bytes = field->wire == WIRE_BYTES;
    bool is_number = field->wire == WIRE_VARINT;

    switch (field->id) {
    case ENVELOPE_EPOCH:
        envelope->epoch = (uint32_t)field->number;
        return is_number && field->number <= UINT32_MAX;
    case ENVELOPE_NUMBER:
        envelope->number = field->number;
        return is_number;
    case ENVELOPE_SUBJECT:
        envelope->subject = field->bytes;
        return is_bytes;
    case ENVELOPE_TO:
        envelope->to = field->bytes;
        return is_bytes && good_name(field->bytes, WIRE_NAME_BYTES);
    case ENVELOPE_CASE:
        envelope->case_id = field->bytes;
        return is_bytes && good_name(field->bytes, WIRE_NAME_BYTES);
    case ENVELOPE_CAUSE:
        envelope->cause = field->bytes;
        return is_bytes && good_name(field->bytes, WIRE_ID_BYTES);
    case ENVELOPE_PRIORITY:
        /* On the wire 1 is P0 and 0 is "none named", which counts as P3. */
        envelope->priority = field->number == 0 ? 3 : (uint8_t)(field->number - 1);
        return is_number && field->number <= 6;
    case ENVELOPE_EXERCISE:
        envelope->exercise = field->number == 1;
        return is_number && field->number <= 1;
    case ENVELOPE_NOT_BEFORE:
        envelope->not_before_ms = field->number;
        return is_number;
    case ENVELOPE_EXPIRES:
        envelope->expires_ms = field->number;
        return is_number;
    case ENVELOPE_ACTOR:
        envelope->actor = field->bytes;
        return is_bytes && actor_unit(reader, field->bytes, &envelope->actor_unit);
    case ENVELOPE_TRACEPARENT:
        envelope->traceparent = field->bytes;
        return is_bytes && good_name(field->bytes, WIRE_ID_BYTES);
    case ENVELOPE_BODY:
        envelope->body = field->bytes;
        return is_bytes;
    default:
        return true;
    }
}

static const char *const field_reasons[ENVELOPE_FIELDS] = {
    [ENVELOPE_EPOCH] = "the epoch is no number of 32 bits",
    [ENVELOPE_NUMBER] = "the number is none",
    [ENVELOPE_SUBJECT] = "the subject is no text",
    [ENVELOPE_TO] = "to is no name",
    [ENVELOPE_CASE] = "the case id is no name",
    [ENVELOPE_CAUSE] = "the cause is no id",
    [ENVELOPE_PRIORITY] = "the priority is not P0 to P5",
    [ENVELOPE_EXERCISE] = "exercise is neither yes nor no",
    [ENVELOPE_NOT_BEFORE] = "not_before is no time",
    [ENVELOPE_EXPIRES] = "expires is no time",
    [ENVELOPE_ACTOR] = "the actor is not made of names",
    [ENVELOPE_TRACEPARENT] = "the traceparent is no name",
    [ENVELOPE_BODY] = "the body is not bytes",
};

int scan_envelope(struct slice bytes, struct envelope *ret_envelope, const char **ret_reason)
{
    struct reader reader = { .at = bytes.data, .end = (const uint8_t *)bytes.data + bytes.size };
    struct field field;
    uint32_t seen = 0;
    uint32_t unknown = 0;

    *ret_envelope = (struct envelope){ .priority = 3, .bytes = bytes };
    while (reader.at < reader.end) {
        if (!next_field(&reader, &field))
            goto bad;
        if (field.id >= ENVELOPE_FIELDS) {
            if (++unknown > WIRE_UNKNOWN_FIELDS) {
                reader.reason = "there are too many unknown fields";
                goto bad;
            }
            continue;
        }
        if ((seen >> field.id & 1) != 0) {
            reader.reason = "a field is there twice";
            goto bad;
        }
        seen |= 1u << field.id;
        if (!envelope_field(&reader, &field, ret_envelope)) {
            reader.reason = field_reasons[field.id];
            goto bad;
        }
    }
    if (bytes.size > WIRE_ENVELOPE_BYTES || ret_envelope->body.size > WIRE_BODY_BYTES)
        reader.reason = "the message is over the limit";
    else if (ret_envelope->epoch == 0)
        reader.reason = "the epoch is 0";
    else if (ret_envelope->number == 0)
        reader.reason = "the number is 0";
    else if (!good_subject(ret_envelope->subject))
        reader.reason = "the subject is not service.Message.unit";
    else
        return 0;
bad:
    *ret_reason = reader.reason;
    return SCAN_BAD;
}

/* ---- Stored: fields 1 and 2 fixed64, 3 the source, 4 the envelope -------------------------------- */

enum {
    STORED_HEAD_BYTES = 18,
    TAG_SEQ = 0x09,
    TAG_TIME = 0x11,
    TAG_SOURCE = 0x1a,
    TAG_ENVELOPE = 0x22
};

static uint64_t get_u64(const uint8_t *bytes)
{
    uint64_t number;

    memcpy(&number, bytes, 8); /* little-endian, as the house's machines are */
    return number;
}

int scan_stored(struct slice bytes, struct stored *ret_stored)
{
    const uint8_t *head = bytes.data;
    struct field source;
    struct field envelope;
    const char *reason;

    if (bytes.size < STORED_HEAD_BYTES || head[0] != TAG_SEQ || head[9] != TAG_TIME)
        return SCAN_BAD;
    struct reader reader = { .at = head + STORED_HEAD_BYTES, .end = head + bytes.size };
    if (!next_field(&reader, &source) || source.id != 3 || source.wire != WIRE_BYTES
        || !next_field(&reader, &envelope) || envelope.id != 4 || envelope.wire != WIRE_BYTES
        || reader.at != reader.end)
        return SCAN_BAD;
    ret_stored->seq = get_u64(head + 1);
    ret_stored->time_ms = get_u64(head + 10);
    ret_stored->source = source.bytes;
    ret_stored->bytes = bytes;
    return scan_envelope(envelope.bytes, &ret_stored->envelope, &reason);
}

static uint32_t varint_size(size_t number)
{
    uint32_t size = 1;

    for (; number >= 0x80; number >>= 7)
        size++;
    return size;
}

static uint8_t *put_varint(uint8_t *at, size_t number)
{
    for (; number >= 0x80; number >>= 7)
        *at++ = (uint8_t)(number | 0x80);
    *at++ = (uint8_t)number;
    return at;
}

uint32_t scan_stored_size(struct slice source, struct slice envelope)
{
    return STORED_HEAD_BYTES + 2 + varint_size(source.size) + varint_size(envelope.size)
           + (uint32_t)(source.size + envelope.size);
}

void scan_stored_pack(uint64_t seq, uint64_t time_ms, struct slice source, struct slice envelope,
                      uint8_t *data)
{
    data[0] = TAG_SEQ;
    memcpy(data + 1, &seq, 8);
    data[9] = TAG_TIME;
    memcpy(data + 10, &time_ms, 8);
    data[STORED_HEAD_BYTES] = TAG_SOURCE;
    uint8_t *at = put_varint(data + STORED_HEAD_BYTES + 1, source.size);
    memcpy(at, source.data, source.size);
    at += source.size;
    *at++ = TAG_ENVELOPE;
    at = put_varint(at, envelope.size);
    memcpy(at, envelope.data, envelope.size);
}
