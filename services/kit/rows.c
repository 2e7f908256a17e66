/*
 * What a handler may do with rows: load, edit, move, drop.
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
