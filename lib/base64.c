// SPDX-License-Identifier: Apache-2.0
/* Octets as text. */
#include "lib/base64.h"

/* Three octets, of which the last may be missing, as four digits. */
static char *write_group(char *out, const uint8_t *octets, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned second = n > 1 ? octets[1] : 0;
    const unsigned third = n > 2 ? octets[2] : 0;
    const unsigned word = (unsigned)octets[0] << 16 | second << 8 | third;

    *out++ = digits[word >> 18];
    *out++ = digits[word >> 12 & 63];
    *out++ = n > 1 ? digits[word >> 6 & 63] : '=';
    *out++ = n > 2 ? digits[word & 63] : '=';
    return out;
}

char *base64_write(char *out, const uint8_t *octets, size_t len)
{
    for (size_t i = 0; i < len; i += 3) {
        out = write_group(out, octets + i, len - i);
    }
    return out;
}
