// SPDX-License-Identifier: Apache-2.0
#ifndef TRANSPORTS_KAFKA_SPOOLED_H
#define TRANSPORTS_KAFKA_SPOOLED_H

#include <stdatomic.h>
#include <stdbool.h>

#include "lib/spool/spool.h"
#include "transports/kafka.h"

/*
 * The path of records through the spool; private to kafka_spooled.c, where they are
 * appended and sent and their reports come, and kafka_spool_read.c, where they are read back.
 */
struct kafka_spooled {
    struct spool *spool;
    _Atomic bool behind; /* records wait in the spool, so new ones must too */

    /* The thread's own. */
    bool pausing; /* nothing is read until resume_ns, nor while librdkafka holds anything */
    uint64_t resume_ns;
    uint64_t alone_until; /* records with lower numbers make batches of their own */
    uint64_t stuck;       /* number of the first record that came back in the last round */
    unsigned rounds;      /* in which it was the first */
    uint64_t maintained_ns;
    bool read_failing; /* was logged, and so was the next */
    bool maintain_failing;
    uint64_t lost[SPOOL_LOSS_COUNT];

    _Atomic bool append_failing; /* was logged */
    _Atomic uint64_t replayed;   /* records that were read back and sent */
};

/* How a message names its records in the spool. */
void *kafka_spool_ticket(struct spool_run run);

/* These wait now, and all that follow must.  From any thread. */
void kafka_spool_leave(struct kafka *k, struct spool_run run);

/* A message failed: its records wait again, or are buried.  On the thread. */
void kafka_spool_take_back(struct kafka *k, const struct kafka_producer *p,
                           const struct kafka_error *error, const struct kafka_message *m,
                           struct spool_run run);

/* Nothing is read for so long, and until nothing is on its way.  On the thread. */
void kafka_spool_pause(struct kafka *k, uint64_t ns);

/* As kafka_path.feed: reads back what waits, and maintains the spool. */
void kafka_spool_feed(struct kafka *k);

/* Tells the transport what the bounds of the spool have cost.  On the thread, or after it. */
void kafka_spool_count_losses(struct kafka *k);

#endif
