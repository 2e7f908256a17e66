#include "core/records.h"

#include "core/bytes.h"

uint32_t record_pack(const struct record *record, uint8_t bytes[RECORD_BYTES_MAX])
{
    uint8_t *at = bytes_put(bytes, (uint64_t)record->kind, 1);

    at = bytes_put(at, record->lane, 1);
    at = bytes_put_text(at, record->mailbox, RECORD_NAME_BYTES);
    at = bytes_put(at, record->seq, 8);
    at = bytes_put(at, record->time_ms, 8);
    at = bytes_put(at, record->case_hash, 8);
    at = bytes_put(at, record->expires_ms, 8);
    at = bytes_put(at, record->token, 8);
    at = bytes_put(at, record->until_ms, 8);
    at = bytes_put(at, record->floor, 8);
    at = bytes_put(at, record->attempts, 4);
    at = bytes_put(at, record->lease_ms, 4);
    at = bytes_put_text(at, record->reason, RECORD_REASON_BYTES);
    return (uint32_t)(at - bytes);
}

int record_unpack(struct slice slice, struct record *ret_record)
{
    struct bytes bytes = { .at = slice.data, .left = slice.size };
    uint64_t kind = bytes_take(&bytes, 1);

    ret_record->kind = (enum record_kind)kind;
    ret_record->lane = (uint8_t)bytes_take(&bytes, 1);
    ret_record->mailbox = bytes_take_text(&bytes);
    ret_record->seq = bytes_take(&bytes, 8);
    ret_record->time_ms = bytes_take(&bytes, 8);
    ret_record->case_hash = bytes_take(&bytes, 8);
    ret_record->expires_ms = bytes_take(&bytes, 8);
    ret_record->token = bytes_take(&bytes, 8);
    ret_record->until_ms = bytes_take(&bytes, 8);
    ret_record->floor = bytes_take(&bytes, 8);
    ret_record->attempts = (uint32_t)bytes_take(&bytes, 4);
    ret_record->lease_ms = (uint32_t)bytes_take(&bytes, 4);
    ret_record->reason = bytes_take_text(&bytes);
    bool good = !bytes.short_of && bytes.left == 0 && kind >= RECORD_LEASED
                && kind <= RECORD_REDRIVEN && ret_record->lane < 6 && ret_record->seq > 0
                && ret_record->mailbox.size > 0 && ret_record->mailbox.size <= RECORD_NAME_BYTES;
    return good ? 0 : RECORD_BAD;
}
