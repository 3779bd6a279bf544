// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_PIPELINE_H
#define LIB_PIPELINE_H

#include "lib/decoder.h"
#include "lib/exporter/exporter.h"
#include "lib/output.h"
#include "lib/report/loss.h"
#include "lib/worker_stats.h"

struct quarantine_inlet;

/* What datagrams are made into. */
enum pipeline_produce {
    PRODUCE_SAMPLE, /* a record a flow */
    PRODUCE_RAW,    /* a record a datagram: what stands in it */
};

/*
 * Datagram in, records out: the decoder by the first bytes, the steps of
 * enrichment, the output.  Whatever hands datagrams over (a socket, a capture,
 * a test) ends in pipeline_datagram(), so that all of them see the same thing.
 * Time comes with the datagram, never from the clock.
 */
struct pipeline {
    const struct decoder *const *decoders; /* ends with NULL */
    struct decode_settings settings;
    struct exporters *exporters;
    struct counters *counters;
    struct output *output;
    struct worker_stats *stats;          /* borrowed; NULL if nobody asks for metrics */
    struct quarantine_inlet *quarantine; /* borrowed; NULL for none */
    /* Hears of each fault; may be NULL.  See struct decode. */
    void (*hear_fault)(struct decode *d, enum decode_error error, const char *detail);
    struct decode decode; /* scratch */

    /* Private to pipeline.c; PRODUCE_SAMPLE where all are zero. */
    enum pipeline_produce produce;
    struct outline *outline; /* NULL if the format has none */
    struct loss loss;
};

/*
 * Chooses what is produced, when the output is open and before the first datagram.
 * False if there is no memory.  pipeline_close() frees what it made; the rest of the pipeline is
 * its maker's.
 */
bool pipeline_set_produce(struct pipeline *pipeline, enum pipeline_produce produce);

/*
 * Lets the pipeline tell exporters apart for reports on loss, where no metrics do: its datagrams
 * have so many listeners.  False if there is no memory.
 */
bool pipeline_count_exporters(struct pipeline *pipeline, size_t listeners);

/*
 * From now on the outline hears what stands in each datagram, and no record is made of it: its
 * maker reads from the outline.  It must be one that writes no line, for there need not be an
 * output.  The pipeline owns it.
 */
void pipeline_set_outline(struct pipeline *pipeline, struct outline *outline);
void pipeline_close(struct pipeline *pipeline);

/* Which decoders a listener takes: by scheme, NULL for all. */
void pipeline_datagram(struct pipeline *pipeline, const struct datagram *datagram,
                       const char *scheme);

/* Likewise many, one after the other; what their exporters need is got ready meanwhile. */
void pipeline_datagrams(struct pipeline *pipeline, const struct datagram *datagrams, size_t n,
                        const char *scheme);

/* It is this time, since 1970, also where no datagram comes: what was lost may be to be told. */
void pipeline_tick(struct pipeline *pipeline, uint64_t now_ns);

/* No datagram follows: what was lost since it was told last is told. */
void pipeline_end(struct pipeline *pipeline);

#endif
