// SPDX-License-Identifier: Apache-2.0
/*
 * The Avro record that has the fields of a JSON record.  weir writes no Avro: this is for what
 * turns its JSON into Avro, or reads it by a registered schema.
 */
#include "cmd/schema.h"
#include "cmd/schema_column.h"
#include "cmd/schema_write.h"

static const char *const types[] = {
#define VALUE(name, words, ksqldb, flink, clickhouse, avro, json_schema) [SCHEMA_##name] = avro,
#include "cmd/schema_values.def"
#undef VALUE
};

/* Each may be null, so that a field may be added or left out and old and new readers agree. */
static void print_field(FILE *out, const struct schema_column *column)
{
    char text[SCHEMA_TEXT_MAX];
    char name[CUSTOM_NAME_MAX + 1];

    schema_column_describe(column, text);
    schema_make_identifier(name, column->key);
    (void)fprintf(out,
                  column->list ? "    {\"name\": \"%s\", \"type\": "
                                 "[\"null\", {\"type\": \"array\", \"items\": %s}], "
                               : "    {\"name\": \"%s\", \"type\": [\"null\", %s], ",
                  name, types[column->value]);
    (void)fputs("\"default\": null, \"doc\": ", out);
    schema_write_json(out, text);
    (void)fputs("}", out);
}

static void avro_print(FILE *out, const struct schema_wish *wish)
{
    (void)fputs("{\n  \"type\": \"record\",\n  \"name\": \"Flow\",\n"
                "  \"namespace\": \"weir\",\n  \"doc\": ",
                out);
    schema_write_json(out, "A record of weir -format json; made by weir " WEIR_VERSION);
    (void)fputs(",\n  \"fields\": [\n", out);
    for (uint16_t i = 0; i < wish->set.n; i++) {
        const struct schema_column column = schema_column_at(&wish->set, i);

        schema_write_between(out, i, ",\n");
        print_field(out, &column);
    }
    (void)fputs("\n  ]\n}\n", out);
}

const struct schema_target schema_avro = {
    .name = "avro",
    .title = "an Avro record with the fields of -format json",
    .fields = "stream",
    .print = avro_print,
};
