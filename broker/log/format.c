#include "log/format.h"

#include <stddef.h>
#include <string.h>

#include "base/crc.h"
#include "log/sha256.h"

const uint8_t format_magic[8] = { 'C', 'A', 'R', 'E', 'L', 'O', 'G', '1' };

_Static_assert(sizeof(struct record_header) == RECORD_HEADER_BYTES, "a record's header");
_Static_assert(sizeof(struct footer_payload) == FOOTER_PAYLOAD_BYTES, "a footer");
_Static_assert(sizeof(struct segment_header) <= SEGMENT_HEADER_BYTES, "a segment's header");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the format is little-endian");

uint32_t format_record_crc(const struct record_header *header, uint32_t salt)
{
    const uint8_t *from = &header->type;
    size_t size = RECORD_HEADER_BYTES - offsetof(struct record_header, type) + header->size;

    return crc32c(salt, from, size);
}

int format_record(const uint8_t *bytes, uint64_t left, uint32_t salt,
                  const struct record_header **ret_header)
{
    const struct record_header *header = (const void *)bytes;

    if (left < RECORD_HEADER_BYTES)
        return FORMAT_SHORT;
    *ret_header = header;
    if (header->size == 0)
        return FORMAT_NOTHING;
    if (header->size > LOG_RECORD_BYTES || header->type == 0)
        return FORMAT_BAD;
    if (format_record_bytes(header->size) > left)
        return FORMAT_SHORT;
    return format_record_crc(header, salt) == header->crc ? 0 : FORMAT_BAD;
}

void log_record_hash(const struct log_record *record, uint8_t ret_hash[FORMAT_HASH_SIZE])
{
    struct sha256 hash;
    uint8_t fields[1 + 24] = { 0x00, (uint8_t)record->type };

    memcpy(fields + 9, &record->seq, 8);
    memcpy(fields + 17, &record->time_ms, 8);
    sha256_begin(&hash);
    sha256_add(&hash, fields, sizeof(fields));
    sha256_add(&hash, record->payload.data, record->payload.size);
    sha256_end(&hash, ret_hash);
}

void format_footer_hash(const uint8_t *footer, uint8_t ret_hash[FORMAT_HASH_SIZE])
{
    struct sha256 hash;

    sha256_begin(&hash);
    sha256_add(&hash, footer, FOOTER_BYTES);
    sha256_end(&hash, ret_hash);
}

void format_segment(uint64_t identity, uint32_t salt, uint64_t first, uint64_t size,
                    const uint8_t previous[FORMAT_HASH_SIZE], uint8_t *bytes)
{
    struct segment_header header = {
        .identity = identity, .first = first, .size = size, .salt = salt
    };

    memcpy(header.magic, format_magic, sizeof(header.magic));
    memcpy(header.previous, previous, FORMAT_HASH_SIZE);
    header.crc = crc32c(0, &header, offsetof(struct segment_header, crc));
    memset(bytes, 0, SEGMENT_HEADER_BYTES);
    memcpy(bytes, &header, sizeof(header));
}

bool format_segment_good(const uint8_t *bytes, struct segment_header *ret_header)
{
    memcpy(ret_header, bytes, sizeof(*ret_header));
    return memcmp(ret_header->magic, format_magic, sizeof(format_magic)) == 0
           && ret_header->crc == crc32c(0, ret_header, offsetof(struct segment_header, crc));
}

int format_batch(const uint8_t *bytes, uint64_t left, uint32_t salt, uint64_t first,
                 struct format_batch *ret_batch)
{
    const struct record_header *header;
    uint64_t offset = 0;
    uint32_t count = 0;
    uint32_t crc = 0;

    while (true) {
        int r = format_record(bytes + offset, left - offset, salt, &header);
        if (r != 0)
            return offset == 0 && (r == FORMAT_NOTHING || r == FORMAT_SHORT) ? FORMAT_NOTHING
                                                                             : FORMAT_BAD;
        if (header->type == FOOTER_TYPE)
            break;
        if (header->seq != first + count)
            return FORMAT_BAD;
        crc = crc32c(crc, &header->crc, sizeof(header->crc));
        offset += format_record_bytes(header->size);
        count++;
    }
    const struct footer_payload *footer = (const void *)(header + 1);
    if (header->size != FOOTER_PAYLOAD_BYTES || count == 0 || footer->count != count
        || footer->bytes != offset || footer->first != first || footer->last != first + count - 1
        || footer->crc != crc)
        return FORMAT_BAD;
    *ret_batch = (struct format_batch){
        .footer = footer,
        .footer_bytes = bytes + offset,
        .size = offset + FOOTER_BYTES,
        .time_ms = header->time_ms,
    };
    return 0;
}

bool format_find(const uint8_t *bytes, uint64_t size, uint32_t salt, uint64_t least,
                 uint64_t *offset, struct format_batch *ret_batch, bool *ret_whole)
{
    for (uint64_t at = *offset; at + FOOTER_BYTES <= size; at += RECORD_ALIGNMENT) {
        const struct record_header *header = (const void *)(bytes + at);
        const struct footer_payload *footer = (const void *)(header + 1);
        if (header->size != FOOTER_PAYLOAD_BYTES || header->type != FOOTER_TYPE
            || footer->first < least || footer->bytes > at - *offset
            || format_record_crc(header, salt) != header->crc)
            continue;
        uint64_t from = at - footer->bytes;
        *ret_whole = format_batch(bytes + from, size - from, salt, footer->first, ret_batch) == 0;
        *ret_batch = (struct format_batch){ .footer = footer,
                                            .footer_bytes = bytes + at,
                                            .size = footer->bytes + FOOTER_BYTES,
                                            .time_ms = header->time_ms };
        *offset = from;
        return true;
    }
    return false;
}
