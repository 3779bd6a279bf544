// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_FLOW_H
#define LIB_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "lib/element/element.h"

/* An IPv4 or IPv6 address in network order; len is 4, 16, or 0 for none. */
struct flow_addr {
    uint8_t bytes[16];
    uint8_t len;
};

/*
 * Text or octets that are borrowed until the record is emitted: from the datagram, or from its
 * exporter.
 */
struct flow_slice {
    const uint8_t *data;
    uint16_t len;
};

/* How much of a list a record keeps; the rest is dropped and counted. */
enum {
    FLOW_NUMBERS_MAX = 1000, /* goflow2's limit for AS paths and communities */
    FLOW_LABELS_MAX = 10,
    FLOW_ADDRS_MAX = 16,
    FLOW_LAYERS_MAX = 32,
    FLOW_ELEMENTS_MAX = 1024, /* the greatest template */
    FLOW_NAMES_MAX = 8,
    FLOW_REALM_MAX = 62,
};

struct flow_numbers {
    uint16_t n;
    uint32_t at[FLOW_NUMBERS_MAX];
};

struct flow_labels {
    uint16_t n;
    uint32_t at[FLOW_LABELS_MAX];
};

struct flow_addrs {
    uint16_t n;
    struct flow_addr at[FLOW_ADDRS_MAX];
};

struct flow_layers {
    uint16_t n;
    uint8_t at[FLOW_LAYERS_MAX]; /* enum flow_layer */
};

struct flow_sizes {
    uint16_t n;
    uint32_t at[FLOW_LAYERS_MAX];
};

/* Words of weir's own, which live for ever. */
struct flow_names {
    uint16_t n;
    const char *at[FLOW_NAMES_MAX];
};

/*
 * How a subscriber's address becomes what he is joined by: the realm, if any, stands before the
 * network of the address, or before the whole address.
 */
struct flow_sub_key {
    uint8_t bits; /* of the network; 0 for the whole address */
    uint8_t realm_len;
    char realm[FLOW_REALM_MAX]; /* plain ASCII that no format must escape */
};

/* Whether a template names an element more than once. */
enum flow_element_repeated { ELEMENT_ONCE, ELEMENT_FIRST, ELEMENT_LATER };

/* An element that no field holds, as it came. */
struct flow_element {
    const uint8_t *data;
    uint16_t len;
    uint16_t index; /* enum element_index, maybe IE_REVERSE; IE_NONE for an unknown one */
    uint16_t id;    /* as the template record names it */
    uint32_t pen;
    uint8_t repeated; /* enum flow_element_repeated */
};

struct flow_elements {
    uint16_t n;
    struct flow_element at[FLOW_ELEMENTS_MAX];
};

/* A value of a custom field (lib/custom_field.h). */
struct flow_custom {
    uint16_t field;      /* its number in the mapping's table */
    uint16_t len;        /* of data */
    uint64_t number;     /* two's complement if signed; the bits of a double if float */
    const uint8_t *data; /* of the datagram, or of octets below */
};

enum { FLOW_CUSTOMS_MAX = 64, FLOW_CUSTOM_OCTETS = 1024 };

/* In the order in which they were mapped. */
struct flow_customs {
    uint16_t n;
    uint16_t used; /* of octets */
    struct flow_custom at[FLOW_CUSTOMS_MAX];
    uint8_t octets[FLOW_CUSTOM_OCTETS]; /* values that do not lie in the datagram as they are */
};

/*
 * Protocols, numbered as in goflow2's protobuf; those that goflow2 does not read come behind.
 * Then the kind of their records (RECORD_KINDS), the version in their headers, and whether
 * exporters define what records look like by templates.
 */
#define FLOW_TYPES(X)                                                                              \
    X(FLOWUNKNOWN, 0, OTHER, "", false)                                                            \
    X(SFLOW_5, 1, SFLOW, "5", false)                                                               \
    X(NETFLOW_V5, 2, NETFLOW, "5", false)                                                          \
    X(NETFLOW_V9, 3, NETFLOW, "9", true)                                                           \
    X(IPFIX, 4, IPFIX, "10", true)                                                                 \
    X(NETFLOW_V1, 5, NETFLOW, "1", false)                                                          \
    X(NETFLOW_V7, 6, NETFLOW, "7", false)

