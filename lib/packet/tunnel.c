// SPDX-License-Identifier: Apache-2.0
/* Sampled packets: headers of tunnels, GRE and those in UDP. */
#include "lib/packet/layer.h"
#include "lib/packet/packet.h"

enum {
    GRE_CHECKSUM = 0x8000,
    GRE_ROUTING = 0x4000,
    GRE_KEY = 0x2000,
    GRE_SEQUENCE = 0x1000,
    GRE_VERSION = 0x0007,

    VXLAN_HAS_NETWORK = 0x08,

    GENEVE_OPTIONS = 0x3f,

    TEREDO_ORIGIN = 0x0000,
    TEREDO_AUTHENTICATION = 0x0001,

    GTPU_KIND = 0xf0, /* version and protocol type */
    GTPU_V1 = 0x30,
    GTPU_MORE = 0x07, /* any of the three fields behind the header */
    GTPU_EXTENDED = 0x04,
    GTPU_PACKET = 255, /* message type G-PDU */
};

/* A UDP port, the tunnel it announces, and the setting that asks for it. */
struct udp_tunnel {
    uint16_t port;
    bool source_too; /* what comes from the port is in the tunnel as well */
    uint8_t setting; /* enum decode_tunnels */
    uint8_t layer;
    const char *type;
};

static const struct udp_tunnel udp_tunnels[] = {
    {4789, false, TUNNEL_VXLAN, FLOW_LAYER_VXLAN, "vxlan"},
    {6081, false, TUNNEL_GENEVE, FLOW_LAYER_Geneve, "geneve"},
    {2152, false, TUNNEL_GTPU, FLOW_LAYER_GTPU, "gtp-u"},
    {3544, true, TUNNEL_TEREDO, FLOW_LAYER_Teredo, "teredo"},
};

static const struct udp_tunnel *find_udp_tunnel(uint16_t src_port, uint16_t dst_port)
{
    for (size_t i = 0; i < sizeof(udp_tunnels) / sizeof(udp_tunnels[0]); i++) {
        const struct udp_tunnel *t = &udp_tunnels[i];

        if (t->port == dst_port || (t->source_too && t->port == src_port)) {
            return t;
        }
    }
    return NULL;
}

void packet_follow_ports(struct packet *p, enum mapping_way way, uint16_t src_port,
                         uint16_t dst_port)
{
    const struct udp_tunnel *t;

    if (p->mapping != NULL && packet_follow_mapped_ports(p, way, src_port, dst_port)) {
        return;
    }
    t = way == MAPPING_BY_UDP_PORT ? find_udp_tunnel(src_port, dst_port) : NULL;
    if (t != NULL && (p->d->settings->tunnels & t->setting) != 0) {
        p->next = t->layer;
        p->reached = MAPPING_REACHED(way, t->port);
        p->udp_tunnel = t->type;
    }
}

const char *packet_tunnel_type(uint8_t protocol, uint16_t dst_port)
{
    const struct udp_tunnel *t;

    switch (protocol) {
    case 4:
    case 41:
        return "ipip";
    case 17:
        t = find_udp_tunnel(0, dst_port);
        return t == NULL ? NULL : t->type;
    case 47:
        return "gre";
    default:
        return NULL;
    }
}

/* Options of version 0 (RFC 2784, RFC 2890); those of RFC 1701 have a length of their own. */
static void read_gre_options(struct packet *p, uint16_t flags)
{
    if ((flags & GRE_CHECKSUM) != 0) {
        wire_skip(&p->rest, 4);
    }
    if ((flags & GRE_KEY) != 0) {
        const uint32_t key = wire_u32(&p->rest);
        packet_set_tunnel_id(p, key);
    }
    if ((flags & GRE_SEQUENCE) != 0) {
        wire_skip(&p->rest, 4);
    }
}

