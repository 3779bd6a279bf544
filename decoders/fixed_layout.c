// SPDX-License-Identifier: Apache-2.0
/* NetFlow of fixed layout: what v1, v5 and v7 have in common. */
#include "decoders/fixed_layout.h"

enum { SECOND_NS = 1000000000, RECORD_LEN_MAX = 52 };

static uint64_t clock_ns(struct decode *d, uint64_t seconds, uint32_t nanoseconds)
{
    if (nanoseconds >= SECOND_NS) {
        decode_fault(d, DECODE_TIME_SUSPECT, "nanoseconds of the header");
        return seconds * SECOND_NS;
    }
    return seconds * SECOND_NS + nanoseconds;
}

/* False, counted, if the header is not whole. */
static bool read_whole_header(struct decode *d, const struct fixed_layout *layout,
                              struct fixed_header *header)
{
    uint32_t seconds;
    uint32_t nanoseconds;

    wire_skip(&d->wire, 2);
    header->count = wire_u16(&d->wire);
    d->message.uptime_ms = wire_u32(&d->wire);
    d->message.has_uptime = true;
    seconds = wire_u32(&d->wire);
    nanoseconds = wire_u32(&d->wire);
    layout->read_header(&d->wire, header);
    if (wire_failed(&d->wire)) {
        decode_fault(d, DECODE_SHORT, NULL);
        return false;
    }
    decode_clock(d, clock_ns(d, seconds, nanoseconds));
    return true;
}

static void read_common_record(struct flow *flow, const uint8_t *record)
{
    FLOW_SET_ADDR(flow, src_addr, record, 4);
    FLOW_SET_ADDR(flow, dst_addr, record + 4, 4);
    FLOW_SET_ADDR(flow, next_hop, record + 8, 4);
    FLOW_SET(flow, in_if, wire_load_u16(record + 12));
    FLOW_SET(flow, out_if, wire_load_u16(record + 14));
    FLOW_SET(flow, packets, wire_load_u32(record + 16));
    FLOW_SET(flow, bytes, wire_load_u32(record + 20));
    FLOW_SET(flow, sys_uptime_start, wire_load_u32(record + 24));
    FLOW_SET(flow, sys_uptime_end, wire_load_u32(record + 28));
    FLOW_SET(flow, src_port, wire_load_u16(record + 32));
    FLOW_SET(flow, dst_port, wire_load_u16(record + 34));
}

void fixed_layout_read_routing(struct flow *flow, const uint8_t *record)
{
    FLOW_SET(flow, tcp_flags, record[37]);
    FLOW_SET(flow, proto, record[38]);
    FLOW_SET(flow, ip_tos, record[39]);
    FLOW_SET(flow, src_as, wire_load_u16(record + 40));
    FLOW_SET(flow, dst_as, wire_load_u16(record + 42));
    FLOW_SET(flow, src_net, record[44]);
    FLOW_SET(flow, dst_net, record[45]);
}

static bool emit_record(struct decode *d, const struct fixed_layout *layout,
                        const struct fixed_header *header, const uint8_t *record)
{
    decode_begin_flow(d, layout->type);
    FLOW_SET(&d->flow, time_export, d->message.export_ns);
    FLOW_SET(&d->flow, etype, 0x0800);
    if (layout->sequenced) {
        FLOW_SET(&d->flow, sequence_num, header->sequence);
    }
    read_common_record(&d->flow, record);
    layout->read_record(&d->flow, record, header);
    return decode_emit(d);
}

/* goflow2 writes as many rows as the header counts, of zeros where there are no octets. */
static void emit_missing_rows(struct decode *d, const struct fixed_layout *layout,
                              const struct fixed_header *header, unsigned from)
{
    static const uint8_t zeros[RECORD_LEN_MAX];

    for (unsigned i = from; i < header->count; i++) {
        if (!emit_record(d, layout, header, zeros)) {
            return;
        }
    }
}

static void count_faults(struct decode *d, const struct fixed_layout *layout,
                         const struct fixed_header *header, unsigned read)
{
    if (read < header->count) {
        decode_fault(d, DECODE_SHORT_RECORD, NULL);
        decode_fault(d, DECODE_COUNT_MISMATCH, NULL);
    }
    if (read > layout->most_records) {
        decode_fault(d, DECODE_OVER_LIMIT, NULL);
    }
}

static void read_records(struct decode *d, const struct fixed_layout *layout,
                         const struct fixed_header *header)
{
    const size_t len = layout->record_len(wire_left(&d->wire), header->count);
    unsigned read = 0;

    for (; read < header->count && wire_left(&d->wire) >= len; read++) {
        if (!emit_record(d, layout, header, wire_bytes(&d->wire, len))) {
            wire_skip_rest(&d->wire);
            return;
        }
    }
    count_faults(d, layout, header, read);
    if (read < header->count) {
        wire_skip_rest(&d->wire);
        if (layout->version == 5 && decode_compat(d, COMPAT_COUNT_ROWS)) {
            emit_missing_rows(d, layout, header, read);
        }
    }
}

static void account(struct decode *d, const struct fixed_layout *layout,
                    const struct fixed_header *header)
{
    const uint32_t engine = (uint32_t)header->engine_type << 8 | header->engine_id;
    struct domain *domain;

    if (!layout->sequenced) {
        return;
    }
    domain = exporter_domain(d, layout->type, engine, NULL);
    if (domain != NULL) {
        domain_sequence(d, domain, header->sequence, header->count);
    }
}

static void read_message(struct decode *d, const struct fixed_layout *layout)
{
    struct fixed_header header = {0};

    if (read_whole_header(d, layout, &header)) {
        d->tally.type = (uint8_t)layout->type;
        tally_add(&d->tally, TALLY_DATA_SET, header.count, 0); /* as goflow2 counts them */
        account(d, layout, &header);
        read_records(d, layout, &header);
    }
}

bool fixed_layout_begins(const struct fixed_layout *layout, const struct wire *w)
{
    struct wire ahead = *w;

    return wire_left(&ahead) >= layout->header_len && wire_u16(&ahead) == layout->version;
}

void fixed_layout_decode(struct decode *d, const struct fixed_layout *layout)
{
    do {
        read_message(d, layout);
    } while (fixed_layout_begins(layout, &d->wire));
    if (wire_left(&d->wire) > 0) {
        decode_fault(d, DECODE_TRAILING_BYTES, NULL);
    }
}
