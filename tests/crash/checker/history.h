/*
 * crash/checker/history.h - a history in memory: its lines by kind, and what the rules look up in it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crash/checker/checker.h"

enum { WORDS_MOST = 8, ROOM_FIRST = 1024 };

/* ---- lists and maps ---------------------------------------------------------------------------------- */

struct line {
    char *word[WORDS_MOST]; /* the kind first; "" behind the last */
};

struct list {
    struct line *lines;
    uint32_t count;
    uint32_t room;
};

/* Text to a number; what is not there is 0. */
struct map {
    struct slot {
        char *key;
        uint64_t number;
    } * slots;
    uint32_t count;
    uint32_t room;
};

enum kind {
    INVOKE,
    OK,
    REFUSED,
    UNKNOWN,
    STORED,
    SERVES,
    EFFECT,
    EMITS,
    EMIT,
    UNSENT,
    ANSWERS,
    DEAD,
    STOCK,
    ARROW,
    MOVE,
    PENDING,
    END,
    ANSWER,
    ACCESSED,
    COLLECTS,
    LEASED,
    RECEIPT,
    DEAD_LETTER,
    CHECKPOINT,
    HEARD,
    REPLAY,
    UPTO,
    KINDS
};

struct history {
    struct list of[KINDS];
    struct map stored_by_id; /* place in of[STORED], + 1 */
    struct map stored_by_seq;
    struct verdict *verdict;
};

#define foreach(each, kind)                                                                        \
    for (const struct line *each = history->of[kind].lines,                                        \
                           *each##_end = each + history->of[kind].count;                           \
         each < each##_end; each++)

/* The words of each line, by their names. */
enum { ID = 1, SUBJECT = 2, DIGEST = 3 };
enum { S_SEQ = 1, S_TIME, S_ID, S_SUBJECT, S_DIGEST, S_CAUSE, S_DUE };

/* Lists and maps; what lacks memory ends the program. */
void *history_grow(void *old, size_t size);
uint32_t history_hash(const char *key);

/* The number under `key` (or under two words), made as 0 if need be. */
uint64_t *map_at(struct map *map, const char *key);
uint64_t *map_pair(struct map *map, const char *a, const char *b);
void map_close(struct map *map);

/* A rule is broken; the first few of each are printed. */
void history_violate(struct history *history, int rule, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Takes a line in; changes it. */
void history_read(struct history *history, char *text);

uint64_t history_number(const char *text);
bool history_matches(const char *filter, const char *subject);

/* The record of that id, or at that seq; NULL: there is none. */
const struct line *history_stored(struct history *history, const char *id);
const struct line *history_at_seq(struct history *history, const char *seq);

/* The source of an id; whether a subject's message is that one. */
void history_source(const char *id, char source[128]);
bool history_says(const char *subject, const char *message);

/* A timer's message that came before its time: it leaves once more. */
bool history_is_early(const struct line *stored);

/* rules.c: H5 to H12 and H14. */
void rules_check(struct history *history);
