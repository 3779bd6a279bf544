// SPDX-License-Identifier: Apache-2.0
// Topics made through Kafka's Admin API.
#include "transports/kafka_topics.h"

#include <string.h>

#include "lib/log.h"
#include "transports/kafka.h"
#include "transports/kafka_config.h"
#include "transports/kafka_srv.h"
#include "transports/kafka_token.h"

enum { POLL_MS = 100, REASON_OCTETS = 512 };

/* A client that asks for topics, and what its log needs. */
struct admin {
    const struct kafka_settings *settings;
    struct kafka_secrets secrets;
    struct kafka_log log;
    rd_kafka_t *rk;
    rd_kafka_queue_t *events;
};

/* The brokers that are looked up, where they are not given. */
static bool find_brokers(const struct kafka_settings *settings, rd_kafka_conf_t *conf)
{
    char brokers[KAFKA_SRV_OCTETS];
    const char *problem = NULL;

    if (*settings->srv == '\0') {
        return true;
    }
    problem = kafka_srv_look_up(settings->srv, brokers);
    if (problem != NULL) {
        LOG(ERROR, "cannot look the brokers up", LOG_TEXT("srv", settings->srv),
            LOG_TEXT("error", problem));
        return false;
    }
    return kafka_config_set(conf, "bootstrap.servers", brokers);
}

static bool open_admin(struct admin *a, struct kafka *k)
{
    rd_kafka_conf_t *conf;
    char reason[REASON_OCTETS] = "it knows no broker";

    a->settings = &k->settings;
    conf = kafka_settings_resolve(&k->settings)
               ? kafka_config_new(&k->settings, k->transport.goflow2, &a->secrets)
               : NULL;
    if (conf == NULL) {
        return false;
    }
    if (find_brokers(&k->settings, conf)) {
        a->rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof(reason));
    }
    if (a->rk == NULL) {
        LOG(ERROR, "librdkafka cannot make a client", LOG_TEXT("error", reason));
        rd_kafka_conf_destroy(conf);
        return false;
    }
    (void)rd_kafka_set_log_queue(a->rk, NULL);
    a->events = rd_kafka_queue_get_main(a->rk);
    return kafka_log_open(&a->log, &a->secrets) == 0;
}

static void close_admin(struct admin *a)
{
    if (a->rk != NULL) {
        rd_kafka_queue_destroy(a->events);
        rd_kafka_destroy(a->rk);
        kafka_log_close(&a->log);
    }
    kafka_secrets_clear(&a->secrets);
}

static void serve_event(struct admin *a, rd_kafka_event_t *event)
{
    const char *facility;
    const char *text;
    int level;

    switch (rd_kafka_event_type(event)) {
    case RD_KAFKA_EVENT_LOG:
        if (rd_kafka_event_log(event, &facility, &text, &level) == 0) {
            kafka_log_line(&a->log, level, facility, text);
        }
        break;
    case RD_KAFKA_EVENT_ERROR:
        kafka_log_error(&a->log, rd_kafka_event_error(event), rd_kafka_event_error_string(event));
        break;
    case RD_KAFKA_EVENT_OAUTHBEARER_TOKEN_REFRESH:
        kafka_token_refresh(a->rk, a->settings->sasl_token_file);
        break;
    default:
        break;
    }
}

/* What librdkafka has to say meanwhile. */
static void serve_events(struct admin *a)
{
    rd_kafka_event_t *event;

    while ((event = rd_kafka_queue_poll(a->events, 0)) != NULL) {
        serve_event(a, event);
        rd_kafka_event_destroy(event);
    }
}

static rd_kafka_NewTopic_t *new_topic(const struct kafka_topic_wish *wish)
{
    char reason[REASON_OCTETS];
    rd_kafka_NewTopic_t *topic = rd_kafka_NewTopic_new(wish->name, wish->partitions,
                                                       wish->replication, reason, sizeof(reason));

    if (topic == NULL) {
        LOG(ERROR, "there can be no such topic", LOG_TEXT("topic", wish->name),
            LOG_TEXT("error", reason));
        return NULL;
    }
    for (size_t i = 0; i < wish->n_settings; i++) {
        (void)rd_kafka_NewTopic_set_config(topic, wish->settings[i].name, wish->settings[i].value);
    }
    return topic;
}

/* The answer to a request for one topic; NULL if none came. */
static rd_kafka_event_t *ask(struct admin *a, rd_kafka_NewTopic_t *topic, int timeout_ms)
{
    rd_kafka_AdminOptions_t *options =
        rd_kafka_AdminOptions_new(a->rk, RD_KAFKA_ADMIN_OP_CREATETOPICS);
    rd_kafka_queue_t *answers = rd_kafka_queue_new(a->rk);
    rd_kafka_event_t *answer = NULL;

    (void)rd_kafka_AdminOptions_set_request_timeout(options, timeout_ms, NULL, 0);
    rd_kafka_CreateTopics(a->rk, &topic, 1, options, answers);
    for (int waited = 0; answer == NULL && waited <= timeout_ms + POLL_MS; waited += POLL_MS) {
        serve_events(a);
        answer = rd_kafka_queue_poll(answers, POLL_MS);
    }
    rd_kafka_queue_destroy(answers);
    rd_kafka_AdminOptions_destroy(options);
    return answer;
}

