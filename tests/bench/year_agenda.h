/*
 * bench/year_agenda.h - what is to be done, by time; what was put first comes first among equals.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct job {
    uint64_t at_ms;
    uint64_t order; /* the agenda's own */
    int kind;
    uint32_t who;
    uint32_t step;
    char service[16];
    char unit[16];
    char id[72];
    char *text; /* takes it; whoever does the job frees it */
};

struct agenda {
    struct job *jobs; /* a heap */
    size_t count;
    size_t room;
    uint64_t order;
};

void agenda_put(struct agenda *agenda, struct job job);

/* There is one. */
struct job agenda_pop(struct agenda *agenda);

/* When the next is due; UINT64_MAX: none. */
uint64_t agenda_next(const struct agenda *agenda);
