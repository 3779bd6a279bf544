// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_PACKET_LAYER_H
#define LIB_PACKET_LAYER_H

#include "lib/decoder.h"
#include "lib/mapping/rules.h"
#include "lib/wire.h"

/*
 * What the readers of a packet's headers share; private to lib/packet.
 *
 * A reader reads one header from packet->rest, up to where the next one begins,
 * and says in packet->next which that is.  A header that is cut fails
 * packet->rest, and that ends the packet.
 */

/* What comes next where nothing is read any more. */
enum { PACKET_END = FLOW_LAYER_COUNT };

/* What a packet may hold only so many of. */
enum packet_limit {
    PACKET_UNLIMITED,
    PACKET_TAGS,
    PACKET_EXTENSIONS,
    PACKET_TUNNELS,
    PACKET_LIMITS,
};

/* Where in the packet a header stands. */
enum packet_depth {
    PACKET_OUTER,  /* in the outermost packet: it fills the ordinary fields */
    PACKET_INNER,  /* in the first tunnel: it fills the inner_ fields */
    PACKET_DEEPER, /* only layer_stack and layer_size show it */
};

/* Behind what a number announces a header. */
enum packet_after {
    PACKET_AFTER_LINK = 1,
    PACKET_AFTER_IPV4 = 2,
    PACKET_AFTER_IPV6 = 4,
    PACKET_AFTER_IP = PACKET_AFTER_IPV4 | PACKET_AFTER_IPV6,
    PACKET_IN_GOFLOW2 = 8, /* goflow2 goes on there */
};

struct packet {
    struct decode *d;
    const struct mapping_packet *mapping; /* what the mapping file says of packets, or NULL */
    struct wire rest;
    unsigned next;    /* enum flow_layer, or PACKET_END */
    uint32_t reached; /* by what number next was reached: MAPPING_REACHED, or 0 */
    enum packet_depth depth;
    enum packet_after ip;   /* which IP header came last */
    uint32_t size;          /* for layer_size, where it is not what was read; else 0 */
    uint32_t bottom_label;  /* the last of the MPLS label stack that came last */
    const char *udp_tunnel; /* what the UDP port announced */
    bool segment_routed;    /* a segment routing header came in this IP packet */
    bool damaged;           /* the packet contradicts itself */
    bool too_much;          /* it holds more than is read or kept */
    uint8_t used[PACKET_LIMITS];
};

/* Sets a field of the outermost packet, if all octets up to here were there. */
#define PACKET_SET(packet, member, value)                                                          \
    ((packet)->depth == PACKET_OUTER && !wire_failed(&(packet)->rest)                              \
         ? FLOW_SET(&(packet)->d->flow, member, (value))                                           \
         : (void)0)

/* As PACKET_SET; in the first tunnel it sets the inner_ field. */
#define PACKET_SET_EITHER(packet, member, value)                                                   \
    ((packet)->depth == PACKET_INNER && !wire_failed(&(packet)->rest)                              \
         ? FLOW_SET(&(packet)->d->flow, inner_##member, (value))                                   \
         : PACKET_SET(packet, member, value))

/* As PACKET_SET_EITHER, of an address of len octets. */
#define PACKET_SET_ADDR_EITHER(packet, member, octets, len)                                        \
    (wire_failed(&(packet)->rest) ? (void)0                                                        \
     : (packet)->depth == PACKET_OUTER                                                             \
         ? FLOW_SET_ADDR(&(packet)->d->flow, member, (octets), (len))                              \
     : (packet)->depth == PACKET_INNER                                                             \
         ? FLOW_SET_ADDR(&(packet)->d->flow, inner_##member, (octets), (len))                      \
         : (void)0)

/* Sets a field of the outermost packet to value, which reads the next octets; or skips those. */
#define PACKET_READ(packet, member, octets, value)                                                 \
    ((packet)->depth == PACKET_OUTER && wire_left(&(packet)->rest) >= (octets)                     \
         ? FLOW_SET(&(packet)->d->flow, member, (value))                                           \
         : wire_skip(&(packet)->rest, (octets)))

/* Goes on with layer, which is inside a tunnel of this kind. */
void packet_enter_tunnel(struct packet *p, const char *tunnel, unsigned layer);

/* The id of the tunnel that was entered last. */
void packet_set_tunnel_id(struct packet *p, uint32_t id);

/* What an EtherType announces: enum flow_layer, or PACKET_END. */
unsigned packet_after_ethertype(struct packet *p, uint16_t ethertype);

/* IPv4 or IPv6, by the version of what follows; PACKET_END if it is neither. */
unsigned packet_ip_ahead(const struct packet *p);

/* The readers of ip.c: IP headers, and what stands directly behind them. */
void packet_read_ipv4(struct packet *p);
void packet_read_ipv6(struct packet *p);
void packet_read_options(struct packet *p);
void packet_read_routing(struct packet *p);
void packet_read_fragment(struct packet *p);
void packet_read_authentication(struct packet *p);
void packet_read_tcp(struct packet *p);
void packet_read_udp(struct packet *p);
void packet_read_sctp(struct packet *p);
void packet_read_icmp(struct packet *p);

/* Those of tunnel.c. */
void packet_read_gre(struct packet *p);
void packet_read_vxlan(struct packet *p);
void packet_read_geneve(struct packet *p);
void packet_read_teredo(struct packet *p);
void packet_read_gtpu(struct packet *p);

/* Goes on behind UDP or TCP, if a port announces a tunnel that somebody asks for. */
void packet_follow_ports(struct packet *p, enum mapping_way way, uint16_t src_port,
                         uint16_t dst_port);

/* Those of mapping.c.  The first is true if the mapping file knows one of the ports. */
bool packet_follow_mapped_ports(struct packet *p, enum mapping_way way, uint16_t src_port,
                                uint16_t dst_port);

/* Fills what the mapping file takes out of the layer before->next, which begins at before->rest. */
void packet_map_layer(struct packet *p, const struct packet *before);

#endif
