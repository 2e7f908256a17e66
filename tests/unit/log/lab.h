/*
 * unit/log/lab.h - a log whose records can be told from their sequence, and ways to hurt its files.
 *
 * Record `seq` has the time 1,000,000 + 10 * seq and a payload that lab_payload() computes, so that
 * a test knows what it must read without having kept it.
 */
#pragma once

#include <check.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "lib/run.h"
#include "log/format.h"
#include "log/log.h"

enum { LAB_SEGMENT = 64 << 10, LAB_TIME_MS = 1000000, LAB_PAYLOAD_MOST = 2048 };

static inline uint32_t lab_payload(uint64_t seq, uint8_t bytes[LAB_PAYLOAD_MOST])
{
    uint32_t size = 1 + (uint32_t)(seq * 37 % 400);

    for (uint32_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(seq * 131 + i * 7 + (seq >> 8));
    return size;
}

static inline struct log *lab_open(uint64_t segment_bytes)
{
    struct log_options options = { .path = test_path("log"), .segment_bytes = segment_bytes };
    struct log *log;

    say_set_level(SAY_SILENT);
    ck_assert_int_eq(log_open(&options, &log), 0);
    return log;
}

static inline int lab_fill(struct log_batch *batch, uint64_t first, uint32_t count)
{
    uint8_t bytes[LAB_PAYLOAD_MOST];

    log_batch_reset(batch);
    for (uint64_t seq = first; seq < first + count; seq++) {
        uint32_t size = lab_payload(seq, bytes);
        void *room = log_batch_add(batch, LOG_MESSAGE, seq, LAB_TIME_MS + 10 * seq, size);
        if (room == NULL)
            return -1;
        memcpy(room, bytes, size);
    }
    return 0;
}

/* One batch of `count` records behind the head. */
static inline void lab_append(struct log *log, uint32_t count)
{
    struct log_batch *batch;

    ck_assert_int_eq(log_batch_open(&batch), 0);
    ck_assert_int_eq(lab_fill(batch, log_head(log) + 1, count), 0);
    ck_assert_int_eq(log_append(log, batch), 0);
    log_batch_close(batch);
}

static inline void lab_expect(const struct log_record *record, uint64_t seq)
{
    uint8_t bytes[LAB_PAYLOAD_MOST];
    uint32_t size = lab_payload(seq, bytes);

    ck_assert_uint_eq(record->seq, seq);
    ck_assert_uint_eq(record->time_ms, LAB_TIME_MS + 10 * seq);
    ck_assert_int_eq((int)record->type, LOG_MESSAGE);
    ck_assert_uint_eq(record->payload.size, size);
    ck_assert_mem_eq(record->payload.data, bytes, size);
}

/* Reads from `from` to the head: each record is what was written. */
static inline void lab_read(struct log *log, uint64_t from)
{
    struct log_reader *reader;
    struct log_record record;
    int r;

    ck_assert_int_eq(log_reader_open(log, 0, &reader), 0);
    log_reader_seek(reader, from);
    uint64_t seq = from;
    while ((r = log_reader_next(reader, &record)) == 0)
        lab_expect(&record, seq++);
    ck_assert_int_eq(r, LOG_END);
    ck_assert_uint_eq(seq, log_head(log) + 1);
    log_reader_close(reader);
}

/* Reads all from 1 on as one who must account for each sequence: `ranges` gets what could not be
 * read, as "LOG_DAMAGED 4-9 ". */
static inline void lab_account(struct log *log, char ranges[256])
{
    struct log_reader *reader;
    struct log_record record;
    uint64_t seq = 1;
    int r;

    ranges[0] = '\0';
    ck_assert_int_eq(log_reader_open(log, 0, &reader), 0);
    while ((r = log_reader_next(reader, &record)) != LOG_END) {
        ck_assert_int_ge(r, 0);
        if (r == 0) {
            lab_expect(&record, seq++);
            continue;
        }
        uint64_t first;
        uint64_t last;
        ck_assert_uint_eq(record.seq, seq);
        log_reader_skip(reader, &first, &last);
        ck_assert_uint_eq(first, seq);
        ck_assert_uint_ge(last, first);
        size_t used = strlen(ranges);
        snprintf(ranges + used, 256 - used, "%s %" PRIu64 "-%" PRIu64 " ",
                 r == LOG_CUT ? "cut" : "damaged", first, last);
        seq = last + 1;
    }
    ck_assert_uint_eq(seq, log_head(log) + 1);
    log_reader_close(reader);
}

/* ---- the files ------------------------------------------------------------------------------------ */

static inline const char *lab_segment(uint64_t first)
{
    char name[64];

    snprintf(name, sizeof(name), "log/%020" PRIu64 ".log", first);
    return test_path(name);
}

static inline uint8_t *lab_load(const char *path, size_t *ret_size)
{
    struct stat status;

    int fd = open(path, O_RDONLY);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fstat(fd, &status), 0);
    uint8_t *bytes = malloc((size_t)status.st_size + 1);
    ck_assert_int_eq(read(fd, bytes, (size_t)status.st_size), status.st_size);
    close(fd);
    *ret_size = (size_t)status.st_size;
    return bytes;
}

static inline void lab_write(const char *path, const void *bytes, size_t size, uint64_t offset)
{
    int fd = open(path, O_WRONLY);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(pwrite(fd, bytes, size, (off_t)offset), (ssize_t)size);
    close(fd);
}

static inline void lab_zero(const char *path, uint64_t offset, size_t size)
{
    uint8_t *zeros = calloc(1, size);

    lab_write(path, zeros, size, offset);
    free(zeros);
}

static inline void lab_flip(const char *path, uint64_t offset)
{
    uint8_t byte;

    int fd = open(path, O_RDWR);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(pread(fd, &byte, 1, (off_t)offset), 1);
    byte ^= 0x10;
    ck_assert_int_eq(pwrite(fd, &byte, 1, (off_t)offset), 1);
    close(fd);
}

/* Where the record `seq` lies in the segment, or the footer of the batch that ends with it. */
static inline uint64_t lab_place(const char *path, uint64_t seq, bool footer)
{
    size_t size;
    uint8_t *bytes = lab_load(path, &size);
    uint64_t offset = SEGMENT_HEADER_BYTES;

    while (offset + RECORD_HEADER_BYTES <= size) {
        const struct record_header *header = (const void *)(bytes + offset);
        ck_assert_uint_gt(header->size, 0);
        if (header->seq == seq && (header->type == FOOTER_TYPE) == footer)
            break;
        offset += format_record_bytes(header->size);
    }
    free(bytes);
    return offset;
}
