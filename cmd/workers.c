// SPDX-License-Identifier: Apache-2.0
/* The workers of a collector: made, started and stopped together. */
#include "cmd/workers.h"

#include <string.h>

#include "lib/log.h"

static bool listen_all(struct worker *worker, unsigned number, const struct setup *setup)
{
    for (size_t i = 0; i < setup->n_uris; i++) {
        if (setup->uris[i].count > number &&
            worker_listen(worker, &setup->uris[i], (uint16_t)i) != 0) {
            return false;
        }
    }
    return true;
}

static bool add_worker(struct workers *workers, const struct setup *setup, uint64_t flush_ns)
{
    const unsigned number = workers->n;
    struct worker *worker = worker_new(number);

    if (worker == NULL) {
        LOG(ERROR, "no memory for a worker");
        return false;
    }
    workers->at[workers->n++] = worker;
    worker_set_flush_interval(worker, flush_ns);
    return listen_all(worker, number, setup);
}

bool workers_bind(struct workers *workers, const struct setup *setup, uint64_t flush_ns)
{
    unsigned greatest = 0;

    for (size_t i = 0; i < setup->n_uris; i++) {
        greatest = setup->uris[i].count > greatest ? setup->uris[i].count : greatest;
    }
    while (workers->n < greatest) {
        if (!add_worker(workers, setup, flush_ns)) {
            return false;
        }
    }
    return true;
}

bool workers_make_pipelines(struct workers *workers, struct setup *setup)
{
    for (unsigned i = 0; i < workers->n; i++) {
        workers->pipelines[i] = setup_pipeline(setup, worker_counters(workers->at[i]), OUTPUT_DROP);
        if (workers->pipelines[i] == NULL) {
            LOG(ERROR, "no memory for a pipeline");
            return false;
        }
    }
    return true;
}

bool workers_start(const struct workers *workers)
{
    for (unsigned i = 0; i < workers->n; i++) {
        const int error = worker_start(workers->at[i], workers->pipelines[i]);

        if (error != 0) {
            LOG(ERROR, "cannot start a worker", LOG_TEXT("error", uv_strerror(error)));
            return false;
        }
    }
    return true;
}

void workers_stop(const struct workers *workers)
{
    for (unsigned i = 0; i < workers->n; i++) {
        worker_stop(workers->at[i]);
    }
    for (unsigned i = 0; i < workers->n; i++) {
        worker_join(workers->at[i]);
    }
}

void workers_free_pipelines(const struct workers *workers)
{
    for (unsigned i = 0; i < workers->n; i++) {
        if (workers->pipelines[i] != NULL) {
            setup_pipeline_free(workers->pipelines[i]);
        }
    }
}

void workers_free(const struct workers *workers)
{
    for (unsigned i = 0; i < workers->n; i++) {
        worker_free(workers->at[i]);
    }
}

void workers_sum_counters(const struct workers *workers, struct counters *sum)
{
    memset(sum, 0, sizeof(*sum));
    for (unsigned i = 0; i < workers->n; i++) {
        counters_add(sum, worker_counters(workers->at[i]));
    }
}
