// SPDX-License-Identifier: Apache-2.0
/* The fields of sFlow's flow and counter records, in the words of goflow2. */
#include "decoders/sflow_outline.h"
#include "decoders/sflow_xdr.h"

enum { MAC_LEN = 6, MAC_PADDING = 2, WORD_LEN = 4 };

/* --- Fields that are more than a number --- */

/* XDR pads a MAC address; some senders do not, and then what must follow has no room behind it. */
static void tell_mac(struct wire *w, struct outline *outline, const char *key, size_t behind)
{
    outline_octets(outline, key, wire_bytes(w, MAC_LEN), MAC_LEN);
    if (wire_left(w) >= MAC_PADDING + behind) {
        wire_skip(w, MAC_PADDING);
    }
}

static void tell_src_mac(struct wire *w, struct outline *outline, const char *key)
{
    tell_mac(w, outline, key, MAC_LEN + MAC_PADDING + WORD_LEN);
}

static void tell_dst_mac(struct wire *w, struct outline *outline, const char *key)
{
    tell_mac(w, outline, key, WORD_LEN);
}

static void tell_next_hop(struct wire *w, struct outline *outline, const char *key)
{
    sflow_outline_address(w, outline, "next-hop-ip-version", key);
}

/* The number before a text or a list, to who wants to know all. */
static void tell_count(const struct wire *w, struct outline *outline, const char *name)
{
    struct wire ahead = *w;

    if (outline_thorough(outline)) {
        outline_name(outline, name);
        outline_tell_u32(&ahead, outline, "length");
    }
}

static void tell_string(struct wire *w, struct outline *outline, const char *key)
{
    const char *name = outline == NULL ? NULL : outline->about.name;
    struct flow_slice text;

    tell_count(w, outline, "length");
    text = sflow_read_opaque(w);
    outline_name(outline, name);
    outline_text(outline, key, text.data, text.len);
}

static void tell_words(struct wire words, struct outline *outline)
{
    while (wire_left(&words) > 0) {
        outline_tell_u32(&words, outline, NULL);
    }
}

/* The type of the first segment, and the numbers of all. */
static void tell_segment_sums(struct wire ahead, struct outline *outline, uint32_t n)
{
    struct wire first = ahead;
    const uint32_t type = n == 0 ? 0 : wire_u32(&first);
    size_t numbers = 0;

    for (uint32_t i = 0; i < n && !wire_failed(&ahead); i++) {
        struct wire words;

        wire_skip(&ahead, WORD_LEN);
        words = sflow_read_words(&ahead);
        numbers += wire_left(&words) / WORD_LEN;
    }
    outline_number(outline, "as-path-type", type);
    outline_number(outline, "as-path-length", numbers);
}

static void tell_segments(struct wire *w, struct outline *outline, uint32_t n)
{
    tell_segment_sums(*w, outline, n);
    outline_name(outline, "dst_as_path");
    outline_open(outline, "as-path", OUTLINE_ARRAY);
    for (uint32_t i = 0; i < n && !wire_failed(w); i++) {
        tell_count(w, outline, "segment type");
        wire_skip(w, WORD_LEN);
        tell_count(w, outline, "segment length");
        tell_words(sflow_read_words(w), outline);
    }
    outline_close(outline, OUTLINE_ARRAY);
}

static void tell_path(struct wire *w, struct outline *outline, const char *key)
{
    struct wire ahead = *w;
    const uint32_t segments = wire_u32(&ahead);

    outline_tell_u32(w, outline, key);
    tell_segments(w, outline, segments);
}

/* goflow2 takes the segments behind the first one for communities. */
static void tell_first_segment(struct wire *w, struct outline *outline, const char *key)
{
    struct wire ahead = *w;
    const uint32_t segments = wire_u32(&ahead);

    outline_tell_u32(w, outline, key);
    tell_segments(w, outline, segments > 0 ? 1 : 0);
}

static void tell_communities(struct wire *w, struct outline *outline, const char *key)
{
    const struct wire before = *w;
    struct wire words = sflow_read_words(w);

    outline_name(outline, "number of communities");
    outline_place(outline, &before, WORD_LEN);
    outline_number(outline, "communities-length", wire_left(&words) / WORD_LEN);
    outline_open(outline, key, OUTLINE_ARRAY);
    tell_words(words, outline);
    outline_close(outline, OUTLINE_ARRAY);
}

