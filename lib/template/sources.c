// SPDX-License-Identifier: Apache-2.0
/* Which elements fill which fields: the table of fields by element, and the mapping file. */
#include "lib/template/sources.h"

#include <stdlib.h>

static void add_rows(struct template_sources *sources, uint16_t at, const uint16_t *list,
                     uint16_t rank)
{
    for (uint16_t i = 0; i < FLOW_SOURCES_MAX && list[i] != IE_NONE; i++) {
        sources->rows[sources->n++] = (struct template_source){list[i], at, (uint16_t)(rank + i)};
    }
}

static int by_element(const void *a_, const void *b_)
{
    const struct template_source *a = a_;
    const struct template_source *b = b_;

    return a->element != b->element ? a->element - b->element : a->at - b->at;
}

struct template_sources *template_sources_new(const struct decode_settings *settings)
{
    struct template_sources *sources = calloc(1, sizeof(*sources));

    if (sources == NULL) {
        return NULL;
    }
    sources->goflow2 = (settings->compat & COMPAT_ELEMENTS) != 0;
    sources->keep_elements = settings->keep_elements;
    sources->map_as_goflow2 = (settings->compat & COMPAT_MAPPING) != 0;
    sources->mapping = settings->mapping;
    for (uint16_t at = 0; at < FLOW_NFIELDS; at++) {
        const struct flow_field *field = &flow_fields[at];

        add_rows(sources, at, field->sources, 0);
        if (!sources->goflow2 || (field->sets & IN_GOFLOW2) == 0) {
            add_rows(sources, at, field->further, FLOW_SOURCES_MAX);
        }
    }
    qsort(sources->rows, sources->n, sizeof(sources->rows[0]), by_element);
    return sources;
}

void template_sources_free(struct template_sources *sources)
{
    free(sources);
}

/* The first row of this element, or the one where it would stand. */
static uint16_t first_row(const struct template_sources *sources, uint16_t element)
{
    uint16_t low = 0;
    uint16_t high = sources->n;

    while (low < high) {
        const uint16_t middle = (uint16_t)((low + high) / 2);

        if (sources->rows[middle].element < element) {
            low = (uint16_t)(middle + 1);
        } else {
            high = middle;
        }
    }
    return low;
}

const struct template_source *template_sources_of(const struct template_sources *sources,
                                                  uint16_t element, uint16_t *n)
{
    const uint16_t first = first_row(sources, element);

    *n = 0;
    while (first + *n < sources->n && sources->rows[first + *n].element == element) {
        (*n)++;
    }
    return &sources->rows[first];
}

/* Only flows are mapped, no options data. */
const struct mapping_element *template_sources_mapped(const struct template_sources *sources,
                                                      const struct template_definition *definition,
                                                      const struct template_field *field,
                                                      uint16_t *n)
{
    const struct mapping_element *rows;

    *n = 0;
    if (sources->mapping == NULL || definition->options) {
        return NULL;
    }
    rows = mapping_find_elements(sources->mapping, definition->version, field->pen, field->id, n);
    if (*n > 1 && sources->map_as_goflow2) {
        rows += *n - 1;
        *n = 1;
    }
    return rows;
}
