/*
 * Reads what is durable, with pread into a buffer of its own: memory stays flat, and no read touches
 * what an append is writing.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/io.h"
#include "log/inside.h"

struct log_reader {
    struct log *log;
    uint64_t next; /* the sequence that is read next */
    int fd;
    uint64_t first; /* of the open segment */
    uint64_t place; /* offset in the file of what is read next; 0: to be found */
    uint8_t *buffer;
    uint32_t room;
    uint64_t start; /* offset in the file of the buffer's first byte */
    uint32_t filled;
    uint64_t bad_last; /* after LOG_DAMAGED or LOG_CUT */
};

int log_reader_open(struct log *log, uint32_t buffer_bytes, struct log_reader **ret_reader)
{
    struct log_reader *reader = calloc(1, sizeof(*reader));
    if (reader == NULL)
        return FAULT(-ENOMEM);
    reader->log = log;
    reader->next = 1;
    reader->fd = -1;
    reader->room = buffer_bytes < (64 << 10) ? 64 << 10 : buffer_bytes;
    reader->buffer = malloc(reader->room);
    if (reader->buffer == NULL) {
        free(reader);
        return FAULT(-ENOMEM);
    }
    *ret_reader = reader;
    return 0;
}

void log_reader_close(struct log_reader *reader)
{
    if (reader == NULL)
        return;
    if (reader->fd >= 0)
        close(reader->fd);
    free(reader->buffer);
    free(reader);
}

void log_reader_seek(struct log_reader *reader, uint64_t seq)
{
    if (seq == reader->next)
        return;
    reader->next = seq == 0 ? 1 : seq;
    reader->place = 0;
}

/* ---- where a sequence is ------------------------------------------------------------------------- */

/* A sealed segment's places, found by reading it once. */
static int load_places(struct log *log, uint64_t first)
{
    struct segment found = { .first = first };
    struct segment_header header;
    struct recovered state;
    struct stat status;
    char path[4096];

    inside_path(log, first, path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) != 0)
        return FAULT(-errno);
    uint64_t size = (uint64_t)status.st_size;
    void *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (bytes == MAP_FAILED)
        return FAULT(-errno);
    if (!format_segment_good(bytes, &header))
        memset(&header, 0,
               sizeof(header)); /* said at the opening; the batches speak for themselves */
    int r = recover_scan(bytes, size, log->salt, &found, header.previous, &state);
    munmap(bytes, size);
    if (r < 0) {
        free(found.places);
        return r;
    }
    pthread_mutex_lock(&log->mutex);
    for (uint32_t i = 0; i < log->segment_count; i++) {
        struct segment *segment = &log->segments[i];
        if (segment->first != first || segment->places != NULL)
            continue;
        segment->places = found.places;
        segment->place_count = found.place_count;
        segment->place_room = found.place_room;
        segment->end = state.end;
        segment->last_time_ms = state.last_time_ms;
        found.places = NULL;
    }
    pthread_mutex_unlock(&log->mutex);
    free(found.places);
    return 0;
}

