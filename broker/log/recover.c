/*
 * What a log's folder holds after any crash.
 *
 * A batch is whole when each of its records and its footer is what was written.  Where a batch is not
 * whole, two things may have happened: the last batch was never flushed (a torn tail, which nobody
 * was told of: it is cut), or bytes that were flushed have changed (damage: it is said, kept, and
 * its range refused).  The next batch is written only after the flush of the one before, so a whole
 * batch behind the spot proves damage; its footer alone proves it as well.
 */
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/io.h"
#include "base/log.h"
#include "log/inside.h"

/* Where nothing was written, for a file that has not even a header. */
static const uint8_t nothing[SEGMENT_HEADER_BYTES];

int inside_map(int fd, struct mapped *ret_mapped)
{
    struct stat status;

    *ret_mapped = (struct mapped){ .bytes = nothing, .size = sizeof(nothing) };
    if (fstat(fd, &status) != 0)
        return FAULT(-errno);
    if (status.st_size < SEGMENT_HEADER_BYTES)
        return 0;
    void *map = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (map == MAP_FAILED)
        return FAULT(-errno);
    madvise(map, (size_t)status.st_size, MADV_SEQUENTIAL);
    *ret_mapped = (struct mapped){ .bytes = map, .size = (uint64_t)status.st_size, .map = map };
    return 0;
}

