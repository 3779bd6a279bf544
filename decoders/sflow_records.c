// SPDX-License-Identifier: Apache-2.0
/* The records of sFlow flow samples: sFlow version 5, and its extensions at sflow.org. */
#include "decoders/sflow_records.h"

#include "decoders/sflow_xdr.h"
#include "lib/report/report.h"

enum { PREFIX_LEN_MAX = UINT8_MAX /* kept of what cannot be */ };

static const uint32_t unknown = UINT32_MAX; /* of a VLAN or a priority */

struct gateway {
    struct flow_slice next_hop;
    uint32_t as;
    uint32_t src_as;
    uint32_t src_peer_as;
    uint32_t segments;
    struct wire path; /* begins with the segments */
    struct wire communities;
    uint32_t local_pref;
};

static void read_switch(struct sflow_sample *sample, struct wire *w)
{
    struct flow *flow = &sample->d->flow;
    const uint32_t src_vlan = wire_u32(w);
    const uint32_t src_priority = wire_u32(w);
    const uint32_t dst_vlan = wire_u32(w);
    const uint32_t dst_priority = wire_u32(w);

    if (wire_failed(w)) {
        return;
    }
    SFLOW_SET_IF(src_vlan != unknown, flow, src_vlan, (uint16_t)src_vlan);
    SFLOW_SET_IF(src_priority != unknown, flow, src_priority, src_priority);
    SFLOW_SET_IF(dst_vlan != unknown, flow, dst_vlan, (uint16_t)dst_vlan);
    SFLOW_SET_IF(dst_priority != unknown, flow, dst_priority, dst_priority);
}

static uint8_t prefix_len(uint32_t len)
{
    return (uint8_t)(len < PREFIX_LEN_MAX ? len : PREFIX_LEN_MAX);
}

static void read_router(struct sflow_sample *sample, struct wire *w)
{
    struct flow *flow = &sample->d->flow;
    struct flow_slice next_hop = {.len = 0};
    uint32_t src_len;
    uint32_t dst_len;

    (void)sflow_read_address(w, &next_hop);
    src_len = wire_u32(w);
    dst_len = wire_u32(w);
    if (wire_failed(w)) {
        return;
    }
    SFLOW_SET_ADDR_IF(true, flow, next_hop, next_hop);
    FLOW_SET(flow, src_net, prefix_len(src_len));
    FLOW_SET(flow, dst_net, prefix_len(dst_len));
}

/* False if there are more than a record keeps. */
static bool append_numbers(struct flow *flow, unsigned at, struct flow_numbers *numbers,
                           struct wire words)
{
    if (wire_left(&words) > 0) {
        (void)flow_list_open(flow, at, &numbers->n, FLOW_NUMBERS_MAX);
    }
    while (wire_left(&words) > 0 && numbers->n < FLOW_NUMBERS_MAX) {
        numbers->at[numbers->n++] = wire_u32(&words);
    }
    return wire_left(&words) == 0;
}

static void skip_path(struct wire *w, uint32_t segments)
{
    for (uint32_t i = 0; i < segments && !wire_failed(w); i++) {
        wire_skip(w, 4); /* a set or a sequence */
        (void)sflow_read_words(w);
    }
}

static bool append_path(struct flow *flow, struct wire path, uint32_t segments)
{
    bool fits = true;

    for (uint32_t i = 0; i < segments && fits; i++) {
        wire_skip(&path, 4);
        fits = append_numbers(flow, FLOW_AT_as_path, &flow->as_path, sflow_read_words(&path));
    }
    return fits;
}

static struct gateway read_gateway_words(struct decode *d, struct wire *w)
{
    struct gateway g;

    g.next_hop.len = 0;
    (void)sflow_read_address(w, &g.next_hop);
    g.as = wire_u32(w);
    g.src_as = wire_u32(w);
    g.src_peer_as = wire_u32(w);
    g.segments = wire_u32(w);
    if (g.segments > 1 && decode_compat(d, COMPAT_AS_PATH)) {
        g.segments = 1;
    }
    g.path = *w;
    skip_path(w, g.segments);
    g.communities = sflow_read_words(w);
    g.local_pref = wire_u32(w);
    return g;
}

