/*
 * The broker's disk, in some of the seeds: the segments of broker/log as they are, on a folder whose
 * every call is written down (crash/lib/recorder.h).  A flush of the simulator is a log_append; when
 * the broker is killed, the power is cut: the disk of a random moment since the last flush was
 * promised is made from what was written down, with writes lost, kept, in part or torn, and the log
 * recovers from it.  What it then holds is what the world goes on with.
 *
 * Judged at each cut: nothing that was promised is lost, nothing is there that was not being
 * written, and every record is the one that was appended.  And H11: the roots that somebody has kept
 * are those of the log in the end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crash/lib/images.h"
#include "log/log.h"
#include "log/merkle.h"
#include "sim/sim.h"

enum { SEGMENT_BYTES = 256 << 10, BATCH = 100, RECORD_BYTES = 1 << 17, KEEP_EACH = 10 };

struct kept_root {
    uint64_t size;
    uint8_t root[MERKLE_HASH_SIZE];
};

struct sim_disk {
    char folders[2][64];
    unsigned now; /* which of them is the disk */
    struct log *log;
    struct log_batch *batch;
    struct log_reader *reader;
    struct recording recording;
    size_t promised;    /* events up to the last flush that was told            */
    struct merkle tree; /* over what is appended                                */
    uint64_t flushes;
    struct kept_root *roots;
    uint32_t root_count;
    uint32_t root_room;
};

static void must(bool condition, const char *what)
{
    if (condition)
        return;
    fprintf(stderr, "sim/disk.c: %s\n", what);
    abort();
}

/* ---- records ------------------------------------------------------------------------------------------- */

static size_t pack(const struct world_record *record, uint8_t bytes[RECORD_BYTES])
{
    size_t source_size = strlen(record->source) + 1;

    must(source_size + record->size < RECORD_BYTES, "a record is too large");
    memcpy(bytes, record->source, source_size);
    memcpy(bytes + source_size, record->bytes, record->size);
    return source_size + record->size;
}

static void add_record(struct sim_disk *disk, const struct world_record *record)
{
    static uint8_t bytes[RECORD_BYTES];
    size_t size = pack(record, bytes);
    enum log_type type = record->message ? LOG_MESSAGE : LOG_BOOKKEEPING;
    uint8_t hash[MERKLE_HASH_SIZE];

    void *room = log_batch_add(disk->batch, type, record->seq, record->time_ms, (uint32_t)size);
    must(room != NULL, "a batch is full");
    memcpy(room, bytes, size);
    log_record_hash(
        &(struct log_record){ type, record->seq, record->time_ms, slice_of(bytes, size) }, hash);
    merkle_add(&disk->tree, hash);
}

static void append(struct sim *sim, uint64_t first, uint64_t last)
{
    struct sim_disk *disk = sim->disk;

    log_batch_reset(disk->batch);
    for (uint64_t seq = first; seq <= last; seq++)
        add_record(disk, &sim->world.log[seq - 1]);
    must(log_append(disk->log, disk->batch) == 0, "an append fails");
}

static void prepare(struct sim_disk *disk)
{
    bool more = true;

    while (more)
        must(log_prepare(disk->log, &more) == 0, "a segment cannot be filled ahead");
}

static void open_log(struct sim_disk *disk)
{
    struct log_options options = { .path = disk->folders[disk->now],
                                   .segment_bytes = SEGMENT_BYTES };

    must(log_open(&options, &disk->log) == 0, "the log does not open");
    must(log_reader_open(disk->log, 64 << 10, &disk->reader) == 0, "no reader");
}

static void close_log(struct sim_disk *disk)
{
    log_reader_close(disk->reader);
    log_close(disk->log);
}

/* ---- what it holds ------------------------------------------------------------------------------------- */

/* Reads the log from the disk; each record is the one that was appended.  The tree is that of what is
 * read, and what was kept of it earlier is held against it (H11). */
