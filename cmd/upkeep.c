// SPDX-License-Identifier: Apache-2.0
// The sweep of old templates, and the state file.
#include "cmd/upkeep.h"

#include <stdlib.h>

#include "lib/listen/steering.h"
#include "lib/log.h"
#include "lib/state/file.h"
#include "lib/state/text.h"
#include "lib/wall_clock.h"

enum {
    TICK_MS = 500,
    SLICE = 8,             /* exporters that a worker is asked for at once */
    SWEEP_SLICE = 16,      /* likewise, where they are only looked at */
    STOP_PATIENCE_MS = 20, /* between two looks whether a write has ended */
};

static const uint64_t SAVE_LEAST_NS = 1000000000;
static const uint64_t AGES_NS = 600000000000; /* times are written anew, where nothing else is */

/* --- Asking the workers --- */

struct portion {
    struct state_text *text;
    uint64_t now_ns;
    size_t cursor;
    uint64_t changes;
};

static void add_text(struct pipeline *pipeline, void *arg)
{
    struct portion *portion = arg;

    portion->cursor = state_text_add(portion->text, pipeline->exporters, portion->cursor, SLICE);
}

static void add_changes(struct pipeline *pipeline, void *arg)
{
    ((struct portion *)arg)->changes += state_changes(pipeline->exporters);
}

static void sweep_some(struct pipeline *pipeline, void *arg)
{
    struct portion *portion = arg;

    portion->cursor = exporters_sweep(pipeline->exporters, pipeline->counters, portion->now_ns,
                                      portion->cursor, SWEEP_SLICE);
}

/* Asks one worker as long as there is more; false if it has ended. */
static bool ask(struct upkeep *u, unsigned i, void (*task)(struct pipeline *, void *),
                struct portion *portion)
{
    portion->cursor = 0;
    do {
        if (portion->text != NULL) {
            state_text_reserve(portion->text);
        }
        if (atomic_load(&u->stopping) || !worker_call(u->workers[i], task, portion)) {
            return false;
        }
    } while (portion->cursor != 0);
    return true;
}

static bool ask_all(struct upkeep *u, void (*task)(struct pipeline *, void *),
                    struct portion *portion)
{
    for (unsigned i = 0; i < u->n; i++) {
        if (!ask(u, i, task, portion)) {
            return false;
        }
    }
    return true;
}

/* --- Saving --- */

static void write_file(struct upkeep *u, const struct state_text *text, uint64_t changes)
{
    const int error = text->failed ? UV_ENOMEM
                                   : state_file_write(u->path, text->data == NULL ? "" : text->data,
                                                      text->len, wall_clock_ns());

    if (error == 0) {
        u->changes = changes;
    } else if (!u->failed) {
        LOG(ERROR, "cannot write the state file", LOG_TEXT("file", u->path),
            LOG_TEXT("error", uv_strerror(error)));
    }
    if (error == 0 && u->failed) {
        LOG(INFO, "the state file can be written again", LOG_TEXT("file", u->path));
    }
    u->failed = error != 0;
    u->saved_at = uv_hrtime();
}

static bool save_due(const struct upkeep *u, uint64_t changes)
{
    const uint64_t since = uv_hrtime() - u->saved_at;

    return *u->path != '\0' && since >= (u->save_ns < SAVE_LEAST_NS ? SAVE_LEAST_NS : u->save_ns) &&
           (changes != u->changes || u->failed || since >= AGES_NS);
}

static void save(struct upkeep *u)
{
    struct state_text text = {0};
    struct portion portion = {.text = &text};

    if (ask_all(u, add_changes, &portion) && save_due(u, portion.changes)) {
        const uint64_t changes = portion.changes;

        if (ask_all(u, add_text, &portion)) {
            write_file(u, &text, changes);
        }
    }
    state_text_free(&text);
}

void upkeep_save_last(struct upkeep *u)
{
    struct state_text text = {0};

    if (u->workers == NULL || *u->path == '\0') {
        return;
    }
    for (unsigned i = 0; i < u->n; i++) {
        struct portion portion = {.text = &text};

        do {
            add_text(u->pipelines[i], &portion);
        } while (portion.cursor != 0);
    }
    write_file(u, &text, 0);
    state_text_free(&text);
}

