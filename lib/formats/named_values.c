// SPDX-License-Identifier: Apache-2.0
/* Records of names and values: the plan, and the loop over it. */
#include "lib/formats/named_values.h"

#include "lib/compat.h"
#include "lib/formats/named_value_writers.h"

/* The plan of one column while it is made. */
struct column_plan {
    const struct format *format;
    const struct named_style *style;
    struct named_value *value;
    char *begin; /* of its text */
    char *end;
    size_t max; /* octets of its value */
};

/* --- The text: the name, and behind it what is written where there is no value --- */

static uint16_t text_len(const struct column_plan *plan)
{
    return (uint16_t)(plan->end - plan->begin);
}

static void add_octets(struct column_plan *plan, const char *octets)
{
    plan->end = text_write(plan->end, octets, strlen(octets));
}

static void add_string(struct column_plan *plan, const char *string)
{
    bool cut;

    plan->end = text_write_string(plan->end, (const uint8_t *)string, strlen(string),
                                  plan->style->escaping, &cut);
}

static void add_tail(struct column_plan *plan, bool quoted)
{
    *plan->end = '"';
    plan->end += quoted ? 1 : 0;
    *plan->end++ = plan->style->between;
}

static void add_name(struct column_plan *plan, const char *key)
{
    add_octets(plan, plan->style->before_name);
    add_string(plan, key);
    plan->value->name_len = text_len(plan);
    add_octets(plan, plan->style->after_name);
}

/* A value that may be cut is closed by its writer, for the flag stands behind the quotes. */
static void set_tail(struct column_plan *plan, bool quoted, bool may_be_cut)
{
    struct named_value *value = plan->value;

    value->tail_len = quoted && !may_be_cut ? 2 : 1;
    value->tail[0] = value->tail_len == 2 ? '"' : plan->style->between;
    value->tail[1] = plan->style->between;
}

/* --- The columns --- */

static const char *absent_form(const struct format *f, const struct value_form *form)
{
    if (form == &value_form_proto && (f->compat & COMPAT_PROTO_HOPOPT) != 0) {
        return "HOPOPT";
    }
    if (form == &value_form_network && (f->compat & COMPAT_INVALID_PREFIX) != 0) {
        return "invalid Prefix";
    }
    return form->absent;
}

/* absent: what is written without a value; NULL for nothing, not even the name. */
static void plan_value(struct column_plan *plan, const struct named_source *source,
                       const struct value_form *form, const char *absent)
{
    const bool quoted = plan->style->quotes && form->quoted && source->items == 0;
    struct named_value *value = plan->value;

    value->form = form;
    value->write = named_choose_writer(source, form);
    value->width = source->width;
    set_tail(plan, quoted, source->may_be_cut);
    add_octets(plan, quoted ? "\"" : "");
    value->lead_len = text_len(plan);
    if (absent != NULL) {
        add_string(plan, absent);
        add_tail(plan, quoted);
        value->absent_len = text_len(plan);
    }
    plan->max = source->max != 0     ? source->max
                : source->items != 0 ? source->items * (form->max + (size_t)3) + 2
                                     : form->max;
}

/* A field of goflow2's is always written, the others where they are known. */
static void plan_field(struct column_plan *plan, const struct column *column)
{
    const struct flow_field *row = &flow_fields[column->at];
    const struct named_source *source = named_source_of_field(row->kind);
    const struct value_form *form = value_form_of_field(row->kind, column->renderer);
    const bool asks = form == &value_form_network;
    const char *absent = source->items != 0 ? "[]" : absent_form(plan->format, form);
    struct named_value *value = plan->value;

    plan_value(plan, source, form, (row->sets & IN_GOFLOW2) != 0 ? absent : NULL);
    value->offset = row->offset;
    value->word = (uint8_t)(column->at / 64);
    value->bit = asks ? 0 : (uint64_t)1 << column->at % 64;
}

static bool names_a_number(enum renderer renderer)
{
    return renderer == RENDER_ETYPE || renderer == RENDER_PROTO;
}

/* What goflow2 writes for a custom field that a record does not have; NULL for nothing. */
static const char *absent_custom(const struct custom_field *custom, enum renderer renderer)
{
    if (custom->array) {
        return renderer == RENDER_AS_KIND ? NULL : "[]";
    }
    return names_a_number(renderer) ? "unknown" : NULL;
}

/* A column whose value is the same in each record, or comes from nowhere. */
static void plan_words(struct column_plan *plan, named_value_writer *write, const char *words)
{
    static const struct named_source source = {.write = named_write_nothing};

    plan_value(plan, &source, value_form_of_custom(CUSTOM_TEXT, RENDER_AS_KIND), words);
    plan->value->write = write;
}

