// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_TEMPLATE_LAYOUT_H
#define LIB_TEMPLATE_LAYOUT_H

#include "lib/template/template.h"

/*
 * What template records say but for their id, in little memory: there may be a million.  Layouts
 * live in a store (lib/template/store.h), each once, whoever has sent it.
 */
struct template_layout {
    struct template_layout *next; /* in its bucket */
    uint64_t hash;
    struct template *compiled; /* NULL if it was not asked for recently */
    uint32_t refs;
    uint16_t n_fields;
    uint16_t n_words;
    uint16_t n_scopes; /* of an options template; they come first */
    uint8_t version;   /* enum flow_type */
    bool options;
    uint16_t words[]; /* of each field type and length, and the two of its enterprise, if any */
};

enum { LAYOUT_WORDS_MAX = TEMPLATE_FIELDS_MAX * 4 };

/*
 * A definition that is to become a layout, or to be compared with one.  False if its fields are
 * not as template_field_make() makes them, the scopes first: no record can say that.
 */
struct packed_definition {
    uint16_t n_fields;
    uint16_t n_words;
    uint16_t n_scopes;
    uint8_t version;
    bool options;
    uint16_t words[LAYOUT_WORDS_MAX];
};

bool layout_pack(struct packed_definition *packed, const struct template_definition *definition);

/* The definition again; its id is the caller's to set. */
void layout_unpack(const struct template_layout *layout, struct template_definition *definition);

/* One reference, freed with free(); NULL if there is no memory. */
struct template_layout *layout_new(const struct packed_definition *packed, uint64_t hash);
bool layout_same(const struct template_layout *layout, const struct packed_definition *packed);
uint64_t layout_hash(const struct packed_definition *packed, const uint64_t secret[static 2]);
size_t layout_octets(const struct template_layout *layout);

#endif
