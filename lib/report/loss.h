// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_REPORT_LOSS_H
#define LIB_REPORT_LOSS_H

#include "lib/counters.h"
#include "lib/report/report.h"
#include "lib/worker_stats.h"

/*
 * What came and what was lost, told at an interval: of each exporter, protocol and domain that the
 * statistics tell apart and that was heard in it, and of the worker itself.  Time comes from
 * whoever calls, so that a capture tells the same whenever it is replayed.
 */
struct loss {
    struct stats_limits limits;
    struct worker_stats *stats; /* its own, where nobody else makes any; or NULL */

    /* Private to loss.c. */
    uint64_t since_ns; /* when the period began; 0 before the first */
    uint64_t seen_ns;  /* the latest time */
    uint64_t counters[COUNTER_COUNT];
    uint64_t errors[DECODE_ERROR_COUNT];
};

/* Where it looks, and where reports go. */
struct loss_context {
    struct worker_stats *stats; /* NULL if exporters are not told apart */
    const struct counters *counters;
    uint64_t interval_ns; /* a second at least */
    void (*emit)(void *arg, const struct report *report);
    void *arg;
};

/* Makes statistics of its own for datagrams of so many listeners.  False if there is no memory. */
bool loss_open(struct loss *loss, size_t listeners);
void loss_close(struct loss *loss);

/* The time is now: reports, if the interval is over. */
void loss_tick(struct loss *loss, const struct loss_context *context, uint64_t now_ns);

/* Reports what there is since the last time. */
void loss_end(struct loss *loss, const struct loss_context *context);

#endif
