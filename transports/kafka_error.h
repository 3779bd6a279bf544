// SPDX-License-Identifier: Apache-2.0
#ifndef TRANSPORTS_KAFKA_ERROR_H
#define TRANSPORTS_KAFKA_ERROR_H

#include <librdkafka/rdkafka.h>

#include "lib/transport.h"

/* What is done with a message whose delivery failed. */
enum kafka_fate {
    KAFKA_KEEP,  /* the spool keeps and sends it until it is taken; without one it is lost */
    KAFKA_AGAIN, /* it is sent again, a few times; then DEAD */
    KAFKA_ALONE, /* it is sent once more, in a batch of its own; then DEAD */
    KAFKA_DEAD,  /* it is written to the dead-letter file, and lost */
    KAFKA_RENEW, /* a new producer is made, and it is sent again */
};

/* What a code of librdkafka means for a message. */
struct kafka_error {
    rd_kafka_resp_err_t code;
    enum kafka_fate fate;
    enum transport_loss loss; /* what it counts as, if it is lost in the end */
};

enum {
#define KAFKA_ERROR(code, fate, loss) KAFKA_ERROR_ROW_##code,
#include "transports/kafka_errors.def"
#undef KAFKA_ERROR
    KAFKA_ERRORS, /* rows of the table */
};

/* Whether the message was taken back from librdkafka by weir itself. */
static inline bool kafka_is_purge(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR__PURGE_QUEUE || code == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT;
}

/* Never NULL: codes that the table does not name have its last row together. */
const struct kafka_error *kafka_error_of(rd_kafka_resp_err_t code);

/* By number of the row, and back. */
const struct kafka_error *kafka_error_row(size_t row);
size_t kafka_error_number(const struct kafka_error *error);

#endif
