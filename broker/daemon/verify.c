/*
 * carebus-broker --verify: the whole log, read again.
 */
#include <inttypes.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

#include "base/err.h"
#include "daemon/broker.h"
#include "log/log.h"
#include "log/merkle.h"

struct verify {
    unsigned wrong;
    bool terminal;
};

static void say(void *context, const char *line, bool wrong)
{
    struct verify *verify = context;

    verify->wrong += wrong;
    if (wrong)
        printf("wrong: %s\n", line);
    else if (verify->terminal)
        fprintf(stderr, "%s\n", line);
}

int broker_verify(const struct options *options)
{
    struct verify verify = { .terminal = isatty(STDERR_FILENO) != 0 };
    struct log_verdict verdict;
    char path[PATH_MAX];
    char root[2 * MERKLE_HASH_SIZE + 1];

    snprintf(path, sizeof(path), "%s/log", options_text(options, "dir"));
    int r = log_verify(path, say, &verify, &verdict);
    if (r < 0)
        return err_exit_status(r);
    sodium_bin2hex(root, sizeof(root), verdict.root, sizeof(verdict.root));
    printf("records %" PRIu64 " (%" PRIu64 " to %" PRIu64 ") in %" PRIu64 " batches, %" PRIu64
           " segments\ncheckpoints %" PRIu64 "\nroot %s\ndamaged %" PRIu64 "\n%s\n",
           verdict.records, verdict.first, verdict.last, verdict.batches, verdict.segments,
           verdict.checkpoints, root, verdict.damaged,
           verify.wrong == 0 ? "the log is whole" : "THE LOG IS NOT WHOLE");
    return verify.wrong == 0 ? 0 : EXIT_CORRUPT;
}
