// SPDX-License-Identifier: Apache-2.0
/* The compiler of templates: what is done with each field of a record, told once. */
#include "lib/template/template.h"

#include <stdlib.h>

#include "lib/template/readers.h"
#include "lib/template/sources.h"

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
    bool variable;
    uint16_t run[TEMPLATE_WAYS];  /* how many of each way were counted */
    uint16_t next[TEMPLATE_WAYS]; /* where the next one of each way is kept */
    bool usable;
    uint16_t fillers[FLOW_NFIELDS];        /* how many fields of the template fill this one */
    uint16_t best[FLOW_NFIELDS];           /* the best rank among them */
    bool mapped[FLOW_NFIELDS];             /* the mapping file fills this one */
    bool special[FLOW_NFIELDS];            /* a special reader fills this one; 0 for several */
    uint8_t repeated[TEMPLATE_FIELDS_MAX]; /* enum flow_element_repeated, if elements are kept */
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

static void keep_load(struct compilation *c, const struct template_action *action)
{
    struct template *t = c->template;

    t->has[action->at / 64] |= (uint64_t)1 << action->at % 64;
    t->loads[c->next[action->way]++] = (struct template_load){
        .member = action->member, .offset = action->offset, .etype = action->detail};
}

static void add_action(struct compilation *c, struct template_action action)
{
    if (c->template == NULL) {
        c->run[action.way]++;
    } else if (action.way == TEMPLATE_READER) {
        c->template->actions[c->next[TEMPLATE_READER]++] = action;
    } else {
        keep_load(c, &action);
    }
    c->usable = true;
}

/* The type of payload that an address tells, 0 if it tells none. */
static uint16_t etype_of(const struct compilation *c, const struct template_source *source)
{
    const uint8_t type = elements[source->element & 0x7fff].type;

    if ((source->at != FLOW_AT_src_addr && source->at != FLOW_AT_dst_addr) ||
        c->mapped[FLOW_AT_etype]) {
        return 0;
    }
    return type == TYPE_IPV4_ADDRESS ? 0x0800 : 0x86dd;
}

/* Whether it does not matter when the field is read: nothing else of the template fills it. */
static bool fills_alone(const struct compilation *c, uint16_t at)
{
    return !c->variable && c->fillers[at] == 1 && !c->special[at] && !c->special[0] &&
           c->sources->mapping == NULL;
}

static bool is_free(const struct compilation *c, uint16_t at)
{
    return c->fillers[at] == 0 && !c->special[at];
}

static enum template_way way_of(const struct compilation *c, const struct template_source *source,
                                const struct template_field *field)
{
    if (!fills_alone(c, source->at) || (etype_of(c, source) != 0 && !is_free(c, FLOW_AT_etype))) {
        return TEMPLATE_READER;
    }
    return template_way_of_kind(flow_fields[source->at].kind, field->len);
}

static bool source_counts(const struct compilation *c, const struct template_source *source)
{
    if (c->mapped[source->at]) {
        return false;
    }
    return c->sources->goflow2 || !is_ranked(source->at) || source->rank == c->best[source->at];
}

static uint16_t add_field_actions(struct compilation *c, const struct template_field *field,
                                  uint16_t offset, uint16_t element)
{
    uint16_t n;
    const struct template_source *rows = template_sources_of(c->sources, element, &n);

    for (const struct template_source *source = rows; source < rows + n; source++) {
        if (source_counts(c, source)) {
            add_action(c, (struct template_action){
                              .read = template_reader_of_kind(flow_fields[source->at].kind),
                              .at = source->at,
                              .member = flow_fields[source->at].offset,
                              .offset = offset,
                              .element = element,
                              .detail = etype_of(c, source),
                              .merge = !c->sources->goflow2 && c->fillers[source->at] > 1,
                              .way = (uint8_t)way_of(c, source, field),
                              .len = field->len,
                              .field = field,
                          });
        }
    }
    return n;
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
        if (s->element != element || !version_reads(c, s) || c->mapped[s->at]) {
            continue;
        }
        add_action(c, (struct template_action){
                          .read = s->read,
                          .at = s->at,
                          .member = flow_fields[s->at].offset,
                          .offset = offset,
                          .element = element,
                          .detail = s->detail,
                          .len = field->len,
                          .field = field,
                      });
        fills++;
    }
    return fills;
}

