// SPDX-License-Identifier: Apache-2.0
// What the transport tells about itself: its own counters, then librdkafka's statistics.
#include "transports/kafka.h"

static double read_counter(const _Atomic uint64_t *counter)
{
    return (double)atomic_load_explicit(counter, memory_order_relaxed);
}

void kafka_measure(const struct transport *t, transport_put *put, void *arg)
{
    /* The statistics have a lock, and nothing else is changed. */
    struct kafka *k = (struct kafka *)(uintptr_t)t;

    put(arg, "kafka_produced_total", NULL, NULL, read_counter(&k->produced));
    put(arg, "kafka_producer_renewals_total", NULL, NULL, read_counter(&k->renewals));
    put(arg, "kafka_credential_renewals_total", NULL, NULL, read_counter(&k->credential_renewals));
    put(arg, "kafka_dead_letters_total", NULL, NULL, read_counter(&k->dead_letter.written));
    put(arg, "kafka_dead_letters_left_out_total", NULL, NULL,
        read_counter(&k->dead_letter.left_out));
    for (size_t row = 0; row < KAFKA_ERRORS; row++) {
        const double failed = read_counter(&k->failed[row]);

        if (failed > 0) {
            put(arg, "kafka_failed_total", "error", rd_kafka_err2name(kafka_error_row(row)->code),
                failed);
        }
    }
    if (k->path_open && k->path->measure != NULL) {
        k->path->measure(k, put, arg);
    }
    kafka_statistics_measure(&k->statistics, &k->settings, put, arg);
}
