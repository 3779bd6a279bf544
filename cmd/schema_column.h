// SPDX-License-Identifier: Apache-2.0
#ifndef CMD_SCHEMA_COLUMN_H
#define CMD_SCHEMA_COLUMN_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/field_set.h"

/* What a value is in JSON: the rows of cmd/schema_values.def. */
enum schema_value {
#define VALUE(name, words, ksqldb, flink, clickhouse, avro, json_schema) SCHEMA_##name,
#include "cmd/schema_values.def"
#undef VALUE
    SCHEMA_VALUES,
};

/* A place of a JSON record, as whoever reads it must know it.  The texts are borrowed. */
struct schema_column {
    const char *key;
    const char *unit; /* "" for none */
    const char *text; /* for people */
    uint16_t at;      /* as in struct column */
    enum schema_value value;
    bool list;   /* of such values */
    bool always; /* in each record */
};

/* The column of set at i, which is below set->n. */
struct schema_column schema_column_at(const struct field_set *set, uint16_t i);

/* The column of a field that is held as a value of this kind; false if set has none. */
bool schema_column_find(const struct field_set *set, enum flow_index at, enum schema_value value,
                        struct schema_column *found);

enum { SCHEMA_TEXT_MAX = 256 };

/* What the column is, with its unit, for people; a text that is too long is cut. */
void schema_column_describe(const struct schema_column *column, char out[static SCHEMA_TEXT_MAX]);

#endif
