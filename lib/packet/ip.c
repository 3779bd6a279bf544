// SPDX-License-Identifier: Apache-2.0
/* Sampled packets: IPv4, IPv6 with its extension headers, and what stands directly behind them. */
#include "lib/packet/layer.h"

enum {
    IPV4_LEN = 20,
    IPV4_OFFSET = 0x1fff,
    IPV6_LEN = 40,
    IPV6_FLOW_LABEL = 0xfffff,
    EXTENSION_LEN = 8,
    SEGMENT_ROUTING = 4, /* type of a routing header */
    TCP_LEN = 20,
    ICMP_LEN = 8,
};

/* An IP protocol, and the header that it announces. */
struct protocol {
    uint8_t number;
    uint8_t where; /* enum packet_after, or-ed */
    uint8_t layer;
    const char *tunnel; /* that the header is inside of, or NULL */
};

static const struct protocol protocols[] = {
    {6, PACKET_AFTER_IP | PACKET_IN_GOFLOW2, FLOW_LAYER_TCP, NULL},
    {17, PACKET_AFTER_IP | PACKET_IN_GOFLOW2, FLOW_LAYER_UDP, NULL},
    {1, PACKET_AFTER_IPV4 | PACKET_IN_GOFLOW2, FLOW_LAYER_ICMP, NULL},
    {58, PACKET_AFTER_IPV6 | PACKET_IN_GOFLOW2, FLOW_LAYER_ICMPv6, NULL},
    {47, PACKET_AFTER_IP | PACKET_IN_GOFLOW2, FLOW_LAYER_GRE, NULL},
    {132, PACKET_AFTER_IP, FLOW_LAYER_SCTP, NULL},
    {4, PACKET_AFTER_IP | PACKET_IN_GOFLOW2, FLOW_LAYER_IPv4, "ipip"},
    {41, PACKET_AFTER_IP | PACKET_IN_GOFLOW2, FLOW_LAYER_IPv6, "ipip"},
    {143, PACKET_AFTER_IPV6, FLOW_LAYER_Ethernet, "srv6"},
    {0, PACKET_AFTER_IPV6, FLOW_LAYER_IPv6HeaderHopByHop, NULL},
    {43, PACKET_AFTER_IPV6 | PACKET_IN_GOFLOW2, FLOW_LAYER_IPv6HeaderRouting, NULL},
    {44, PACKET_AFTER_IPV6 | PACKET_IN_GOFLOW2, FLOW_LAYER_IPv6HeaderFragment, NULL},
    {60, PACKET_AFTER_IPV6, FLOW_LAYER_IPv6HeaderDestination, NULL},
    {51, PACKET_AFTER_IP, FLOW_LAYER_AH, NULL},
};

struct ports {
    uint16_t src;
    uint16_t dst;
};

static const struct protocol *find_protocol(const struct packet *p, uint8_t number)
{
    const bool compat = decode_compat(p->d, COMPAT_LAYERS);
    const unsigned where = compat ? PACKET_IN_GOFLOW2 : p->ip;

    for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
        if (protocols[i].number == number && (protocols[i].where & where) != 0) {
            return &protocols[i];
        }
    }
    return NULL;
}

static void follow_protocol(struct packet *p, uint8_t number)
{
    const struct protocol *protocol = find_protocol(p, number);

    if (protocol == NULL) {
        return;
    }
    p->reached = MAPPING_REACHED(MAPPING_BY_PROTOCOL, number);
    if (protocol->tunnel == NULL) {
        p->next = protocol->layer;
    } else {
        packet_enter_tunnel(p, p->segment_routed ? "srv6" : protocol->tunnel, protocol->layer);
    }
}

/* In later fragments there is no header behind those of IP. */
static void follow_fragment(struct packet *p, uint8_t number, uint16_t offset)
{
    if (offset == 0 || decode_compat(p->d, COMPAT_LATER_FRAGMENTS)) {
        follow_protocol(p, number);
    }
}

/* For goflow2 the protocol is what the IPv6 header announces, be it an extension header. */
static void set_upper_protocol(struct packet *p, uint8_t number)
{
    if (!decode_compat(p->d, COMPAT_LAYERS)) {
        PACKET_SET_EITHER(p, proto, number);
    }
}

