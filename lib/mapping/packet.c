// SPDX-License-Identifier: Apache-2.0
/* Mapping files: the section sflow, and in it bits of sampled packets that go to fields. */
#include <stdlib.h>
#include <string.h>

#include "lib/mapping/file.h"

enum {
    OFFSET_MAX = UINT16_MAX * 8,
    LENGTH_MAX = FLOW_CUSTOM_OCTETS * 8,
    NO_LAYER = MAPPING_ANY_LAYER,
};

/* --- Layers by name --- */

/*
 * A name stands for one layer or two.  Where layers have several names, goflow2
 * goes by the names in this order of rank, and by the order in the file behind it.
 */
struct layer_name {
    const char *name;
    uint8_t layers[2];
    uint8_t rank;
};

static const struct layer_name layer_names[] = {
    {"ethernet", {FLOW_LAYER_Ethernet, NO_LAYER}, 0},
    {"2", {FLOW_LAYER_Ethernet, NO_LAYER}, 1},
    {"dot1q", {FLOW_LAYER_Dot1Q, NO_LAYER}, 0},
    {"mpls", {FLOW_LAYER_MPLS, NO_LAYER}, 0},
    {"ipv4", {FLOW_LAYER_IPv4, NO_LAYER}, 0},
    {"ipv6", {FLOW_LAYER_IPv6, NO_LAYER}, 0},
    {"ip", {FLOW_LAYER_IPv4, FLOW_LAYER_IPv6}, 1},
    {"3", {FLOW_LAYER_IPv4, FLOW_LAYER_IPv6}, 2},
    {"ipv6eh_routing", {FLOW_LAYER_IPv6HeaderRouting, NO_LAYER}, 0},
    {"ipv6-route", {FLOW_LAYER_IPv6HeaderRouting, NO_LAYER}, 1},
    {"ipv6eh_fragment", {FLOW_LAYER_IPv6HeaderFragment, NO_LAYER}, 0},
    {"ipv6-frag", {FLOW_LAYER_IPv6HeaderFragment, NO_LAYER}, 1},
    {"ipv6eh", {FLOW_LAYER_IPv6HeaderRouting, FLOW_LAYER_IPv6HeaderFragment}, 2},
    {"tcp", {FLOW_LAYER_TCP, NO_LAYER}, 0},
    {"udp", {FLOW_LAYER_UDP, NO_LAYER}, 0},
    {"4", {FLOW_LAYER_TCP, FLOW_LAYER_UDP}, 1},
    {"icmp", {FLOW_LAYER_ICMP, NO_LAYER}, 0},
    {"icmpv6", {FLOW_LAYER_ICMPv6, NO_LAYER}, 0},
    {"ipv6-icmp", {FLOW_LAYER_ICMPv6, NO_LAYER}, 1},
    {"gre", {FLOW_LAYER_GRE, NO_LAYER}, 0},
    {"teredo-dst", {FLOW_LAYER_Teredo, NO_LAYER}, 0},
    {"teredo", {FLOW_LAYER_Teredo, NO_LAYER}, 1},
    {"geneve", {FLOW_LAYER_Geneve, NO_LAYER}, 0},
    {"vxlan", {FLOW_LAYER_VXLAN, NO_LAYER}, 0},
    {"gtpu", {FLOW_LAYER_GTPU, NO_LAYER}, 0},
    {"sctp", {FLOW_LAYER_SCTP, NO_LAYER}, 0},
    {"ah", {FLOW_LAYER_AH, NO_LAYER}, 0},
    {"ipv6eh_hopbyhop", {FLOW_LAYER_IPv6HeaderHopByHop, NO_LAYER}, 0},
    {"ipv6eh_destination", {FLOW_LAYER_IPv6HeaderDestination, NO_LAYER}, 0},
};

enum { LAYER_NAMES = sizeof(layer_names) / sizeof(layer_names[0]) };

/* How a layer was reached, by the beginning of a name whose rest is a number. */
static const struct {
    const char *prefix;
    enum mapping_way way;
    unsigned base;
    unsigned long max;
} ways[] = {
    {"etype0x", MAPPING_BY_ETHERTYPE, 16, UINT16_MAX},
    {"etype", MAPPING_BY_ETHERTYPE, 10, UINT16_MAX},
    {"proto", MAPPING_BY_PROTOCOL, 10, UINT8_MAX},
    {"udp", MAPPING_BY_UDP_PORT, 10, UINT16_MAX},
    {"tcp", MAPPING_BY_TCP_PORT, 10, UINT16_MAX},
};

/* A number as goflow2 writes it: decimal without zeros before it, or four hex digits. */
static bool parse_number(const char *digits, unsigned base, unsigned long max,
                         unsigned long *number)
{
    const size_t len = strlen(digits);

    if (base == 16) {
        *number = strtoul(digits, NULL, 16);
        return len == 4 && strspn(digits, "0123456789abcdef") == 4;
    }
    *number = len < 6 ? strtoul(digits, NULL, 10) : max + 1;
    return len > 0 && strspn(digits, "0123456789") == len && (len == 1 || *digits != '0') &&
           *number <= max;
}

