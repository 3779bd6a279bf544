// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_TEMPLATE_SOURCES_H
#define LIB_TEMPLATE_SOURCES_H

#include "lib/mapping/rules.h"
#include "lib/template/template.h"

/* Which elements fill which fields; private to lib/template. */

enum { TEMPLATE_SOURCES_MAX = FLOW_NFIELDS * 3 };

/* One element that fills one field. */
struct template_source {
    uint16_t element; /* maybe IE_REVERSE */
    uint16_t at;      /* enum flow_index */
    uint16_t rank;    /* in the field's row: 0 is the best */
};

struct template_sources {
    bool goflow2; /* only what goflow2 reads, the last of a template winning */
    bool keep_elements;
    bool map_as_goflow2;           /* an element is mapped once, and others may overwrite it */
    const struct mapping *mapping; /* NULL for none */
    uint16_t n;
    struct template_source rows[TEMPLATE_SOURCES_MAX]; /* by element */
};

/* The rows of an element, *n of them. */
const struct template_source *template_sources_of(const struct template_sources *sources,
                                                  uint16_t element, uint16_t *n);

/* What the mapping file does with a field of this template: *n rows that are done in order. */
const struct mapping_element *template_sources_mapped(const struct template_sources *sources,
                                                      const struct template_definition *definition,
                                                      const struct template_field *field,
                                                      uint16_t *n);

#endif
