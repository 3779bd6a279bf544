// SPDX-License-Identifier: Apache-2.0
/* Sampled packets: the loop over their headers, and the headers of links. */
#include "lib/packet/packet.h"

#include "lib/packet/layer.h"

enum {
    ETHERTYPE_MIN = 0x600, /* what is smaller is a length (IEEE 802.3) */
    ETHERTYPE_IPV4 = 0x0800,
    ETHERTYPE_IPV6 = 0x86dd,
    MAC_LEN = 6,
    VLAN_ID = 0x0fff,
    LABEL_LEN = 4,
    LABEL_BOTTOM = 0x100,
    LABEL_RESERVED_MAX = 15,
};

/* LLC and SNAP headers of an EtherType: aa aa 03, and no organization (RFC 1042). */
static const uint64_t snap = 0xaaaa03000000;

static const uint8_t limits[PACKET_LIMITS] = {
    [PACKET_UNLIMITED] = UINT8_MAX,
    [PACKET_TAGS] = 8,
    [PACKET_EXTENSIONS] = 8,
    [PACKET_TUNNELS] = 4,
};

/* 0x199e is what goflow2 takes for Transparent Ethernet Bridging, beside 0x6558. */
static const struct {
    uint16_t ethertype;
    uint8_t where; /* enum packet_after, or-ed */
    uint8_t layer;
} ethertypes[] = {
    {ETHERTYPE_IPV4, PACKET_AFTER_LINK | PACKET_IN_GOFLOW2, FLOW_LAYER_IPv4},
    {ETHERTYPE_IPV6, PACKET_AFTER_LINK | PACKET_IN_GOFLOW2, FLOW_LAYER_IPv6},
    {0x8100, PACKET_AFTER_LINK | PACKET_IN_GOFLOW2, FLOW_LAYER_Dot1Q},
    {0x88a8, PACKET_AFTER_LINK, FLOW_LAYER_Dot1Q},
    {0x9100, PACKET_AFTER_LINK, FLOW_LAYER_Dot1Q},
    {0x8847, PACKET_AFTER_LINK | PACKET_IN_GOFLOW2, FLOW_LAYER_MPLS},
    {0x8848, PACKET_AFTER_LINK, FLOW_LAYER_MPLS},
    {0x6558, PACKET_AFTER_LINK | PACKET_IN_GOFLOW2, FLOW_LAYER_Ethernet},
    {0x199e, PACKET_IN_GOFLOW2, FLOW_LAYER_Ethernet},
};

/* Counts one more; false if the packet has had its share. */
static bool take(struct packet *p, enum packet_limit limit)
{
    if (p->used[limit] == limits[limit]) {
        p->too_much = true;
        return false;
    }
    p->used[limit]++;
    return true;
}

void packet_enter_tunnel(struct packet *p, const char *tunnel, unsigned layer)
{
    if (!take(p, PACKET_TUNNELS)) {
        return;
    }
    p->next = layer;
    p->segment_routed = false;
    if (decode_compat(p->d, COMPAT_LAYERS)) {
        return;
    }
    PACKET_SET(p, tunnel_type, tunnel);
    p->depth = p->depth == PACKET_OUTER ? PACKET_INNER : PACKET_DEEPER;
}

void packet_set_tunnel_id(struct packet *p, uint32_t id)
{
    if (p->depth == PACKET_INNER && !wire_failed(&p->rest)) {
        FLOW_SET(&p->d->flow, tunnel_id, id);
    }
}

unsigned packet_after_ethertype(struct packet *p, uint16_t ethertype)
{
    const bool compat = decode_compat(p->d, COMPAT_LAYERS);
    const uint8_t where = compat ? PACKET_IN_GOFLOW2 : PACKET_AFTER_LINK;

    p->reached = MAPPING_REACHED(MAPPING_BY_ETHERTYPE, ethertype);
    for (size_t i = 0; i < sizeof(ethertypes) / sizeof(ethertypes[0]); i++) {
        if (ethertypes[i].ethertype == ethertype && (ethertypes[i].where & where) != 0) {
            return ethertypes[i].layer;
        }
    }
    return PACKET_END;
}

unsigned packet_ip_ahead(const struct packet *p)
{
    struct wire ahead = p->rest;

    switch (wire_u8(&ahead) >> 4) {
    case 4:
        return FLOW_LAYER_IPv4;
    case 6:
        return FLOW_LAYER_IPv6;
    default:
        return PACKET_END;
    }
}

/* An IP packet that no EtherType announced. */
static void set_ip_type(struct packet *p)
{
    const uint16_t ethertype = p->next == FLOW_LAYER_IPv4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6;

    PACKET_SET(p, etype, ethertype);
    p->reached = MAPPING_REACHED(MAPPING_BY_ETHERTYPE, ethertype);
}

