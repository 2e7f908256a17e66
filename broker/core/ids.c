#include "core/ids.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/err.h"

enum { ROOM_FIRST = 64 };

/* Neighbouring sequences spread over the table. */
static uint32_t place(const struct ids *ids, uint64_t key)
{
    return (uint32_t)((key * 0x9e3779b97f4a7c15) >> 32) & (ids->room - 1);
}

static struct ids_slot *find(const struct ids *ids, uint64_t key)
{
    uint32_t at = place(ids, key);

    while (ids->slots[at].key != 0 && ids->slots[at].key != key)
        at = (at + 1) & (ids->room - 1);
    return &ids->slots[at];
}

void *ids_get(const struct ids *ids, uint64_t key)
{
    return ids->room == 0 || key == 0 ? NULL : find(ids, key)->value;
}

static int grow(struct ids *ids)
{
    struct ids larger = { .room = ids->room == 0 ? ROOM_FIRST : 2 * ids->room,
                          .count = ids->count };

    larger.slots = calloc(larger.room, sizeof(*larger.slots));
    if (larger.slots == NULL)
        return FAULT(-ENOMEM);
    for (uint32_t i = 0; i < ids->room; i++)
        if (ids->slots[i].key != 0)
            *find(&larger, ids->slots[i].key) = ids->slots[i];
    free(ids->slots);
    *ids = larger;
    return 0;
}

int ids_put(struct ids *ids, uint64_t key, void *value)
{
    if (4 * (ids->count + 1) > 3 * ids->room) {
        int r = grow(ids);
        if (r < 0)
            return r;
    }
    struct ids_slot *slot = find(ids, key);
    ids->count += slot->key == 0;
    *slot = (struct ids_slot){ key, value };
    return 0;
}

/* What follows in the same run moves up, so that no mark is left behind. */
void ids_drop(struct ids *ids, uint64_t key)
{
    struct ids_slot *slot = ids->room == 0 || key == 0 ? NULL : find(ids, key);

    if (slot == NULL || slot->key == 0)
        return;
    *slot = (struct ids_slot){ 0 };
    ids->count--;
    uint32_t at = (uint32_t)(slot - ids->slots);
    while (true) {
        at = (at + 1) & (ids->room - 1);
        struct ids_slot moved = ids->slots[at];
        if (moved.key == 0)
            return;
        ids->slots[at] = (struct ids_slot){ 0 };
        *find(ids, moved.key) = moved;
    }
}

void ids_close(struct ids *ids)
{
    free(ids->slots);
    *ids = (struct ids){ 0 };
}
