// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_PIPELINE_H
#define LIB_PIPELINE_H

#include "lib/decoder.h"
#include "lib/exporter.h"
#include "lib/output.h"

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
    /* Hears of each fault; may be NULL.  See struct decode. */
    void (*report)(struct decode *d, enum decode_error error, const char *detail);
    struct decode decode; /* scratch */
};

/* Which decoders a listener takes: by scheme, NULL for all. */
void pipeline_datagram(struct pipeline *pipeline, const struct datagram *datagram,
                       const char *scheme);

#endif
