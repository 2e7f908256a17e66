/*
 * A turn's write set.  It lives in the turn's arena and is put into the batch's transaction by
 * writes_apply, in key order, once the turn has succeeded: so a refusal needs no undoing, and what
 * the store lends while a handler runs stays good, since nothing is put meanwhile.
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "kit/inside.h"

enum { BUCKETS_FIRST = 32 };

void writes_reset(struct turn *turn)
{
    struct writes *writes = turn->writes;

    *writes = (struct writes){ .bucket_count = BUCKETS_FIRST };
    writes->last = &writes->first;
    writes->buckets = turn_room(turn, BUCKETS_FIRST * sizeof(*writes->buckets));
}

static uint32_t hash_of(unsigned table, struct slice key)
{
    const uint8_t *at = key.data;
    uint32_t hash = 2166136261u ^ table;

    for (size_t i = 0; i < key.size; i++)
        hash = (hash ^ at[i]) * 16777619u;
    return hash ^ hash >> 15;
}

static void grow(struct turn *turn)
{
    struct writes *writes = turn->writes;
    uint32_t count = 4 * writes->bucket_count;
    struct entry **buckets = turn_room(turn, count * sizeof(*buckets));

    for (struct entry *entry = writes->first; entry != NULL; entry = entry->later) {
        struct entry **bucket = &buckets[hash_of(entry->table, entry->key) & (count - 1)];
        entry->next = *bucket;
        *bucket = entry;
    }
    writes->buckets = buckets;
    writes->bucket_count = count;
}

/* Rows are our own, checked by the store on each read: they need no scan. */
ProtobufCMessage *writes_unpack(const ProtobufCMessageDescriptor *type, struct slice bytes,
                                struct arena *arena)
{
    return protobuf_c_message_unpack(type, arena_allocator(arena), bytes.size, bytes.data);
}

ProtobufCMessage *writes_blank(const ProtobufCMessageDescriptor *type, void *room)
{
    ProtobufCMessage *message = room;

    protobuf_c_message_init(type, message);
    return message;
}

static struct entry *look(const struct writes *writes, unsigned table, struct slice key)
{
    struct entry *entry = writes->buckets[hash_of(table, key) & (writes->bucket_count - 1)];

    while (entry != NULL && !(entry->table == table && slice_equal(entry->key, key)))
        entry = entry->next;
    return entry;
}

static struct entry *add(struct turn *turn, unsigned table, struct slice key)
{
    struct writes *writes = turn->writes;

    if (writes->count >= 2 * writes->bucket_count)
        grow(turn);
    struct entry *entry = turn_room(turn, sizeof(*entry));
    void *copy = turn_room(turn, key.size);
    memcpy(copy, key.data, key.size);
    entry->table = table;
    entry->key = slice_of(copy, key.size);
    entry->type = turn->kit->store_tables[table]->row;
    struct entry **bucket = &writes->buckets[hash_of(table, key) & (writes->bucket_count - 1)];
    entry->next = *bucket;
    *bucket = entry;
    *writes->last = entry;
    writes->last = &entry->later;
    writes->count++;
    return entry;
}

struct entry *writes_find(struct turn *turn, unsigned table, struct slice key)
{
    struct slice value;

    if (turn->outcome != 0)
        return NULL;
    struct entry *entry = look(turn->writes, table, key);
    if (entry != NULL)
        return entry;
    int r = store_get(turn->batch->txn, table, key, &value);
    if (r < 0) {
        turn_fault(turn, r);
        return NULL;
    }
    entry = add(turn, table, key);
    if (r == STORE_ABSENT)
        return entry;
    entry->original = value;
    entry->row = writes_unpack(entry->type, value, turn->arena);
    if (entry->row == NULL) {
        turn_fault(turn, FAULT(turn->arena->exhausted ? -ENOMEM : -EBADMSG));
        return NULL;
    }
    return entry;
}

/* A row of its own each time: a handler that runs on after a fault may hold two at once, of two
 * types. */
void *writes_scratch(struct turn *turn, unsigned table)
{
    const ProtobufCMessageDescriptor *type = turn->kit->store_tables[table]->row;

    return writes_blank(type, turn_room(turn, type->sizeof_message));
}

void *writes_edit(struct turn *turn, unsigned table, struct slice key)
{
    struct entry *entry = writes_find(turn, table, key);

    if (entry == NULL)
        return writes_scratch(turn, table);
    if (entry->row == NULL)
        entry->row = writes_blank(entry->type, turn_room(turn, entry->type->sizeof_message));
    entry->edited = true;
    return entry->row;
}

void writes_drop(struct turn *turn, unsigned table, struct slice key)
{
    struct entry *entry = writes_find(turn, table, key);

    if (entry == NULL)
        return;
    entry->row = NULL;
    entry->edited = true;
}

/* ---- into the batch ------------------------------------------------------------------------------ */

struct put {
    const struct entry *entry;
    struct slice value; /* data NULL: the row goes */
};

static int by_key(const void *a, const void *b)
{
    const struct entry *first = ((const struct put *)a)->entry;
    const struct entry *second = ((const struct put *)b)->entry;

    if (first->table != second->table)
        return first->table < second->table ? -1 : 1;
    return slice_compare(first->key, second->key);
}

/* Everything is packed before anything is put: a put may move what the store has lent. */
static uint32_t pack_all(struct turn *turn, struct put *puts)
{
    uint32_t count = 0;

    for (const struct entry *entry = turn->writes->first; entry != NULL; entry = entry->later) {
        struct put put = { .entry = entry };
        if (!entry->edited || (entry->row == NULL && entry->original.data == NULL))
            continue;
        if (entry->row != NULL) {
            put.value = turn_pack(turn, entry->row);
            if (entry->original.data != NULL && slice_equal(put.value, entry->original))
                continue;
        }
        puts[count++] = put;
    }
    return count;
}

int writes_apply(struct turn *turn)
{
    struct put *puts = turn_room(turn, (turn->writes->count + 1) * sizeof(*puts));
    uint32_t count = pack_all(turn, puts);
    int r = 0;

    if (turn->outcome != 0)
        return turn->outcome;
    qsort(puts, count, sizeof(*puts), by_key);
    for (uint32_t i = 0; r == 0 && i < count; i++) {
        const struct entry *entry = puts[i].entry;
        r = puts[i].value.data == NULL
                ? batch_drop(turn->batch, entry->table, entry->key)
                : batch_put(turn->batch, entry->table, entry->key, puts[i].value);
    }
    return r;
}
