// SPDX-License-Identifier: Apache-2.0
/* NetFlow v5: IPv4, with AS numbers of 16 bits, prefix lengths and a sampling word. */
#include "decoders/fixed_outline.h"

enum { RECORD_LEN = 48 };

static void read_header(struct wire *wire, struct fixed_header *header)
{
    header->sequence = wire_u32(wire);
    header->engine_type = wire_u8(wire);
    header->engine_id = wire_u8(wire);
    header->sampling = wire_u16(wire);
}

static size_t record_len(size_t left, uint16_t count)
{
    (void)left;
    (void)count;
    return RECORD_LEN;
}

/* Some exporters leave the mode 0 and mean the interval nevertheless. */
static void set_sampling(struct flow *flow, const struct fixed_header *header)
{
    const uint16_t interval = header->sampling & 0x3fff;

    FLOW_SET(flow, engine_type, header->engine_type);
    FLOW_SET(flow, engine_id, header->engine_id);
    FLOW_SET(flow, sampling_mode, (uint8_t)(header->sampling >> 14));
    if (interval != 0) {
        FLOW_SET(flow, sampling_rate, interval);
        FLOW_SET(flow, sampling_source, "header");
    }
}

static void read_record(struct flow *flow, const uint8_t *record, const struct fixed_header *header)
{
    set_sampling(flow, header);
    fixed_layout_read_routing(flow, record);
}

static const struct fixed_layout layout = {
    .type = FLOW_TYPE_NETFLOW_V5,
    .version = 5,
    .header_len = 24,
    .most_records = 30,
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
    fixed_outline_describe(d, &layout, &fixed_outline_v5, outline);
}

const struct decoder decoder_netflow5 = {
    .name = "netflow5",
    .title = "NetFlow v5",
    .scheme = "netflow",
    .magic = {0, 5},
    .magic_len = 2,
    .decode = decode,
    .describe = describe,
    .outline_type = "netflowv5",
    .outline_summary = "NetFlowV5 seq:flow-sequence count:count",
};