/* Whether values of the field's length can go there; a length that varies is seen in each record.
 */
static bool can_map(const struct mapping_target *target, const struct template_field *field)
{
    return field->len == TEMPLATE_VARIABLE || mapping_length_valid(target->form, field->len);
}

/* What the mapping file does with the field, which comes before what is done anyway. */
static uint16_t add_mapped_actions(struct compilation *c, const struct template_field *field,
                                   uint16_t offset)
{
    uint16_t n;
    const struct mapping_element *rows =
        template_sources_mapped(c->sources, c->definition, field, &n);

    for (uint16_t i = 0; i < n; i++) {
        if (can_map(&rows[i].target, field)) {
            add_action(c, (struct template_action){
                              .read = template_map,
                              .offset = offset,
                              .element = IE_NONE,
                              .detail = (uint16_t)(rows + i - c->sources->mapping->elements.rows),
                              .len = field->len,
                              .field = field,
                          });
        } else if (c->template != NULL) {
            decode_fault(c->d, DECODE_FIELD_LENGTH, rows[i].target.name);
        }
    }
    return n;
}

/* A field's element, and which of the fields it is. */
struct named {
    uint32_t pen;
    uint16_t id;
    uint16_t at;
};

static bool same_element(const struct named *a, const struct named *b)
{
    return a->pen == b->pen && a->id == b->id;
}

static int by_element(const void *a_, const void *b_)
{
    const struct named *a = a_;
    const struct named *b = b_;

    if (!same_element(a, b)) {
        return a->pen != b->pen ? (a->pen < b->pen ? -1 : 1) : a->id - b->id;
    }
    return a->at - b->at;
}

/* Sorted, for comparing each field with each takes too long in a template of a thousand. */
static void find_repeated(struct compilation *c)
{
    struct named named[TEMPLATE_FIELDS_MAX];
    const uint16_t n = c->definition->n;

    for (uint16_t i = 0; i < n; i++) {
        named[i] = (struct named){c->definition->fields[i].pen, c->definition->fields[i].id, i};
    }
    qsort(named, n, sizeof(named[0]), by_element);
    for (uint16_t i = 1; i < n; i++) {
        if (same_element(&named[i - 1], &named[i])) {
            c->repeated[named[i].at] = ELEMENT_LATER;
            if (c->repeated[named[i - 1].at] == ELEMENT_ONCE) {
                c->repeated[named[i - 1].at] = ELEMENT_FIRST;
            }
        }
    }
}

/* How the template names the element of this field, which lies in its array of fields. */
static enum flow_element_repeated repetition_of(const struct compilation *c,
                                                const struct template_field *field)
{
    const struct template_field *fields =
        c->template != NULL ? c->template->fields : c->definition->fields;

    return c->repeated[field - fields];
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
                          .len = field->len,
                          .field = field,
                      });
    }
}

/* Known only where elements are kept. */
static bool is_repeated(const struct compilation *c, const struct template_field *field)
{
    return repetition_of(c, field) != ELEMENT_ONCE;
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
    uint16_t fills = add_mapped_actions(c, field, offset);

    if (!readable && c->template != NULL) {
        decode_fault(c->d, DECODE_FIELD_LENGTH, elements[element & 0x7fff].name);
    }
    if (!readable || field->len == 0) {
        keep_place(c, field, offset, element);
        return;
    }
    fills = (uint16_t)(fills + add_field_actions(c, field, offset, element));
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

    for (uint16_t i = 0; i < c->definition->n; i++) {
        compile_field(c, &fields[i], (uint16_t)offset);
        offset += fields[i].len == TEMPLATE_VARIABLE ? 1 : fields[i].len;
    }
}

