// SPDX-License-Identifier: Apache-2.0
#ifndef TRANSPORTS_KAFKA_PRODUCER_H
#define TRANSPORTS_KAFKA_PRODUCER_H

#include <librdkafka/rdkafka.h>
#include <stdatomic.h>

#include "lib/batch.h"
#include "transports/kafka_settings.h"

/* What one message of Kafka's is made of. */
struct kafka_message {
    struct slice key; /* empty for none */
    struct slice value;
    uint64_t time_ms; /* 0 for now */
    enum record_kind kind;
    void *opaque; /* comes back with its delivery report */
};

/* One producer of librdkafka and its topics. */
struct kafka_producer {
    rd_kafka_t *rk;
    rd_kafka_topic_t *topics[RECORD_KIND_COUNT];
    rd_kafka_queue_t *queue; /* of all its events */
    rd_kafka_headers_t *headers;
    _Atomic uint32_t turns[RECORD_KIND_COUNT]; /* of the partitioner */
    bool alone;                                /* each message makes a batch of its own */
    uint64_t stays_until_ns;                   /* it is not renewed before; 0 for the first */
    rd_kafka_event_t *event;                   /* that is served; or NULL */
    const rd_kafka_message_t *message;         /* of it, that found no room; or NULL */

    /* Once it is retired. */
    uint64_t answers_until_ns; /* when what is in flight is no longer waited for */
    struct kafka_producer *next;
};

/* What a producer is made of; borrowed for the call. */
struct kafka_producer_plan {
    const rd_kafka_conf_t *conf;
    const struct kafka_settings *settings;
    bool goflow2;
    bool alone;
    /* Called from any thread when events wait to be served. */
    void (*wake)(rd_kafka_t *rk, void *arg);
    void *arg;
};

/* Returns NULL, logged, if librdkafka does not take its configuration, or there is no memory. */
struct kafka_producer *kafka_producer_new(const struct kafka_producer_plan *plan);

/* Messages that it holds are gone, without a report. */
void kafka_producer_free(struct kafka_producer *p);

/* Copies the message into its queue; from any thread. */
rd_kafka_resp_err_t kafka_producer_send(struct kafka_producer *p, const struct kafka_message *m);

/* Messages whose report has not been served. */
size_t kafka_producer_held(const struct kafka_producer *p);

#endif
