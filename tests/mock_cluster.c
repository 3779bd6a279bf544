// SPDX-License-Identifier: Apache-2.0
/*
 * librdkafka's mock cluster as a program: a Kafka on loopback whose errors can be chosen.
 *
 *     mock_cluster BROKERS TOPIC PARTITIONS
 *
 * prints its list of brokers, then obeys lines of standard input until that ends, and
 * answers each with a number: 0, or what was asked for.
 */
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_OCTETS = 512 };

static rd_kafka_mock_cluster_t *cluster;

/* errors API CODE COUNT: the next COUNT requests of this kind (0 is Produce) get this answer. */
static int push_errors(const char *arguments)
{
    int api = 0;
    int code = 0;
    int count = 0;

    if (sscanf(arguments, "%d %d %d", &api, &code, &count) != 3) {
        exit(2);
    }
    for (int i = 0; i < count; i++) {
        (void)rd_kafka_mock_broker_push_request_error_rtts(cluster, 1, (int16_t)api, 1,
                                                           (rd_kafka_resp_err_t)code, 0);
    }
    return 0;
}

/* left API: how many such answers were not given. */
static int errors_left(const char *arguments)
{
    size_t left = 0;

    (void)rd_kafka_mock_broker_error_stack_cnt(cluster, 1, (int16_t)atoi(arguments), &left);
    return (int)left;
}

static int set_down(const char *arguments)
{
    (void)arguments;
    return (int)rd_kafka_mock_broker_set_down(cluster, -1);
}

static int set_up(const char *arguments)
{
    (void)arguments;
    return (int)rd_kafka_mock_broker_set_up(cluster, -1);
}

/* rtt MILLISECONDS */
static int set_rtt(const char *arguments)
{
    return (int)rd_kafka_mock_broker_set_rtt(cluster, -1, atoi(arguments));
}

/* refuse TOPIC CODE: what is answered where its metadata is asked for; 0 ends it. */
static int refuse_topic(const char *arguments)
{
    char topic[LINE_OCTETS];
    int code = 0;

    if (sscanf(arguments, "%511s %d", topic, &code) != 2) {
        exit(2);
    }
    rd_kafka_mock_topic_set_error(cluster, topic, (rd_kafka_resp_err_t)code);
    return 0;
}

static const struct {
    const char *word;
    int (*obey)(const char *arguments); /* returns the answer */
} commands[] = {
    {"errors", push_errors}, {"left", errors_left}, {"down", set_down},
    {"up", set_up},          {"rtt", set_rtt},      {"refuse", refuse_topic},
};

static void obey(const char *line)
{
    const size_t len = strcspn(line, " \n");

    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (strlen(commands[i].word) == len && strncmp(line, commands[i].word, len) == 0) {
            printf("%d\n", commands[i].obey(line + len));
            fflush(stdout);
            return;
        }
    }
    exit(2);
}

int main(int argc, char **argv)
{
    char line[LINE_OCTETS];
    char error[LINE_OCTETS];
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, NULL, error, sizeof(error));

    if (argc != 4 || rk == NULL) {
        return 2;
    }
    cluster = rd_kafka_mock_cluster_new(rk, atoi(argv[1]));
    if (rd_kafka_mock_topic_create(cluster, argv[2], atoi(argv[3]), 1) != 0) {
        return 1;
    }
    printf("%s\n", rd_kafka_mock_cluster_bootstraps(cluster));
    fflush(stdout);
    while (fgets(line, sizeof(line), stdin) != NULL) {
        obey(line);
    }
    rd_kafka_mock_cluster_destroy(cluster);
    rd_kafka_destroy(rk);
    return 0;
}
