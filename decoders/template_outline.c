// SPDX-License-Identifier: Apache-2.0
/* What stands in the sets of NetFlow v9 and IPFIX. */
#include "decoders/template_outline.h"

#include "decoders/outline_fields.h"
#include "decoders/template_records.h"
#include "decoders/template_terms.h"

enum { SET_HEADER_LEN = 4, FIRST_DATA_SET = 256, ENTERPRISE_BIT = 0x8000 };

/* How a data record is told; scopes come first on the wire. */
static const struct template_field_list data_lists[TEMPLATE_LISTS_MAX] = {
    {"values", false, NULL, NULL}};
static const struct template_field_list options_data_lists[TEMPLATE_LISTS_MAX] = {
    {"scope-values", true, NULL, NULL}, {"option-values", false, NULL, NULL}};

static const struct template_terms *terms_of(const struct template_sets *sets)
{
    return template_terms_of(sets->version);
}

static bool has_pen(const struct template_sets *sets, const struct template_field *field)
{
    return sets->version == FLOW_TYPE_IPFIX && (field->type & ENTERPRISE_BIT) != 0;
}

static void tell_pen_provided(const struct template_sets *sets, const struct template_field *field)
{
    outline_boolean(sets->outline, "pen-provided", has_pen(sets, field));
}

static void tell_type(const struct template_sets *sets, const struct template_field *field)
{
    outline_number(sets->outline, "type",
                   has_pen(sets, field) ? field->type - ENTERPRISE_BIT : field->type);
}

/* --- Template records --- */

/* The field as its specifier says; that is read on, for where its parts lie. */
static void tell_field(const struct template_sets *sets, const struct template_field_list *list,
                       const struct template_field *field, struct wire *specifier)
{
    struct outline *outline = sets->outline;

    outline_open(outline, NULL, OUTLINE_OBJECT);
    tell_pen_provided(sets, field);
    outline_name(outline, list->type_name);
    outline_place(outline, specifier, 2);
    outline_element(outline, field->pen, field->id);
    tell_type(sets, field);
    wire_skip(specifier, 2);
    outline_name(outline, list->len_name);
    outline_tell_u16(specifier, outline, "length");
    if (has_pen(sets, field)) {
        outline_name(outline, "Enterprise Number");
        outline_place(outline, specifier, 4);
        wire_skip(specifier, 4);
    }
    outline_number(outline, "pen", field->pen);
    outline_close(outline, OUTLINE_OBJECT);
}

static void skip_field(const struct template_sets *sets, const struct template_field *field,
                       struct wire *specifier)
{
    wire_skip(specifier, has_pen(sets, field) ? 8 : 4);
}

/* The specifiers begin where specifier is. */
static void tell_fields(const struct template_sets *sets, const struct template_field_list *list,
                        const struct template_definition *definition, struct wire specifier)
{
    outline_open(sets->outline, list->key, OUTLINE_ARRAY);
    for (uint16_t i = 0; i < definition->n; i++) {
        if (definition->fields[i].scope == list->scope) {
            tell_field(sets, list, &definition->fields[i], &specifier);
        } else {
            skip_field(sets, &definition->fields[i], &specifier);
        }
    }
    outline_close(sets->outline, OUTLINE_ARRAY);
}

static const struct template_form *form_of(const struct template_sets *sets, bool options)
{
    return &terms_of(sets)->forms[options ? 1 : 0];
}

/* A withdrawal of options templates has one word only; the other is 0. */
static void tell_counts(const struct template_sets *sets, const struct template_form *form,
                        bool withdrawal, struct wire *record)
{
    if (withdrawal) {
        outline_name(sets->outline, form->counts[0].name);
        outline_tell_u16(record, sets->outline, form->counts[0].key);
        if (form->counts[1].key != NULL) {
            outline_number(sets->outline, form->counts[1].key, 0);
        }
        return;
    }
    outline_fields_tell(form->counts, record, sets->outline);
}

static void begin_definition(const struct template_sets *sets, const struct template_form *form,
                             struct wire *record)
{
    outline_name(sets->outline, form->name);
    outline_open(sets->outline, NULL, OUTLINE_OBJECT);
    outline_name(sets->outline, "Template ID");
    outline_tell_u16(record, sets->outline, "template-id");
}

