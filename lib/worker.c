// SPDX-License-Identifier: Apache-2.0
/* Threads that receive, each with a loop of its own. */
#include "lib/worker.h"

#include <stdlib.h>
#include <uv.h>

#include "lib/listen/listener.h"
#include "lib/loop.h"
#include "lib/wall_clock.h"

enum {
    DRAIN_MS = 100,
    DROPS_MS = 1000, /* how late drops of a socket that receives nothing more are seen */
};

/* What somebody wants done on the worker's thread. */
struct call {
    uv_mutex_t one; /* caller at a time */
    uv_mutex_t lock;
    uv_cond_t done;
    void (*task)(struct pipeline *pipeline, void *arg); /* NULL when it has run */
    void *arg;
    bool open; /* the worker takes calls */
};

struct worker {
    unsigned number;
    struct counters counters;
    struct pipeline *pipeline;
    struct receive_buffers *buffers;
    struct listener listeners[LISTEN_URIS_MAX];
    size_t n_listeners;

    uv_loop_t loop;
    _Atomic uint64_t turns;
    uv_check_t turn_end;
    uv_timer_t flush;
    uint64_t flush_ms; /* 0 to flush at the end of each turn */
    uv_timer_t every_second;
    uv_async_t stop;
    uv_async_t called;
    struct call call;
    uv_thread_t thread;
    bool running;
};

static bool init_call(struct call *call)
{
    if (uv_mutex_init(&call->one) != 0) {
        return false;
    }
    if (uv_mutex_init(&call->lock) != 0) {
        uv_mutex_destroy(&call->one);
        return false;
    }
    if (uv_cond_init(&call->done) != 0) {
        uv_mutex_destroy(&call->lock);
        uv_mutex_destroy(&call->one);
        return false;
    }
    return true;
}

static void destroy_call(struct call *call)
{
    uv_cond_destroy(&call->done);
    uv_mutex_destroy(&call->lock);
    uv_mutex_destroy(&call->one);
}

struct worker *worker_new(unsigned number)
{
    struct worker *w = calloc(1, sizeof(*w));

    if (w == NULL) {
        return NULL;
    }
    w->number = number;
    if (!init_call(&w->call)) {
        free(w);
        return NULL;
    }
    w->buffers = receive_buffers_new();
    if (w->buffers == NULL || uv_loop_init(&w->loop) != 0) {
        receive_buffers_free(w->buffers);
        destroy_call(&w->call);
        free(w);
        return NULL;
    }
    return w;
}

struct counters *worker_counters(struct worker *w)
{
    return &w->counters;
}

int worker_listen(struct worker *w, const struct listen_uri *uri, uint16_t number)
{
    const int error = listener_open(&w->listeners[w->n_listeners], uri, number, w->number);

    if (error == 0) {
        w->n_listeners++;
    }
    return error;
}

static void count_drops(struct worker *w)
{
    for (size_t i = 0; i < w->n_listeners; i++) {
        listener_count_drops(&w->listeners[i]);
    }
}

/*
 * The kernel took these datagrams while weir ran, and no exporter sends them
 * again.  A busy port never runs dry, so there is a limit.
 */
static void drain(struct worker *w)
{
    const uint64_t end = uv_hrtime() + (uint64_t)DRAIN_MS * 1000000;
    unsigned n;

    do {
        n = 0;
        for (size_t i = 0; i < w->n_listeners; i++) {
            n += listener_read(&w->listeners[i]);
        }
    } while (n > 0 && uv_hrtime() < end);
}

static void on_called(uv_async_t *called)
{
    struct worker *w = called->data;
    struct call *call = &w->call;

    uv_mutex_lock(&call->lock);
    if (call->task != NULL) {
        call->task(w->pipeline, call->arg);
        call->task = NULL;
        uv_cond_signal(&call->done);
    }
    uv_mutex_unlock(&call->lock);
}

/* Others may have been asking for some time. */
static void take_calls(struct call *call)
{
    uv_mutex_lock(&call->lock);
    call->open = true;
    uv_mutex_unlock(&call->lock);
}

/* Whoever still waits is sent away. */
static void refuse_calls(struct call *call)
{
    uv_mutex_lock(&call->lock);
    call->open = false;
    uv_cond_signal(&call->done);
    uv_mutex_unlock(&call->lock);
}

