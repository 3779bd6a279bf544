// SPDX-License-Identifier: Apache-2.0
/*
 * Brings what is remembered of exporters near, before their datagrams are decoded.
 *
 * From the source address to the template the way leads over pointers, and to wait for each of them
 * takes as long as to decode records.  So the ways of many datagrams are gone together, step by
 * step: what a step reads was asked for while the step before was done for the others.
 */
#include "lib/exporter/ahead.h"

#include "lib/exporter/state.h"
#include "lib/exporter/stats.h"
#include "lib/prefetch.h"

/* What each datagram needs, which stands first. */
enum {
    EXPORTER_NEEDED = offsetof(struct exporter, options),
    DOMAIN_NEEDED = offsetof(struct domain, sources),
};

/* How far the way has been gone; NULL where it has ended, or does not reach yet. */
struct way {
    const struct exporters *exporters;
    const struct ahead *ahead;
    uint64_t exporter_hash;
    uint64_t template_hash;
    const struct domain *domain;
    const struct known_template *known;
    const struct template *compiled;
};

static void find_bucket(struct way *way)
{
    const struct exporter_key key = exporter_key_of(way->exporters, way->ahead->datagram);

    way->exporter_hash = lru_ahead_bucket(&way->exporters->table, &key);
}

static void find_exporter(struct way *way)
{
    lru_ahead_entry(&way->exporters->table, way->exporter_hash, EXPORTER_NEEDED);
}

/* Of several domains, the one that spoke last. */
static void find_domain(struct way *way)
{
    const struct exporter *exporter = lru_ahead_find(&way->exporters->table, way->exporter_hash);

    way->domain = exporter == NULL ? NULL : lru_newest(&exporter->domains);
    if (way->domain != NULL) {
        prefetch_octets(way->domain, DOMAIN_NEEDED);
    }
}

/* The template that was used last is looked at first. */
static void find_last_template(struct way *way)
{
    if (way->domain == NULL) {
        return;
    }
    if (way->domain->stats != NULL) {
        exporter_stats_ahead(way->domain->stats);
    }
    way->known = lru_newest(&way->domain->templates);
    if (way->known != NULL) {
        prefetch_octets(way->known, sizeof(*way->known));
    }
}

static void find_template_bucket(struct way *way)
{
    if (way->known != NULL && way->known->id != way->ahead->template_id) {
        way->known = NULL;
        way->template_hash = lru_ahead_bucket(&way->domain->templates, &way->ahead->template_id);
    }
}

static void find_template(struct way *way)
{
    if (way->template_hash != 0) {
        lru_ahead_entry(&way->domain->templates, way->template_hash, sizeof(*way->known));
    }
}

static void find_layout(struct way *way)
{
    if (way->template_hash != 0) {
        way->known = lru_ahead_find(&way->domain->templates, way->template_hash);
    }
    if (way->known != NULL && way->known->layout != NULL) {
        prefetch_octets(way->known->layout, sizeof(*way->known->layout));
    }
}

static void find_compiled(struct way *way)
{
    if (way->known != NULL && way->known->layout != NULL) {
        way->compiled = way->known->layout->compiled;
    }
    if (way->compiled != NULL) {
        prefetch_octets(way->compiled, sizeof(*way->compiled));
    }
}

static void find_loads(struct way *way)
{
    if (way->compiled != NULL) {
        template_store_ahead(way->compiled);
    }
}

static void (*const steps[])(struct way *) = {
    find_bucket,   find_exporter, find_domain,   find_last_template, find_template_bucket,
    find_template, find_layout,   find_compiled, find_loads,
};

static bool same_way(const struct ahead *a, const struct ahead *b)
{
    return a->template_id == b->template_id && a->datagram->from_port == b->datagram->from_port &&
           a->datagram->listener == b->datagram->listener &&
           memcmp(&a->datagram->from, &b->datagram->from, sizeof(struct flow_addr)) == 0;
}

/* An exporter's datagrams often come one behind the other. */
static size_t begin(struct way *ways, const struct exporters *exporters, const struct ahead *ahead,
                    size_t n)
{
    size_t n_ways = 0;

    for (size_t i = 0; i < n; i++) {
        if (i == 0 || !same_way(&ahead[i - 1], &ahead[i])) {
            ways[n_ways++] = (struct way){.exporters = exporters, .ahead = &ahead[i]};
        }
    }
    return n_ways;
}

void exporters_look_ahead(const struct exporters *exporters, const struct ahead *ahead, size_t n)
{
    struct way ways[AHEAD_MAX];
    const size_t n_ways = begin(ways, exporters, ahead, n);

    if (n_ways < 2) {
        return;
    }
    for (size_t step = 0; step < sizeof(steps) / sizeof(steps[0]); step++) {
        for (size_t i = 0; i < n_ways; i++) {
            steps[step](&ways[i]);
        }
    }
}
