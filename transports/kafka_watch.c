// SPDX-License-Identifier: Apache-2.0
// Whether the topics are there, and with how many partitions.
#include "transports/kafka_watch.h"

#include "lib/log.h"
#include "transports/kafka.h"

/* How long a topic may be unknown to a broker that answers before this is said. */
static const uint64_t MISSING_NS = 3000000000;

static void log_partitions(struct kafka_watch *watch, const char *topic, unsigned partitions)
{
    if (watch->partitions == 0) {
        LOG(INFO, "Kafka has the topic", LOG_TEXT("topic", topic),
            LOG_NUMBER("partitions", partitions));
    } else {
        LOG(WARN, "the topic has other partitions than before: keys have moved",
            LOG_TEXT("topic", topic), LOG_NUMBER("before", watch->partitions),
            LOG_NUMBER("partitions", partitions));
    }
    watch->partitions = partitions;
}

/* Said once, until the topic is there. */
static void look_for_topic(struct kafka *k, struct kafka_watch *watch, const char *topic)
{
    const uint64_t now = uv_hrtime();

    if (kafka_statistics_brokers_up(&k->statistics) == 0 || watch->missing_said) {
        return;
    }
    if (watch->missing_ns == 0) {
        watch->missing_ns = now;
    }
    if (now - watch->missing_ns >= MISSING_NS) {
        watch->missing_said = true;
        LOG(ERROR, "Kafka does not have the topic, or does not show it to this user",
            LOG_TEXT("topic", topic), LOG_TEXT("remedy", "weir kafka create-topics"));
    }
}

static void watch_topic(struct kafka *k, enum record_kind kind)
{
    const char *topic = kafka_settings_topic(&k->settings, kind);
    const unsigned partitions = kafka_statistics_partitions(&k->statistics, kind);
    struct kafka_watch *watch = &k->watches[kind];

    if (partitions == 0) {
        look_for_topic(k, watch, topic);
        return;
    }
    watch->missing_ns = 0;
    watch->missing_said = false;
    if (partitions != watch->partitions) {
        log_partitions(watch, topic, partitions);
    }
}

void kafka_watch_topics(struct kafka *k)
{
    for (int kind = 0; kind < RECORD_KIND_COUNT; kind++) {
        if (kafka_settings_is_first(&k->settings, (enum record_kind)kind)) {
            watch_topic(k, (enum record_kind)kind);
        }
    }
}
