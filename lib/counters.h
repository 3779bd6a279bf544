// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_COUNTERS_H
#define LIB_COUNTERS_H

#include <stdatomic.h>
#include <stdint.h>

#include "lib/decode_error.h"

enum counter {
#define COUNTER(name, text) COUNTER_##name,
#include "lib/counters.def"
#undef COUNTER
    COUNTER_COUNT,
};

struct counter_text {
    const char *key;
    const char *text;
};

extern const struct counter_text counter_texts[COUNTER_COUNT];

/*
 * One worker's counters: written by it alone, but those of the quarantine (quarantine_put()), and
 * read by anyone at any time.
 */
struct counters {
    _Atomic uint64_t at[COUNTER_COUNT];
    _Atomic uint64_t errors[DECODE_ERROR_COUNT];
    _Atomic uint64_t dropped[DECODE_ERROR_COUNT]; /* datagrams, by the first fault that cost them */
};

static inline void counter_bump(_Atomic uint64_t *counter, uint64_t by)
{
    const uint64_t now = atomic_load_explicit(counter, memory_order_relaxed);

    atomic_store_explicit(counter, now + by, memory_order_relaxed);
}

#define COUNT(counters, name)         counter_bump(&(counters)->at[COUNTER_##name], 1)
#define COUNT_MANY(counters, name, n) counter_bump(&(counters)->at[COUNTER_##name], (n))

static inline uint64_t counter_read(const _Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

/* A datagram was dropped, whole or from some octet on. */
static inline void counters_drop(struct counters *counters, enum decode_error why)
{
    COUNT(counters, datagrams_dropped);
    counter_bump(&counters->dropped[why], 1);
}

/* Adds each counter of from to sum. */
void counters_add(struct counters *sum, const struct counters *from);

#endif
