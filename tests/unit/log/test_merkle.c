/* The tree against the vectors of RFC 6962/9162 (the well-known eight leaves), and checkpoints. */
#include <sodium.h>

#include "base/log.h"
#include "lib/run.h"
#include "log/checkpoint.h"
#include "log/log.h"
#include "log/merkle.h"
#include "log/sha256.h"

struct leaf {
    const char *bytes;
    size_t size;
};

/* The inputs and roots that Certificate Transparency's implementations all test with. */
static const struct leaf leaves[] = {
    { "", 0 },
    { "\x00", 1 },
    { "\x10", 1 },
    { "\x20\x21", 2 },
    { "\x30\x31", 2 },
    { "\x40\x41\x42\x43", 4 },
    { "\x50\x51\x52\x53\x54\x55\x56\x57", 8 },
    { "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16 },
};
static const char *const roots[] = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

static const char *hex(const uint8_t hash[MERKLE_HASH_SIZE])
{
    static char text[2 * MERKLE_HASH_SIZE + 1];

    return sodium_bin2hex(text, sizeof(text), hash, MERKLE_HASH_SIZE);
}

/* FIPS 180-4's examples, and libsodium's values for each size and each way to cut it. */
START_TEST(our_sha256_is_that_of_the_standard)
{
    uint8_t bytes[300];
    uint8_t got[SHA256_SIZE];
    uint8_t wanted[SHA256_SIZE];
    struct sha256 hash;

    sha256_begin(&hash);
    sha256_add(&hash, "abc", 3);
    sha256_end(&hash, got);
    ck_assert_str_eq(hex(got), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(i * 7 + i / 9);
    for (size_t size = 0; size <= sizeof(bytes); size++) {
        crypto_hash_sha256(wanted, bytes, size);
        for (size_t cut = 0; cut <= size; cut += 1 + size / 23) {
            sha256_begin(&hash);
            sha256_add(&hash, bytes, cut);
            sha256_add(&hash, bytes + cut, size - cut);
            sha256_end(&hash, got);
            ck_assert_mem_eq(got, wanted, sizeof(got));
        }
    }
}
END_TEST

START_TEST(the_roots_are_those_of_the_published_vectors)
{
    struct merkle tree;
    uint8_t hash[MERKLE_HASH_SIZE];

    merkle_open(&tree);
    for (size_t i = 0; i <= 8; i++) {
        merkle_root(&tree, hash);
        ck_assert_str_eq(hex(hash), roots[i]);
        if (i == 8)
            break;
        merkle_leaf_hash(slice_of(leaves[i].bytes, leaves[i].size), hash);
        merkle_add(&tree, hash);
    }
}
END_TEST

/* RFC 9162, 2.1.1, as it is written: split at the largest power of two below n. */
static void by_definition(uint8_t (*hashes)[MERKLE_HASH_SIZE], size_t count,
                          uint8_t ret_root[MERKLE_HASH_SIZE])
{
    uint8_t bytes[1 + 2 * MERKLE_HASH_SIZE] = { 0x01 };
    size_t left = 1;

    if (count == 1) {
        memcpy(ret_root, hashes[0], MERKLE_HASH_SIZE);
        return;
    }
    while (left * 2 < count)
        left *= 2;
    by_definition(hashes, left, bytes + 1);
    by_definition(hashes + left, count - left, bytes + 1 + MERKLE_HASH_SIZE);
    crypto_hash_sha256(ret_root, bytes, sizeof(bytes));
}

START_TEST(at_each_size_the_root_is_that_of_the_definition)
{
    static uint8_t hashes[300][MERKLE_HASH_SIZE];
    uint8_t root[MERKLE_HASH_SIZE];
    uint8_t wanted[MERKLE_HASH_SIZE];
    struct merkle tree;

    merkle_open(&tree);
    for (size_t i = 0; i < 300; i++) {
        merkle_leaf_hash(slice_of(&i, sizeof(i)), hashes[i]);
        merkle_add(&tree, hashes[i]);
        merkle_root(&tree, root);
        by_definition(hashes, i + 1, wanted);
        ck_assert_mem_eq(root, wanted, sizeof(root));
    }
}
END_TEST

START_TEST(a_record_is_a_leaf_over_its_fields_and_payload)
{
    uint8_t leaf[24 + 5] = { LOG_MESSAGE };
    uint64_t seq = 77;
    uint64_t time_ms = 123456;
    uint8_t hash[MERKLE_HASH_SIZE];
    uint8_t wanted[MERKLE_HASH_SIZE];

    memcpy(leaf + 8, &seq, 8);
    memcpy(leaf + 16, &time_ms, 8);
    memcpy(leaf + 24, "hello", 5);
    merkle_leaf_hash(slice_of(leaf, sizeof(leaf)), wanted);
    struct log_record record = {
        .type = LOG_MESSAGE, .seq = seq, .time_ms = time_ms, .payload = slice_text("hello")
    };
    log_record_hash(&record, hash);
    ck_assert_mem_eq(hash, wanted, sizeof(hash));
}
END_TEST

static void tree_of(struct merkle *tree, uint64_t size)
{
    uint8_t hash[MERKLE_HASH_SIZE];

    merkle_open(tree);
    for (uint64_t i = 0; i < size; i++) {
        merkle_leaf_hash(slice_of(&i, sizeof(i)), hash);
        merkle_add(tree, hash);
    }
}

START_TEST(a_checkpoint_comes_back_and_the_tree_goes_on_from_it)
{
    uint8_t public_key[CHECKPOINT_PUBLIC_SIZE];
    uint8_t secret[CHECKPOINT_SECRET_SIZE];
    uint8_t payload[CHECKPOINT_BYTES_MAX];
    uint8_t root[MERKLE_HASH_SIZE];
    uint8_t wanted[MERKLE_HASH_SIZE];
    struct checkpoint checkpoint;
    struct merkle tree;
    struct merkle again;
    uint32_t size;

    crypto_sign_keypair(public_key, secret);
    for (uint64_t count = 0; count < 70; count++) {
        tree_of(&tree, count);
        checkpoint_pack(99, 1234, &tree, secret, payload, &size);
        ck_assert_uint_le(size, CHECKPOINT_BYTES_MAX);
        ck_assert_int_eq(checkpoint_check(slice_of(payload, size), public_key), 0);
        ck_assert_int_eq(checkpoint_unpack(slice_of(payload, size), &checkpoint, &again), 0);
        ck_assert_uint_eq(checkpoint.log_identity, 99);
        ck_assert_uint_eq(checkpoint.size, count);
        ck_assert_uint_eq(checkpoint.time_ms, 1234);
        merkle_leaf_hash(slice_text("next"), root);
        merkle_add(&tree, root);
        merkle_add(&again, root);
        merkle_root(&tree, wanted);
        merkle_root(&again, root);
        ck_assert_mem_eq(root, wanted, sizeof(root));
    }
}
END_TEST

START_TEST(each_changed_byte_of_a_checkpoint_is_found)
{
    uint8_t public_key[CHECKPOINT_PUBLIC_SIZE];
    uint8_t secret[CHECKPOINT_SECRET_SIZE];
    uint8_t other_public[CHECKPOINT_PUBLIC_SIZE];
    uint8_t other_secret[CHECKPOINT_SECRET_SIZE];
    uint8_t payload[CHECKPOINT_BYTES_MAX];
    struct checkpoint checkpoint;
    struct merkle tree;
    uint32_t size;

    crypto_sign_keypair(public_key, secret);
    crypto_sign_keypair(other_public, other_secret);
    tree_of(&tree, 21);
    checkpoint_pack(99, 1234, &tree, secret, payload, &size);
    for (uint32_t i = 0; i < size; i++) {
        payload[i] ^= 4;
        ck_assert_int_eq(checkpoint_check(slice_of(payload, size), public_key), CHECKPOINT_BAD);
        payload[i] ^= 4;
    }
    for (uint32_t i = 0; i < size; i++) {
        ck_assert_int_eq(checkpoint_check(slice_of(payload, i), public_key), CHECKPOINT_BAD);
        ck_assert_int_eq(checkpoint_unpack(slice_of(payload, i), &checkpoint, NULL),
                         CHECKPOINT_BAD);
    }
    ck_assert_int_eq(checkpoint_check(slice_of(payload, size), other_public), CHECKPOINT_BAD);
    payload[40] ^= 1; /* of a peak: the root is not that of the peaks any more */
    ck_assert_int_eq(checkpoint_unpack(slice_of(payload, size), &checkpoint, NULL), CHECKPOINT_BAD);
}
END_TEST

TESTS(our_sha256_is_that_of_the_standard, the_roots_are_those_of_the_published_vectors,
      at_each_size_the_root_is_that_of_the_definition,
      a_record_is_a_leaf_over_its_fields_and_payload,
      a_checkpoint_comes_back_and_the_tree_goes_on_from_it,
      each_changed_byte_of_a_checkpoint_is_found)
