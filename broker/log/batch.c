#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "log/inside.h"

enum { OFFSETS_FIRST = 1024 };

int log_batch_open(struct log_batch **ret_batch)
{
    struct log_batch *batch = calloc(1, sizeof(*batch));
    if (batch == NULL)
        return FAULT(-ENOMEM);
    /* Room for a record that begins within the limit, and for the footer. */
    batch->data = malloc(LOG_BATCH_BYTES + LOG_RECORD_BYTES + 2 * FOOTER_BYTES);
    batch->offsets = malloc(OFFSETS_FIRST * sizeof(*batch->offsets));
    batch->offset_room = OFFSETS_FIRST;
    if (batch->data == NULL || batch->offsets == NULL) {
        log_batch_close(batch);
        return FAULT(-ENOMEM);
    }
    *ret_batch = batch;
    return 0;
}

void log_batch_close(struct log_batch *batch)
{
    if (batch == NULL)
        return;
    free(batch->data);
    free(batch->offsets);
    free(batch);
}

void log_batch_reset(struct log_batch *batch)
{
    batch->size = 0;
    batch->count = 0;
    batch->first = 0;
    batch->last = 0;
}

uint32_t log_batch_count(const struct log_batch *batch)
{
    return batch->count;
}

uint64_t log_batch_bytes(const struct log_batch *batch)
{
    return batch->size;
}

uint64_t log_batch_first(const struct log_batch *batch)
{
    return batch->first;
}

uint64_t log_batch_last(const struct log_batch *batch)
{
    return batch->last;
}

void *log_batch_add(struct log_batch *batch, enum log_type type, uint64_t seq, uint64_t time_ms,
                    uint32_t size)
{
    uint64_t bytes = format_record_bytes(size);

    assert(size > 0 && size <= LOG_RECORD_BYTES);
    assert(batch->count == 0 || (seq == batch->last + 1 && time_ms >= batch->last_time_ms));
    if (batch->size + bytes > LOG_BATCH_BYTES && batch->count > 0)
        return NULL;
    if (batch->count == batch->offset_room) {
        void *larger = realloc(batch->offsets, 2 * batch->offset_room * sizeof(*batch->offsets));
        if (larger == NULL)
            return NULL;
        batch->offsets = larger;
        batch->offset_room *= 2;
    }
    struct record_header header = {
        .size = size, .type = (uint8_t)type, .seq = seq, .time_ms = time_ms
    };
    uint8_t *at = batch->data + batch->size;
    memcpy(at, &header, sizeof(header));
    memset(at + bytes - RECORD_ALIGNMENT, 0, RECORD_ALIGNMENT);
    if (batch->count == 0)
        batch->first = seq;
    batch->offsets[batch->count++] = (uint32_t)batch->size;
    batch->size += bytes;
    batch->last = seq;
    batch->last_time_ms = time_ms;
    return at + RECORD_HEADER_BYTES;
}

void log_batch_record(const struct log_batch *batch, uint32_t index, struct log_record *ret_record)
{
    assert(index < batch->count);
    const struct record_header *header = (const void *)(batch->data + batch->offsets[index]);

    *ret_record = (struct log_record){
        .type = (enum log_type)header->type,
        .seq = header->seq,
        .time_ms = header->time_ms,
        .payload = slice_of(header + 1, header->size),
    };
}
