/*
 * The log's second door: bytes on a disk.
 *
 * The first byte chooses.  Even: the rest is a segment's content as it is.  Odd: batches are written
 * as the rest says, wounded as it says, and then opened and read by the log itself: nothing that was
 * not written is served, nothing is passed over without a word.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "log/format.h"
#include "log/inside.h"

enum { SEGMENT = 64 << 10, PAYLOAD_MOST = 300, OPS_MOST = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* ---- as it is ------------------------------------------------------------------------------------- */

static void try_raw(const uint8_t *data, size_t size)
{
    static const uint8_t previous[FORMAT_HASH_SIZE];
    struct segment segment = { .first = 1 };
    struct recovered found;

    uint8_t *bytes = malloc(SEGMENT_HEADER_BYTES + size);
    assert(bytes != NULL);
    memset(bytes, 0, SEGMENT_HEADER_BYTES);
    memcpy(bytes + SEGMENT_HEADER_BYTES, data, size);
    int r = recover_scan(bytes, SEGMENT_HEADER_BYTES + size, 0, &segment, previous, &found);
    assert(r == 0 && found.end <= SEGMENT_HEADER_BYTES + size);
    assert(found.last + 1 >= segment.first);
    free(segment.places);
    free(bytes);
}

/* ---- written, wounded, read ----------------------------------------------------------------------- */

struct ops {
    const uint8_t *at;
    size_t left;
};

static uint32_t take(struct ops *ops, unsigned bytes)
{
    uint32_t number = 0;

    for (; bytes > 0 && ops->left > 0; bytes--, ops->left--)
        number = number << 8 | *ops->at++;
    return number;
}

static uint32_t payload_of(uint64_t seq, uint8_t bytes[PAYLOAD_MOST])
{
    uint32_t size = 1 + (uint32_t)(seq * 53 % PAYLOAD_MOST);

    for (uint32_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(seq * 29 + i);
    return size;
}

static void add_batch(struct log *log, struct log_batch *batch, uint32_t count)
{
    uint8_t bytes[PAYLOAD_MOST];

    log_batch_reset(batch);
    for (uint64_t seq = log_head(log) + 1; count > 0; count--, seq++) {
        uint32_t size = payload_of(seq, bytes);
        memcpy(log_batch_add(batch, LOG_MESSAGE, seq, seq, size), bytes, size);
    }
    int r = log_append(log, batch);
    assert(r == 0);
}

static void read_all(struct log *log, struct log_reader *reader)
{
    uint8_t bytes[PAYLOAD_MOST];
    struct log_record record;
    uint64_t seq = 1;
    uint64_t first;
    uint64_t last;
    int r;

    log_reader_seek(reader, 1);
    while ((r = log_reader_next(reader, &record)) != LOG_END) {
        assert(r == 0 || r == LOG_DAMAGED);
        if (r == LOG_DAMAGED) {
            log_reader_skip(reader, &first, &last);
            assert(first == seq && last >= first && last <= log_head(log));
            seq = last + 1;
            continue;
        }
        assert(record.seq == seq && record.payload.size == payload_of(seq, bytes)
               && memcmp(record.payload.data, bytes, record.payload.size) == 0);
        seq++;
    }
    assert(seq == log_head(log) + 1);
}

/* A wound: bytes from the input at an offset of a segment of the input's choice. */
static void wound(const char *folder, uint64_t first, struct ops *ops)
{
    char path[4096];
    uint8_t bytes[256];
    uint64_t offset = take(ops, 2);
    uint32_t size = take(ops, 1);

    snprintf(path, sizeof(path), "%s/%020llu.log", folder, (unsigned long long)first);
    for (uint32_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)take(ops, 1);
    int fd = open(path, O_WRONLY);
    if (fd < 0)
        return;
    ssize_t written = pwrite(fd, bytes, size, (off_t)(offset % SEGMENT));
    assert(written >= 0);
    close(fd);
}

/* The folder of this process, empty; gone when it ends. */
static char folder[64];

static void remove_folder(void)
{
    char path[128];

    snprintf(path, sizeof(path), "%s/lock", folder);
    unlink(path);
    snprintf(path, sizeof(path), "%s/next", folder);
    unlink(path);
    rmdir(folder);
}

static void try_log(const uint8_t *data, size_t size)
{
    static struct log_batch *batch;
    struct log_options options = { .path = folder, .segment_bytes = SEGMENT };
    struct ops ops = { data, size };
    struct log_reader *reader;
    struct log *log;
    char path[128];

    if (folder[0] == '\0') {
        snprintf(folder, sizeof(folder), "%s/carebus-fuzz-%d",
                 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", (int)getpid());
        int r = log_batch_open(&batch);
        assert(r == 0);
        atexit(remove_folder);
    }
    int r = log_open(&options, &log);
    assert(r == 0);
    for (uint32_t batches = take(&ops, 1) % 16 + 1; batches > 0; batches--)
        add_batch(log, batch, take(&ops, 1) % 8 + 1);
    log_close(log);
    for (int i = 0; i < OPS_MOST && ops.left > 0; i++)
        wound(folder, 1, &ops);
    r = log_open(&options, &log);
    assert(r == 0 || r == -EBADMSG);
    if (r == 0) {
        r = log_reader_open(log, 0, &reader);
        assert(r == 0);
        read_all(log, reader);
        add_batch(log, batch, 3);
        read_all(log, reader);
        log_reader_close(reader);
        log_close(log);
    }
    snprintf(path, sizeof(path), "%s/%020d.log", folder, 1);
    unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    say_set_level(SAY_SILENT);
    if (size == 0)
        return 0;
    if (data[0] % 2 == 0)
        try_raw(data + 1, size - 1);
    else
        try_log(data + 1, size - 1);
    return 0;
}
