// SPDX-License-Identifier: Apache-2.0
#ifndef TRANSPORTS_KAFKA_DEAD_LETTER_H
#define TRANSPORTS_KAFKA_DEAD_LETTER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "lib/batch.h"

/*
 * The file that messages end in which Kafka never takes: a line of JSON each, with the
 * reason.  Bounded: a message that does not fit is not written, and counted.
 */
struct kafka_dead_letter {
    const char *path; /* borrowed; "" for no file */
    uint64_t max;     /* octets of the file */

    /* Private to kafka_dead_letter.c. */
    uv_mutex_t mutex;
    int fd;
    bool full;   /* was logged */
    bool astray; /* was logged: the path names another file, which cannot be opened */
    _Atomic uint64_t written;
    _Atomic uint64_t left_out;
};

/* One message that goes there. */
struct kafka_letter {
    const char *topic;
    const char *code; /* as librdkafka names it */
    const char *reason;
    struct slice key;
    struct slice value;
};

/* 0 or UV_E*, logged; to be closed either way. */
int kafka_dead_letter_open(struct kafka_dead_letter *d, const char *path, uint64_t max);
void kafka_dead_letter_close(struct kafka_dead_letter *d);

/*
 * Opens its path anew, whatever it names; where that cannot be, which is logged, the old file
 * stays.  From any thread.
 */
void kafka_dead_letter_reopen(struct kafka_dead_letter *d);

/*
 * Appends a whole line, or nothing; to a new file, if somebody has moved or removed the old one.
 * From any thread.
 */
void kafka_dead_letter_write(struct kafka_dead_letter *d, const struct kafka_letter *letter);

#endif
