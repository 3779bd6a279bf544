// SPDX-License-Identifier: Apache-2.0
#ifndef CMD_UPKEEP_H
#define CMD_UPKEEP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "cmd/setup.h"
#include "lib/worker.h"

/*
 * What a collector does from time to time beside its work: templates that were not
 * refreshed are swept out, and what is remembered of exporters is written to
 * the state file.  On a thread of libuv's pool, which asks the workers slice by slice.
 */
struct upkeep {
    /* Options. */
    const char *path; /* "" for no file */
    uint64_t save_ns;
    uint64_t sweep_ns; /* 0 for never */

    /* Private to upkeep.c. */
    const struct setup *setup;
    struct worker *const *workers;
    struct pipeline *const *pipelines;
    unsigned n;
    uv_timer_t tick;
    uv_work_t work;
    bool busy;
    bool running;
    _Atomic bool stopping;
    uint64_t saved_at; /* by uv_hrtime(), as the next one */
    uint64_t swept_at;
    uint64_t changes; /* that the file holds */
    bool failed;      /* to write, last time */
};

/*
 * Gives the pipelines what the file remembers; their workers must not run yet.
 * A file that cannot be used is told of in the log, and never an error.
 */
void upkeep_restore(struct upkeep *upkeep, const struct setup *setup,
                    struct pipeline *const *pipelines, unsigned n);

/* Begins; the workers run.  Returns 0 or UV_E*. */
int upkeep_start(struct upkeep *upkeep, uv_loop_t *loop, struct worker *const *workers);

/* Ends, before the workers do.  What is being written is waited for. */
void upkeep_stop(struct upkeep *upkeep);

/* Writes the file a last time: the workers have ended, and their pipelines are there still. */
void upkeep_save_last(struct upkeep *upkeep);

#endif
