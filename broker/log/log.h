/*
 * log/log.h - the seam: append a batch durably, read from a sequence, tell the head.
 *
 * Everything that happened, in one order.  A record has a sequence number (1, 2, 3 ... without a
 * hole), a log time that never goes back, a type and some bytes.  The log promises: when
 * log_append returns 0 the batch is on the disk, whole; after any crash the log opens and holds
 * every batch so answered, in order, and at most one more; a record that was damaged on the disk
 * is never handed out, and never passed over in silence.  It hides files: no caller knows of them,
 * so another engine can stand here.  README.md beside this file has the bytes.
 *
 * Threads: one thread at a time appends, one prepares; readers are of any thread (one reader, one
 * thread).  A reader sees what is durable and nothing else.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

struct log;

enum {
    LOG_END = 1,     /* nothing durable at or after this sequence yet              */
    LOG_DAMAGED = 2, /* the record is there but its bytes are not what was written */
    LOG_CUT = 3,     /* retention has taken it                                     */
    LOG_BUSY = 4,    /* another process has this log open                          */
    LOG_FULL = 5,    /* no room for a new segment: nothing was written             */
};

enum {
    LOG_SEGMENT_BYTES = 64 << 20, /* of a segment, filled with zeros ahead                  */
    LOG_BATCH_BYTES = 4 << 20,    /* of a batch at most: what one flush may carry           */
    LOG_RECORD_BYTES = 1 << 20,   /* of one record's payload at most                        */
};

/* What a record is.  MESSAGE is a bus.Stored; the others are the broker's own bookkeeping, whose
 * payloads core/records.h defines.  The log does not look inside. */
enum log_type {
    LOG_MESSAGE = 1,
    LOG_BOOKKEEPING = 2,
    LOG_CHECKPOINT = 3,
};

struct log_options {
    const char *path;       /* a directory, made if absent, mode 0700                         */
    uint64_t segment_bytes; /* 0: LOG_SEGMENT_BYTES; tests take less, 64 KiB at least         */
};

/* Opens, and recovers: cuts a torn tail at the last whole batch (and says so).  A new log gets a
 * random identity.  LOG_BUSY.  Damage before the last whole batch does not stop the opening: it is
 * said, and reads of it answer LOG_DAMAGED.  -EBADMSG: the end of the log cannot be told from
 * damage; nothing was changed.  Gives the log: end it with log_close. */
int log_open(const struct log_options *options, struct log **ret_log);
void log_close(struct log *log);

uint64_t log_identity(const struct log *log);

/* The last durable sequence, 0 if there is none; the first one that is still kept; log time of
 * the last record.  Any thread. */
uint64_t log_head(const struct log *log);
uint64_t log_first(const struct log *log);
uint64_t log_head_time_ms(const struct log *log);

/* ---- a batch in the making: plain memory, made in one thread, appended in another -------------- */

struct log_batch;

/* Gives an empty batch: end it with log_batch_close.  Its memory (LOG_BATCH_BYTES) is taken now. */
int log_batch_open(struct log_batch **ret_batch);
void log_batch_close(struct log_batch *batch);
void log_batch_reset(struct log_batch *batch);

uint32_t log_batch_count(const struct log_batch *batch);
uint64_t log_batch_bytes(const struct log_batch *batch);
uint64_t log_batch_first(const struct log_batch *batch);
uint64_t log_batch_last(const struct log_batch *batch);

/* Room for `size` more payload bytes in one record: lends them to be filled before the next call.
 * NULL: the batch is full; append it first.  Sequences and times must be handed in rising order;
 * the checksum is computed by log_batch_seal. */
void *log_batch_add(struct log_batch *batch, enum log_type type, uint64_t seq, uint64_t time_ms,
                    uint32_t size);

/* The `index`-th record of the batch, 0 first; lent until the batch is reset. */
struct log_record {
    enum log_type type;
    uint64_t seq;
    uint64_t time_ms;
    struct slice payload;
};
void log_batch_record(const struct log_batch *batch, uint32_t index, struct log_record *ret_record);

/* The record's leaf in the Merkle tree: SHA-256 over 0x00, type and seven zeros, sequence, time
 * (little-endian, as on the disk), payload. */
void log_record_hash(const struct log_record *record, uint8_t ret_hash[32]);

/* ---- append --------------------------------------------------------------------------------------- */

/* Writes the batch with its footer and flushes once.  Its first sequence must be head + 1.
 * LOG_FULL: nothing was written, try again later.  A fault: nothing more may be acknowledged, the
 * process ends with EXIT_IO; the flush is never repeated. */
int log_append(struct log *log, struct log_batch *batch);

/* Does a slice (about 1 MiB of writing) of what can be done ahead: filling the next segment.
 * Called when there is nothing to append, and now and then; from another thread than log_append's, if
 * that is convenient.  Sets *ret_more while there is work left.
 * LOG_FULL: the disk has no room for the next segment. */
int log_prepare(struct log *log, bool *ret_more);

/* Removes whole sealed segments whose last sequence is below `seq` and whose last time is below
 * `before_ms`. */
int log_cut(struct log *log, uint64_t seq, uint64_t before_ms);

/* ---- read ------------------------------------------------------------------------------------------ */

struct log_reader;

/* Gives a reader at sequence 1 with a buffer of `buffer_bytes` (at least 64 KiB; grows to hold one
 * record): end it with log_reader_close. */
int log_reader_open(struct log *log, uint32_t buffer_bytes, struct log_reader **ret_reader);
void log_reader_close(struct log_reader *reader);

/* The next read gives `seq`. */
void log_reader_seek(struct log_reader *reader, uint64_t seq);

/* The next record; lends it until the next call.  LOG_END: come again later.  LOG_DAMAGED, LOG_CUT:
 * *ret_record has the first sequence that cannot be read in `seq`; log_reader_skip names the range
 * and goes behind it. */
int log_reader_next(struct log_reader *reader, struct log_record *ret_record);

/* After LOG_DAMAGED or LOG_CUT: the range that cannot be read, first and last; the reader stands
 * behind it. */
void log_reader_skip(struct log_reader *reader, uint64_t *ret_first, uint64_t *ret_last);

/* The first sequence whose time is at or after `time_ms`; head + 1 if there is none. */
int log_seq_at(struct log_reader *reader, uint64_t time_ms, uint64_t *ret_seq);

/* ---- the whole log, checked ------------------------------------------------------------------------- */

/* Reads everything: every record, every footer, the chain of footers, every checkpoint against the
 * Merkle root of what precedes it.  Calls `say` (with `context`) once for each thing found wrong and
 * for progress; counts in *ret.  Works on a log that a broker has open, too. */
struct log_verdict {
    uint64_t records;
    uint64_t batches;
    uint64_t segments;
    uint64_t checkpoints;
    uint64_t damaged; /* records that cannot be read */
    uint64_t first, last;
    uint8_t root[32]; /* over all records from the first kept */
};
typedef void log_say(void *context, const char *line, bool wrong);
int log_verify(const char *path, log_say *say, void *context, struct log_verdict *ret_verdict);