int inside_map_segment(const struct log *log, uint64_t first, struct mapped *ret_mapped)
{
    char path[4096];

    inside_path(log, first, path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return FAULT(-errno);
    int r = inside_map(fd, ret_mapped);
    close(fd);
    return r;
}

void inside_unmap(struct mapped *mapped)
{
    if (mapped->map != NULL)
        munmap(mapped->map, mapped->size);
}

static void say_damaged(const struct segment *segment, uint64_t first, uint64_t last,
                        uint64_t offset)
{
    say_error("log.damaged",
              "first=%" PRIu64 " last=%" PRIu64 " segment=%" PRIu64 " offset=%" PRIu64, first, last,
              segment->first, offset);
}

int recover_scan(const uint8_t *bytes, uint64_t size, uint32_t salt, struct segment *segment,
                 const uint8_t *previous, struct recovered *ret)
{
    uint64_t offset = SEGMENT_HEADER_BYTES;
    uint64_t indexed = 0;
    struct format_batch batch;

    *ret = (struct recovered){ .end = offset, .last = segment->first - 1 };
    if (previous != NULL)
        memcpy(ret->hash, previous, FORMAT_HASH_SIZE);
    while (true) {
        int r = format_batch(bytes + offset, size - offset, salt, ret->last + 1, &batch);
        bool chained = r == 0
                       && ((previous == NULL && ret->last_batch == 0)
                           || memcmp(batch.footer->previous, ret->hash, FORMAT_HASH_SIZE) == 0);
        if (!chained) {
            uint64_t from = offset + RECORD_ALIGNMENT;
            bool whole;
            /* Zeros too may be what damage left: the end is where no footer is behind. */
            if (!format_find(bytes, size, salt, ret->last + 2, &from, &batch, &whole)) {
                ret->torn = r != FORMAT_NOTHING;
                return 0;
            }
            uint64_t damaged = whole ? batch.footer->first - 1 : batch.footer->last;
            say_damaged(segment, ret->last + 1, damaged, offset);
            ret->damaged += damaged - ret->last;
            offset = from;
        }
        if (indexed == 0 || offset - indexed >= INDEX_STEP_BYTES) {
            int added = inside_add_place(segment, batch.footer->first, batch.time_ms, offset);
            if (added < 0)
                return added;
            indexed = offset;
        }
        format_footer_hash(batch.footer_bytes, ret->hash);
        offset += batch.size;
        ret->last_batch = offset - batch.size;
        ret->end = offset;
        ret->last = batch.footer->last;
        ret->last_time_ms = batch.time_ms;
    }
}

/* ---- the folder ---------------------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
    uint64_t first = *(const uint64_t *)a;
    uint64_t second = *(const uint64_t *)b;

    return (first > second) - (first < second);
}

static int list(const char *path, uint64_t **ret_firsts, uint32_t *ret_count)
{
    DIR *folder = opendir(path);
    uint64_t *firsts = NULL;
    uint32_t count = 0;
    struct dirent *entry;

    if (folder == NULL)
        return FAULT(-errno);
    while ((entry = readdir(folder)) != NULL) {
        uint64_t first;
        int end = 0;
        if (sscanf(entry->d_name, "%20" SCNu64 ".log%n", &first, &end) != 1 || end != 24
            || entry->d_name[end] != '\0')
            continue;
        void *larger = realloc(firsts, (count + 1) * sizeof(*firsts));
        if (larger == NULL) {
            free(firsts);
            closedir(folder);
            return FAULT(-ENOMEM);
        }
        firsts = larger;
        firsts[count++] = first;
    }
    closedir(folder);
    if (count > 0)
        qsort(firsts, count, sizeof(*firsts), compare);
    *ret_firsts = firsts;
    *ret_count = count;
    return 0;
}

static int read_header(const struct log *log, uint64_t first, struct segment_header *ret_header)
{
    uint8_t bytes[SEGMENT_HEADER_BYTES];
    char path[4096];
    size_t size;

    inside_path(log, first, path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return FAULT(-errno);
    int r = io_read_at(fd, bytes, sizeof(bytes), 0, &size);
    close(fd);
    if (r < 0)
        return r;
    if (size < sizeof(bytes) || !format_segment_good(bytes, ret_header)
        || ret_header->first != first) {
        say_error("log.damaged_header", "segment=%" PRIu64, first);
        return FAULT(-EBADMSG);
    }
    return 0;
}

/* Zeros over what a torn batch left, so that it can never be taken for a record again. */
static int cut_tail(int fd, uint64_t end, uint64_t size)
{
    enum { PIECE = 256 << 10 };
    static const uint8_t zeros[PIECE];
    uint8_t *found = malloc(PIECE);
    int r = found == NULL ? FAULT(-ENOMEM) : 0;
    bool wrote = false;

    for (uint64_t offset = end; r == 0 && offset < size;) {
        size_t got;
        size_t want = size - offset < PIECE ? (size_t)(size - offset) : PIECE;
        r = io_read_at(fd, found, want, offset, &got);
        if (r == 0 && memcmp(found, zeros, got) != 0) {
            r = io_write_at(fd, zeros, want, offset);
            wrote = true;
        }
        offset += want;
    }
    free(found);
    if (r == 0 && wrote)
        r = io_sync(fd);
    return r;
}

/* A process that ended because a flush failed leaves pages in the cache that the disk does not have,
 * and the kernel calls them clean.  Only the last batch can be one of those (nothing is appended
 * after a failure), so it is written again, and flushed, before anybody may read it. */
static int write_again(int fd, const uint8_t *bytes, const struct recovered *found)
{
    if (found->last_batch == 0)
        return io_sync(fd);
    size_t size = (size_t)(found->end - found->last_batch);
    uint8_t *copy = malloc(size);
    if (copy == NULL)
        return FAULT(-ENOMEM);
    memcpy(copy, bytes + found->last_batch, size);
    int r = io_write_at(fd, copy, size, found->last_batch);
    free(copy);
    return r == 0 ? io_sync(fd) : r;
}

static int open_last(struct log *log, struct segment *segment, const struct segment_header *header)
{
    char path[4096];
    struct mapped mapped;
    struct recovered found;

    inside_path(log, segment->first, path);
    log->fd = open(path, O_RDWR | O_CLOEXEC);
    if (log->fd < 0)
        return FAULT(-errno);
    int r = inside_map(log->fd, &mapped);
    if (r < 0)
        return r;
    r = recover_scan(mapped.bytes, mapped.size, header->salt, segment, header->previous, &found);
    if (r == 0)
        r = write_again(log->fd, mapped.bytes, &found);
    uint64_t size = mapped.size;
    inside_unmap(&mapped);
    if (r < 0)
        return r;
    if (found.torn)
        say_warn("log.torn_tail", "after=%" PRIu64 " segment=%" PRIu64 " offset=%" PRIu64,
                 found.last, segment->first, found.end);
    r = cut_tail(log->fd, found.end, size);
    if (r < 0)
        return r;
    segment->end = found.end;
    segment->last = found.last;
    segment->last_time_ms = found.last_time_ms;
    memcpy(log->previous, found.hash, FORMAT_HASH_SIZE);
    atomic_store(&log->head, found.last);
    atomic_store(&log->head_time_ms, found.last_time_ms);
    return 0;
}

/* The last time of the segments before, for a last segment that is still empty. */
static int time_before(struct log *log, uint32_t count)
{
    for (uint32_t i = count; i-- > 0 && log_head_time_ms(log) == 0;) {
        int r = inside_load(log, log->segments[i].first);
        if (r < 0)
            return r;
        atomic_store(&log->head_time_ms, log->segments[i].last_time_ms);
    }
    return 0;
}

/* The header of a sealed segment may be damaged without stopping anybody: reads of it will answer
 * LOG_DAMAGED.  That of the last one may not: where it ends, and what comes next, would be a guess. */
static int note_segment(struct log *log, uint64_t first, bool is_last,
                        struct segment_header *ret_header)
{
    int r = read_header(log, first, ret_header);
    if (r < 0 && (r != -EBADMSG || is_last))
        return r;
    if (r == 0 && log->identity != 0 && ret_header->identity != log->identity) {
        say_error("log.foreign_segment", "segment=%" PRIu64, first);
        return FAULT(-EBADMSG);
    }
    if (r == 0) {
        log->identity = ret_header->identity;
        log->salt = ret_header->salt;
        log->segment_bytes = ret_header->size;
    }
    if (log->segment_count > 0)
        log->segments[log->segment_count - 1].last = first - 1;
    return inside_add_segment(log, first) == NULL ? FAULT(-ENOMEM) : 0;
}

int recover_log(struct log *log)
{
    struct segment_header header;
    uint64_t *firsts = NULL;
    uint32_t count = 0;

    int r = list(log->path, &firsts, &count);
    for (uint32_t i = 0; r == 0 && i < count; i++)
        r = note_segment(log, firsts[i], i + 1 == count, &header);
    /* A rename whose directory was not flushed is seen, and may still be lost. */
    if (r == 0)
        r = io_sync_directory(log->path);
    if (r == 0 && count > 0) {
        r = open_last(log, &log->segments[count - 1], &header);
        if (r == 0)
            r = time_before(log, count - 1);
    }
    free(firsts);
    return r;
}
