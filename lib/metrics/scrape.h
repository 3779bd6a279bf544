// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_METRICS_SCRAPE_H
#define LIB_METRICS_SCRAPE_H

#include "lib/counters.h"
#include "lib/exporter/exporter.h"
#include "lib/metrics/metrics.h"
#include "lib/metrics/process_stats.h"
#include "lib/transport.h"
#include "lib/worker_stats.h"

/* What the workers and the process have counted, gathered at one moment, for /metrics. */
struct scrape_socket {
    struct socket_stats stats;
    uint16_t number; /* datagram.listener */
    unsigned worker;
};

/* HTTP status codes of /metrics that are counted; goflow2 has a series for each from the start. */
#define SCRAPE_CODES(X)                                                                            \
    X(OK, 200)                                                                                     \
    X(ERROR, 500)                                                                                  \
    X(UNAVAILABLE, 503) /* while weir stops; nobody asks how often any more */

enum scrape_code {
#define X(name, code) SCRAPE_##name,
    SCRAPE_CODES(X)
#undef X
        SCRAPE_CODE_COUNT,
};

struct scrape {
    uint64_t now_ns; /* since 1970 */
    uint64_t uptime_ns;
    struct counters counters; /* of all workers, as are the following */
    struct exporters_size size;
    struct exporter_stats *exporters;
    size_t n_exporters;
    struct scrape_socket *sockets;
    size_t n_sockets;

    uint64_t workers;
    uint64_t exporter_places;
    uint64_t exporter_places_taken;
    const struct transport *transport;
    const char *format;
    struct process_stats process;
    uint64_t answers[SCRAPE_CODE_COUNT]; /* of /metrics */
};

/* Writes every metric that weir has: the rows of goflow2.c and weir.c. */
void metrics_write(struct metrics_page *page, const struct scrape *scrape);

#endif
