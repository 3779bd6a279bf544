// SPDX-License-Identifier: Apache-2.0
// The producers of one transport: the one for all that is new, one for messages that go alone, and
// those that others have replaced, which give back what they hold.
#include "lib/log.h"
#include "transports/kafka.h"
#include "transports/kafka_events.h"

enum { EVENTS_A_TURN = 256 };

static const uint64_t RENEWAL_NS = 1000000000;

/* How long a retired producer that had no fatal error may wait for answers. */
static const uint64_t ANSWERS_NS = 10 * RENEWAL_NS;

static void on_events(rd_kafka_t *rk, void *arg)
{
    (void)rk;
    kafka_wake(arg);
}

static struct kafka_producer *new_producer(struct kafka *k, const rd_kafka_conf_t *conf, bool alone)
{
    const struct kafka_producer_plan plan = {
        .conf = conf,
        .settings = &k->settings,
        .goflow2 = k->transport.goflow2,
        .alone = alone,
        .wake = on_events,
        .arg = k,
    };

    return kafka_producer_new(&plan);
}

int kafka_open_producer(struct kafka *k)
{
    k->producer = new_producer(k, k->conf, false);
    return k->producer == NULL ? UV_EINVAL : 0;
}

struct kafka_producer *kafka_producer_alone(struct kafka *k)
{
    if (k->alone == NULL) {
        k->alone = new_producer(k, k->conf, true);
    }
    return k->alone;
}

static void purge(struct kafka_producer *p, int what)
{
    if (p != NULL) {
        (void)rd_kafka_purge(p->rk, what | RD_KAFKA_PURGE_F_NON_BLOCKING);
    }
}

bool kafka_is_retired(const struct kafka *k, const struct kafka_producer *p)
{
    return p != k->producer && p != k->alone;
}

/* What the old one gives back must not be overtaken in the new one. */
static void replace(struct kafka *k, const struct kafka_producer *old, struct kafka_producer *fresh)
{
    uv_rwlock_wrlock(&k->lock);
    *(old->alone ? &k->alone : &k->producer) = fresh;
    if (k->path->renewed != NULL) {
        k->path->renewed(k);
    }
    uv_rwlock_wrunlock(&k->lock);
}

static bool is_at_its_end(const struct kafka_producer *p)
{
    return rd_kafka_fatal_error(p->rk, NULL, 0) != RD_KAFKA_RESP_ERR_NO_ERROR;
}

/* A message in flight, tried again over a lost connection, is one in the queue. */
static void take_back(struct kafka_producer *p)
{
    const bool waited = uv_hrtime() >= p->answers_until_ns;

    purge(p, RD_KAFKA_PURGE_F_QUEUE | (waited ? RD_KAFKA_PURGE_F_INFLIGHT : 0));
}

void kafka_take_back(struct kafka *k)
{
    for (struct kafka_producer *p = k->retired; p != NULL; p = p->next) {
        take_back(p);
    }
}

static void retire(struct kafka *k, struct kafka_producer *p, uint64_t answers_until_ns)
{
    struct kafka_producer **end = &k->retired;

    while (*end != NULL) {
        end = &(*end)->next;
    }
    *end = p;
    p->answers_until_ns = answers_until_ns;
    take_back(p);
}

bool kafka_renew_producer(struct kafka *k, struct kafka_producer *p)
{
    struct kafka_producer *fresh;

    if (!is_at_its_end(p)) {
        return true;
    }
    p->stays_until_ns = uv_hrtime() + RENEWAL_NS;
    fresh = new_producer(k, k->conf, p->alone);
    if (fresh == NULL) {
        return false;
    }
    fresh->stays_until_ns = p->stays_until_ns;
    replace(k, p, fresh);
    retire(k, p, 0);
    atomic_fetch_add(&k->renewals, 1);
    LOG(WARN, "a new producer takes the place of one that had a fatal error");
    return true;
}

/* One for messages that go alone is made when it is next needed. */
bool kafka_replace_producers(struct kafka *k, const rd_kafka_conf_t *conf)
{
    struct kafka_producer *old[] = {k->producer, k->alone};
    struct kafka_producer *fresh = new_producer(k, conf, false);

    if (fresh == NULL) {
        return false;
    }
    fresh->stays_until_ns = k->producer->stays_until_ns;
    k->alone = NULL;
    replace(k, k->producer, fresh);
    for (size_t i = 0; i < sizeof(old) / sizeof(old[0]); i++) {
        if (old[i] != NULL) {
            retire(k, old[i], uv_hrtime() + ANSWERS_NS);
        }
    }
    return true;
}

/* Whether it can send, or another one in its place. */
static bool can_send(struct kafka *k, struct kafka_producer *p)
{
    const bool stays = !k->overdue && uv_hrtime() < p->stays_until_ns;

    return !is_at_its_end(p) || (!stays && kafka_renew_producer(k, p));
}

/* What comes back may have to be sent again by either; once the end has come, it is lost. */
static bool may_serve(struct kafka *k)
{
    const bool can = can_send(k, k->producer) && (k->alone == NULL || can_send(k, k->alone));

    return can || k->overdue;
}

/* One that was not served to its end is still there. */
static bool has_event(struct kafka_producer *p)
{
    if (p->event == NULL) {
        p->event = rd_kafka_queue_poll(p->queue, 0);
    }
    return p->event != NULL;
}

/* False when no event is left that can be served now. */
static bool serve(struct kafka *k, struct kafka_producer *p)
{
    for (int i = 0; p != NULL && i < EVENTS_A_TURN; i++) {
        if (!may_serve(k) || !has_event(p) || !kafka_handle_event(k, p, p->event)) {
            return false;
        }
        rd_kafka_event_destroy(p->event);
        p->event = NULL;
    }
    return p != NULL;
}

/* Others may come to the end of the list meanwhile. */
static bool serve_retired(struct kafka *k)
{
    struct kafka_producer **at = &k->retired;
    bool more = false;

    while (*at != NULL) {
        struct kafka_producer *p = *at;

        more = serve(k, p) || more;
        if (kafka_producer_held(p) > 0) {
            at = &p->next;
        } else {
            *at = p->next;
            kafka_producer_free(p);
        }
    }
    return more;
}

bool kafka_serve(struct kafka *k)
{
    bool more = serve(k, k->producer);

    more = serve(k, k->alone) || more;
    return serve_retired(k) || more;
}

static size_t held(const struct kafka_producer *p)
{
    return p == NULL ? 0 : kafka_producer_held(p);
}

size_t kafka_held(const struct kafka *k)
{
    size_t n = held(k->producer) + held(k->alone);

    for (const struct kafka_producer *p = k->retired; p != NULL; p = p->next) {
        n += kafka_producer_held(p);
    }
    return n;
}

void kafka_purge(struct kafka *k)
{
    purge(k->producer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    purge(k->alone, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    for (struct kafka_producer *p = k->retired; p != NULL; p = p->next) {
        purge(p, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    }
}

void kafka_purge_queue(struct kafka *k)
{
    purge(k->producer, RD_KAFKA_PURGE_F_QUEUE);
    purge(k->alone, RD_KAFKA_PURGE_F_QUEUE);
}

void kafka_close_producers(struct kafka *k)
{
    struct kafka_producer *used[] = {k->producer, k->alone};

    for (size_t i = 0; i < sizeof(used) / sizeof(used[0]); i++) {
        if (used[i] != NULL) {
            kafka_producer_free(used[i]);
        }
    }
    while (k->retired != NULL) {
        struct kafka_producer *p = k->retired;

        k->retired = p->next;
        kafka_producer_free(p);
    }
}
