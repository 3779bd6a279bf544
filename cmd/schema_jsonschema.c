// SPDX-License-Identifier: Apache-2.0
/*
 * The JSON Schema of a record.  It asks for what each record has, and forbids nothing: fields are
 * added in time, and a value that was cut says so in a field of its own.
 */
#include "cmd/schema.h"
#include "cmd/schema_column.h"
#include "cmd/schema_write.h"

static const char *const types[] = {
#define VALUE(name, words, ksqldb, flink, clickhouse, avro, json_schema)                           \
    [SCHEMA_##name] = json_schema,
#include "cmd/schema_values.def"
#undef VALUE
};

static void print_property(FILE *out, const struct schema_column *column)
{
    char text[SCHEMA_TEXT_MAX];

    schema_column_describe(column, text);
    (void)fputs("    ", out);
    schema_write_json(out, column->key);
    (void)fprintf(out, column->list ? ": {\"type\": \"array\", \"items\": {%s}" : ": {%s",
                  types[column->value]);
    (void)fputs(", \"description\": ", out);
    schema_write_json(out, text);
    (void)fputs("}", out);
}

static void print_properties(FILE *out, const struct field_set *set)
{
    for (uint16_t i = 0; i < set->n; i++) {
        const struct schema_column column = schema_column_at(set, i);

        schema_write_between(out, i, ",\n");
        print_property(out, &column);
    }
}

static void print_required(FILE *out, const struct field_set *set)
{
    unsigned n = 0;

    for (uint16_t i = 0; i < set->n; i++) {
        const struct schema_column column = schema_column_at(set, i);

        if (column.always) {
            schema_write_between(out, n++, ", ");
            schema_write_json(out, column.key);
        }
    }
}

static void jsonschema_print(FILE *out, const struct schema_wish *wish)
{
    (void)fputs("{\n"
                "  \"$schema\": \"http://json-schema.org/draft-07/schema#\",\n"
                "  \"title\": \"Flow\",\n"
                "  \"description\": ",
                out);
    schema_write_json(out, "A record of weir -format json; made by weir " WEIR_VERSION);
    (void)fputs(",\n  \"type\": \"object\",\n  \"properties\": {\n", out);
    print_properties(out, &wish->set);
    (void)fputs("\n  },\n  \"required\": [", out);
    print_required(out, &wish->set);
    (void)fputs("]\n}\n", out);
}

const struct schema_target schema_jsonschema = {
    .name = "jsonschema",
    .title = "the JSON Schema of a record of -format json",
    .fields = "stream",
    .print = jsonschema_print,
};
