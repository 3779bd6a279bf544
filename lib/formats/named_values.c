// SPDX-License-Identifier: Apache-2.0
/* Records of names and values: the plan of the columns. */
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
    value->way = (uint8_t)named_way_of(source, form);
    /* A value that may be cut is closed by its writer, for the flag stands behind the quotes. */
    value->tail_len = quoted && !source->may_be_cut ? 2 : 1;
    add_octets(plan, quoted ? "\"" : "");
    value->lead_len = text_len(plan);
    add_string(plan, absent == NULL ? "" : absent);
    add_tail(plan, quoted);
    value->absent_len = absent == NULL ? 0 : (uint16_t)(text_len(plan) - value->tail_len);
    value->max = source->max != 0     ? source->max
                 : source->items != 0 ? source->items * (form->max + (size_t)3) + 2
                                      : form->max;
}

/* A field of goflow2's is always written, but for sparse sets; the others where they are known. */
static void plan_field(struct column_plan *plan, const struct column *column)
{
    const struct flow_field *row = &flow_fields[column->at];
    const struct named_source *source = named_source_of_field(row->kind);
    const struct value_form *form = value_form_of_field(row->kind, column->renderer);
    const bool always = (row->sets & IN_GOFLOW2) != 0 && !plan->format->fields->sparse;
    const char *absent = source->items != 0 ? "[]" : absent_form(plan->format, form);
    struct named_value *value = plan->value;

    plan_value(plan, source, form, always ? absent : NULL);
    value->offset = row->offset;
    value->asks = form == &value_form_network;
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
    plan->value->asks = true;
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
    plan->value->asks = true;
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
        struct column_plan plan = {f, style, value, end, end};

        value->style = style;
        value->text = end;
        value->at = f->fields->columns[i].at;
        plan_column(&plan, &f->fields->columns[i]);
        value->text_len = text_len(&plan);
        end = plan.end;
        max += value->text_len + value->max + (size_t)value->name_len + NAMED_CUT_FLAG;
    }
    values->texts_end = end;
    return max;
}
