/*
 * A checkpoint's payload: mark, identity, size, time, peaks, root, signature over what precedes it.
 */
#include "log/checkpoint.h"

#include <sodium.h>
#include <stdbool.h>
#include <string.h>

enum { MARK = 0, IDENTITY = 8, SIZE = 16, TIME = 24, PEAKS = 32 };
static const uint8_t mark[8] = { 'C', 'A', 'R', 'E', 'C', 'H', 'K', '1' };

static void put(uint8_t *bytes, uint64_t number)
{
    memcpy(bytes, &number, 8);
}

static uint64_t get(const uint8_t *bytes)
{
    uint64_t number;

    memcpy(&number, bytes, 8);
    return number;
}

static uint32_t signed_size(uint64_t size)
{
    return PEAKS + (uint32_t)__builtin_popcountll(size) * MERKLE_HASH_SIZE + MERKLE_HASH_SIZE;
}

void checkpoint_pack(uint64_t log_identity, uint64_t time_ms, const struct merkle *tree,
                     const uint8_t secret[CHECKPOINT_SECRET_SIZE],
                     uint8_t payload[CHECKPOINT_BYTES_MAX], uint32_t *ret_size)
{
    uint32_t size = signed_size(tree->size);

    memcpy(payload + MARK, mark, sizeof(mark));
    put(payload + IDENTITY, log_identity);
    put(payload + SIZE, tree->size);
    put(payload + TIME, time_ms);
    memcpy(payload + PEAKS, tree->peaks, size - PEAKS - MERKLE_HASH_SIZE);
    merkle_root(tree, payload + size - MERKLE_HASH_SIZE);
    crypto_sign_detached(payload + size, NULL, payload, size, secret);
    *ret_size = size + CHECKPOINT_SIGNATURE_SIZE;
}

static bool good_shape(struct slice payload)
{
    const uint8_t *bytes = payload.data;

    return payload.size >= PEAKS && memcmp(bytes, mark, sizeof(mark)) == 0
           && payload.size == signed_size(get(bytes + SIZE)) + CHECKPOINT_SIGNATURE_SIZE;
}

int checkpoint_unpack(struct slice payload, struct checkpoint *ret_checkpoint,
                      struct merkle *ret_tree)
{
    const uint8_t *bytes = payload.data;
    struct merkle tree;
    uint8_t root[MERKLE_HASH_SIZE];

    if (!good_shape(payload))
        return CHECKPOINT_BAD;
    uint32_t size = signed_size(get(bytes + SIZE));
    merkle_open(&tree);
    tree.size = get(bytes + SIZE);
    memcpy(tree.peaks, bytes + PEAKS, size - PEAKS - MERKLE_HASH_SIZE);
    merkle_root(&tree, root);
    if (memcmp(root, bytes + size - MERKLE_HASH_SIZE, MERKLE_HASH_SIZE) != 0)
        return CHECKPOINT_BAD;
    *ret_checkpoint = (struct checkpoint){ .log_identity = get(bytes + IDENTITY),
                                           .size = tree.size,
                                           .time_ms = get(bytes + TIME) };
    memcpy(ret_checkpoint->root, root, sizeof(root));
    memcpy(ret_checkpoint->signature, bytes + size, CHECKPOINT_SIGNATURE_SIZE);
    if (ret_tree != NULL)
        *ret_tree = tree;
    return 0;
}

int checkpoint_check(struct slice payload, const uint8_t public_key[CHECKPOINT_PUBLIC_SIZE])
{
    const uint8_t *bytes = payload.data;

    if (!good_shape(payload))
        return CHECKPOINT_BAD;
    uint32_t size = signed_size(get(bytes + SIZE));
    return crypto_sign_verify_detached(bytes + size, bytes, size, public_key) == 0 ? 0
                                                                                   : CHECKPOINT_BAD;
}
