// SPDX-License-Identifier: Apache-2.0
/* What is remembered of exporters: their domains, and the templates of these. */
#include "lib/exporter.h"

#include <stdlib.h>
#include <sys/random.h>

#include "lib/exporter_state.h"

/* An sFlow data source, whose flow samples have a sequence of their own. */
struct sample_source {
    struct lru_entry entry;
    struct sample_source_key {
        uint32_t type;
        uint32_t id;
    } key;
    struct sequence sequence;
};

enum { SAMPLE_SOURCES_MAX = 4096 };

struct exporters *exporters_new(const struct exporter_limits *limits, unsigned scope,
                                const struct decode_settings *settings)
{
    struct exporters *exporters = calloc(1, sizeof(*exporters));

    if (exporters == NULL) {
        return NULL;
    }
    exporters->sources = template_sources_new(settings);
    if (exporters->sources == NULL ||
        getrandom(exporters->secret, sizeof(exporters->secret), 0) < 0) {
        template_sources_free(exporters->sources);
        free(exporters);
        return NULL;
    }
    exporters->limits = *limits;
    exporters->scope = scope;
    lru_init(&exporters->table, offsetof(struct exporter, key), sizeof(struct exporter_key),
             exporters->secret);
    return exporters;
}

static void remove_template(struct domain *domain, struct template *t)
{
    lru_remove(&domain->templates, t);
    domain->exporter->templates--;
    domain->exporter->exporters->template_octets -= t->octets;
    template_free(t);
}

static void free_sources(struct domain *domain)
{
    struct sample_source *source;

    while ((source = lru_oldest(&domain->sources)) != NULL) {
        lru_remove(&domain->sources, source);
        free(source);
    }
    lru_close(&domain->sources);
}

static void remove_domain(struct counters *counters, struct domain *domain)
{
    held_sets_drop(counters, domain, 0);
    while (domain->templates.n > 0) {
        remove_template(domain, lru_oldest(&domain->templates));
    }
    lru_close(&domain->templates);
    free_sources(domain);
    lru_remove(&domain->exporter->domains, domain);
    free(domain);
}

static void remove_exporter(struct counters *counters, struct exporter *exporter)
{
    while (exporter->domains.n > 0) {
        remove_domain(counters, lru_oldest(&exporter->domains));
    }
    lru_close(&exporter->domains);
    options_close(&exporter->options);
    lru_remove(&exporter->exporters->table, exporter);
    free(exporter);
}

void exporters_free(struct exporters *exporters)
{
    struct counters ignored = {0};

    if (exporters == NULL) {
        return;
    }
    held_sets_clear(exporters);
    while (exporters->table.n > 0) {
        remove_exporter(&ignored, lru_oldest(&exporters->table));
    }
    lru_close(&exporters->table);
    template_sources_free(exporters->sources);
    free(exporters);
}

size_t exporters_walk(const struct exporters *exporters, size_t cursor, size_t budget,
                      void (*visit)(void *exporter, void *arg), void *arg)
{
    return lru_walk(&exporters->table, cursor, budget, visit, arg);
}

static struct exporter_key exporter_key_of(const struct exporters *exporters,
                                           const struct datagram *datagram)
{
    struct exporter_key key = {.addr_scope = datagram->from_scope};

    key.addr = flow_addr_make(datagram->from.bytes, datagram->from.len);
    if ((exporters->scope & SCOPE_PORT) != 0) {
        key.port = datagram->from_port;
    }
    if ((exporters->scope & SCOPE_LISTENER) != 0) {
        key.listener = datagram->listener;
    }
    return key;
}

static struct exporter *add_exporter(struct decode *d, const struct exporter_key *key)
{
    struct exporters *exporters = d->exporters;
    struct exporter *exporter;

