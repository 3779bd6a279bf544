// SPDX-License-Identifier: Apache-2.0
// What a worker counts for the metrics: of its sockets, and of as many exporters as have places.
#include "lib/worker_stats.h"

#include <stdlib.h>
#include <sys/random.h>

enum { ASKED_AT_ONCE = 32 };

/* So long nobody asks again who found that all places are taken. */
static const uint64_t FULL_NS = 1000000000;

struct worker_stats {
    struct stats_limits *limits;
    struct lru_table table; /* of struct exporter_stats, each with a place */
    uint64_t secret[2];
    struct exporter_stats **others; /* by socket and type: those without a place */
    uint64_t full_ns;               /* when a place was asked for in vain */
    size_t n_sockets;
    struct socket_stats sockets[];
};

struct worker_stats *worker_stats_new(struct stats_limits *limits, size_t n_sockets)
{
    struct worker_stats *stats = calloc(1, sizeof(*stats) + n_sockets * sizeof(stats->sockets[0]));

    if (stats == NULL) {
        return NULL;
    }
    stats->others = calloc(n_sockets * FLOW_TYPE_COUNT, sizeof(struct exporter_stats *));
    if (stats->others == NULL || getrandom(stats->secret, sizeof(stats->secret), 0) < 0) {
        free(stats->others);
        free(stats);
        return NULL;
    }
    stats->limits = limits;
    stats->n_sockets = n_sockets;
    lru_init(&stats->table, offsetof(struct exporter_stats, key), sizeof(struct exporter_stats_key),
             stats->secret);
    return stats;
}

void worker_stats_free(struct worker_stats *stats)
{
    if (stats == NULL) {
        return;
    }
    while (stats->table.n > 0) {
        struct exporter_stats *e = lru_oldest(&stats->table);

        lru_remove(&stats->table, e);
        free(e);
    }
    lru_close(&stats->table);
    for (size_t i = 0; i < stats->n_sockets * FLOW_TYPE_COUNT; i++) {
        free(stats->others[i]);
    }
    free(stats->others);
    free(stats);
}

struct socket_stats *worker_stats_socket(struct worker_stats *stats, size_t number)
{
    return number < stats->n_sockets ? &stats->sockets[number] : NULL;
}

/* Whether the datagram shows that an exporter sent it. */
static bool proven(const struct tally *tally)
{
    uint32_t samples = 0;

    for (int i = TALLY_FLOW_SAMPLE; i < TALLY_PART_COUNT; i++) {
        samples += tally->parts[i].n;
    }
    return tally->flows > 0 || tally->n_templates > 0 || samples > 0;
}

/*
 * One that was silent for long, or NULL.  Those that hints find do not move in the order
 * of use; the oldest do so now, and the next ones are asked next time.
 */
static struct exporter_stats *find_silent(struct worker_stats *stats, uint64_t now_ns)
{
    for (int i = 0; i < ASKED_AT_ONCE && stats->table.n > 0; i++) {
        struct exporter_stats *oldest = lru_oldest(&stats->table);

        if (stats_silent(oldest->heard_ns, now_ns)) {
            return oldest;
        }
        (void)lru_find(&stats->table, &oldest->key);
    }
    return NULL;
}

/*
 * A place with nothing in it, or NULL.  Memory is used again and never freed, for a domain
 * may still have a hint to it.
 */
static struct exporter_stats *find_place(struct worker_stats *stats, uint64_t now_ns)
{
    struct exporter_stats *silent;

    if (stats_places_take(&stats->limits->exporters)) {
        return calloc(1, sizeof(struct exporter_stats));
    }
    silent = find_silent(stats, now_ns);
    if (silent != NULL) {
        lru_remove(&stats->table, silent);
        stats_places_return(&stats->limits->templates, silent->n_templates);
        memset(silent, 0, sizeof(*silent));
    }
    return silent;
}

static struct exporter_stats *add_exporter(struct worker_stats *stats,
                                           const struct exporter_stats_key *key, uint64_t now_ns)
{
    struct exporter_stats *e = find_place(stats, now_ns);

    if (e == NULL) {
        stats->full_ns = now_ns;
        return NULL;
    }
    e->key = *key;
    if (!lru_insert(&stats->table, e)) {
        free(e);
        return NULL;
    }
    return e;
}

/* NULL if there is no memory. */
static struct exporter_stats *other(struct worker_stats *stats, const struct decode *d)
{
    struct exporter_stats **e =
        &stats->others[d->datagram->listener * FLOW_TYPE_COUNT + d->tally.type];

