// SPDX-License-Identifier: Apache-2.0
/* NetFlow v1: no sequence, no engine, no sampling, no AS numbers. */
#include "decoders/fixed_outline.h"

static void read_header(struct wire *wire, struct fixed_header *header)
{
    (void)wire;
    (void)header;
}

/*
 * Records have 48 octets in most exporters and 52 in some manuals: the length
 * that fills the datagram is the right one, and 48 where neither does.
 */
static size_t record_len(size_t left, uint16_t count)
{
    return count != 0 && left == (size_t)count * 52 ? 52 : 48;
}

static void read_record(struct flow *flow, const uint8_t *record, const struct fixed_header *header)
{
    (void)header;
    FLOW_SET(flow, proto, record[38]);
    FLOW_SET(flow, ip_tos, record[39]);
    FLOW_SET(flow, tcp_flags, record[40]);
}

static const struct fixed_layout layout = {
    .type = FLOW_TYPE_NETFLOW_V1,
    .version = 1,
    .header_len = 16,
    .most_records = 24,
    .read_header = read_header,
    .record_len = record_len,
    .read_record = read_record,
};

static void decode(struct decode *d)
{
    fixed_layout_decode(d, &layout);
}

static void describe(struct decode *d, struct outline *outline)
{
    fixed_outline_describe(d, &layout, &fixed_outline_v1, outline);
}

const struct decoder decoder_netflow1 = {
    .name = "netflow1",
    .title = "NetFlow v1",
    .scheme = "netflow",
    .magic = {0, 1},
    .magic_len = 2,
    .decode = decode,
    .describe = describe,
    .outline_type = "netflowv1",
    .outline_summary = "NetFlowV1 count:count",
};
