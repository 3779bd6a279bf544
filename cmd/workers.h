// SPDX-License-Identifier: Apache-2.0
#ifndef CMD_WORKERS_H
#define CMD_WORKERS_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd/setup.h"
#include "lib/worker.h"

/* All workers of a collector, each with its pipeline and its share of the sockets. */
struct workers {
    struct worker *at[LISTEN_COUNT_MAX];
    struct pipeline *pipelines[LISTEN_COUNT_MAX];
    unsigned n;
};

/*
 * Makes as many as the address with most sockets has, each with one socket of every address that
 * has as many.  False if that failed, which is logged; those that were made are to be freed.
 */
bool workers_bind(struct workers *workers, const struct setup *setup, uint64_t flush_ns);

/* Gives each its pipeline, to an open transport.  False if there is no memory, which is logged. */
bool workers_make_pipelines(struct workers *workers, struct setup *setup);

/* False if one could not be started, which is logged. */
bool workers_start(const struct workers *workers);

/* Returns when all have ended. */
void workers_stop(const struct workers *workers);

/* A pipeline uses the transport, so it goes before that; a worker has counters, and goes last. */
void workers_free_pipelines(const struct workers *workers);
void workers_free(const struct workers *workers);

/* The counters of all. */
void workers_sum_counters(const struct workers *workers, struct counters *sum);

#endif
