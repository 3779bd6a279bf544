// SPDX-License-Identifier: Apache-2.0
/* What stands in the sets of NetFlow v9 and IPFIX. */
#include "decoders/template_outline.h"

#include "decoders/outline_fields.h"
#include "decoders/template_records.h"

enum { SET_HEADER_LEN = 4, FIRST_DATA_SET = 256, ENTERPRISE_BIT = 0x8000, LISTS_MAX = 2 };

/* The fields of a record, or of a template, that stand together. */
struct field_list {
    const char *key;
    bool scope;
};

/* How a template record is told. */
struct template_form {
    const char *counts[2]; /* keys of the words that stand before the fields */
    struct field_list lists[LISTS_MAX];
};

static const struct template_form template_form = {.counts = {"field-count"},
                                                   .lists = {{"fields", false}}};

static const struct template_form options_form_v9 = {
    .counts = {"scope-length", "option-length"}, .lists = {{"scopes", true}, {"options", false}}};

static const struct template_form options_form_ipfix = {
    .counts = {"field-count", "scope-field-count"},
    .lists = {{"options", false}, {"scopes", true}}};

/* How a data record is told; scopes come first on the wire. */
static const struct field_list data_lists[LISTS_MAX] = {{"values", false}};
static const struct field_list options_data_lists[LISTS_MAX] = {{"scope-values", true},
                                                                {"option-values", false}};

static const struct outline_field header_v9[] = {
    {"version", outline_tell_u16},
    {"count", outline_tell_u16},
    {"system-uptime", outline_tell_u32},
    {"unix-seconds", outline_tell_u32},
    {"sequence-number", outline_tell_u32},
    {"source-id", outline_tell_u32},
    {0},
};

static const struct outline_field header_ipfix[] = {
    {"version", outline_tell_u16},
    {"length", outline_tell_u16},
    {"export-time", outline_tell_u32},
    {"sequence-number", outline_tell_u32},
    {"observation-domain-id", outline_tell_u32},
    {0},
};

static bool has_pen(const struct template_sets *sets, const struct template_field *field)
{
    return sets->version == FLOW_TYPE_IPFIX && (field->type & ENTERPRISE_BIT) != 0;
}

static void tell_type(const struct template_sets *sets, const struct template_field *field)
{
    const bool pen = has_pen(sets, field);

    outline_boolean(sets->outline, "pen-provided", pen);
    outline_number(sets->outline, "type", pen ? field->type - ENTERPRISE_BIT : field->type);
}

/* --- Template records --- */

static void tell_field(const struct template_sets *sets, const struct template_field *field)
{
    outline_open(sets->outline, NULL, OUTLINE_OBJECT);
    tell_type(sets, field);
    outline_number(sets->outline, "length", field->len);
    outline_number(sets->outline, "pen", field->pen);
    outline_close(sets->outline, OUTLINE_OBJECT);
}

static void tell_fields(const struct template_sets *sets, const struct field_list *list,
                        const struct template_definition *definition)
{
    outline_open(sets->outline, list->key, OUTLINE_ARRAY);
    for (uint16_t i = 0; i < definition->n; i++) {
        if (definition->fields[i].scope == list->scope) {
            tell_field(sets, &definition->fields[i]);
        }
    }
    outline_close(sets->outline, OUTLINE_ARRAY);
}

static const struct template_form *form_of(const struct template_definition *definition)
{
    if (!definition->options) {
        return &template_form;
    }
    return definition->version == FLOW_TYPE_IPFIX ? &options_form_ipfix : &options_form_v9;
}

