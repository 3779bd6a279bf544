// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_HISTOGRAM_H
#define LIB_HISTOGRAM_H

#include <stdint.h>

/*
 * How values of 32 bits are distributed: buckets that grow with the value, each
 * at most an eighth as wide.  Of values older than 5 to 10 minutes only count and sum
 * remain.  All zero is an empty one; adding allocates nothing.
 */
enum {
    HISTOGRAM_BUCKETS = 240,
    HISTOGRAM_LIFE_S = 300, /* of a generation; there are two */
};

struct histogram_extent {
    uint32_t n;
    uint32_t least;
    uint32_t greatest;
};

/* What each value changes comes first. */
struct histogram {
    uint64_t count; /* of all time */
    uint64_t sum;
    uint64_t began_ns;                  /* the newer generation */
    struct histogram_extent extents[2]; /* of the generations, as the buckets */
    uint8_t newer;
    uint32_t at[2][HISTOGRAM_BUCKETS];
};

/* Adds a value so many times.  The clock may be any, as long as it is always the same. */
void histogram_add(struct histogram *h, uint32_t value, uint32_t times, uint64_t now_ns);

/* Adds n values, each once. */
void histogram_add_each(struct histogram *h, const uint32_t *values, uint32_t n, uint64_t now_ns);

/* Several histograms as one, at one moment.  All zero is an empty one. */
struct histogram_view {
    uint64_t count;
    uint64_t sum;
    uint64_t n; /* of the values that are young enough */
    uint32_t least;
    uint32_t greatest;
    uint64_t at[HISTOGRAM_BUCKETS];
};

void histogram_view_add(struct histogram_view *view, const struct histogram *h, uint64_t now_ns);

/* The value that a share q of the young values does not exceed; NAN if there are none. */
double histogram_view_quantile(const struct histogram_view *view, double q);

#endif
