// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_OUTPUT_H
#define LIB_OUTPUT_H

#include "lib/batch.h"
#include "lib/counters.h"
#include "lib/format.h"
#include "lib/transport.h"

/* What becomes of records that the transport has no room for. */
enum output_policy {
    OUTPUT_DROP, /* counted; UDP does not wait */
    OUTPUT_WAIT, /* a capture can wait */
};

/* A format and a transport, and the batch between them.  Each worker has its own. */
struct output {
    struct format *format;
    struct transport *transport; /* shared by all workers */
    struct batch batch;
    struct counters *counters;
    enum output_policy policy;
};

/*
 * Takes over format; borrows transport, separator and counters.  Returns 0 or
 * UV_ENOMEM.
 */
int output_open(struct output *output, struct format *format, struct transport *transport,
                struct slice separator, enum output_policy policy, struct counters *counters);
void output_close(struct output *output);

/* Encodes a flow into the batch; returns the octets that it took. */
size_t output_flow(struct output *output, const struct flow *flow);

/* Sends the batch.  Called at the end of each turn of the loop, and when the batch is full. */
void output_flush(struct output *output);

#endif
