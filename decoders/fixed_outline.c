// SPDX-License-Identifier: Apache-2.0
/* What stands in a datagram of NetFlow v1, v5 or v7. */
#include "decoders/fixed_outline.h"

enum { RECORD_LEN_MAX = 52 };

static const struct outline_field header_v1[] = {
    {"version", outline_tell_u16, "version"},       {"count", outline_tell_u16, "count"},
    {"sys-uptime", outline_tell_u32, "SysUptime"},  {"unix-secs", outline_tell_u32, "unix_secs"},
    {"unix-nsecs", outline_tell_u32, "unix_nsecs"}, {0},
};

static const struct outline_field record_v1[] = {
    {"src-addr", outline_tell_ipv4, "srcaddr"},  {"dst-addr", outline_tell_ipv4, "dstaddr"},
    {"next-hop", outline_tell_ipv4, "nexthop"},  {"input", outline_tell_u16, "input"},
    {"output", outline_tell_u16, "output"},      {"dpkts", outline_tell_u32, "dPkts"},
    {"doctets", outline_tell_u32, "dOctets"},    {"first", outline_tell_u32, "First"},
    {"last", outline_tell_u32, "Last"},          {"src-port", outline_tell_u16, "srcport"},
    {"dst-port", outline_tell_u16, "dstport"},   {"pad1", outline_tell_u16, "pad1"},
    {"proto", outline_tell_u8, "prot"},          {"tos", outline_tell_u8, "tos"},
    {"tcp-flags", outline_tell_u8, "tcp_flags"}, {0},
};

static const struct outline_field header_v5[] = {
    {"version", outline_tell_u16, "version"},
    {"count", outline_tell_u16, "count"},
    {"sys-uptime", outline_tell_u32, "SysUptime"},
    {"unix-secs", outline_tell_u32, "unix_secs"},
    {"unix-nsecs", outline_tell_u32, "unix_nsecs"},
    {"flow-sequence", outline_tell_u32, "flow_sequence"},
    {"engine-type", outline_tell_u8, "engine_type"},
    {"engine-id", outline_tell_u8, "engine_id"},
    {"sampling-interval", outline_tell_u16, "sampling_interval"},
    {0},
};

static const struct outline_field record_v5[] = {
    {"src-addr", outline_tell_ipv4, "srcaddr"},
    {"dst-addr", outline_tell_ipv4, "dstaddr"},
    {"next-hop", outline_tell_ipv4, "nexthop"},
    {"input", outline_tell_u16, "input"},
    {"output", outline_tell_u16, "output"},
    {"dpkts", outline_tell_u32, "dPkts"},
    {"doctets", outline_tell_u32, "dOctets"},
    {"first", outline_tell_u32, "First"},
    {"last", outline_tell_u32, "Last"},
    {"src-port", outline_tell_u16, "srcport"},
    {"dst-port", outline_tell_u16, "dstport"},
    {"pad1", outline_tell_u8, "pad1"},
    {"tcp-flags", outline_tell_u8, "tcp_flags"},
    {"proto", outline_tell_u8, "prot"},
    {"tos", outline_tell_u8, "tos"},
    {"src-as", outline_tell_u16, "src_as"},
    {"dst-as", outline_tell_u16, "dst_as"},
    {"src-mask", outline_tell_u8, "src_mask"},
    {"dst-mask", outline_tell_u8, "dst_mask"},
    {"pad2", outline_tell_u16, "pad2"},
    {0},
};

static const struct outline_field header_v7[] = {
    {"version", outline_tell_u16, "version"},
    {"count", outline_tell_u16, "count"},
    {"sys-uptime", outline_tell_u32, "SysUptime"},
    {"unix-secs", outline_tell_u32, "unix_secs"},
    {"unix-nsecs", outline_tell_u32, "unix_nsecs"},
    {"flow-sequence", outline_tell_u32, "flow_sequence"},
    {"reserved", outline_tell_u32, "reserved"},
    {0},
};

