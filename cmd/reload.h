// SPDX-License-Identifier: Apache-2.0
#ifndef CMD_RELOAD_H
#define CMD_RELOAD_H

#include "cmd/setup.h"
#include "lib/worker.h"

/*
 * A collector that runs, and may be told to read its files again.  What it is
 * told to do at a reload, it does whole or not at all: sockets, templates and
 * queues stay.
 */
struct reload {
    const struct setup *started; /* what it was started with, borrowed */
    struct command_line line;
    struct setup *current; /* as read last; NULL while that is the start */
};

/*
 * Reads everything once more, and gives the workers a new plan.  If something is
 * not right, nothing changes.  Says in the log what came of it.
 */
void reload_now(struct reload *reload, struct worker *const *workers, unsigned n_workers);

/* Frees what reloads have made; the workers must have ended. */
void reload_free(struct reload *reload);

#endif
