// SPDX-License-Identifier: Apache-2.0
/* Mapping files: sflow.ports, which say what stands behind UDP and TCP ports. */
#include "lib/mapping/file.h"

/* What can stand behind a port; header: it says itself what is inside. */
static const struct {
    const char *name;
    uint8_t layer;
    bool header;
    const char *tunnel;
} parsers[] = {
    {"ethernet", FLOW_LAYER_Ethernet, false, "ethernet"},
    {"dot1q", FLOW_LAYER_Dot1Q, false, "dot1q"},
    {"mpls", FLOW_LAYER_MPLS, false, "mpls"},
    {"ipv4", FLOW_LAYER_IPv4, false, "ipv4"},
    {"ipv6", FLOW_LAYER_IPv6, false, "ipv6"},
    {"ipv6-route", FLOW_LAYER_IPv6HeaderRouting, false, "ipv6-route"},
    {"ipv6-frag", FLOW_LAYER_IPv6HeaderFragment, false, "ipv6-frag"},
    {"tcp", FLOW_LAYER_TCP, false, "tcp"},
    {"udp", FLOW_LAYER_UDP, false, "udp"},
    {"icmp", FLOW_LAYER_ICMP, false, "icmp"},
    {"ipv6-icmp", FLOW_LAYER_ICMPv6, false, "ipv6-icmp"},
    {"gre", FLOW_LAYER_GRE, true, "gre"},
    {"teredo-dst", FLOW_LAYER_Teredo, true, "teredo"},
    {"geneve", FLOW_LAYER_Geneve, true, "geneve"},
    {"vxlan", FLOW_LAYER_VXLAN, true, "vxlan"},
    {"gtpu", FLOW_LAYER_GTPU, true, "gtp-u"},
};

enum { PARSERS = sizeof(parsers) / sizeof(parsers[0]) };

static bool read_parser(struct yaml_node map, struct mapping_port *port)
{
    struct mapping_word words[PARSERS + 1] = {{NULL, 0}};
    struct yaml_node node;
    unsigned number;

    for (unsigned i = 0; i < PARSERS; i++) {
        words[i] = (struct mapping_word){parsers[i].name, i};
    }
    if (!mapping_require(map, "parser", &node) ||
        !mapping_read_word(node, words, "parser", &number)) {
        return false;
    }
    port->layer = parsers[number].layer;
    port->header = parsers[number].header;
    port->tunnel = parsers[number].tunnel;
    return true;
}

static bool read_way(struct yaml_node map, struct mapping_port *port)
{
    static const struct mapping_word protocols[] = {
        {"udp", MAPPING_BY_UDP_PORT}, {"tcp", MAPPING_BY_TCP_PORT}, {NULL, 0}};
    static const struct mapping_word directions[] = {
        {"src", MAPPING_SRC_PORT},
        {"dst", MAPPING_DST_PORT},
        {"both", MAPPING_SRC_PORT | MAPPING_DST_PORT},
        {NULL, 0},
    };
    struct yaml_node node;
    unsigned way;
    unsigned direction;

    if (!mapping_require(map, "proto", &node) ||
        !mapping_read_word(node, protocols, "protocol", &way) ||
        !mapping_require(map, "dir", &node) ||
        !mapping_read_word(node, directions, "direction", &direction)) {
        return false;
    }
    port->way = (uint8_t)way;
    port->directions = (uint8_t)direction;
    return true;
}

static bool read_number(struct yaml_node map, struct mapping_port *port)
{
    struct yaml_node node;
    uint64_t number;

    if (!mapping_require(map, "port", &node) || !yaml_read_u64(node, UINT16_MAX, &number)) {
        return false;
    }
    port->port = (uint16_t)number;
    return true;
}

static bool has_parser(const struct mapping_packet *packet, const struct mapping_port *port)
{
    for (uint16_t i = 0; i < packet->n_ports; i++) {
        const struct mapping_port *other = &packet->ports[i];

        if (other->way == port->way && other->port == port->port &&
            (other->directions & port->directions) != 0) {
            return true;
        }
    }
    return false;
}

static bool read_port(struct yaml_node map, void *target)
{
    static const struct yaml_reader keys[] = {
        {"proto", mapping_later},  {"dir", mapping_later}, {"port", mapping_later},
        {"parser", mapping_later}, {NULL, NULL},
    };
    struct mapping_packet *packet = target;
    struct mapping_port port = {.port = 0};
    struct mapping_port *ports;

    if (!yaml_read_map(map, keys, NULL) || !read_way(map, &port) || !read_number(map, &port) ||
        !read_parser(map, &port)) {
        return false;
    }
    if (has_parser(packet, &port)) {
        return yaml_complain(map, "port %u has a parser already", (unsigned)port.port);
    }
    ports = mapping_grow(map, packet->ports, packet->n_ports, sizeof(*ports));
    if (ports == NULL) {
        return false;
    }
    packet->ports = ports;
    packet->ports[packet->n_ports++] = port;
    return true;
}

bool mapping_read_ports(struct yaml_node list, struct mapping_packet *packet)
{
    return mapping_read_list(list, read_port, packet);
}
