// SPDX-License-Identifier: Apache-2.0
/* The names of the differences from goflow2. */
#include "lib/compat.h"

#include <stddef.h>
#include <string.h>

const struct compat_text compat_texts[COMPAT_COUNT] = {
#define COMPAT(name, key, text) [COMPAT_BIT_##name] = {key, text},
#include "lib/compat.def"
#undef COMPAT
};

static bool parse_word(const char *word, size_t len, unsigned *compat)
{
    if (len == strlen("goflow2") && strncmp(word, "goflow2", len) == 0) {
        *compat |= COMPAT_GOFLOW2;
        return true;
    }
    for (unsigned i = 0; i < COMPAT_COUNT; i++) {
        if (strlen(compat_texts[i].key) == len && strncmp(word, compat_texts[i].key, len) == 0) {
            *compat |= 1u << i;
            return true;
        }
    }
    return false;
}

bool compat_parse(const char *words, unsigned *compat)
{
    *compat = COMPAT_NONE;
    while (*words != '\0') {
        const size_t len = strcspn(words, ",");

        if (!parse_word(words, len, compat)) {
            return false;
        }
        words += len;
        words += *words == ',' ? 1 : 0;
    }
    return true;
}
