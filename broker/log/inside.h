/*
 * log/inside.h - what the files of this floor share; nobody else includes it.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "log/format.h"

/* Where a batch begins: one entry for each INDEX_STEP_BYTES of a segment. */
struct place {
    uint64_t seq;
    uint64_t time_ms;
    uint64_t offset;
};

struct segment {
    uint64_t first; /* sequence; also its file's name            */
    uint64_t end;   /* bytes in use: up to the last whole footer  */
    uint64_t last;  /* sequence; first - 1 while it is empty      */
    uint64_t last_time_ms;
    struct place *places; /* NULL: not loaded                          */
    uint32_t place_count;
    uint32_t place_room;
};

struct log {
    char path[3072];
    uint64_t identity;
    uint32_t salt; /* where the CRC of each record begins */
    uint64_t segment_bytes;
    int lock_fd;
    int fd;             /* of the last segment */
    _Atomic int broken; /* the fault after which nothing is appended */
    uint8_t previous[FORMAT_HASH_SIZE];
    pthread_mutex_t prepare_mutex; /* guards the next segment, taken before `mutex` */
    int prepare_fd;                /* it is being filled; -1                        */
    uint64_t prepared;             /* bytes of it                                   */

    pthread_mutex_t mutex; /* guards what readers look at too          */
    struct segment *segments;
    uint32_t segment_count;
    uint32_t segment_room;
    _Atomic uint64_t head;
    _Atomic uint64_t head_time_ms;
};

struct log_batch {
    uint8_t *data;
    uint64_t size;
    uint32_t count;
    uint64_t first;
    uint64_t last;
    uint64_t last_time_ms;
    uint32_t *offsets; /* of the records */
    uint32_t offset_room;
};

void inside_path(const struct log *log, uint64_t first, char path[4096]);
int inside_add_place(struct segment *segment, uint64_t seq, uint64_t time_ms, uint64_t offset);
struct segment *inside_add_segment(struct log *log, uint64_t first);

/* recover.c: reads the folder, cuts the torn tail; the log is ready for use. */
int recover_log(struct log *log);

/* A segment's bytes, mapped for reading; end it with inside_unmap.  A file that is shorter than a
 * header is damaged, and lends zeros. */
struct mapped {
    const uint8_t *bytes;
    uint64_t size;
    void *map;
};
int inside_map(int fd, struct mapped *ret_mapped);
int inside_map_segment(const struct log *log, uint64_t first, struct mapped *ret_mapped);
void inside_unmap(struct mapped *mapped);

/* reader.c: reads a sealed segment once, for where its batches begin and when it ended. */
int inside_load(struct log *log, uint64_t first);

/* Walks the batches of a whole segment, fills segment->places, says what is damaged and tells where
 * the last batch ends whose footer is whole.  `previous` NULL: the segment's header does not tell.
 * Changes nothing on the disk. */
struct recovered {
    uint64_t end;
    uint64_t last_batch; /* offset of the last batch; 0: there is none */
    uint64_t last;
    uint64_t last_time_ms;
    uint64_t damaged; /* records */
    bool torn;
    uint8_t hash[FORMAT_HASH_SIZE];
};
int recover_scan(const uint8_t *bytes, uint64_t size, uint32_t salt, struct segment *segment,
                 const uint8_t *previous, struct recovered *ret);
