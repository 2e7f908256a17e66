/*
 * core/records.h - the broker's own records in the log: what became of a mailbox's messages.
 *
 *     u8 kind, u8 size of the mailbox's name, the name, u64 seq, u32 attempts, u64 until_ms,
 *     u8 size of the reason, the reason                       (all numbers little-endian)
 *
 * A record says how things are, not what changes: reading it twice is as good as once.
 */
#pragma once

#include <stdint.h>

#include "base/slice.h"

enum record_kind {
    RECORD_LEASED = 1,   /* handed out for the attempts-th time                       */
    RECORD_DONE = 2,     /* its receipt came                                          */
    RECORD_RETURNED = 3, /* back in its lane, not before until_ms, for reason         */
    RECORD_DEAD = 4,     /* set aside, for reason                                     */
    RECORD_REDRIVEN = 5, /* back from there, attempts counted anew                    */
};

enum { RECORD_REASON_BYTES = 120, RECORD_BYTES_MAX = 2 + 64 + 8 + 4 + 8 + 1 + 120, RECORD_BAD = 1 };

struct record {
    enum record_kind kind;
    struct slice mailbox;
    uint64_t seq;
    uint32_t attempts;
    uint64_t until_ms;
    struct slice reason;
};

/* The size written. */
uint32_t record_pack(const struct record *record, uint8_t bytes[RECORD_BYTES_MAX]);

/* RECORD_BAD.  Keeps `bytes`. */
int record_unpack(struct slice bytes, struct record *ret_record);