static void read_all(struct sim *sim)
{
    static uint8_t bytes[RECORD_BYTES];
    struct sim_disk *disk = sim->disk;
    struct log_record record;
    uint8_t hash[MERKLE_HASH_SIZE];
    uint32_t next_root = 0;
    uint64_t seq = 1;

    merkle_open(&disk->tree);
    log_reader_seek(disk->reader, 1);
    for (; log_reader_next(disk->reader, &record) == 0; seq++) {
        const struct world_record *wanted = &sim->world.log[seq - 1];
        if (seq > sim->world.appended || record.seq != seq || record.time_ms != wanted->time_ms
            || !slice_equal(record.payload, slice_of(bytes, pack(wanted, bytes)))) {
            sim_wrong(sim, "H3: the disk has another record %llu", (unsigned long long)seq);
            return;
        }
        log_record_hash(&record, hash);
        merkle_add(&disk->tree, hash);
        for (; next_root < disk->root_count && disk->roots[next_root].size == seq; next_root++) {
            merkle_root(&disk->tree, hash);
            if (memcmp(hash, disk->roots[next_root].root, sizeof(hash)) != 0)
                sim_wrong(sim, "H11: the root at %llu is not the one that was kept",
                          (unsigned long long)seq);
        }
    }
    if (seq != log_head(disk->log) + 1)
        sim_wrong(sim, "H1: %llu cannot be read from the disk", (unsigned long long)seq);
    if (next_root < disk->root_count)
        sim_wrong(sim, "H11: the root at %llu is of no log any more",
                  (unsigned long long)disk->roots[next_root].size);
}

static void keep_root(struct sim *sim)
{
    struct sim_disk *disk = sim->disk;

    if (disk->flushes++ % KEEP_EACH != 0)
        return;
    disk->roots =
        sim_grow(disk->roots, disk->root_count + 1, &disk->root_room, sizeof(*disk->roots));
    disk->roots[disk->root_count].size = disk->tree.size;
    merkle_root(&disk->tree, disk->roots[disk->root_count++].root);
}

/* ---- flushes, cuts ------------------------------------------------------------------------------------- */

void disk_open(struct sim *sim)
{
    struct sim_disk *disk = calloc(1, sizeof(*disk));
    const char *parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";

    must(disk != NULL && log_batch_open(&disk->batch) == 0, "no memory");
    sim->disk = disk;
    merkle_open(&disk->tree);
    for (unsigned i = 0; i < 2; i++) {
        snprintf(disk->folders[i], sizeof(disk->folders[i]), "%s/carebus-sim-%d-%u", parent,
                 (int)getpid(), i);
        images_empty(disk->folders[i]);
    }
    open_log(disk);
    for (uint64_t seq = 1; seq <= sim->world.durable; seq += BATCH)
        append(sim, seq,
               seq + BATCH - 1 < sim->world.durable ? seq + BATCH - 1 : sim->world.durable);
    close_log(disk);
    recorder_knobs = (struct recorder_knobs){ .no_sync = sim->wrong == WRONG_NO_SYNC };
    recorder_start(&disk->recording, disk->folders[disk->now]);
    open_log(disk);
    disk->promised = disk->recording.count;
}

void disk_flush(struct sim *sim, uint64_t to)
{
    append(sim, sim->world.durable + 1, to);
    prepare(sim->disk);
}

void disk_flushed(struct sim *sim)
{
    sim->disk->promised = sim->disk->recording.count;
    keep_root(sim);
}

uint64_t disk_cut(struct sim *sim)
{
    struct sim_disk *disk = sim->disk;
    struct recording old = disk->recording;
    uint64_t acknowledged;
    uint64_t begun;

    recorder_stop();
    close_log(disk);
    disk->now = 1 - disk->now;
    struct images images = { .recording = &old,
                             .folder = disk->folders[disk->now],
                             .random = (unsigned)sim_roll(sim, 1U << 31),
                             .from = disk->promised };
    images_make_one(&images, &acknowledged, &begun);
    recorder_free(&old);
    recorder_start(&disk->recording, disk->folders[disk->now]);
    open_log(disk);
    disk->promised = disk->recording.count;
    uint64_t head = log_head(disk->log);
    if (head < sim->world.durable) {
        sim_wrong(sim, "H1: the disk has lost what was promised: %llu of %llu are there",
                  (unsigned long long)head, (unsigned long long)sim->world.durable);
        return 0;
    }
    read_all(sim);
    return head < sim->world.appended ? head - sim->world.durable
                                      : sim->world.appended - sim->world.durable;
}

void disk_judge(struct sim *sim)
{
    if (log_head(sim->disk->log) != sim->world.durable)
        sim_wrong(sim, "H1: the disk ends at %llu, and the log at %llu",
                  (unsigned long long)log_head(sim->disk->log),
                  (unsigned long long)sim->world.durable);
    read_all(sim);
}

void disk_close(struct sim *sim)
{
    struct sim_disk *disk = sim->disk;

    recorder_stop();
    close_log(disk);
    recorder_knobs = (struct recorder_knobs){ 0 };
    recorder_free(&disk->recording);
    for (unsigned i = 0; i < 2; i++) {
        images_empty(disk->folders[i]);
        rmdir(disk->folders[i]);
    }
    log_batch_close(disk->batch);
    free(disk->roots);
    free(disk);
}
