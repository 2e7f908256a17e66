/*
 * supervision/reading.h - the cells `event` and `by_when` of one row of the register, word by word.
 *
 * What is read gathers in a `reading`: the events of the rule with what each must say, in the order
 * of the cell; and in a `when`: the policy keys, and what makes the time run.  rules.c makes parts of
 * both.
 */
#pragma once

#include "supervision/supervision.h"

enum {
    RULE_EVENTS = 16, /* in one row of the register; the longest has three */
    RULE_PARTS = 4,
    RULE_WORD = 80,
};

struct cell {
    const char *at;
    char word[RULE_WORD];
};

/* The next word, without the punctuation that follows it; false: no more. */
bool reading_word(struct cell *cell);
bool reading_is(const struct cell *cell, const char *word);

bool reading_is_event(const char *word);      /* `service.Event`                                  */
bool reading_is_bare_event(const char *word); /* the kernel's: `Dispatched`, no `P0` and no `RED` */
bool reading_is_priority(const char *word);

/* The type of `service.Event` or `*.Event`; NULL: no word of the house yet. */
const ProtobufCMessageDescriptor *reading_type(const char *event);

/* The text, once in the list of at most RULE_EVENTS; lends it. */
const char *reading_add(struct turn *turn, const char ***list, size_t *count, const char *text);

struct reading {
    struct turn *turn;
    Duty *duty;
    Clause *clauses[RULE_EVENTS];
    size_t count;
    uint32_t group;
    bool never;
    bool closing;
    bool skip;
    bool kernel;
    bool joined;      /* `and`, `later`, `then`: the next event is another group      */
    const char *kind; /* `PostDefined kind first_responsible and TenureStarted` of it */
};

struct when {
    const char *keys[RULE_PARTS];
    size_t key_count;
    const char *start;
    uint64_t default_ms;
    bool renews;
    bool monthly;
    bool own_time;
    bool always;
    bool next_day;
};

void reading_events(struct reading *reading);
void reading_when(struct reading *reading, struct when *when);

/* One more event of the rule, as the words before it have it. */
void reading_clause(struct reading *reading, const char *event);