/* Headers of a sampled packet, numbered as in goflow2's protobuf; weir's own from 32 on. */
#define FLOW_LAYERS(X)                                                                             \
    X(Ethernet, 0)                                                                                 \
    X(IPv4, 1)                                                                                     \
    X(IPv6, 2)                                                                                     \
    X(TCP, 3)                                                                                      \
    X(UDP, 4)                                                                                      \
    X(MPLS, 5)                                                                                     \
    X(Dot1Q, 6)                                                                                    \
    X(ICMP, 7)                                                                                     \
    X(ICMPv6, 8)                                                                                   \
    X(GRE, 9)                                                                                      \
    X(IPv6HeaderRouting, 10)                                                                       \
    X(IPv6HeaderFragment, 11)                                                                      \
    X(Geneve, 12)                                                                                  \
    X(Teredo, 13)                                                                                  \
    X(IPv6HeaderHopByHop, 32)                                                                      \
    X(IPv6HeaderDestination, 33)                                                                   \
    X(AH, 34)                                                                                      \
    X(SCTP, 35)                                                                                    \
    X(VXLAN, 36)                                                                                   \
    X(GTPU, 37)                                                                                    \
    X(PseudowireControl, 38)                                                                       \
    X(Custom, 99)

enum flow_type {
#define X(name, number, ...) FLOW_TYPE_##name = (number),
    FLOW_TYPES(X)
#undef X
        FLOW_TYPE_COUNT, /* the rows stand in the order of their numbers */
};

enum flow_layer {
#define X(name, number) FLOW_LAYER_##name = (number),
    FLOW_LAYERS(X)
#undef X
        FLOW_LAYER_COUNT,
};

/*
 * How a field is held.  A new kind needs its type here, a reader in lib/template/readers.c, and
 * a writer in each format.
 */
#define FLOW_KINDS(X)                                                                              \
    X(TYPE, uint8_t)                                                                               \
    X(U8, uint8_t)                                                                                 \
    X(U16, uint16_t)                                                                               \
    X(U32, uint32_t)                                                                               \
    X(U64, uint64_t)                                                                               \
    X(FLOAT, double)                                                                               \
    X(COUNTER, uint64_t)                                                                           \
    X(TIME, uint64_t)                                                                              \
    X(TIME_MS, uint64_t)                                                                           \
    X(BOOL, bool)                                                                                  \
    X(ADDR, struct flow_addr)                                                                      \
    X(ETYPE, uint16_t)                                                                             \
    X(PROTO, uint8_t)                                                                              \
    X(MAC, uint64_t)                                                                               \
    X(NET_SRC, uint8_t)                                                                            \
    X(NET_DST, uint8_t)                                                                            \
    X(NUMBERS, struct flow_numbers)                                                                \
    X(LABELS, struct flow_labels)                                                                  \
    X(ADDRS, struct flow_addrs)                                                                    \
    X(LAYERS, struct flow_layers)                                                                  \
    X(SIZES, struct flow_sizes)                                                                    \
    X(TEXT, struct flow_slice)                                                                     \
    X(OCTETS, struct flow_slice)                                                                   \
    X(NAME, const char *)                                                                          \
    X(NAMES, struct flow_names)                                                                    \
    X(SUB_KEY, const struct flow_sub_key *)                                                        \
    X(ELEMENTS, struct flow_elements)

enum flow_kind {
#define X(kind, type) FLOW_KIND_##kind,
    FLOW_KINDS(X)
#undef X
        FLOW_KIND_COUNT,
};

#define X(kind, type) typedef type FLOW_CTYPE_##kind;
FLOW_KINDS(X)
#undef X

/* FLOW_AT_bytes is the number of the row of bytes. */
enum flow_index {
#define FLOW_FIELD(member, kind, key, protobuf, sets, sources, further, unit, text)                \
    FLOW_AT_##member,
#include "lib/flow_fields.def"
#undef FLOW_FIELD
    FLOW_NFIELDS,
};

enum { FLOW_WORDS = (FLOW_NFIELDS + 63) / 64 };

/*
 * One flow, whichever protocol it came by.  A member means something only where its presence bit is
 * set.
 */
struct flow {
    uint64_t has[FLOW_WORDS];
#define FLOW_FIELD(member, kind, key, protobuf, sets, sources, further, unit, text)                \
    FLOW_CTYPE_##kind member;
#include "lib/flow_fields.def"
#undef FLOW_FIELD
    struct flow_customs customs;
};

/* The sets that a row is in.  What is ALWAYS_THERE is in each record of the set stream. */
enum { IN_GOFLOW2 = 1, IN_ALL = 2, IN_STREAM = 4, ALWAYS_THERE = 8 };

enum { FLOW_SOURCES_MAX = 5 };

/* What one row says, for code that walks them. */
struct flow_field {
    const char *key;
    const char *unit;
    const char *text;
    uint8_t kind; /* enum flow_kind */
    uint8_t sets;
    uint16_t protobuf;
    uint16_t offset; /* of the member in struct flow */
    uint16_t
        sources[FLOW_SOURCES_MAX]; /* elements that goflow2 reads, best first; ends with IE_NONE */
    uint16_t further[FLOW_SOURCES_MAX]; /* elements that only weir reads, likewise */
};