static bool parse_reached(const char *name, uint32_t *reached)
{
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        const size_t len = strlen(ways[i].prefix);
        unsigned long number;

        if (strncmp(name, ways[i].prefix, len) == 0 &&
            parse_number(name + len, ways[i].base, ways[i].max, &number)) {
            *reached = MAPPING_REACHED(ways[i].way, (uint32_t)number);
            return true;
        }
    }
    return false;
}

/* --- Bits --- */

static bool add_bits(struct yaml_node map, struct mapping_packet *packet,
                     const struct mapping_bits *bits)
{
    struct mapping_bits *rows = mapping_grow(map, packet->rows, packet->n, sizeof(*rows));

    if (rows == NULL) {
        return false;
    }
    packet->rows = rows;
    packet->rows[packet->n] = *bits;
    packet->rows[packet->n].order = packet->n;
    packet->n++;
    return true;
}

static bool add_layer(struct yaml_node map, struct mapping_packet *packet, unsigned number,
                      struct mapping_bits *bits)
{
    const struct layer_name *name = &layer_names[number];

    bits->rank = name->rank;
    for (size_t i = 0; i < sizeof(name->layers) && name->layers[i] != NO_LAYER; i++) {
        bits->layer = name->layers[i];
        if (!add_bits(map, packet, bits)) {
            return false;
        }
    }
    return true;
}

/* Adds the bits to each layer that the name stands for. */
static bool add_by_layer(struct yaml_node map, struct mapping_packet *packet,
                         struct mapping_bits *bits)
{
    struct mapping_word words[LAYER_NAMES + 1] = {{NULL, 0}};
    struct yaml_node node;
    unsigned number;

    if (!mapping_require(map, "layer", &node)) {
        return false;
    }
    if (parse_reached(yaml_text(node), &bits->reached)) {
        bits->layer = MAPPING_ANY_LAYER;
        return add_bits(map, packet, bits);
    }
    for (unsigned i = 0; i < LAYER_NAMES; i++) {
        words[i] = (struct mapping_word){layer_names[i].name, i};
    }
    return mapping_read_word(node, words, "layer", &number) && add_layer(map, packet, number, bits);
}

static bool read_range(struct yaml_node map, struct mapping_bits *bits)
{
    struct yaml_node node;
    uint64_t offset = 0;
    uint64_t length;

    if (mapping_find(map, "offset", &node) && !yaml_read_u64(node, OFFSET_MAX, &offset)) {
        return false;
    }
    if (!mapping_require(map, "length", &node) || !yaml_read_u64(node, LENGTH_MAX, &length)) {
        return false;
    }
    if (length == 0 || !mapping_bits_valid(bits->target.form, length)) {
        return yaml_complain(node, "%s cannot hold %s bits", bits->target.name, yaml_text(node));
    }
    bits->offset = (uint32_t)offset;
    bits->length = (uint32_t)length;
    return true;
}

static bool read_bits(struct yaml_node map, void *target)
{
    static const struct yaml_reader keys[] = {
        {"layer", mapping_later},       {"encap", mapping_later},
        {"offset", mapping_later},      {"length", mapping_later},
        {"destination", mapping_later}, {"endianness", mapping_later},
        {"endian", mapping_later},      {NULL, NULL},
    };
    struct mapping *mapping = target;
    struct mapping_bits bits = {.offset = 0};
    struct yaml_node node;

    if (!yaml_read_map(map, keys, NULL) ||
        !mapping_read_target(map, mapping->formatter, MAPPING_OF_PACKET, &bits.target) ||
        !read_range(map, &bits)) {
        return false;
    }
    if (mapping_find(map, "encap", &node) && !yaml_read_bool(node, &bits.encap)) {
        return false;
    }
    return add_by_layer(map, &mapping->packet, &bits);
}

static int by_layer(const void *a_, const void *b_)
{
    const struct mapping_bits *a = a_;
    const struct mapping_bits *b = b_;

    if (a->layer != b->layer) {
        return a->layer - b->layer;
    }
    return a->rank != b->rank ? a->rank - b->rank : a->order - b->order;
}

void mapping_sort_bits(struct mapping_packet *packet)
{
    uint16_t row = 0;

    if (packet->n > 0) {
        qsort(packet->rows, packet->n, sizeof(packet->rows[0]), by_layer);
    }
    for (unsigned layer = 0; layer <= MAPPING_ANY_LAYER; layer++) {
        while (row < packet->n && packet->rows[row].layer < layer) {
            row++;
        }
        packet->first[layer] = row;
    }
    for (unsigned layer = 0; layer < MAPPING_ANY_LAYER; layer++) {
        packet->wants[layer] = packet->first[layer] < packet->first[layer + 1] ||
                               packet->first[MAPPING_ANY_LAYER] < packet->n;
    }
}

/* --- The section --- */

bool mapping_read_sflow(struct yaml_node section, struct mapping *mapping)
{
    static const struct yaml_reader keys[] = {
        {"mapping", mapping_later}, {"ports", mapping_later}, {NULL, NULL}};
    struct yaml_node list;

    if (!yaml_read_map(section, keys, NULL)) {
        return false;
    }
    if (mapping_find(section, "mapping", &list) && !mapping_read_list(list, read_bits, mapping)) {
        return false;
    }
    return !mapping_find(section, "ports", &list) || mapping_read_ports(list, &mapping->packet);
}
