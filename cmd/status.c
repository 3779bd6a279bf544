// SPDX-License-Identifier: Apache-2.0
// The pages of a collector, and what each is made of.
#include "cmd/status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/scrape.h"
#include "lib/http/socket.h"
#include "lib/wall_clock.h"

enum {
    OK = 200,
    SERVER_ERROR = 500,
    UNAVAILABLE = 503,
    TEMPLATES_OF_EACH = 4, /* that may be told apart, for each exporter that may */
};

static const uint64_t SECOND_NS = 1000000000;
static const uint64_t PAGE_LIFE_NS = 1000000000; /* how old an answer to /metrics may be */
static const uint64_t FAILING_NS = 10000000000;  /* how long a lost record makes weir not ready */

/* --- Health --- */

static void answer_health(void *arg, struct http_answer *answer)
{
    const struct status *status = arg;

    if (status->collecting) {
        http_answer_text(answer, OK, "OK\n");
    } else {
        http_answer_text(answer, UNAVAILABLE, "Not OK\n");
    }
}

static void answer_alive(void *arg, struct http_answer *answer)
{
    (void)arg;
    http_answer_text(answer, OK, "OK\n");
}

static void answer_ready(void *arg, struct http_answer *answer)
{
    const struct status *status = arg;
    const struct transport *t = status->setup->chosen;
    const uint64_t failed_ns = atomic_load(&t->failed_ns);
    const uint64_t now_ns = uv_hrtime();
    char text[128];

    if (!status->collecting) {
        http_answer_text(answer, UNAVAILABLE, "not ready: the sockets are not open\n");
    } else if (failed_ns != 0 && now_ns < failed_ns + FAILING_NS) {
        (void)snprintf(text, sizeof(text), "not ready: %s lost records %u s ago\n", t->ops->name,
                       (unsigned)((now_ns - failed_ns) / SECOND_NS));
        http_answer_text(answer, UNAVAILABLE, text);
    } else {
        http_answer_text(answer, OK, "OK\n");
    }
}

/* --- Metrics --- */

static char *write_page(const struct scrape *scrape, size_t *len)
{
    struct metrics_page *page = metrics_page_new();
    char *text = NULL;

    if (page != NULL) {
        metrics_write(page, scrape);
        text = metrics_page_take(page, len);
    }
    metrics_page_free(page);
    return text;
}

static char *scrape_page(const struct status *status, size_t *len)
{
    struct scrape *scrape = calloc(1, sizeof(*scrape));
    char *text = NULL;

    if (scrape == NULL) {
        return NULL;
    }
    scrape->uptime_ns = uv_hrtime() - status->started_ns;
    scrape->workers = status->n_workers;
    scrape->exporter_places = status->limits.exporters.limit;
    scrape->exporter_places_taken = atomic_load(&status->limits.exporters.taken);
    scrape->transport = status->setup->chosen;
    scrape->format = status->setup->format_ops->name;
    scrape->process = process_stats_now();
    memcpy(scrape->answers, status->answers, sizeof(scrape->answers));
    if (scrape_workers(scrape, status->workers, status->n_workers)) {
        scrape->now_ns = wall_clock_ns();
        text = write_page(scrape, len);
    }
    scrape_free(scrape);
    free(scrape);
    return text;
}

/* Who asks more often than once a second gets the same page. */
static bool renew_page(struct status *status)
{
    const uint64_t now_ns = uv_hrtime();

    if (status->page != NULL && now_ns - status->page_ns < PAGE_LIFE_NS) {
        return true;
    }
    free(status->page);
    status->page = scrape_page(status, &status->page_len);
    status->page_ns = now_ns;
    return status->page != NULL;
}

