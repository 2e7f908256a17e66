/*
 * What a handler may do with rows: load, edit, move, drop, walk.
 */
#include <string.h>

#include "base/err.h"
#include "kit/inside.h"

static bool good_key(struct turn *turn, const char *key)
{
    size_t length = key == NULL ? 0 : strlen(key);

    if (length > 0 && length <= KEY_BYTES)
        return true;
    turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "an id is empty or too long");
    return false;
}

const void *turn_load(struct turn *turn, unsigned table, const char *key)
{
    size_t length = key == NULL ? 0 : strlen(key);

    if (length == 0 || length > KEY_BYTES)
        return NULL;
    const struct entry *entry =
        writes_find(turn, compose_table(turn->kit, table), slice_of(key, length));
    return entry == NULL ? NULL : entry->row;
}

void *turn_edit(struct turn *turn, unsigned table, const char *key)
{
    unsigned place = compose_table(turn->kit, table);

    if (!good_key(turn, key))
        return writes_scratch(turn, place);
    return writes_edit(turn, place, slice_text(key));
}

void turn_drop(struct turn *turn, unsigned table, const char *key)
{
    if (good_key(turn, key))
        writes_drop(turn, compose_table(turn->kit, table), slice_text(key));
}

void *turn_array(struct turn *turn, size_t count, size_t item_size)
{
    return turn_room(turn, count * item_size);
}

/* ---- moves --------------------------------------------------------------------------------------- */

static int32_t *state_of(const struct machine *machine, void *row)
{
    return (int32_t *)(void *)((uint8_t *)row + machine->state_offset);
}

static int32_t present_state(const struct machine *machine, const struct entry *entry)
{
    return entry->row == NULL ? 0 : *state_of(machine, entry->row);
}

static void refuse_move(struct turn *turn, const struct machine *machine, const struct entry *entry,
                        int32_t word)
{
    int32_t state = present_state(machine, entry);
    const char *name = compose_word(turn->kit, machine, word);

    if (state == 0)
        turn_refuse(turn, TOWN__REFUSAL__NOT_FOUND, "no %s: there is no such row in %s", name,
                    turn->kit->store_tables[entry->table]->name);
    else
        turn_refuse(turn, TOWN__REFUSAL__WRONG_STATE, "no %s from %s", name,
                    compose_enum(machine->states, state));
}

void *turn_move_as(struct turn *turn, unsigned table, const char *key, int32_t word)
{
    unsigned place = compose_table(turn->kit, table);
    const struct machine *machine = turn->kit->machine_of[place];
    int32_t to;

    if (machine == NULL) {
        turn_fault(turn, FAULT(-EPROTO));
        return NULL;
    }
    if (!good_key(turn, key))
        return NULL;
    const struct entry *entry = writes_find(turn, place, slice_text(key));
    if (entry == NULL)
        return NULL;
    int32_t from = present_state(machine, entry);
    if (machine_next(machine->moves, from, word, &to) != 0) {
        refuse_move(turn, machine, entry, word);
        return NULL;
    }
    void *row = writes_edit(turn, place, slice_text(key));
    *state_of(machine, row) = to;
    turn_trace(turn, "%s: %s -> %s", key, compose_enum(machine->states, from),
               compose_enum(machine->states, to));
    return row;
}

void *turn_move(struct turn *turn, unsigned table, const char *key)
{
    return turn_move_as(turn, table, key, turn->command);
}

bool turn_may_move(struct turn *turn, unsigned table, const char *key, int32_t word)
{
    unsigned place = compose_table(turn->kit, table);
    const struct machine *machine = turn->kit->machine_of[place];
    size_t length = strlen(key);
    int32_t to;

    if (machine == NULL || length == 0 || length > KEY_BYTES)
        return false;
    const struct entry *entry = writes_find(turn, place, slice_text(key));
    return entry != NULL
           && machine_next(machine->moves, present_state(machine, entry), word, &to) == 0;
}

/* ---- walking ------------------------------------------------------------------------------------- */

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

void turn_each(struct turn *turn, unsigned table, const char *prefix,
               bool (*each)(void *context, const char *key, const void *row), void *context)
{
    struct walk walk = { .turn = turn,
                         .table = compose_table(turn->kit, table),
                         .prefix = slice_text(prefix) };
    struct slice key = { 0 };
    const void *row;

    if (turn->outcome != 0 || walk.prefix.size > KEY_BYTES)
        return;
    int r = store_cursor_open(turn->batch->txn, walk.table, walk.prefix, &walk.cursor);
    if (r < 0) {
        turn_fault(turn, r);
        return;
    }
    advance(&walk);
    walk.touched = next_touched(turn, walk.table, walk.prefix, NULL);
    uint32_t count = turn->writes->count;
    while (turn->outcome == 0 && next_row(&walk, &key, &row) && turn->outcome == 0) {
        if (row != NULL
            && !each(context, turn_text(turn, "%.*s", (int)key.size, (const char *)key.data), row))
            break;
        /* What the handler has touched meanwhile is seen too. */
        if (turn->writes->count != count)
            walk.touched = next_touched(turn, walk.table, walk.prefix, &key);
        count = turn->writes->count;
    }
    store_cursor_close(walk.cursor);
}