/* --- Sweeping --- */

static void sweep(struct upkeep *u)
{
    struct portion portion = {.now_ns = wall_clock_ns()};

    if (u->sweep_ns != 0 && uv_hrtime() - u->swept_at >= u->sweep_ns) {
        u->swept_at = uv_hrtime();
        (void)ask_all(u, sweep_some, &portion);
    }
}

/* --- Restoring --- */

struct restoring {
    struct upkeep *upkeep;
    unsigned exporters;
};

/* Whether worker number may hear this exporter on one of the addresses. */
static bool may_hear(const struct setup *setup, const struct flow_addr *addr, unsigned number)
{
    for (size_t i = 0; i < setup->n_uris; i++) {
        if (steering_worker_of(addr, setup->uris[i].count) == number) {
            return true;
        }
    }
    return false;
}

static bool take_line(struct json_object *line, void *arg)
{
    struct restoring *r = arg;
    const struct upkeep *u = r->upkeep;
    struct flow_addr addr;
    bool taken = true;

    if (!state_address(line, &addr)) {
        return false;
    }
    for (unsigned i = 0; i < u->n; i++) {
        struct pipeline *pipeline = u->pipelines[i];

        if (may_hear(u->setup, &addr, i)) {
            taken =
                state_restore(pipeline->exporters, &pipeline->settings, pipeline->counters, line) &&
                taken;
        }
    }
    r->exporters++;
    return taken;
}

void upkeep_restore(struct upkeep *u, const struct setup *setup, struct pipeline *const *pipelines,
                    unsigned n)
{
    struct restoring r = {.upkeep = u};
    char message[512];

    u->setup = setup;
    u->pipelines = pipelines;
    u->n = n;
    u->swept_at = uv_hrtime();
    u->saved_at = u->swept_at;
    if (*u->path == '\0') {
        return;
    }
    switch (state_file_read(u->path, wall_clock_ns(), take_line, &r, message, sizeof(message))) {
    case STATE_FILE_READ:
        LOG(INFO, "the state of exporters is restored", LOG_TEXT("file", u->path),
            LOG_NUMBER("exporters", r.exporters));
        break;
    case STATE_FILE_PARTLY:
        LOG(WARN, "the state of exporters is restored in part", LOG_TEXT("file", u->path),
            LOG_NUMBER("exporters", r.exporters), LOG_TEXT("error", message));
        break;
    case STATE_FILE_NONE:
        break;
    case STATE_FILE_DAMAGED:
    case STATE_FILE_FAILED:
        LOG(WARN, "the state file cannot be used", LOG_TEXT("file", u->path),
            LOG_TEXT("error", message));
        break;
    }
}

/* --- Its life --- */

static void on_work(uv_work_t *work)
{
    struct upkeep *u = work->data;

    sweep(u);
    if (*u->path != '\0') {
        save(u);
    }
}

static void on_work_done(uv_work_t *work, int status)
{
    (void)status;
    ((struct upkeep *)work->data)->busy = false;
}

static void on_tick(uv_timer_t *tick)
{
    struct upkeep *u = tick->data;

    if (!u->busy) {
        u->work.data = u;
        u->busy = uv_queue_work(tick->loop, &u->work, on_work, on_work_done) == 0;
    }
}

int upkeep_start(struct upkeep *u, uv_loop_t *loop, struct worker *const *workers)
{
    int error;

    u->workers = workers;
    (void)uv_timer_init(loop, &u->tick);
    u->tick.data = u;
    error = uv_timer_start(&u->tick, on_tick, TICK_MS, TICK_MS);
    u->running = error == 0;
    return error;
}

void upkeep_stop(struct upkeep *u)
{
    if (!u->running) {
        return;
    }
    u->running = false;
    atomic_store(&u->stopping, true);
    (void)uv_timer_stop(&u->tick);
    while (u->busy) {
        (void)uv_run(u->tick.loop, UV_RUN_NOWAIT);
        if (u->busy) {
            uv_sleep(STOP_PATIENCE_MS);
        }
    }
}
