// SPDX-License-Identifier: Apache-2.0
// Asks the workers for what they have counted.
#include "cmd/scrape.h"

#include <stdlib.h>

enum {
    SLICE = 32,     /* exporters of one pause: some 200 kB to be copied */
    OVERSHOOT = 64, /* by which a slice may be greater, as the table is walked in whole buckets */
    TYPES_MAX = 8,  /* those of a socket that are not told apart, by type */
};

/* What a task on a worker's thread adds to. */
struct gathering {
    struct scrape *scrape;
    unsigned worker;
    size_t room; /* for exporters */
    size_t cursor;
};

static bool grow(void **array, size_t n, size_t size)
{
    void *larger = realloc(*array, n * size);

    if (larger != NULL) {
        *array = larger;
    }
    return larger != NULL;
}

static void add_size(struct exporters_size *sum, const struct exporters_size *size)
{
    sum->exporters += size->exporters;
    sum->domains += size->domains;
    sum->templates += size->templates;
    sum->template_octets += size->template_octets;
    sum->held_sets += size->held_sets;
    sum->held_octets += size->held_octets;
}

static void take_sockets(struct gathering *g, struct worker_stats *stats)
{
    for (size_t i = 0; i < LISTEN_URIS_MAX; i++) {
        const struct socket_stats *socket = worker_stats_socket(stats, i);

        if (socket != NULL && socket->scheme != NULL) {
            g->scrape->sockets[g->scrape->n_sockets++] = (struct scrape_socket){
                .stats = *socket,
                .number = (uint16_t)i,
                .worker = g->worker,
            };
        }
    }
}

static void take_sums(struct pipeline *pipeline, void *arg)
{
    struct gathering *g = arg;
    const struct exporters_size size = exporters_size(pipeline->exporters);

    counters_add(&g->scrape->counters, pipeline->counters);
    add_size(&g->scrape->size, &size);
    if (pipeline->stats != NULL) {
        take_sockets(g, pipeline->stats);
    }
}

static void take_exporter(void *exporter_stats, void *arg)
{
    struct gathering *g = arg;

    if (g->scrape->n_exporters < g->room) {
        g->scrape->exporters[g->scrape->n_exporters++] = *(struct exporter_stats *)exporter_stats;
    }
}

static void take_slice(struct pipeline *pipeline, void *arg)
{
    struct gathering *g = arg;

    g->cursor = pipeline->stats == NULL
                    ? 0
                    : worker_stats_walk(pipeline->stats, g->cursor, SLICE, take_exporter, g);
}

static bool make_room(struct gathering *g)
{
    const size_t others = g->cursor == 0 ? g->scrape->n_sockets * TYPES_MAX : 0;

    g->room = g->scrape->n_exporters + SLICE + OVERSHOOT + others;
    return grow((void **)&g->scrape->exporters, g->room, sizeof(g->scrape->exporters[0]));
}

static bool scrape_worker(struct gathering *g, struct worker *worker)
{
    if (!grow((void **)&g->scrape->sockets, g->scrape->n_sockets + LISTEN_URIS_MAX,
              sizeof(g->scrape->sockets[0]))) {
        return false;
    }
    if (!worker_call(worker, take_sums, g)) {
        counters_add(&g->scrape->counters, worker_counters(worker));
        return true;
    }
    do {
        if (!make_room(g)) {
            return false;
        }
    } while (worker_call(worker, take_slice, g) && g->cursor != 0);
    return true;
}

bool scrape_workers(struct scrape *scrape, struct worker *const *workers, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        struct gathering g = {.scrape = scrape, .worker = i};

        if (!scrape_worker(&g, workers[i])) {
            return false;
        }
    }
    return true;
}

void scrape_free(struct scrape *scrape)
{
    free(scrape->exporters);
    free(scrape->sockets);
}
