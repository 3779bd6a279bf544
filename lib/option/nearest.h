// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_OPTION_NEAREST_H
#define LIB_OPTION_NEAREST_H

#include <stddef.h>

enum { NEAREST_OCTETS = 64 };

/* Finds, among the names that there are, the one that somebody may have meant. */
struct nearest {
    const char *wanted; /* borrowed; needs no terminator */
    size_t wanted_len;
    size_t distance;
    char name[NEAREST_OCTETS]; /* "" while none is near: at most a third of the letters may be wrong
                                */
};

void nearest_begin(struct nearest *nearest, const char *wanted, size_t wanted_len);

/* Copies name if it is nearer than those before. */
void nearest_offer(struct nearest *nearest, const char *name);

#endif
