/*
 * supervision/asked.h - what its questions share: a list in the making, and who may see what.
 */
#pragma once

#include "supervision/supervision.h"

enum { ASKED_ROWS = 200, ASKED_ROWS_MOST = 500 }; /* without a limit, and at most */

/* One list in the making. */
struct asked {
    struct ask *ask;
    void **rows;
    size_t count;
    size_t limit;
    bool more;
    const char *unit; /* "": any */
    bool open_only;
    const char *next;
    void *context;
};

struct asked asked_list(struct ask *ask, uint32_t limit);

/* True when no more rows fit; the list knows then that there are more. */
bool asked_is_full(struct asked *list);

/* Supervision's own office and the leading group. */
bool asked_by_office(const struct ask *ask);

/* Refuses unless the asker may see the unit's rows. */
bool asked_may_see(struct ask *ask, const char *unit);

/* Answers with a copy, which outlives its handler. */
int asked_give(struct ask *ask, const ProtobufCMessage *answer);
