// SPDX-License-Identifier: Apache-2.0
// Finds the UDP datagram in a captured frame: link, IP and UDP headers.
#include "lib/frame.h"

#include <pcap/dlt.h>

#include "lib/wire.h"

struct frame_link {
    int dlt;
    uint8_t before; /* octets before the EtherType, or all of them where there is none */
    bool has_ethertype;
    uint8_t after; /* octets between the EtherType and what it speaks of */
};

/*
 * Where there is no EtherType, the IP header tells its version.  So does the family of BSD
 * loopback, but in the numbers and byte order of the capturing system.
 */
static const struct frame_link links[] = {
    {DLT_EN10MB, 12, true, 0},     /* two addresses */
    {DLT_LINUX_SLL, 14, true, 0},  /* kinds of packet and device, sender's address */
    {DLT_LINUX_SLL2, 0, true, 18}, /* the same and the interface, behind the EtherType */
    {DLT_NULL, 4, false, 0},       /* family */
    {DLT_LOOP, 4, false, 0},       /* family */
    {DLT_RAW, 0, false, 0},        /* nothing */
    {DLT_IPV4, 0, false, 0},       /* nothing */
    {DLT_IPV6, 0, false, 0},       /* nothing */
};

enum {
    ETHERTYPE_IPV4 = 0x0800,
    ETHERTYPE_IPV6 = 0x86dd,
    ETHERTYPE_CUSTOMER_TAG = 0x8100, /* IEEE 802.1Q */
    ETHERTYPE_SERVICE_TAG = 0x88a8,  /* IEEE 802.1ad */
    ETHERTYPE_OLD_TAG = 0x9100,      /* stacked tags before 802.1ad */

    PROTO_HOP_BY_HOP = 0,
    PROTO_UDP = 17,
    PROTO_ROUTING = 43,
    PROTO_FRAGMENT = 44,
    PROTO_DESTINATION = 60,

    IPV4_HEADER = 20,
    IPV4_FRAGMENT = 0x3fff, /* RFC 791: more fragments, and the offset */
    IPV6_FRAGMENT = 0xfff9, /* RFC 8200 section 4.5: the offset, and more fragments */
    UDP_HEADER = 8,
};

const struct frame_link *frame_link(int dlt)
{
    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
        if (links[i].dlt == dlt) {
            return &links[i];
        }
    }
    return NULL;
}

static bool is_tag(uint16_t ethertype)
{
    return ethertype == ETHERTYPE_CUSTOMER_TAG || ethertype == ETHERTYPE_SERVICE_TAG ||
           ethertype == ETHERTYPE_OLD_TAG;
}

/* Reads up to the IP header; false if something else follows. */
static bool read_link(const struct frame_link *link, struct wire *w)
{
    uint16_t ethertype;

    wire_skip(w, link->before);
    if (!link->has_ethertype) {
        return true;
    }
    ethertype = wire_u16(w);
    wire_skip(w, link->after);
    while (is_tag(ethertype)) {
        wire_skip(w, 2);
        ethertype = wire_u16(w);
    }
    return ethertype == ETHERTYPE_IPV4 || ethertype == ETHERTYPE_IPV6;
}

/* What a frame is that shows no UDP datagram: too short to tell, or something else. */
static enum frame_result without_datagram(const struct wire *w)
{
    return wire_failed(w) ? FRAME_TRUNCATED : FRAME_NOT_UDP;
}

/* RFC 768. */
static enum frame_result read_udp(struct wire *w, struct datagram *datagram, uint16_t *to_port)
{
    size_t len;

    datagram->from_port = wire_u16(w);
    *to_port = wire_u16(w);
    len = wire_u16(w);
    wire_skip(w, 2);
    if (len < UDP_HEADER) {
        return without_datagram(w);
    }
    datagram->len = len - UDP_HEADER;
    datagram->data = wire_bytes(w, datagram->len);
    return wire_failed(w) ? FRAME_TRUNCATED : FRAME_DATAGRAM;
}

static struct flow_addr read_address(struct wire *w, size_t len)
{
    const uint8_t *bytes = wire_bytes(w, len);

    return flow_addr_make(bytes, bytes == NULL ? 0 : len);
}

/* RFC 791 section 3.1, after its first octet.  header is the length of the whole header. */
static enum frame_result read_ipv4(struct wire *w, size_t header, struct datagram *datagram,
                                   uint16_t *to_port)
{
    uint16_t total;
    uint16_t fragment;
    uint8_t protocol;
    struct wire payload;

    wire_skip(w, 1);
    total = wire_u16(w);
    wire_skip(w, 2);
    fragment = wire_u16(w);
    wire_skip(w, 1);
    protocol = wire_u8(w);
    wire_skip(w, 2);
    datagram->from = read_address(w, 4);
    wire_skip(w, 4);
    if (wire_failed(w) || header < IPV4_HEADER || total < header) {
        return without_datagram(w);
    }
    if ((fragment & IPV4_FRAGMENT) != 0) {
        return FRAME_FRAGMENT;
    }
    if (protocol != PROTO_UDP) {
        return FRAME_NOT_UDP;
    }
    wire_skip(w, header - IPV4_HEADER);
    payload = wire_slice_clipped(w, total - header);
    return read_udp(&payload, datagram, to_port);
}

static bool is_extension(uint8_t next)
{
    return next == PROTO_HOP_BY_HOP || next == PROTO_ROUTING || next == PROTO_DESTINATION;
}

/* RFC 8200 section 4.  Leaves w behind the extension headers. */
static uint8_t skip_extensions(struct wire *w, uint8_t next)
{
    while (is_extension(next) && !wire_failed(w)) {
        next = wire_u8(w);
        wire_skip(w, 6 + (size_t)wire_u8(w) * 8);
    }
    return next;
}

/* RFC 8200 section 4.5.  A fragment header over a whole packet (RFC 6946) is only skipped. */
static bool is_fragment(struct wire *w, uint8_t *next)
{
    uint16_t fragment;

    if (*next != PROTO_FRAGMENT) {
        return false;
    }
    *next = wire_u8(w);
    wire_skip(w, 1);
    fragment = wire_u16(w);
    wire_skip(w, 4);
    return (fragment & IPV6_FRAGMENT) != 0;
}

/* RFC 8200 section 3, after its first octet. */
static enum frame_result read_ipv6(struct wire *w, struct datagram *datagram, uint16_t *to_port)
{
    struct wire payload;
    uint16_t len;
    uint8_t next;

    wire_skip(w, 3);
    len = wire_u16(w);
    next = wire_u8(w);
    wire_skip(w, 1);
    datagram->from = flow_addr_unmap(read_address(w, 16));
    wire_skip(w, 16);
    payload = wire_slice_clipped(w, len);

    next = skip_extensions(&payload, next);
    if (is_fragment(&payload, &next)) {
        return FRAME_FRAGMENT;
    }
    next = skip_extensions(&payload, next);
    return next == PROTO_UDP ? read_udp(&payload, datagram, to_port) : without_datagram(&payload);
}

enum frame_result frame_read(const struct frame_link *link, const uint8_t *frame, size_t len,
                             struct datagram *datagram, uint16_t *to_port)
{
    struct wire w;
    uint8_t first;

    wire_init(&w, frame, len);
    if (!read_link(link, &w)) {
        return without_datagram(&w);
    }
    first = wire_u8(&w);
    switch (first >> 4) {
    case 4:
        return read_ipv4(&w, (size_t)(first & 0x0f) * 4, datagram, to_port);
    case 6:
        return read_ipv6(&w, datagram, to_port);
    default:
        return without_datagram(&w);
    }
}
