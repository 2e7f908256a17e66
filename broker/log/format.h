/*
 * log/format.h - the bytes of a segment; README.md draws them.  Private to this floor.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "log/log.h"

enum {
    SEGMENT_HEADER_BYTES = 128,
    RECORD_HEADER_BYTES = 32,
    RECORD_ALIGNMENT = 8,
    FOOTER_TYPE = 255,
    FOOTER_PAYLOAD_BYTES = 64,
    FOOTER_BYTES = RECORD_HEADER_BYTES + FOOTER_PAYLOAD_BYTES,
    FORMAT_HASH_SIZE = 32,
    INDEX_STEP_BYTES = 64 << 10, /* between two entries of a segment's index */
};

/* Of a record, as it lies on the disk: little-endian, padded with zeros to 8 bytes. */
struct record_header {
    uint32_t size; /* of the payload; 0 is "nothing was written here" */
    uint32_t crc;  /* CRC32C from `type` to the end of the payload    */
    uint8_t type;
    uint8_t zero[7];
    uint64_t seq;
    uint64_t time_ms;
};

struct footer_payload {
    uint32_t count; /* records of the batch                 */
    uint32_t bytes; /* that they take, headers and padding  */
    uint64_t first;
    uint64_t last;
    uint32_t crc; /* CRC32C over the records' crc fields: whole only if each record is */
    uint32_t zero;
    uint8_t previous[FORMAT_HASH_SIZE]; /* SHA-256 of the footer before */
};

struct segment_header {
    uint8_t magic[8];
    uint64_t identity; /* of the log */
    uint64_t first;    /* sequence   */
    uint64_t size;     /* of the file */
    uint8_t previous[FORMAT_HASH_SIZE];
    uint32_t salt; /* random, the same in the whole log; see format_record_crc */
    uint32_t crc;  /* of what precedes it */
};

extern const uint8_t format_magic[8];

static inline uint64_t format_record_bytes(uint32_t payload)
{
    return (RECORD_HEADER_BYTES + (uint64_t)payload + RECORD_ALIGNMENT - 1)
           & ~(uint64_t)(RECORD_ALIGNMENT - 1);
}

/* Begins at the log's salt: bytes that a publisher laid into a payload so that they look like a
 * batch are then no batch to recovery, which looks for whole batches behind a damaged one. */
uint32_t format_record_crc(const struct record_header *header, uint32_t salt);

/* What lies at `bytes`, of which `left` are there. */
enum { FORMAT_NOTHING = 1, FORMAT_BAD = 2, FORMAT_SHORT = 3 };
int format_record(const uint8_t *bytes, uint64_t left, uint32_t salt,
                  const struct record_header **ret_header);

void format_footer_hash(const uint8_t *footer, uint8_t ret_hash[FORMAT_HASH_SIZE]);
void format_segment(uint64_t identity, uint32_t salt, uint64_t first, uint64_t size,
                    const uint8_t previous[FORMAT_HASH_SIZE], uint8_t *bytes);
bool format_segment_good(const uint8_t *bytes, struct segment_header *ret_header);

/* One whole batch at `bytes`: its footer's place and content.  FORMAT_NOTHING: zeros.
 * FORMAT_BAD: something is not what was written. */
struct format_batch {
    const struct footer_payload *footer;
    const uint8_t *footer_bytes;
    uint64_t size; /* with the footer */
    uint64_t time_ms;
};
int format_batch(const uint8_t *bytes, uint64_t left, uint32_t salt, uint64_t first,
                 struct format_batch *ret_batch);

/* The first footer behind *offset whose batch begins at or behind it with the sequence `least` or
 * more; where its batch begins in *offset.  A footer that is what was written proves that everything
 * before its batch was flushed.  Whether its records still are whole: *ret_whole.  False: no such
 * footer.  One pass, whatever the bytes are: a payload cannot make it slow. */
bool format_find(const uint8_t *bytes, uint64_t size, uint32_t salt, uint64_t least,
                 uint64_t *offset, struct format_batch *ret_batch, bool *ret_whole);
