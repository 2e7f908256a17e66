/* The names under a key: collected first, so that what is found may be changed. */
#include <string.h>

#include "registry/registry.h"

struct collect {
    struct turn *turn;
    size_t skip;
    struct names names;
    size_t room;
};

static bool count_name(void *context, const char *key, const void *row)
{
    (void)key;
    (void)row;
    ((struct collect *)context)->room++;
    return true;
}

static bool take_name(void *context, const char *key, const void *row)
{
    struct collect *collect = context;

    (void)row;
    collect->names.items[collect->names.count++] =
        turn_text(collect->turn, "%s", key + collect->skip);
    return collect->names.count < collect->room;
}

struct names names_under(struct turn *turn, unsigned table, const char *prefix)
{
    struct collect collect = { .turn = turn, .skip = strlen(prefix) };

    turn_each(turn, table, prefix, count_name, &collect);
    collect.names.items = turn_array(turn, collect.room, sizeof(char *));
    if (collect.room > 0 && turn->outcome == 0)
        turn_each(turn, table, prefix, take_name, &collect);
    return collect.names;
}

struct names names_first(struct turn *turn, unsigned table, size_t most)
{
    struct collect collect = { .turn = turn, .room = most };

    collect.names.items = turn_array(turn, most, sizeof(char *));
    if (turn->outcome == 0)
        turn_each(turn, table, "", take_name, &collect);
    return collect.names;
}
