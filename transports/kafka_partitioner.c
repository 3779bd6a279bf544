// SPDX-License-Identifier: Apache-2.0
// goflow2's partitioners, so that keys keep their partitions when weir takes its place.
#include "transports/kafka_partitioner.h"

#include <stdatomic.h>
#include <stdint.h>

int32_t kafka_partition_in_turn(const rd_kafka_topic_t *topic, const void *key, size_t key_len,
                                int32_t partitions, void *topic_opaque, void *message_opaque)
{
    _Atomic uint32_t *next = topic_opaque;

    (void)topic;
    (void)key;
    (void)key_len;
    (void)message_opaque;
    return (int32_t)(atomic_fetch_add_explicit(next, 1, memory_order_relaxed) %
                     (uint32_t)partitions);
}

int32_t kafka_partition_hashed(const rd_kafka_topic_t *topic, const void *key, size_t key_len,
                               int32_t partitions, void *topic_opaque, void *message_opaque)
{
    const uint8_t *octets = key;
    uint32_t hash = 2166136261u;
    int32_t partition;

    (void)topic;
    (void)topic_opaque;
    (void)message_opaque;
    for (size_t i = 0; i < key_len; i++) {
        hash = (hash ^ octets[i]) * 16777619u;
    }
    partition = (int32_t)hash % partitions;
    return partition < 0 ? -partition : partition;
}
