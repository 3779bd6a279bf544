// SPDX-License-Identifier: Apache-2.0
#ifndef TRANSPORTS_KAFKA_STATISTICS_H
#define TRANSPORTS_KAFKA_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "lib/transport.h"
#include "transports/kafka_settings.h"

enum { KAFKA_TOTALS = 6, KAFKA_BROKERS_MAX = 32, KAFKA_BROKER_VALUES = 8 };

/* What librdkafka's statistics (its STATISTICS.md) said last. */
struct kafka_statistics {
    uv_mutex_t mutex; /* of what follows */
    double totals[KAFKA_TOTALS];
    double ratio; /* of what went in to what went out, of the last batches; 0 if not known */
    unsigned partitions[RECORD_KIND_COUNT]; /* of the topic of each kind */
    unsigned n_brokers;
    struct {
        char id[16];
        double values[KAFKA_BROKER_VALUES];
    } brokers[KAFKA_BROKERS_MAX];
    char codec[16]; /* that was asked for */
};

/* codec is what was asked for, and copied.  Returns 0 or UV_E*. */
int kafka_statistics_open(struct kafka_statistics *s, const char *codec);
void kafka_statistics_set_codec(struct kafka_statistics *s, const char *codec);
void kafka_statistics_close(struct kafka_statistics *s);

/* Reads one statistics event of a producer with these topics; false if it is no such thing. */
bool kafka_statistics_take(struct kafka_statistics *s, const char *json, size_t len,
                           const struct kafka_settings *settings);

/* As transport_ops.measure, of a transport with these topics. */
void kafka_statistics_measure(struct kafka_statistics *s, const struct kafka_settings *settings,
                              transport_put *put, void *arg);

/* Partitions of the topic of a kind, and brokers that are connected; 0 while none is known. */
unsigned kafka_statistics_partitions(struct kafka_statistics *s, enum record_kind kind);
unsigned kafka_statistics_brokers_up(struct kafka_statistics *s);

#endif
