// SPDX-License-Identifier: Apache-2.0
#ifndef TRANSPORTS_KAFKA_LOG_H
#define TRANSPORTS_KAFKA_LOG_H

#include <librdkafka/rdkafka.h>
#include <uv.h>

#include "transports/kafka_secrets.h"

enum { KAFKA_LOG_SILENCES = 16 };

/* librdkafka's lines in weir's log: without secrets, and not too many of them.  For any thread. */
struct kafka_log {
    /* Borrowed.  Lines and errors are searched for them on the thread that changes them. */
    const struct kafka_secrets *secrets;

    /* Private to kafka_log.c. */
    uv_mutex_t mutex; /* of what follows */
    uint64_t second;
    unsigned lines;
    int64_t left_out;
    bool trouble; /* an error was said since the last delivery */
    struct {
        int what;
        uint64_t until_ns;
    } silences[KAFKA_LOG_SILENCES];
};

/* secrets is borrowed.  0 or UV_ENOMEM. */
int kafka_log_open(struct kafka_log *log, const struct kafka_secrets *secrets);
void kafka_log_close(struct kafka_log *log);

/* A line of librdkafka's; level as in syslog.  Text may be longer than what is shown. */
void kafka_log_line(struct kafka_log *log, int level, const char *facility, const char *text);

/* An error of the client as a whole; the same code is said once a minute. */
void kafka_log_error(struct kafka_log *log, rd_kafka_resp_err_t code, const char *reason);

/* A message was not delivered, with what becomes of it; as often. */
void kafka_log_failure(struct kafka_log *log, rd_kafka_resp_err_t code, const char *becomes);

/* What was said may be said again, for it is of another producer now. */
void kafka_log_forget(struct kafka_log *log);

/* A message was delivered: if there was trouble before, this is said, and it may be said again. */
void kafka_log_delivered(struct kafka_log *log);

#endif
