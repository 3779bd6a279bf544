// SPDX-License-Identifier: Apache-2.0
/* NetFlow v7, of Catalyst switches: v5 without engine and sampling, with the router bypassed. */
#include "decoders/fixed_outline.h"

enum { RECORD_LEN = 52 };

static void read_header(struct wire *wire, struct fixed_header *header)
{
    header->sequence = wire_u32(wire);
    wire_skip(wire, 4);
}

static size_t record_len(size_t left, uint16_t count)
{
    (void)left;
    (void)count;
    return RECORD_LEN;
}

static void read_record(struct flow *flow, const uint8_t *record, const struct fixed_header *header)
{
    (void)header;
    fixed_layout_read_routing(flow, record);
    FLOW_SET_ADDR(flow, router_shortcut, record + 48, 4);
}

static const struct fixed_layout layout = {
    .type = FLOW_TYPE_NETFLOW_V7,
    .version = 7,
    .header_len = 24,
    .most_records = 28,
    .sequenced = true,
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
    fixed_outline_describe(d, &layout, &fixed_outline_v7, outline);
}

const struct decoder decoder_netflow7 = {
    .name = "netflow7",
    .title = "NetFlow v7",
    .scheme = "netflow",
    .magic = {0, 7},
    .magic_len = 2,
    .decode = decode,
    .describe = describe,
    .outline_type = "netflowv7",
    .outline_summary = "NetFlowV7 seq:flow-sequence count:count",
};
