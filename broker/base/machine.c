#include "base/machine.h"

#include <stddef.h>

int machine_next(const struct move *moves, int32_t from, int32_t command, int32_t *ret_to)
{
    for (; !move_ends(moves); moves++) {
        if (moves->from == from && moves->command == command) {
            *ret_to = moves->to;
            return 0;
        }
    }
    return MACHINE_REFUSED;
}

static bool leads_to(const struct move *moves, int32_t state)
{
    for (; !move_ends(moves); moves++)
        if (moves->to == state && moves->from != state)
            return true;
    return false;
}

const char *machine_check(const struct move *moves)
{
    for (const struct move *move = moves; !move_ends(move); move++) {
        for (const struct move *other = move + 1; !move_ends(other); other++)
            if (other->from == move->from && other->command == move->command)
                return "two arrows leave one state on one command";
        if (move->from != 0 && !leads_to(moves, move->from))
            return "an arrow leaves a state that nothing leads to";
    }
    return NULL;
}
