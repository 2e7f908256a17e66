#include "wire/frame.h"

#include <assert.h>
#include <string.h>

enum { SIZE_BYTES = 4 };

static uint32_t get_u32(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16
           | (uint32_t)bytes[3] << 24;
}

static void put_u32(uint8_t *bytes, uint32_t number)
{
    bytes[0] = (uint8_t)number;
    bytes[1] = (uint8_t)(number >> 8);
    bytes[2] = (uint8_t)(number >> 16);
    bytes[3] = (uint8_t)(number >> 24);
}

const char *frame_type_name(enum frame_type type)
{
    static const char *const names[FRAME_TYPES] = {
        "NONE",    "HELLO",   "WELCOME", "RESET",     "REJECT",       "PING",   "PONG",
        "PUBLISH", "STORED",  "REFUSED", "SUBSCRIBE", "DELIVER",      "CREDIT", "TAKE",
        "LEASED",  "RECEIPT", "RETURN",  "EXTEND",    "PEEK",         "PEEKED", "REDRIVE",
        "SETTLED", "QUERY",   "ANSWER",  "ADMIN",     "ADMIN_ANSWER", "BYE",
    };

    return (unsigned)type < FRAME_TYPES ? names[type] : "UNKNOWN";
}

/* ---- reading ------------------------------------------------------------------------------------- */

static int bad(const char **ret_reason, const char *reason)
{
    *ret_reason = reason;
    return FRAME_BAD;
}

/* Whether `count` items fill `rest` to the last byte. */
static bool fills(struct slice rest, uint32_t count)
{
    const uint8_t *at = rest.data;
    size_t left = rest.size;

    for (; count > 0; count--) {
        if (left < SIZE_BYTES)
            return false;
        uint32_t size = get_u32(at);
        if (size > left - SIZE_BYTES)
            return false;
        at += SIZE_BYTES + size;
        left -= SIZE_BYTES + size;
    }
    return left == 0;
}

int frame_open(struct slice bytes, struct frame *ret_frame, const char **ret_reason)
{
    const uint8_t *header = bytes.data;

    if (bytes.size < FRAME_HEADER_BYTES)
        return bad(ret_reason, "the frame is shorter than its header");
    if (bytes.size > WIRE_FRAME_BYTES)
        return bad(ret_reason, "the frame is over the limit");
    if (header[0] != 'C' || header[1] != 'B')
        return bad(ret_reason, "the frame does not begin with CB");
    if (header[2] != WIRE_VERSION)
        return bad(ret_reason, "the version is not known");
    if (header[3] == FRAME_NONE || header[3] >= FRAME_TYPES)
        return bad(ret_reason, "the type is not known");
    *ret_frame = (struct frame){
        .type = (enum frame_type)header[3],
        .epoch = get_u32(header + 4),
        .count = get_u32(header + 8),
        .rest = slice_of(header + FRAME_HEADER_BYTES, bytes.size - FRAME_HEADER_BYTES),
    };
    if (get_u32(header + 12) != ret_frame->rest.size)
        return bad(ret_reason, "the size is not that of the frame");
    if (ret_frame->count > WIRE_FRAME_ITEMS)
        return bad(ret_reason, "the count is over the limit");
    if (!fills(ret_frame->rest, ret_frame->count))
        return bad(ret_reason, "the items do not fill the frame");
    return 0;
}

int frame_next(struct frame *frame, struct slice *ret_item)
{
    if (frame->count == 0)
        return FRAME_END;
    const uint8_t *at = frame->rest.data;
    uint32_t size = get_u32(at);
    *ret_item = slice_of(at + SIZE_BYTES, size);
    frame->rest = slice_of(at + SIZE_BYTES + size, frame->rest.size - SIZE_BYTES - size);
    frame->count--;
    return 0;
}

/* ---- writing ------------------------------------------------------------------------------------- */

void frame_begin(struct frame_writer *writer, void *buffer, uint32_t capacity, enum frame_type type,
                 uint32_t epoch)
{
    assert(capacity >= FRAME_HEADER_BYTES);
    *writer = (struct frame_writer){
        .data = buffer,
        .capacity = capacity < WIRE_FRAME_BYTES ? capacity : WIRE_FRAME_BYTES,
        .size = FRAME_HEADER_BYTES,
    };
    writer->data[0] = 'C';
    writer->data[1] = 'B';
    writer->data[2] = WIRE_VERSION;
    writer->data[3] = (uint8_t)type;
    put_u32(writer->data + 4, epoch);
}

void *frame_item(struct frame_writer *writer, uint32_t size)
{
    uint32_t room = writer->capacity - writer->size;

    if (room < SIZE_BYTES || size > room - SIZE_BYTES || writer->count == WIRE_FRAME_ITEMS)
        return NULL;
    uint8_t *at = writer->data + writer->size;
    put_u32(at, size);
    writer->size += SIZE_BYTES + size;
    writer->count++;
    return at + SIZE_BYTES;
}

int frame_pack(struct frame_writer *writer, const ProtobufCMessage *message)
{
    size_t size = protobuf_c_message_get_packed_size(message);
    uint8_t *at = size > WIRE_FRAME_BYTES ? NULL : frame_item(writer, (uint32_t)size);

    if (at == NULL)
        return FRAME_NO_ROOM;
    protobuf_c_message_pack(message, at);
    return 0;
}

struct slice frame_end(struct frame_writer *writer)
{
    put_u32(writer->data + 8, writer->count);
    put_u32(writer->data + 12, writer->size - FRAME_HEADER_BYTES);
    return slice_of(writer->data, writer->size);
}
