// SPDX-License-Identifier: Apache-2.0
/* The sequence numbers of a domain, and of each data source of an sFlow agent. */
#include <stdlib.h>

#include "lib/exporter/state.h"

enum { SAMPLE_SOURCES_MAX = 4096 };

/* An sFlow data source, whose flow samples have a sequence of their own. */
struct sample_source {
    struct lru_entry entry;
    struct sample_source_key {
        uint32_t type;
        uint32_t id;
    } key;
    struct sequence sequence;
};

void domain_open_sources(struct domain *domain)
{
    exporters_open_table(domain->exporter->exporters, &domain->sources,
                         offsetof(struct sample_source, key), sizeof(struct sample_source_key));
}

static void remove_source(struct domain *domain, struct sample_source *source)
{
    lru_remove(&domain->sources, source);
    domain->exporter->exporters->other_octets -= sizeof(*source) + ALLOCATION_OCTETS;
    free(source);
}

static void remove_sources(struct domain *domain)
{
    struct sample_source *source;

    while ((source = lru_oldest(&domain->sources)) != NULL) {
        remove_source(domain, source);
    }
}

void domain_free_sources(struct domain *domain)
{
    remove_sources(domain);
    lru_close(&domain->sources);
}

static enum sequence_unit unit_of(const struct domain *domain)
{
    return domain->key.version == FLOW_TYPE_NETFLOW_V9 || domain->key.version == FLOW_TYPE_SFLOW_5
               ? SEQUENCE_OF_DATAGRAMS
               : SEQUENCE_OF_RECORDS;
}

static void count_verdict(struct decode *d, enum sequence_verdict verdict, uint32_t missing)
{
    switch (verdict) {
    case SEQUENCE_GOOD:
        break;
    case SEQUENCE_GAP:
        COUNT_MANY(d->counters, sequence_lost, missing);
        d->tally.sequence.lost += missing;
        break;
    case SEQUENCE_LATE:
        COUNT(d->counters, sequence_reordered);
        d->tally.sequence.reordered++;
        break;
    case SEQUENCE_REPEATED:
        COUNT(d->counters, sequence_repeated);
        d->tally.sequence.repeated++;
        break;
    case SEQUENCE_RESTARTED:
        COUNT(d->counters, sequence_restarts);
        d->tally.sequence.restarts++;
        break;
    }
}

void domain_sequence(struct decode *d, struct domain *domain, uint32_t number, uint32_t units)
{
    uint32_t missing;
    const enum sequence_verdict verdict =
        sequence_next(&domain->sequence, unit_of(domain), number, units, &missing);

    count_verdict(d, verdict, missing);
    if (verdict == SEQUENCE_RESTARTED) {
        options_forget_samplers(domain);
        remove_sources(domain);
    }
}

void domain_sequence_unknown(struct domain *domain)
{
    sequence_forget(&domain->sequence);
}

static struct sample_source *add_source(struct domain *domain, const struct sample_source_key *key)
{
    struct sample_source *source;

    if (domain->sources.n >= SAMPLE_SOURCES_MAX) {
        remove_source(domain, lru_oldest(&domain->sources));
    }
    source = calloc(1, sizeof(*source));
    if (source == NULL) {
        return NULL;
    }
    source->key = *key;
    if (!lru_insert(&domain->sources, source)) {
        free(source);
        return NULL;
    }
    domain->exporter->exporters->other_octets += sizeof(*source) + ALLOCATION_OCTETS;
    return source;
}

void domain_sample_sequence(struct decode *d, struct domain *domain, uint32_t source_type,
                            uint32_t source_id, uint32_t number)
{
    const struct sample_source_key key = {source_type, source_id};
    struct sample_source *source = lru_find(&domain->sources, &key);
    uint32_t missing;

    if (source == NULL) {
        source = add_source(domain, &key);
    }
    if (source != NULL && sequence_next(&source->sequence, SEQUENCE_OF_RECORDS, number, 1,
                                        &missing) == SEQUENCE_GAP) {
        COUNT_MANY(d->counters, samples_lost, missing);
    }
}
