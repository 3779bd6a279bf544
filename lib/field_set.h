// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_FIELD_SET_H
#define LIB_FIELD_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/custom_field.h"
#include "lib/flow.h"

/* How a value is written where it is not written as its kind is: goflow2's renderers, by name. */
#define RENDERERS(X)                                                                               \
    X(NONE, "none")                                                                                \
    X(IP, "ip")                                                                                    \
    X(MAC, "mac")                                                                                  \
    X(ETYPE, "etype")                                                                              \
    X(PROTO, "proto")                                                                              \
    X(DATETIME, "datetime")                                                                        \
    X(DATETIMENANO, "datetimenano")                                                                \
    X(STRING, "string")

enum renderer {
    RENDER_AS_KIND,
#define X(renderer, name) RENDER_##renderer,
    RENDERERS(X)
#undef X
        RENDERER_COUNT,
};

/* What a column shows, beside the rows of lib/flow_fields.def, whose enum flow_index it is. */
enum {
    COLUMN_CUSTOM = FLOW_NFIELDS, /* and the number of the custom field */
    COLUMN_ICMP_NAME = COLUMN_CUSTOM + CUSTOM_FIELDS_MAX,
    COLUMN_NOTHING, /* a name that occurs only among goflow2's renderers */
};

/* One place of a record. */
struct column {
    const char *key; /* as it is written: the row's, or another by the mapping file; borrowed */
    uint16_t at;
    uint8_t renderer; /* enum renderer */
};

enum { FIELD_SET_MAX = FLOW_NFIELDS + CUSTOM_FIELDS_MAX + 1 };

/* Which fields a format writes, in which order.  Made once, at start. */
struct field_set {
    uint16_t n;
    struct column columns[FIELD_SET_MAX];
    const struct custom_field *custom; /* of the mapping file, borrowed; NULL if there are none */
    uint16_t n_custom;
    bool sparse; /* what a record does not have is left out, also where goflow2 writes it */
};

/*
 * Reads "goflow2", "all", "stream", or a list of sets and of fields by key, and icmp_name:
 * "goflow2,flow_direction".  A field that is named twice stands where it was
 * named first; a set with stream in it is sparse.  False if a word is neither; message then says
 * which, and the nearest.
 */
bool field_set_parse(struct field_set *set, const char *words, char *message, size_t message_size);

/* Whether a record has the field of this column: enum flow_index, or COLUMN_CUSTOM and more. */
bool field_set_has(const struct field_set *set, unsigned at);

#endif
