// SPDX-License-Identifier: Apache-2.0
#ifndef CMD_SETUP_H
#define CMD_SETUP_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "cmd/plan.h"
#include "cmd/registry.h"
#include "lib/listen/uri.h"
#include "lib/log.h"
#include "lib/option/file.h"
#include "lib/option/option.h"
#include "lib/pipeline.h"
#include "lib/quarantine/quarantine.h"

/* Of variables of the environment. */
#define SETUP_PREFIX "WEIR_"

enum { SETUP_TRANSPORTS_MAX = 8, SETUP_GROUPS_MAX = SETUP_TRANSPORTS_MAX + 12 };

/*
 * What the command line, the environment (WEIR_*) and the configuration file say,
 * and what follows from it: shared by the subcommands that run datagrams through the pipeline.
 */
struct setup {
    /* As given. */
    struct plan_words words;
    const char *listen;
    const char *format;
    const char *produce_word;
    const char *transport;
    const char *scope;
    const char *log_level;
    const char *log_format;
    const char *config;
    uint64_t errors_count;
    uint64_t errors_interval_ns;
    bool stats;
    bool version;
    bool check;
    struct quarantine_settings quarantine_words;

    /* What follows. */
    struct plan *plan; /* what a reload replaces */
    unsigned exporter_scope;
    const struct format_ops *format_ops;
    enum pipeline_produce produce;
    enum log_level level;
    struct transport *transports[SETUP_TRANSPORTS_MAX]; /* one of each, with its options */
    struct transport *chosen;
    struct record_key key;                             /* of messages */
    struct quarantine *quarantine;                     /* NULL for none, or before it is opened */
    struct pcapng_receiver receivers[LISTEN_URIS_MAX]; /* for the quarantine: one for each of */
    struct listen_uri uris[LISTEN_URIS_MAX];
    size_t n_uris;

    /* Where it was said. */
    struct option_group groups[SETUP_GROUPS_MAX];
    char prefixes[SETUP_TRANSPORTS_MAX][OPTION_NAME_MAX];
    size_t n_groups;
    struct option_file *file; /* NULL without -config */
    struct setup *older;      /* that some worker uses still, after a reload in part */
    char message[1024];       /* what is wrong */
};

/* A command line, which must outlive the setup that is read from it. */
struct command_line {
    const char *usage;
    int argc;
    char **argv;
    struct option_group own; /* the subcommand's; its options may be NULL */
};

/*
 * Reads the command line of a subcommand, and where it points to.  Returns -1 to
 * go on, or the exit code: 0 after -h or -v, 2 for a command line that cannot be read, 1 for
 * a value that means nothing, and for a bad file.
 * What was wrong has been written to standard error.  *first becomes the index of the first
 * argument left.
 */
int setup_read(struct setup *setup, const struct command_line *line, int *first);

/*
 * Reads it once more, for a reload.  False if something is wrong: setup->message
 * says what, and nothing is written.
 */
bool setup_read_again(struct setup *setup, const struct command_line *line);

/*
 * Says in setup->message that an option's value cannot be, where a file gave it, and what would be
 * right rather.  Returns the exit code, which is goflow2's, whoever's option it is.
 */
int setup_refuse(struct setup *setup, const char *option, const char *value, const char *rather);

/* Lets the log be as the setup says. */
void setup_apply_log(const struct setup *setup);

/* Whether the chosen transport's options can be; what cannot is logged. */
bool setup_check_transport(struct setup *setup);

/* Opens the chosen transport on the main thread's loop; 0 or UV_E*, logged. */
int setup_open_transport(struct setup *setup, uv_loop_t *loop);

/* Opens the quarantine, if there is to be one, before the first pipeline; 0 or UV_E*, logged. */
int setup_open_quarantine(struct setup *setup, enum output_policy policy);

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

/* Opens its file anew; closes it, when the pipelines are gone.  There may be none. */
void setup_reopen_quarantine(const struct setup *setup);
void setup_close_quarantine(struct setup *setup);

/* Options for setup.c. */
extern const struct option setup_quarantine_options[];

/* Frees the transports, closed ones only, the plan and the file. */
void setup_free(struct setup *setup);

#endif