    if (exporters->table.n >= exporters->limits.exporters) {
        decode_fault(d, DECODE_EXPORTER_EVICTED, NULL);
        remove_exporter(d->counters, lru_oldest(&exporters->table));
    }
    exporter = calloc(1, sizeof(*exporter));
    if (exporter == NULL) {
        return NULL;
    }
    exporter->key = *key;
    exporter->exporters = exporters;
    lru_init(&exporter->domains, offsetof(struct domain, key), sizeof(struct domain_key),
             exporters->secret);
    options_init(&exporter->options, exporters->secret);
    if (!lru_insert(&exporters->table, exporter)) {
        free(exporter);
        return NULL;
    }
    return exporter;
}

static struct domain *add_domain(struct decode *d, struct exporter *exporter,
                                 const struct domain_key *key)
{
    struct domain *domain;

    if (exporter->domains.n >= exporter->exporters->limits.domains_per_exporter) {
        decode_fault(d, DECODE_DOMAIN_EVICTED, NULL);
        remove_domain(d->counters, lru_oldest(&exporter->domains));
    }
    domain = calloc(1, sizeof(*domain));
    if (domain == NULL) {
        return NULL;
    }
    domain->key = *key;
    domain->exporter = exporter;
    lru_init(&domain->templates, offsetof(struct template, id), sizeof(uint16_t),
             exporter->exporters->secret);
    lru_init(&domain->sources, offsetof(struct sample_source, key),
             sizeof(struct sample_source_key), exporter->exporters->secret);
    if (!lru_insert(&exporter->domains, domain)) {
        free(domain);
        return NULL;
    }
    return domain;
}

static struct domain *find_domain(struct decode *d, const struct domain_key *domain_key)
{
    const struct exporter_key key = exporter_key_of(d->exporters, d->datagram);
    struct exporter *exporter = lru_find(&d->exporters->table, &key);
    struct domain *domain;

    if (exporter == NULL) {
        exporter = add_exporter(d, &key);
    }
    if (exporter == NULL) {
        return NULL;
    }
    domain = lru_find(&exporter->domains, domain_key);
    return domain != NULL ? domain : add_domain(d, exporter, domain_key);
}

struct domain *exporter_domain(struct decode *d, enum flow_type version, uint32_t id,
                               const struct flow_addr *agent)
{
    struct domain_key key = {.version = (uint16_t)version};
    struct domain *domain;

    if ((d->exporters->scope & SCOPE_DOMAIN) != 0) {
        key.id = id;
    }
    if (agent != NULL) {
        key.agent = flow_addr_make(agent->bytes, agent->len);
    }
    held_sets_expire(d);
    domain = find_domain(d, &key);
    if (domain == NULL) {
        decode_fault(d, DECODE_NO_MEMORY, NULL);
    }
    return domain;
}

static bool expired(const struct decode *d, const struct template *t)
{
    const uint64_t life = d->exporters->limits.template_life_ns;

    return life != 0 && t->refreshed_ns + life < d->datagram->received_ns;
}

const struct template *domain_template(struct decode *d, struct domain *domain, uint16_t id)
{
    struct template *t = lru_find(&domain->templates, &id);

    if (t != NULL && expired(d, t)) {
        decode_fault(d, DECODE_TEMPLATE_EXPIRED, NULL);
        remove_template(domain, t);
        return NULL;
    }
    return t;
}

/* Room is made in the domain first, then among the exporter's other domains, then anywhere. */
static struct domain *domain_to_shrink(struct domain *domain)
{
    struct exporter *exporter = domain->exporter;
    const struct exporter_limits *limits = &exporter->exporters->limits;

    if (domain->templates.n >= limits->templates_per_domain) {
        return domain;
    }
    if (exporter->templates >= limits->templates_per_exporter) {
        struct domain *other = lru_oldest(&exporter->domains);

        return other->templates.n > 0 ? other : domain;
    }
    return NULL;
}

static void make_room_for_template(struct decode *d, struct domain *domain)
{
    struct domain *shrink;

    while ((shrink = domain_to_shrink(domain)) != NULL && shrink->templates.n > 0) {
        decode_fault(d, DECODE_TEMPLATE_EVICTED, NULL);
        remove_template(shrink, lru_oldest(&shrink->templates));
    }
}

