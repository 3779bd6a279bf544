// SPDX-License-Identifier: Apache-2.0
/*
 * A bare producer: sends the lines of a file to Kafka, as many times as asked, with nothing
 * before librdkafka.  tests/kafka_speed.py holds weir's speed beside it.
 *
 * Usage: producer_loop FILE TIMES TOPIC NAME=VALUE...
 * A line of the file is a key, a tab and a value; what follows the topic are properties of
 * librdkafka.  Prints how many messages were delivered.
 */
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ERROR_OCTETS = 512, WAIT_MS = 100, END_MS = 600000 };

struct line {
    const char *key;
    size_t key_len;
    char *value;
    size_t value_len;
};

struct lines {
    struct line *at;
    size_t n;
};

static unsigned long delivered;

static _Noreturn void fail(const char *what, const char *why)
{
    fprintf(stderr, "producer_loop: %s: %s\n", what, why);
    exit(1);
}

static void note_report(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque)
{
    (void)rk;
    (void)opaque;
    delivered += message->err == RD_KAFKA_RESP_ERR_NO_ERROR;
}

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text;
    long size;

    if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0) {
        fail(path, "cannot be read");
    }
    rewind(file);
    text = calloc((size_t)size + 1, 1);
    if (text == NULL || fread(text, 1, (size_t)size, file) != (size_t)size) {
        fail(path, "cannot be read");
    }
    fclose(file);
    return text;
}

static size_t count_lines(const char *text)
{
    size_t n = 0;

    for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++) {
        n++;
    }
    return n;
}

static struct lines split_lines(char *text)
{
    struct lines lines = {.at = calloc(count_lines(text) + 1, sizeof(struct line))};

    if (lines.at == NULL) {
        fail("lines", "no memory");
    }
    while (*text != '\0') {
        struct line *line = &lines.at[lines.n++];

        line->key = text;
        line->key_len = strcspn(text, "\t");
        line->value = text + line->key_len + 1;
        line->value_len = strcspn(line->value, "\n");
        text = line->value + line->value_len + 1;
    }
    return lines;
}

static void set_property(rd_kafka_conf_t *conf, char *word)
{
    char error[ERROR_OCTETS];
    char *value = strchr(word, '=');

    if (value == NULL) {
        fail(word, "no name=value");
    }
    *value = '\0';
    if (rd_kafka_conf_set(conf, word, value + 1, error, sizeof(error)) != RD_KAFKA_CONF_OK) {
        fail(word, error);
    }
}

static rd_kafka_t *open_producer(char **words)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char error[ERROR_OCTETS];
    rd_kafka_t *rk;

    while (*words != NULL) {
        set_property(conf, *words++);
    }
    rd_kafka_conf_set_dr_msg_cb(conf, note_report);
    rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof(error));
    if (rk == NULL) {
        fail("producer", error);
    }
    return rk;
}

static void produce(rd_kafka_t *rk, rd_kafka_topic_t *topic, const struct line *line)
{
    while (rd_kafka_produce(topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, line->value,
                            line->value_len, line->key, line->key_len, NULL) != 0) {
        if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
            fail("produce", rd_kafka_err2str(rd_kafka_last_error()));
        }
        rd_kafka_poll(rk, WAIT_MS);
    }
}

static void produce_all(rd_kafka_t *rk, rd_kafka_topic_t *topic, const struct lines *lines)
{
    for (size_t i = 0; i < lines->n; i++) {
        produce(rk, topic, &lines->at[i]);
        if (i % 100 == 0) {
            rd_kafka_poll(rk, 0);
        }
    }
}

int main(int argc, char **argv)
{
    char *text;
    struct lines lines;
    rd_kafka_t *rk;
    rd_kafka_topic_t *topic;

    if (argc < 5) {
        fail("usage", "producer_loop FILE TIMES TOPIC NAME=VALUE...");
    }
    text = read_file(argv[1]);
    lines = split_lines(text);
    rk = open_producer(argv + 4);
    topic = rd_kafka_topic_new(rk, argv[3], NULL);
    for (long times = atol(argv[2]); times > 0; times--) {
        produce_all(rk, topic, &lines);
    }
    rd_kafka_flush(rk, END_MS);
    printf("%lu\n", delivered);
    rd_kafka_topic_destroy(topic);
    rd_kafka_destroy(rk);
    free(lines.at);
    free(text);
    return 0;
}