/* The definition was read from record; a withdrawal is one of no fields. */
static void tell_definition(const struct template_sets *sets, struct wire record,
                            const struct template_definition *definition)
{
    const struct template_form *form = form_of(definition);
    struct outline *outline = sets->outline;

    outline_open(outline, NULL, OUTLINE_OBJECT);
    outline_tell_u16(&record, outline, "template-id");
    outline_tell_u16(&record, outline, form->counts[0]);
    if (form->counts[1] != NULL) {
        outline_number(outline, form->counts[1], definition->n == 0 ? 0 : wire_u16(&record));
    }
    for (size_t i = 0; i < LISTS_MAX && form->lists[i].key != NULL; i++) {
        tell_fields(sets, &form->lists[i], definition);
    }
    outline_close(outline, OUTLINE_OBJECT);
}

static void tell_template_records(const struct template_sets *sets, bool options, struct wire *set)
{
    struct template_definition definition;
    enum decode_error error;

    definition.version = sets->version;
    definition.options = options;
    while (!outline_full(sets->outline)) {
        const struct wire record = *set;

        switch (template_record_read(set, &definition, &error)) {
        case RECORD_READ:
        case RECORD_REFUSED:
        case RECORD_IGNORED:
            tell_definition(sets, record, &definition);
            break;
        case RECORD_BROKEN:
            *set = record;
            return;
        case RECORD_PADDING:
            wire_skip_rest(set);
            return;
        }
    }
}

/* --- Data records --- */

static void tell_value(const struct template_sets *sets, const struct template_field *field,
                       struct wire *set)
{
    const size_t len = template_value_len(field, set);

    outline_open(sets->outline, NULL, OUTLINE_OBJECT);
    tell_type(sets, field);
    outline_number(sets->outline, "pen", field->pen);
    outline_octets(sets->outline, "value", wire_bytes(set, len), len);
    outline_close(sets->outline, OUTLINE_OBJECT);
}

static void tell_values(const struct template_sets *sets, const struct field_list *list,
                        const struct template *t, struct wire *set)
{
    outline_open(sets->outline, list->key, OUTLINE_ARRAY);
    for (uint16_t i = 0; i < t->n_fields; i++) {
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
    const struct field_list *lists = t->options ? options_data_lists : data_lists;

    outline_open(sets->outline, NULL, OUTLINE_OBJECT);
    for (size_t i = 0; i < LISTS_MAX && lists[i].key != NULL; i++) {
        tell_values(sets, &lists[i], t, set);
    }
    outline_close(sets->outline, OUTLINE_OBJECT);
}

static void tell_data_records(struct decode *d, const struct template_sets *sets, uint16_t id,
                              struct wire *set)
{
    const struct template *t = domain_template(d, sets->domain, id);

    if (t == NULL || t->rejected) {
        return;
    }
    while (!template_sets_padding(d, t, set)) {
        if (outline_full(sets->outline) || !record_whole(t, set)) {
            return;
        }
        tell_record(sets, t, set);
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

void template_outline_begin(const struct template_sets *sets)
{
    struct wire message = sets->message;

    outline_fields_tell(sets->version == FLOW_TYPE_IPFIX ? header_ipfix : header_v9, &message,
                        sets->outline);
    outline_open(sets->outline, "flow-sets", OUTLINE_ARRAY);
}

void template_outline_set(struct decode *d, const struct template_sets *sets, uint16_t id,
                          uint16_t len)
{
    const size_t records_len = len - (size_t)SET_HEADER_LEN;
    const bool whole = wire_left(&d->wire) >= records_len;
    struct wire ahead = d->wire;
    struct wire set = wire_slice_clipped(&ahead, records_len);
    struct outline *outline = sets->outline;

    outline_open(outline, NULL, OUTLINE_OBJECT);
    outline_number(outline, "id", id);
    outline_number(outline, "length", len);
    outline_open(outline, "records", OUTLINE_ARRAY);
    if (whole) {
        tell_records(d, sets, id, &set);
    }
    outline_close(outline, OUTLINE_ARRAY);
    if (wire_left(&set) > 0) {
        outline_tell_rest(&set, outline, "data");
    }
    outline_close(outline, OUTLINE_OBJECT);
}

void template_outline_end(const struct template_sets *sets)
{
    outline_close(sets->outline, OUTLINE_ARRAY);
}
