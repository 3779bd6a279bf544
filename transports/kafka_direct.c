// SPDX-License-Identifier: Apache-2.0
// Records go from the worker straight into librdkafka's queue; what it has no room for is not
// taken, and what comes back is sent again, buried or lost.
#include <string.h>

#include "transports/kafka.h"

void kafka_refuse(struct kafka *k, rd_kafka_resp_err_t code, const struct kafka_message *m,
                  unsigned records)
{
    const struct kafka_error *error = kafka_count_failure(k, code, "lost");

    if (error->fate == KAFKA_KEEP) {
        transport_lost(&k->transport, error->loss, records);
    } else {
        kafka_bury(k, error, code, m, records);
    }
}

static size_t direct_send(struct kafka *k, const struct batch *batch, size_t first)
{
    size_t at = first;

    while (at < batch->n) {
        struct kafka_message m;
        const size_t n = kafka_next_message(k, batch, at, &m);
        rd_kafka_resp_err_t code;

        m.opaque = kafka_ticket_write((struct kafka_ticket){m.time_ms, 0, (unsigned)n});
        code = kafka_send_message(k, k->producer, &m);
        if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL || code == RD_KAFKA_RESP_ERR__FATAL) {
            break;
        }
        if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
            kafka_refuse(k, code, &m, (unsigned)n);
        }
        at += n;
    }
    return at - first;
}

static rd_kafka_resp_err_t send_by(struct kafka *k, bool alone, const struct kafka_message *m)
{
    struct kafka_producer *p = alone ? kafka_producer_alone(k) : k->producer;

    return p == NULL ? RD_KAFKA_RESP_ERR__FAIL : kafka_send_message(k, p, m);
}

/* Whether the producer has come to its end this moment, and there is another. */
static bool was_renewed(struct kafka *k, bool alone, rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR__FATAL &&
           kafka_renew_producer(k, alone ? k->alone : k->producer);
}

/* False if it has been sent often enough, or there is nobody to send it. */
static bool send_again(struct kafka *k, bool alone, struct kafka_message *m,
                       struct kafka_ticket ticket)
{
    rd_kafka_resp_err_t code;

    if (ticket.tries == KAFKA_TRIES_MAX) {
        return false;
    }
    ticket.tries++;
    m->opaque = kafka_ticket_write(ticket);
    code = send_by(k, alone, m);
    if (was_renewed(k, alone, code)) {
        code = send_by(k, alone, m);
    }
    return code == RD_KAFKA_RESP_ERR_NO_ERROR;
}

/*
 * What a retired producer was not asked for any more, or not in time, is sent as if it had never
 * been there; false while there is no room for it, or nobody to send it.
 */
static bool hand_over(struct kafka *k, const struct kafka_producer *p, struct kafka_message *m,
                      struct kafka_ticket ticket)
{
    rd_kafka_resp_err_t code;

    m->opaque = kafka_ticket_write(ticket);
    code = send_by(k, p->alone, m);
    if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL || code == RD_KAFKA_RESP_ERR__FATAL) {
        return false;
    }
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        kafka_refuse(k, code, m, ticket.records);
    }
    return true;
}

static bool rescue(struct kafka *k, const struct kafka_producer *p, const struct kafka_error *error,
                   struct kafka_message *m, struct kafka_ticket ticket)
{
    switch (error->fate) {
    case KAFKA_RENEW:
    case KAFKA_AGAIN:
        return send_again(k, p->alone, m, ticket);
    case KAFKA_ALONE:
        return !p->alone && send_again(k, true, m, ticket);
    case KAFKA_KEEP:
        return kafka_is_retired(k, p) && send_again(k, p->alone, m, ticket);
    default:
        return false;
    }
}

bool kafka_direct_report(struct kafka *k, struct kafka_producer *p, const rd_kafka_message_t *m)
{
    const struct kafka_ticket ticket = kafka_ticket_read(m->_private);
    const struct kafka_error *error = kafka_error_of(m->err);
    struct kafka_message message;

    if (m->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        transport_delivered(&k->transport, ticket.records);
        return true;
    }
    message = kafka_message_of(k, m);
    message.time_ms = ticket.number;
    if (kafka_is_purge(m->err) && kafka_is_retired(k, p) && !k->overdue) {
        return hand_over(k, p, &message, ticket);
    }
    if (rescue(k, p, error, &message, ticket)) {
        (void)kafka_count_failure(k, m->err, "sent again");
        return true;
    }
    (void)kafka_count_failure(k, m->err, "lost");
    if (error->fate == KAFKA_KEEP) {
        transport_lost(&k->transport, error->loss, ticket.records);
    } else {
        kafka_bury(k, error, m->err, &message, ticket.records);
    }
    return true;
}

const struct kafka_path kafka_direct = {
    .send = direct_send,
    .report = kafka_direct_report,
};
