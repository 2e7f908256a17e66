/*
 * The whole log, read again: every record, the chain of footers, every checkpoint.
 */
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "log/checkpoint.h"
#include "log/inside.h"

enum { LINE_BYTES = 256, LEAVES = 64 << 10 };

struct verify {
    log_say *say;
    void *context;
    struct log_verdict *verdict;
    struct merkle tree; /* over the records before `leaves` */
    uint8_t (*leaves)[MERKLE_HASH_SIZE];
    uint32_t leaf_count;
    uint8_t previous[FORMAT_HASH_SIZE];
    uint64_t next; /* sequence */
    uint64_t identity;
    bool whole; /* the tree covers everything from record 1 on */
};

__attribute__((format(printf, 3, 4))) static void tell(struct verify *verify, bool wrong,
                                                       const char *format, ...)
{
    char line[LINE_BYTES];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    if (verify->say != NULL)
        verify->say(verify->context, line, wrong);
}

/* A checkpoint lies a little behind the records that it covers, because it is made off the path of
 * an acknowledgement; so the last leaves wait here until one asks for the root at its size. */
static void settle(struct verify *verify, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        merkle_add(&verify->tree, verify->leaves[i]);
    verify->leaf_count -= count;
    memmove(verify->leaves, verify->leaves + count, verify->leaf_count * sizeof(*verify->leaves));
}

static void add_leaf(struct verify *verify, const struct record_header *record)
{
    if (verify->leaf_count == LEAVES)
        settle(verify, LEAVES / 2);
    log_record_hash(&(struct log_record){ .type = (enum log_type)record->type,
                                          .seq = record->seq,
                                          .time_ms = record->time_ms,
                                          .payload = slice_of(record + 1, record->size) },
                    verify->leaves[verify->leaf_count++]);
}

static void check_root(struct verify *verify, const struct checkpoint *checkpoint, uint64_t seq)
{
    uint8_t root[MERKLE_HASH_SIZE];

    if (checkpoint->size < verify->tree.size
        || checkpoint->size > verify->tree.size + verify->leaf_count) {
        tell(verify, checkpoint->size >= seq, "the checkpoint at %" PRIu64 " covers %" PRIu64, seq,
             checkpoint->size);
        return;
    }
    settle(verify, (uint32_t)(checkpoint->size - verify->tree.size));
    merkle_root(&verify->tree, root);
    if (memcmp(root, checkpoint->root, sizeof(root)) != 0)
        tell(verify, true, "the checkpoint at %" PRIu64 " has another root than the records", seq);
}

static void check_point(struct verify *verify, const struct record_header *record)
{
    struct checkpoint checkpoint;

    verify->verdict->checkpoints++;
    if (checkpoint_unpack(slice_of(record + 1, record->size), &checkpoint, NULL) != 0)
        tell(verify, true, "record %" PRIu64 " is no whole checkpoint", record->seq);
    else if (checkpoint.log_identity != verify->identity)
        tell(verify, true, "the checkpoint at %" PRIu64 " is of another log", record->seq);
    else if (verify->whole)
        check_root(verify, &checkpoint, record->seq);
}

static void pass_batch(struct verify *verify, const struct format_batch *batch)
{
    format_footer_hash(batch->footer_bytes, verify->previous);
    verify->verdict->last = batch->footer->last;
    verify->next = batch->footer->last + 1;
}

static void check_batch(struct verify *verify, const uint8_t *bytes,
                        const struct format_batch *batch)
{
    const uint8_t *at = bytes;

    while (at < batch->footer_bytes) {
        const struct record_header *record = (const void *)at;
        if (record->type == LOG_CHECKPOINT)
            check_point(verify, record);
        add_leaf(verify, record);
        verify->verdict->records++;
        at += format_record_bytes(record->size);
    }
    if (memcmp(batch->footer->previous, verify->previous, FORMAT_HASH_SIZE) != 0)
        tell(verify, true, "the batch at %" PRIu64 " does not follow the one before",
             batch->footer->first);
    verify->verdict->batches++;
    pass_batch(verify, batch);
}