static void plan_custom(struct column_plan *plan, const struct column *column)
{
    const uint16_t number = (uint16_t)(column->at - COLUMN_CUSTOM);
    const struct custom_field *custom = &plan->format->fields->custom[number];

    if (custom->constant != NULL) {
        plan_words(plan, named_write_nothing, custom->constant);
        return;
    }
    plan_value(plan, named_source_of_custom(custom),
               value_form_of_custom(custom->kind, column->renderer),
               absent_custom(custom, column->renderer));
    plan->value->offset = number;
}

static void plan_icmp_name(struct column_plan *plan)
{
    const bool of_zero = (plan->format->compat & COMPAT_ICMP_PORTS) != 0;

    plan_words(plan, of_zero ? named_write_icmp_name_of_zero : named_write_icmp_name, "unknown");
}

static void plan_column(struct column_plan *plan, const struct column *column)
{
    add_name(plan, column->key);
    if (column->at < FLOW_NFIELDS) {
        plan_field(plan, column);
    } else if (column->at < COLUMN_ICMP_NAME) {
        plan_custom(plan, column);
    } else if (column->at == COLUMN_ICMP_NAME) {
        plan_icmp_name(plan);
    } else {
        plan_words(plan, named_write_nothing, names_a_number(column->renderer) ? "unknown" : NULL);
    }
}

size_t named_values_plan(struct named_values *values, const struct format *f,
                         const struct named_style *style)
{
    char *end = values->texts;
    size_t max = NAMED_CHUNK;

    values->n = f->fields->n;
    for (uint16_t i = 0; i < values->n; i++) {
        struct named_value *value = &values->at[i];
        struct column_plan plan = {f, style, value, end, end, 0};

        value->style = style;
        value->text = end;
        plan_column(&plan, &f->fields->columns[i]);
        value->text_len = text_len(&plan);
        end = plan.end;
        max += value->text_len + plan.max + (size_t)value->name_len + NAMED_CUT_FLAG;
    }
    values->texts_end = end;
    return max;
}

/* --- Shapes: what a record is made of, by which of its fields are there --- */

static bool is_there(const struct named_value *value, const uint64_t *has)
{
    return value->bit == 0 || (has[value->word] & value->bit) != 0;
}

static void add_part(struct named_shape *shape, const char *from, const char *end,
                     const struct named_value *value)
{
    shape->parts[shape->n++] = (struct named_part){from, (size_t)(end - from), value};
}

/*
 * Texts lie back to back in the order of the values, so the names and zero forms of absent
 * values are one text with the name of the next value that is there.
 */
static void make_shape(struct named_shape *shape, const struct named_values *values,
                       const uint64_t *has)
{
    const char *from = values->texts;

    memcpy(shape->has, has, sizeof(shape->has));
    shape->n = 0;
    for (const struct named_value *value = values->at; value < values->at + values->n; value++) {
        if (is_there(value, has)) {
            add_part(shape, from, value->text + value->lead_len, value);
            from = value->text + value->text_len;
        } else if (value->absent_len == 0) {
            add_part(shape, from, value->text, NULL);
            from = value->text + value->text_len;
        }
    }
    add_part(shape, from, values->texts_end, NULL);
}

/* Flows of one template, or of one protocol, mostly have the same fields. */
static const struct named_shape *find_shape(struct named_values *values, const uint64_t *has)
{
    struct named_shape *shape = &values->shapes[flow_presence_hash(has) % NAMED_SHAPES];

    if (shape->n == 0 || !flow_same_presence(shape->has, has)) {
        make_shape(shape, values, has);
    }
    return shape;
}

/* --- The loop --- */

/* In chunks, for texts are short: what is too much of the last one is written over. */
static char *copy_text(char *out, const char *from, size_t len)
{
    for (size_t at = 0; at < len; at += NAMED_CHUNK) {
        memcpy(out + at, from + at, NAMED_CHUNK);
    }
    return out + len;
}

/* The writer found no value; what leads to one is written already. */
static char *write_absent(char *out, const struct named_value *value)
{
    return value->absent_len == 0
               ? out - value->lead_len
               : copy_text(out, value->text + value->lead_len, value->absent_len - value->lead_len);
}

static char *write_value(char *out, const struct named_value *value, const struct flow *flow)
{
    char *end = value->write(out, value, flow);

    if (end == NULL) {
        return write_absent(out, value);
    }
    memcpy(end, value->tail, sizeof(value->tail));
    return end + value->tail_len;
}

char *named_values_write(struct named_values *values, const struct flow *flow, char *out)
{
    const struct named_shape *shape = find_shape(values, flow->has);

    for (const struct named_part *part = shape->parts; part < shape->parts + shape->n; part++) {
        out = copy_text(out, part->text, part->len);
        if (part->value != NULL) {
            out = write_value(out, part->value, flow);
        }
    }
    return out;
}
