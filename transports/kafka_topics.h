// SPDX-License-Identifier: Apache-2.0
#ifndef TRANSPORTS_KAFKA_TOPICS_H
#define TRANSPORTS_KAFKA_TOPICS_H

#include <stddef.h>

#include "lib/transport.h"

/* One setting of a topic, as Kafka names it. */
struct kafka_topic_setting {
    const char *name;
    const char *value;
};

/* A topic as it shall be. */
struct kafka_topic_wish {
    const char *name;
    int partitions;
    int replication; /* -1 for the broker's own */
    const struct kafka_topic_setting *settings;
    size_t n_settings;
};

/* The topics that a transport kafka sends to, each once; returns how many. */
size_t kafka_topic_names(const struct transport *kafka,
                         const char *names[static RECORD_KIND_COUNT]);

/* Whether only tables go to the topic, so that of each key the last record is all that counts. */
bool kafka_topic_is_table(const struct transport *kafka, const char *name);

enum kafka_topic_outcome { KAFKA_TOPIC_MADE, KAFKA_TOPIC_THERE, KAFKA_TOPIC_FAILED };

/*
 * Makes a topic, or finds it there: then nothing of it is changed, and *partitions becomes
 * how many it has (0 if that cannot be learnt).  kafka is a transport kafka with its options,
 * not open.  Waits for at most timeout_ms; what went wrong is logged.
 */
enum kafka_topic_outcome kafka_make_topic(struct transport *kafka,
                                          const struct kafka_topic_wish *wish, int timeout_ms,
                                          int *partitions);

#endif
