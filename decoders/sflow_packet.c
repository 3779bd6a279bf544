// SPDX-License-Identifier: Apache-2.0
/* The records of sFlow flow samples that show headers of the packet, raw or in words. */
#include "decoders/sflow_records.h"
#include "decoders/sflow_xdr.h"
#include "lib/packet/packet.h"

enum {
    VLAN_ID = 0x0fff,
    MAC_LEN = 6,
    MAC_PADDING = 2,
    SAMPLED_ETHERNET_LEN = 24,
    ETHERTYPE_MIN = 0x600,
    ETHERTYPE_IPV4 = 0x0800,
    ETHERTYPE_IPV6 = 0x86dd,
    PROTO_TCP = 6,
    HEADER_ETHERNET = 1,
    HEADER_IPV4 = 11,
    HEADER_IPV6 = 12,
};

/* An IP header in words, as several records have it. */
struct ip_header {
    uint32_t len;
    uint8_t proto;
    struct flow_slice src_addr;
    struct flow_slice dst_addr;
    uint16_t src_port;
    uint16_t dst_port;
    uint8_t tcp_flags;
    uint8_t tos;
};

static struct ip_header read_ip_header(struct wire *w, size_t addr_len)
{
    struct ip_header ip;

    ip.len = wire_u32(w);
    ip.proto = (uint8_t)wire_u32(w);
    ip.src_addr = sflow_read_bare_address(w, addr_len);
    ip.dst_addr = sflow_read_bare_address(w, addr_len);
    ip.src_port = (uint16_t)wire_u32(w);
    ip.dst_port = (uint16_t)wire_u32(w);
    ip.tcp_flags = (uint8_t)wire_u32(w);
    ip.tos = (uint8_t)wire_u32(w);
    return ip;
}

static void read_packet(struct decode *d, uint32_t protocol, struct wire packet)
{
    switch (protocol) {
    case HEADER_ETHERNET:
        packet_read(d, &packet, PACKET_ETHERNET);
        break;
    case HEADER_IPV4:
    case HEADER_IPV6:
        if (!decode_compat(d, COMPAT_LAYERS)) {
            packet_read(d, &packet, PACKET_IP);
        }
        break;
    default:
        break;
    }
}

void sflow_read_sampled_header(struct sflow_sample *sample, struct wire *w)
{
    struct decode *d = sample->d;
    const uint32_t protocol = wire_u32(w);
    const uint32_t frame_len = wire_u32(w);
    uint32_t header_len;

    wire_skip(w, 4); /* octets stripped */
    header_len = wire_u32(w);
    if (wire_failed(w) || sample->has_header) {
        return;
    }
    sample->has_header = true;
    FLOW_SET(&d->flow, bytes, frame_len);
    if (header_len > wire_left(w)) {
        decode_fault(d, DECODE_HEADER_CLIPPED, NULL);
    }
    if (!decode_compat(d, COMPAT_XDR_PADDING)) {
        *w = wire_slice_clipped(w, header_len);
    }
    read_packet(d, protocol, *w);
}

/* XDR pads a MAC address to 8 octets; a record that is too short for that was made without. */
void sflow_read_sampled_ethernet(struct sflow_sample *sample, struct wire *w)
{
    struct flow *flow = &sample->d->flow;
    const size_t padding = wire_left(w) < SAMPLED_ETHERNET_LEN ? 0 : MAC_PADDING;
    const uint32_t len = wire_u32(w);
    const uint64_t src_mac = wire_uint(w, MAC_LEN);
    uint64_t dst_mac;
    uint32_t type;

    wire_skip(w, padding);
    dst_mac = wire_uint(w, MAC_LEN);
    wire_skip(w, padding);
    type = wire_u32(w);
    if (wire_failed(w)) {
        return;
    }
    SFLOW_SET_IF(!FLOW_HAS(flow, bytes), flow, bytes, len);
    SFLOW_SET_IF(!FLOW_HAS(flow, src_mac), flow, src_mac, src_mac);
    SFLOW_SET_IF(!FLOW_HAS(flow, dst_mac), flow, dst_mac, dst_mac);
    if (type >= ETHERTYPE_MIN && type <= UINT16_MAX) {
        SFLOW_SET_IF(!FLOW_HAS(flow, etype), flow, etype, (uint16_t)type);
    }
}