static void set_gateway_lists(struct decode *d, const struct gateway *g)
{
    struct flow *flow = &d->flow;
    bool path_fits;
    bool communities_fit;

    flow_unmark(flow, FLOW_AT_as_path);
    flow_unmark(flow, FLOW_AT_bgp_communities);
    path_fits = append_path(flow, g->path, g->segments);
    communities_fit =
        append_numbers(flow, FLOW_AT_bgp_communities, &flow->bgp_communities, g->communities);
    if (!path_fits || !communities_fit) {
        decode_fault(d, DECODE_LIST_FULL, "gateway");
    }
}

/* Where the path is empty or the source has no number, it is the router's own system. */
static void read_gateway(struct sflow_sample *sample, struct wire *w)
{
    struct flow *flow = &sample->d->flow;
    const struct gateway g = read_gateway_words(sample->d, w);

    if (wire_failed(w)) {
        return;
    }
    SFLOW_SET_ADDR_IF(true, flow, bgp_next_hop, g.next_hop);
    FLOW_SET(flow, src_as, g.src_as != 0 ? g.src_as : g.as);
    FLOW_SET(flow, dst_as, g.as);
    FLOW_SET(flow, src_peer_as, g.src_peer_as);
    FLOW_SET(flow, local_pref, g.local_pref);
    set_gateway_lists(sample->d, &g);
    if (FLOW_HAS(flow, as_path)) {
        FLOW_SET(flow, next_hop_as, flow->as_path.at[0]);
        FLOW_SET(flow, dst_as, flow->as_path.at[flow->as_path.n - 1]);
    }
}

static void read_user(struct sflow_sample *sample, struct wire *w)
{
    struct flow *flow = &sample->d->flow;
    struct flow_slice src;
    struct flow_slice dst;

    wire_skip(w, 4); /* character set */
    src = sflow_read_opaque(w);
    wire_skip(w, 4); /* character set */
    dst = sflow_read_opaque(w);
    if (wire_failed(w)) {
        return;
    }
    decode_check_text(sample->d, &src, "src_user");
    decode_check_text(sample->d, &dst, "dst_user");
    SFLOW_SET_IF(src.len != 0, flow, src_user, src);
    SFLOW_SET_IF(dst.len != 0, flow, dst_user, dst);
}

static void read_url(struct sflow_sample *sample, struct wire *w)
{
    struct flow *flow = &sample->d->flow;
    struct flow_slice url;
    struct flow_slice host;

    wire_skip(w, 4); /* which end is the server */
    url = sflow_read_opaque(w);
    host = sflow_read_opaque(w);
    if (wire_failed(w)) {
        return;
    }
    decode_check_text(sample->d, &url, "url");
    decode_check_text(sample->d, &host, "hostname");
    SFLOW_SET_IF(url.len != 0, flow, url, url);
    SFLOW_SET_IF(host.len != 0, flow, hostname, host);
}

static void append_labels(struct decode *d, struct wire entries)
{
    while (wire_left(&entries) > 0) {
        const uint32_t entry = wire_u32(&entries);

        (void)FLOW_APPEND(&d->flow, mpls_ttl, entry & 0xff);
        if (!FLOW_APPEND(&d->flow, mpls_label, entry >> 12)) {
            decode_fault(d, DECODE_LIST_FULL, "labels");
            return;
        }
    }
}

/* The labels that came in, unless the sampled header shows them; those that go out are not kept. */
static void read_mpls(struct sflow_sample *sample, struct wire *w)
{
    struct flow *flow = &sample->d->flow;
    struct flow_slice next_hop = {.len = 0};
    struct wire in;

    (void)sflow_read_address(w, &next_hop);
    in = sflow_read_words(w);
    (void)sflow_read_words(w);
    if (wire_failed(w)) {
        return;
    }
    SFLOW_SET_ADDR_IF(!FLOW_HAS(flow, next_hop), flow, next_hop, next_hop);
    if (!FLOW_HAS(flow, mpls_label)) {
        append_labels(sample->d, in);
    }
}