extern const struct flow_field flow_fields[FLOW_NFIELDS];

/* Forgets all fields.  Costs a few words, whatever the record held. */
static inline void flow_clear(struct flow *flow)
{
    memset(flow->has, 0, sizeof(flow->has));
    flow->customs.n = 0;
    flow->customs.used = 0;
}

static inline bool flow_has(const struct flow *flow, unsigned at)
{
    return (flow->has[at / 64] >> at % 64 & 1) != 0;
}

static inline void flow_mark(struct flow *flow, unsigned at)
{
    flow->has[at / 64] |= (uint64_t)1 << at % 64;
}

/* Marks all that has has. */
static inline void flow_mark_all(struct flow *flow, const uint64_t *has)
{
    for (size_t i = 0; i < FLOW_WORDS; i++) {
        flow->has[i] |= has[i];
    }
}

static inline void flow_unmark(struct flow *flow, unsigned at)
{
    flow->has[at / 64] &= ~((uint64_t)1 << at % 64);
}

static inline bool flow_same_presence(const uint64_t *a, const uint64_t *b)
{
    uint64_t difference = 0;

    for (size_t i = 0; i < FLOW_WORDS; i++) {
        difference |= a[i] ^ b[i];
    }
    return difference == 0;
}

/* For tables by the fields that are there; never for what an attacker must not find out. */
static inline uint64_t flow_presence_hash(const uint64_t *has)
{
    uint64_t hash = 0;

    for (size_t i = 0; i < FLOW_WORDS; i++) {
        hash = (hash ^ has[i]) * 0x9e3779b97f4a7c15u;
    }
    return hash >> 56;
}

/* FLOW_SET(flow, bytes, 64) gives a field its value and its presence. */
#define FLOW_SET(flow, member, value)                                                              \
    ((flow)->member = (value), flow_mark((flow), FLOW_AT_##member))

#define FLOW_HAS(flow, member) flow_has((flow), FLOW_AT_##member)

/* FLOW_SET() of an address of len octets: 4 or 16, anything else gives none. */
#define FLOW_SET_ADDR(flow, member, octets, len)                                                   \
    (flow_addr_set(&(flow)->member, (octets), (len)), flow_mark((flow), FLOW_AT_##member))

/* Appends to a list; what is beyond its bound is dropped, and the answer false. */
#define FLOW_APPEND(flow, member, value)                                                           \
    (flow_list_open((flow), FLOW_AT_##member, &(flow)->member.n,                                   \
                    sizeof((flow)->member.at) / sizeof((flow)->member.at[0]))                      \
         ? ((flow)->member.at[(flow)->member.n++] = (value), true)                                 \
         : false)

/* Begins the list if it is absent; says whether one more fits. */
static inline bool flow_list_open(struct flow *flow, unsigned at, uint16_t *n, size_t max)
{
    if (!flow_has(flow, at)) {
        *n = 0;
        flow_mark(flow, at);
    }
    return *n < max;
}

/*
 * Sets an address of len bytes: 4 or 16, anything else gives none.  It is written where it stays,
 * for a processor that copies what it has just written in pieces waits for it.
 */
static inline void flow_addr_set(struct flow_addr *addr, const uint8_t *bytes, size_t len)
{
    *addr = (struct flow_addr){.len = 0};
    if (len == 4 || len == 16) {
        memcpy(addr->bytes, bytes, len);
        addr->len = (uint8_t)len;
    }
}

/* The same as a value. */
static inline struct flow_addr flow_addr_make(const uint8_t *bytes, size_t len)
{
    struct flow_addr addr;

    flow_addr_set(&addr, bytes, len);
    return addr;
}

/* An IPv4-mapped address (::ffff:a.b.c.d) becomes IPv4. */
struct flow_addr flow_addr_unmap(struct flow_addr addr);

/* Whether all bytes are zero; also where there are none. */
bool flow_addr_unspecified(const struct flow_addr *addr);

/* 127.0.0.0/8 and ::1. */
bool flow_addr_loopback(const struct flow_addr *addr);

bool flow_addr_equal(const struct flow_addr *a, const struct flow_addr *b);

/* "TCP"; never NULL. Numbers as in goflow2: 146 to 252 are "unassigned". */
const char *flow_proto_name(uint8_t proto);

/* "IPFIX"; never NULL. */
const char *flow_type_name(uint8_t type);

/* "10"; "" for none. */
const char *flow_type_version(uint8_t type);

bool flow_type_templated(uint8_t type);

/* The word of direction for what no subscriber has a part in: this very pointer. */
extern const char flow_transit[];

/* "Dot1Q"; never NULL. */
const char *flow_layer_name(uint8_t layer);

#endif
