// SPDX-License-Identifier: Apache-2.0
// sFlow discard samples: packets that a device dropped, with the reason.
#include "decoders/sflow_drops.h"

#include "lib/record/id.h"

enum { INTERFACE_NONE = 0x3fffffff };

/* The codes of ICMP's destination unreachable, and from 256 on sFlow's own. */
static const char *const reasons[] = {
    [0] = "net_unreachable",
    [1] = "host_unreachable",
    [2] = "protocol_unreachable",
    [3] = "port_unreachable",
    [4] = "frag_needed",
    [5] = "src_route_failed",
    [6] = "dst_net_unknown",
    [7] = "dst_host_unknown",
    [8] = "src_host_isolated",
    [9] = "dst_net_prohibited",
    [10] = "dst_host_prohibited",
    [11] = "dst_net_tos_unreachable",
    [12] = "dst_host_tos_unreachable",
    [13] = "comm_admin_prohibited",
    [14] = "host_precedence_violation",
    [15] = "precedence_cutoff",
    [256] = "unknown",
    [257] = "ttl_exceeded",
    [258] = "acl",
    [259] = "no_buffer_space",
    [260] = "red",
    [261] = "traffic_shaping",
    [262] = "pkt_too_big",
    [263] = "src_mac_is_multicast",
    [264] = "vlan_tag_mismatch",
    [265] = "ingress_vlan_filter",
    [266] = "ingress_spanning_tree_filter",
    [267] = "port_list_is_empty",
    [268] = "port_loopback_filter",
    [269] = "blackhole_route",
    [270] = "non_ip",
    [271] = "uc_dip_over_mc_dmac",
    [272] = "dip_is_loopback_address",
    [273] = "sip_is_mc",
    [274] = "sip_is_loopback_address",
    [275] = "ip_header_corrupted",
    [276] = "ipv4_sip_is_limited_bc",
    [277] = "ipv6_mc_dip_reserved_scope",
    [278] = "ipv6_mc_dip_interface_local_scope",
    [279] = "unresolved_neigh",
    [280] = "mc_reverse_path_forwarding",
    [281] = "non_routable_packet",
    [282] = "decap_error",
    [283] = "overlay_smac_is_mc",
    [284] = "unknown_l2",
    [285] = "unknown_l3",
    [286] = "unknown_l3_exception",
    [287] = "unknown_buffer",
    [288] = "unknown_tunnel",
    [289] = "unknown_l4",
};

static const char *reason_name(uint32_t reason)
{
    const bool known = reason < sizeof(reasons) / sizeof(reasons[0]) && reasons[reason] != NULL;

    return known ? reasons[reason] : "other";
}

static void add_interface(struct report *report, const struct report_field *field, uint32_t index)
{
    if (index != 0 && index != INTERFACE_NONE) {
        report_number(report, field, index);
    }
}

void sflow_drop_begin(struct decode *d, const struct sflow_drop *drop, struct report *report)
{
    report_begin(report, RECORD_DROPS, &drop->agent, d->datagram->received_ns);
    report_number(report, REPORT_FIELD_OF(record_id), record_id(d));
    report_number(report, REPORT_FIELD_OF(sub_agent_id), d->flow.sub_agent_id);
    report_number(report, REPORT_FIELD_OF(source_id_type), drop->source_type);
    report_number(report, REPORT_FIELD_OF(source_id), drop->source_id);
    report_number(report, REPORT_FIELD_OF(sample_sequence_num), drop->sequence);
    report_number(report, REPORT_FIELD_OF(sample_drops), drop->drops);
    report_word(report, REPORT_FIELD_OF(drop_reason), reason_name(drop->reason));
    report_number(report, REPORT_FIELD_OF(drop_code), drop->reason);
    add_interface(report, REPORT_FIELD_OF(in_if), drop->in_if);
    add_interface(report, REPORT_FIELD_OF(out_if), drop->out_if);
    report_key_addr(report, &drop->agent);
    report_key_number(report, '|', d->flow.sub_agent_id);
}

void sflow_drop_packet(const struct decode *d, struct report *report)
{
    static const struct report_column columns[] = {
        {REPORT_AT_frame_octets, FLOW_AT_bytes},  {REPORT_AT_src_mac, FLOW_AT_src_mac},
        {REPORT_AT_dst_mac, FLOW_AT_dst_mac},     {REPORT_AT_vlan_id, FLOW_AT_vlan_id},
        {REPORT_AT_ethernet_type, FLOW_AT_etype}, {REPORT_AT_src_addr, FLOW_AT_src_addr},
        {REPORT_AT_dst_addr, FLOW_AT_dst_addr},   {REPORT_AT_proto_num, FLOW_AT_proto},
        {REPORT_AT_ip_tos, FLOW_AT_ip_tos},       {REPORT_AT_ip_ttl, FLOW_AT_ip_ttl},
        {REPORT_AT_src_port, FLOW_AT_src_port},   {REPORT_AT_dst_port, FLOW_AT_dst_port},
        {REPORT_AT_tcp_flags, FLOW_AT_tcp_flags}, {REPORT_AT_icmp_type, FLOW_AT_icmp_type},
        {REPORT_AT_icmp_code, FLOW_AT_icmp_code}, {REPORT_AT_acl_name, FLOW_AT_acl_name},
    };

    report_flow(report, &d->flow, columns, sizeof(columns) / sizeof(columns[0]));
}
