/*
 * kit/part.h - what a service is composed of, and how its tables and words are numbered.
 *
 * A service is up to four parts of one shape: its own tables, kit/directory (in every service),
 * kit/loop (in one whose service->loop is set) and kit/erase (service->erasing).  Handlers name a
 * table or a word by one number whatever part it is of: the service's own from 0, the others from
 * the constants here.  A machine's `table` and the commands in its moves are such numbers too:
 *
 *     enum { LOOP_NEEDS = LOOP_TABLES, LOOP_ASSIGNMENTS };         tables[LOOP_NEEDS - LOOP_TABLES]
 *     enum { LOOP_OPEN_NEED = LOOP_WORDS, LOOP_DISPATCH, ... };    commands[... - LOOP_WORDS]
 *
 * One message may be heard by several parts.  They handle it in one turn, the directory first,
 * then the loop, then the erasing, then the service's own (so that it sees what the loop made of
 * it); the first that does not answer 0 ends the turn for all.
 */
#pragma once

#include "kit/service.h"

enum {
    DIRECTORY_TABLES = 100,
    LOOP_TABLES = 200,
    KIT_TABLES = 300, /* the kit's own: cursor, outbox, timers, counters */

    DIRECTORY_WORDS = 500,
    LOOP_WORDS = 1000,
    ERASE_WORDS = 1500,
    KIT_WORDS = 2000,

    PARTS = 5, /* of one service at most, the kit's own included */
};

struct part {
    const char *name;           /* in front of its tables' names in the store: "directory" */
    const struct table *tables; /* ends with a row without a name                          */
    unsigned first_table;
    const struct command *commands; /* indexed by word - first_word; ends with a row without a
                                        message                                                 */
    int32_t first_word;
    const struct machine *machines; /* ends with a row without moves; NULL: none               */
    const ProtobufCMessageDescriptor *const *events; /* ends with NULL; NULL: none             */
    const struct question *questions;                /* ends with a row without a message      */
};

extern const struct part directory_part;
extern const struct part loop_part;
extern const struct part erase_part;
