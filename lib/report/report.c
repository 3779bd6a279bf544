// SPDX-License-Identifier: Apache-2.0
// Records of other kinds than flows, as lists of named values.
#include "lib/report/report.h"

#include <assert.h>
#include <math.h>

#include "lib/text_write.h"

static const uint64_t MILLISECOND_NS = 1000000;

enum {
    HEAD_OCTETS = 64, /* the kind, the version of the schema, brackets */
    NAME_OCTETS = 8,  /* what stands around a name and its value */
    ESCAPED_MAX = 6,  /* octets of an escaped character: \u0000 */
    FLOAT_OCTETS = 24,
    KEY_OCTETS_MAX = 32, /* of octets in a key */
};

const struct report_field report_fields[REPORT_NFIELDS] = {
#define REPORT_FIELD(name, form, unit, text) REPORT_FIELD_ROW(#name, form, unit, text),
#include "lib/report/fields.def"
#undef REPORT_FIELD
};

void report_begin(struct report *report, enum record_kind kind, const struct flow_addr *exporter,
                  uint64_t received_ns)
{
    report->kind = kind;
    report->received_ns = received_ns;
    report->n = 0;
    report->key_len = 0;
    report_addr(report, REPORT_FIELD_OF(exporter_addr), exporter);
    report_number(report, REPORT_FIELD_OF(received_ms), received_ns / MILLISECOND_NS);
}

bool report_has_room(const struct report *report, size_t values)
{
    return report->n + values <= REPORT_VALUES_MAX;
}

bool report_has(const struct report *report, const struct report_field *field)
{
    for (uint16_t i = 0; i < report->n; i++) {
        if (report->at[i].field == field) {
            return true;
        }
    }
    return false;
}

/* --- Values --- */

static void add(struct report *report, const struct report_field *field, struct report_value value)
{
    if (report_has_room(report, 1)) {
        value.field = field;
        report->at[report->n++] = value;
    }
}

void report_number(struct report *report, const struct report_field *field, uint64_t number)
{
    add(report, field, (struct report_value){.number = number});
}

static struct flow_slice cut(struct flow_slice octets, uint16_t max)
{
    octets.len = octets.len < max ? octets.len : max;
    return octets;
}

void report_text(struct report *report, const struct report_field *field, struct flow_slice text)
{
    assert(field->form == REPORT_TEXT);
    if (text.len > 0) {
        add(report, field, (struct report_value){.octets = cut(text, REPORT_TEXT_OCTETS)});
    }
}

void report_word(struct report *report, const struct report_field *field, const char *word)
{
    const struct flow_slice text = {.data = (const uint8_t *)word, .len = (uint16_t)strlen(word)};

    report_text(report, field, text);
}

void report_octets(struct report *report, const struct report_field *field,
                   struct flow_slice octets)
{
    assert(field->form == REPORT_OCTETS);
    if (octets.len > 0) {
        add(report, field, (struct report_value){.octets = cut(octets, REPORT_OCTETS_OCTETS)});
    }
}

void report_addr(struct report *report, const struct report_field *field,
                 const struct flow_addr *addr)
{
    assert(field->form == REPORT_ADDR);
    if (addr->len != 0) {
        add(report, field, (struct report_value){.addr = flow_addr_unmap(*addr)});
    }
}

void report_float(struct report *report, const struct report_field *field, float real)
{
    assert(field->form == REPORT_FLOAT);
    if (isfinite(real)) {
        add(report, field, (struct report_value){.real = real});
    }
}

/* --- Keys --- */

/* Room for one more part, behind its separator; NULL if there is none. */
static char *begin_part(struct report *report, char separator, size_t max)
{
    if (report->key_len + 1 + max > REPORT_KEY_MAX) {
        return NULL;
    }
    if (report->key_len > 0) {
        report->key[report->key_len++] = separator;
    }
    return report->key + report->key_len;
}

static void end_part(struct report *report, const char *end)
{
    report->key_len = (uint16_t)(end - report->key);
}

void report_key_addr(struct report *report, const struct flow_addr *addr)
{
    const struct flow_addr unmapped = flow_addr_unmap(*addr);
    char *part = begin_part(report, '|', TEXT_ADDR_MAX);

    if (part != NULL) {
        end_part(report, text_write_addr(part, &unmapped));
    }
}

void report_key_number(struct report *report, char separator, uint64_t number)
{
    char *part = begin_part(report, separator, TEXT_U64_MAX);

    if (part != NULL) {
        end_part(report, text_write_u64(part, number));
    }
}

