#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crash/lib/subjects.h"
#include "log/log.h"

enum { SEGMENT = 64 << 10, PAYLOAD_MOST = 1800, NEW_BATCH = 3 };

static uint32_t payload_of(uint64_t seq, uint8_t bytes[PAYLOAD_MOST])
{
    uint64_t state = seq * 0x9e3779b97f4a7c15ULL + 1;
    uint32_t size = 1 + (uint32_t)(state >> 40) % (seq % 4 == 0 ? PAYLOAD_MOST : 120);

    for (uint32_t i = 0; i < size; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes[i] = (uint8_t)state;
    }
    return size;
}

static int add_batch(struct log *log, struct log_batch *batch, uint32_t count)
{
    uint8_t bytes[PAYLOAD_MOST];
    uint64_t seq = log_head(log) + 1;

    log_batch_reset(batch);
    for (; count > 0; count--, seq++) {
        uint32_t size = payload_of(seq, bytes);
        memcpy(log_batch_add(batch, LOG_MESSAGE, seq, seq, size), bytes, size);
    }
    recorder_begin(seq - 1);
    if (recorder_knobs.early_number != 0) {
        recorder_knobs.early = true;
        recorder_knobs.early_number = seq - 1;
    }
    int r = log_append(log, batch);
    if (r == 0)
        recorder_acknowledge(seq - 1);
    return r;
}

/* Batches, now and then a slice of the next segment ahead, a restart, and retention. */
static bool work(const char *folder, unsigned steps, unsigned *random)
{
    struct log_options options = { .path = folder, .segment_bytes = SEGMENT };
    struct log_batch *batch;
    struct log *log;
    bool more;

    if (log_open(&options, &log) != 0)
        return false;
    int r = log_batch_open(&batch);
    for (unsigned i = 0; r == 0 && i < steps; i++) {
        unsigned what = (unsigned)rand_r(random) % 100;
        r = add_batch(log, batch, 1 + (uint32_t)rand_r(random) % 8);
        if (r == 0 && what < 10)
            r = log_prepare(log, &more);
        if (r == 0 && what >= 94) {
            log_close(log);
            r = log_open(&options, &log);
            if (r != 0)
                log = NULL;
        }
        if (r == 0 && what == 93 && log_head(log) > 100)
            r = log_cut(log, log_head(log) - 100, UINT64_MAX);
    }
    log_batch_close(batch);
    log_close(log);
    return r == 0;
}

static const char *read_all(struct log *log, char text[256])
{
    uint8_t bytes[PAYLOAD_MOST];
    struct log_reader *reader;
    struct log_record record;
    uint64_t seq = log_first(log);
    const char *wrong = NULL;

    if (log_reader_open(log, 0, &reader) != 0)
        return "no reader";
    log_reader_seek(reader, seq);
    for (; wrong == NULL && seq <= log_head(log); seq++) {
        int r = log_reader_next(reader, &record);
        snprintf(text, 256, "record %" PRIu64 " of %" PRIu64 " is wrong (%d)", seq, log_head(log),
                 r);
        if (r != 0 || record.seq != seq || record.time_ms != seq
            || record.payload.size != payload_of(seq, bytes)
            || memcmp(record.payload.data, bytes, record.payload.size) != 0)
            wrong = text;
    }
    log_reader_close(reader);
    return wrong;
}

static const char *judge_open(struct log *log, uint64_t acknowledged, uint64_t begun,
                              char text[256])
{
    static struct log_batch *batch; /* 5 MiB that need not be asked for 50,000 times */
    uint64_t head = log_head(log);

    snprintf(text, 256, "head %" PRIu64 ", acknowledged %" PRIu64 ", begun %" PRIu64, head,
             acknowledged, begun);
    if (head < acknowledged || head > begun)
        return text;
    if (head > 0 && log_first(log) > (head > 100 ? head - 99 : 1))
        return "retention took more than was asked";
    if (batch == NULL && log_batch_open(&batch) != 0)
        return "no batch";
    if (add_batch(log, batch, NEW_BATCH) != 0 || log_head(log) != head + NEW_BATCH)
        return "no new batch is taken";
    return read_all(log, text);
}

static const char *judge(void *context, const char *folder, uint64_t acknowledged, uint64_t begun)
{
    static char text[256];
    static unsigned count;
    struct log_options options = { .path = folder, .segment_bytes = SEGMENT };
    struct log *log;

    (void)context;
    if (log_open(&options, &log) != 0)
        return "it does not open";
    const char *wrong = judge_open(log, acknowledged, begun, text);
    uint64_t head = log_head(log);
    log_close(log);
    if (wrong != NULL || count++ % 8 != 0)
        return wrong;
    if (log_open(&options, &log) != 0)
        return "it does not open again";
    wrong = log_head(log) != head ? "the new batch was lost" : read_all(log, text);
    log_close(log);
    return wrong;
}

const struct subject subject_log = { "segments", work, judge };