static void set_ip_header(struct flow *flow, const struct ip_header *ip, uint16_t ethertype)
{
    FLOW_SET_ADDR(flow, src_addr, ip->src_addr.data, ip->src_addr.len);
    FLOW_SET_ADDR(flow, dst_addr, ip->dst_addr.data, ip->dst_addr.len);
    FLOW_SET(flow, etype, ethertype);
    FLOW_SET(flow, proto, ip->proto);
    FLOW_SET(flow, src_port, ip->src_port);
    FLOW_SET(flow, dst_port, ip->dst_port);
    FLOW_SET(flow, ip_tos, ip->tos);
    FLOW_SET(flow, ip_length, ip->len);
}

/* Where a sampled header has shown the packet already, this can only say it again. */
static void read_sampled_ip(struct sflow_sample *sample, struct wire *w, size_t addr_len,
                            uint16_t ethertype)
{
    struct decode *d = sample->d;
    const struct ip_header ip = read_ip_header(w, addr_len);

    if (wire_failed(w)) {
        return;
    }
    if (decode_compat(d, COMPAT_IP_RECORD_BYTES)) {
        set_ip_header(&d->flow, &ip, ethertype);
        FLOW_SET(&d->flow, bytes, ip.len);
    } else if (!FLOW_HAS(&d->flow, src_addr)) {
        set_ip_header(&d->flow, &ip, ethertype);
        SFLOW_SET_IF(ip.proto == PROTO_TCP, &d->flow, tcp_flags, ip.tcp_flags);
        SFLOW_SET_IF(!FLOW_HAS(&d->flow, bytes), &d->flow, bytes, ip.len);
    }
}

void sflow_read_sampled_ipv4(struct sflow_sample *sample, struct wire *w)
{
    read_sampled_ip(sample, w, 4, ETHERTYPE_IPV4);
}

void sflow_read_sampled_ipv6(struct sflow_sample *sample, struct wire *w)
{
    read_sampled_ip(sample, w, 16, ETHERTYPE_IPV6);
}

/* Tags that were taken off before the packet was sampled, outermost first. */
void sflow_read_vlan_tunnel(struct sflow_sample *sample, struct wire *w)
{
    struct flow *flow = &sample->d->flow;
    struct wire tags = sflow_read_words(w);
    uint16_t tag;

    if (wire_failed(w) || wire_left(&tags) == 0) {
        return;
    }
    tag = wire_u32(&tags) & VLAN_ID;
    FLOW_SET(flow, outer_vlan_id, tag);
    while (wire_left(&tags) > 0) {
        tag = wire_u32(&tags) & VLAN_ID;
    }
    SFLOW_SET_IF(!FLOW_HAS(flow, vlan_id), flow, vlan_id, tag);
}

/* The outer header of a tunnel that the packet came out of, or goes into, in this agent. */
static void read_tunnel(struct sflow_sample *sample, struct wire *w, size_t addr_len)
{
    struct flow *flow = &sample->d->flow;
    const struct ip_header ip = read_ip_header(w, addr_len);
    const char *tunnel = packet_tunnel_type(ip.proto, ip.dst_port);

    if (!wire_failed(w) && tunnel != NULL) {
        SFLOW_SET_IF(!FLOW_HAS(flow, tunnel_type), flow, tunnel_type, tunnel);
    }
}

void sflow_read_ipv4_tunnel(struct sflow_sample *sample, struct wire *w)
{
    read_tunnel(sample, w, 4);
}

void sflow_read_ipv6_tunnel(struct sflow_sample *sample, struct wire *w)
{
    read_tunnel(sample, w, 16);
}

void sflow_read_network(struct sflow_sample *sample, struct wire *w)
{
    struct flow *flow = &sample->d->flow;
    const uint32_t vni = wire_u32(w);

    SFLOW_SET_IF(!wire_failed(w) && !FLOW_HAS(flow, vni), flow, vni, vni);
}
