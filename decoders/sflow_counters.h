// SPDX-License-Identifier: Apache-2.0
#ifndef DECODERS_SFLOW_COUNTERS_H
#define DECODERS_SFLOW_COUNTERS_H

#include "lib/decoder.h"
#include "lib/report/report.h"
#include "lib/wire.h"

/* Whose counters, and which sample of them. */
struct sflow_counter_source {
    struct flow_addr agent;
    uint32_t sub_agent;
    uint32_t type;
    uint32_t id;
    uint32_t sequence;
};

/*
 * The records of one counter sample as reports: one, but that a structure that comes again, and
 * each item of a list, begins another.
 */
struct sflow_counters {
    struct decode *d;
    struct report report;
    uint16_t head; /* values that each report begins with */
    uint64_t seen; /* structures in the report, a bit each */
    bool spent;    /* the datagram's budget */
};

void sflow_counters_begin(struct sflow_counters *counters, struct decode *d,
                          const struct sflow_counter_source *source);

/*
 * Reads the counter record of a format (sFlow version 5, data_format).  One that is shorter than
 * its structure leaves nothing behind, and is counted; of a format that is not known the octets
 * are told.
 */
void sflow_counters_read(struct sflow_counters *counters, uint32_t format, struct wire *record);

/* False if the datagram has spent its budget. */
bool sflow_counters_end(struct sflow_counters *counters);

#endif
