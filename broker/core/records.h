/*
 * core/records.h - the broker's own records in the log: what became of a mailbox's messages.
 *
 *     u8 kind, u8 lane, u8 size of the mailbox's name, the name, u64 seq, u64 time_ms,
 *     u64 case_hash, u64 expires_ms, u64 token, u64 until_ms, u64 floor, u32 attempts,
 *     u32 lease_ms, u8 size of the reason, the reason            (all numbers little-endian)
 *
 * A record says how things are, not what changes: reading it twice is as good as once, and an entry
 * can be made from it without reading the message.
 */
#pragma once

#include <stdint.h>

#include "base/slice.h"

enum record_kind {
    RECORD_LEASED = 1,   /* handed out for the attempts-th time, with token, for lease_ms    */
    RECORD_DONE = 2,     /* its receipt came                                                 */
    RECORD_RETURNED = 3, /* back in its lane, not before until_ms, for reason                */
    RECORD_DEAD = 4,     /* set aside, for reason                                            */
    RECORD_REDRIVEN = 5, /* back from there, attempts counted anew                           */
};

enum {
    RECORD_NAME_BYTES = 64,
    RECORD_REASON_BYTES = 120,
    RECORD_BYTES_MAX = 3 + RECORD_NAME_BYTES + 7 * 8 + 2 * 4 + 1 + RECORD_REASON_BYTES,
    RECORD_BAD = 1,
};

struct record {
    enum record_kind kind;
    uint8_t lane;
    struct slice mailbox;
    uint64_t seq;
    uint64_t time_ms; /* when the message came */
    uint64_t case_hash;
    uint64_t expires_ms;
    uint64_t token;
    uint64_t until_ms; /* log time */
    uint64_t floor;    /* every message of this lane before it has a record, or its receipt */
    uint32_t attempts;
    uint32_t lease_ms;
    struct slice reason;
};

/* The size written; a reason that is too long is cut. */
uint32_t record_pack(const struct record *record, uint8_t bytes[RECORD_BYTES_MAX]);

/* RECORD_BAD.  Keeps `bytes`. */
int record_unpack(struct slice bytes, struct record *ret_record);
