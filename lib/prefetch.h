// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_PREFETCH_H
#define LIB_PREFETCH_H

#include <stddef.h>
#include <stdint.h>

enum { CACHE_LINE = 64 };

/* Asks the memory for these octets, and does not wait for them.  The pointer may be any. */
static inline void prefetch_octets(const void *octets, size_t n)
{
    const uintptr_t end = (uintptr_t)octets + n;

    for (uintptr_t line = (uintptr_t)octets / CACHE_LINE * CACHE_LINE; line < end;
         line += CACHE_LINE) {
        __builtin_prefetch((const void *)line, 1);
    }
}

#endif
