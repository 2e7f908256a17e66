#include "log/log.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/crc.h"
#include "base/err.h"
#include "base/io.h"
#include "base/log.h"
#include "log/inside.h"

enum { PREPARE_BYTES = 1 << 20, SEGMENT_LEAST_BYTES = 64 << 10 };

/* ---- segments ------------------------------------------------------------------------------------ */

void inside_path(const struct log *log, uint64_t first, char path[4096])
{
    snprintf(path, 4096, "%s/%020" PRIu64 ".log", log->path, first);
}

static void prepared_path(const struct log *log, char path[4096])
{
    snprintf(path, 4096, "%s/next", log->path);
}

int inside_add_place(struct segment *segment, uint64_t seq, uint64_t time_ms, uint64_t offset)
{
    if (segment->place_count == segment->place_room) {
        uint32_t room = segment->place_room == 0 ? 64 : 2 * segment->place_room;
        void *larger = realloc(segment->places, room * sizeof(*segment->places));
        if (larger == NULL)
            return FAULT(-ENOMEM);
        segment->places = larger;
        segment->place_room = room;
    }
    segment->places[segment->place_count++] = (struct place){ seq, time_ms, offset };
    return 0;
}

struct segment *inside_add_segment(struct log *log, uint64_t first)
{
    if (log->segment_count == log->segment_room) {
        uint32_t room = log->segment_room == 0 ? 16 : 2 * log->segment_room;
        void *larger = realloc(log->segments, room * sizeof(*log->segments));
        if (larger == NULL)
            return NULL;
        log->segments = larger;
        log->segment_room = room;
    }
    struct segment *segment = &log->segments[log->segment_count++];
    *segment = (struct segment){ .first = first, .last = first - 1, .end = SEGMENT_HEADER_BYTES };
    return segment;
}

/* ---- open and close ------------------------------------------------------------------------------ */

int log_open(const struct log_options *options, struct log **ret_log)
{
    char path[4096];

    if (sodium_init() < 0)
        return FAULT(-EPROTO);
    struct log *log = calloc(1, sizeof(*log));
    if (log == NULL)
        return FAULT(-ENOMEM);
    log->lock_fd = log->fd = log->prepare_fd = -1;
    pthread_mutex_init(&log->mutex, NULL);
    pthread_mutex_init(&log->prepare_mutex, NULL);
    log->segment_bytes = options->segment_bytes == 0 ? LOG_SEGMENT_BYTES : options->segment_bytes;
    if (log->segment_bytes < SEGMENT_LEAST_BYTES || strlen(options->path) >= sizeof(log->path)) {
        free(log);
        return FAULT(-EINVAL);
    }
    snprintf(log->path, sizeof(log->path), "%s", options->path);
    int r = io_make_directory(log->path);
    if (r == 0) {
        snprintf(path, sizeof(path), "%s/..", log->path);
        r = io_sync_directory(path);
    }
    if (r == 0) {
        snprintf(path, sizeof(path), "%s/lock", log->path);
        r = io_lock(path, &log->lock_fd);
    }
    if (r == IO_LOCKED)
        r = LOG_BUSY;
    if (r == 0) {
        prepared_path(log, path);
        unlink(path); /* how far it was filled is not known */
        r = recover_log(log);
    }
    if (r == 0 && log->segment_count == 0) {
        randombytes_buf(&log->identity, sizeof(log->identity));
        randombytes_buf(&log->salt, sizeof(log->salt));
    }
    if (r != 0) {
        log_close(log);
        return r;
    }
    *ret_log = log;
    return 0;
}

void log_close(struct log *log)
{
    if (log == NULL)
        return;
    if (log->fd >= 0)
        close(log->fd);
    if (log->prepare_fd >= 0)
        close(log->prepare_fd);
    if (log->lock_fd >= 0)
        io_unlock(log->lock_fd);
    for (uint32_t i = 0; i < log->segment_count; i++)
        free(log->segments[i].places);
    free(log->segments);
    pthread_mutex_destroy(&log->prepare_mutex);
    pthread_mutex_destroy(&log->mutex);
    free(log);
}

uint64_t log_identity(const struct log *log)
{
    return log->identity;
}

uint64_t log_head(const struct log *log)
{
    return atomic_load_explicit(&log->head, memory_order_acquire);
}

uint64_t log_head_time_ms(const struct log *log)
{
    return atomic_load_explicit(&log->head_time_ms, memory_order_acquire);
}

uint64_t log_first(const struct log *log)
{
    struct log *unlocked = (struct log *)(uintptr_t)log;

    pthread_mutex_lock(&unlocked->mutex);
    uint64_t first = log->segment_count == 0 ? 1 : log->segments[0].first;
    pthread_mutex_unlock(&unlocked->mutex);
    return first;
}

/* ---- the next segment ---------------------------------------------------------------------------- */

static bool has_room(const struct log *log, uint64_t bytes)
{
    struct statvfs status;

    if (statvfs(log->path, &status) != 0)
        return true;
    return (uint64_t)status.f_bavail * status.f_frsize > bytes;
}

