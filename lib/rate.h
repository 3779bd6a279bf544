// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_RATE_H
#define LIB_RATE_H

#include <stdbool.h>
#include <stdint.h>

enum { RATE_BURST_S = 10 };

/* How often something may be.  Zero at first. */
struct rate {
    uint64_t until_ns; /* when those that came would have been due */
};

/*
 * Whether one more may come now: a_second of them in a second, 0 without bound; what is due in
 * RATE_BURST_S may come at once.  The clock may be set back.
 */
static inline bool rate_admits(struct rate *rate, uint64_t a_second, uint64_t now_ns)
{
    static const uint64_t second_ns = 1000000000;
    static const uint64_t burst_ns = RATE_BURST_S * second_ns;

    if (a_second == 0) {
        return true;
    }
    if (rate->until_ns < now_ns || rate->until_ns > now_ns + 2 * burst_ns) {
        rate->until_ns = now_ns;
    }
    if (rate->until_ns > now_ns + burst_ns) {
        return false;
    }
    rate->until_ns += second_ns / a_second;
    return true;
}

#endif
