// SPDX-License-Identifier: Apache-2.0
/* Sampled packets: what a mapping file takes out of their layers, and the ports that it knows. */
#include "lib/mapping/rules.h"
#include "lib/packet/layer.h"

static const struct mapping_port *find_port(const struct mapping_packet *mapping,
                                            enum mapping_way way, uint16_t number,
                                            uint8_t direction)
{
    for (uint16_t i = 0; i < mapping->n_ports; i++) {
        const struct mapping_port *port = &mapping->ports[i];

        if (port->port == number && port->way == way && (port->directions & direction) != 0) {
            return port;
        }
    }
    return NULL;
}

/* The destination tells more than the source, which may have been chosen by chance. */
bool packet_follow_mapped_ports(struct packet *p, enum mapping_way way, uint16_t src_port,
                                uint16_t dst_port)
{
    const struct mapping_port *port = find_port(p->mapping, way, dst_port, MAPPING_DST_PORT);

    if (port == NULL) {
        port = find_port(p->mapping, way, src_port, MAPPING_SRC_PORT);
    }
    if (port == NULL) {
        return false;
    }
    p->reached = MAPPING_REACHED(way, port->port);
    if (port->header) {
        p->next = port->layer;
        p->udp_tunnel = port->tunnel;
    } else {
        packet_enter_tunnel(p, port->tunnel, port->layer);
    }
    return true;
}

/* goflow2 knows by the order of the layers, weir by the tunnel or the port that led there. */
static bool is_encapsulated(const struct packet *p)
{
    const uint32_t way = p->reached >> 16;
    const bool by_port = way == MAPPING_BY_UDP_PORT || way == MAPPING_BY_TCP_PORT;

    return p->depth != PACKET_OUTER || (by_port && !decode_compat(p->d, COMPAT_LAYERS));
}

/* What is said of each record by the datagram that it came in. */
static bool is_overwritten(const struct packet *p, unsigned at)
{
    if (p->d->flow.type == FLOW_TYPE_SFLOW_5) {
        return at == FLOW_AT_time_flow_start || at == FLOW_AT_time_flow_end;
    }
    return at == FLOW_AT_observation_domain_id;
}

/* n octets from the first bit on, of which shift bits are left out; behind the end there are zeros.
 */
static void copy_bits(struct wire from, unsigned shift, uint8_t *octets, size_t n)
{
    uint8_t octet = wire_u8(&from);

    for (size_t i = 0; i < n; i++) {
        const uint8_t next = wire_u8(&from);

        octets[i] = (uint8_t)(octet << shift | next >> (8 - shift));
        octet = next;
    }
}

/* Moves the bits to the end of their octets, as a number has them. */
static void align_right(uint8_t *octets, size_t n, unsigned by, bool sign)
{
    for (size_t i = n; i-- > 1;) {
        octets[i] = (uint8_t)(octets[i - 1] << (8 - by) | octets[i] >> by);
    }
    sign = sign && (octets[0] & 0x80) != 0;
    octets[0] = (uint8_t)(octets[0] >> by | (sign ? 0xff00 >> by : 0));
}

/* goflow2 moves the bits of the last octet alone. */
static void align(const struct packet *p, const struct mapping_bits *bits, uint8_t *octets,
                  size_t n)
{
    const unsigned by = (8 - bits->length % 8) % 8;

    if (decode_compat(p->d, COMPAT_MAPPING)) {
        octets[n - 1] = (uint8_t)(octets[n - 1] >> by);
    } else if (by != 0) {
        align_right(octets, n, by, (bits->target.form->traits & MAPPING_SIGNED) != 0);
    }
}

/* Bits that are no octets of the packet are put together beside the record. */
static void take_bits(struct packet *p, const struct mapping_bits *bits, struct wire from)
{
    struct flow_customs *customs = &p->d->flow.customs;
    const size_t n = wire_left(&from) == 0 ? 0 : (bits->length + 7) / 8;
    uint8_t *octets = customs->octets + customs->used;

    if (n > (size_t)FLOW_CUSTOM_OCTETS - customs->used) {
        decode_fault(p->d, DECODE_LIST_FULL, bits->target.name);
        return;
    }
    if (n > 0) {
        copy_bits(from, bits->offset % 8, octets, n);
        align(p, bits, octets, n);
    }
    if ((bits->target.form->traits & MAPPING_BORROWS) != 0) {
        customs->used = (uint16_t)(customs->used + n);
    }
    mapping_fill(p->d, &bits->target, octets, n);
}

/* What the sample does not hold whole is left out; goflow2 reads zeros behind its end. */
static void take(struct packet *p, const struct mapping_bits *bits, struct wire layer)
{
    const size_t end = ((size_t)bits->offset + bits->length + 7) / 8;
    const bool whole = end <= wire_left(&layer);

    if ((!whole && !decode_compat(p->d, COMPAT_MAPPING)) || is_overwritten(p, bits->target.at)) {
        return;
    }
    wire_skip(&layer, bits->offset / 8);
    if (whole && (bits->offset | bits->length) % 8 == 0) {
        const size_t n = bits->length / 8;

        mapping_fill(p->d, &bits->target, wire_bytes(&layer, n), n);
    } else {
        take_bits(p, bits, layer);
    }
}

void packet_map_layer(struct packet *p, const struct packet *before)
{
    const struct mapping_packet *mapping = p->mapping;
    const bool encapsulated = is_encapsulated(before);

    for (uint16_t i = mapping->first[before->next]; i < mapping->first[before->next + 1]; i++) {
        if (mapping->rows[i].encap == encapsulated) {
            take(p, &mapping->rows[i], before->rest);
        }
    }
    for (uint16_t i = mapping->first[MAPPING_ANY_LAYER]; i < mapping->n; i++) {
        if (mapping->rows[i].encap == encapsulated && mapping->rows[i].reached == before->reached) {
            take(p, &mapping->rows[i], before->rest);
        }
    }
}
