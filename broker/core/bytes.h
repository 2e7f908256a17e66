/*
 * core/bytes.h - numbers and names in rows and records, little-endian, one behind the other.
 */
#pragma once

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/slice.h"

static inline uint8_t *bytes_put(uint8_t *at, uint64_t value, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++)
        *at++ = (uint8_t)(value >> (8 * i));
    return at;
}

/* One byte of size, then the text, cut after `limit`. */
static inline uint8_t *bytes_put_text(uint8_t *at, struct slice text, size_t limit)
{
    size_t size = text.size < limit ? text.size : limit;

    assert(limit <= UINT8_MAX);
    *at++ = (uint8_t)size;
    if (size > 0)
        memcpy(at, text.data, size);
    return at + size;
}

/* Reading: what is not there leaves `short_of` set and gives 0. */
struct bytes {
    const uint8_t *at;
    size_t left;
    bool short_of;
};

static inline uint64_t bytes_take(struct bytes *bytes, uint32_t size)
{
    uint64_t value = 0;

    if (bytes->left < size) {
        bytes->short_of = true;
        bytes->left = 0;
        return 0;
    }
    for (uint32_t i = 0; i < size; i++)
        value |= (uint64_t)bytes->at[i] << (8 * i);
    bytes->at += size;
    bytes->left -= size;
    return value;
}

static inline struct slice bytes_take_text(struct bytes *bytes)
{
    size_t size = bytes_take(bytes, 1);

    if (bytes->left < size) {
        bytes->short_of = true;
        bytes->left = 0;
        return slice_of(bytes->at, 0);
    }
    struct slice text = slice_of(bytes->at, size);
    bytes->at += size;
    bytes->left -= size;
    return text;
}
