#include "core/records.h"

#include <string.h>

uint32_t record_pack(const struct record *record, uint8_t bytes[RECORD_BYTES_MAX])
{
    uint8_t *at = bytes;
    size_t reason = record->reason.size < RECORD_REASON_BYTES ? record->reason.size
                                                             : RECORD_REASON_BYTES;

    *at++ = (uint8_t)record->kind;
    *at++ = (uint8_t)record->mailbox.size;
    memcpy(at, record->mailbox.data, record->mailbox.size);
    at += record->mailbox.size;
    memcpy(at, &record->seq, 8);
    memcpy(at + 8, &record->attempts, 4);
    memcpy(at + 12, &record->until_ms, 8);
    at += 20;
    *at++ = (uint8_t)reason;
    if (reason > 0)
        memcpy(at, record->reason.data, reason);
    return (uint32_t)(at + reason - bytes);
}

int record_unpack(struct slice bytes, struct record *ret_record)
{
    const uint8_t *at = bytes.data;

    if (bytes.size < 2 || at[0] < RECORD_LEASED || at[0] > RECORD_REDRIVEN)
        return RECORD_BAD;
    size_t name = at[1];
    if (bytes.size < 2 + name + 21)
        return RECORD_BAD;
    ret_record->kind = (enum record_kind)at[0];
    ret_record->mailbox = slice_of(at + 2, name);
    at += 2 + name;
    memcpy(&ret_record->seq, at, 8);
    memcpy(&ret_record->attempts, at + 8, 4);
    memcpy(&ret_record->until_ms, at + 12, 8);
    ret_record->reason = slice_of(at + 21, at[20]);
    return bytes.size == 2 + name + 21 + at[20] ? 0 : RECORD_BAD;
}