/* The flags say which of the other fields mean something. */
static const struct outline_field record_v7[] = {
    {"src-addr", outline_tell_ipv4, "srcaddr"},
    {"dst-addr", outline_tell_ipv4, "dstaddr"},
    {"next-hop", outline_tell_ipv4, "nexthop"},
    {"input", outline_tell_u16, "input"},
    {"output", outline_tell_u16, "output"},
    {"dpkts", outline_tell_u32, "dPkts"},
    {"doctets", outline_tell_u32, "dOctets"},
    {"first", outline_tell_u32, "First"},
    {"last", outline_tell_u32, "Last"},
    {"src-port", outline_tell_u16, "srcport"},
    {"dst-port", outline_tell_u16, "dstport"},
    {"flags1", outline_tell_u8, "flags"},
    {"tcp-flags", outline_tell_u8, "tcp_flags"},
    {"proto", outline_tell_u8, "prot"},
    {"tos", outline_tell_u8, "tos"},
    {"src-as", outline_tell_u16, "src_as"},
    {"dst-as", outline_tell_u16, "dst_as"},
    {"src-mask", outline_tell_u8, "src_mask"},
    {"dst-mask", outline_tell_u8, "dst_mask"},
    {"flags2", outline_tell_u16, "flags"},
    {"router-sc", outline_tell_ipv4, "router_sc"},
    {0},
};

const struct fixed_outline fixed_outline_v1 = {header_v1, record_v1};
const struct fixed_outline fixed_outline_v5 = {header_v5, record_v5};
const struct fixed_outline fixed_outline_v7 = {header_v7, record_v7};

static void tell_record(const struct fixed_outline *fields, struct wire *record,
                        struct outline *outline)
{
    outline_name(outline, "flow record");
    outline_open(outline, NULL, OUTLINE_OBJECT);
    outline_fields_tell(fields->record, record, outline);
    outline_close(outline, OUTLINE_OBJECT);
}

/* As many rows as the header counts, of zeros where there are no octets. */
static void tell_missing_rows(const struct fixed_outline *fields, unsigned n,
                              struct outline *outline)
{
    static const uint8_t zeros[RECORD_LEN_MAX];

    for (; n > 0 && !outline_full(outline); n--) {
        struct wire record;

        wire_init(&record, zeros, sizeof(zeros));
        tell_record(fields, &record, outline);
    }
}

static void tell_records(const struct decode *d, const struct fixed_layout *layout,
                         const struct fixed_outline *fields, uint16_t count, struct wire *w,
                         struct outline *outline)
{
    const size_t len = layout->record_len(wire_left(w), count);
    unsigned left = count;

    outline_open(outline, "records", OUTLINE_ARRAY);
    for (; left > 0 && wire_left(w) >= len && !outline_full(outline); left--) {
        struct wire record = wire_slice(w, len);

        tell_record(fields, &record, outline);
    }
    if (left > 0) {
        wire_skip_rest(w);
    }
    if (layout->version == 5 && decode_compat(d, COMPAT_COUNT_ROWS)) {
        tell_missing_rows(fields, left, outline);
    }
    outline_close(outline, OUTLINE_ARRAY);
}

static uint16_t count_of(const struct wire *message)
{
    struct wire ahead = *message;

    wire_skip(&ahead, 2);
    return wire_u16(&ahead);
}

/* False if its header is not whole; who wants all is told what there is of it. */
static bool tell_message(const struct decode *d, const struct fixed_layout *layout,
                         const struct fixed_outline *fields, struct wire *message,
                         struct outline *outline)
{
    const uint16_t count = count_of(message);
    const bool whole = outline_fields_whole(fields->header, message);

    if (whole || outline_thorough(outline)) {
        outline_fields_tell(fields->header, message, outline);
    }
    if (whole) {
        tell_records(d, layout, fields, count, message, outline);
    }
    return whole;
}

/* goflow2 knows of no second message. */
void fixed_outline_describe(struct decode *d, const struct fixed_layout *layout,
                            const struct fixed_outline *fields, struct outline *outline)
{
    struct wire message = d->wire;
    bool more;

    fixed_layout_decode(d, layout);
    do {
        more = tell_message(d, layout, fields, &message, outline) && outline_thorough(outline) &&
               !outline_full(outline) && fixed_layout_begins(layout, &message);
    } while (more);
}