/* Where a length stands instead, the type is in the SNAP header behind it, if there is one. */
static uint16_t read_ethertype(struct packet *p)
{
    const uint16_t ethertype = wire_u16(&p->rest);
    struct wire llc = p->rest;

    if (ethertype >= ETHERTYPE_MIN || decode_compat(p->d, COMPAT_LAYERS) ||
        wire_uint(&llc, 6) != snap) {
        return ethertype;
    }
    p->rest = llc;
    return wire_u16(&p->rest);
}

static void follow_ethertype(struct packet *p)
{
    const uint16_t ethertype = read_ethertype(p);

    if (ethertype >= ETHERTYPE_MIN) {
        PACKET_SET(p, etype, ethertype);
    }
    p->next = packet_after_ethertype(p, ethertype);
}

/* IEEE 802.3 section 3.1. */
static void read_ethernet(struct packet *p)
{
    PACKET_READ(p, dst_mac, MAC_LEN, wire_uint(&p->rest, MAC_LEN));
    PACKET_READ(p, src_mac, MAC_LEN, wire_uint(&p->rest, MAC_LEN));
    follow_ethertype(p);
}

/* IEEE 802.1Q section 9.6. */
static void read_tag(struct packet *p)
{
    const uint16_t control = wire_u16(&p->rest);
    const bool whole = decode_compat(p->d, COMPAT_VLAN_TCI);
    struct flow *flow = &p->d->flow;

    if (p->used[PACKET_TAGS] == 2 && !FLOW_HAS(flow, outer_vlan_id)) {
        PACKET_SET(p, outer_vlan_id, flow->vlan_id);
    }
    PACKET_SET(p, vlan_id, whole ? control : control & VLAN_ID);
    follow_ethertype(p);
}

static void append_label(struct packet *p, uint32_t entry)
{
    struct flow *flow = &p->d->flow;

    if (p->depth == PACKET_OUTER && !wire_failed(&p->rest)) {
        (void)FLOW_APPEND(flow, mpls_label, entry >> 12);
        (void)FLOW_APPEND(flow, mpls_ttl, entry & 0xff);
    }
}

/* The bottom bit ends a stack; for goflow2 the reserved labels do, too. */
static bool is_bottom(const struct packet *p, uint32_t entry)
{
    return (entry & LABEL_BOTTOM) != 0 ||
           (entry >> 12 <= LABEL_RESERVED_MAX && decode_compat(p->d, COMPAT_LAYERS));
}

/* Only its first octets say what the labels carry (RFC 4928 section 3, RFC 4448 section 4.6). */
static void follow_labels(struct packet *p, uint32_t bottom_label)
{
    struct wire ahead = p->rest;

    p->next = packet_ip_ahead(p);
    if (p->next != PACKET_END) {
        set_ip_type(p);
    } else if (wire_u16(&ahead) == 0 && !wire_failed(&ahead) &&
               !decode_compat(p->d, COMPAT_LAYERS)) {
        p->next = FLOW_LAYER_PseudowireControl;
        p->bottom_label = bottom_label;
    }
}

/* RFC 3032 section 2.1. */
static void read_labels(struct packet *p)
{
    unsigned n = 0;

    if (p->depth == PACKET_OUTER) {
        flow_unmark(&p->d->flow, FLOW_AT_mpls_label);
        flow_unmark(&p->d->flow, FLOW_AT_mpls_ttl);
    }
    do {
        const uint32_t entry = wire_u32(&p->rest);

        append_label(p, entry);
        if (is_bottom(p, entry)) {
            follow_labels(p, entry >> 12);
            return;
        }
    } while (++n < FLOW_LABELS_MAX && wire_left(&p->rest) >= LABEL_LEN);
    p->too_much = p->too_much || n == FLOW_LABELS_MAX;
}

/* RFC 4448 section 4.6: Ethernet follows. */
static void read_pseudowire_control(struct packet *p)
{
    wire_skip(&p->rest, 4);
    packet_enter_tunnel(p, "eompls", FLOW_LAYER_Ethernet);
    packet_set_tunnel_id(p, p->bottom_label);
}

/*
 * goflow2 tells a tunnel by the order of the layers: one that does not come after
 * the layer before it is inside, and so is all that follows.  Some never are.
 */
struct layer {
    void (*read)(struct packet *p);
    enum packet_limit limit;
    uint8_t least; /* octets without which goflow2 does not read it */
    uint8_t order;
    bool never_inside;
};

