// SPDX-License-Identifier: Apache-2.0
// Records wait in a queue of weir's own before librdkafka; where it is full, the oldest go.
#include <stdlib.h>
#include <string.h>

#include "transports/kafka.h"

struct entry {
    struct entry *next;
    uint64_t time_ms;
    unsigned records;
    enum record_kind kind;
    size_t key_len;
    size_t value_len;
    char octets[]; /* key, value */
};

struct queue {
    uv_mutex_t mutex; /* of what follows */
    struct entry *first;
    struct entry **end;
    size_t octets;
    size_t records;
};

static size_t octets_of(const struct entry *e)
{
    return sizeof(*e) + e->key_len + e->value_len;
}

static int oldest_open(struct kafka *k)
{
    struct queue *q = calloc(1, sizeof(*q));

    if (q == NULL || uv_mutex_init(&q->mutex) != 0) {
        free(q);
        return UV_ENOMEM;
    }
    q->end = &q->first;
    k->path_state = q;
    return 0;
}

static struct entry *new_entry(const struct kafka_message *m, size_t records)
{
    struct entry *e = malloc(sizeof(*e) + m->key.len + m->value.len);

    if (e == NULL) {
        return NULL;
    }
    *e = (struct entry){
        .time_ms = m->time_ms,
        .records = (unsigned)records,
        .kind = m->kind,
        .key_len = m->key.len,
        .value_len = m->value.len,
    };
    if (m->key.len > 0) {
        memcpy(e->octets, m->key.data, m->key.len);
    }
    memcpy(e->octets + m->key.len, m->value.data, m->value.len);
    return e;
}

/* NULL if there is none. */
static struct entry *pop(struct queue *q)
{
    struct entry *e = q->first;

    if (e != NULL) {
        q->first = e->next;
        q->end = e->next == NULL ? &q->first : q->end;
        q->octets -= octets_of(e);
        q->records -= e->records;
    }
    return e;
}

static void push(struct queue *q, struct entry *e)
{
    *q->end = e;
    q->end = &e->next;
    q->octets += octets_of(e);
    q->records += e->records;
}

static void push_back(struct queue *q, struct entry *e)
{
    e->next = q->first;
    q->first = e;
    q->end = e->next == NULL ? &e->next : q->end;
    q->octets += octets_of(e);
    q->records += e->records;
}

/* Returns how many records had to go. */
static size_t make_room(struct queue *q, size_t octets, size_t max)
{
    size_t lost = 0;

    while (q->first != NULL && q->octets + octets > max) {
        struct entry *e = pop(q);

        lost += e->records;
        free(e);
    }
    return lost;
}

static bool put(struct kafka *k, const struct kafka_message *m, size_t records)
{
    struct queue *q = k->path_state;
    struct entry *e = new_entry(m, records);
    size_t lost;

    if (e == NULL) {
        return false;
    }
    uv_mutex_lock(&q->mutex);
    lost = make_room(q, octets_of(e), k->settings.queue_octets);
    push(q, e);
    uv_mutex_unlock(&q->mutex);
    transport_lost(&k->transport, TRANSPORT_QUEUE_FULL, lost);
    return true;
}

static size_t oldest_send(struct kafka *k, const struct batch *batch, size_t first)
{
    size_t at = first;

    while (at < batch->n) {
        struct kafka_message m;
        const size_t n = kafka_next_message(k, batch, at, &m);

        if (!put(k, &m, n)) {
            break;
        }
        at += n;
    }
    kafka_wake(k);
    return at - first;
}

/* False if it must wait, and then it is where it was. */
static bool send_entry(struct kafka *k, struct entry *e)
{
    const struct kafka_message m = {
        .key = {e->octets, e->key_len},
        .value = {e->octets + e->key_len, e->value_len},
        .time_ms = e->time_ms,
        .kind = e->kind,
        .opaque = kafka_ticket_write((struct kafka_ticket){e->time_ms, 0, e->records}),
    };
    const rd_kafka_resp_err_t code = kafka_send_message(k, k->producer, &m);

    if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL || code == RD_KAFKA_RESP_ERR__FATAL) {
        return false;
    }
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        kafka_refuse(k, code, &m, e->records);
    }
    return true;
}

static void oldest_feed(struct kafka *k)
{
    struct queue *q = k->path_state;
    bool sent = true;

    while (sent && kafka_producer_held(k->producer) < KAFKA_ON_THEIR_WAY_MAX) {
        struct entry *e;

        uv_mutex_lock(&q->mutex);
        e = pop(q);
        uv_mutex_unlock(&q->mutex);
        if (e == NULL) {
            return;
        }
        sent = send_entry(k, e);
        if (sent) {
            free(e);
            continue;
        }
        uv_mutex_lock(&q->mutex);
        push_back(q, e);
        uv_mutex_unlock(&q->mutex);
    }
}

static size_t count_records(struct queue *q)
{
    size_t records;

    uv_mutex_lock(&q->mutex);
    records = q->records;
    uv_mutex_unlock(&q->mutex);
    return records;
}

static bool oldest_idle(struct kafka *k)
{
    return count_records(k->path_state) == 0;
}

static void oldest_close(struct kafka *k)
{
    struct queue *q = k->path_state;

    transport_lost(&k->transport, TRANSPORT_SHUTDOWN, make_room(q, 1, 0));
    uv_mutex_destroy(&q->mutex);
    free(q);
    k->path_state = NULL;
}

static void oldest_measure(struct kafka *k, transport_put *tell, void *arg)
{
    tell(arg, "kafka_waiting_records", NULL, NULL, (double)count_records(k->path_state));
}

const struct kafka_path kafka_oldest = {
    .open = oldest_open,
    .send = oldest_send,
    .feed = oldest_feed,
    .report = kafka_direct_report,
    .idle = oldest_idle,
    .close = oldest_close,
    .measure = oldest_measure,
};
