// SPDX-License-Identifier: Apache-2.0
/* The statement that makes a topic of JSON records a table of Flink SQL. */
#include "cmd/schema.h"
#include "cmd/schema_column.h"
#include "cmd/schema_write.h"

static const char *const types[] = {
#define VALUE(name, words, ksqldb, flink, clickhouse, avro, json_schema) [SCHEMA_##name] = flink,
#include "cmd/schema_values.def"
#undef VALUE
};

/* Event times, the best first: before and behind the name, what makes a time of it. */
static const struct {
    enum flow_index at;
    enum schema_value value;
    const char *before;
    const char *behind;
} times[] = {
    {FLOW_AT_flow_end_ms, SCHEMA_TIME_MS, "TO_TIMESTAMP_LTZ(", ", 3)"},
    {FLOW_AT_time_flow_end, SCHEMA_TIME_NS, "TO_TIMESTAMP_LTZ(CAST(", " / 1000000 AS BIGINT), 3)"},
};

enum { TIMES = sizeof(times) / sizeof(times[0]) };

/* Flink reserves many words, and backticks change nothing of a name. */
static void print_name(FILE *out, const char *name)
{
    schema_write_quoted(out, name, '`');
}

static void print_text(FILE *out, const char *text)
{
    schema_write_quoted(out, text, '\'');
}

static void print_column(FILE *out, const struct schema_column *column)
{
    char text[SCHEMA_TEXT_MAX];

    schema_column_describe(column, text);
    (void)fputs("  ", out);
    print_name(out, column->key);
    (void)fprintf(out, column->list ? " ARRAY<%s> COMMENT " : " %s COMMENT ", types[column->value]);
    print_text(out, text);
}

static void print_time(FILE *out, const struct field_set *set)
{
    struct schema_column column;

    for (size_t i = 0; i < TIMES; i++) {
        if (!schema_column_find(set, times[i].at, times[i].value, &column)) {
            continue;
        }
        (void)fprintf(out, ",\n  `flow_end` AS %s", times[i].before);
        print_name(out, column.key);
        (void)fprintf(out, "%s,\n  WATERMARK FOR `flow_end` AS `flow_end` - INTERVAL '2' MINUTE",
                      times[i].behind);
        return;
    }
}

static void print_columns(FILE *out, const struct schema_wish *wish)
{
    if (wish->key.max != 0) {
        (void)fputs("  `msg_key` STRING COMMENT 'key of the message',\n", out);
    }
    for (uint16_t i = 0; i < wish->set.n; i++) {
        const struct schema_column column = schema_column_at(&wish->set, i);

        schema_write_between(out, i, ",\n");
        print_column(out, &column);
    }
    print_time(out, &wish->set);
}

static void print_key(FILE *out, const struct schema_wish *wish)
{
    if (wish->key.max != 0) {
        (void)fputs("  'key.format' = 'raw',\n"
                    "  'key.fields' = 'msg_key',\n"
                    "  'value.fields-include' = 'EXCEPT_KEY',\n",
                    out);
    }
}

/* A value that does not fit is NULL: it neither loses the record nor ends the job. */
static void print_connector(FILE *out, const struct schema_wish *wish)
{
    (void)fprintf(out,
                  "\n) WITH (\n"
                  "  'connector' = 'kafka',\n"
                  "  'topic' = '%s',\n"
                  "  'properties.bootstrap.servers' = ",
                  wish->topic);
    print_text(out, wish->brokers);
    (void)fprintf(out,
                  ",\n"
                  "  'properties.group.id' = 'flink-%s',\n"
                  "  'scan.startup.mode' = 'earliest-offset',\n",
                  wish->topic);
    print_key(out, wish);
    (void)fputs("  'value.format' = 'json',\n"
                "  'value.json.fail-on-missing-field' = 'false',\n"
                "  'value.json.ignore-parse-errors' = 'true'\n"
                ");\n",
                out);
}

static void flink_print(FILE *out, const struct schema_wish *wish)
{
    schema_print_head(out, wish, "Flink");
    (void)fputs("CREATE TABLE IF NOT EXISTS ", out);
    print_name(out, wish->table);
    (void)fputs(" (\n", out);
    print_columns(out, wish);
    print_connector(out, wish);
}

const struct schema_target schema_flink = {
    .name = "flink",
    .title = "Flink SQL: CREATE TABLE over the topic, with event time and watermark",
    .fields = "stream",
    .print = flink_print,
};
