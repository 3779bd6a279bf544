// SPDX-License-Identifier: Apache-2.0
/* Datagrams as packets of a pcapng file. */
#include "lib/quarantine/pcapng.h"

#include <string.h>

enum {
    BLOCK_SECTION = 0x0a0d0d0a,
    BLOCK_INTERFACE = 1,
    BLOCK_PACKET = 6,
    BYTE_ORDER_MAGIC = 0x1a2b3c4d,

    OPTION_END = 0,
    OPTION_COMMENT = 1,
    OPTION_APPLICATION = 4,
    OPTION_TIME_RESOLUTION = 9,
    NANOSECONDS = 9,

    LINKTYPE_RAW = 101,
    PACKET_HEAD = 28, /* of its block, before the octets */
    PROTO_UDP = 17,
    TTL = 64,
    IPV4_HEADER = 20,
    IPV6_HEADER = 40,
    UDP_HEADER = 8,
    PACKET_MAX = 65535, /* octets, by the length in an IPv4 header */
};

/* --- Words in the byte order of this host --- */

static uint8_t *put(uint8_t *out, const void *octets, size_t len)
{
    memcpy(out, octets, len);
    return out + len;
}

static uint8_t *put_u16(uint8_t *out, uint16_t value)
{
    return put(out, &value, sizeof(value));
}

static uint8_t *put_u32(uint8_t *out, uint32_t value)
{
    return put(out, &value, sizeof(value));
}

static uint8_t *pad(uint8_t *out, size_t len)
{
    static const uint8_t zeros[3];

    return put(out, zeros, -len & 3);
}

static uint8_t *put_option(uint8_t *out, uint16_t code, const void *octets, size_t len)
{
    out = put_u16(out, code);
    out = put_u16(out, (uint16_t)len);
    return pad(put(out, octets, len), len);
}

/* After the last option; a block's length stands at both of its ends. */
static uint8_t *end_block(uint8_t *block, uint8_t *out)
{
    uint32_t len;

    out = put_u16(put_u16(out, OPTION_END), 0);
    len = (uint32_t)(out + sizeof(uint32_t) - block);
    (void)put_u32(block + sizeof(uint32_t), len);
    return put_u32(out, len);
}

/* --- The head of a file --- */

static uint8_t *put_section(uint8_t *block)
{
    static const char application[] = "weir " WEIR_VERSION;
    uint8_t *out = put_u32(put_u32(block, BLOCK_SECTION), 0);

    out = put_u32(out, BYTE_ORDER_MAGIC);
    out = put_u16(out, 1); /* version 1.0 */
    out = put_u16(out, 0);
    out = put_u32(out, UINT32_MAX); /* the section's length is not known */
    out = put_u32(out, UINT32_MAX);
    out = put_option(out, OPTION_APPLICATION, application, sizeof(application) - 1);
    return end_block(block, out);
}

static uint8_t *put_interface(uint8_t *block)
{
    static const uint8_t resolution = NANOSECONDS;
    uint8_t *out = put_u32(put_u32(block, BLOCK_INTERFACE), 0);

    out = put_u16(out, LINKTYPE_RAW);
    out = put_u16(out, 0);
    out = put_u32(out, 0); /* packets are whole */
    out = put_option(out, OPTION_TIME_RESOLUTION, &resolution, 1);
    return end_block(block, out);
}

size_t pcapng_write_head(uint8_t out[static PCAPNG_HEAD_MAX])
{
    return (size_t)(put_interface(put_section(out)) - out);
}

/* --- Packets, whose words are in network order --- */

static uint8_t *net_u16(uint8_t *out, size_t value)
{
    *out++ = (uint8_t)(value >> 8);
    *out++ = (uint8_t)value;
    return out;
}

static uint8_t *net_address(uint8_t *out, const struct flow_addr *addr, size_t len)
{
    memset(out, 0, len);
    if (addr->len == len) {
        memcpy(out, addr->bytes, len);
    }
    return out + len;
}