bool worker_call(struct worker *w, void (*task)(struct pipeline *pipeline, void *arg), void *arg)
{
    struct call *call = &w->call;
    bool done = false;

    uv_mutex_lock(&call->one);
    uv_mutex_lock(&call->lock);
    if (call->open) {
        call->task = task;
        call->arg = arg;
        (void)uv_async_send(&w->called);
        while (call->open && call->task != NULL) {
            uv_cond_wait(&call->done, &call->lock);
        }
        done = call->task == NULL;
        call->task = NULL;
    }
    uv_mutex_unlock(&call->lock);
    uv_mutex_unlock(&call->one);
    return done;
}

/* A loop without handles ends. */
static void on_stop(uv_async_t *stop)
{
    struct worker *w = stop->data;

    refuse_calls(&w->call);
    drain(w);
    count_drops(w);
    pipeline_end(w->pipeline);
    output_flush(w->pipeline->output);
    loop_close_handles(&w->loop);
}

static void on_flush(uv_timer_t *flush)
{
    struct worker *w = flush->data;

    output_flush(w->pipeline->output);
}

/* Few datagrams leave at once, many in large batches. */
static void on_turn_end(uv_check_t *turn_end)
{
    struct worker *w = turn_end->data;

    counter_bump(&w->turns, 1);
    if (w->flush_ms == 0) {
        output_flush(w->pipeline->output);
    } else if (w->pipeline->output->batch.n > 0 && !uv_is_active((uv_handle_t *)&w->flush)) {
        (void)uv_timer_start(&w->flush, on_flush, w->flush_ms, 0);
    }
}

static void on_second(uv_timer_t *every_second)
{
    struct worker *w = every_second->data;

    count_drops(w);
    pipeline_tick(w->pipeline, wall_clock_ns());
}

static int start_handles(struct worker *w)
{
    int error = uv_async_init(&w->loop, &w->stop, on_stop);

    w->stop.data = w;
    error = error == 0 ? uv_async_init(&w->loop, &w->called, on_called) : error;
    w->called.data = w;
    (void)uv_check_init(&w->loop, &w->turn_end);
    w->turn_end.data = w;
    (void)uv_check_start(&w->turn_end, on_turn_end);
    (void)uv_timer_init(&w->loop, &w->flush);
    w->flush.data = w;
    (void)uv_timer_init(&w->loop, &w->every_second);
    w->every_second.data = w;
    (void)uv_timer_start(&w->every_second, on_second, DROPS_MS, DROPS_MS);
    for (size_t i = 0; error == 0 && i < w->n_listeners; i++) {
        error = listener_start(&w->listeners[i], &w->loop, w->pipeline, w->buffers);
    }
    return error;
}

static void run(void *arg)
{
    struct worker *w = arg;

    (void)uv_run(&w->loop, UV_RUN_DEFAULT);
}

void worker_set_flush_interval(struct worker *w, uint64_t ns)
{
    enum { MILLISECOND_NS = 1000000 };

    w->flush_ms = (ns + MILLISECOND_NS - 1) / MILLISECOND_NS;
}

int worker_start(struct worker *w, struct pipeline *pipeline)
{
    int error;

    w->pipeline = pipeline;
    error = start_handles(w);
    error = error == 0 ? uv_thread_create(&w->thread, run, w) : error;
    w->running = error == 0;
    if (w->running) {
        take_calls(&w->call);
    }
    return error;
}

uint64_t worker_pulse(struct worker *w)
{
    return counter_read(&w->turns) + counter_read(&w->counters.at[COUNTER_datagrams]);
}

void worker_stop(struct worker *w)
{
    if (w->running) {
        (void)uv_async_send(&w->stop);
    }
}

void worker_join(struct worker *w)
{
    if (w->running) {
        (void)uv_thread_join(&w->thread);
        w->running = false;
    }
}

void worker_free(struct worker *w)
{
    loop_close(&w->loop);
    for (size_t i = 0; i < w->n_listeners; i++) {
        listener_close(&w->listeners[i]);
    }
    receive_buffers_free(w->buffers);
    destroy_call(&w->call);
    free(w);
}
