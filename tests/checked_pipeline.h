// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_CHECKED_PIPELINE_H
#define TESTS_CHECKED_PIPELINE_H

#include "lib/pipeline.h"

/*
 * A pipeline with all decoders whose records are held to what must be true of every
 * input: they are strict JSON, a datagram makes no more than it may, and all
 * is counted once.  What does not hold ends the process with abort().
 */
struct checked_pipeline {
    struct pipeline pipeline;
    struct field_set fields;
    struct output output;
    struct transport transport;
    struct counters counters;
    uint64_t datagrams;
    uint64_t records;
    struct datagram last; /* without its octets */
};

/* Bounds that are soon reached, so that what is full makes room. */
extern const struct exporter_limits checked_pipeline_limits;

/* All fields, all tunnels; compat is enum compat, or-ed.  False if there is no memory. */
bool checked_pipeline_open(struct checked_pipeline *p, const struct exporter_limits *limits,
                           unsigned compat);
void checked_pipeline_close(struct checked_pipeline *p);

/*
 * The same for a fuzz target: as new for each input, but what costs time to make is
 * kept.  checked_pipeline_end() ends an input.
 */
struct checked_pipeline *checked_pipeline_begin(void);
void checked_pipeline_end(struct checked_pipeline *p);

void checked_pipeline_datagram(struct checked_pipeline *p, const struct datagram *datagram);

/* Ends the process with abort() and what should hold, if it does not. */
void require(bool holds, const char *what);

#endif
