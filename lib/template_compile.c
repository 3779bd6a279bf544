// SPDX-License-Identifier: Apache-2.0
/* Which elements fill which fields, and the compiler of templates that asks it. */
#include "lib/template.h"

#include <stdlib.h>

#include "lib/template_readers.h"

enum { ROWS_MAX = FLOW_NFIELDS * 3 };

/* One element that fills one field. */
struct source {
    uint16_t element; /* maybe IE_REVERSE */
    uint16_t at;      /* enum flow_index */
    uint16_t rank;    /* in the field's row: 0 is the best */
};

struct template_sources {
    bool goflow2; /* only what goflow2 reads, the last of a template winning */
    bool keep_elements;
    uint16_t n;
    struct source rows[ROWS_MAX]; /* by element */
};

static void add_sources(struct template_sources *sources, uint16_t at, const uint16_t *list,
                        uint16_t rank)
{
    for (uint16_t i = 0; i < FLOW_SOURCES_MAX && list[i] != IE_NONE; i++) {
        sources->rows[sources->n++] = (struct source){list[i], at, (uint16_t)(rank + i)};
    }
}

static int by_element(const void *a_, const void *b_)
{
    const struct source *a = a_;
    const struct source *b = b_;

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
    for (uint16_t at = 0; at < FLOW_NFIELDS; at++) {
        const struct flow_field *field = &flow_fields[at];

        add_sources(sources, at, field->sources, 0);
        if (!sources->goflow2 || (field->sets & IN_GOFLOW2) == 0) {
            add_sources(sources, at, field->further, FLOW_SOURCES_MAX);
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

static bool is_unsigned(uint8_t type)
{
    return type >= TYPE_UNSIGNED8 && type <= TYPE_UNSIGNED64;
}

static bool is_time(uint8_t type)
{
    return type >= TYPE_DATE_TIME_SECONDS && type <= TYPE_DATE_TIME_NANOSECONDS;
}

/*
 * NetFlow v9 has no reduced-size encoding, and devices send more than the list
 * says; so does goflow2 take what comes.
 */
static bool length_valid(const struct template_sources *sources, enum flow_type version,
                         uint8_t type, uint16_t len)
{
    if (sources->goflow2) {
        return len <= 8 || !(is_unsigned(type) || is_time(type));
    }
    if (version == FLOW_TYPE_NETFLOW_V9 && is_unsigned(type)) {
        return len <= 8;
    }
    return element_length_valid(type, len);
}

/* A template being compiled: it grows by actions that are found twice, counted and then kept. */
struct compilation {
    struct decode *d;
    const struct template_sources *sources;
    const struct template_definition *definition;
    struct template *template; /* NULL while counting */
    uint16_t n_actions;
    bool usable;
    uint16_t fillers[FLOW_NFIELDS]; /* how many fields of the template fill this one */
    uint16_t best[FLOW_NFIELDS];    /* the best rank among them */
};

/*
 * Of several counters that could be bytes, one is; of several addresses, the one
 * that is not zero.
 */
static bool is_ranked(uint16_t at)
{
    return flow_fields[at].kind == FLOW_KIND_U64 || flow_fields[at].kind == FLOW_KIND_MAC;
}

static uint16_t element_of(const struct template_field *field)
{
    return element_find(field->pen, field->id);
}

static void add_action(struct compilation *c, struct template_action action)
{
    if (c->template != NULL) {
        c->template->actions[c->n_actions] = action;
    }
    c->n_actions++;
    c->usable = true;
}

static uint16_t etype_of(uint16_t element)
{
    const uint8_t type = elements[element & 0x7fff].type;

    return type == TYPE_IPV4_ADDRESS ? 0x0800 : 0x86dd;
}

static bool source_counts(const struct compilation *c, const struct source *source)
{
    return c->sources->goflow2 || !is_ranked(source->at) || source->rank == c->best[source->at];
}

static uint16_t add_field_actions(struct compilation *c, const struct template_field *field,
                                  uint16_t offset, uint16_t element)
{
    const struct template_sources *sources = c->sources;
    uint16_t fills = 0;

    for (uint16_t i = first_row(sources, element);
         i < sources->n && sources->rows[i].element == element; i++, fills++) {
        const struct source *source = &sources->rows[i];

        if (source_counts(c, source)) {
            add_action(c, (struct template_action){
                              .read = template_reader_of_kind(flow_fields[source->at].kind),
                              .at = source->at,
                              .member = flow_fields[source->at].offset,
                              .offset = offset,
                              .element = element,
                              .detail = etype_of(element),
                              .merge = !sources->goflow2 && c->fillers[source->at] > 1,
                              .field = field,
                          });
        }
    }
    return fills;
}

static bool version_reads(const struct compilation *c, const struct template_special *special)
{
    const unsigned version = c->definition->version == FLOW_TYPE_IPFIX ? IN_IPFIX : IN_V9;

    return !c->sources->goflow2 || (special->compat & version) != 0;
}

static uint16_t add_special_actions(struct compilation *c, const struct template_field *field,
                                    uint16_t offset, uint16_t element)
{
    uint16_t fills = 0;

    for (const struct template_special *s = template_specials; s->read != NULL; s++) {
        if (s->element != element || !version_reads(c, s)) {
            continue;
        }
        add_action(c, (struct template_action){
                          .read = s->read,
                          .at = s->at,
                          .member = flow_fields[s->at].offset,
                          .offset = offset,
                          .element = element,
                          .detail = s->detail,
                          .field = field,
                      });
        fills++;
    }
    return fills;
}

static bool same_element(const struct template_field *a, const struct template_field *b)
{
    return a->pen == b->pen && a->id == b->id;
}

/* How the template names the element of this field, which lies in its array of fields. */
static enum flow_element_repeated repetition_of(const struct compilation *c,
                                                const struct template_field *field)
{
    const struct template_field *fields =
        c->template != NULL ? c->template->fields : c->definition->fields;
    const struct template_field *const end = fields + c->definition->n;
    const struct template_field *other = fields;

    while (other < field && !same_element(other, field)) {
        other++;
    }
    if (other < field) {
        return ELEMENT_LATER;
    }
    for (other = field + 1; other < end && !same_element(other, field); other++) {
    }
    return other < end ? ELEMENT_FIRST : ELEMENT_ONCE;
}

/* Keeps the field in the list of elements, if somebody wants it. */
static void keep_field(struct compilation *c, const struct template_field *field, uint16_t offset,
                       uint16_t element, template_reader *read)
{
    if (c->sources->keep_elements && element != IE_paddingOctets) {
        add_action(c, (struct template_action){
                          .read = read,
                          .offset = offset,
                          .element = element,
                          .detail = (uint16_t)repetition_of(c, field),
                          .field = field,
                      });
    }
}

/* Asked only where elements are kept: it looks at all fields. */
static bool is_repeated(const struct compilation *c, const struct template_field *field)
{
    return c->sources->keep_elements && repetition_of(c, field) != ELEMENT_ONCE;
}

/* Among the values of a repeated element, the place of one that cannot be read stays. */
static void keep_place(struct compilation *c, const struct template_field *field, uint16_t offset,
                       uint16_t element)
{
    const bool usable = c->usable;

    if (is_repeated(c, field)) {
        keep_field(c, field, offset, element, template_keep_place);
    }
    c->usable = usable;
}

static bool field_readable(const struct compilation *c, const struct template_field *field,
                           uint16_t element)
{
    return element == IE_NONE || field->len == 0 || field->len == TEMPLATE_VARIABLE ||
           length_valid(c->sources, c->definition->version, elements[element & 0x7fff].type,
                        field->len);
}

static void compile_field(struct compilation *c, const struct template_field *field,
                          uint16_t offset)
{
    const uint16_t element = element_of(field);
    const bool readable = field_readable(c, field, element);
    uint16_t fills;

    if (!readable && c->template != NULL) {
        decode_fault(c->d, DECODE_FIELD_LENGTH, elements[element & 0x7fff].name);
    }
    if (!readable || field->len == 0) {
        keep_place(c, field, offset, element);
        return;
    }
    fills = element == IE_NONE ? 0 : add_field_actions(c, field, offset, element);
    fills = (uint16_t)(fills + add_special_actions(c, field, offset, element));
    if (fills == 0 || is_repeated(c, field)) {
        keep_field(c, field, offset, element, template_keep_element);
    }
    c->usable = true;
}

static void compile_fields(struct compilation *c)
{
    const struct template_field *fields =
        c->template != NULL ? c->template->fields : c->definition->fields;
    uint32_t offset = 0;

    c->n_actions = 0;
    for (uint16_t i = 0; i < c->definition->n; i++) {
        compile_field(c, &fields[i], (uint16_t)offset);
        offset += fields[i].len == TEMPLATE_VARIABLE ? 1 : fields[i].len;
    }
}

/* Which fields of the record are filled, how often, and how well at best. */
static void survey(struct compilation *c)
{
    memset(c->best, 0xff, sizeof(c->best));
    for (uint16_t i = 0; i < c->definition->n; i++) {
        const uint16_t element = element_of(&c->definition->fields[i]);

        for (uint16_t row = first_row(c->sources, element);
             element != IE_NONE && row < c->sources->n && c->sources->rows[row].element == element;
             row++) {
            const struct source *source = &c->sources->rows[row];

            c->fillers[source->at]++;
            if (source->rank < c->best[source->at]) {
                c->best[source->at] = source->rank;
            }
        }
    }
}

static uint16_t least_length(const struct template_definition *definition, bool *variable)
{
    uint32_t least = 0;

    for (uint16_t i = 0; i < definition->n; i++) {
        const bool varies = definition->fields[i].len == TEMPLATE_VARIABLE;

        *variable = *variable || varies;
        least += varies ? 1 : definition->fields[i].len;
    }
    return (uint16_t)least;
}

static struct template *allocate(const struct template_definition *definition, uint16_t n_actions)
{
    const size_t fields = definition->n * sizeof(struct template_field);
    const size_t octets =
        sizeof(struct template) + n_actions * sizeof(struct template_action) + fields;
    struct template *t = calloc(1, octets);

    if (t == NULL) {
        return NULL;
    }
    t->octets = octets;
    t->actions = (struct template_action *)(t + 1);
    t->fields = (struct template_field *)(t->actions + n_actions);
    memcpy(t->fields, definition->fields, fields);
    return t;
}

struct template *template_new(struct decode *d, const struct template_sources *sources,
                              const struct template_definition *definition)
{
    struct compilation c = {.d = d, .sources = sources, .definition = definition};
    struct template *t;

    survey(&c);
    compile_fields(&c);
    t = allocate(definition, c.n_actions);
    if (t == NULL) {
        return NULL;
    }
    t->id = definition->id;
    t->options = definition->options;
    t->n_fields = definition->n;
    t->least = least_length(definition, &t->variable);
    c.template = t;
    compile_fields(&c);
    t->n_actions = c.n_actions;
    t->usable = c.usable;
    return t;
}
