#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 16, BLOCK_BYTES = 16 << 10 };

struct arena_block {
    struct arena_block *next;
    size_t room;
    size_t used;
    size_t padding; /* the bytes behind the header are aligned */
};

static void *block_take(struct arena_block *block, size_t size)
{
    uint8_t *bytes = (uint8_t *)(block + 1) + block->used;

    block->used += size;
    return bytes;
}

static void *arena_protobuf_alloc(void *data, size_t size)
{
    return arena_alloc(data, size);
}

static void arena_protobuf_free(void *data, void *pointer)
{
    (void)data;
    (void)pointer;
}

void arena_open(struct arena *arena, size_t budget_bytes)
{
    *arena = (struct arena){
        .budget_bytes = budget_bytes,
        .allocator = { arena_protobuf_alloc, arena_protobuf_free, NULL },
    };
    arena->allocator.allocator_data = arena;
}

static void drop_blocks(struct arena_block *block)
{
    while (block != NULL) {
        struct arena_block *next = block->next;
        free(block);
        block = next;
    }
}

void arena_close(struct arena *arena)
{
    drop_blocks(arena->blocks);
    *arena = (struct arena){ 0 };
}

void arena_reset(struct arena *arena)
{
    struct arena_block *kept = NULL;

    /* One of the usual size is worth keeping; a large one was somebody's exception. */
    while (arena->blocks != NULL) {
        struct arena_block *next = arena->blocks->next;
        if (kept == NULL && arena->blocks->room == BLOCK_BYTES)
            kept = arena->blocks;
        else
            free(arena->blocks);
        arena->blocks = next;
    }
    if (kept != NULL) {
        kept->used = 0;
        kept->next = NULL;
    }
    arena->blocks = kept;
    arena->used_bytes = 0;
    arena->exhausted = false;
}

static struct arena_block *block_make(struct arena *arena, size_t size)
{
    size_t room = size > BLOCK_BYTES ? size : BLOCK_BYTES;
    struct arena_block *block = malloc(sizeof(*block) + room);

    if (block == NULL)
        return NULL;
    *block = (struct arena_block){ .next = arena->blocks, .room = room };
    /* A large one goes behind the block in use, whose rest is not lost. */
    if (arena->blocks != NULL && room > BLOCK_BYTES) {
        block->next = arena->blocks->next;
        arena->blocks->next = block;
    } else {
        arena->blocks = block;
    }
    return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    size_t rounded = size == 0 ? ALIGNMENT : (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);

    if (rounded < size || rounded > arena->budget_bytes - arena->used_bytes) {
        arena->exhausted = true;
        return NULL;
    }
    struct arena_block *block = arena->blocks;
    if (block == NULL || block->room - block->used < rounded)
        block = block_make(arena, rounded);
    if (block == NULL) {
        arena->exhausted = true;
        return NULL;
    }
    arena->used_bytes += rounded;
    return memset(block_take(block, rounded), 0, rounded);
}

void *arena_copy(struct arena *arena, const void *data, size_t size)
{
    void *copy = arena_alloc(arena, size);

    return copy == NULL || size == 0 ? copy : memcpy(copy, data, size);
}

char *arena_text(struct arena *arena, const char *text)
{
    return arena_copy(arena, text, strlen(text) + 1);
}

char *arena_print(struct arena *arena, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0)
        return NULL;
    char *text = arena_alloc(arena, (size_t)length + 1);
    if (text == NULL)
        return NULL;
    va_start(arguments, format);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return text;
}

ProtobufCAllocator *arena_allocator(struct arena *arena)
{
    arena->allocator.allocator_data = arena; /* the arena may have been moved since it was opened */
    return &arena->allocator;
}
