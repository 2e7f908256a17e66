#include "base/crc.h"

#include <stdbool.h>
#include <string.h>

enum { POLYNOMIAL_BITS = 8 };
static const uint32_t polynomial = 0x82f63b78; /* Castagnoli, reflected */

/* By table, a byte at a time: for machines without the instruction. */
static uint32_t by_table(uint32_t crc, const uint8_t *bytes, size_t size)
{
    static uint32_t table[256];

    if (table[1] == 0) {
        for (uint32_t i = 256; i-- > 0;) {
            uint32_t value = i;
            for (int bit = 0; bit < POLYNOMIAL_BITS; bit++)
                value = (value >> 1) ^ ((value & 1) != 0 ? polynomial : 0);
            __atomic_store_n(&table[i], value, __ATOMIC_RELAXED);
        }
    }
    while (size-- > 0)
        crc = (crc >> 8) ^ table[(crc ^ *bytes++) & 0xff];
    return crc;
}

#if defined(__x86_64__)
#include <nmmintrin.h>

__attribute__((target("sse4.2"))) static uint32_t by_instruction(uint32_t crc, const uint8_t *bytes,
                                                                 size_t size)
{
    uint64_t wide = crc;

    for (; size >= 8; size -= 8, bytes += 8) {
        uint64_t word;
        memcpy(&word, bytes, 8);
        wide = _mm_crc32_u64(wide, word);
    }
    uint32_t narrow = (uint32_t)wide;
    while (size-- > 0)
        narrow = _mm_crc32_u8(narrow, *bytes++);
    return narrow;
}

static uint32_t step(uint32_t crc, const uint8_t *bytes, size_t size)
{
    return __builtin_cpu_supports("sse4.2") ? by_instruction(crc, bytes, size)
                                            : by_table(crc, bytes, size);
}
#else
static uint32_t step(uint32_t crc, const uint8_t *bytes, size_t size)
{
    return by_table(crc, bytes, size);
}
#endif

uint32_t crc32c(uint32_t crc, const void *data, size_t size)
{
    return ~step(~crc, data, size);
}

uint32_t crc32c_portable(uint32_t crc, const void *data, size_t size)
{
    return ~by_table(~crc, data, size);
}
