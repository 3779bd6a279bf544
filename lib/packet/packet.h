// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_PACKET_PACKET_H
#define LIB_PACKET_PACKET_H

#include "lib/decoder.h"
#include "lib/wire.h"

/* What the first octets of a sampled packet are. */
enum packet_start {
    PACKET_ETHERNET,
    PACKET_IP, /* IPv4 or IPv6, by its version */
};

/*
 * Reads the headers of a sampled packet, which may be cut anywhere, into
 * d->flow: addresses, ports, tags, labels, layer_stack and layer_size of the
 * outermost packet; tunnel_type, tunnel_id and the inner_ fields of the packet in
 * its first tunnel.  Fields that the packet does not show are left alone.  What
 * is whole is kept; a header that is cut counts in layer_size with the octets that
 * are there.  A packet that contradicts itself counts PACKET_DAMAGED.
 *
 * Work is bounded: 8 VLAN tags, 10 labels, 8 extension headers, 4 tunnels, and
 * FLOW_LAYERS_MAX headers in all.  A packet that holds more counts LIST_FULL.
 */
void packet_read(struct decode *d, struct wire *packet, enum packet_start start);

/*
 * What kind of tunnel an IP packet of this protocol and destination port is, in the
 * words of tunnel_type; NULL if it is none.
 */
const char *packet_tunnel_type(uint8_t protocol, uint16_t dst_port);

#endif
