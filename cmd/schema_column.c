// SPDX-License-Identifier: Apache-2.0
/* What stands in the columns of a JSON record: fields, and what a mapping file makes of them. */
#include "cmd/schema_column.h"

#include <stdio.h>

#include "lib/formats/value_form.h"

enum { LIST = 0x80 };

_Static_assert((int)SCHEMA_VALUES < (int)LIST, "a value and LIST have room in one octet");

/* What each kind of field is in JSON.  A kind without its line does not compile. */
enum {
    JSON_TYPE = SCHEMA_WORD,
    JSON_U8 = SCHEMA_U8,
    JSON_U16 = SCHEMA_U16,
    JSON_U32 = SCHEMA_U32,
    JSON_U64 = SCHEMA_U64,
    JSON_FLOAT = SCHEMA_FLOAT,
    JSON_COUNTER = SCHEMA_COUNTER,
    JSON_TIME = SCHEMA_TIME_NS,
    JSON_TIME_MS = SCHEMA_TIME_MS,
    JSON_BOOL = SCHEMA_BOOL,
    JSON_ADDR = SCHEMA_ADDR,
    JSON_ETYPE = SCHEMA_WORD,
    JSON_PROTO = SCHEMA_WORD,
    JSON_MAC = SCHEMA_MAC,
    JSON_NET_SRC = SCHEMA_TEXT,
    JSON_NET_DST = SCHEMA_TEXT,
    JSON_NUMBERS = LIST | SCHEMA_U32,
    JSON_LABELS = LIST | SCHEMA_U32,
    JSON_ADDRS = LIST | SCHEMA_ADDR,
    JSON_LAYERS = LIST | SCHEMA_WORD,
    JSON_SIZES = LIST | SCHEMA_U32,
    JSON_TEXT = SCHEMA_TEXT,
    JSON_OCTETS = SCHEMA_HEX,
    JSON_NAME = SCHEMA_WORD,
    JSON_NAMES = LIST | SCHEMA_WORD,
    JSON_SUB_KEY = SCHEMA_TEXT,
    JSON_ELEMENTS = SCHEMA_MAP,
};

static const uint8_t field_kinds[] = {
#define X(kind, type) [FLOW_KIND_##kind] = JSON_##kind,
    FLOW_KINDS(X)
#undef X
};

/* The same for the fields of a mapping file; whether one is a list is said by the field. */
enum {
    JSON_CUSTOM_VARINT = SCHEMA_U64,
    JSON_CUSTOM_BYTES = SCHEMA_HEX,
    JSON_CUSTOM_STRING = SCHEMA_HEX,
    JSON_CUSTOM_TEXT = SCHEMA_TEXT,
    JSON_CUSTOM_SIGNED = SCHEMA_S64,
    JSON_CUSTOM_FLOAT = SCHEMA_FLOAT,
    JSON_CUSTOM_IP = SCHEMA_TEXT, /* octets of another length are no address */
    JSON_CUSTOM_MAC = SCHEMA_MAC,
    JSON_CUSTOM_BOOL = SCHEMA_BOOL,
};

static const uint8_t custom_kinds[] = {
#define X(kind, name, held) [CUSTOM_##kind] = JSON_CUSTOM_##kind,
    CUSTOM_KINDS(X)
#undef X
};

/* A renderer makes words of numbers, or numbers of words. */
static enum schema_value rendered(const struct value_form *form, const struct value_form *own,
                                  enum schema_value value)
{
    if (form == own) {
        return value;
    }
    return form->quoted ? SCHEMA_TEXT : SCHEMA_U64;
}

/* A row where no set says more. */
static struct schema_column of_row(uint16_t at)
{
    const struct flow_field *row = &flow_fields[at];
    const uint8_t kind = field_kinds[row->kind];

    return (struct schema_column){
        .key = row->key,
        .unit = row->unit,
        .text = row->text,
        .at = at,
        .value = (enum schema_value)(kind & ~LIST),
        .list = (kind & LIST) != 0,
        .always = (row->sets & ALWAYS_THERE) != 0,
    };
}

/* Where goflow2's fields are as goflow2 has them, they are always there, and no counter is cut. */
static struct schema_column of_field(const struct field_set *set, const struct column *column)
{
    const struct flow_field *row = &flow_fields[column->at];
    struct schema_column made = of_row(column->at);

    made.key = column->key;
    if ((row->sets & IN_GOFLOW2) != 0 && !set->sparse) {
        made.always = true;
        made.value = made.value == SCHEMA_COUNTER ? SCHEMA_U64 : made.value;
    }
    made.value = rendered(value_form_of_field(row->kind, column->renderer),
                          value_form_of_field(row->kind, RENDER_AS_KIND), made.value);
    return made;
}

static struct schema_column of_custom(const struct field_set *set, const struct column *column)
{
    const struct custom_field *custom = &set->custom[column->at - COLUMN_CUSTOM];
    const bool constant = custom->constant != NULL;
    const enum schema_value value = rendered(value_form_of_custom(custom->kind, column->renderer),
                                             value_form_of_custom(custom->kind, RENDER_AS_KIND),
                                             (enum schema_value)custom_kinds[custom->kind]);

    return (struct schema_column){
        .key = column->key,
        .unit = "",
        .text = "of the mapping file",
        .at = column->at,
        .value = constant ? SCHEMA_WORD : value,
        .list = custom->array && !constant,
        .always = constant,
    };
}

static struct schema_column of_words(const struct column *column, const char *text, bool always)
{
    return (struct schema_column){column->key, "", text, column->at, SCHEMA_WORD, false, always};
}

struct schema_column schema_column_at(const struct field_set *set, uint16_t i)
{
    const struct column *column = &set->columns[i];

    if (column->at < FLOW_NFIELDS) {
        return of_field(set, column);
    }
    if (column->at < COLUMN_ICMP_NAME) {
        return of_custom(set, column);
    }
    return column->at == COLUMN_ICMP_NAME ? of_words(column, "name of icmp_type", true)
                                          : of_words(column, "of the mapping file", false);
}

bool schema_column_find(const struct field_set *set, enum flow_index at, enum schema_value value,
                        struct schema_column *found)
{
    for (uint16_t i = 0; i < set->n; i++) {
        *found = schema_column_at(set, i);
        if (found->at == at && found->value == value) {
            return true;
        }
    }
    return false;
}

void schema_column_describe(const struct schema_column *column, char out[static SCHEMA_TEXT_MAX])
{
    const bool has_unit = *column->unit != '\0';

    (void)snprintf(out, SCHEMA_TEXT_MAX, "%s%s%s%s", column->text, has_unit ? " (" : "",
                   column->unit, has_unit ? ")" : "");
}
