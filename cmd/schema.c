// SPDX-License-Identifier: Apache-2.0
/* weir schema: what a record looks like, in the words of whoever is to read it. */
#include "cmd/schema.h"

#include <string.h>

#include "cmd/command.h"
#include "cmd/schema_write.h"
#include "lib/mapping/mapping.h"
#include "lib/option/option.h"

static const struct schema_target *const targets[] = {
    &schema_ksqldb,     &schema_flink, &schema_clickhouse, &schema_avro,
    &schema_jsonschema, &schema_proto, &schema_markdown,
};

enum {
    TARGETS = sizeof(targets) / sizeof(targets[0]),
    MESSAGE_MAX = 512,
    USAGE_MAX = 1024,
    PARTITIONS_MAX = 100000
};

struct schema {
    struct schema_wish wish;
    const struct schema_target *target;
    struct mapping *mapping; /* which wish borrows from; NULL for none */
};

static const struct option schema_options[] = {
    {"fields", OPTION_STRING, 0, offsetof(struct schema, wish.fields), NULL,
     "Fields of a record, as weir collect takes them (default stream; proto and markdown: all)"},
    {"mapping", OPTION_STRING, 0, offsetof(struct schema, wish.mapping_path), NULL,
     "Configuration file for custom mappings"},
    {"topic", OPTION_STRING, 0, offsetof(struct schema, wish.topic), "flow-messages",
     "Kafka topic of the records; the tables are called after it"},
    {"key", OPTION_STRING, 0, offsetof(struct schema, wish.key_words), NULL,
     "What the topic's keys are made of, as -transport.kafka.key takes it"},
    {"partitions", OPTION_COUNT, 0, offsetof(struct schema, wish.partitions), NULL,
     "Partitions that ksqlDB makes the topic with; 0 if it is there"},
    {"brokers", OPTION_STRING, 0, offsetof(struct schema, wish.brokers), "kafka:9092",
     "Kafka brokers that Flink and ClickHouse read from"},
    {0},
};

/* In one piece, for the manual page is made of it, too. */
static void write_usage(char text[static USAGE_MAX])
{
    size_t len = (size_t)snprintf(text, USAGE_MAX,
                                  "Usage: weir schema [options] TARGET\n\n"
                                  "Prints what a record looks like, for whoever is to read it.\n\n"
                                  "Targets:\n");

    for (size_t i = 0; i < TARGETS && len < USAGE_MAX; i++) {
        len += (size_t)snprintf(text + len, USAGE_MAX - len, "  %-10s %s\n", targets[i]->name,
                                targets[i]->title);
    }
    (void)snprintf(text + len, len < USAGE_MAX ? USAGE_MAX - len : 0, "\nOptions:");
}

static bool refuse(const char *message)
{
    (void)fprintf(stderr, "weir schema: %s\n", message);
    return false;
}

static const struct schema_target *find_target(const char *name)
{
    for (size_t i = 0; i < TARGETS; i++) {
        if (strcmp(targets[i]->name, name) == 0) {
            return targets[i];
        }
    }
    return NULL;
}

static bool read_target(struct schema *schema, char **arguments)
{
    if (arguments[0] == NULL || arguments[1] != NULL) {
        return refuse("needs one target, such as proto");
    }
    schema->target = find_target(arguments[0]);
    return schema->target != NULL || refuse("there is no such target; -h lists them");
}

static bool read_fields(struct schema *schema)
{
    struct schema_wish *wish = &schema->wish;
    char message[MESSAGE_MAX];

    if (wish->fields[0] == '\0') {
        wish->fields = schema->target->fields;
    }
    return field_set_parse(&wish->set, wish->fields, message, sizeof(message)) || refuse(message);
}

static bool read_topic(struct schema_wish *wish)
{
    static const char legal[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    const size_t len = strlen(wish->topic);

    if (len == 0 || len > SCHEMA_TOPIC_MAX || wish->topic[strspn(wish->topic, legal)] != '\0') {
        return refuse("a topic has up to 249 letters, digits, dots, dashes and _");
    }
    if (wish->partitions > PARTITIONS_MAX) {
        return refuse("so many partitions no topic has");
    }
    schema_make_identifier(wish->table, wish->topic);
    return true;
}

static bool read_key(struct schema_wish *wish)
{
    char message[MESSAGE_MAX];

    return record_key_parse(&wish->key, wish->key_words, message, sizeof(message)) ||
           refuse(message);
}

static bool read_mapping(struct schema *schema)
{
    char message[MESSAGE_MAX];

    if (schema->wish.mapping_path[0] == '\0') {
        return true;
    }
    schema->mapping = mapping_load(schema->wish.mapping_path, message, sizeof(message));
    if (schema->mapping == NULL) {
        return refuse(message);
    }
    mapping_shape(schema->mapping, &schema->wish.set);
    return true;
}

/* Returns -1 to go on, or the exit code. */
static int read_command_line(struct schema *schema, int argc, char **argv)
{
    const struct option_group group = {"", schema_options, schema};
    char usage[USAGE_MAX];
    int first;
    int code;

    write_usage(usage);
    code = command_read_options("schema", usage, &group, 1, argc, argv, &first);
    if (code >= 0) {
        return code;
    }
    if (command_take_no_option("schema", "TARGET", argv + first) != 0 ||
        !read_target(schema, argv + first)) {
        return 2;
    }
    return read_fields(schema) && read_topic(&schema->wish) && read_key(&schema->wish) &&
                   read_mapping(schema)
               ? -1
               : 1;
}

static void print_option(FILE *out, const char *name, const char *value)
{
    if (*value != '\0') {
        (void)fprintf(out, " %s '%s'", name, value);
    }
}

void schema_print_head(FILE *out, const struct schema_wish *wish, const char *reader)
{
    (void)fprintf(out, "-- Made by weir %s for %s, which reads what this writes:\n-- weir",
                  WEIR_VERSION, reader);
    print_option(out, "-fields", wish->fields);
    print_option(out, "-mapping", wish->mapping_path);
    print_option(out, "-transport", "kafka");
    print_option(out, "-transport.kafka.topic", wish->topic);
    print_option(out, "-transport.kafka.key", wish->key_words);
    (void)fputs("\n", out);
}

static int print_schema(const struct schema *schema)
{
    schema->target->print(stdout, &schema->wish);
    return command_end_output("schema", 0);
}

int schema_main(int argc, char **argv)
{
    struct schema schema = {.mapping = NULL};
    int status = read_command_line(&schema, argc, argv);

    if (status < 0) {
        status = print_schema(&schema);
    }
    if (schema.mapping != NULL) {
        mapping_free(schema.mapping);
    }
    return status;
}