    if (*e == NULL) {
        *e = calloc(1, sizeof(**e));
    }
    if (*e != NULL) {
        (*e)->key.type = d->tally.type;
        (*e)->key.listener = d->datagram->listener;
    }
    return *e;
}

static struct exporter_stats_key key_of(const struct decode *d)
{
    const struct tally *t = &d->tally;

    return (struct exporter_stats_key){
        .addr = flow_addr_make(d->datagram->from.bytes, d->datagram->from.len),
        .agent = flow_addr_make(t->agent.bytes, t->agent.len),
        .type = t->type,
        .listener = d->datagram->listener,
        .domain = t->domain,
    };
}

/*
 * A hint is good while both sides hold it: a domain may be new, or its statistics another's.  That
 * to the statistics of all without a place is good until it is worth while to ask for one again.
 */
static bool hint_good(const struct worker_stats *stats, const struct decode *d,
                      struct exporter_stats **hint)
{
    const struct exporter_stats *e = *hint;

    if (e->key.addr.len == 0) {
        return d->datagram->received_ns - stats->full_ns < FULL_NS &&
               e->key.type == d->tally.type && e->key.listener == d->datagram->listener;
    }
    return e->hint == hint && e->key.listener == d->datagram->listener &&
           e->key.domain == d->tally.domain;
}

static struct exporter_stats *find_by_hint(const struct worker_stats *stats, const struct decode *d)
{
    struct exporter_stats **hint = d->tally.stats;

    return hint != NULL && *hint != NULL && hint_good(stats, d, hint) ? *hint : NULL;
}

static struct exporter_stats *find_by_key(struct worker_stats *stats, const struct decode *d)
{
    const struct exporter_stats_key key = key_of(d);
    struct exporter_stats *e = lru_find(&stats->table, &key);

    if (e == NULL && proven(&d->tally)) {
        e = add_exporter(stats, &key, d->datagram->received_ns);
    }
    return e;
}

static void remember(const struct decode *d, struct exporter_stats *e)
{
    if (e != NULL && d->tally.stats != NULL) {
        *d->tally.stats = e;
        e->hint = d->tally.stats;
    }
}

/* What is remembered of those without a place counts only while there is none. */
static struct exporter_stats *find(struct worker_stats *stats, const struct decode *d)
{
    struct exporter_stats *e = find_by_hint(stats, d);

    if (e == NULL) {
        e = find_by_key(stats, d);
        e = e == NULL ? other(stats, d) : e;
        remember(d, e);
    }
    return e;
}

/* In goflow2 only what comes by templates has delays.  What ends in the future ends now. */
static bool has_delay(const struct decode *d)
{
    return flow_type_templated(d->tally.type) && FLOW_HAS(&d->flow, time_flow_end);
}

static uint32_t delay_ms(const struct flow *flow)
{
    const uint64_t received = flow->time_received;
    const uint64_t end = flow->time_flow_end;
    const uint64_t ms = received > end ? (received - end) / 1000000 : 0;

    return ms < UINT32_MAX ? (uint32_t)ms : UINT32_MAX;
}

static void empty_delays(struct worker_stats *stats, struct decode *d)
{
    struct exporter_stats *e = find(stats, d);

    if (e != NULL) {
        exporter_stats_add_delays(e, d);
    }
    d->tally.n_delays = 0;
}

void worker_stats_flow(struct worker_stats *stats, struct decode *d)
{
    if (!has_delay(d)) {
        return;
    }
    if (d->tally.n_delays == TALLY_DELAYS_MAX) {
        empty_delays(stats, d);
    }
    d->tally.delays_ms[d->tally.n_delays++] = delay_ms(&d->flow);
}

void worker_stats_datagram(struct worker_stats *stats, struct decode *d)
{
    struct exporter_stats *e = find(stats, d);

    if (e != NULL) {
        exporter_stats_add(e, d, &stats->limits->templates);
    }
}

void socket_stats_batch(struct socket_stats *stats, uint32_t datagrams, uint64_t ns)
{
    const uint64_t each = ns / datagrams;

    stats->datagrams += datagrams;
    histogram_add(&stats->decoding_ns, each < UINT32_MAX ? (uint32_t)each : UINT32_MAX, datagrams,
                  stats->heard_ns);
}

size_t worker_stats_walk(const struct worker_stats *stats, size_t cursor, size_t budget,
                         void (*visit)(void *exporter_stats, void *arg), void *arg)
{
    for (size_t i = 0; cursor == 0 && i < stats->n_sockets * FLOW_TYPE_COUNT; i++) {
        if (stats->others[i] != NULL) {
            visit(stats->others[i], arg);
        }
    }
    return lru_walk(&stats->table, cursor, budget, visit, arg);
}
