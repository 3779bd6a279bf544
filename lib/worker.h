// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_WORKER_H
#define LIB_WORKER_H

#include <stdbool.h>

#include "lib/counters.h"
#include "lib/listen/uri.h"
#include "lib/pipeline.h"

/*
 * A thread with a loop of its own, which receives datagrams and runs them
 * through its own pipeline.  Workers share nothing but the transport.  Functions
 * are called on one other thread, but for worker_call().
 */
struct worker;

/* Worker number 0, 1, ... of the process.  NULL if there is no memory. */
struct worker *worker_new(unsigned number);

/* To make its pipeline with, and to read at any time. */
struct counters *worker_counters(struct worker *worker);

/*
 * Opens its socket of a URI, which is borrowed; number is the URI's place in the
 * list.  Before worker_start().  Returns 0 or UV_E*, logged.
 */
int worker_listen(struct worker *worker, const struct listen_uri *uri, uint16_t number);

/* Before worker_start(): records wait so long for others, to leave in larger writes; 0 for none. */
void worker_set_flush_interval(struct worker *worker, uint64_t ns);

/*
 * Begins to receive.  pipeline is borrowed, and the worker's alone until worker_join().  Returns 0
 * or UV_E*; then it does not run.
 */
int worker_start(struct worker *worker, struct pipeline *pipeline);

/*
 * Runs task on the worker's thread, between two turns of its loop, and waits until
 * it has run.  From any thread but the worker's; tasks of several callers wait for
 * each other.  False, and not run, if the worker is not running or ends before.
 */
bool worker_call(struct worker *worker, void (*task)(struct pipeline *pipeline, void *arg),
                 void *arg);

/*
 * A number that changes while the worker does something: at least once a second, unless
 * one turn of its loop takes longer.  From any thread.
 */
uint64_t worker_pulse(struct worker *worker);

/* Asks it to end: it reads what its sockets hold, for 100 ms at most, and sends it on. */
void worker_stop(struct worker *worker);

/* Waits until it has ended.  Its sockets stay open, so that those of others keep their order. */
void worker_join(struct worker *worker);

/* Frees a worker that was not started, or has been joined, and closes its sockets. */
void worker_free(struct worker *worker);

#endif
