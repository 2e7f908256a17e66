/*
 * cli/publish.h - one message out, and what became of it.
 */
#pragma once

#include "cli/link.h"

struct publish_options {
    const char *case_id;
    const char *data; /* JSON instead of field=value */
    Bus__Priority priority;
    bool no_wait;           /* stored is enough            */
    uint64_t not_before_ms; /* of a mailbox                */
    uint64_t expires_ms;
};

/* Takes --case, --priority, --data, --not-before, --expires and --no-wait out of the arguments; 0 or a printed status. */
int publish_take_options(struct cli *cli, struct publish_options *ret_options);

/* Publishes, waits for the outcome (or only for the disk) and prints it. */
int publish_and_tell(struct cli *cli, struct link *link, const char *subject, struct slice body,
                     const struct publish_options *options);
