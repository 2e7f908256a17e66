#include "crash/day/log.h"

#include <stdlib.h>
#include <string.h>

#include "crash/kill/kill.h"
#include "log/log.h"

enum { BUFFER_BYTES = 1 << 20 };

struct days_log {
    struct stored *stored;
    uint8_t **bytes;
    uint32_t count;
    uint32_t room;
    uint64_t identity;
};

static void add(struct days_log *days, struct slice payload)
{
    if (days->count == days->room) {
        days->room = 2 * days->room + 1024;
        days->stored = realloc(days->stored, days->room * sizeof(*days->stored));
        days->bytes = realloc(days->bytes, days->room * sizeof(*days->bytes));
    }
    uint8_t *bytes = malloc(payload.size);
    if (days->stored == NULL || days->bytes == NULL || bytes == NULL)
        give_up("no memory");
    memcpy(bytes, payload.data, payload.size);
    days->bytes[days->count] = bytes;
    if (scan_stored(slice_of(bytes, payload.size), &days->stored[days->count++]) != 0)
        give_up("a message of the log cannot be read");
}

struct days_log *days_log_open(const char *dir)
{
    struct days_log *days = calloc(1, sizeof(*days));
    struct log_options options = { 0 };
    struct log_reader *reader;
    struct log_record record;
    struct log *log;
    char path[4096];

    snprintf(path, sizeof(path), "%s/log", dir);
    options.path = path;
    if (days == NULL || log_open(&options, &log) != 0
        || log_reader_open(log, BUFFER_BYTES, &reader) != 0)
        give_up("%s does not open", path);
    days->identity = log_identity(log);
    while (log_reader_next(reader, &record) == 0)
        if (record.type == LOG_MESSAGE)
            add(days, record.payload);
    log_reader_close(reader);
    log_close(log);
    return days;
}

void days_log_close(struct days_log *log)
{
    for (uint32_t i = 0; i < log->count; i++)
        free(log->bytes[i]);
    free(log->bytes);
    free(log->stored);
    free(log);
}

void days_log_each(const struct days_log *log,
                   void (*each)(void *context, const struct stored *stored), void *context)
{
    for (uint32_t i = 0; i < log->count; i++)
        each(context, &log->stored[i]);
}

const struct stored *days_log_all(const struct days_log *log, uint32_t *ret_count)
{
    *ret_count = log->count;
    return log->stored;
}

uint64_t days_log_last(const struct days_log *log)
{
    return log->count == 0 ? 0 : log->stored[log->count - 1].seq;
}

uint64_t days_log_identity(const struct days_log *log)
{
    return log->identity;
}
