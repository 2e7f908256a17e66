/*
 * base/arena.h - memory that dies together, with a budget.
 *
 * A turn, a frame, a query: whatever they allocate ends at once, so nobody frees anything and
 * nothing leaks by an early return.  The budget is what a hostile message can cost us.
 * protobuf-c unpacks through arena_allocator(), so its amplification meets the budget too.
 */
#pragma once

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>

struct arena_block;

struct arena {
    size_t budget_bytes; /* the most that may be in use at once                              */
    size_t used_bytes;
    bool exhausted; /* a request did not fit the budget since the last reset            */
    struct arena_block *blocks;
    ProtobufCAllocator allocator;
};

void arena_open(struct arena *arena, size_t budget_bytes);
void arena_close(struct arena *arena);

/* Forgets everything at once; a block is kept for the next user. */
void arena_reset(struct arena *arena);

/* `size` zeroed bytes, aligned to 16, or NULL when the budget is spent (then `exhausted` is set)
 * or there is no memory.  Lends them until arena_reset. */
void *arena_alloc(struct arena *arena, size_t size);

/* A copy in the arena; NULL as above. */
void *arena_copy(struct arena *arena, const void *data, size_t size);
char *arena_text(struct arena *arena, const char *text);
char *arena_print(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* For protobuf-c: alloc comes from the arena, free does nothing.  Lends it as long as the arena. */
ProtobufCAllocator *arena_allocator(struct arena *arena);