/* RFC 2784 section 2.  Version 1 (RFC 2637) carries PPP, which is not read. */
void packet_read_gre(struct packet *p)
{
    const uint16_t flags = wire_u16(&p->rest);
    const uint16_t ethertype = wire_u16(&p->rest);

    packet_enter_tunnel(p, "gre", packet_after_ethertype(p, ethertype));
    if (decode_compat(p->d, COMPAT_LAYERS)) {
        return;
    }
    if ((flags & (GRE_ROUTING | GRE_VERSION)) != 0) {
        p->next = PACKET_END;
        return;
    }
    read_gre_options(p, flags);
}

/* RFC 7348 section 5. */
void packet_read_vxlan(struct packet *p)
{
    const uint8_t flags = wire_u8(&p->rest);

    wire_skip(&p->rest, 3);
    const uint32_t network = wire_u32(&p->rest) >> 8;
    packet_enter_tunnel(p, p->udp_tunnel, FLOW_LAYER_Ethernet);
    if ((flags & VXLAN_HAS_NETWORK) != 0) {
        packet_set_tunnel_id(p, network);
    }
}

/* RFC 8926 section 3.4. */
void packet_read_geneve(struct packet *p)
{
    const size_t options = (size_t)(wire_u8(&p->rest) & GENEVE_OPTIONS) * 4;

    wire_skip(&p->rest, 1);
    const uint16_t ethertype = wire_u16(&p->rest);
    const uint32_t network = wire_u32(&p->rest) >> 8;

    packet_enter_tunnel(p, p->udp_tunnel, packet_after_ethertype(p, ethertype));
    packet_set_tunnel_id(p, network);
    wire_skip(&p->rest, options);
}

static bool teredo_ahead(const struct packet *p, uint16_t indicator)
{
    struct wire ahead = p->rest;

    return wire_u16(&ahead) == indicator && !wire_failed(&ahead);
}

/* RFC 4380 section 5.1.1: authentication and origin may stand before the IPv6 packet. */
void packet_read_teredo(struct packet *p)
{
    if (teredo_ahead(p, TEREDO_AUTHENTICATION)) {
        wire_skip(&p->rest, 2);
        const size_t client = wire_u8(&p->rest);
        const size_t value = wire_u8(&p->rest);

        wire_skip(&p->rest, client + value + 9); /* and nonce, and confirmation */
    }
    if (teredo_ahead(p, TEREDO_ORIGIN)) {
        wire_skip(&p->rest, 8);
    }
    if (packet_ip_ahead(p) == FLOW_LAYER_IPv6) {
        packet_enter_tunnel(p, p->udp_tunnel, FLOW_LAYER_IPv6);
    }
}

/*
 * Sequence number, N-PDU number, and extension headers in units of 4 octets (3GPP TS
 * 29.281 section 5.2.1).  False where they cannot go on.
 */
static bool skip_gtpu_options(struct packet *p, uint8_t flags)
{
    wire_skip(&p->rest, 3);
    uint8_t next = wire_u8(&p->rest);
    while ((flags & GTPU_EXTENDED) != 0 && next != 0) {
        const size_t len = (size_t)wire_u8(&p->rest) * 4;
        if (len == 0) {
            p->damaged = p->damaged || !wire_failed(&p->rest);
            return false;
        }
        wire_skip(&p->rest, len - 2);
        next = wire_u8(&p->rest);
    }
    return true;
}

/* 3GPP TS 29.281 section 5.1. */
void packet_read_gtpu(struct packet *p)
{
    const uint8_t flags = wire_u8(&p->rest);
    const uint8_t message = wire_u8(&p->rest);

    wire_skip(&p->rest, 2);
    const uint32_t tunnel = wire_u32(&p->rest);
    if ((flags & GTPU_KIND) != GTPU_V1 || message != GTPU_PACKET) {
        return;
    }
    if ((flags & GTPU_MORE) != 0 && !skip_gtpu_options(p, flags)) {
        return;
    }
    packet_enter_tunnel(p, p->udp_tunnel, packet_ip_ahead(p));
    packet_set_tunnel_id(p, tunnel);
}