/* The two addresses of an IP header. */
static void read_addresses(struct packet *p, size_t len)
{
    const uint8_t *src = wire_bytes(&p->rest, len);

    PACKET_SET_ADDR_EITHER(p, src_addr, src, len);
    const uint8_t *dst = wire_bytes(&p->rest, len);
    PACKET_SET_ADDR_EITHER(p, dst_addr, dst, len);
}

/* Leaves out what lies behind the IP packet in its frame; len octets are left of the packet. */
static void clip(struct packet *p, size_t len)
{
    if (!wire_failed(&p->rest) && !decode_compat(p->d, COMPAT_XDR_PADDING)) {
        p->rest = wire_slice_clipped(&p->rest, len);
    }
}

/* Reads the options; false if a length cannot be.  A total of 0 is one that was not known. */
static bool read_ipv4_options(struct packet *p, uint8_t first, uint16_t total)
{
    const size_t header = (size_t)(first & 0x0f) * 4;

    if (decode_compat(p->d, COMPAT_LATER_FRAGMENTS)) {
        return true;
    }
    if (first >> 4 != 4 || header < IPV4_LEN || (total != 0 && total < header)) {
        p->damaged = true;
        return false;
    }
    wire_skip(&p->rest, header - IPV4_LEN);
    if (total != 0) {
        clip(p, total - header);
    }
    return true;
}

/* RFC 791 section 3.1. */
void packet_read_ipv4(struct packet *p)
{
    const uint8_t first = wire_u8(&p->rest);

    PACKET_READ(p, ip_tos, 1, wire_u8(&p->rest));
    const uint16_t total = wire_u16(&p->rest);
    if (total != 0) {
        PACKET_SET(p, ip_length, total);
    }
    PACKET_READ(p, fragment_id, 2, wire_u16(&p->rest));
    const uint16_t fragment = wire_u16(&p->rest);
    PACKET_SET(p, ip_flags, (uint8_t)(fragment >> 13));
    PACKET_SET(p, fragment_offset, fragment & IPV4_OFFSET);
    PACKET_READ(p, ip_ttl, 1, wire_u8(&p->rest));
    const uint8_t protocol = wire_u8(&p->rest);
    PACKET_SET_EITHER(p, proto, protocol);
    wire_skip(&p->rest, 2); /* checksum */
    read_addresses(p, 4);
    p->ip = PACKET_AFTER_IPV4;
    if (read_ipv4_options(p, first, total)) {
        follow_fragment(p, protocol, fragment & IPV4_OFFSET);
    }
}

/* RFC 8200 section 3.  A payload of 0 octets is one that was not known, or a jumbogram. */
void packet_read_ipv6(struct packet *p)
{
    const uint32_t first = wire_u32(&p->rest);

    PACKET_SET(p, ip_tos, (uint8_t)(first >> 20));
    PACKET_SET(p, ipv6_flow_label, first & IPV6_FLOW_LABEL);
    const uint16_t payload = wire_u16(&p->rest);
    if (payload != 0) {
        PACKET_SET(p, ip_length, IPV6_LEN + payload);
    }
    const uint8_t protocol = wire_u8(&p->rest);
    PACKET_SET_EITHER(p, proto, protocol);
    PACKET_READ(p, ip_ttl, 1, wire_u8(&p->rest));
    read_addresses(p, 16);
    p->ip = PACKET_AFTER_IPV6;
    if (first >> 28 != 6) {
        p->damaged = p->damaged || !wire_failed(&p->rest);
        return;
    }
    if (payload != 0) {
        clip(p, payload);
    }
    follow_protocol(p, protocol);
}

/* Hop-by-hop and destination options (RFC 8200 sections 4.3 and 4.6). */
void packet_read_options(struct packet *p)
{
    const uint8_t next = wire_u8(&p->rest);

    set_upper_protocol(p, next);
    wire_skip(&p->rest, EXTENSION_LEN - 2 + 8 * (size_t)wire_u8(&p->rest));
    follow_protocol(p, next);
}

/* The list of len octets; reads ahead. */
static void read_segments(struct packet *p, size_t len)
{
    struct wire ahead = p->rest;
    struct wire list = wire_slice_clipped(&ahead, len);

    while (p->depth == PACKET_OUTER && wire_left(&list) >= 16) {
        const struct flow_addr segment = flow_addr_make(wire_bytes(&list, 16), 16);

        if (!FLOW_APPEND(&p->d->flow, ipv6_routing_header_addresses, segment)) {
            p->too_much = true;
            return;
        }
    }
}

