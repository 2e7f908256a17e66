/*
 * kit/service.h - what a service is: a few const tables, and one call into the skeleton.
 *
 *     int main(int argc, char **argv) { return service_main(&referral_service, argc, argv); }
 *
 * A service says which rows it keeps, which messages it hears (its own commands, and other
 * services' events: naming one *is* the subscription), which events it states, which moves its
 * lifecycles allow and which questions it answers.  The kit does the rest: turns, outbox, timers,
 * queries, --describe, --dot, --replay.  kit/directory and, where a service lists it, kit/loop are
 * parts: tables of the same shape that many services share.
 */
#pragma once

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/machine.h"

struct turn;
struct ask;
struct loop_rules;
struct erasing;

/* One kind of row.  Keys are text: one id, or several joined by '/' (kit/turn.h: turn_key). */
struct table {
    const char *name;
    const ProtobufCMessageDescriptor *row;
    bool derived; /* a search table, rebuilt at will: not in the digest of a replay */
};

/* A message that is heard.  The type's package names the service that is spoken to (a command,
 * when it is our own) or that speaks (an event).  A word of town.proto is spoken to this service
 * unless `of` says whose it is; "*": whoever states it. */
struct command {
    const ProtobufCMessageDescriptor *message;
    int (*handle)(struct turn *turn, const void *message);
    const char *of; /* NULL: as above; else the first token of its subjects, or "*"           */
    bool free;      /* is in no machine on purpose                                            */
};

/* A lifecycle: the rows of `table`, whose int32/enum field at `state_offset` is the state. */
struct machine {
    const char *name;
    unsigned table;
    size_t state_offset;
    const ProtobufCEnumDescriptor *states;
    const struct move *moves;
    const char *const *words; /* names of move words that are no commands, from `first_word` on */
    int32_t first_word;
};

/* One of a service's machines: the rows of `table` are `Row`s whose field `state` is of the enum
 * `states`; `words` begin with the word `first`. */
#define MACHINE(name, table, Row, states, moves, words, first)                                     \
    {                                                                                              \
        name, table, offsetof(Row, state), &states##__descriptor, moves, words, first              \
    }

/* A question that it answers: `message` asks, `answer` is what comes back. */
struct question {
    const ProtobufCMessageDescriptor *message;
    const ProtobufCMessageDescriptor *answer;
    int (*handle)(struct ask *ask, const void *message);
};

struct service {
    const char *name;               /* "referral"; also the first token of its subjects */
    char letter;                    /* of its case numbers: 'R'                         */
    const struct table *tables;     /* ends with a row without a name      */
    const struct command *commands; /* indexed by the service's words; ends with a row without
                                           a message                           */
    const ProtobufCMessageDescriptor *const *events; /* its own; ends with NULL */
    const struct machine *machines;                  /* ends with a row without moves       */
    const struct question *questions;                /* ends with a row without a message   */
    const ProtobufCEnumDescriptor *refusals;         /* its own codes beside the kit's, or NULL */
    const struct loop_rules *loop;                   /* it serves needs (kit/loop.h), or NULL */
    const struct erasing *erasing;    /* what it forgets after a campaign (kit/erase.h), or NULL */
    const char *const *extra_filters; /* more subscriptions; supervision: { ">", NULL } */
    int (*any)(struct turn *turn);    /* every message it hears, before its command; or NULL */
};

/* The process: options (--help), store, link, turns; or --describe, --dot, --replay.  The exit
 * status is one of base/err.h. */
int service_main(const struct service *service, int argc, char **argv);