static void answer_metrics(void *arg, struct http_answer *answer)
{
    struct status *status = arg;
    char *copy = renew_page(status) ? malloc(status->page_len) : NULL;

    if (copy == NULL) {
        status->answers[SCRAPE_ERROR]++;
        http_answer_text(answer, SERVER_ERROR, "no memory for the metrics\n");
        return;
    }
    status->answers[SCRAPE_OK]++;
    memcpy(copy, status->page, status->page_len);
    *answer = (struct http_answer){
        .status = OK,
        .media_type = "text/plain; version=0.0.4; charset=utf-8",
        .body = copy,
        .len = status->page_len,
    };
}

/* --- Templates --- */

static void answer_templates(void *arg, struct http_answer *answer)
{
    const struct status *status = arg;

    status->templates(status->workers, status->n_workers, answer);
}

/* --- Opening and closing --- */

static const struct http_route pages[] = {
    {"/metrics", answer_metrics, true},
    {"/__health", answer_health, false},
    {"/healthz", answer_alive, false},
    {"/readyz", answer_ready, false},
};

/* NULL, or what would be right. */
static const char *templates_path_fault(const char *path)
{
    if (*path == '\0') {
        return NULL;
    }
    if (*path != '/') {
        return "a path begins with a slash, such as /templates";
    }
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        if (strcmp(path, pages[i].path) == 0) {
            return "another page has this path";
        }
    }
    return NULL;
}

bool status_check(const struct status *status, struct setup *setup)
{
    const char *fault = *status->address == '\0' ? NULL : http_address_fault(status->address);

    if (fault != NULL) {
        (void)setup_refuse(setup, "addr", status->address, fault);
        return false;
    }
    fault = templates_path_fault(status->templates_path);
    if (fault != NULL) {
        (void)setup_refuse(setup, "templates.path", status->templates_path, fault);
    }
    return fault == NULL;
}

static bool add_routes(struct status *status)
{
    size_t n = 0;

    for (; n < sizeof(pages) / sizeof(pages[0]); n++) {
        status->routes[n] = pages[n];
    }
    if (status->templates != NULL && *status->templates_path != '\0') {
        status->templates_route = strdup(status->templates_path);
        status->routes[n] = (struct http_route){status->templates_route, answer_templates, true};
        return status->templates_route != NULL;
    }
    return true;
}

/* A worker without memory for it goes on uncounted. */
static void count_pipelines(struct status *status, struct pipeline *const *pipelines)
{
    status->limits.exporters.limit = status->exporters;
    status->limits.templates.limit = status->exporters * TEMPLATES_OF_EACH;
    for (unsigned i = 0; i < status->n_workers; i++) {
        status->stats[i] = worker_stats_new(&status->limits, status->setup->n_uris);
        pipelines[i]->stats = status->stats[i];
    }
}

static int open_server(struct status *status)
{
    return http_server_open(&status->server, status->address, status->routes, status);
}

int status_bind(struct status *status)
{
    if (*status->address == '\0') {
        return 0;
    }
    if (!add_routes(status)) {
        LOG(ERROR, "no memory to serve HTTP");
        return UV_ENOMEM;
    }
    return http_address_is_file(status->address) ? 0 : open_server(status);
}

int status_open(struct status *status, const struct setup *setup, struct worker *const *workers,
                struct pipeline *const *pipelines, unsigned n)
{
    int error;

    if (*status->address == '\0') {
        return 0;
    }
    status->setup = setup;
    status->workers = workers;
    status->n_workers = n;
    status->started_ns = uv_hrtime();
    count_pipelines(status, pipelines);
    error = status->server == NULL ? open_server(status) : 0;
    return error == 0 ? http_server_start(status->server) : error;
}

void status_set_collecting(struct status *status, bool collecting)
{
    status->collecting = collecting;
}

void status_close(struct status *status)
{
    if (status->server != NULL) {
        http_server_close(status->server);
    }
    for (unsigned i = 0; i < status->n_workers; i++) {
        worker_stats_free(status->stats[i]);
    }
    free(status->page);
    free(status->templates_route);
}
