// SPDX-License-Identifier: Apache-2.0
#ifndef DECODERS_SFLOW_RECORDS_H
#define DECODERS_SFLOW_RECORDS_H

#include "lib/decoder.h"
#include "lib/wire.h"

/* Of the records of one flow sample, what has come so far. */
struct sflow_sample {
    struct decode *d;
    bool has_header;       /* a sampled header: the first one wins */
    struct report *report; /* of a packet that was dropped; NULL for a flow */
};

#define SFLOW_SET_IF(condition, flow, member, value)                                               \
    ((condition) ? FLOW_SET((flow), member, (value)) : (void)0)

/* The same of an address, where there is one. */
#define SFLOW_SET_ADDR_IF(condition, flow, member, octets)                                         \
    ((condition) && (octets).len != 0 ? FLOW_SET_ADDR((flow), member, (octets).data, (octets).len) \
                                      : (void)0)

/*
 * Reads the flow record of a format (sFlow version 5, data_format) into d->flow.
 * A format that is not read is skipped; a record that is shorter than its structure
 * leaves no field behind, and is counted.
 */
void sflow_read_record(struct sflow_sample *sample, uint32_t format, struct wire *record);

/* The readers of sflow_packet.c; what each needs of the record is read before a field is set. */
void sflow_read_sampled_header(struct sflow_sample *sample, struct wire *w);
void sflow_read_sampled_ethernet(struct sflow_sample *sample, struct wire *w);
void sflow_read_sampled_ipv4(struct sflow_sample *sample, struct wire *w);
void sflow_read_sampled_ipv6(struct sflow_sample *sample, struct wire *w);
void sflow_read_vlan_tunnel(struct sflow_sample *sample, struct wire *w);
void sflow_read_ipv4_tunnel(struct sflow_sample *sample, struct wire *w);
void sflow_read_ipv6_tunnel(struct sflow_sample *sample, struct wire *w);
void sflow_read_network(struct sflow_sample *sample, struct wire *w);

#endif
