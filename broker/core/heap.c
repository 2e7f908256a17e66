/*
 * Entries in order of rank, then of sequence; each knows its place, so that any can be taken out.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/err.h"
#include "core/inside.h"

enum { ROOM_FIRST = 16 };

static bool before(const struct entry *a, const struct entry *b)
{
    return a->rank != b->rank ? a->rank < b->rank : a->seq < b->seq;
}

static void put(struct heap *heap, uint32_t at, struct entry *entry)
{
    heap->items[at] = entry;
    entry->heap_at = at;
}

static void rise(struct heap *heap, struct entry *entry, uint32_t at)
{
    while (at > 0 && before(entry, heap->items[(at - 1) / 2])) {
        put(heap, at, heap->items[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    put(heap, at, entry);
}

static void sink(struct heap *heap, struct entry *entry, uint32_t at)
{
    while (true) {
        uint32_t child = 2 * at + 1;
        if (child + 1 < heap->count && before(heap->items[child + 1], heap->items[child]))
            child++;
        if (child >= heap->count || !before(heap->items[child], entry))
            break;
        put(heap, at, heap->items[child]);
        at = child;
    }
    put(heap, at, entry);
}

int heap_push(struct heap *heap, struct entry *entry, uint64_t rank)
{
    assert(entry->heap_at == HEAP_OUT);
    if (heap->count == heap->room) {
        uint32_t room = heap->room == 0 ? ROOM_FIRST : 2 * heap->room;
        void *larger = realloc(heap->items, room * sizeof(*heap->items));
        if (larger == NULL)
            return FAULT(-ENOMEM);
        heap->items = larger;
        heap->room = room;
    }
    entry->rank = rank;
    rise(heap, entry, heap->count++);
    return 0;
}

void heap_remove(struct heap *heap, struct entry *entry)
{
    uint32_t at = entry->heap_at;

    assert(at < heap->count && heap->items[at] == entry);
    struct entry *last = heap->items[--heap->count];
    entry->heap_at = HEAP_OUT;
    if (last == entry)
        return;
    if (at > 0 && before(last, heap->items[(at - 1) / 2]))
        rise(heap, last, at);
    else
        sink(heap, last, at);
}

struct entry *heap_top(const struct heap *heap)
{
    return heap->count == 0 ? NULL : heap->items[0];
}