/* The definition was read from record; a withdrawal is one of no fields. */
static void tell_definition(const struct template_sets *sets, struct wire record,
                            const struct template_definition *definition)
{
    const struct template_form *form = form_of(sets, definition->options);

    begin_definition(sets, form, &record);
    tell_counts(sets, form, definition->n == 0, &record);
    for (size_t i = 0; i < TEMPLATE_LISTS_MAX && form->lists[i].key != NULL; i++) {
        tell_fields(sets, &form->lists[i], definition, record);
    }
    outline_close(sets->outline, OUTLINE_OBJECT);
}

/* What a record that cannot be read begins with. */
static void tell_broken_definition(const struct template_sets *sets, bool options,
                                   struct wire *record)
{
    const struct template_form *form = form_of(sets, options);

    if (outline_thorough(sets->outline)) {
        begin_definition(sets, form, record);
        outline_fields_tell(form->counts, record, sets->outline);
        outline_close(sets->outline, OUTLINE_OBJECT);
    }
}

static void tell_template_records(const struct template_sets *sets, bool options, struct wire *set)
{
    const uint8_t *zeros = wire_final_zeros(set);
    struct template_definition definition;
    enum decode_error error;

    definition.version = sets->version;
    definition.options = options;
    while (!outline_full(sets->outline)) {
        const struct wire record = *set;

        switch (template_record_read(set, zeros, &definition, &error)) {
        case RECORD_READ:
        case RECORD_REFUSED:
        case RECORD_IGNORED:
            tell_definition(sets, record, &definition);
            break;
        case RECORD_BROKEN:
            *set = record;
            tell_broken_definition(sets, options, set);
            return;
        case RECORD_PADDING:
            wire_skip_rest(set);
            return;
        }
    }
}

/* --- Data records --- */

/* RFC 3954 section 6.1; the other scopes are elements, too. */
static const char *scope_name(const struct template_sets *sets, const struct template_field *field)
{
    static const char *const names[] = {NULL,        "System",        "Interface",
                                        "Line Card", "NetFlow Cache", "Template"};
    const bool named = sets->version == FLOW_TYPE_NETFLOW_V9 && field->scope &&
                       field->type < sizeof(names) / sizeof(names[0]);

    return named ? names[field->type] : NULL;
}

/* RFC 7011 section 7. */
static void tell_value_len(const struct template_sets *sets, const struct template_field *field,
                           const struct wire *before, size_t len)
{
    if (field->len == TEMPLATE_VARIABLE && outline_thorough(sets->outline)) {
        outline_name(sets->outline, "Length");
        outline_place(sets->outline, before, len < 255 ? 1 : 3);
        outline_number(sets->outline, "length", len);
    }
}

static void tell_value(const struct template_sets *sets, const struct template_field *field,
                       struct wire *set)
{
    const struct wire before = *set;
    const size_t len = template_value_len(field, set);
    struct outline *outline = sets->outline;

    outline_open(outline, NULL, OUTLINE_OBJECT);
    tell_pen_provided(sets, field);
    tell_type(sets, field);
    outline_number(outline, "pen", field->pen);
    tell_value_len(sets, field, &before, len);
    outline_name(outline, scope_name(sets, field));
    outline_element(outline, field->pen, field->id);
    outline_octets(outline, "value", wire_bytes(set, len), len);
    outline_close(outline, OUTLINE_OBJECT);
}

static void tell_values(const struct template_sets *sets, const struct template_field_list *list,
                        const struct template *t, struct wire *set)
{
    outline_open(sets->outline, list->key, OUTLINE_ARRAY);
    for (uint16_t i = 0; i < t->n_fields && !wire_failed(set); i++) {
        if (t->fields[i].scope == list->scope) {
            tell_value(sets, &t->fields[i], set);
        }
    }
    outline_close(sets->outline, OUTLINE_ARRAY);
}

static bool record_whole(const struct template *t, const struct wire *set)
{
    struct wire ahead = *set;

    for (uint16_t i = 0; i < t->n_fields; i++) {
        wire_skip(&ahead, template_value_len(&t->fields[i], &ahead));
    }
    return !wire_failed(&ahead);
}

static void tell_record(const struct template_sets *sets, const struct template *t,
                        struct wire *set)
{
    const struct template_field_list *lists = t->options ? options_data_lists : data_lists;