static void check_segment(struct verify *verify, const uint8_t *bytes, uint64_t size)
{
    uint64_t offset = SEGMENT_HEADER_BYTES;
    struct format_batch batch;
    struct segment_header header;

    if (!format_segment_good(bytes, &header)) {
        tell(verify, true, "a segment's header is damaged");
        return;
    }
    if (verify->verdict->segments == 0) {
        verify->identity = header.identity;
        verify->next = header.first;
        verify->verdict->first = header.first;
        verify->whole = header.first == 1;
        memcpy(verify->previous, header.previous, FORMAT_HASH_SIZE);
    } else if (header.identity != verify->identity || header.first != verify->next) {
        tell(verify, true, "segment %" PRIu64 " does not follow record %" PRIu64, header.first,
             verify->next - 1);
        verify->verdict->damaged += header.first > verify->next ? header.first - verify->next : 0;
        verify->whole = false;
        verify->next = header.first;
    }
    verify->verdict->segments++;
    while (true) {
        int r = format_batch(bytes + offset, size - offset, header.salt, verify->next, &batch);
        if (r != 0) {
            uint64_t from = offset + RECORD_ALIGNMENT;
            bool whole;
            if (!format_find(bytes, size, header.salt, verify->next + 1, &from, &batch, &whole)) {
                if (r == FORMAT_NOTHING)
                    return;
                tell(verify, false, "after %" PRIu64 " there is a tail that was never whole",
                     verify->next - 1);
                return;
            }
            uint64_t last = whole ? batch.footer->first - 1 : batch.footer->last;
            tell(verify, true, "records %" PRIu64 " to %" PRIu64 " are damaged", verify->next,
                 last);
            verify->verdict->damaged += last - verify->next + 1;
            verify->whole = false;
            offset = from;
            if (!whole) {
                pass_batch(verify, &batch);
                offset += batch.size;
                continue;
            }
            memcpy(verify->previous, batch.footer->previous, FORMAT_HASH_SIZE);
        }
        check_batch(verify, bytes + offset, &batch);
        offset += batch.size;
    }
}

static int check_file(struct verify *verify, const char *path)
{
    struct mapped mapped;

    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return 0; /* retention was here since the folder was read */
    if (fd < 0)
        return FAULT(-errno);
    int r = inside_map(fd, &mapped);
    close(fd);
    if (r < 0)
        return r;
    check_segment(verify, mapped.bytes, mapped.size);
    inside_unmap(&mapped);
    return 0;
}

static int is_segment(const struct dirent *entry)
{
    return strlen(entry->d_name) == 24 && strcmp(entry->d_name + 20, ".log") == 0;
}

int log_verify(const char *path, log_say *say, void *context, struct log_verdict *ret_verdict)
{
    struct verify verify = { .say = say, .context = context, .verdict = ret_verdict };
    struct dirent **entries;
    char file[4096];

    *ret_verdict = (struct log_verdict){ 0 };
    verify.leaves = malloc(LEAVES * sizeof(*verify.leaves));
    if (verify.leaves == NULL)
        return FAULT(-ENOMEM);
    merkle_open(&verify.tree);
    int count = scandir(path, &entries, is_segment, alphasort);
    if (count < 0) {
        free(verify.leaves);
        return FAULT(-errno);
    }
    int r = 0;
    for (int i = 0; i < count; i++) {
        snprintf(file, sizeof(file), "%s/%s", path, entries[i]->d_name);
        if (r == 0)
            r = check_file(&verify, file);
        free(entries[i]);
    }
    free(entries);
    settle(&verify, verify.leaf_count);
    free(verify.leaves);
    merkle_root(&verify.tree, ret_verdict->root);
    return r;
}
