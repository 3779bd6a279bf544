// SPDX-License-Identifier: Apache-2.0
// One producer of librdkafka: how it is made, and how a message is given to it.
#include "transports/kafka_producer.h"

#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "transports/kafka_config.h"
#include "transports/kafka_partitioner.h"

enum { ERROR_OCTETS = 512, WORD_OCTETS = 64 };

static bool set_alone(rd_kafka_conf_t *conf)
{
    return kafka_config_set(conf, "batch.num.messages", "1") &&
           kafka_config_set(conf, "linger.ms", "0");
}

static rd_kafka_t *new_handle(const struct kafka_producer_plan *plan)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_dup(plan->conf);
    char error[ERROR_OCTETS];
    rd_kafka_t *rk;

    if (plan->alone && !set_alone(conf)) {
        rd_kafka_conf_destroy(conf);
        return NULL;
    }
    rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof(error));
    if (rk == NULL) {
        LOG(ERROR, "librdkafka cannot make a producer", LOG_TEXT("error", error));
        rd_kafka_conf_destroy(conf);
    }
    return rk;
}

/* Whether the property partitioner still is what weir, or librdkafka, gives it. */
static bool may_choose_partitioner(const struct kafka_producer_plan *plan)
{
    char word[WORD_OCTETS];

    kafka_config_get(plan->conf, "partitioner", word, sizeof(word));
    return strcmp(word, plan->goflow2 ? "consistent_random" : "murmur2_random") == 0;
}

static void choose_partitioner(const struct kafka_producer_plan *plan, rd_kafka_topic_conf_t *conf)
{
    if (!may_choose_partitioner(plan)) {
        return;
    }
    if (plan->settings->hashing) {
        rd_kafka_topic_conf_set_partitioner_cb(conf, kafka_partition_hashed);
    } else if (plan->goflow2) {
        rd_kafka_topic_conf_set_partitioner_cb(conf, kafka_partition_in_turn);
    }
}

static rd_kafka_topic_t *new_topic(struct kafka_producer *p, const struct kafka_producer_plan *plan,
                                   enum record_kind kind)
{
    rd_kafka_topic_conf_t *conf = rd_kafka_default_topic_conf_dup(p->rk);
    const char *name = kafka_settings_topic(plan->settings, kind);
    rd_kafka_topic_t *topic;

    rd_kafka_topic_conf_set_opaque(conf, &p->turns[kind]);
    choose_partitioner(plan, conf);
    topic = rd_kafka_topic_new(p->rk, name, conf);
    if (topic == NULL) {
        LOG(ERROR, "there can be no such topic", LOG_TEXT("topic", name),
            LOG_TEXT("error", rd_kafka_err2str(rd_kafka_last_error())));
        rd_kafka_topic_conf_destroy(conf);
    }
    return topic;
}

/* Kinds that share a topic share librdkafka's handle of it. */
static bool open_topics(struct kafka_producer *p, const struct kafka_producer_plan *plan)
{
    for (int kind = 0; kind < RECORD_KIND_COUNT; kind++) {
        p->topics[kind] = new_topic(p, plan, (enum record_kind)kind);
        if (p->topics[kind] == NULL) {
            return false;
        }
    }
    return true;
}

static rd_kafka_headers_t *new_headers(const struct option_list *list)
{
    rd_kafka_headers_t *headers = list->n == 0 ? NULL : rd_kafka_headers_new(list->n);

    for (size_t i = 0; i < list->n; i++) {
        const char *name = list->at[i];
        const size_t len = strcspn(name, "=");
        const char *value = name + len + 1;

        (void)rd_kafka_header_add(headers, name, (ssize_t)len, value, (ssize_t)strlen(value));
    }
    return headers;
}

struct kafka_producer *kafka_producer_new(const struct kafka_producer_plan *plan)
{
    struct kafka_producer *p = calloc(1, sizeof(*p));

    if (p == NULL) {
        LOG(ERROR, "no memory for a producer");
        return NULL;
    }
    p->alone = plan->alone;
    p->rk = new_handle(plan);
    if (p->rk == NULL || !open_topics(p, plan)) {
        kafka_producer_free(p);
        return NULL;
    }
    p->headers = new_headers(&plan->settings->headers);
    p->queue = rd_kafka_queue_get_main(p->rk);
    rd_kafka_queue_cb_event_enable(p->queue, plan->wake, plan->arg);
    (void)rd_kafka_set_log_queue(p->rk, NULL);
    return p;
}

void kafka_producer_free(struct kafka_producer *p)
{
    if (p->event != NULL) {
        rd_kafka_event_destroy(p->event);
    }
    if (p->queue != NULL) {
        rd_kafka_queue_cb_event_enable(p->queue, NULL, NULL);
        rd_kafka_queue_destroy(p->queue);
    }
    if (p->headers != NULL) {
        rd_kafka_headers_destroy(p->headers);
    }
    for (int kind = 0; kind < RECORD_KIND_COUNT && p->topics[kind] != NULL; kind++) {
        rd_kafka_topic_destroy(p->topics[kind]);
    }
    if (p->rk != NULL) {
        rd_kafka_destroy(p->rk);
    }
    free(p);
}

/* librdkafka takes no pointer to what it only reads. */
static void *readable(const char *octets)
{
    return (void *)(uintptr_t)octets;
}

rd_kafka_resp_err_t kafka_producer_send(struct kafka_producer *p, const struct kafka_message *m)
{
    rd_kafka_headers_t *headers = p->headers == NULL ? NULL : rd_kafka_headers_copy(p->headers);
    const rd_kafka_resp_err_t error = rd_kafka_producev(
        p->rk, RD_KAFKA_V_RKT(p->topics[m->kind]), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_KEY(m->key.len == 0 ? NULL : m->key.data, m->key.len),
        RD_KAFKA_V_VALUE(readable(m->value.data), m->value.len),
        RD_KAFKA_V_TIMESTAMP((int64_t)m->time_ms), RD_KAFKA_V_HEADERS(headers),
        RD_KAFKA_V_OPAQUE(m->opaque), RD_KAFKA_V_END);

    if (error != RD_KAFKA_RESP_ERR_NO_ERROR && headers != NULL) {
        rd_kafka_headers_destroy(headers);
    }
    return error;
}

size_t kafka_producer_held(const struct kafka_producer *p)
{
    return (size_t)rd_kafka_outq_len(p->rk);
}
