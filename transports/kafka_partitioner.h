// SPDX-License-Identifier: Apache-2.0
#ifndef TRANSPORTS_KAFKA_PARTITIONER_H
#define TRANSPORTS_KAFKA_PARTITIONER_H

#include <librdkafka/rdkafka.h>

/* goflow2's partitioners, as librdkafka calls them: from any thread. */

/* One after the other, whatever the key; topic_opaque is an _Atomic uint32_t. */
int32_t kafka_partition_in_turn(const rd_kafka_topic_t *topic, const void *key, size_t key_len,
                                int32_t partitions, void *topic_opaque, void *message_opaque);

/* FNV-1a with 32 bits over the key, as a signed number, modulo the partitions, without its sign. */
int32_t kafka_partition_hashed(const rd_kafka_topic_t *topic, const void *key, size_t key_len,
                               int32_t partitions, void *topic_opaque, void *message_opaque);

#endif
