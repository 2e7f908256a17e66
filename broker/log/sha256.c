#include "log/sha256.h"

#include <stdbool.h>
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

/* FIPS 180-4, 4.2.2. */
static const uint32_t constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static bool has_instructions(void)
{
    static int known; /* 0: not asked yet */
    unsigned a;
    unsigned b;
    unsigned c;
    unsigned d;

    if (__atomic_load_n(&known, __ATOMIC_RELAXED) == 0) {
        bool sha = __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b >> 29 & 1) != 0;
        bool both = sha && __builtin_cpu_supports("sse4.1");
        __atomic_store_n(&known, both ? 1 : -1, __ATOMIC_RELAXED);
    }
    return __atomic_load_n(&known, __ATOMIC_RELAXED) == 1;
}

/* Four rounds with the words `a`, which then become those of sixteen rounds later. */
#define FOUR_ROUNDS(round, a, b, c, d)                                                             \
    do {                                                                                           \
        __m128i sum = _mm_add_epi32(a, _mm_loadu_si128((const void *)(constants + 4 * (round))));  \
        cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);                                             \
        abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0e));                    \
        if ((round) < 12)                                                                          \
            a = _mm_sha256msg2_epu32(                                                              \
                _mm_add_epi32(_mm_sha256msg1_epu32(a, b), _mm_alignr_epi8(d, c, 4)), d);           \
    } while (0)

__attribute__((target("sha,sse4.1"))) static void add_blocks(uint32_t words[8], const uint8_t *data,
                                                             size_t count)
{
    const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    __m128i low = _mm_shuffle_epi32(_mm_loadu_si128((const void *)words), 0xb1);
    __m128i high = _mm_shuffle_epi32(_mm_loadu_si128((const void *)(words + 4)), 0x1b);
    __m128i abef = _mm_alignr_epi8(low, high, 8);
    __m128i cdgh = _mm_blend_epi16(high, low, 0xf0);

    for (; count > 0; count--, data += SHA256_BLOCK_BYTES) {
        __m128i abef_before = abef;
        __m128i cdgh_before = cdgh;
        __m128i a = _mm_shuffle_epi8(_mm_loadu_si128((const void *)data), swap);
        __m128i b = _mm_shuffle_epi8(_mm_loadu_si128((const void *)(data + 16)), swap);
        __m128i c = _mm_shuffle_epi8(_mm_loadu_si128((const void *)(data + 32)), swap);
        __m128i d = _mm_shuffle_epi8(_mm_loadu_si128((const void *)(data + 48)), swap);
        for (int round = 0; round < 16; round += 4) {
            FOUR_ROUNDS(round, a, b, c, d);
            FOUR_ROUNDS(round + 1, b, c, d, a);
            FOUR_ROUNDS(round + 2, c, d, a, b);
            FOUR_ROUNDS(round + 3, d, a, b, c);
        }
        abef = _mm_add_epi32(abef, abef_before);
        cdgh = _mm_add_epi32(cdgh, cdgh_before);
    }
    low = _mm_shuffle_epi32(abef, 0x1b);
    high = _mm_shuffle_epi32(cdgh, 0xb1);
    _mm_storeu_si128((void *)words, _mm_blend_epi16(low, high, 0xf0));
    _mm_storeu_si128((void *)(words + 4), _mm_alignr_epi8(high, low, 8));
}
#else
static bool has_instructions(void)
{
    return false;
}

static void add_blocks(uint32_t words[8], const uint8_t *data, size_t count)
{
    (void)words;
    (void)data;
    (void)count;
}
#endif

void sha256_begin(struct sha256 *hash)
{
    static const uint32_t first[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                       0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };

    hash->size = 0;
    memcpy(hash->words, first, sizeof(first));
    if (!has_instructions())
        crypto_hash_sha256_init(&hash->portable);
}

void sha256_add(struct sha256 *hash, const void *data, size_t size)
{
    const uint8_t *bytes = data;
    size_t held = hash->size % SHA256_BLOCK_BYTES;

    if (size == 0)
        return;
    if (!has_instructions()) {
        crypto_hash_sha256_update(&hash->portable, bytes, size);
        return;
    }
    hash->size += size;
    if (held > 0) {
        size_t piece = SHA256_BLOCK_BYTES - held < size ? SHA256_BLOCK_BYTES - held : size;
        memcpy(hash->rest + held, bytes, piece);
        bytes += piece;
        size -= piece;
        if (held + piece < SHA256_BLOCK_BYTES)
            return;
        add_blocks(hash->words, hash->rest, 1);
    }
    add_blocks(hash->words, bytes, size / SHA256_BLOCK_BYTES);
    bytes += size - size % SHA256_BLOCK_BYTES;
    if (size % SHA256_BLOCK_BYTES > 0)
        memcpy(hash->rest, bytes, size % SHA256_BLOCK_BYTES);
}

/* A one bit, zeros, and the size in bits, big-endian, as the last 8 bytes of a block. */
void sha256_end(struct sha256 *hash, uint8_t ret_hash[SHA256_SIZE])
{
    size_t held = hash->size % SHA256_BLOCK_BYTES;
    uint64_t bits = hash->size * 8;

    if (!has_instructions()) {
        crypto_hash_sha256_final(&hash->portable, ret_hash);
        return;
    }
    hash->rest[held++] = 0x80;
    memset(hash->rest + held, 0, SHA256_BLOCK_BYTES - held);
    if (held > SHA256_BLOCK_BYTES - 8) {
        add_blocks(hash->words, hash->rest, 1);
        memset(hash->rest, 0, SHA256_BLOCK_BYTES);
    }
    for (int i = 0; i < 8; i++)
        hash->rest[SHA256_BLOCK_BYTES - 1 - i] = (uint8_t)(bits >> (8 * i));
    add_blocks(hash->words, hash->rest, 1);
    for (int i = 0; i < 8; i++) {
        uint32_t word = __builtin_bswap32(hash->words[i]);
        memcpy(ret_hash + 4 * i, &word, 4);
    }
}
