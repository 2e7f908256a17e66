/*
 * Walks over a table: what the store has, and what the turn has touched, in one key order.
 */
#include <string.h>

#include "base/err.h"
#include "kit/inside.h"

/* The next row of the write set whose key is behind `after` and begins with `prefix`.  A turn
 * touches few rows, and walks few tables: no order is kept for it. */
static const struct entry *next_touched(const struct turn *turn, unsigned table,
                                        struct slice prefix, const struct slice *after)
{
    const struct entry *next = NULL;

    for (const struct entry *entry = turn->writes->first; entry != NULL; entry = entry->later) {
        if (entry->table != table || entry->key.size < prefix.size
            || (prefix.size > 0 && memcmp(entry->key.data, prefix.data, prefix.size) != 0))
            continue;
        if (after != NULL && slice_compare(entry->key, *after) <= 0)
            continue;
        if (next == NULL || slice_compare(entry->key, next->key) < 0)
            next = entry;
    }
    return next;
}

/* Where a walk stands: the next row of the store and the next of the write set. */
struct walk {
    struct turn *turn;
    unsigned table;
    struct slice prefix;
    struct store_cursor *cursor;
    struct slice key; /* of the store's row in hand; data NULL: no more */
    struct slice value;
    const struct entry *touched;
};

static void advance(struct walk *walk)
{
    int r = store_cursor_next(walk->cursor, &walk->key, &walk->value);

    if (r < 0)
        turn_fault(walk->turn, r);
    if (r != 0 || walk->key.size < walk->prefix.size
        || (walk->prefix.size > 0
            && memcmp(walk->key.data, walk->prefix.data, walk->prefix.size) != 0))
        walk->key = (struct slice){ 0 };
}

/* The next row of both, in key order; a row of the write set stands for the store's.  False: no
 * more.  *ret_row NULL: the turn dropped it. */
static bool next_row(struct walk *walk, struct slice *ret_key, const void **ret_row)
{
    int order = walk->key.data == NULL  ? 1
                : walk->touched == NULL ? -1
                                        : slice_compare(walk->key, walk->touched->key);

    if (walk->key.data == NULL && walk->touched == NULL)
        return false;
    if (order < 0) {
        *ret_key = walk->key;
        *ret_row = writes_unpack(walk->turn->kit->store_tables[walk->table]->row, walk->value,
                                 walk->turn->arena);
        if (*ret_row == NULL)
            turn_fault(walk->turn, FAULT(walk->turn->arena->exhausted ? -ENOMEM : -EBADMSG));
        advance(walk);
        return true;
    }
    *ret_key = walk->touched->key;
    *ret_row = walk->touched->row;
    struct slice after = walk->touched->key;
    walk->touched = next_touched(walk->turn, walk->table, walk->prefix, &after);
    if (order == 0)
        advance(walk);
    return true;
}

/* A walk that is longer than a turn may be is a fault of ours, like memory that is spent: the
 * message is parked, and supervision hears of it, instead of a service that stands still. */
static bool is_too_long(struct turn *turn)
{
    if (turn->walked++ < TURN_WALK_ROWS)
        return false;
    turn_fault(turn, FAULT(-E2BIG));
    return true;
}

static void each_from(struct walk *walk, struct slice from,
                      bool (*each)(void *context, const char *key, const void *row), void *context)
{
    struct turn *turn = walk->turn;
    const struct slice *after = from.size > walk->prefix.size ? &from : NULL;
    struct slice key = { 0 };
    const void *row;

    advance(walk);
    if (after != NULL && walk->key.data != NULL && slice_equal(walk->key, from))
        advance(walk);
    walk->touched = next_touched(turn, walk->table, walk->prefix, after);
    uint32_t count = turn->writes->count;
    while (turn->outcome == 0 && next_row(walk, &key, &row) && !is_too_long(turn)
           && turn->outcome == 0) {
        if (row != NULL
            && !each(context, turn_text(turn, "%.*s", (int)key.size, (const char *)key.data), row))
            break;
        /* What the handler has touched meanwhile is seen too. */
        if (turn->writes->count != count)
            walk->touched = next_touched(turn, walk->table, walk->prefix, &key);
        count = turn->writes->count;
    }
}

void turn_each_after(struct turn *turn, unsigned table, const char *prefix, const char *after,
                     bool (*each)(void *context, const char *key, const void *row), void *context)
{
    struct walk walk = { .turn = turn,
                         .table = compose_table(turn->kit, table),
                         .prefix = slice_text(prefix) };
    struct slice from = slice_text(turn_text(turn, "%s%s", prefix, after));

    if (turn->outcome != 0 || from.size > KEY_BYTES)
        return;
    int r = store_cursor_open(turn->batch->txn, walk.table, from, &walk.cursor);
    if (r < 0) {
        turn_fault(turn, r);
        return;
    }
    each_from(&walk, from, each, context);
    store_cursor_close(walk.cursor);
}

void turn_each(struct turn *turn, unsigned table, const char *prefix,
               bool (*each)(void *context, const char *key, const void *row), void *context)
{
    turn_each_after(turn, table, prefix, "", each, context);
}

/* ---- a slice of keys ----------------------------------------------------------------------------- */

struct taking {
    struct turn *turn;
    struct turn_slice *slice;
    size_t prefix;
    size_t most;
    size_t room;
};

static bool take_key(void *context, const char *key, const void *row)
{
    struct taking *taking = context;
    struct turn_slice *slice = taking->slice;

    (void)row;
    slice->more = slice->count == taking->most;
    if (slice->more)
        return false;
    if (slice->count == taking->room) {
        taking->room = 2 * taking->room + 16;
        const char **keys = turn_array(taking->turn, taking->room, sizeof(*keys));
        for (size_t i = 0; i < slice->count; i++)
            keys[i] = slice->keys[i];
        slice->keys = keys;
    }
    slice->keys[slice->count++] = key + taking->prefix;
    slice->last = slice->keys[slice->count - 1];
    return true;
}

struct turn_slice turn_take(struct turn *turn, unsigned table, const char *prefix,
                            const char *after, size_t most)
{
    struct turn_slice slice = { .last = after };
    struct taking taking = {
        .turn = turn, .slice = &slice, .prefix = strlen(prefix), .most = most
    };

    turn_each_after(turn, table, prefix, after, take_key, &taking);
    return slice;
}

struct turn_slice turn_keys(struct turn *turn, unsigned table, const char *prefix)
{
    return turn_take(turn, table, prefix, "", TURN_WALK_ROWS);
}