static const struct layer layers[FLOW_LAYER_COUNT] = {
    [FLOW_LAYER_Ethernet] = {read_ethernet, PACKET_UNLIMITED, 14, 20, false},
    [FLOW_LAYER_Dot1Q] = {read_tag, PACKET_TAGS, 4, 25, true},
    [FLOW_LAYER_MPLS] = {read_labels, PACKET_UNLIMITED, 4, 25, true},
    [FLOW_LAYER_PseudowireControl] = {read_pseudowire_control, PACKET_UNLIMITED, 4, 25, false},
    [FLOW_LAYER_IPv4] = {packet_read_ipv4, PACKET_UNLIMITED, 20, 30, false},
    [FLOW_LAYER_IPv6] = {packet_read_ipv6, PACKET_UNLIMITED, 40, 30, false},
    [FLOW_LAYER_IPv6HeaderHopByHop] = {packet_read_options, PACKET_EXTENSIONS, 8, 35, false},
    [FLOW_LAYER_IPv6HeaderDestination] = {packet_read_options, PACKET_EXTENSIONS, 8, 35, false},
    [FLOW_LAYER_IPv6HeaderRouting] = {packet_read_routing, PACKET_EXTENSIONS, 8, 35, false},
    [FLOW_LAYER_IPv6HeaderFragment] = {packet_read_fragment, PACKET_EXTENSIONS, 8, 35, true},
    [FLOW_LAYER_AH] = {packet_read_authentication, PACKET_EXTENSIONS, 8, 35, false},
    [FLOW_LAYER_TCP] = {packet_read_tcp, PACKET_UNLIMITED, 20, 40, false},
    [FLOW_LAYER_UDP] = {packet_read_udp, PACKET_UNLIMITED, 8, 40, false},
    [FLOW_LAYER_SCTP] = {packet_read_sctp, PACKET_UNLIMITED, 12, 40, false},
    [FLOW_LAYER_ICMP] = {packet_read_icmp, PACKET_UNLIMITED, 2, 70, false},
    [FLOW_LAYER_ICMPv6] = {packet_read_icmp, PACKET_UNLIMITED, 2, 70, false},
    [FLOW_LAYER_GRE] = {packet_read_gre, PACKET_UNLIMITED, 4, 40, false},
    [FLOW_LAYER_VXLAN] = {packet_read_vxlan, PACKET_UNLIMITED, 8, 40, false},
    [FLOW_LAYER_Geneve] = {packet_read_geneve, PACKET_UNLIMITED, 8, 40, false},
    [FLOW_LAYER_Teredo] = {packet_read_teredo, PACKET_UNLIMITED, 1, 40, false},
    [FLOW_LAYER_GTPU] = {packet_read_gtpu, PACKET_UNLIMITED, 8, 40, false},
};

/* Whether there is something of the header to be read. */
static bool begins(struct packet *p, const struct layer *layer)
{
    const size_t left = wire_left(&p->rest);

    if (left < layer->least && decode_compat(p->d, COMPAT_LAYER_CUT)) {
        (void)FLOW_APPEND(&p->d->flow, layer_size, 0);
        return false;
    }
    return left > 0 && take(p, layer->limit);
}

/* A header that is cut counts with the octets that are there. */
static bool note_layer(struct packet *p, unsigned layer, const uint8_t *start)
{
    struct flow *flow = &p->d->flow;
    const uint32_t size = p->size != 0 ? p->size : (uint32_t)(p->rest.at - start);

    return FLOW_APPEND(flow, layer_stack, (uint8_t)layer) && FLOW_APPEND(flow, layer_size, size);
}

/* Whether goflow2 takes what follows for the inside of a tunnel. */
static bool goflow2_goes_inside(const struct packet *p, const struct layer *layer)
{
    return decode_compat(p->d, COMPAT_LAYERS) && p->next != PACKET_END &&
           !layers[p->next].never_inside && layers[p->next].order <= layer->order;
}

static void read_header(struct packet *p)
{
    const unsigned number = p->next;
    const struct layer *layer = &layers[number];
    const uint8_t *start = p->rest.at;

    p->next = PACKET_END;
    p->reached = 0;
    p->size = 0;
    if (!begins(p, layer)) {
        return;
    }
    layer->read(p);
    if (!note_layer(p, number, start)) {
        p->too_much = true;
        p->next = PACKET_END;
    }
    if (wire_failed(&p->rest)) {
        p->next = PACKET_END;
    }
    if (goflow2_goes_inside(p, layer)) {
        p->depth = PACKET_DEEPER;
    }
}

static void read_layer(struct packet *p)
{
    if (p->mapping == NULL || !p->mapping->wants[p->next]) {
        read_header(p);
    } else {
        const struct packet before = *p;

        read_header(p);
        packet_map_layer(p, &before);
    }
}

static void start_at_ip(struct packet *p)
{
    p->next = packet_ip_ahead(p);
    if (p->next != PACKET_END) {
        set_ip_type(p);
    } else {
        p->damaged = wire_left(&p->rest) > 0;
    }
}

void packet_read(struct decode *d, struct wire *packet, enum packet_start start)
{
    struct packet p = {.d = d, .rest = *packet, .next = FLOW_LAYER_Ethernet};

    if (d->settings->mapping != NULL) {
        p.mapping = &d->settings->mapping->packet;
    }
    flow_unmark(&d->flow, FLOW_AT_layer_stack);
    flow_unmark(&d->flow, FLOW_AT_layer_size);
    if (start == PACKET_IP) {
        start_at_ip(&p);
    }
    while (p.next != PACKET_END) {
        read_layer(&p);
    }
    if (p.damaged) {
        decode_fault(d, DECODE_PACKET_DAMAGED, NULL);
    }
    if (p.too_much) {
        decode_fault(d, DECODE_LIST_FULL, NULL);
    }
}
