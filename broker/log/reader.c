/*
 * Reads what is durable, with pread into a buffer of its own: memory stays flat, and no read touches
 * what an append is writing.
 */
#include <fcntl.h>
#include <stdlib.h>
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

int inside_load(struct log *log, uint64_t first)
{
    struct segment found = { .first = first };
    struct segment_header header;
    struct recovered state;
    struct mapped mapped;

    int r = inside_map_segment(log, first, &mapped);
    if (r < 0)
        return r;
    /* A damaged header was said at the opening; the batches speak for themselves. */
    bool good = format_segment_good(mapped.bytes, &header);
    r = recover_scan(mapped.bytes, mapped.size, log->salt, &found, good ? header.previous : NULL,
                     &state);
    inside_unmap(&mapped);
    if (r < 0) {
        free(found.places);
        return r;
    }
    pthread_mutex_lock(&log->mutex);
    for (uint32_t i = 0; i + 1 < log->segment_count; i++) {
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
        int r = inside_load(log, first);
        if (r < 0)
            return r;
    }
    pthread_mutex_lock(&log->mutex);
    segment = segment_of(log, reader->next);
    reader->place = segment == NULL ? SEGMENT_HEADER_BYTES : place_of(segment, reader->next);
    pthread_mutex_unlock(&log->mutex);
    return open_segment(reader, first);
}

/* How far the open segment may be read, and which one follows (0: none).  LOG_CUT: it is no more. */
static int limit_of(struct log_reader *reader, uint64_t *ret_limit, uint64_t *ret_following)
{
    struct log *log = reader->log;
    int r = LOG_CUT;

    pthread_mutex_lock(&log->mutex);
    struct segment *segment = segment_of(log, reader->first);
    if (segment != NULL && segment->first == reader->first) {
        bool is_last = segment == &log->segments[log->segment_count - 1];
        *ret_limit = is_last ? segment->end : log->segment_bytes;
        *ret_following = is_last ? 0 : segment[1].first;
        r = 0;
    }
    uint64_t kept = log->segments[0].first;
    pthread_mutex_unlock(&log->mutex);
    if (r == LOG_CUT) {
        reader->place = 0;
        reader->bad_last = kept - 1;
    }
    return r;
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

/* Behind a bad spot: 0 when the record that is wanted comes after it all the same (a footer was
 * hit, or what lies before the record).  LOG_DAMAGED: it does not, and what does come tells how far
 * the hole goes.  Whether a header is looked at more closely is told by its sequence alone, so that
 * this is one pass. */
static int pass_over(struct log_reader *reader, uint64_t limit, uint64_t following)
{
    uint64_t most = following != 0 ? following - 1 : log_head(reader->log);
    uint64_t from = reader->place;
    uint64_t there;

    while (true) {
        const struct record_header *header;
        reader->place += RECORD_ALIGNMENT;
        int r = fill(reader, RECORD_HEADER_BYTES, limit, &there);
        if (r < 0)
            return r;
        if (there < RECORD_HEADER_BYTES)
            break;
        header = (const void *)(reader->buffer + (reader->place - reader->start));
        if (header->seq < reader->next || header->seq > most)
            continue;
        r = record_at(reader, limit, &header);
        if (r < 0)
            return r;
        if (r != 0)
            continue;
        if (header->type != FOOTER_TYPE && header->seq == reader->next)
            return 0;
        most = header->type == FOOTER_TYPE ? header->seq : header->seq - 1;
        break;
    }
    reader->bad_last = most;
    reader->place = from;
    return LOG_DAMAGED;
}

/* The place of a sequence is known: reads on from there until it comes. */
static int read_on(struct log_reader *reader, const struct record_header **ret_header)
{
    uint64_t following;
    uint64_t limit;

    int r = limit_of(reader, &limit, &following);
    while (r == 0) {
        if (following != 0 && reader->next >= following) {
            r = open_segment(reader, following);
            reader->place = SEGMENT_HEADER_BYTES;
            if (r == 0)
                r = limit_of(reader, &limit, &following);
            continue;
        }
        r = record_at(reader, limit, ret_header);
        if (r < 0)
            return r;
        /* Zeros before the end are damage as well. */
        if (r != 0 || ((*ret_header)->type != FOOTER_TYPE && (*ret_header)->seq > reader->next)) {
            r = pass_over(reader, limit, following);
            continue;
        }
        reader->place += format_record_bytes((*ret_header)->size);
        if ((*ret_header)->type != FOOTER_TYPE && (*ret_header)->seq == reader->next)
            return 0;
    }
    return r;
}

int log_reader_next(struct log_reader *reader, struct log_record *ret_record)
{
    const struct record_header *header;

    if (reader->next > log_head(reader->log))
        return LOG_END;
    ret_record->seq = reader->next;
    int r = reader->place == 0 ? find(reader) : 0;
    if (r == 0)
        r = read_on(reader, &header);
    if (r != 0)
        return r;
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

/* ---- a time -------------------------------------------------------------------------------------- */

/* Where to look between `low` and `high`: at the beginning of a segment while there is one in
 * between, for it is found without reading the segment. */
static uint64_t probe(struct log *log, uint64_t low, uint64_t high)
{
    uint64_t middle = low + (high - low) / 2;

    pthread_mutex_lock(&log->mutex);
    const struct segment *segment = segment_of(log, middle);
    const struct segment *last = &log->segments[log->segment_count - 1];
    if (segment != NULL && segment->first > low)
        middle = segment->first;
    else if (segment != NULL && segment < last && segment[1].first < high)
        middle = segment[1].first;
    pthread_mutex_unlock(&log->mutex);
    return middle;
}

/* Whether record `seq`, or what can be read behind it, is at or after the time.  What cannot be read
 * is never passed over: it counts as what follows it. */
static int is_at(struct log_reader *reader, uint64_t seq, uint64_t time_ms, bool *ret_at,
                 uint64_t *ret_last)
{
    struct log_record record = { 0 };
    uint64_t first;
    int r;

    log_reader_seek(reader, seq);
    while ((r = log_reader_next(reader, &record)) == LOG_DAMAGED || r == LOG_CUT)
        log_reader_skip(reader, &first, ret_last);
    *ret_at = r == LOG_END || record.time_ms >= time_ms;
    *ret_last = record.seq;
    return r < 0 ? r : 0;
}

int log_seq_at(struct log_reader *reader, uint64_t time_ms, uint64_t *ret_seq)
{
    uint64_t low = log_first(reader->log);
    uint64_t high = log_head(reader->log) + 1;

    while (low < high) {
        uint64_t middle = probe(reader->log, low, high);
        uint64_t last;
        bool at;
        int r = is_at(reader, middle, time_ms, &at, &last);
        if (r < 0)
            return r;
        if (at)
            high = middle;
        else
            low = last + 1;
    }
    *ret_seq = low;
    return 0;
}
