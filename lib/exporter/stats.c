// SPDX-License-Identifier: Apache-2.0
// What is counted of one exporter.
#include "lib/exporter/stats.h"

#include "lib/prefetch.h"

static const uint64_t SILENCE_NS = (uint64_t)STATS_SILENCE_S * 1000000000;

void exporter_stats_ahead(const struct exporter_stats *stats)
{
    prefetch_octets(stats, offsetof(struct exporter_stats, delay_ms.at));
    prefetch_octets(&stats->size, offsetof(struct histogram, at));
    prefetch_octets(&stats->n_templates, sizeof(struct template_stats));
}

/* Where none is left, workers must not write what all of them read. */
bool stats_places_take(struct stats_places *places)
{
    if (atomic_load_explicit(&places->taken, memory_order_relaxed) >= places->limit) {
        return false;
    }
    if (atomic_fetch_add_explicit(&places->taken, 1, memory_order_relaxed) < places->limit) {
        return true;
    }
    stats_places_return(places, 1);
    return false;
}

void stats_places_return(struct stats_places *places, uint64_t n)
{
    atomic_fetch_sub_explicit(&places->taken, n, memory_order_relaxed);
}

bool stats_silent(uint64_t heard_ns, uint64_t now_ns)
{
    return heard_ns + SILENCE_NS < now_ns;
}

static struct template_stats *find_template(struct exporter_stats *stats, uint16_t id)
{
    for (uint32_t i = 0; i < stats->n_templates; i++) {
        if (stats->templates[i].id == id) {
            return &stats->templates[i];
        }
    }
    return NULL;
}

static struct template_stats *oldest_template(struct exporter_stats *stats)
{
    struct template_stats *oldest = &stats->templates[0];

    for (uint32_t i = 1; i < stats->n_templates; i++) {
        if (stats->templates[i].updated_ns < oldest->updated_ns) {
            oldest = &stats->templates[i];
        }
    }
    return oldest;
}

/* NULL if there is no place. */
static struct template_stats *place_for_template(struct exporter_stats *stats,
                                                 struct stats_places *places, uint64_t now_ns)
{
    struct template_stats *oldest;

    if (stats->n_templates < TEMPLATE_STATS_MAX && stats_places_take(places)) {
        return &stats->templates[stats->n_templates++];
    }
    if (stats->n_templates == 0) {
        return NULL;
    }
    oldest = oldest_template(stats);
    return stats_silent(oldest->updated_ns, now_ns) ? oldest : NULL;
}

static void add_template(struct exporter_stats *stats, const struct decode *d,
                         const struct tally_template *learnt, struct stats_places *places)
{
    const uint64_t now_ns = d->datagram->received_ns;
    struct template_stats *t = find_template(stats, learnt->id);

    if (t == NULL) {
        t = place_for_template(stats, places, now_ns);
        if (t == NULL) {
            stats->more_templates++;
            return;
        }
        *t = (struct template_stats){.id = learnt->id, .added_ns = now_ns};
    }
    t->options = learnt->options;
    t->port = d->datagram->from_port;
    t->received++;
    t->updated_ns = now_ns;
}

static void add_templates(struct exporter_stats *stats, const struct decode *d,
                          struct stats_places *places)
{
    const struct tally *tally = &d->tally;

    for (uint32_t i = 0; i < tally->n_templates && i < TALLY_TEMPLATES_MAX; i++) {
        add_template(stats, d, &tally->templates[i], places);
    }
    if (tally->n_templates > TALLY_TEMPLATES_MAX) {
        stats->more_templates += tally->n_templates - TALLY_TEMPLATES_MAX;
    }
    for (uint32_t i = 0; i < tally->n_used; i++) {
        struct template_stats *t = find_template(stats, tally->used[i]);

        if (t != NULL) {
            t->used_ns = d->datagram->received_ns;
        }
    }
}

static void add_counts(struct exporter_stats *stats, const struct tally *tally)
{
    for (unsigned left = tally->touched; left != 0; left &= left - 1) {
        const int part = __builtin_ctz(left);

        stats->parts[part] += tally->parts[part].n;
        stats->part_records[part] += tally->parts[part].records;
    }
    stats->flows += tally->flows;
    stats->times_clamped += tally->times_clamped;
    stats->sequence.lost += tally->sequence.lost;
    stats->sequence.reordered += tally->sequence.reordered;
    stats->sequence.repeated += tally->sequence.repeated;
    stats->sequence.restarts += tally->sequence.restarts;
    stats->failed += tally->failed;
    stats->template_missing += tally->template_missing;
}

static void add_faults(struct exporter_stats *stats, const struct tally *tally)
{
    for (uint64_t left = tally->faults; left != 0; left &= left - 1) {
        const int fault = __builtin_ctzll(left);

        stats->faults[fault] += tally->fault_counts[fault];
    }
}

void exporter_stats_add_delays(struct exporter_stats *stats, struct decode *d)
{
    histogram_add_each(&stats->delay_ms, d->tally.delays_ms, d->tally.n_delays,
                       d->datagram->received_ns);
    d->tally.n_delays = 0;
}

void exporter_stats_add(struct exporter_stats *stats, struct decode *d,
                        struct stats_places *templates)
{
    stats->datagrams++;
    stats->octets += d->datagram->len;
    stats->decoded += !d->damaged;
    stats->heard_ns = d->datagram->received_ns;
    histogram_add(&stats->size, (uint32_t)d->datagram->len, 1, d->datagram->received_ns);
    add_counts(stats, &d->tally);
    add_faults(stats, &d->tally);
    add_templates(stats, d, templates);
    exporter_stats_add_delays(stats, d);
}

static struct exporter_counts counts_of(const struct exporter_stats *stats)
{
    struct exporter_counts counts;

    counts.at[EXPORTER_DATAGRAMS] = stats->datagrams;
    counts.at[EXPORTER_OCTETS] = stats->octets;
    counts.at[EXPORTER_FLOWS] = stats->flows;
    counts.at[EXPORTER_INCOMPLETE] = stats->datagrams - stats->decoded;
    counts.at[EXPORTER_LOST] = stats->sequence.lost;
    counts.at[EXPORTER_REORDERED] = stats->sequence.reordered;
    counts.at[EXPORTER_REPEATED] = stats->sequence.repeated;
    counts.at[EXPORTER_RESTARTS] = stats->sequence.restarts;
    memcpy(counts.faults, stats->faults, sizeof(counts.faults));
    return counts;
}

struct exporter_counts exporter_stats_fresh(struct exporter_stats *stats)
{
    const struct exporter_counts now = counts_of(stats);
    struct exporter_counts fresh = now;

    for (int i = 0; i < EXPORTER_COUNTS; i++) {
        fresh.at[i] -= stats->told.at[i];
    }
    for (int i = 0; i < DECODE_ERROR_COUNT; i++) {
        fresh.faults[i] -= stats->told.faults[i];
    }
    stats->told = now;
    return fresh;
}
