#include "core/map.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

enum { ROOM_FIRST = 64 };

/* FNV-1a, mixed; 0 is kept for "empty".  Names come from our own key table or are bounded by
 * quotas, so nobody can choose a million that collide. */
uint64_t map_hash(struct slice key)
{
    const uint8_t *bytes = key.data;
    uint64_t hash = 0xcbf29ce484222325;

    for (size_t i = 0; i < key.size; i++)
        hash = (hash ^ bytes[i]) * 0x100000001b3;
    hash ^= hash >> 29;
    return hash == 0 ? 1 : hash;
}

static struct map_slot *find(const struct map *map, struct slice key, uint64_t hash)
{
    uint32_t at = (uint32_t)hash & (map->room - 1);

    while (map->slots[at].hash != 0) {
        struct map_slot *slot = &map->slots[at];
        if (slot->hash == hash && slot->key_size == key.size
            && memcmp(slot->key, key.data, key.size) == 0)
            return slot;
        at = (at + 1) & (map->room - 1);
    }
    return &map->slots[at];
}

void *map_get(const struct map *map, struct slice key)
{
    if (map->room == 0)
        return NULL;
    return find(map, key, map_hash(key))->value;
}

static int grow(struct map *map)
{
    uint32_t room = map->room == 0 ? ROOM_FIRST : 2 * map->room;
    struct map larger = { .room = room, .count = map->count };

    larger.slots = calloc(room, sizeof(*larger.slots));
    if (larger.slots == NULL)
        return FAULT(-ENOMEM);
    for (uint32_t i = 0; i < map->room; i++) {
        struct map_slot *slot = &map->slots[i];
        if (slot->hash != 0)
            *find(&larger, slice_of(slot->key, slot->key_size), slot->hash) = *slot;
    }
    free(map->slots);
    *map = larger;
    return 0;
}

int map_put(struct map *map, struct slice key, void *value)
{
    uint64_t hash = map_hash(key);

    if (4 * (map->count + 1) > 3 * map->room) {
        int r = grow(map);
        if (r < 0)
            return r;
    }
    struct map_slot *slot = find(map, key, hash);
    if (slot->hash == 0) {
        char *copy = malloc(key.size + 1);
        if (copy == NULL)
            return FAULT(-ENOMEM);
        memcpy(copy, key.data, key.size);
        copy[key.size] = '\0';
        *slot = (struct map_slot){ .hash = hash, .key_size = (uint32_t)key.size, .key = copy };
        map->count++;
    }
    slot->value = value;
    return 0;
}

/* What follows in the same run moves up, so that no mark is left behind. */
void map_drop(struct map *map, struct slice key)
{
    if (map->room == 0)
        return;
    struct map_slot *slot = find(map, key, map_hash(key));
    if (slot->hash == 0)
        return;
    free(slot->key);
    *slot = (struct map_slot){ 0 };
    map->count--;
    uint32_t at = (uint32_t)(slot - map->slots);
    while (true) {
        at = (at + 1) & (map->room - 1);
        struct map_slot moved = map->slots[at];
        if (moved.hash == 0)
            return;
        map->slots[at] = (struct map_slot){ 0 };
        *find(map, slice_of(moved.key, moved.key_size), moved.hash) = moved;
    }
}

void map_close(struct map *map, void (*each)(void *value))
{
    for (uint32_t i = 0; i < map->room; i++) {
        if (map->slots[i].hash == 0)
            continue;
        if (each != NULL)
            each(map->slots[i].value);
        free(map->slots[i].key);
    }
    free(map->slots);
    *map = (struct map){ 0 };
}
