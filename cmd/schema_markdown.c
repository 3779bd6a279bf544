// SPDX-License-Identifier: Apache-2.0
/* The reference of fields: docs/fields.md, made from the table of fields. */
#include "cmd/schema.h"
#include "cmd/schema_column.h"
#include "cmd/schema_write.h"

static const char *const words[] = {
#define VALUE(name, words, ksqldb, flink, clickhouse, avro, json_schema) [SCHEMA_##name] = words,
#include "cmd/schema_values.def"
#undef VALUE
};

static const struct {
    const char *name;
    uint8_t bits;
} sets[] = {
    {"goflow2", IN_GOFLOW2},
    {"all", IN_GOFLOW2 | IN_ALL},
    {"stream", IN_STREAM},
    {"always", ALWAYS_THERE},
};

enum { SETS = sizeof(sets) / sizeof(sets[0]) };

static const char head[] =
    "# Fields\n"
    "\n"
    "<!-- Made by `weir schema markdown` from lib/flow_fields.def; ./dev golden renews it. -->\n"
    "\n"
    "What a record may hold, a row a field: `weir schema markdown` prints this page, and with\n"
    "`-fields` the rows of some sets or fields only.\n"
    "\n"
    "- **in JSON**: what its value is. Numbers are never negative, where the row does not say so.\n"
    "- **sets**: the words of `-fields` that it is in; a field can also be named by itself.\n"
    "  What is `always` there is in each record of `stream`. goflow2's fields are in each record "
    "of\n"
    "  every other set, with a zero form where they are not known.\n"
    "- **number**: in the protobuf message of `-format bin`.\n"
    "- **elements**: of NetFlow v9 and IPFIX that fill it, the first that a template has. A field\n"
    "  without any comes from headers, sampled packets, options data, or other fields.\n"
    "\n"
    "| field | in JSON | unit | sets | number | elements | what it is |\n"
    "|-|-|-|-|-|-|-|\n";

/* A text within a cell. */
static void print_text(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        (void)fputs(*text == '|' ? "\\" : "", out);
        (void)fputc(*text, out);
    }
}

static void print_sets(FILE *out, const struct flow_field *row)
{
    unsigned n = 0;

    for (size_t i = 0; i < SETS; i++) {
        if ((row->sets & sets[i].bits) != 0) {
            schema_write_between(out, n++, ", ");
            (void)fputs(sets[i].name, out);
        }
    }
}

static unsigned print_elements(FILE *out, const uint16_t *sources, unsigned n)
{
    for (size_t i = 0; i < FLOW_SOURCES_MAX && sources[i] != IE_NONE; i++) {
        const bool reverse = (sources[i] & IE_REVERSE(0)) != 0;

        schema_write_between(out, n++, ", ");
        (void)fprintf(out, "%s%s", reverse ? "reverse_" : "",
                      elements[sources[i] & ~IE_REVERSE(0)].name);
    }
    return n;
}

static void print_field(FILE *out, const struct flow_field *row, const struct schema_column *column)
{
    (void)fprintf(out, "| `%s` | %s%s | %s | ", row->key, column->list ? "list: " : "",
                  words[column->value], row->unit);
    print_sets(out, row);
    (void)fprintf(out, " | %u | ", row->protobuf);
    (void)print_elements(out, row->further, print_elements(out, row->sources, 0));
    (void)fputs(" | ", out);
    print_text(out, row->text);
    (void)fputs(" |\n", out);
}

static void markdown_print(FILE *out, const struct schema_wish *wish)
{
    (void)fputs(head, out);
    for (uint16_t i = 0; i < wish->set.n; i++) {
        const struct schema_column column = schema_column_at(&wish->set, i);

        if (column.at < FLOW_NFIELDS) {
            print_field(out, &flow_fields[column.at], &column);
        }
    }
}

const struct schema_target schema_markdown = {
    .name = "markdown",
    .title = "the reference of fields, as docs/fields.md has it",
    .fields = "goflow2,all,stream",
    .print = markdown_print,
};
