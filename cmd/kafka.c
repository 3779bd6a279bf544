// SPDX-License-Identifier: Apache-2.0
/* weir kafka create-topics: a topic with settings that suit records of flows. */
#include "cmd/kafka.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/command.h"
#include "cmd/registry.h"
#include "lib/option/option.h"
#include "transports/kafka_topics.h"

enum { SETTINGS_MAX = 8, NUMBER_OCTETS = 24, PARTITIONS_MAX = 100000 };

static const uint64_t MILLISECOND_NS = 1000000;

struct create {
    uint64_t partitions;
    uint64_t replication;
    uint64_t in_sync;
    uint64_t retention_ns;
    uint64_t message_octets;
    uint64_t timeout_ns;
    const char *cleanup;
    const char *compression;

    struct kafka_topic_setting settings[SETTINGS_MAX];
    char numbers[SETTINGS_MAX][NUMBER_OCTETS];
    size_t n;
};

static const char usage[] = "Usage: weir kafka create-topics [options]\n\n"
                            "Makes the topics that -transport.kafka.topic and its like name.  What "
                            "is there stays as it is.\n\n"
                            "Options, and those of the transport:";

static const struct option create_options[] = {
    {"partitions", OPTION_COUNT, 0, offsetof(struct create, partitions), "12",
     "Partitions: readers that can share the work; more make smaller batches"},
    {"replication", OPTION_COUNT, 0, offsetof(struct create, replication), NULL,
     "Brokers that have each partition (0 as the broker says)"},
    {"min-in-sync", OPTION_COUNT, 0, offsetof(struct create, in_sync), NULL,
     "Brokers that must have a record before it counts as delivered (0 as the broker says)"},
    {"retention", OPTION_DURATION, 0, offsetof(struct create, retention_ns), "168h",
     "How long records stay (0 as the broker says)"},
    {"max-message-bytes", OPTION_COUNT, 0, offsetof(struct create, message_octets), "2097152",
     "Greatest batch of records (0 as the broker says)"},
    {"cleanup", OPTION_STRING, 0, offsetof(struct create, cleanup), NULL,
     "What becomes of old records: delete, compact, or compact,delete (default delete; compact for "
     "topics that only tables go to)"},
    {"compression", OPTION_STRING, 0, offsetof(struct create, compression), "producer",
     "Codec that the broker stores with; producer leaves batches as they come"},
    {"timeout", OPTION_DURATION, 0, offsetof(struct create, timeout_ns), "30s",
     "How long to wait for an answer"},
    {0},
};

static void set_text(struct create *c, const char *name, const char *value)
{
    if (*value != '\0') {
        c->settings[c->n++] = (struct kafka_topic_setting){name, value};
    }
}

static void set_number(struct create *c, const char *name, uint64_t number)
{
    if (number != 0) {
        (void)snprintf(c->numbers[c->n], NUMBER_OCTETS, "%" PRIu64, number);
        c->settings[c->n] = (struct kafka_topic_setting){name, c->numbers[c->n]};
        c->n++;
    }
}

/* Unless asked for otherwise, of a table the last record of each key stays, however old. */
static void make_settings(struct create *c, bool table)
{
    const bool compact = table && *c->cleanup == '\0';
    const char *cleanup = compact ? "compact" : "delete";

    c->n = 0;
    set_text(c, "cleanup.policy", *c->cleanup == '\0' ? cleanup : c->cleanup);
    set_text(c, "compression.type", c->compression);
    set_number(c, "retention.ms", compact ? 0 : c->retention_ns / MILLISECOND_NS);
    set_number(c, "max.message.bytes", c->message_octets);
    set_number(c, "min.insync.replicas", c->in_sync);
}

static int create_topic(struct create *c, struct transport *kafka, const char *topic)
{
    struct kafka_topic_wish wish = {
        .name = topic,
        .partitions = (int)c->partitions,
        .replication = c->replication == 0 ? -1 : (int)c->replication,
        .settings = c->settings,
    };
    int partitions = wish.partitions;

    make_settings(c, kafka_topic_is_table(kafka, topic));
    wish.n_settings = c->n;
    switch (kafka_make_topic(kafka, &wish, (int)(c->timeout_ns / MILLISECOND_NS), &partitions)) {
    case KAFKA_TOPIC_MADE:
        (void)printf("made %s partitions=%d\n", topic, partitions);
        return 0;
    case KAFKA_TOPIC_THERE:
        (void)printf("there %s partitions=%d%s\n", topic, partitions,
                     partitions == wish.partitions ? "" : " (other than asked for)");
        return 0;
    default:
        return 1;
    }
}

static int create_topics(struct create *c, struct transport *kafka)
{
    const char *names[RECORD_KIND_COUNT];
    const size_t n = kafka_topic_names(kafka, names);
    int status = 0;

    for (size_t i = 0; i < n; i++) {
        status |= create_topic(c, kafka, names[i]);
    }
    return status;
}

static bool are_numbers_right(const struct create *c)
{
    return c->partitions > 0 && c->partitions <= PARTITIONS_MAX && c->replication <= INT16_MAX &&
           c->in_sync <= INT16_MAX && c->timeout_ns / MILLISECOND_NS <= INT32_MAX;
}

/* Returns -1 to go on, or the exit code. */
static int read_options(const struct option_group *groups, size_t n, int argc, char **argv)
{
    char message[512];
    int first;

    options_set_defaults(groups, n);
    if (!options_read_environment(groups, n, "WEIR_", message, sizeof(message))) {
        (void)fprintf(stderr, "weir: %s\n", message);
        return 1;
    }
    switch (options_parse(groups, n, argc, argv, &first, message, sizeof(message))) {
    case OPTIONS_HELP:
        options_print_usage(groups, n, usage);
        return 0;
    case OPTIONS_INVALID:
        return command_refuse("kafka create-topics", message);
    case OPTIONS_DONE:
        break;
    }
    return command_take_no_argument("kafka create-topics", argc, argv, first) == 0 ? -1 : 2;
}

static int create_main(struct transport *kafka, int argc, char **argv)
{
    static struct create c;
    const struct option_group groups[] = {
        {"", create_options, &c},
        {"transport.kafka", kafka->ops->options, kafka},
    };
    const size_t n = sizeof(groups) / sizeof(groups[0]);
    const int status = read_options(groups, n, argc, argv);

    if (status >= 0) {
        return status;
    }
    if (!are_numbers_right(&c)) {
        (void)fprintf(stderr, "weir kafka create-topics: a number is out of range\n");
        return 1;
    }
    return command_end_output("kafka", create_topics(&c, kafka));
}

static struct transport *new_kafka(void)
{
    for (size_t i = 0; registry_transports[i] != NULL; i++) {
        if (strcmp(registry_transports[i]->name, "kafka") == 0) {
            struct transport *kafka = calloc(1, registry_transports[i]->size);

            if (kafka != NULL) {
                kafka->ops = registry_transports[i];
            }
            return kafka;
        }
    }
    return NULL;
}

int kafka_main(int argc, char **argv)
{
    const bool asks_for_help = argc == 2 && strcmp(argv[1], "-h") == 0;
    const int skip = argc > 1 && strcmp(argv[1], "create-topics") == 0 ? 1 : 0;
    struct transport *kafka;
    int status;

    if (skip == 0 && !asks_for_help) {
        (void)fprintf(stderr, "usage: weir kafka create-topics [options]\n");
        return 2;
    }
    kafka = new_kafka();
    if (kafka == NULL) {
        return 1;
    }
    status = create_main(kafka, argc - skip, argv + skip);
    free(kafka);
    return status;
}
