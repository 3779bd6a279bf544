// SPDX-License-Identifier: Apache-2.0
/*
 * What ClickHouse needs to keep a topic of JSON records: a table that reads the topic, the table
 * that keeps the records, and one for messages that are none.
 */
#include "cmd/schema.h"
#include "cmd/schema_column.h"
#include "cmd/schema_write.h"

static const char *const types[] = {
#define VALUE(name, words, ksqldb, flink, clickhouse, avro, json_schema)                           \
    [SCHEMA_##name] = clickhouse,
#include "cmd/schema_values.def"
#undef VALUE
};

/*
 * Values that are read as another type than they are kept as.  A number of milliseconds would be
 * read as one of seconds, and an address that is not known is an empty text in goflow2's set.
 */
static const struct {
    const char *type; /* NULL if it is the same */
    const char *before;
    const char *before_nullable;
    const char *behind;
} conversions[SCHEMA_VALUES] = {
    [SCHEMA_TIME_MS] = {"UInt64", "fromUnixTimestamp64Milli(toInt64(",
                        "fromUnixTimestamp64Milli(toInt64(", "), 'UTC')"},
    [SCHEMA_TIME_NS] = {"UInt64", "fromUnixTimestamp64Nano(toInt64(",
                        "fromUnixTimestamp64Nano(toInt64(", "), 'UTC')"},
    [SCHEMA_ADDR] = {"String", "toIPv6OrDefault(", "toIPv6OrNull(", ")"},
};

/* By which time the table is divided: one that a wrong clock cannot lead far away. */
static const struct {
    enum flow_index at;
    enum schema_value value;
} times[] = {
    {FLOW_AT_flow_end_ms, SCHEMA_TIME_MS},
    {FLOW_AT_received_ms, SCHEMA_TIME_MS},
    {FLOW_AT_time_received, SCHEMA_TIME_NS},
};

enum { TIMES = sizeof(times) / sizeof(times[0]) };

/* What tells a record from every other, behind key and time; a repeat has them all. */
static const enum flow_index identity[] = {FLOW_AT_record_id, FLOW_AT_leg};

enum { IDENTITY = sizeof(identity) / sizeof(identity[0]) };

enum sort_rank { SORT_KEY, SORT_TIME, SORT_IDENTITY, SORT_NOT };

static void print_name(FILE *out, const char *name)
{
    schema_write_quoted(out, name, '`');
}

static void print_text(FILE *out, const char *text)
{
    schema_write_quoted(out, text, '\'');
}

/* A table beside the one of the records. */
static void print_table(FILE *out, const struct schema_wish *wish, const char *suffix)
{
    (void)fprintf(out, "`%s%s`", wish->table, suffix);
}

/* --- What the rows are sorted by --- */

static bool is_time(const struct field_set *set, const struct schema_column *column)
{
    struct schema_column best;

    for (size_t i = 0; i < TIMES; i++) {
        if (schema_column_find(set, times[i].at, times[i].value, &best)) {
            return column->at == best.at;
        }
    }
    return false;
}

static enum sort_rank rank_of(const struct schema_wish *wish, const struct schema_column *column)
{
    if (is_time(&wish->set, column)) {
        return SORT_TIME;
    }
    for (size_t i = 0; i < IDENTITY; i++) {
        if (column->at == (uint16_t)identity[i]) {
            return SORT_IDENTITY;
        }
    }
    return record_key_has(&wish->key, column->at) ? SORT_KEY : SORT_NOT;
}

static void print_order(FILE *out, const struct schema_wish *wish)
{
    unsigned n = 0;

    (void)fputs("\nORDER BY (", out);
    for (int rank = SORT_KEY; rank < SORT_NOT; rank++) {
        for (uint16_t i = 0; i < wish->set.n; i++) {
            const struct schema_column column = schema_column_at(&wish->set, i);

            if ((int)rank_of(wish, &column) == rank) {
                schema_write_between(out, n++, ", ");
                print_name(out, column.key);
            }
        }
    }
    (void)fputs(")", out);
}

static void print_partition(FILE *out, const struct schema_wish *wish)
{
    for (uint16_t i = 0; i < wish->set.n; i++) {
        const struct schema_column column = schema_column_at(&wish->set, i);

        if (rank_of(wish, &column) == SORT_TIME) {
            (void)fputs("\nPARTITION BY toDate(", out);
            print_name(out, column.key);
            (void)fputs(")", out);
        }
    }
}

/* --- The columns --- */

/* What is not known is NULL, but for what rows are sorted by: there it is empty. */
static bool is_nullable(const struct schema_wish *wish, const struct schema_column *column)
{
    return !column->always && !column->list && column->value != SCHEMA_MAP &&
           rank_of(wish, column) == SORT_NOT;
}

static void print_type(FILE *out, const char *type, const struct schema_column *column,
                       bool nullable)
{
    if (column->list) {
        (void)fprintf(out, "Array(%s)", type);
    } else if (nullable && column->value == SCHEMA_WORD) {
        (void)fputs("LowCardinality(Nullable(String))", out);
    } else {
        (void)fprintf(out, nullable ? "Nullable(%s)" : "%s", type);
    }
}

static void print_read_column(FILE *out, const struct schema_wish *wish,
                              const struct schema_column *column)
{
    const char *type = conversions[column->value].type;

    print_name(out, column->key);
    (void)fputc(' ', out);
    print_type(out, type != NULL ? type : types[column->value], column, is_nullable(wish, column));
}

static void print_kept_column(FILE *out, const struct schema_wish *wish,
                              const struct schema_column *column)
{
    char text[SCHEMA_TEXT_MAX];

    schema_column_describe(column, text);
    print_name(out, column->key);
    (void)fputc(' ', out);
    print_type(out, types[column->value], column, is_nullable(wish, column));
    (void)fputs(" COMMENT ", out);
    print_text(out, text);
}

static void print_converted(FILE *out, const struct schema_column *column, bool nullable)
{
    const char *behind = conversions[column->value].behind;

    (void)fputs(column->list ? "arrayMap(item -> " : "", out);
    (void)fputs(nullable ? conversions[column->value].before_nullable
                         : conversions[column->value].before,
                out);
    if (column->list) {
        (void)fprintf(out, "item%s, ", behind);
    }
    print_name(out, column->key);
    (void)fprintf(out, "%s AS ", column->list ? ")" : behind);
}

static void print_selected_column(FILE *out, const struct schema_wish *wish,
                                  const struct schema_column *column)
{
    if (conversions[column->value].type != NULL) {
        print_converted(out, column, is_nullable(wish, column));
    }
    print_name(out, column->key);
}

static void print_columns(FILE *out, const struct schema_wish *wish,
                          void (*print)(FILE *, const struct schema_wish *,
                                        const struct schema_column *))
{
    for (uint16_t i = 0; i < wish->set.n; i++) {
        const struct schema_column column = schema_column_at(&wish->set, i);

        schema_write_between(out, i, ",\n");
        (void)fputs("    ", out);
        print(out, wish, &column);
    }
}

/* --- The statements --- */

static void print_queue(FILE *out, const struct schema_wish *wish)
{
    (void)fputs("CREATE TABLE IF NOT EXISTS ", out);
    print_table(out, wish, "_queue");
    (void)fputs("\n(\n", out);
    print_columns(out, wish, print_read_column);
    (void)fputs("\n)\nENGINE = Kafka\nSETTINGS kafka_broker_list = ", out);
    print_text(out, wish->brokers);
    (void)fprintf(out,
                  ",\n    kafka_topic_list = '%s', kafka_group_name = 'clickhouse-%s',\n"
                  "    kafka_format = 'JSONEachRow', kafka_handle_error_mode = 'stream',\n"
                  "    input_format_skip_unknown_fields = 1;\n\n",
                  wish->topic, wish->topic);
}

/* Repeats of a record are dropped some time after they came: SELECT ... FINAL sees none. */
static void print_records(FILE *out, const struct schema_wish *wish)
{
    const bool identified = field_set_has(&wish->set, FLOW_AT_record_id);

    (void)fputs("CREATE TABLE IF NOT EXISTS ", out);
    print_table(out, wish, "");
    (void)fputs("\n(\n", out);
    print_columns(out, wish, print_kept_column);
    (void)fprintf(out, "\n)\nENGINE = %sMergeTree", identified ? "Replacing" : "");
    print_partition(out, wish);
    print_order(out, wish);
    (void)fputs(";\n\n", out);
}

static void print_view(FILE *out, const struct schema_wish *wish)
{
    (void)fputs("CREATE MATERIALIZED VIEW IF NOT EXISTS ", out);
    print_table(out, wish, "_reader");
    (void)fputs(" TO ", out);
    print_table(out, wish, "");
    (void)fputs(" AS\nSELECT\n", out);
    print_columns(out, wish, print_selected_column);
    (void)fputs("\nFROM ", out);
    print_table(out, wish, "_queue");
    (void)fputs("\nWHERE _error = '';\n\n", out);
}

static void print_errors(FILE *out, const struct schema_wish *wish)
{
    (void)fputs("CREATE TABLE IF NOT EXISTS ", out);
    print_table(out, wish, "_errors");
    (void)fputs("\n(\n"
                "    at DateTime, topic LowCardinality(String), partition_number UInt64,\n"
                "    message_offset UInt64, message String, error String\n"
                ")\nENGINE = MergeTree\nORDER BY at\nTTL at + INTERVAL 7 DAY;\n\n"
                "CREATE MATERIALIZED VIEW IF NOT EXISTS ",
                out);
    print_table(out, wish, "_errors_reader");
    (void)fputs(" TO ", out);
    print_table(out, wish, "_errors");
    (void)fputs(" AS\nSELECT now() AS at, _topic AS topic, _partition AS partition_number,\n"
                "    _offset AS message_offset, _raw_message AS message, _error AS error\n"
                "FROM ",
                out);
    print_table(out, wish, "_queue");
    (void)fputs("\nWHERE _error != '';\n", out);
}

static void clickhouse_print(FILE *out, const struct schema_wish *wish)
{
    schema_print_head(out, wish, "ClickHouse");
    print_queue(out, wish);
    print_records(out, wish);
    print_view(out, wish);
    print_errors(out, wish);
}

const struct schema_target schema_clickhouse = {
    .name = "clickhouse",
    .title = "ClickHouse: the table over the topic, the table of the records, the view between",
    .fields = "stream",
    .print = clickhouse_print,
};
