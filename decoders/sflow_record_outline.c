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

static void tell_string(struct wire *w, struct outline *outline, const char *key)
{
    const struct flow_slice text = sflow_read_opaque(w);

    outline_text(outline, key, text.data, text.len);
}

static void tell_words(struct wire words, struct outline *outline)
{
    while (wire_left(&words) > 0) {
        outline_number(outline, NULL, wire_u32(&words));
    }
}

/* The type of the first segment, and the numbers of all. */
static void tell_segments(struct wire *w, struct outline *outline, uint32_t n)
{
    struct wire ahead = *w;
    const uint32_t type = n == 0 ? 0 : wire_u32(&ahead);
    size_t numbers = 0;

    ahead = *w;
    for (uint32_t i = 0; i < n && !wire_failed(&ahead); i++) {
        struct wire words;

        wire_skip(&ahead, WORD_LEN);
        words = sflow_read_words(&ahead);
        numbers += wire_left(&words) / WORD_LEN;
    }
    outline_number(outline, "as-path-type", type);
    outline_number(outline, "as-path-length", numbers);
    outline_open(outline, "as-path", OUTLINE_ARRAY);
    for (uint32_t i = 0; i < n && !wire_failed(w); i++) {
        wire_skip(w, WORD_LEN);
        tell_words(sflow_read_words(w), outline);
    }
    outline_close(outline, OUTLINE_ARRAY);
}

static void tell_path(struct wire *w, struct outline *outline, const char *key)
{
    const uint32_t segments = wire_u32(w);

    outline_number(outline, key, segments);
    tell_segments(w, outline, segments);
}

/* goflow2 takes the segments behind the first one for communities. */
static void tell_first_segment(struct wire *w, struct outline *outline, const char *key)
{
    const uint32_t segments = wire_u32(w);

    outline_number(outline, key, segments);
    tell_segments(w, outline, segments > 0 ? 1 : 0);
}

static void tell_communities(struct wire *w, struct outline *outline, const char *key)
{
    struct wire words = sflow_read_words(w);

    outline_number(outline, "communities-length", wire_left(&words) / WORD_LEN);
    outline_open(outline, key, OUTLINE_ARRAY);
    tell_words(words, outline);
    outline_close(outline, OUTLINE_ARRAY);
}

/* --- Records --- */

static const struct outline_field raw_header[] = {
    {"protocol", outline_tell_u32},     {"frame-length", outline_tell_u32},
    {"stripped", outline_tell_u32},     {"original-length", outline_tell_u32},
    {"header-data", outline_tell_rest}, {0},
};

static const struct outline_field ethernet[] = {
    {"length", outline_tell_u32},
    {"src-mac", tell_src_mac},
    {"dst-mac", tell_dst_mac},
    {"eth-type", outline_tell_u32},
    {0},
};

static const struct outline_field ipv4[] = {
    {"length", outline_tell_u32},    {"protocol", outline_tell_u32}, {"src-ip", outline_tell_ipv4},
    {"dst-ip", outline_tell_ipv4},   {"src-port", outline_tell_u32}, {"dst-port", outline_tell_u32},
    {"tcp-flags", outline_tell_u32}, {"tos", outline_tell_u32},      {0},
};

static const struct outline_field ipv6[] = {
    {"length", outline_tell_u32},    {"protocol", outline_tell_u32}, {"src-ip", outline_tell_ipv6},
    {"dst-ip", outline_tell_ipv6},   {"src-port", outline_tell_u32}, {"dst-port", outline_tell_u32},
    {"tcp-flags", outline_tell_u32}, {"priority", outline_tell_u32}, {0},
};

static const struct outline_field extended_switch[] = {
    {"src-vlan", outline_tell_u32},
    {"src-priority", outline_tell_u32},
    {"dst-vlan", outline_tell_u32},
    {"dst-priority", outline_tell_u32},
    {0},
};

static const struct outline_field extended_router[] = {
    {"next-hop", tell_next_hop},
    {"src-mask-len", outline_tell_u32},
    {"dst-mask-len", outline_tell_u32},
    {0},
};

static const struct outline_field extended_gateway[] = {
    {"next-hop", tell_next_hop},      {"as", outline_tell_u32},
    {"src-as", outline_tell_u32},     {"src-peer-as", outline_tell_u32},
    {"as-destinations", tell_path},   {"communities", tell_communities},
    {"local-pref", outline_tell_u32}, {0},
};

static const struct outline_field extended_gateway_goflow2[] = {
    {"next-hop", tell_next_hop},
    {"as", outline_tell_u32},
    {"src-as", outline_tell_u32},
    {"src-peer-as", outline_tell_u32},
    {"as-destinations", tell_first_segment},
    {"communities", tell_communities},
    {"local-pref", outline_tell_u32},
    {0},
};

static const struct outline_field egress_queue[] = {
    {"queue", outline_tell_u32},
    {0},
};

static const struct outline_field acl[] = {
    {"number", outline_tell_u32},
    {"name", tell_string},
    {"direction", outline_tell_u32},
    {0},
};

static const struct outline_field function[] = {
    {"symbol", tell_string},
    {0},
};

static const struct outline_field interface_counters[] = {
    {"if-index", outline_tell_u32},
    {"if-type", outline_tell_u32},
    {"if-speed", outline_tell_u64},
    {"if-direction", outline_tell_u32},
    {"if-status", outline_tell_u32},
    {"if-in-octets", outline_tell_u64},
    {"if-in-ucast-pkts", outline_tell_u32},
    {"if-in-multicast-pkts", outline_tell_u32},
    {"if-in-broadcast-pkts", outline_tell_u32},
    {"if-in-discards", outline_tell_u32},
    {"if-in-errors", outline_tell_u32},
    {"if-in-unknown-protos", outline_tell_u32},
    {"if-out-octets", outline_tell_u64},
    {"if-out-ucast-pkts", outline_tell_u32},
    {"if-out-multicast-pkts", outline_tell_u32},
    {"if-out-broadcast-pkts", outline_tell_u32},
    {"if-out-discards", outline_tell_u32},
    {"if-out-errors", outline_tell_u32},
    {"if-promiscuous-mode", outline_tell_u32},
    {0},
};

static const struct outline_field ethernet_counters[] = {
    {"dot3-stats-aligment-errors", outline_tell_u32},
    {"dot3-stats-fcse-errors", outline_tell_u32},
    {"dot3-stats-single-collision-frames", outline_tell_u32},
    {"dot3-stats-multiple-collision-frames", outline_tell_u32},
    {"dot3-stats-seq-test-errors", outline_tell_u32},
    {"dot3-stats-deferred-transmissions", outline_tell_u32},
    {"dot3-stats-late-collisions", outline_tell_u32},
    {"dot3-stats-excessive-collisions", outline_tell_u32},
    {"dot3-stats-internal-mac-transmit-errors", outline_tell_u32},
    {"dot3-stats-carrier-sense-errors", outline_tell_u32},
    {"dot3-stats-frame-too-longs", outline_tell_u32},
    {"dot3-stats-internal-mac-receive-errors", outline_tell_u32},
    {"dot3-stats-symbol-errors", outline_tell_u32},
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
