/*
 * base/machine.h - a lifecycle as a list of arrows: (state, command, state).
 *
 * What no arrow allows is refused by the table; the refusal, the trace line and the drawing all
 * come from the one arrow.  The list ends with { 0, 0, 0 }: state 0 is "there is no row", and no
 * arrow leads from it to itself.  A state without an arrow out is terminal.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct move {
    int32_t from;
    int32_t command; /* a word of the service, 0 or more */
    int32_t to;
};

static inline bool move_ends(const struct move *move)
{
    return move->from == 0 && move->command == 0 && move->to == 0;
}

/* The state that `command` leads to from `from`.  MACHINE_REFUSED: no arrow. */
enum { MACHINE_REFUSED = 1 };
int machine_next(const struct move *moves, int32_t from, int32_t command, int32_t *ret_to);

/* What is wrong with the table, as one line of text, or NULL: two arrows that leave one state on
 * one command, a state that nothing leads to.  Lends a static text. */
const char *machine_check(const struct move *moves);