static void survey_specials(struct compilation *c, uint16_t element)
{
    for (const struct template_special *s = template_specials; s->read != NULL; s++) {
        c->special[s->at] = c->special[s->at] || (s->element == element && version_reads(c, s));
    }
}

/*
 * Which fields of the record are filled, how often, and how well at best; what
 * cannot be read fills none.
 */
static void survey_field(struct compilation *c, const struct template_field *field)
{
    const uint16_t element = element_of(field);
    uint16_t n;
    const struct template_source *rows = template_sources_of(c->sources, element, &n);

    if (field->len == 0 || !field_readable(c, field, element)) {
        return;
    }
    survey_specials(c, element);
    for (const struct template_source *source = rows; source < rows + n; source++) {
        c->fillers[source->at]++;
        if (source->rank < c->best[source->at]) {
            c->best[source->at] = source->rank;
        }
    }
}

/* Which fields the mapping file fills, so that nothing else does; lists take values from all. */
static void survey_mapping(struct compilation *c, const struct template_field *field)
{
    uint16_t n;
    const struct mapping_element *rows =
        template_sources_mapped(c->sources, c->definition, field, &n);

    for (uint16_t i = 0; i < n && !c->sources->map_as_goflow2; i++) {
        const struct mapping_target *target = &rows[i].target;

        if (target->at < FLOW_NFIELDS && (target->form->traits & MAPPING_LIST) == 0 &&
            can_map(target, field)) {
            c->mapped[target->at] = true;
        }
    }
}

static void survey(struct compilation *c)
{
    memset(c->best, 0xff, sizeof(c->best));
    for (uint16_t i = 0; i < c->definition->n; i++) {
        survey_field(c, &c->definition->fields[i]);
        survey_mapping(c, &c->definition->fields[i]);
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

/* Of one piece, what each record needs first. */
static struct template *allocate(const struct compilation *c, size_t n_loads)
{
    const struct template_definition *definition = c->definition;
    const size_t align = _Alignof(struct template_action);
    const size_t loads = (n_loads * sizeof(struct template_load) + align - 1) / align * align;
    const size_t actions = c->run[TEMPLATE_READER] * sizeof(struct template_action);
    const size_t fields = definition->n * sizeof(struct template_field);
    const size_t octets = sizeof(struct template) + loads + actions + fields;
    uint8_t *memory = calloc(1, octets);
    struct template *t = (struct template *)memory;

    if (t == NULL) {
        return NULL;
    }
    memory += sizeof(struct template);
    t->octets = (uint32_t)octets;
    t->loads = (struct template_load *)memory;
    t->actions = (struct template_action *)(memory + loads);
    t->fields = (struct template_field *)(memory + loads + actions);
    memcpy(t->fields, definition->fields, fields);
    return t;
}

/* Each way has its place among the loads, whose number is returned. */
static uint16_t place_ways(struct compilation *c)
{
    uint16_t n = 0;

    for (unsigned way = TEMPLATE_READER + 1; way < TEMPLATE_WAYS; way++) {
        c->next[way] = n;
        n = (uint16_t)(n + c->run[way]);
    }
    return n;
}

struct template *template_new(struct decode *d, const struct template_sources *sources,
                              const struct template_definition *definition)
{
    struct compilation c = {.d = d, .sources = sources, .definition = definition};
    const uint16_t least = least_length(definition, &c.variable);
    struct template *t;

    survey(&c);
    if (sources->keep_elements) {
        find_repeated(&c);
    }
    compile_fields(&c);
    t = allocate(&c, place_ways(&c));
    if (t == NULL) {
        return NULL;
    }
    t->options = definition->options;
    t->n_fields = definition->n;
    t->n_actions = c.run[TEMPLATE_READER];
    t->least = least;
    t->variable = c.variable;
    memcpy(t->run, c.run, sizeof(c.run));
    c.template = t;
    compile_fields(&c);
    t->usable = c.usable;
    return t;
}
