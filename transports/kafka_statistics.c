// SPDX-License-Identifier: Apache-2.0
// librdkafka's statistics: read each second, told to whoever measures.
#include "transports/kafka_statistics.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

/* What compresses less than this was not compressed. */
static const double LEAST_RATIO = 1.05;

/* What stands at the top: its key, and the name that it is measured by. */
static const struct {
    const char *key;
    const char *name;
} totals[KAFKA_TOTALS] = {
    {"msg_cnt", "kafka_queue_messages"},     {"msg_size", "kafka_queue_bytes"},
    {"tx", "kafka_requests_total"},          {"tx_bytes", "kafka_sent_bytes_total"},
    {"txmsgs", "kafka_sent_messages_total"}, {"txmsg_bytes", "kafka_sent_message_bytes_total"},
};

/* What stands with each broker: a number, or one of a window of numbers. */
static const struct {
    const char *key;
    const char *of_window; /* NULL for a number */
    const char *name;
    double unit;
} broker_values[KAFKA_BROKER_VALUES] = {
    {"rtt", "avg", "kafka_broker_rtt_seconds", 1e-6},
    {"rtt", "p99", "kafka_broker_rtt_p99_seconds", 1e-6},
    {"throttle", "avg", "kafka_broker_throttle_seconds", 1e-3},
    {"throttle", "max", "kafka_broker_throttle_max_seconds", 1e-3},
    {"txerrs", NULL, "kafka_broker_errors_total", 1},
    {"txretries", NULL, "kafka_broker_retries_total", 1},
    {"disconnects", NULL, "kafka_broker_disconnects_total", 1},
    {"state", NULL, "kafka_broker_up", 1},
};

enum { BROKER_UP = KAFKA_BROKER_VALUES - 1 };

int kafka_statistics_open(struct kafka_statistics *s, const char *codec)
{
    *s = (struct kafka_statistics){.n_brokers = 0};
    (void)snprintf(s->codec, sizeof(s->codec), "%s", codec);
    return uv_mutex_init(&s->mutex);
}

void kafka_statistics_close(struct kafka_statistics *s)
{
    uv_mutex_destroy(&s->mutex);
}

static struct json_object *member(struct json_object *object, const char *key)
{
    struct json_object *value = NULL;

    (void)json_object_object_get_ex(object, key, &value);
    return value;
}

static double number(struct json_object *object, const char *key)
{
    return json_object_get_double(member(object, key));
}

static double broker_value(struct json_object *broker, int i)
{
    struct json_object *value = member(broker, broker_values[i].key);

    if (i == BROKER_UP) {
        return value != NULL && strcmp(json_object_get_string(value), "UP") == 0 ? 1 : 0;
    }
    return broker_values[i].unit * (broker_values[i].of_window == NULL
                                        ? json_object_get_double(value)
                                        : number(value, broker_values[i].of_window));
}

/* Addresses to begin with are brokers too, with a number below 0; each is met again by its own. */
static void take_brokers(struct kafka_statistics *s, struct json_object *brokers)
{
    struct json_object_iterator at = json_object_iter_begin(brokers);
    const struct json_object_iterator end = json_object_iter_end(brokers);

    s->n_brokers = 0;
    for (; !json_object_iter_equal(&at, &end) && s->n_brokers < KAFKA_BROKERS_MAX;
         json_object_iter_next(&at)) {
        struct json_object *broker = json_object_iter_peek_value(&at);
        const int id = json_object_get_int(member(broker, "nodeid"));

        if (id < 0) {
            continue;
        }
        (void)snprintf(s->brokers[s->n_brokers].id, sizeof(s->brokers[0].id), "%d", id);
        for (int i = 0; i < KAFKA_BROKER_VALUES; i++) {
            s->brokers[s->n_brokers].values[i] = broker_value(broker, i);
        }
        s->n_brokers++;
    }
}

/* Partition -1 is where messages wait for a partition. */
static void take_topic(struct kafka_statistics *s, struct json_object *topic)
{
    struct json_object *partitions = member(topic, "partitions");
    const double octets = number(member(topic, "batchsize"), "sum");
    const double messages = number(member(topic, "batchcnt"), "sum");
    const double sent = s->totals[4];
    const double message_octets = sent > 0 ? s->totals[5] / sent : 0;

    if (partitions != NULL) {
        const int n = json_object_object_length(partitions);

        s->partitions = (unsigned)(member(partitions, "-1") == NULL ? n : n - 1);
    }
    if (octets > 0 && messages > 0) {
        s->ratio = messages * message_octets / octets;
    }
}

static void take(struct kafka_statistics *s, struct json_object *all, const char *topic)
{
    struct json_object *brokers = member(all, "brokers");
    struct json_object *of_topic = member(member(all, "topics"), topic);

    uv_mutex_lock(&s->mutex);
    for (int i = 0; i < KAFKA_TOTALS; i++) {
        s->totals[i] = number(all, totals[i].key);
    }
    if (brokers != NULL) {
        take_brokers(s, brokers);
    }
    if (of_topic != NULL) {
        take_topic(s, of_topic);
    }
    uv_mutex_unlock(&s->mutex);
}

bool kafka_statistics_take(struct kafka_statistics *s, const char *json, size_t len,
                           const char *topic)
{
    struct json_tokener *tokener = json_tokener_new();
    struct json_object *all =
        tokener == NULL ? NULL : json_tokener_parse_ex(tokener, json, (int)len);
    const bool read = all != NULL && json_object_is_type(all, json_type_object);

    if (read) {
        take(s, all, topic);
    }
    json_object_put(all);
    if (tokener != NULL) {
        json_tokener_free(tokener);
    }
    return read;
}

static void measure_brokers(const struct kafka_statistics *s, transport_put *put, void *arg)
{
    for (unsigned b = 0; b < s->n_brokers; b++) {
        for (int i = 0; i < KAFKA_BROKER_VALUES; i++) {
            put(arg, broker_values[i].name, "broker", s->brokers[b].id, s->brokers[b].values[i]);
        }
    }
}

void kafka_statistics_measure(struct kafka_statistics *s, transport_put *put, void *arg)
{
    uv_mutex_lock(&s->mutex);
    for (int i = 0; i < KAFKA_TOTALS; i++) {
        put(arg, totals[i].name, NULL, NULL, s->totals[i]);
    }
    put(arg, "kafka_topic_partitions", NULL, NULL, s->partitions);
    if (s->ratio > 0) {
        put(arg, "kafka_compression_ratio", NULL, NULL, s->ratio);
        put(arg, "kafka_codec", "codec", s->ratio < LEAST_RATIO ? "none" : s->codec, 1);
    }
    measure_brokers(s, put, arg);
    uv_mutex_unlock(&s->mutex);
}

unsigned kafka_statistics_partitions(struct kafka_statistics *s)
{
    unsigned partitions;

    uv_mutex_lock(&s->mutex);
    partitions = s->partitions;
    uv_mutex_unlock(&s->mutex);
    return partitions;
}

unsigned kafka_statistics_brokers_up(struct kafka_statistics *s)
{
    unsigned up = 0;

    uv_mutex_lock(&s->mutex);
    for (unsigned b = 0; b < s->n_brokers; b++) {
        up += s->brokers[b].values[BROKER_UP] > 0 ? 1 : 0;
    }
    uv_mutex_unlock(&s->mutex);
    return up;
}
