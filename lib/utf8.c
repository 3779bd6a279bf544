// SPDX-License-Identifier: Apache-2.0
/* Characters of text. */
#include "lib/utf8.h"

#include <stdbool.h>

/* How the first octet of a character says what follows (Unicode, table 3-7). */
static const struct {
    uint8_t first;
    uint8_t last;
    uint8_t len;
    uint8_t second_low;
    uint8_t second_high;
} sequences[] = {
    {0xc2, 0xdf, 2, 0x80, 0xbf}, {0xe0, 0xe0, 3, 0xa0, 0xbf}, {0xe1, 0xec, 3, 0x80, 0xbf},
    {0xed, 0xed, 3, 0x80, 0x9f}, {0xee, 0xef, 3, 0x80, 0xbf}, {0xf0, 0xf0, 4, 0x90, 0xbf},
    {0xf1, 0xf3, 4, 0x80, 0xbf}, {0xf4, 0xf4, 4, 0x80, 0x8f},
};

static bool continues(const uint8_t *data, size_t from, size_t len)
{
    for (size_t i = from; i < len; i++) {
        if ((data[i] & 0xc0) != 0x80) {
            return false;
        }
    }
    return true;
}

size_t utf8_long_len(const uint8_t *data, size_t left)
{
    for (size_t i = 0; i < sizeof(sequences) / sizeof(sequences[0]); i++) {
        if (data[0] >= sequences[i].first && data[0] <= sequences[i].last) {
            return left >= sequences[i].len && data[1] >= sequences[i].second_low &&
                           data[1] <= sequences[i].second_high &&
                           continues(data, 2, sequences[i].len)
                       ? sequences[i].len
                       : 0;
        }
    }
    return 0;
}
