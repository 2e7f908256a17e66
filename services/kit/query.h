/*
 * kit/query.h - questions: handlers over a read transaction.
 *
 * A question changes nothing.  The one thing it may cause is `Accessed`, which is on the log, and
 * durable, before the answer leaves: ask_accessed names whose data the answer holds.
 */
#pragma once

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "bus.pb-c.h"
#include "town.pb-c.h"

struct kit;
struct store_txn;

struct ask {
    uint64_t now_ms;         /* log time */
    const char *unit;        /* third token of the question's subject */
    const char *asker;       /* the source that asks */
    const char *asker_unit;  /* of it, without an instance */
    const Bus__Actor *actor; /* never NULL */
    struct kit *kit;
    struct store_txn *txn;
    struct arena *arena;
    int outcome;
    const char *reason;
    const ProtobufCMessage *answer;
    const Town__Accessed *accessed;
};

const void *ask_load(struct ask *ask, unsigned table, const char *key);
void ask_each(struct ask *ask, unsigned table, const char *prefix,
              bool (*each)(void *context, const char *key, const void *row), void *context);

/* The same, of the keys behind prefix + `after`: the next page of a list costs no more than the
 * first.  "": from the beginning. */
void ask_each_after(struct ask *ask, unsigned table, const char *prefix, const char *after,
                    bool (*each)(void *context, const char *key, const void *row), void *context);
const char *ask_text(struct ask *ask, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
const char *ask_date(struct ask *ask, int64_t day); /* as turn_date */
void *ask_array(struct ask *ask, size_t count, size_t item_size);

/* A list that grows while a table is walked; items are zeroed and lent by the ask. */
struct ask_list {
    struct ask *ask;
    void **items;
    size_t count;
    size_t room;
};
void *ask_push(struct ask_list *list, size_t size);

/* A page of a list: rows are added until ask_room says that there is none, either because it has
 * `most` or because the answer would be too long.  A handler fills ask and most, reads a table with
 * ask_read, whose `each` gets the page, asks ask_room before and calls ask_took after each row that it
 * adds; ask_next is what the next question gives as `after`: "" when nothing comes behind. */
struct ask_page {
    struct ask *ask;
    size_t most;
    const void *question; /* the asker's: what is left out */
    void *answer;
    size_t count;
    size_t bytes;
    size_t skipped;
    const char *last;
    bool more;
};
void ask_read(struct ask_page *page, unsigned table, const char *prefix, const char *after,
              bool (*each)(void *context, const char *key, const void *row));
bool ask_room(struct ask_page *page);
void ask_took(struct ask_page *page, const char *key, const ProtobufCMessage *row);
const char *ask_next(const struct ask_page *page);

/* A new answer of that type, and the ask ended with it; NULL: the ask has an outcome already. */
void *ask_new(struct ask *ask, const ProtobufCMessageDescriptor *type);
int ask_give(struct ask *ask, const void *answer);

/* The answer (lent until the ask ends). */
int ask_answer(struct ask *ask, const ProtobufCMessage *answer);
int ask_refuse(struct ask *ask, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* This answer (or refusal) holds data of persons: `accessed` goes on the log first. */
void ask_accessed(struct ask *ask, const Town__Accessed *accessed);
const char *ask_actor_unit(const struct ask *ask);

/* Guard: the asker is one of `units` (words: "pab lgo jcb"), or `also` ("": nobody more); refuses
 * NOT_ALLOWED. */
bool ask_from(struct ask *ask, const char *units, const char *also);

/* How many rows a list gives that was asked for `limit`: of 0 the usual, never more than the most. */
uint32_t ask_limit(uint32_t limit, uint32_t usual, uint32_t most);
