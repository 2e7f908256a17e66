/*
 * supervision/asked.h - what its questions share: a page in the making, and who may see what.
 */
#pragma once

#include "supervision/supervision.h"

enum { ASKED_ROWS = 200, ASKED_ROWS_MOST = 500 }; /* without a limit, and at most */

/* One page in the making. */
struct asked {
    struct ask_page page; /* first: ask_read gives it back */
    void **rows;
    const char *unit; /* "": any */
    bool open_only;
};

struct asked asked_list(struct ask *ask, uint32_t limit);

/* Adds a row, for which ask_room had room; `key` as ask_took. */
void asked_add(struct asked *list, const char *key, ProtobufCMessage *row);

/* Supervision's own office and the leading group. */
bool asked_by_office(const struct ask *ask);

/* Refuses unless the asker may see the unit's rows. */
bool asked_may_see(struct ask *ask, const char *unit);

/* Answers with a copy, which outlives its handler. */
int asked_give(struct ask *ask, const ProtobufCMessage *answer);
