/*
 * log/checkpoint.h - what the broker signs now and then: size and root of the tree so far.
 *
 * A checkpoint is the payload of a LOG_CHECKPOINT record.  It carries the right edge of the tree
 * too, so that a restart goes on from the last checkpoint instead of from the beginning.
 */
#pragma once

#include <stdint.h>

#include "base/slice.h"
#include "log/merkle.h"

enum {
    CHECKPOINT_SECRET_SIZE = 64, /* Ed25519, as libsodium has it */
    CHECKPOINT_PUBLIC_SIZE = 32,
    CHECKPOINT_SIGNATURE_SIZE = 64,
    CHECKPOINT_BYTES_MAX = 32 + 8 * 5 + MERKLE_PEAKS * MERKLE_HASH_SIZE + CHECKPOINT_SIGNATURE_SIZE,
    CHECKPOINT_BAD = 1,
};

struct checkpoint {
    uint64_t log_identity;
    uint64_t size; /* records covered: 1 .. size */
    uint64_t time_ms;
    uint8_t root[MERKLE_HASH_SIZE];
    uint8_t signature[CHECKPOINT_SIGNATURE_SIZE];
};

/* Writes the payload for `tree`, signed; its size in *ret_size. */
void checkpoint_pack(uint64_t log_identity, uint64_t time_ms, const struct merkle *tree,
                     const uint8_t secret[CHECKPOINT_SECRET_SIZE],
                     uint8_t payload[CHECKPOINT_BYTES_MAX], uint32_t *ret_size);

/* CHECKPOINT_BAD: not a checkpoint, or its root is not that of its own peaks.  ret_tree may be
 * NULL. */
int checkpoint_unpack(struct slice payload, struct checkpoint *ret_checkpoint,
                      struct merkle *ret_tree);

/* CHECKPOINT_BAD: not signed by that key. */
int checkpoint_check(struct slice payload, const uint8_t public_key[CHECKPOINT_PUBLIC_SIZE]);
