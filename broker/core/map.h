/*
 * core/map.h - a table from names to things, for this floor.
 *
 * Open addressing, grows by doubling, keys copied.  Looking up costs the same in a table of ten and
 * of a million; nobody walks it in the order of its buckets, so nothing depends on that order.
 */
#pragma once

#include <stdint.h>

#include "base/slice.h"

struct map_slot {
    uint64_t hash; /* 0: empty */
    uint32_t key_size;
    char *key;
    void *value;
};

struct map {
    struct map_slot *slots;
    uint32_t room;
    uint32_t count;
};

uint64_t map_hash(struct slice key);

/* NULL: there is none. */
void *map_get(const struct map *map, struct slice key);

/* -ENOMEM. */
int map_put(struct map *map, struct slice key, void *value);
void map_drop(struct map *map, struct slice key);

/* Frees keys and table; `each` (may be NULL) is called with every value. */
void map_close(struct map *map, void (*each)(void *value));
