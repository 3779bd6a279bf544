// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_MAPPING_RULES_H
#define LIB_MAPPING_RULES_H

#include "lib/decoder.h"
#include "lib/field_set.h"
#include "lib/mapping/mapping.h"

/*
 * A mapping as decoding reads it: private to lib/mapping, lib/template and
 * lib/packet.  Everything was checked and sorted when the file was loaded.
 */

struct mapping_target;

typedef void mapping_filler(struct decode *d, const struct mapping_target *target,
                            const uint8_t *data, size_t len);

/* What there is to know of the values of a form. */
enum mapping_trait {
    MAPPING_NUMBER = 1,  /* the order of its octets means something */
    MAPPING_SIGNED = 2,  /* its first bit is a sign */
    MAPPING_BORROWS = 4, /* its octets stay where they lie */
    MAPPING_LIST = 8,    /* it is one of many */
};

/* How the fields of one kind are filled: rows of lib/mapping/fill.c. */
struct mapping_form {
    mapping_filler *fill;
    uint32_t lengths; /* bit n: a value may have n octets; all bits: any number of octets */
    uint8_t traits;   /* enum mapping_trait, or-ed */
    uint16_t size;    /* of a number: its octets in struct flow; of a list: how many it holds */
};

/* Where a value goes. */
struct mapping_target {
    const struct mapping_form *form;
    const char *name;
    uint16_t at;     /* as in struct column: a row of flow_fields, or a custom field */
    uint16_t member; /* of a row: its offset in struct flow */
    bool little;     /* the least significant octet of the number comes first */
};

/* An element of NetFlow v9 or IPFIX that goes to a field. */
struct mapping_element {
    enum flow_type version;
    uint32_t pen;
    uint16_t id;    /* as sent, but for the enterprise bit */
    uint16_t order; /* in the file */
    struct mapping_target target;
};

struct mapping_elements {
    uint16_t n;
    struct mapping_element *rows; /* by version, pen, id, and order in the file */
};

/* How a layer was reached.  Together with its number: way << 16 | number. */
enum mapping_way {
    MAPPING_BY_NOTHING,
    MAPPING_BY_ETHERTYPE,
    MAPPING_BY_PROTOCOL,
    MAPPING_BY_UDP_PORT,
    MAPPING_BY_TCP_PORT,
};

#define MAPPING_REACHED(way, number) ((uint32_t)(way) << 16 | (number))

/* Whose rows are not of a layer, but of a way to reach one. */
enum { MAPPING_ANY_LAYER = FLOW_LAYER_COUNT };

/* Bits of a sampled packet that go to a field. */
struct mapping_bits {
    uint8_t layer;    /* enum flow_layer, or MAPPING_ANY_LAYER */
    uint8_t rank;     /* of the layer's names, this one; goflow2 goes by them */
    uint16_t order;   /* in the file */
    uint32_t reached; /* of MAPPING_ANY_LAYER */
    uint32_t offset;  /* in bits, from the first octet of the layer */
    uint32_t length;  /* in bits */
    bool encap;       /* in encapsulated layers, else in the others */
    struct mapping_target target;
};

enum { MAPPING_SRC_PORT = 1, MAPPING_DST_PORT = 2 };

/* What stands behind UDP or TCP of this port. */
struct mapping_port {
    uint8_t way;        /* MAPPING_BY_UDP_PORT or MAPPING_BY_TCP_PORT */
    uint8_t directions; /* MAPPING_SRC_PORT, MAPPING_DST_PORT, or-ed */
    uint16_t port;
    uint8_t layer;      /* enum flow_layer */
    bool header;        /* a tunnel's header, which says itself what is inside */
    const char *tunnel; /* for tunnel_type */
};

struct mapping_packet {
    bool wants[FLOW_LAYER_COUNT];         /* whether there are rows for this layer, or for any */
    uint16_t first[FLOW_LAYER_COUNT + 1]; /* the rows of layer i begin there; those of any last */
    uint16_t n;
    struct mapping_bits *rows;
    uint16_t n_ports;
    struct mapping_port *ports;
};

struct mapping_formatter;
struct yaml_file;

struct mapping {
    struct mapping_elements elements;
    struct mapping_packet packet;
    struct mapping_formatter *formatter; /* lib/mapping/file.h */
    struct yaml_file *file;              /* which owns the texts */
};

/* The rows of an element, *n of them, in the order of the file; NULL if there are none. */
const struct mapping_element *mapping_find_elements(const struct mapping *mapping,
                                                    enum flow_type version, uint32_t pen,
                                                    uint16_t id, uint16_t *n);

/* NULL if fields of this kind cannot be mapped to. */
const struct mapping_form *mapping_form_of_kind(enum flow_kind kind);
const struct mapping_form *mapping_form_of_custom(enum custom_kind kind);

/* Whether a value of so many octets, or of so many bits, can be read into a field of this form. */
bool mapping_length_valid(const struct mapping_form *form, size_t octets);
bool mapping_bits_valid(const struct mapping_form *form, size_t bits);

/*
 * Puts a value into d->flow: data is borrowed until the flow is emitted.  A value
 * that the field cannot hold costs the field, and is counted.
 */
void mapping_fill(struct decode *d, const struct mapping_target *target, const uint8_t *data,
                  size_t len);

#endif
