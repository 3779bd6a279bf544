// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_WORKER_STATS_H
#define LIB_WORKER_STATS_H

#include "lib/exporter/stats.h"

/*
 * What a worker counts for the metrics, beside its counters: of each socket, and
 * of each exporter as long as there are places.  Only the worker's thread touches it;
 * others ask by worker_call().
 *
 * Whoever sends may forge addresses, so a place is given only for a flow, a sample
 * or a template that could be decoded, and what comes beyond the places is
 * counted together, under no address.  A place is lost only to somebody who needs
 * it, after ten minutes of silence.
 */
struct worker_stats;

/* What all workers share; limits are set before the first worker starts. */
struct stats_limits {
    struct stats_places exporters;
    struct stats_places templates;
};

struct socket_stats {
    const char *scheme; /* of its URI; NULL if the worker has no such socket */
    struct flow_addr local;
    uint16_t port;
    uint64_t datagrams;
    uint64_t octets;
    uint64_t kernel_dropped;
    uint64_t heard_ns;
    struct histogram decoding_ns; /* of a datagram, output included */
};

/* NULL if there is no memory. */
struct worker_stats *worker_stats_new(struct stats_limits *limits, size_t n_sockets);
void worker_stats_free(struct worker_stats *stats);

/* That of the listener with this number (datagram.listener); NULL if there is none. */
struct socket_stats *worker_stats_socket(struct worker_stats *stats, size_t number);

/* A flow of the datagram was decoded, and stands in d->flow with its times. */
void worker_stats_flow(struct worker_stats *stats, struct decode *d);

/* The datagram has ended. */
void worker_stats_datagram(struct worker_stats *stats, struct decode *d);

/* A turn of reading a socket: so many datagrams, and how long they took together. */
void socket_stats_batch(struct socket_stats *stats, uint32_t datagrams, uint64_t ns);

/* Visits some of the struct exporter_stats, as lru_walk() does. */
size_t worker_stats_walk(const struct worker_stats *stats, size_t cursor, size_t budget,
                         void (*visit)(void *exporter_stats, void *arg), void *arg);

#endif
