// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_UTF8_H
#define LIB_UTF8_H

#include <stddef.h>
#include <stdint.h>

enum { UTF8_MAX = 4 }; /* octets of a character */

/*
 * Octets of the character that data begins with, which is not ASCII and has at most left of them;
 * 0 if they are none (RFC 3629).  Reads no further than to the first that does not fit.
 */
size_t utf8_long_len(const uint8_t *data, size_t left);

/* The same of any character; left is not 0. */
static inline size_t utf8_len(const uint8_t *data, size_t left)
{
    return data[0] < 0x80 ? 1 : utf8_long_len(data, left);
}

#endif