static enum kafka_topic_outcome outcome_of(const rd_kafka_event_t *answer, const char *name)
{
    const rd_kafka_CreateTopics_result_t *result;
    const rd_kafka_topic_result_t *const *topics;
    rd_kafka_resp_err_t code;
    const char *reason;
    size_t n = 0;

    result = rd_kafka_event_CreateTopics_result((rd_kafka_event_t *)(uintptr_t)answer);
    topics =
        (const rd_kafka_topic_result_t *const *)rd_kafka_CreateTopics_result_topics(result, &n);
    code = n == 0 ? RD_KAFKA_RESP_ERR_UNKNOWN : rd_kafka_topic_result_error(topics[0]);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        return KAFKA_TOPIC_MADE;
    }
    if (code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
        return KAFKA_TOPIC_THERE;
    }
    reason = n == 0 ? NULL : rd_kafka_topic_result_error_string(topics[0]);
    LOG(ERROR, "Kafka does not make the topic", LOG_TEXT("topic", name),
        LOG_TEXT("code", rd_kafka_err2name(code)),
        LOG_TEXT("error", reason == NULL ? rd_kafka_err2str(code) : reason));
    return KAFKA_TOPIC_FAILED;
}

static enum kafka_topic_outcome make(struct admin *a, const struct kafka_topic_wish *wish,
                                     int timeout_ms)
{
    enum kafka_topic_outcome outcome = KAFKA_TOPIC_FAILED;
    rd_kafka_NewTopic_t *topic = new_topic(wish);
    rd_kafka_event_t *answer = topic == NULL ? NULL : ask(a, topic, timeout_ms);

    if (answer != NULL && rd_kafka_event_error(answer) == RD_KAFKA_RESP_ERR_NO_ERROR) {
        outcome = outcome_of(answer, wish->name);
    } else if (topic != NULL) {
        LOG(ERROR, "Kafka does not answer", LOG_TEXT("topic", wish->name),
            LOG_TEXT("error",
                     answer == NULL ? "no answer in time" : rd_kafka_event_error_string(answer)));
    }
    if (answer != NULL) {
        rd_kafka_event_destroy(answer);
    }
    if (topic != NULL) {
        rd_kafka_NewTopic_destroy(topic);
    }
    return outcome;
}

static int count_partitions(const struct admin *a, const char *name, int timeout_ms)
{
    const struct rd_kafka_metadata *metadata;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(a->rk, name, NULL);
    int partitions = 0;

    if (topic != NULL &&
        rd_kafka_metadata(a->rk, 0, topic, &metadata, timeout_ms) == RD_KAFKA_RESP_ERR_NO_ERROR) {
        partitions = metadata->topic_cnt == 1 ? metadata->topics[0].partition_cnt : 0;
        rd_kafka_metadata_destroy(metadata);
    }
    if (topic != NULL) {
        rd_kafka_topic_destroy(topic);
    }
    return partitions;
}

size_t kafka_topic_names(const struct transport *kafka, const char *names[static RECORD_KIND_COUNT])
{
    const struct kafka_settings *settings = &((const struct kafka *)kafka)->settings;
    size_t n = 0;

    for (int kind = 0; kind < RECORD_KIND_COUNT; kind++) {
        if (kafka_settings_is_first(settings, (enum record_kind)kind)) {
            names[n++] = kafka_settings_topic(settings, (enum record_kind)kind);
        }
    }
    return n;
}

bool kafka_topic_is_table(const struct transport *kafka, const char *name)
{
    const struct kafka_settings *settings = &((const struct kafka *)kafka)->settings;
    bool table = true;

    for (int kind = 0; kind < RECORD_KIND_COUNT; kind++) {
        if (strcmp(kafka_settings_topic(settings, (enum record_kind)kind), name) == 0) {
            table &= record_kind_nature((enum record_kind)kind) == RECORD_TABLE;
        }
    }
    return table;
}

enum kafka_topic_outcome kafka_make_topic(struct transport *kafka,
                                          const struct kafka_topic_wish *wish, int timeout_ms,
                                          int *partitions)
{
    enum kafka_topic_outcome outcome = KAFKA_TOPIC_FAILED;
    struct admin a = {.settings = NULL};

    if (open_admin(&a, (struct kafka *)kafka)) {
        outcome = make(&a, wish, timeout_ms);
    }
    if (outcome == KAFKA_TOPIC_THERE) {
        *partitions = count_partitions(&a, wish->name, timeout_ms);
    }
    close_admin(&a);
    return outcome;
}
