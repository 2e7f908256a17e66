#include "log/merkle.h"

#include <string.h>

#include "log/sha256.h"

/* RFC 9162, 2.1.1: a leaf is hashed behind 0x00, a node behind 0x01. */
void merkle_leaf_hash(struct slice leaf, uint8_t ret_hash[MERKLE_HASH_SIZE])
{
    static const uint8_t mark = 0x00;
    struct sha256 hash;

    sha256_begin(&hash);
    sha256_add(&hash, &mark, 1);
    sha256_add(&hash, leaf.data, leaf.size);
    sha256_end(&hash, ret_hash);
}

static void node(const uint8_t left[MERKLE_HASH_SIZE], const uint8_t right[MERKLE_HASH_SIZE],
                 uint8_t ret_hash[MERKLE_HASH_SIZE])
{
    uint8_t bytes[1 + 2 * MERKLE_HASH_SIZE] = { 0x01 };
    struct sha256 hash;

    memcpy(bytes + 1, left, MERKLE_HASH_SIZE);
    memcpy(bytes + 1 + MERKLE_HASH_SIZE, right, MERKLE_HASH_SIZE);
    sha256_begin(&hash);
    sha256_add(&hash, bytes, sizeof(bytes));
    sha256_end(&hash, ret_hash);
}

void merkle_open(struct merkle *tree)
{
    memset(tree, 0, sizeof(*tree));
}

static unsigned peaks_of(uint64_t size)
{
    return (unsigned)__builtin_popcountll(size);
}

void merkle_add(struct merkle *tree, const uint8_t leaf_hash[MERKLE_HASH_SIZE])
{
    unsigned count = peaks_of(tree->size);

    memcpy(tree->peaks[count], leaf_hash, MERKLE_HASH_SIZE);
    /* As many subtrees of one size meet as the number has ones at its end. */
    for (uint64_t size = tree->size; (size & 1) != 0; size >>= 1, count--)
        node(tree->peaks[count - 1], tree->peaks[count], tree->peaks[count - 1]);
    tree->size++;
}

void merkle_root(const struct merkle *tree, uint8_t ret_root[MERKLE_HASH_SIZE])
{
    unsigned count = peaks_of(tree->size);

    if (count == 0) {
        crypto_hash_sha256(ret_root, NULL, 0);
        return;
    }
    memcpy(ret_root, tree->peaks[count - 1], MERKLE_HASH_SIZE);
    for (unsigned i = count - 1; i-- > 0;)
        node(tree->peaks[i], ret_root, ret_root);
}
