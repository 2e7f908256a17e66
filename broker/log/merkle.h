/*
 * log/merkle.h - the Merkle tree of RFC 9162, section 2.1, over the records of the log.
 *
 * Only the right edge is kept (one hash for each bit of the size), so adding is O(1) amortised and
 * the root is at hand at any size.  Leaf i is the i-th record of the log: its hash is
 * SHA-256(0x00 || header fields || payload), as README.md has them.
 */
#pragma once

#include <stdint.h>

#include "base/slice.h"

enum { MERKLE_HASH_SIZE = 32, MERKLE_PEAKS = 64 };

struct merkle {
    uint64_t size;
    uint8_t peaks[MERKLE_PEAKS][MERKLE_HASH_SIZE]; /* of the perfect subtrees, largest first */
};

void merkle_open(struct merkle *tree);
void merkle_leaf_hash(struct slice leaf, uint8_t ret_hash[MERKLE_HASH_SIZE]);
void merkle_add(struct merkle *tree, const uint8_t leaf_hash[MERKLE_HASH_SIZE]);

/* RFC 9162: of the empty tree, SHA-256 of nothing. */
void merkle_root(const struct merkle *tree, uint8_t ret_root[MERKLE_HASH_SIZE]);