/* RFC 8200 section 4.4; RFC 8754 section 2 for its type 4, segment routing. */
void packet_read_routing(struct packet *p)
{
    const uint8_t next = wire_u8(&p->rest);

    set_upper_protocol(p, next);
    const size_t behind = 8 * (size_t)wire_u8(&p->rest);
    const uint8_t type = wire_u8(&p->rest);
    PACKET_READ(p, ipv6_routing_header_seg_left, 1, wire_u8(&p->rest));
    const size_t list = ((size_t)wire_u8(&p->rest) + 1) * 16;
    wire_skip(&p->rest, 3);
    if (type == SEGMENT_ROUTING) {
        p->segment_routed = true;
        read_segments(p, list < behind ? list : behind);
    }
    wire_skip(&p->rest, behind);
    if (decode_compat(p->d, COMPAT_LAYER_CUT)) {
        p->size = (uint32_t)(EXTENSION_LEN + behind);
    }
    follow_protocol(p, next);
}

/* RFC 8200 section 4.5. */
void packet_read_fragment(struct packet *p)
{
    const uint8_t next = wire_u8(&p->rest);

    set_upper_protocol(p, next);
    wire_skip(&p->rest, 1);
    const uint16_t fragment = wire_u16(&p->rest);
    PACKET_SET(p, fragment_offset, (uint16_t)(fragment >> 3));
    PACKET_SET(p, ip_flags, fragment & 7);
    PACKET_READ(p, fragment_id, 4, wire_u32(&p->rest));
    follow_fragment(p, next, fragment >> 3);
}

/* RFC 4302 section 2. */
void packet_read_authentication(struct packet *p)
{
    const uint8_t next = wire_u8(&p->rest);

    set_upper_protocol(p, next);
    wire_skip(&p->rest, EXTENSION_LEN - 2 + 4 * (size_t)wire_u8(&p->rest));
    follow_protocol(p, next);
}

static struct ports read_ports(struct packet *p)
{
    struct ports ports;

    ports.src = wire_u16(&p->rest);
    PACKET_SET_EITHER(p, src_port, ports.src);
    ports.dst = wire_u16(&p->rest);
    PACKET_SET_EITHER(p, dst_port, ports.dst);
    return ports;
}

/* RFC 9293 section 3.1.  goflow2 looks for the size one octet too far. */
void packet_read_tcp(struct packet *p)
{
    const struct ports ports = read_ports(p);

    wire_skip(&p->rest, 8); /* sequence and acknowledgement numbers */
    const size_t size = (size_t)(wire_u8(&p->rest) >> 4) * 4;
    const uint8_t flags = wire_u8(&p->rest);

    PACKET_SET(p, tcp_flags, flags);
    wire_skip(&p->rest, 6); /* window, checksum, urgent pointer */
    if (decode_compat(p->d, COMPAT_TCP_SIZE)) {
        p->size = TCP_LEN + (flags >> 4) * 4u;
    } else if (size >= TCP_LEN) {
        wire_skip(&p->rest, size - TCP_LEN);
    } else {
        p->damaged = p->damaged || !wire_failed(&p->rest);
        return;
    }
    packet_follow_ports(p, MAPPING_BY_TCP_PORT, ports.src, ports.dst);
}

/* RFC 768. */
void packet_read_udp(struct packet *p)
{
    const struct ports ports = read_ports(p);

    wire_skip(&p->rest, 4); /* length and checksum */
    packet_follow_ports(p, MAPPING_BY_UDP_PORT, ports.src, ports.dst);
}

/* RFC 9260 section 3.1. */
void packet_read_sctp(struct packet *p)
{
    (void)read_ports(p);
    wire_skip(&p->rest, 8); /* verification tag and checksum */
}

/* RFC 792, RFC 4443 section 2.1. */
void packet_read_icmp(struct packet *p)
{
    if (decode_compat(p->d, COMPAT_ICMP_PORTS)) {
        wire_skip(&p->rest, 2);
    } else {
        PACKET_READ(p, icmp_type, 1, wire_u8(&p->rest));
        PACKET_READ(p, icmp_code, 1, wire_u8(&p->rest));
    }
    wire_skip(&p->rest, 6);
    if (decode_compat(p->d, COMPAT_LAYER_CUT)) {
        p->size = ICMP_LEN;
    }
}