/* The segment that holds `seq`, or the last one before it; with the mutex held. */
static struct segment *segment_of(struct log *log, uint64_t seq)
{
    struct segment *found = NULL;
    uint32_t low = 0;
    uint32_t high = log->segment_count;

    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (log->segments[middle].first <= seq) {
            found = &log->segments[middle];
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return found;
}

static uint64_t place_of(const struct segment *segment, uint64_t seq)
{
    uint64_t offset = SEGMENT_HEADER_BYTES;
    uint32_t low = 0;
    uint32_t high = segment->place_count;

    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (segment->places[middle].seq <= seq) {
            offset = segment->places[middle].offset;
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return offset;
}

static int open_segment(struct log_reader *reader, uint64_t first)
{
    char path[4096];

    if (reader->fd >= 0 && reader->first == first)
        return 0;
    if (reader->fd >= 0)
        close(reader->fd);
    inside_path(reader->log, first, path);
    reader->fd = open(path, O_RDONLY | O_CLOEXEC);
    reader->first = first;
    reader->filled = 0;
    if (reader->fd >= 0)
        return 0;
    if (errno != ENOENT)
        return FAULT(-errno);
    reader->place = 0; /* retention was here between the look and the opening */
    reader->bad_last = log_first(reader->log) - 1;
    return LOG_CUT;
}

/* The segment and a place at or before `next`.  LOG_CUT. */
static int find(struct log_reader *reader)
{
    struct log *log = reader->log;
    uint64_t first = 0;
    bool loaded = false;

    pthread_mutex_lock(&log->mutex);
    struct segment *segment = segment_of(log, reader->next);
    if (segment != NULL) {
        first = segment->first;
        loaded = segment->places != NULL || segment == &log->segments[log->segment_count - 1];
    } else if (log->segment_count > 0) {
        reader->bad_last = log->segments[0].first - 1;
    }
    pthread_mutex_unlock(&log->mutex);
    if (segment == NULL)
        return LOG_CUT;
    if (!loaded && reader->next != first) {
        int r = load_places(log, first);
        if (r < 0)
            return r;
    }
    pthread_mutex_lock(&log->mutex);
    segment = segment_of(log, reader->next);
    reader->place = segment == NULL ? SEGMENT_HEADER_BYTES : place_of(segment, reader->next);
    pthread_mutex_unlock(&log->mutex);
    return open_segment(reader, first);
}

/* How far the open segment may be read, and which one follows (0: none). */
static uint64_t limit_of(struct log_reader *reader, uint64_t *ret_following)
{
    struct log *log = reader->log;
    uint64_t limit = 0;

    *ret_following = 0;
    pthread_mutex_lock(&log->mutex);
    struct segment *segment = segment_of(log, reader->first);
    if (segment != NULL) {
        bool is_last = segment == &log->segments[log->segment_count - 1];
        limit = is_last ? segment->end : log->segment_bytes;
        *ret_following = is_last ? 0 : segment[1].first;
    }
    pthread_mutex_unlock(&log->mutex);
    return limit;
}

/* ---- reading ------------------------------------------------------------------------------------- */

/* Makes `need` bytes at `place` be in the buffer, or as many as the limit allows. */
static int fill(struct log_reader *reader, uint64_t need, uint64_t limit, uint64_t *ret_there)
{
    uint64_t end = reader->start + reader->filled;

    if (reader->filled > 0 && reader->place >= reader->start && reader->place + need <= end) {
        *ret_there = end - reader->place;
        return 0;
    }
    if (need > reader->room) {
        void *larger = realloc(reader->buffer, need);
        if (larger == NULL)
            return FAULT(-ENOMEM);
        reader->buffer = larger;
        reader->room = (uint32_t)need;
    }
    uint64_t left = limit > reader->place ? limit - reader->place : 0;
    size_t want = left < reader->room ? (size_t)left : reader->room;
    size_t got = 0;
    int r = want == 0 ? 0 : io_read_at(reader->fd, reader->buffer, want, reader->place, &got);
    reader->start = reader->place;
    reader->filled = (uint32_t)got;
    *ret_there = got;
    return r;
}

/* The next record at `place`, of any kind.  FORMAT_NOTHING: the end; FORMAT_BAD. */
static int record_at(struct log_reader *reader, uint64_t limit,
                     const struct record_header **ret_header)
{
    uint64_t there;

    int r = fill(reader, RECORD_HEADER_BYTES, limit, &there);
    if (r < 0)
        return r;
    const uint8_t *bytes = reader->buffer + (reader->place - reader->start);
    r = format_record(bytes, there, reader->log->salt, ret_header);
    if (r != FORMAT_SHORT)
        return r;
    if (there < RECORD_HEADER_BYTES)
        return FORMAT_NOTHING;
    uint64_t need = format_record_bytes((*ret_header)->size);
    if (need > limit - reader->place)
        return FORMAT_BAD;
    r = fill(reader, need, limit, &there);
    if (r < 0)
        return r;
    bytes = reader->buffer + (reader->place - reader->start);
    r = format_record(bytes, there, reader->log->salt, ret_header);
    return r == FORMAT_SHORT ? FORMAT_BAD : r;
}

/* Behind a bad record: up to where is nothing to be trusted?  The next whole batch tells. */
static void find_behind(struct log_reader *reader, uint64_t limit, uint64_t following)
{
    uint64_t from = reader->place;
    uint64_t there;

    reader->bad_last = following != 0 ? following - 1 : log_head(reader->log);
    for (reader->place += RECORD_ALIGNMENT; reader->place + RECORD_HEADER_BYTES <= limit;
         reader->place += RECORD_ALIGNMENT) {
        const struct record_header *header;
        if (record_at(reader, limit, &header) != 0 || header->type != FOOTER_TYPE
            || header->size != FOOTER_PAYLOAD_BYTES || header->seq < reader->next
            || header->seq > reader->bad_last)
            continue;
        reader->bad_last = header->seq;
        break;
    }
    (void)fill(reader, RECORD_HEADER_BYTES, limit, &there);
    reader->place = from;
}

int log_reader_next(struct log_reader *reader, struct log_record *ret_record)
{
    const struct record_header *header;
    uint64_t following;

    if (reader->next > log_head(reader->log))
        return LOG_END;
    ret_record->seq = reader->next;
    if (reader->place == 0) {
        int r = find(reader);
        if (r != 0)
            return r;
    }
    uint64_t limit = limit_of(reader, &following);
    while (true) {
        int r = record_at(reader, limit, &header);
        if (r < 0)
            return r;
        if (r == FORMAT_NOTHING && following != 0 && reader->next >= following) {
            r = open_segment(reader, following);
            if (r != 0)
                return r;
            reader->place = SEGMENT_HEADER_BYTES;
            limit = limit_of(reader, &following);
            continue;
        }
        if (r != 0 || (header->type != FOOTER_TYPE && header->seq > reader->next)) {
            /* Zeros before the end are damage as well. */
            find_behind(reader, limit, following);
            return LOG_DAMAGED;
        }
        reader->place += format_record_bytes(header->size);
        if (header->type != FOOTER_TYPE && header->seq == reader->next)
            break;
    }
    *ret_record = (struct log_record){
        .type = (enum log_type)header->type,
        .seq = header->seq,
        .time_ms = header->time_ms,
        .payload = slice_of(header + 1, header->size),
    };
    reader->next++;
    return 0;
}

void log_reader_skip(struct log_reader *reader, uint64_t *ret_first, uint64_t *ret_last)
{
    uint64_t last = reader->bad_last < reader->next ? reader->next : reader->bad_last;

    *ret_first = reader->next;
    *ret_last = last;
    log_reader_seek(reader, last + 1);
}

int log_seq_at(struct log_reader *reader, uint64_t time_ms, uint64_t *ret_seq)
{
    struct log_record record;
    uint64_t low = log_first(reader->log);
    uint64_t high = log_head(reader->log) + 1;

    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        uint64_t first;
        uint64_t last;
        log_reader_seek(reader, middle);
        int r = log_reader_next(reader, &record);
        if (r < 0)
            return r;
        if (r != 0) {
            log_reader_skip(reader, &first, &last);
            low = last + 1;
        } else if (record.time_ms >= time_ms) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    *ret_seq = low;
    return 0;
}
