// SPDX-License-Identifier: Apache-2.0
#ifndef DECODERS_SFLOW_DROPS_H
#define DECODERS_SFLOW_DROPS_H

#include "lib/decoder.h"
#include "lib/report/report.h"

/* What stands before the records of a discard sample (sFlow Dropped Packet Notification). */
struct sflow_drop {
    struct flow_addr agent;
    uint32_t source_type;
    uint32_t source_id;
    uint32_t sequence;
    uint32_t drops;
    uint32_t in_if;  /* 0 if not known */
    uint32_t out_if; /* likewise */
    uint32_t reason;
};

/* Begins the report; d->flow is begun, with the numbers of its datagram and its sample. */
void sflow_drop_begin(struct decode *d, const struct sflow_drop *drop, struct report *report);

/* What of the packet is told, when its records were read into d->flow. */
void sflow_drop_packet(const struct decode *d, struct report *report);

#endif
