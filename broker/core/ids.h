/*
 * core/ids.h - a table from numbers to things: sequences to entries, hashes to cases.
 *
 * Open addressing with the keys in place, so that the path of a message allocates nothing once the
 * table has grown.  0 is no key.  Walked only where the order cannot be seen.
 */
#pragma once

#include <stdint.h>

struct ids_slot {
    uint64_t key; /* 0: empty */
    void *value;
};

struct ids {
    struct ids_slot *slots;
    uint32_t room;
    uint32_t count;
};

/* NULL: there is none. */
void *ids_get(const struct ids *ids, uint64_t key);

/* -ENOMEM. */
int ids_put(struct ids *ids, uint64_t key, void *value);
void ids_drop(struct ids *ids, uint64_t key);
void ids_close(struct ids *ids);