/* All templates together may hold so much; beyond it whole exporters go, the quietest first. */
static void make_room_in_memory(struct decode *d, const struct exporter *keep)
{
    struct exporters *exporters = d->exporters;

    while (exporters->template_octets > exporters->limits.template_octets &&
           lru_oldest(&exporters->table) != keep) {
        decode_fault(d, DECODE_EXPORTER_EVICTED, NULL);
        remove_exporter(d->counters, lru_oldest(&exporters->table));
    }
}

static bool put_template(struct decode *d, struct domain *domain, struct template *t)
{
    struct template *old = t == NULL ? NULL : lru_find(&domain->templates, &t->id);

    if (old != NULL) {
        remove_template(domain, old);
    }
    if (t == NULL) {
        decode_fault(d, DECODE_NO_MEMORY, NULL);
        return false;
    }
    make_room_for_template(d, domain);
    t->refreshed_ns = d->datagram->received_ns;
    if (!lru_insert(&domain->templates, t)) {
        template_free(t);
        decode_fault(d, DECODE_NO_MEMORY, NULL);
        return false;
    }
    domain->exporter->templates++;
    d->exporters->template_octets += t->octets;
    make_room_in_memory(d, domain->exporter);
    return true;
}

void domain_reject_template(struct decode *d, struct domain *domain, uint16_t id,
                            enum decode_error why)
{
    decode_fault(d, why, NULL);
    if (id >= 256) {
        held_sets_drop(d->counters, domain, id);
        put_template(d, domain, template_new_rejected(id));
    }
}

bool domain_learn_template(struct decode *d, struct domain *domain,
                           const struct template_definition *definition)
{
    const enum decode_error error = template_check(definition);
    struct template *known;

    if (error != DECODE_ERROR_COUNT) {
        domain_reject_template(d, domain, definition->id, error);
        return false;
    }
    known = lru_find(&domain->templates, &definition->id);
    if (known != NULL && template_same(known, definition)) {
        known->refreshed_ns = d->datagram->received_ns;
        return true;
    }
    if (known != NULL && !known->rejected) {
        decode_fault(d, DECODE_TEMPLATE_CHANGED, NULL);
    }
    return put_template(d, domain, template_new(d, d->exporters->sources, definition));
}

static void count_verdict(struct decode *d, enum sequence_verdict verdict, uint32_t missing)
{
    switch (verdict) {
    case SEQUENCE_GOOD:
        break;
    case SEQUENCE_GAP:
        COUNT_MANY(d->counters, sequence_lost, missing);
        break;
    case SEQUENCE_LATE:
        COUNT(d->counters, sequence_reordered);
        break;
    case SEQUENCE_REPEATED:
        COUNT(d->counters, sequence_repeated);
        break;
    case SEQUENCE_RESTARTED:
        COUNT(d->counters, sequence_restarts);
        break;
    }
}

void domain_sequence(struct decode *d, struct domain *domain, uint32_t number, uint32_t units)
{
    uint32_t missing;
    const enum sequence_verdict verdict = sequence_next(&domain->sequence, number, units, &missing);

    count_verdict(d, verdict, missing);
}

void domain_sequence_unknown(struct domain *domain)
{
    sequence_forget(&domain->sequence);
}

static struct sample_source *add_source(struct domain *domain, const struct sample_source_key *key)
{
    struct sample_source *source;

    if (domain->sources.n >= SAMPLE_SOURCES_MAX) {
        source = lru_oldest(&domain->sources);
        lru_remove(&domain->sources, source);
        free(source);
    }
    source = calloc(1, sizeof(*source));
    if (source != NULL) {
        source->key = *key;
        if (!lru_insert(&domain->sources, source)) {
            free(source);
            source = NULL;
        }
    }
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
    if (source != NULL && sequence_next(&source->sequence, number, 1, &missing) == SEQUENCE_GAP) {
        COUNT_MANY(d->counters, samples_lost, missing);
    }
}
