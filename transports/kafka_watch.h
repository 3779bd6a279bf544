// SPDX-License-Identifier: Apache-2.0
#ifndef TRANSPORTS_KAFKA_WATCH_H
#define TRANSPORTS_KAFKA_WATCH_H

#include <stdbool.h>
#include <stdint.h>

struct kafka;

/* What was said of a topic. */
struct kafka_watch {
    unsigned partitions; /* 0 if it has not been seen */
    uint64_t missing_ns; /* since when a broker answers and it is not there; or 0 */
    bool missing_said;
};

/* Says which topics are there, are not, or have changed; after new statistics, on the thread. */
void kafka_watch_topics(struct kafka *k);

#endif
