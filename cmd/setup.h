// SPDX-License-Identifier: Apache-2.0
#ifndef CMD_SETUP_H
#define CMD_SETUP_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "cmd/registry.h"
#include "lib/option.h"
#include "lib/pipeline.h"

enum { SETUP_TRANSPORTS_MAX = 8 };

/*
 * What the command line says, and what follows from it: shared by the
 * subcommands that run datagrams through the pipeline.
 */
struct setup {
    /* As given. */
    const char *listen;
    const char *format;
    const char *fields;
    const char *compat;
    const char *transport;
    const char *tunnels;
    const char *scope;
    const char *log_level;
    const char *log_format;
    bool stats;
    bool version;
    struct exporter_limits limits;

    /* What follows. */
    struct decode_settings decode;
    unsigned exporter_scope;
    struct field_set field_set;
    const struct format_ops *format_ops;
    struct transport *transports[SETUP_TRANSPORTS_MAX]; /* one of each, with its options */
    struct transport *chosen;
};

/*
 * Reads the command line of a subcommand, own being its own options (or NULL).
 * Returns -1 to go on, or the exit code: 0 after -h or -v, 2 for a bad command line, 1 for
 * an impossible value of a flag of goflow2's, which exits so too.  *first becomes the index of the
 * first argument left.
 */
int setup_read(struct setup *setup, const char *usage, const struct option_group *own, int argc,
               char **argv, int *first);

/* Opens the chosen transport on the main thread's loop; 0 or UV_E*, logged. */
int setup_open_transport(struct setup *setup, uv_loop_t *loop);

/*
 * Makes one worker's pipeline, with its own exporters and output.  counters are
 * the worker's and borrowed.  Returns NULL if there is no memory.
 */
struct pipeline *setup_pipeline(struct setup *setup, struct counters *counters,
                                enum output_policy policy);

/* Flushes and frees it. */
void setup_pipeline_free(struct pipeline *pipeline);

/* All counters that are not zero, and the transport's, as one line of JSON on standard error. */
void setup_print_stats(const struct setup *setup, const struct counters *counters);

/* Frees the transports, closed ones only. */
void setup_free(struct setup *setup);

#endif
