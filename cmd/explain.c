// SPDX-License-Identifier: Apache-2.0
/* weir explain: each datagram of a capture, field by field, with the rules that it broke. */
#include "cmd/explain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/command.h"
#include "cmd/explanation.h"
#include "cmd/setup.h"
#include "lib/capture.h"

enum { MESSAGE_OCTETS = 512 };

struct explain {
    struct pipeline pipeline; /* the first member: faults are reported to it */
    struct counters counters;
    struct outline *listing; /* the pipeline's */
    const struct explanation_format *format;
    struct explanation explanation; /* of the datagram at hand */

    const char *format_word;
    bool faulty;
};

static const char usage[] =
    "Usage: weir explain [options] FILE...\n\n"
    "Prints each datagram of captures (pcap, pcapng; - is standard input) field by field: offset,\n"
    "length, name and value, and the rules that it breaks.  Templates apply to what follows them.\n"
    "\nOptions:";

static const struct option explain_options[] = {
    {"format", OPTION_STRING, 0, offsetof(struct explain, format_word), "text", "text, or json"},
    {"faulty", OPTION_BOOL, 0, offsetof(struct explain, faulty), NULL,
     "Only datagrams that break a rule, and more than the count in their header"},
    {0},
};

/* --- One datagram --- */

/* In the order of the octets; where the decoder stood twice, in that of the faults. */
static void insert_fault(struct explanation *e, const struct explanation_fault *fault)
{
    size_t at = e->n_faults++;

    for (; at > 0 && e->faults[at - 1].offset > fault->offset; at--) {
        e->faults[at] = e->faults[at - 1];
    }
    e->faults[at] = *fault;
}

static void take_fault(struct decode *d, enum decode_error error, const char *detail)
{
    struct explain *explain = d->arg;
    struct explanation *e = &explain->explanation;
    struct explanation_fault fault = {.error = error,
                                      .offset = d->datagram->len - wire_left(&d->wire)};

    if (e->n_faults == EXPLANATION_FAULTS_MAX) {
        e->more_faults++;
        return;
    }
    (void)snprintf(fault.detail, sizeof(fault.detail), "%s", detail == NULL ? "" : detail);
    insert_fault(e, &fault);
}

/* Most exporters of NetFlow v9 count otherwise than RFC 3954, which costs nothing. */
static bool is_faulty(const struct explanation *e)
{
    for (size_t i = 0; i < e->n_faults; i++) {
        if (e->faults[i].error != DECODE_COUNT_MISMATCH) {
            return true;
        }
    }
    return e->more_faults > 0;
}

static void explain_datagram(struct explain *explain, const struct datagram *datagram,
                             uint16_t to_port)
{
    struct explanation *e = &explain->explanation;

    e->number++;
    e->datagram = datagram;
    e->to_port = to_port;
    e->n_faults = 0;
    e->more_faults = 0;
    outline_begin(explain->listing, NULL, datagram);
    pipeline_datagram(&explain->pipeline, datagram, NULL);
    e->decoder = explain->listing->decoder;
    e->pieces = outline_listing_pieces(explain->listing, &e->n_pieces);
    if (!explain->faulty || is_faulty(e)) {
        explain->format->print(e);
    }
}

/* --- The captures --- */

static bool complain(const char *path, const char *error)
{
    (void)fprintf(stderr, "weir explain: %s: %s\n", path, error);
    return false;
}

/* Output that nobody reads any more is the end, too. */
static bool explain_file(struct explain *explain, const char *path)
{
    char message[MESSAGE_OCTETS];
    struct capture *capture = capture_open(path, message, sizeof(message));
    struct datagram datagram;
    uint16_t to_port;
    bool whole;

    if (capture == NULL) {
        return complain(path, message);
    }
    while (!ferror(stdout) && capture_next(capture, &datagram, &to_port)) {
        explain_datagram(explain, &datagram, to_port);
    }
    whole = capture_error(capture) == NULL || complain(path, capture_error(capture));
    capture_close(capture);
    return whole;
}

static bool explain_files(struct explain *explain, char **paths)
{
    bool whole = true;

    for (; *paths != NULL; paths++) {
        whole = explain_file(explain, *paths) && whole;
    }
    return whole;
}

/* --- What datagrams are read with --- */

/*
 * As the collector reads them, but nothing is held: a data set without its template breaks a rule
 * here and now.
 */
static bool open_pipeline(struct explain *explain, const struct setup *setup)
{
    struct exporter_limits limits = setup->plan->limits;

    limits.held_sets_per_exporter = 0;
    explain->listing = outline_new(&outline_listing);
    explain->pipeline.decoders = registry_decoders;
    explain->pipeline.settings = setup->plan->decode;
    explain->pipeline.counters = &explain->counters;
    explain->pipeline.hear_fault = take_fault;
    explain->pipeline.exporters =
        exporters_new(&limits, setup->exporter_scope, &setup->plan->decode);
    pipeline_set_outline(&explain->pipeline, explain->listing);
    return explain->listing != NULL && explain->pipeline.exporters != NULL;
}

static int run(struct explain *explain, const struct setup *setup, char **paths)
{
    int status = 1;

    if (open_pipeline(explain, setup)) {
        status = command_end_output("explain", explain_files(explain, paths) ? 0 : 1);
    } else {
        (void)fprintf(stderr, "weir explain: no memory\n");
    }
    pipeline_close(&explain->pipeline);
    exporters_free(explain->pipeline.exporters);
    return status;
}

/* The collector's own options keep their defaults, or what the environment says. */
static int run_with_defaults(struct explain *explain, char *name, char **paths)
{
    char *argv[] = {name, NULL};
    const struct command_line line = {usage, 1, argv, {0}};
    struct setup *setup = calloc(1, sizeof(*setup));
    int first;
    int status = 1;

    if (setup != NULL) {
        status = setup_read(setup, &line, &first);
        status = status < 0 ? run(explain, setup, paths) : status;
        setup_free(setup);
    }
    free(setup);
    return status;
}

/* --- The command line --- */

static const struct explanation_format *find_format(const char *word)
{
    static const struct explanation_format *const formats[] = {&explanation_text,
                                                               &explanation_json};

    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        if (strcmp(formats[i]->name, word) == 0) {
            return formats[i];
        }
    }
    return NULL;
}

static int refuse(int status, const char *message)
{
    (void)fprintf(stderr, "weir explain: %s\n", message);
    return status;
}

int explain_main(int argc, char **argv)
{
    struct explain explain = {0};
    const struct option_group group = {"", explain_options, &explain};
    int first;
    const int code = command_read_options("explain", usage, &group, 1, argc, argv, &first);

    if (code >= 0) {
        return code;
    }
    explain.format = find_format(explain.format_word);
    if (explain.format == NULL) {
        return refuse(1, "-format takes text or json");
    }
    if (first == argc) {
        return refuse(2,
                      "needs a capture: weir explain [options] FILE..., where - is standard input");
    }
    if (command_take_no_option("explain", "FILE", argv + first) != 0) {
        return 2;
    }
    return run_with_defaults(&explain, argv[0], argv + first);
}
