// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_COMPAT_H
#define LIB_COMPAT_H

#include <stdbool.h>
#include <stdint.h>

enum compat_bit {
#define COMPAT(name, key, text) COMPAT_BIT_##name,
#include "lib/compat.def"
#undef COMPAT
    COMPAT_COUNT,
};

/* A set of differences, or-ed. */
enum compat {
    COMPAT_NONE = 0,
#define COMPAT(name, key, text) COMPAT_##name = 1 << COMPAT_BIT_##name,
#include "lib/compat.def"
#undef COMPAT
    COMPAT_GOFLOW2 = (1 << COMPAT_COUNT) - 1,
};

struct compat_text {
    const char *key;
    const char *text;
};

extern const struct compat_text compat_texts[COMPAT_COUNT];

/* Reads "", "goflow2", or a list of keys; false if a word is none of them. */
bool compat_parse(const char *words, unsigned *compat);

#endif