/* --- Records --- */

static const struct outline_field raw_header[] = {
    {"protocol", outline_tell_u32, "protocol"},
    {"frame-length", outline_tell_u32, "frame_length"},
    {"stripped", outline_tell_u32, "stripped"},
    {"original-length", outline_tell_u32, "header length"},
    {"header-data", outline_tell_rest, "header"},
    {0},
};

static const struct outline_field ethernet[] = {
    {"length", outline_tell_u32, "length"},
    {"src-mac", tell_src_mac, "src_mac"},
    {"dst-mac", tell_dst_mac, "dst_mac"},
    {"eth-type", outline_tell_u32, "type"},
    {0},
};

static const struct outline_field ipv4[] = {
    {"length", outline_tell_u32, "length"},
    {"protocol", outline_tell_u32, "protocol"},
    {"src-ip", outline_tell_ipv4, "src_ip"},
    {"dst-ip", outline_tell_ipv4, "dst_ip"},
    {"src-port", outline_tell_u32, "src_port"},
    {"dst-port", outline_tell_u32, "dst_port"},
    {"tcp-flags", outline_tell_u32, "tcp_flags"},
    {"tos", outline_tell_u32, "tos"},
    {0},
};

static const struct outline_field ipv6[] = {
    {"length", outline_tell_u32, "length"},
    {"protocol", outline_tell_u32, "protocol"},
    {"src-ip", outline_tell_ipv6, "src_ip"},
    {"dst-ip", outline_tell_ipv6, "dst_ip"},
    {"src-port", outline_tell_u32, "src_port"},
    {"dst-port", outline_tell_u32, "dst_port"},
    {"tcp-flags", outline_tell_u32, "tcp_flags"},
    {"priority", outline_tell_u32, "priority"},
    {0},
};

static const struct outline_field extended_switch[] = {
    {"src-vlan", outline_tell_u32, "src_vlan"},
    {"src-priority", outline_tell_u32, "src_priority"},
    {"dst-vlan", outline_tell_u32, "dst_vlan"},
    {"dst-priority", outline_tell_u32, "dst_priority"},
    {0},
};

static const struct outline_field extended_router[] = {
    {"next-hop", tell_next_hop, "nexthop"},
    {"src-mask-len", outline_tell_u32, "src_mask_len"},
    {"dst-mask-len", outline_tell_u32, "dst_mask_len"},
    {0},
};

static const struct outline_field extended_gateway[] = {
    {"next-hop", tell_next_hop, "nexthop"},
    {"as", outline_tell_u32, "as"},
    {"src-as", outline_tell_u32, "src_as"},
    {"src-peer-as", outline_tell_u32, "src_peer_as"},
    {"as-destinations", tell_path, "number of dst_as_path segments"},
    {"communities", tell_communities, "communities"},
    {"local-pref", outline_tell_u32, "localpref"},
    {0},
};

static const struct outline_field extended_gateway_goflow2[] = {
    {"next-hop", tell_next_hop, "nexthop"},
    {"as", outline_tell_u32, "as"},
    {"src-as", outline_tell_u32, "src_as"},
    {"src-peer-as", outline_tell_u32, "src_peer_as"},
    {"as-destinations", tell_first_segment, "number of dst_as_path segments"},
    {"communities", tell_communities, "communities"},
    {"local-pref", outline_tell_u32, "localpref"},
    {0},
};

static const struct outline_field egress_queue[] = {
    {"queue", outline_tell_u32, "queue"},
    {0},
};

static const struct outline_field acl[] = {
    {"number", outline_tell_u32, "number"},
    {"name", tell_string, "name"},
    {"direction", outline_tell_u32, "direction"},
    {0},
};

static const struct outline_field function[] = {
    {"symbol", tell_string, "symbol"},
    {0},
};

