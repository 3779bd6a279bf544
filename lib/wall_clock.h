// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_WALL_CLOCK_H
#define LIB_WALL_CLOCK_H

#include <stdint.h>
#include <time.h>

/* What time it is, in ns since 1970; it may be set. */
static inline uint64_t wall_clock_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

#endif
