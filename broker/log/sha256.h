/*
 * log/sha256.h - SHA-256, with the CPU's instructions where it has them.
 *
 * Each record is a leaf of the tree, so each costs a hash and about one node.  Four times faster than
 * libsodium's portable code, which stands in on other machines; the unit test holds both to the same
 * values.  Private to this floor.
 */
#pragma once

#include <sodium.h>
#include <stddef.h>
#include <stdint.h>

enum { SHA256_SIZE = 32, SHA256_BLOCK_BYTES = 64 };

struct sha256 {
    uint32_t words[8];
    uint64_t size; /* so far */
    uint8_t rest[SHA256_BLOCK_BYTES];
    crypto_hash_sha256_state portable;
};

void sha256_begin(struct sha256 *hash);
void sha256_add(struct sha256 *hash, const void *data, size_t size);
void sha256_end(struct sha256 *hash, uint8_t ret_hash[SHA256_SIZE]);
