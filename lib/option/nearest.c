// SPDX-License-Identifier: Apache-2.0
// Did you mean: the nearest of many names, by the letters that would have to change.
#include "lib/option/nearest.h"

#include <string.h>

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How many letters must be put in, left out or changed to make b of a (Levenshtein, in one row). */
static size_t edit_distance(const char *a, size_t a_len, const char *b)
{
    size_t row[NEAREST_OCTETS];

    for (size_t i = 0; i <= a_len; i++) {
        row[i] = i;
    }
    for (; *b != '\0'; b++) {
        size_t diagonal = row[0]++;

        for (size_t i = 1; i <= a_len; i++) {
            const size_t changed = diagonal + (a[i - 1] != *b);

            diagonal = row[i];
            row[i] = least(changed, least(row[i - 1], row[i]) + 1);
        }
    }
    return row[a_len];
}

void nearest_begin(struct nearest *nearest, const char *wanted, size_t wanted_len)
{
    nearest->wanted = wanted;
    nearest->wanted_len = wanted_len;
    nearest->distance = wanted_len / 3 + 1;
    nearest->name[0] = '\0';
}

void nearest_offer(struct nearest *nearest, const char *name)
{
    const size_t len = strlen(name);
    size_t distance;

    if (len >= NEAREST_OCTETS || nearest->wanted_len >= NEAREST_OCTETS) {
        return;
    }
    distance = edit_distance(nearest->wanted, nearest->wanted_len, name);
    if (distance < nearest->distance) {
        nearest->distance = distance;
        memcpy(nearest->name, name, len + 1);
    }
}