/* RFC 1071, of an IPv4 header whose checksum is 0. */
static uint16_t checksum(const uint8_t header[static IPV4_HEADER])
{
    uint32_t sum = 0;

    for (size_t i = 0; i < IPV4_HEADER; i += 2) {
        sum += (uint32_t)header[i] << 8 | header[i + 1];
    }
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

static uint8_t *put_ipv4(uint8_t *header, size_t len, const struct flow_addr *from,
                         const struct flow_addr *to)
{
    uint8_t *out = header;

    *out++ = 0x45;
    *out++ = 0;
    out = net_u16(out, IPV4_HEADER + len);
    out = net_u16(out, 0); /* no fragment of any packet */
    out = net_u16(out, 0);
    *out++ = TTL;
    *out++ = PROTO_UDP;
    out = net_u16(out, 0);
    out = net_address(out, from, 4);
    out = net_address(out, to, 4);
    (void)net_u16(header + 10, checksum(header));
    return out;
}

static uint8_t *put_ipv6(uint8_t *out, size_t len, const struct flow_addr *from,
                         const struct flow_addr *to)
{
    out = net_u16(out, 0x6000);
    out = net_u16(out, 0);
    out = net_u16(out, len);
    *out++ = PROTO_UDP;
    *out++ = TTL;
    out = net_address(out, from, 16);
    return net_address(out, to, 16);
}

/* Without a checksum, as after a network card that has checked it. */
static uint8_t *put_udp(uint8_t *out, const struct datagram *datagram, uint16_t to_port)
{
    out = net_u16(out, datagram->from_port);
    out = net_u16(out, to_port);
    out = net_u16(out, UDP_HEADER + datagram->len);
    out = net_u16(out, 0);
    return datagram->len == 0 ? out : put(out, datagram->data, datagram->len);
}

static uint8_t *put_packet(uint8_t *out, const struct datagram *datagram,
                           const struct pcapng_receiver *receiver)
{
    const size_t len = UDP_HEADER + datagram->len;

    out = datagram->from.len == 16 ? put_ipv6(out, len, &datagram->from, &receiver->addr)
                                   : put_ipv4(out, len, &datagram->from, &receiver->addr);
    return put_udp(out, datagram, receiver->port);
}

size_t pcapng_write_datagram(uint8_t out[static PCAPNG_BLOCK_MAX], const struct datagram *datagram,
                             const struct pcapng_receiver *receiver, const char *comment)
{
    uint8_t *const packet = out + PACKET_HEAD;
    const size_t headers = (datagram->from.len == 16 ? IPV6_HEADER : IPV4_HEADER) + UDP_HEADER;
    const size_t len = headers + datagram->len;
    uint8_t *at = put_u32(put_u32(out, BLOCK_PACKET), 0);

    if (datagram->len > PACKET_MAX - headers) {
        return 0;
    }
    at = put_u32(at, 0); /* the only interface */
    at = put_u32(at, (uint32_t)(datagram->received_ns >> 32));
    at = put_u32(at, (uint32_t)datagram->received_ns);
    at = put_u32(at, (uint32_t)len);
    (void)put_u32(at, (uint32_t)len);
    at = pad(put_packet(packet, datagram, receiver), len);
    at = put_option(at, OPTION_COMMENT, comment, strnlen(comment, PCAPNG_COMMENT_MAX));
    return (size_t)(end_block(out, at) - out);
}

size_t pcapng_block_len(const uint8_t prefix[static PCAPNG_PREFIX_LEN])
{
    uint32_t type;
    uint32_t len;

    memcpy(&type, prefix, sizeof(type));
    memcpy(&len, prefix + sizeof(type), sizeof(len));
    return type == BLOCK_PACKET && len % 4 == 0 && len >= PCAPNG_BLOCK_MIN &&
                   len <= PCAPNG_BLOCK_MAX
               ? len
               : 0;
}

bool pcapng_block_ends(const uint8_t suffix[static PCAPNG_SUFFIX_LEN], size_t len)
{
    uint32_t found;

    memcpy(&found, suffix, sizeof(found));
    return found == len;
}
