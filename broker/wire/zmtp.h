/*
 * wire/zmtp.h - the bytes of ZMTP 3.1, as far as a caller needs them: greeting, frames, commands.
 *
 * Each side sends a greeting of 64 bytes, then frames: a byte of flags, the size in 1 or 8 bytes, the
 * body.  The first frames are commands, by which a mechanism (NULL or CURVE) makes sure who is there.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

enum { ZMTP_GREETING_BYTES = 64, ZMTP_HEAD_BYTES = 9, ZMTP_PROPERTIES_BYTES = 40 };
enum { ZMTP_MORE = 1, ZMTP_LONG = 2, ZMTP_COMMAND = 4 };
enum { ZMTP_SHORT = 1, ZMTP_BAD = 2 };

void zmtp_greeting(bool curve, uint8_t bytes[ZMTP_GREETING_BYTES]);

/* Whether that is a listener of ours: of version 3, with the same mechanism. */
bool zmtp_greeting_good(const uint8_t bytes[ZMTP_GREETING_BYTES], bool curve);

/* What stands in front of a body of `size` bytes; how many bytes that takes. */
size_t zmtp_head(uint8_t flags, uint64_t size, uint8_t bytes[ZMTP_HEAD_BYTES]);

/* The frame at the front of some bytes; its body lies among them.  ZMTP_SHORT: `whole` tells how many
 * bytes there must be before it is worth another look.  ZMTP_BAD: it is over `most`. */
struct zmtp_frame {
    uint8_t flags;
    uint8_t *body;
    size_t size;
    size_t whole; /* with its head */
};
int zmtp_frame(uint8_t *bytes, size_t size, size_t most, struct zmtp_frame *ret_frame);

/* Whether a body is the command of that name: a byte with the name's length, the name, the rest. */
bool zmtp_is(struct slice body, const char *name);

/* What a DEALER says of itself; how many bytes that takes. */
size_t zmtp_properties(uint8_t bytes[ZMTP_PROPERTIES_BYTES]);