void report_key_word(struct report *report, char separator, const char *word)
{
    const size_t len = strlen(word);
    char *part = begin_part(report, separator, len);

    if (part != NULL) {
        end_part(report, text_write(part, word, len));
    }
}

void report_key_octets(struct report *report, char separator, struct flow_slice octets)
{
    const uint16_t len = octets.len < KEY_OCTETS_MAX ? octets.len : KEY_OCTETS_MAX;
    char *part = begin_part(report, separator, (size_t)len * 2);
    bool cut_off = false;

    if (part != NULL) {
        end_part(report, text_write_hex(part, octets.data, len, &cut_off));
    }
}

/* --- Of a flow --- */

static uint64_t number_of(const void *member, enum flow_kind kind)
{
    switch (kind) {
    case FLOW_KIND_U8:
    case FLOW_KIND_PROTO:
        return *(const uint8_t *)member;
    case FLOW_KIND_U16:
    case FLOW_KIND_ETYPE:
        return *(const uint16_t *)member;
    case FLOW_KIND_U32:
        return *(const uint32_t *)member;
    case FLOW_KIND_TIME:
        return *(const uint64_t *)member / MILLISECOND_NS;
    default:
        return *(const uint64_t *)member;
    }
}

static void add_member(struct report *report, const struct report_field *field, const void *member,
                       enum flow_kind kind)
{
    switch (kind) {
    case FLOW_KIND_ADDR:
        report_addr(report, field, member);
        break;
    case FLOW_KIND_TEXT:
        report_text(report, field, *(const struct flow_slice *)member);
        break;
    case FLOW_KIND_OCTETS:
        report_octets(report, field, *(const struct flow_slice *)member);
        break;
    case FLOW_KIND_NAME:
        report_word(report, field, *(const char *const *)member);
        break;
    case FLOW_KIND_TYPE:
        report_word(report, field, flow_type_name(*(const uint8_t *)member));
        break;
    default:
        report_number(report, field, number_of(member, kind));
        break;
    }
}

void report_flow(struct report *report, const struct flow *flow,
                 const struct report_column *columns, size_t n)
{
    for (const struct report_column *column = columns; column < columns + n; column++) {
        const struct flow_field *from = &flow_fields[column->from];

        if (flow_has(flow, column->from)) {
            add_member(report, &report_fields[column->at], (const uint8_t *)flow + from->offset,
                       (enum flow_kind)from->kind);
        }
    }
}

/* --- Measures --- */

static size_t value_most(const struct report_value *value)
{
    switch ((enum report_form)value->field->form) {
    case REPORT_TEXT:
        return (size_t)value->octets.len * ESCAPED_MAX;
    case REPORT_OCTETS:
        return (size_t)value->octets.len * 2;
    case REPORT_ADDR:
        return TEXT_ADDR_MAX;
    case REPORT_FLOAT:
        return FLOAT_OCTETS;
    default:
        return TEXT_U64_MAX;
    }
}

size_t report_most(const struct report *report)
{
    size_t most = HEAD_OCTETS;

    for (uint16_t i = 0; i < report->n; i++) {
        most += report->at[i].field->key_len + NAME_OCTETS + value_most(&report->at[i]);
    }
    return most;
}

static uint32_t hash_octets(uint32_t hash, const void *octets, size_t len)
{
    for (const uint8_t *at = octets; at < (const uint8_t *)octets + len; at++) {
        hash = (hash ^ *at) * 16777619;
    }
    return hash;
}

static uint32_t hash_value(uint32_t hash, const struct report_value *value)
{
    hash = hash_octets(hash, value->field->key, value->field->key_len);
    switch ((enum report_form)value->field->form) {
    case REPORT_TEXT:
    case REPORT_OCTETS:
        return hash_octets(hash, value->octets.data, value->octets.len);
    case REPORT_ADDR:
        return hash_octets(hash, value->addr.bytes, value->addr.len);
    case REPORT_FLOAT:
        return hash_octets(hash, &value->real, sizeof(value->real));
    default:
        return hash_octets(hash, &value->number, sizeof(value->number));
    }
}

uint32_t report_hash(const struct report *report, size_t first)
{
    uint32_t hash = 2166136261;

    for (size_t i = first; i < report->n; i++) {
        hash = hash_value(hash, &report->at[i]);
    }
    return hash;
}