static const struct outline_field interface_counters[] = {
    {"if-index", outline_tell_u32, "ifIndex"},
    {"if-type", outline_tell_u32, "ifType"},
    {"if-speed", outline_tell_u64, "ifSpeed"},
    {"if-direction", outline_tell_u32, "ifDirection"},
    {"if-status", outline_tell_u32, "ifStatus"},
    {"if-in-octets", outline_tell_u64, "ifInOctets"},
    {"if-in-ucast-pkts", outline_tell_u32, "ifInUcastPkts"},
    {"if-in-multicast-pkts", outline_tell_u32, "ifInMulticastPkts"},
    {"if-in-broadcast-pkts", outline_tell_u32, "ifInBroadcastPkts"},
    {"if-in-discards", outline_tell_u32, "ifInDiscards"},
    {"if-in-errors", outline_tell_u32, "ifInErrors"},
    {"if-in-unknown-protos", outline_tell_u32, "ifInUnknownProtos"},
    {"if-out-octets", outline_tell_u64, "ifOutOctets"},
    {"if-out-ucast-pkts", outline_tell_u32, "ifOutUcastPkts"},
    {"if-out-multicast-pkts", outline_tell_u32, "ifOutMulticastPkts"},
    {"if-out-broadcast-pkts", outline_tell_u32, "ifOutBroadcastPkts"},
    {"if-out-discards", outline_tell_u32, "ifOutDiscards"},
    {"if-out-errors", outline_tell_u32, "ifOutErrors"},
    {"if-promiscuous-mode", outline_tell_u32, "ifPromiscuousMode"},
    {0},
};

static const struct outline_field ethernet_counters[] = {
    {"dot3-stats-aligment-errors", outline_tell_u32, "dot3StatsAlignmentErrors"},
    {"dot3-stats-fcse-errors", outline_tell_u32, "dot3StatsFCSErrors"},
    {"dot3-stats-single-collision-frames", outline_tell_u32, "dot3StatsSingleCollisionFrames"},
    {"dot3-stats-multiple-collision-frames", outline_tell_u32, "dot3StatsMultipleCollisionFrames"},
    {"dot3-stats-seq-test-errors", outline_tell_u32, "dot3StatsSQETestErrors"},
    {"dot3-stats-deferred-transmissions", outline_tell_u32, "dot3StatsDeferredTransmissions"},
    {"dot3-stats-late-collisions", outline_tell_u32, "dot3StatsLateCollisions"},
    {"dot3-stats-excessive-collisions", outline_tell_u32, "dot3StatsExcessiveCollisions"},
    {"dot3-stats-internal-mac-transmit-errors", outline_tell_u32,
     "dot3StatsInternalMacTransmitErrors"},
    {"dot3-stats-carrier-sense-errors", outline_tell_u32, "dot3StatsCarrierSenseErrors"},
    {"dot3-stats-frame-too-longs", outline_tell_u32, "dot3StatsFrameTooLongs"},
    {"dot3-stats-internal-mac-receive-errors", outline_tell_u32,
     "dot3StatsInternalMacReceiveErrors"},
    {"dot3-stats-symbol-errors", outline_tell_u32, "dot3StatsSymbolErrors"},
    {0},
};

struct record_form {
    uint32_t number;
    const struct outline_field *fields;
};

static const struct record_form flow_records[] = {
    {1, raw_header},
    {2, ethernet},
    {3, ipv4},
    {4, ipv6},
    {1001, extended_switch},
    {1002, extended_router},
    {1003, extended_gateway},
    {1036, egress_queue},
    {1037, acl},
    {1038, function},
    {0},
};

static const struct record_form counter_records[] = {
    {1, interface_counters},
    {2, ethernet_counters},
    {0},
};

static const struct outline_field *find_fields(const struct record_form *form, uint32_t number)
{
    while (form->fields != NULL && form->number != number) {
        form++;
    }
    return form->fields;
}

const struct outline_field *sflow_outline_flow_record(const struct decode *d, uint32_t format)
{
    const struct outline_field *fields = find_fields(flow_records, format);

    return fields == extended_gateway && decode_compat(d, COMPAT_AS_PATH) ? extended_gateway_goflow2
                                                                          : fields;
}

const struct outline_field *sflow_outline_counter_record(const struct decode *d, uint32_t format)
{
    (void)d;
    return find_fields(counter_records, format);
}
