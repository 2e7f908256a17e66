/* The envelope and Stored: what is read of them without unpacking. */
#include "wire/scan.h"

#include <string.h>

#include "base/err.h"
#include "wire/limits.h"
#include "wire/reader.h"

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
        if (!reader_next(&inner, &field))
            return reader_fail(reader, inner.reason);
        if (field.wire != WIRE_BYTES || !good_name(field.bytes, WIRE_NAME_BYTES)
            || field.id > ACTOR_FIELDS || (seen >> field.id & 1) != 0)
            return reader_fail(reader, "the actor is not made of names");
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
        if (!reader_next(&reader, &field))
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
    if (!reader_next(&reader, &source) || source.id != 3 || source.wire != WIRE_BYTES
        || !reader_next(&reader, &envelope) || envelope.id != 4 || envelope.wire != WIRE_BYTES
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
