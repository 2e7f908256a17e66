/*
 * Somebody keeps roots of the log's tree while everything is being killed, as supervision keeps
 * checkpoints: in the end they are those of the log that there is (H11).
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "crash/kill/kill.h"
#include "log/log.h"
#include "log/merkle.h"

enum { ROOTS_MOST = 512, BUFFER_BYTES = 1 << 20 };

static struct {
    uint64_t size;
    uint8_t root[MERKLE_HASH_SIZE];
} roots[ROOTS_MOST];
static uint32_t count;

static void log_path(const char *dir, char path[4096])
{
    snprintf(path, 4096, "%s/log", dir);
}

static void let_be(void *context, const char *line, bool wrong)
{
    (void)context;
    (void)line;
    (void)wrong;
}

/* Read beside a broker that may be killed meanwhile; a part that is just being written is no damage. */
void roots_keep(const char *dir)
{
    struct log_verdict verdict;
    char path[4096];

    log_path(dir, path);
    if (count == ROOTS_MOST || log_verify(path, let_be, NULL, &verdict) != 0 || verdict.damaged != 0
        || verdict.first != 1 || verdict.last == 0)
        return;
    roots[count].size = verdict.last;
    memcpy(roots[count++].root, verdict.root, MERKLE_HASH_SIZE);
}

static void write_root(FILE *history, uint64_t size, const uint8_t root[MERKLE_HASH_SIZE])
{
    fprintf(history, "checkpoint %" PRIu64 " ", size);
    for (int i = 0; i < MERKLE_HASH_SIZE; i++)
        fprintf(history, "%02x", root[i]);
    fprintf(history, "\n");
}

/* Lines of what was kept, and of the same sizes as the log has them now; the broker has ended. */
void roots_write(const char *dir, FILE *history)
{
    struct log_options options = { 0 };
    struct log_reader *reader;
    struct log_record record;
    struct merkle tree;
    struct log *log;
    uint8_t hash[MERKLE_HASH_SIZE];
    uint32_t next = 0;
    char path[4096];

    log_path(dir, path);
    options.path = path;
    if (log_open(&options, &log) != 0 || log_reader_open(log, BUFFER_BYTES, &reader) != 0)
        give_up("the log does not open");
    merkle_open(&tree);
    while (log_reader_next(reader, &record) == 0) {
        log_record_hash(&record, hash);
        merkle_add(&tree, hash);
        for (; next < count && roots[next].size == record.seq; next++) {
            merkle_root(&tree, hash);
            write_root(history, roots[next].size, roots[next].root);
            write_root(history, record.seq, hash);
        }
    }
    if (next < count)
        give_up("the log ends before %" PRIu64 ", whose root was kept", roots[next].size);
    printf("%u roots were kept\n", count);
    log_reader_close(reader);
    log_close(log);
}
