// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_CRC32C_H
#define LIB_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/*
 * CRC-32C (Castagnoli; RFC 3720 appendix B.4), going on from crc: 0, or what the octets
 * before came to, or a number that this sum alone shall begin with.  By the processor's
 * own instruction where it has one.
 */
uint32_t crc32c(uint32_t crc, const void *data, size_t len);

/* The same sum by a table, as it is made where there is no such instruction. */
uint32_t crc32c_by_table(uint32_t crc, const void *data, size_t len);

#endif
