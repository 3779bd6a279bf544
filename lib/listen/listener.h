// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_LISTEN_LISTENER_H
#define LIB_LISTEN_LISTENER_H

#include <stdbool.h>
#include <uv.h>

#include "lib/listen/uri.h"
#include "lib/pipeline.h"

/*
 * A UDP socket on a worker's loop.  It is read by recvmmsg(2) rather than by
 * libuv, for the time at which the kernel took each datagram and the number of
 * those that it had to drop.
 */
struct listener {
    const struct listen_uri *uri;
    uint16_t number; /* of the URI: datagram.listener */
    int fd;

    struct pipeline *pipeline;
    struct receive_buffers *buffers;
    struct socket_stats *stats; /* of pipeline->stats; NULL if nobody asks for metrics */
    uv_poll_t poll;
    uv_timer_t pause;
    unsigned failures;   /* of reading, in a row */
    uint64_t read_ms;    /* when it was read last, by the loop's clock */
    uint64_t crowded_ms; /* since when the output is crowded, likewise; 0 if it is not */
    uint32_t dropped;    /* the kernel's count, as far as it is counted already */
};

/* What is needed to read many datagrams at once.  One serves all listeners of a loop. */
struct receive_buffers;

struct receive_buffers *receive_buffers_new(void);
void receive_buffers_free(struct receive_buffers *buffers);

/*
 * Opens and binds the socket of worker number member, of all those that share
 * the URI's port.  They are opened in the order of the workers (lib/listen/steering.h).
 * uri is borrowed for the listener's life, number is its place in the list.
 * Returns 0 or UV_E*, logged.
 */
int listener_open(struct listener *listener, const struct listen_uri *uri, uint16_t number,
                  unsigned member);

/*
 * Reads datagrams into pipeline, and counts into its counters, whenever loop
 * runs.  All is borrowed.  Returns 0 or UV_E*; the loop may have handles to be
 * closed either way.
 */
int listener_start(struct listener *listener, uv_loop_t *loop, struct pipeline *pipeline,
                   struct receive_buffers *buffers);

enum { LISTENER_TURN = 1024 };

/*
 * Reads what is there, at most LISTENER_TURN datagrams, and less once the output is crowded;
 * returns how many.
 */
unsigned listener_read(struct listener *listener);

/* Counts what the kernel has dropped since the last time. */
void listener_count_drops(struct listener *listener);

/* Closes the socket, when the loop has closed its handles. */
void listener_close(struct listener *listener);

#endif
