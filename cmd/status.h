// SPDX-License-Identifier: Apache-2.0
#ifndef CMD_STATUS_H
#define CMD_STATUS_H

#include <stdatomic.h>
#include <stdbool.h>

#include "cmd/setup.h"
#include "lib/http/server.h"
#include "lib/metrics/scrape.h"
#include "lib/worker.h"

enum { STATUS_ROUTES_MAX = 8 };

/*
 * What a collector tells about itself over HTTP: whether it is well, its metrics,
 * and the templates that it knows.  To add a page: a row in status.c.
 */
struct status {
    /* Options. */
    const char *address; /* "" for no HTTP */
    const char *templates_path;
    uint64_t exporters; /* that may be told apart in the metrics, by all workers together */

    /* What /templates answers; NULL if there is no such page. */
    void (*templates)(struct worker *const *workers, unsigned n, struct http_answer *answer);

    /* Private to status.c. */
    const struct setup *setup;
    struct worker *const *workers;
    unsigned n_workers;
    struct worker_stats *stats[LISTEN_COUNT_MAX];
    struct stats_limits limits;
    _Atomic bool collecting;
    uint64_t started_ns;
    char *templates_route;
    struct http_route routes[STATUS_ROUTES_MAX];
    struct http_server *server;
    char *page; /* as it was written last */
    size_t page_len;
    uint64_t page_ns;
    uint64_t answers[SCRAPE_CODE_COUNT];
};

/* Whether its options have a form that can be; else setup->message says what is wrong. */
bool status_check(const struct status *status, struct setup *setup);

/*
 * Binds its port, if it has one: a unix socket is made by status_open(), and belongs to who weir is
 * then.  Returns 0 or UV_E*, logged.
 */
int status_bind(struct status *status);

/*
 * Serves HTTP, unless the address is empty, and makes the n pipelines count for the
 * metrics; their workers must not run yet.  All is borrowed.  Returns 0 or UV_E*, logged.
 */
int status_open(struct status *status, const struct setup *setup, struct worker *const *workers,
                struct pipeline *const *pipelines, unsigned n);

/* Whether the workers receive.  At first they do not. */
void status_set_collecting(struct status *status, bool collecting);

/* Before the transport is closed, and after the workers have ended. */
void status_close(struct status *status);

#endif
