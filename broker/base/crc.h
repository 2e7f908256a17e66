/*
 * base/crc.h - CRC32C (Castagnoli), the check of everything that lies on a disk.
 *
 * With the CPU's instruction where there is one, by table elsewhere; both give the values of
 * RFC 3720 B.4, which the unit test holds them to.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Continues `crc` (0 to begin) over `size` bytes. */
uint32_t crc32c(uint32_t crc, const void *data, size_t size);

/* The same by table, whatever the CPU has: for the test that holds both to the same values. */
uint32_t crc32c_portable(uint32_t crc, const void *data, size_t size);