static bool is_full(int error)
{
    return error == ENOSPC || error == EDQUOT;
}

/* The disk is full: what was filled so far is given back. */
static int drop_prepared(struct log *log)
{
    char path[4096];

    close(log->prepare_fd);
    log->prepare_fd = -1;
    log->prepared = 0;
    prepared_path(log, path);
    unlink(path);
    return LOG_FULL;
}

/* The room is taken at once, so that a full disk is met here and not in the middle of a batch. */
static int open_prepared(struct log *log)
{
    char path[4096];

    if (!has_room(log, log->segment_bytes + log->segment_bytes / 4))
        return LOG_FULL;
    prepared_path(log, path);
    log->prepare_fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (log->prepare_fd < 0)
        return is_full(errno) ? LOG_FULL : FAULT(-errno);
    log->prepared = 0;
    if (fallocate(log->prepare_fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)log->segment_bytes) == 0
        || !is_full(errno))
        return 0;
    return drop_prepared(log);
}

/* Written out while the next piece is filled, so that the flush at the end finds little to do. */
static void begin_writing(int fd, uint64_t offset, uint64_t size)
{
    enum { BEHIND_BYTES = 2 << 20 };

    sync_file_range(fd, (off_t)offset, (off_t)size, SYNC_FILE_RANGE_WRITE);
    if (offset >= BEHIND_BYTES)
        sync_file_range(fd, (off_t)(offset - BEHIND_BYTES), (off_t)size,
                        SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE
                            | SYNC_FILE_RANGE_WAIT_AFTER);
}

static int prepare(struct log *log, bool *ret_more)
{
    static const uint8_t zeros[PREPARE_BYTES];
    int r = log->prepare_fd < 0 ? open_prepared(log) : 0;

    if (r != 0)
        return r;
    uint64_t left = log->segment_bytes - log->prepared;
    size_t piece = left < PREPARE_BYTES ? (size_t)left : PREPARE_BYTES;
    ssize_t written = pwrite(log->prepare_fd, zeros, piece, (off_t)log->prepared);
    if (written < 0 && is_full(errno))
        return drop_prepared(log);
    if (written < 0 && errno != EINTR)
        return FAULT(-errno);
    if (written > 0)
        begin_writing(log->prepare_fd, log->prepared, (uint64_t)written);
    log->prepared += written > 0 ? (uint64_t)written : 0;
    *ret_more = log->prepared < log->segment_bytes;
    return *ret_more ? 0 : io_sync(log->prepare_fd);
}

/* Zeros are written, not only promised: an append that makes a file grow, or turns promised room into
 * written room, costs more than the flush of one that does not. */
int log_prepare(struct log *log, bool *ret_more)
{
    *ret_more = false;
    if (log->broken != 0)
        return log->broken;
    pthread_mutex_lock(&log->prepare_mutex);
    int r = log->prepared >= log->segment_bytes ? 0 : prepare(log, ret_more);
    pthread_mutex_unlock(&log->prepare_mutex);
    if (r < 0)
        log->broken = r;
    return r;
}

/* A busy log comes here before its next segment is filled: what is missing is left as promised room.
 * A new log has time, and where the file system promises none, it is filled now.  With the mutex
 * held. */
static int complete(struct log *log)
{
    bool more = true;
    int r = log->prepare_fd < 0 ? open_prepared(log) : 0;

    if (r != 0 || log->prepared >= log->segment_bytes)
        return r;
    bool is_new = log->segment_count == 0;
    if (!is_new
        && fallocate(log->prepare_fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)log->segment_bytes) == 0)
        return ftruncate(log->prepare_fd, (off_t)log->segment_bytes) == 0 ? 0 : FAULT(-errno);
    if (!is_new && is_full(errno))
        return drop_prepared(log);
    while (r == 0 && more)
        r = prepare(log, &more);
    return r;
}

/* The prepared segment becomes the last one, its name durable before anything is in it. */
static int put_in_place(struct log *log, uint64_t first)
{
    uint8_t header[SEGMENT_HEADER_BYTES];
    char fresh[4096];
    char path[4096];

    format_segment(log->identity, log->salt, first, log->segment_bytes, log->previous, header);
    int r = io_write_at(log->prepare_fd, header, sizeof(header), 0);
    if (r == 0)
        r = io_sync(log->prepare_fd);
    if (r < 0)
        return r;
    prepared_path(log, fresh);
    inside_path(log, first, path);
    if (rename(fresh, path) != 0)
        return FAULT(-errno);
    return io_sync_directory(log->path);
}

static int roll(struct log *log, uint64_t first)
{
    pthread_mutex_lock(&log->prepare_mutex);
    int r = complete(log);
    if (r == 0)
        r = put_in_place(log, first);
    if (r == 0) {
        if (log->fd >= 0)
            close(log->fd);
        log->fd = log->prepare_fd;
        log->prepare_fd = -1;
        log->prepared = 0;
    }
    pthread_mutex_unlock(&log->prepare_mutex);
    if (r != 0)
        return r;
    pthread_mutex_lock(&log->mutex);
    struct segment *segment = inside_add_segment(log, first);
    pthread_mutex_unlock(&log->mutex);
    return segment == NULL ? FAULT(-ENOMEM) : 0;
}

