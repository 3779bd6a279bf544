// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_MAPPING_FILE_H
#define LIB_MAPPING_FILE_H

#include "lib/mapping/rules.h"
#include "lib/option/yaml_file.h"

/*
 * Reading a mapping file; private to lib/mapping.  Each reader is given its
 * node of the file, and returns false after yaml_complain().  Texts are borrowed
 * from the file, which lives as long as the mapping.
 */

enum {
    MAPPING_ROWS_MAX = 4096,   /* elements, bits or ports of a file */
    MAPPING_VIRTUALS_MAX = 64, /* names that occur only among the renderers */
    MAPPING_NAMES = COLUMN_NOTHING + MAPPING_VIRTUALS_MAX,
};

/* What the file says of a name of a field. */
struct mapping_name {
    const char *as;   /* how it is written; NULL for itself */
    uint8_t renderer; /* enum renderer */
};

/*
 * Names have numbers: those of struct column, and from COLUMN_NOTHING on the place in virtuals.
 */
struct mapping_formatter {
    uint16_t n_custom;
    uint16_t n_virtual;
    struct custom_field custom[CUSTOM_FIELDS_MAX];
    const char *virtuals[MAPPING_VIRTUALS_MAX];
    struct mapping_name names[MAPPING_NAMES];
    struct field_set fields; /* those that the file lists; empty if it lists none */
    struct field_set key;
};

/* --- read.c: nodes of any section --- */

/* A word and what it means; a table ends with a row of zeros. */
struct mapping_word {
    const char *name;
    unsigned value;
};

/* what names the kind of word in the complaint: "renderer". */
bool mapping_read_word(struct yaml_node node, const struct mapping_word *words, const char *what,
                       unsigned *value);

/* Reads each item of a list; a null is a list of none. */
bool mapping_read_list(struct yaml_node list, bool (*read)(struct yaml_node item, void *target),
                       void *target);

/* Reads each pair of a map of names, *target being handed on; a null is a map of none. */
bool mapping_read_pairs(struct yaml_node map,
                        bool (*read)(struct yaml_node key, struct yaml_node value, void *target),
                        void *target);

/* A scalar that is not empty. */
bool mapping_read_text(struct yaml_node node, const char **text);

/* The name of a field: one that can stand as it is in JSON. */
bool mapping_read_name(struct yaml_node node, const char **name);

/* The value of a key of a map, which is there and not null; else false. */
bool mapping_find(struct yaml_node map, const char *key, struct yaml_node *value);

/* The same; complains where it is missing. */
bool mapping_require(struct yaml_node map, const char *key, struct yaml_node *value);

/* For tables of keys whose values are read later. */
bool mapping_later(struct yaml_node value, void *target);

/* Rows with room for one more, n being there, or NULL after a complaint about node. */
void *mapping_grow(struct yaml_node node, void *rows, size_t n, size_t row_size);

/* --- names.c: fields by name --- */

/* The number of a name, MAPPING_NAMES if there is no such. */
unsigned mapping_find_name(const struct mapping_formatter *formatter, const char *name);

/* Reads the name of a field that there is. */
bool mapping_read_field(struct yaml_node node, const struct mapping_formatter *formatter,
                        unsigned *number);

/* Where values come from. */
enum mapping_origin { MAPPING_OF_TEMPLATE, MAPPING_OF_PACKET };

/* Reads destination and endianness of a map into target. */
bool mapping_read_target(struct yaml_node map, const struct mapping_formatter *formatter,
                         enum mapping_origin origin, struct mapping_target *target);

/* --- The sections --- */

/* formatter.c, and its parts custom.c and columns.c */
bool mapping_read_formatter(struct yaml_node section, struct mapping_formatter *formatter);
bool mapping_read_protobuf(struct yaml_node list, struct mapping_formatter *formatter);
bool mapping_read_constants(struct yaml_node map, struct mapping_formatter *formatter);
bool mapping_read_columns(struct yaml_node section, struct mapping_formatter *formatter);

/* elements.c: ipfix and netflowv9 */
bool mapping_read_elements(struct yaml_node section, struct mapping *mapping,
                           enum flow_type version);
void mapping_sort_elements(struct mapping_elements *elements);

/* packet.c, and its part ports.c: sflow */
bool mapping_read_sflow(struct yaml_node section, struct mapping *mapping);
bool mapping_read_ports(struct yaml_node list, struct mapping_packet *packet);
void mapping_sort_bits(struct mapping_packet *packet);

#endif
