// SPDX-License-Identifier: Apache-2.0
// What librdkafka reports: ends of messages, its log, errors, statistics.
#include "transports/kafka_events.h"

#include <string.h>

#include "lib/log.h"
#include "transports/kafka_token.h"

enum { REASON_OCTETS = 512 };

/* The one that found no room comes first. */
static bool next_message(struct kafka_producer *p, rd_kafka_event_t *event)
{
    if (p->message == NULL) {
        p->message = rd_kafka_event_message_next(event);
    }
    return p->message != NULL;
}

static void on_deliveries(struct kafka *k, struct kafka_producer *p, rd_kafka_event_t *event)
{
    bool delivered = false;

    while (next_message(p, event) && k->path->report(k, p, p->message)) {
        delivered = delivered || p->message->err == RD_KAFKA_RESP_ERR_NO_ERROR;
        p->message = NULL;
    }
    atomic_store(&k->full, false);
    if (delivered) {
        k->all_down = false;
        kafka_log_delivered(&k->log);
    }
}

/* What a retired producer meets, the one in its place does not. */
static void on_log(struct kafka *k, struct kafka_producer *p, rd_kafka_event_t *event)
{
    const char *facility;
    const char *text;
    int level;

    if (!kafka_is_retired(k, p) && rd_kafka_event_log(event, &facility, &text, &level) == 0) {
        kafka_log_line(&k->log, level, facility, text);
    }
}

static void on_fatal(struct kafka *k, struct kafka_producer *p)
{
    char reason[REASON_OCTETS] = "";
    const rd_kafka_resp_err_t code = rd_kafka_fatal_error(p->rk, reason, sizeof(reason));

    kafka_log_error(&k->log, code, reason);
}

static void on_error(struct kafka *k, struct kafka_producer *p, rd_kafka_event_t *event)
{
    const rd_kafka_resp_err_t code = rd_kafka_event_error(event);

    if (code == RD_KAFKA_RESP_ERR__FATAL) {
        on_fatal(k, p);
        return;
    }
    if (kafka_is_retired(k, p)) {
        return;
    }
    k->all_down = k->all_down || code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN;
    kafka_log_error(&k->log, code, rd_kafka_event_error_string(event));
}

static void on_statistics(struct kafka *k, struct kafka_producer *p, rd_kafka_event_t *event)
{
    const char *json = rd_kafka_event_stats(event);

    if (p == k->producer &&
        kafka_statistics_take(&k->statistics, json, strlen(json), &k->settings)) {
        kafka_watch_topics(k);
    }
}

static void on_token_wanted(struct kafka *k, struct kafka_producer *p, rd_kafka_event_t *event)
{
    (void)event;
    kafka_token_refresh(p->rk, k->settings.sasl_token_file);
}

static const struct {
    rd_kafka_event_type_t type;
    void (*handle)(struct kafka *k, struct kafka_producer *p, rd_kafka_event_t *event);
} handlers[] = {
    {RD_KAFKA_EVENT_DR, on_deliveries},
    {RD_KAFKA_EVENT_LOG, on_log},
    {RD_KAFKA_EVENT_ERROR, on_error},
    {RD_KAFKA_EVENT_STATS, on_statistics},
    {RD_KAFKA_EVENT_OAUTHBEARER_TOKEN_REFRESH, on_token_wanted},
};

bool kafka_handle_event(struct kafka *k, struct kafka_producer *p, rd_kafka_event_t *event)
{
    const rd_kafka_event_type_t type = rd_kafka_event_type(event);

    for (size_t i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++) {
        if (handlers[i].type == type) {
            handlers[i].handle(k, p, event);
        }
    }
    return p->message == NULL;
}
