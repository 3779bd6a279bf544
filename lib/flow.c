// SPDX-License-Identifier: Apache-2.0
/* The record's table and the names of what it holds. */
#include "lib/flow.h"

#define NONE                                                                                       \
    {                                                                                              \
        IE_NONE                                                                                    \
    }
#define SOURCES(...)                                                                               \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

const struct flow_field flow_fields[FLOW_NFIELDS] = {
#define FLOW_FIELD(member, kind_, key_, protobuf_, sets_, sources_, further_, unit_, text_)        \
    [FLOW_AT_##member] = {                                                                         \
        .key = key_,                                                                               \
        .unit = unit_,                                                                             \
        .text = text_,                                                                             \
        .kind = FLOW_KIND_##kind_,                                                                 \
        .sets = sets_,                                                                             \
        .protobuf = protobuf_,                                                                     \
        .offset = (uint16_t)offsetof(struct flow, member),                                         \
        .sources = sources_,                                                                       \
        .further = further_,                                                                       \
    },
#include "lib/flow_fields.def"
#undef FLOW_FIELD
};

_Static_assert(sizeof(struct flow) <= UINT16_MAX, "struct flow_field.offset has 16 bits");

struct flow_addr flow_addr_unmap(struct flow_addr addr)
{
    static const uint8_t prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

    if (addr.len == 16 && memcmp(addr.bytes, prefix, sizeof(prefix)) == 0) {
        return flow_addr_make(addr.bytes + 12, 4);
    }
    return addr;
}

bool flow_addr_unspecified(const struct flow_addr *addr)
{
    static const uint8_t zeros[16];

    return memcmp(addr->bytes, zeros, addr->len) == 0;
}

bool flow_addr_loopback(const struct flow_addr *addr)
{
    static const uint8_t one[16] = {[15] = 1};

    if (addr->len == 4) {
        return addr->bytes[0] == 127;
    }
    return addr->len == sizeof(one) && memcmp(addr->bytes, one, sizeof(one)) == 0;
}

bool flow_addr_equal(const struct flow_addr *a, const struct flow_addr *b)
{
    return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

/* IANA's protocol numbers, spelled as goflow2 spells them. */
static const char *const proto_names[] = {
    "HOPOPT",
    "ICMP",
    "IGMP",
    "GGP",
    "IPv4",
    "ST",
    "TCP",
    "CBT",
    "EGP",
    "IGP",
    "BBN-RCC-MON",
    "NVP-II",
    "PUP",
    "ARGUS",
    "EMCON",
    "XNET",
    "CHAOS",
    "UDP",
    "MUX",
    "DCN-MEAS",
    "HMP",
    "PRM",
    "XNS-IDP",
    "TRUNK-1",
    "TRUNK-2",
    "LEAF-1",
    "LEAF-2",
    "RDP",
    "IRTP",
    "ISO-TP4",
    "NETBLT",
    "MFE-NSP",
    "MERIT-INP",
    "DCCP",
    "3PC",
    "IDPR",
    "XTP",
    "DDP",
    "IDPR-CMTP",
    "TP++",
    "IL",
    "IPv6",
    "SDRP",
    "IPv6-Route",
    "IPv6-Frag",
    "IDRP",
    "RSVP",
    "GRE",
    "DSR",
    "BNA",
    "ESP",
    "AH",
    "I-NLSP",
    "SWIPE",
    "NARP",
    "Min-IPv4",
    "TLSP",
    "SKIP",
    "IPv6-ICMP",
    "IPv6-NoNxt",
    "IPv6-Opts",
    "any-host-internal-protocol",
    "CFTP",
    "any-local-network",
    "SAT-EXPAK",
    "KRYPTOLAN",
    "RVD",
    "IPPC",
    "any-distributed-file-system",
    "SAT-MON",
    "VISA",
    "IPCV",
    "CPNX",
    "CPHB",
    "WSN",
    "PVP",
    "BR-SAT-MON",
    "SUN-ND",
    "WB-MON",
    "WB-EXPAK",
    "ISO-IP",
    "VMTP",
    "SECURE-VMTP",
    "VINES",
    "IPTM",
    "NSFNET-IGP",
    "DGP",
    "TCF",
    "EIGRP",
    "OSPFIGP",
    "Sprite-RPC",
    "LARP",
    "MTP",
    "AX.25",
    "IPIP",
    "MICP",
    "SCC-SP",
    "ETHERIP",
    "ENCAP",
    "any-private-encryption-scheme",
    "GMTP",
    "IFMP",
    "PNNI",
    "PIM",
    "ARIS",
    "SCPS",
    "QNX",
    "A/N",
    "IPComp",
    "SNP",
    "Compaq-Peer",
    "IPX-in-IP",
    "VRRP",
    "PGM",
    "any-0-hop-protocol",
    "L2TP",
    "DDX",
    "IATP",
    "STP",
    "SRP",
    "UTI",
    "SMP",
    "SM",
    "PTP",
    "ISIS over IPv4",
    "FIRE",
    "CRTP",
    "CRUDP",
    "SSCOPMCE",
    "IPLT",
    "SPS",
    "PIPE",
    "SCTP",
    "FC",
    "RSVP-E2E-IGNORE",
    "Mobility Header",
    "UDPLite",
    "MPLS-in-IP",
    "manet",
    "HIP",
    "Shim6",
    "WESP",
    "ROHC",
    "Ethernet",
    "AGGFRAG",
    "NSH",
};

const char *flow_proto_name(uint8_t proto)
{
    if (proto < sizeof(proto_names) / sizeof(proto_names[0])) {
        return proto_names[proto];
    }
    if (proto == 255) {
        return "reserved";
    }
    return proto > 252 ? "experimental" : "unassigned";
}

static const struct {
    const char *name;
    const char *version;
    bool templated;
} types[FLOW_TYPE_COUNT] = {
#define X(name, number, records, version, templated) [number] = {#name, version, templated},
    FLOW_TYPES(X)
#undef X
};

static uint8_t known_type(uint8_t type)
{
    return type < FLOW_TYPE_COUNT ? type : FLOW_TYPE_FLOWUNKNOWN;
}

const char *flow_type_name(uint8_t type)
{
    return types[known_type(type)].name;
}

const char *flow_type_version(uint8_t type)
{
    return types[known_type(type)].version;
}

bool flow_type_templated(uint8_t type)
{
    return types[known_type(type)].templated;
}

const char flow_transit[] = "transit";

const char *flow_layer_name(uint8_t layer)
{
    static const char *const names[FLOW_LAYER_COUNT] = {
#define X(name, number) [number] = #name,
        FLOW_LAYERS(X)
#undef X
    };

    return layer < FLOW_LAYER_COUNT && names[layer] != NULL ? names[layer] : "Custom";
}