static void read_nat(struct sflow_sample *sample, struct wire *w)
{
    struct flow *flow = &sample->d->flow;
    struct flow_slice src = {.len = 0};
    struct flow_slice dst = {.len = 0};

    (void)sflow_read_address(w, &src);
    (void)sflow_read_address(w, &dst);
    if (wire_failed(w)) {
        return;
    }
    SFLOW_SET_ADDR_IF(true, flow, post_nat_src_addr, src);
    SFLOW_SET_ADDR_IF(true, flow, post_nat_dst_addr, dst);
}

static void read_nat_ports(struct sflow_sample *sample, struct wire *w)
{
    struct flow *flow = &sample->d->flow;
    const uint32_t src = wire_u32(w);
    const uint32_t dst = wire_u32(w);

    if (wire_failed(w)) {
        return;
    }
    FLOW_SET(flow, post_nat_src_port, (uint16_t)src);
    FLOW_SET(flow, post_nat_dst_port, (uint16_t)dst);
}

static void read_acl(struct sflow_sample *sample, struct wire *w)
{
    struct flow *flow = &sample->d->flow;
    struct flow_slice name;

    wire_skip(w, 4); /* number */
    name = sflow_read_opaque(w);
    wire_skip(w, 4); /* direction */
    if (!wire_failed(w) && name.len != 0) {
        decode_check_text(sample->d, &name, "acl_name");
        FLOW_SET(flow, acl_name, name);
    }
}

static void read_egress_queue(struct sflow_sample *sample, struct wire *w)
{
    const struct report_field *field = REPORT_FIELD_OF(egress_queue);
    const uint32_t queue = wire_u32(w);

    if (!wire_failed(w) && sample->report != NULL && !report_has(sample->report, field)) {
        report_number(sample->report, field, queue);
    }
}

static void read_function(struct sflow_sample *sample, struct wire *w)
{
    const struct report_field *field = REPORT_FIELD_OF(function_name);
    const struct flow_slice name = sflow_read_opaque(w);

    if (!wire_failed(w) && sample->report != NULL && !report_has(sample->report, field)) {
        decode_check_text(sample->d, &name, field->key);
        report_text(sample->report, field, name);
    }
}

/*
 * The formats of flow records: number, whether goflow2 makes fields of it, reader.  A reader sets
 * fields when the record has proved whole.
 */
#define RECORD_FORMATS(X)                                                                          \
    X(1, true, sflow_read_sampled_header)                                                          \
    X(2, false, sflow_read_sampled_ethernet)                                                       \
    X(3, true, sflow_read_sampled_ipv4)                                                            \
    X(4, true, sflow_read_sampled_ipv6)                                                            \
    X(1001, true, read_switch)                                                                     \
    X(1002, true, read_router)                                                                     \
    X(1003, true, read_gateway)                                                                    \
    X(1004, false, read_user)                                                                      \
    X(1005, false, read_url)                                                                       \
    X(1006, false, read_mpls)                                                                      \
    X(1007, false, read_nat)                                                                       \
    X(1012, false, sflow_read_vlan_tunnel)                                                         \
    X(1020, false, read_nat_ports)                                                                 \
    X(1023, false, sflow_read_ipv4_tunnel) /* egress */                                            \
    X(1024, false, sflow_read_ipv4_tunnel) /* ingress */                                           \
    X(1025, false, sflow_read_ipv6_tunnel) /* egress */                                            \
    X(1026, false, sflow_read_ipv6_tunnel) /* ingress */                                           \
    X(1029, false, sflow_read_network)     /* egress */                                            \
    X(1030, false, sflow_read_network)     /* ingress */                                           \
    X(1036, false, read_egress_queue)                                                              \
    X(1037, false, read_acl)                                                                       \
    X(1038, false, read_function)

/* Direct calls, for a processor cannot foretell which reader a table would lead to. */
void sflow_read_record(struct sflow_sample *sample, uint32_t format, struct wire *record)
{
    const bool all = !decode_compat(sample->d, COMPAT_LAYERS);

    switch (format) {
#define X(number, in_goflow2, read)                                                                \
    case number:                                                                                   \
        if (all || in_goflow2) {                                                                   \
            read(sample, record);                                                                  \
        }                                                                                          \
        break;
        RECORD_FORMATS(X)
#undef X
    default:
        return;
    }
    if (wire_failed(record)) {
        decode_fault(sample->d, DECODE_SAMPLE_RECORD_SHORT, NULL);
    }
}
