// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_BASE64_H
#define LIB_BASE64_H

#include <stddef.h>
#include <stdint.h>

/* How long base64 of len octets is. */
static inline size_t base64_len(size_t len)
{
    return (len + 2) / 3 * 4;
}

/* RFC 4648 section 4.  Writes base64_len(len) octets at out, and returns their end. */
char *base64_write(char *out, const uint8_t *octets, size_t len);

#endif
