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

/* Places in totals. */
enum { SENT_MESSAGES = 4, SENT_OCTETS = 5 };

enum { BROKER_UP = KAFKA_BROKER_VALUES - 1 };

int kafka_statistics_open(struct kafka_statistics *s, const char *codec)
{
    *s = (struct kafka_statistics){.n_brokers = 0};
    (void)snprintf(s->codec, sizeof(s->codec), "%s", codec);
    return uv_mutex_init(&s->mutex);
}

void kafka_statistics_set_codec(struct kafka_statistics *s, const char *codec)
{
    uv_mutex_lock(&s->mutex);
    (void)snprintf(s->codec, sizeof(s->codec), "%s", codec);
    uv_mutex_unlock(&s->mutex);
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
static unsigned count_partitions(struct json_object *topic)
{
    struct json_object *partitions = member(topic, "partitions");
    const int n = partitions == NULL ? 0 : json_object_object_length(partitions);

    return (unsigned)(n > 0 && member(partitions, "-1") != NULL ? n - 1 : n);
}

/* What batches of a topic held, and how large they were. */
struct batches {
    double messages;
    double octets;
};

static void take_topics(struct kafka_statistics *s, struct json_object *topics,
                        const struct kafka_settings *settings)
{
    const double message_octets =
        s->totals[SENT_MESSAGES] > 0 ? s->totals[SENT_OCTETS] / s->totals[SENT_MESSAGES] : 0;
    struct batches sum = {0, 0};

    for (int kind = 0; kind < RECORD_KIND_COUNT; kind++) {
        struct json_object *topic =
            member(topics, kafka_settings_topic(settings, (enum record_kind)kind));

        s->partitions[kind] = count_partitions(topic);
        sum.messages += number(member(topic, "batchcnt"), "sum");
        sum.octets += number(member(topic, "batchsize"), "sum");
    }
    if (sum.octets > 0 && sum.messages > 0) {
        s->ratio = sum.messages * message_octets / sum.octets;
    }
}

static void take(struct kafka_statistics *s, struct json_object *all,
                 const struct kafka_settings *settings)
{
    struct json_object *brokers = member(all, "brokers");

    uv_mutex_lock(&s->mutex);
    for (int i = 0; i < KAFKA_TOTALS; i++) {
        s->totals[i] = number(all, totals[i].key);
    }
    if (brokers != NULL) {
        take_brokers(s, brokers);
    }
    take_topics(s, member(all, "topics"), settings);
    uv_mutex_unlock(&s->mutex);
}

bool kafka_statistics_take(struct kafka_statistics *s, const char *json, size_t len,
                           const struct kafka_settings *settings)
{
    struct json_tokener *tokener = json_tokener_new();
    struct json_object *all =
        tokener == NULL ? NULL : json_tokener_parse_ex(tokener, json, (int)len);
    const bool read = all != NULL && json_object_is_type(all, json_type_object);

    if (read) {
        take(s, all, settings);
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

/* Each topic once, however many kinds go there. */
static void measure_topics(const struct kafka_statistics *s, const struct kafka_settings *settings,
                           transport_put *put, void *arg)
{
    for (int kind = 0; kind < RECORD_KIND_COUNT; kind++) {
        if (kafka_settings_is_first(settings, (enum record_kind)kind)) {
            put(arg, "kafka_topic_partitions", "topic",
                kafka_settings_topic(settings, (enum record_kind)kind), s->partitions[kind]);
        }
    }
}

void kafka_statistics_measure(struct kafka_statistics *s, const struct kafka_settings *settings,
                              transport_put *put, void *arg)
{
    uv_mutex_lock(&s->mutex);
    for (int i = 0; i < KAFKA_TOTALS; i++) {
        put(arg, totals[i].name, NULL, NULL, s->totals[i]);
    }
    measure_topics(s, settings, put, arg);
    if (s->ratio > 0) {
        put(arg, "kafka_compression_ratio", NULL, NULL, s->ratio);
        put(arg, "kafka_codec", "codec", s->ratio < LEAST_RATIO ? "none" : s->codec, 1);
    }
    measure_brokers(s, put, arg);
    uv_mutex_unlock(&s->mutex);
}

unsigned kafka_statistics_partitions(struct kafka_statistics *s, enum record_kind kind)
{
    unsigned partitions;

    uv_mutex_lock(&s->mutex);
    partitions = s->partitions[kind];
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
