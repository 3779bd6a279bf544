// SPDX-License-Identifier: Apache-2.0
// Feeds the service manager's watchdog while the workers work.
#include "cmd/watchdog.h"

#include <stdbool.h>

#include "lib/service.h"

static const uint64_t MILLISECOND_NS = 1000000;

/* Whether each worker has done something since it was told last. */
static bool all_work(struct watchdog *w)
{
    for (unsigned i = 0; i < w->n; i++) {
        if (worker_pulse(w->workers[i]) == w->pulses[i]) {
            return false;
        }
    }
    return true;
}

static void on_time(uv_timer_t *timer)
{
    struct watchdog *w = timer->data;

    if (!all_work(w)) {
        return;
    }
    for (unsigned i = 0; i < w->n; i++) {
        w->pulses[i] = worker_pulse(w->workers[i]);
    }
    service_notify("WATCHDOG=1");
}

/* Thrice as often as asked for: one that comes late, and one that is lost, end nothing. */
int watchdog_start(struct watchdog *w, uv_loop_t *loop, struct worker *const *workers, unsigned n)
{
    const uint64_t ms = service_watchdog_ns() / 3 / MILLISECOND_NS;

    if (ms == 0) {
        return 0;
    }
    w->workers = workers;
    w->n = n;
    (void)uv_timer_init(loop, &w->timer);
    w->timer.data = w;
    return uv_timer_start(&w->timer, on_time, ms, ms);
}