/* ---- append -------------------------------------------------------------------------------------- */

/* Checks of the records, then the footer behind them. */
static uint32_t seal(struct log *log, struct log_batch *batch)
{
    struct footer_payload payload = { .count = batch->count,
                                      .bytes = (uint32_t)batch->size,
                                      .first = batch->first,
                                      .last = batch->last };
    struct record_header header = { .size = FOOTER_PAYLOAD_BYTES,
                                    .type = FOOTER_TYPE,
                                    .seq = batch->last,
                                    .time_ms = batch->last_time_ms };
    uint8_t *at = batch->data + batch->size;

    for (uint32_t i = 0; i < batch->count; i++) {
        struct record_header *record = (void *)(batch->data + batch->offsets[i]);
        record->crc = format_record_crc(record, log->salt);
        payload.crc = crc32c(payload.crc, &record->crc, sizeof(record->crc));
    }
    memcpy(payload.previous, log->previous, FORMAT_HASH_SIZE);
    memcpy(at, &header, sizeof(header));
    memcpy(at + sizeof(header), &payload, sizeof(payload));
    struct record_header *footer = (void *)at;
    footer->crc = format_record_crc(footer, log->salt);
    return (uint32_t)batch->size + FOOTER_BYTES;
}

static int append(struct log *log, struct log_batch *batch)
{
    uint64_t size = batch->size + FOOTER_BYTES;
    uint64_t end = log->segment_count == 0 ? 0 : log->segments[log->segment_count - 1].end;

    if (log->segment_count == 0 || end + size > log->segment_bytes) {
        int r = roll(log, batch->first);
        if (r != 0)
            return r;
        end = SEGMENT_HEADER_BYTES;
    }
    seal(log, batch);
    int r = io_write_at(log->fd, batch->data, size, end);
    if (r == 0)
        r = io_sync(log->fd);
    if (r < 0)
        return r;
    format_footer_hash(batch->data + batch->size, log->previous);

    pthread_mutex_lock(&log->mutex);
    struct segment *segment = &log->segments[log->segment_count - 1];
    uint64_t indexed =
        segment->place_count == 0 ? 0 : segment->places[segment->place_count - 1].offset;
    if (indexed == 0 || end - indexed >= INDEX_STEP_BYTES)
        r = inside_add_place(segment, batch->first, batch->last_time_ms, end);
    segment->end = end + size;
    segment->last = batch->last;
    segment->last_time_ms = batch->last_time_ms;
    pthread_mutex_unlock(&log->mutex);
    atomic_store_explicit(&log->head_time_ms, batch->last_time_ms, memory_order_release);
    atomic_store_explicit(&log->head, batch->last, memory_order_release);
    return r;
}

int log_append(struct log *log, struct log_batch *batch)
{
    if (log->broken != 0)
        return log->broken;
    if (batch->count == 0 || batch->first != log_head(log) + 1)
        return FAULT(-EINVAL);
    if (batch->size + FOOTER_BYTES + SEGMENT_HEADER_BYTES > log->segment_bytes)
        return FAULT(-EFBIG);
    int r = append(log, batch);
    if (r < 0)
        log->broken = r;
    return r;
}

static struct segment oldest(struct log *log)
{
    pthread_mutex_lock(&log->mutex);
    struct segment segment = log->segments[0]; /* readers fill in what they find of it */
    pthread_mutex_unlock(&log->mutex);
    return segment;
}

/* Whether the oldest segment may go; of one that was sealed before the start, when it ended is read
 * from it, once. */
static int may_cut(struct log *log, uint64_t seq, uint64_t before_ms, bool *ret_may)
{
    *ret_may = false;
    if (log->segment_count < 2)
        return 0;
    struct segment segment = oldest(log);
    if (segment.last >= seq)
        return 0;
    int r = segment.last_time_ms == 0 ? inside_load(log, segment.first) : 0;
    segment = oldest(log);
    *ret_may = r == 0 && segment.last_time_ms != 0 && segment.last_time_ms < before_ms;
    return r;
}

int log_cut(struct log *log, uint64_t seq, uint64_t before_ms)
{
    char path[4096];
    bool may;

    while (true) {
        int r = may_cut(log, seq, before_ms, &may);
        if (r < 0 || !may)
            return r;
        inside_path(log, log->segments[0].first, path);
        pthread_mutex_lock(&log->mutex);
        free(log->segments[0].places);
        log->segment_count--;
        memmove(log->segments, log->segments + 1, log->segment_count * sizeof(*log->segments));
        pthread_mutex_unlock(&log->mutex);
        if (unlink(path) != 0)
            return FAULT(-errno);
        r = io_sync_directory(log->path);
        if (r < 0)
            return r;
    }
}
