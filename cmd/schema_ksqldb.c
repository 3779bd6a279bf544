// SPDX-License-Identifier: Apache-2.0
/*
 * The statement that makes a topic of JSON records a stream of ksqlDB.
 *
 * Names stand without quotes, so that they may be written in any case: a name in backticks binds
 * each query to its exact spelling.  Only a name that ksqlDB cannot read otherwise has them, and
 * none of weir's own is such a name.
 */
#include <string.h>
#include <strings.h>

#include "cmd/schema.h"
#include "cmd/schema_column.h"
#include "cmd/schema_write.h"

static const char *const types[] = {
#define VALUE(name, words, ksqldb, flink, clickhouse, avro, json_schema) [SCHEMA_##name] = ksqldb,
#include "cmd/schema_values.def"
#undef VALUE
};

/*
 * What no column can be called: the keywords of its grammar that are no identifiers as well, and
 * the columns that each stream has of itself.
 */
static const char *const reserved[] = {
    "advance",    "all",          "and",          "as",           "at",      "beginning",
    "between",    "by",           "case",         "cast",         "catalog", "connector",
    "connectors", "create",       "days",         "decimal",      "delete",  "describe",
    "distinct",   "drop",         "else",         "end",          "exists",  "export",
    "extended",   "false",        "from",         "full",         "group",   "having",
    "hopping",    "hours",        "in",           "inner",        "insert",  "into",
    "is",         "join",         "left",         "like",         "limit",   "list",
    "load",       "materialized", "millisecond",  "milliseconds", "minutes", "months",
    "namespace",  "not",          "null",         "on",           "or",      "outer",
    "print",      "properties",   "queries",      "query",        "rename",  "retention",
    "right",      "rowoffset",    "rowpartition", "rowtime",      "run",     "sample",
    "script",     "seconds",      "select",       "size",         "stream",  "streams",
    "table",      "terminate",    "then",         "to",           "topic",   "topics",
    "true",       "tumbling",     "unset",        "values",       "view",    "when",
    "where",      "window",       "windowend",    "windowstart",  "with",    "within",
    "years",
};

static bool is_reserved(const char *name)
{
    for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
        if (strcasecmp(reserved[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_identifier(const char *name)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
    static const char others[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789@";

    return strspn(name, letters) > 0 && name[strspn(name, others)] == '\0';
}

static bool is_plain(const char *name)
{
    return is_identifier(name) && !is_reserved(name);
}

static void print_name(FILE *out, const char *name)
{
    if (is_plain(name)) {
        (void)fputs(name, out);
    } else {
        schema_write_quoted(out, name, '`');
    }
}

static void print_column(FILE *out, const struct schema_column *column)
{
    (void)fputs("  ", out);
    print_name(out, column->key);
    (void)fprintf(out, column->list ? " ARRAY<%s>" : " %s", types[column->value]);
}

static void print_columns(FILE *out, const struct schema_wish *wish)
{
    if (wish->key.max != 0) {
        (void)fputs("  msg_key VARCHAR KEY,\n", out);
    }
    for (uint16_t i = 0; i < wish->set.n; i++) {
        const struct schema_column column = schema_column_at(&wish->set, i);

        schema_write_between(out, i, ",\n");
        print_column(out, &column);
    }
}

/* ksqlDB's event time is in milliseconds, and a record without it is dropped. */
static void print_time(FILE *out, const struct field_set *set)
{
    struct schema_column column;

    if (schema_column_find(set, FLOW_AT_flow_end_ms, SCHEMA_TIME_MS, &column) &&
        is_plain(column.key)) {
        (void)fprintf(out, ",\n  TIMESTAMP = '%s'", column.key);
    }
}

static void print_properties(FILE *out, const struct schema_wish *wish)
{
    (void)fprintf(out,
                  "\n) WITH (\n"
                  "  KAFKA_TOPIC = '%s',\n"
                  "  KEY_FORMAT = '%s',\n"
                  "  VALUE_FORMAT = 'JSON'",
                  wish->topic, wish->key.max != 0 ? "KAFKA" : "NONE");
    if (wish->partitions != 0) {
        (void)fprintf(out, ",\n  PARTITIONS = %llu", (unsigned long long)wish->partitions);
    }
    print_time(out, &wish->set);
    (void)fputs("\n);\n", out);
}

static void ksqldb_print(FILE *out, const struct schema_wish *wish)
{
    schema_print_head(out, wish, "ksqlDB");
    (void)fputs("CREATE STREAM IF NOT EXISTS ", out);
    print_name(out, wish->table);
    (void)fputs(" (\n", out);
    print_columns(out, wish);
    print_properties(out, wish);
}

const struct schema_target schema_ksqldb = {
    .name = "ksqldb",
    .title = "ksqlDB: CREATE STREAM over the topic",
    .fields = "stream",
    .print = ksqldb_print,
};