    outline_name(sets->outline, terms_of(sets)->records[t->options ? 1 : 0]);
    outline_open(sets->outline, NULL, OUTLINE_OBJECT);
    for (size_t i = 0; i < TEMPLATE_LISTS_MAX && lists[i].key != NULL; i++) {
        tell_values(sets, &lists[i], t, set);
    }
    outline_close(sets->outline, OUTLINE_OBJECT);
}

static void tell_data_records(struct decode *d, const struct template_sets *sets, uint16_t id,
                              struct wire *set)
{
    const struct template *t = domain_template(d, sets->domain, id);
    const uint8_t *zeros = wire_final_zeros(set);

    if (t == NULL || t->rejected) {
        return;
    }
    while (!template_sets_padding(d, t, set, zeros)) {
        const bool whole = record_whole(t, set);

        if (outline_full(sets->outline) || !(whole || outline_thorough(sets->outline))) {
            return;
        }
        tell_record(sets, t, set);
        if (!whole) {
            return;
        }
    }
    wire_skip_rest(set);
}

/* --- Sets --- */

static void tell_records(struct decode *d, const struct template_sets *sets, uint16_t id,
                         struct wire *set)
{
    if (id == sets->template_set || id == sets->options_set) {
        tell_template_records(sets, id == sets->options_set, set);
    } else if (id >= FIRST_DATA_SET) {
        tell_data_records(d, sets, id, set);
    }
}

static const char *set_name(const struct template_sets *sets, uint16_t id)
{
    const char *const *names = terms_of(sets)->sets;

    if (id == sets->template_set || id == sets->options_set) {
        return names[id == sets->options_set ? 1 : 0];
    }
    return id >= FIRST_DATA_SET ? names[2] : "Reserved Set";
}

static void tell_header(const struct template_sets *sets)
{
    struct wire message = sets->message;

    outline_fields_tell(terms_of(sets)->header, &message, sets->outline);
}

void template_outline_begin(const struct template_sets *sets)
{
    tell_header(sets);
    outline_open(sets->outline, "flow-sets", OUTLINE_ARRAY);
}

/* The records, where the set is whole, and what could not be read. */
static void tell_contents(struct decode *d, const struct template_sets *sets, uint16_t id,
                          bool whole, struct wire *set)
{
    struct outline *outline = sets->outline;

    outline_open(outline, "records", OUTLINE_ARRAY);
    if (whole) {
        tell_records(d, sets, id, set);
    }
    outline_close(outline, OUTLINE_ARRAY);
    if (wire_left(set) > 0) {
        outline_tell_rest(set, outline, "data");
    }
}

/* A header alone may be the end of a datagram that is filled up with zeros. */
static bool set_tells(const struct template_sets *sets, const struct wire *header, uint16_t len)
{
    return len >= SET_HEADER_LEN || (outline_thorough(sets->outline) && !wire_all_zero(header));
}

void template_outline_set(struct decode *d, const struct template_sets *sets,
                          const struct wire *ahead)
{
    struct outline *outline = sets->outline;
    struct wire header = *ahead;
    struct wire rest = *ahead;
    const uint16_t id = wire_u16(&rest);
    const uint16_t len = wire_u16(&rest);
    const size_t records_len = len < SET_HEADER_LEN ? 0 : len - (size_t)SET_HEADER_LEN;
    const bool whole = wire_left(&rest) >= records_len;
    struct wire set = wire_slice_clipped(&rest, records_len);

    if (!set_tells(sets, ahead, len)) {
        return;
    }
    outline_name(outline, set_name(sets, id));
    outline_place(outline, ahead, SET_HEADER_LEN + wire_left(&set));
    outline_open(outline, NULL, OUTLINE_OBJECT);
    outline_name(outline, terms_of(sets)->set_id);
    outline_tell_u16(&header, outline, "id");
    outline_name(outline, "Length");
    outline_tell_u16(&header, outline, "length");
    tell_contents(d, sets, id, whole, &set);
    outline_close(outline, OUTLINE_OBJECT);
}

void template_outline_end(const struct template_sets *sets)
{
    outline_close(sets->outline, OUTLINE_ARRAY);
}

void template_outline_broken(const struct template_sets *sets)
{
    if (outline_thorough(sets->outline)) {
        tell_header(sets);
    }
}
