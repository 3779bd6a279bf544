// SPDX-License-Identifier: Apache-2.0
#ifndef CMD_WATCHDOG_H
#define CMD_WATCHDOG_H

#include <uv.h>

#include "lib/listen/uri.h"
#include "lib/worker.h"

/*
 * Tells the service manager from time to time that weir works, where it wants to hear
 * that: only while every worker does something.  Private to watchdog.c.
 */
struct watchdog {
    struct worker *const *workers;
    unsigned n;
    uint64_t pulses[LISTEN_COUNT_MAX]; /* when it was told last */
    uv_timer_t timer;
};

/* On the loop of the main thread; the workers run.  Borrows all.  Returns 0 or UV_E*. */
int watchdog_start(struct watchdog *watchdog, uv_loop_t *loop, struct worker *const *workers,
                   unsigned n);

#endif
