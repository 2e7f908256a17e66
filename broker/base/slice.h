/*
 * base/slice.h - some bytes that somebody else owns.
 *
 * Keys, values, frames and bodies pass between the floors as slices: a pointer and a size, never
 * a terminated string.  A slice owns nothing; how long its bytes live is told by whoever lends it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
    const void *data;
    size_t size;
};

static inline struct slice slice_of(const void *data, size_t size)
{
    return (struct slice){ .data = data, .size = size };
}

/* The bytes of `text` without its terminator.  Borrows `text` for as long as the slice lives. */
static inline struct slice slice_text(const char *text)
{
    return (struct slice){ .data = text, .size = strlen(text) };
}

static inline bool slice_equal(struct slice a, struct slice b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/* Order by bytes, a prefix first: the order in which a store keeps its keys.  < 0, 0 or > 0. */
static inline int slice_compare(struct slice a, struct slice b)
{
    size_t common = a.size < b.size ? a.size : b.size;
    int order = common == 0 ? 0 : memcmp(a.data, b.data, common);

    return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}
