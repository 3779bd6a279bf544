// SPDX-License-Identifier: Apache-2.0
#ifndef CMD_DEMO_H
#define CMD_DEMO_H

#include <uv.h>

#include "lib/listen/uri.h"

enum { DEMO_REPLAYS = 2 };

/* Captures that weir sends to itself, so that there is something to see. */
struct demo {
    const char *directory; /* of the captures, "" for no demonstration */
    uv_process_t replays[DEMO_REPLAYS];
};

/*
 * Sends the captures of the directory, by name: those that begin with sflow- to
 * the first listener that takes sFlow, the others to the first that takes NetFlow.
 * Does nothing without a directory.  The loop has to close the processes' handles,
 * as it does when they end.  Returns 0 or UV_E*, logged.
 */
int demo_start(struct demo *demo, uv_loop_t *loop, const struct listen_uri *uris, size_t n_uris);

/* Ends what is still being sent. */
void demo_stop(struct demo *demo);

#endif
