// SPDX-License-Identifier: Apache-2.0
// Records beside flows, as rows of names and values.
#include "lib/formats/report_values.h"

#include <stdio.h>

enum { SCHEMA_VERSION = 1, FLOAT_OCTETS = 24, ID_DIGITS = 16 };

static char *write_name(char *out, const struct named_style *style, const char *name, size_t len)
{
    out = text_write(out, style->before_name, strlen(style->before_name));
    out = text_write(out, name, len);
    return text_write(out, style->after_name, strlen(style->after_name));
}

static char *write_number(char *out, uint64_t number)
{
    return text_write_u64(out, number < INT64_MAX ? number : INT64_MAX);
}

/* As many digits as the float has; a whole number gets its point. */
static char *write_float(char *out, float real)
{
    char text[FLOAT_OCTETS];
    int len = snprintf(text, sizeof(text), "%.7g", (double)real);

    if (strpbrk(text, ".e") == NULL) {
        text[len++] = '.';
        text[len++] = '0';
    }
    return text_write(out, text, (size_t)len);
}

static char *write_id(char *out, uint64_t id)
{
    static const char digits[] = "0123456789abcdef";

    for (int i = 0; i < ID_DIGITS; i++) {
        out[i] = digits[id >> (60 - 4 * i) & 15];
    }
    return out + ID_DIGITS;
}

static char *write_plain(char *out, const struct report_value *value, enum text_escaping escaping)
{
    bool cut;

    switch ((enum report_form)value->field->form) {
    case REPORT_TEXT:
        return text_write_string(out, value->octets.data, value->octets.len, escaping, &cut);
    case REPORT_OCTETS:
        return text_write_hex(out, value->octets.data, value->octets.len, &cut);
    case REPORT_ADDR:
        return text_write_addr(out, &value->addr);
    case REPORT_MAC:
        return text_write_mac(out, value->number);
    case REPORT_ID:
        return write_id(out, value->number);
    case REPORT_FLOAT:
        return write_float(out, value->real);
    case REPORT_NUMBER:
        break;
    }
    return write_number(out, value->number);
}

static bool is_quoted(const struct report_value *value, const struct named_style *style)
{
    return style->quotes && value->field->form != REPORT_NUMBER &&
           value->field->form != REPORT_FLOAT;
}

static char *write_value(char *out, const struct report_value *value,
                         const struct named_style *style)
{
    const bool quoted = is_quoted(value, style);

    out = write_name(out, style, value->field->key, value->field->key_len);
    if (quoted) {
        *out++ = '"';
    }
    out = write_plain(out, value, style->escaping);
    if (quoted) {
        *out++ = '"';
    }
    *out++ = style->between;
    return out;
}

static char *write_head(char *out, enum record_kind kind, const struct named_style *style)
{
    static const struct report_field record = REPORT_FIELD_ROW("record", TEXT, "", "");
    static const struct report_field version = REPORT_FIELD_ROW("schema_version", NUMBER, "", "");
    const char *word = record_kind_word(kind);
    const struct flow_slice text = {(const uint8_t *)word, (uint16_t)strlen(word)};

    out = write_value(out, &(struct report_value){.field = &record, .octets = text}, style);
    return write_value(out, &(struct report_value){.field = &version, .number = SCHEMA_VERSION},
                       style);
}

char *report_values_write(const struct report *report, const struct named_style *style, char *out)
{
    out = write_head(out, report->kind, style);
    for (uint16_t i = 0; i < report->n; i++) {
        out = write_value(out, &report->at[i], style);
    }
    return out;
}
