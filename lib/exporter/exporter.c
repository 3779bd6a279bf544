// SPDX-License-Identifier: Apache-2.0
/* What is remembered of exporters: who of them has a place, and their domains. */
#include "lib/exporter/exporter.h"

#include <stdlib.h>
#include <sys/random.h>

#include "lib/exporter/state.h"

static const uint64_t SECOND_NS = 1000000000;
static const uint64_t STRANGER_NS = 60 * SECOND_NS;

/* Of the memory for templates, those that are in use may take so much in compiled form. */
enum { COMPILED_PART = 8, COMPILED_OCTETS_MAX = 32 << 20 };

void exporters_open_table(struct exporters *exporters, struct lru_table *table, size_t key_offset,
                          size_t key_size)
{
    lru_init(table, key_offset, key_size, exporters->secret);
    table->octets = &exporters->other_octets;
}

void exporters_set_limits(struct exporters *exporters, const struct exporter_limits *limits)
{
    const uint64_t part = limits->template_octets / COMPILED_PART;

    exporters->limits = *limits;
    template_store_bound(exporters->store, part < COMPILED_OCTETS_MAX ? part : COMPILED_OCTETS_MAX);
}

struct exporters *exporters_new(const struct exporter_limits *limits, unsigned scope,
                                const struct decode_settings *settings)
{
    struct exporters *exporters = calloc(1, sizeof(*exporters));

    if (exporters == NULL) {
        return NULL;
    }
    if (getrandom(exporters->secret, sizeof(exporters->secret), 0) < 0) {
        free(exporters);
        return NULL;
    }
    exporters->store = template_store_new(settings, exporters->secret);
    if (exporters->store == NULL) {
        free(exporters);
        return NULL;
    }
    exporters_set_limits(exporters, limits);
    exporters->scope = scope;
    exporters_open_table(exporters, &exporters->table, offsetof(struct exporter, key),
                         sizeof(struct exporter_key));
    exporters_open_table(exporters, &exporters->strangers, offsetof(struct exporter, key),
                         sizeof(struct exporter_key));
    return exporters;
}

static void remove_domain(struct counters *counters, struct domain *domain)
{
    held_sets_drop(counters, domain, 0);
    while (domain->templates.n > 0) {
        domain_remove_template(domain, lru_oldest(&domain->templates));
    }
    lru_close(&domain->templates);
    domain_free_sources(domain);
    lru_remove(&domain->exporter->domains, domain);
    domain->exporter->agreed_is_old = true;
    domain->exporter->exporters->domains--;
    free(domain);
}

static struct lru_table *table_of(const struct exporter *exporter)
{
    return exporter->known ? &exporter->exporters->table : &exporter->exporters->strangers;
}

static void remove_exporter(struct counters *counters, struct exporter *exporter)
{
    while (exporter->domains.n > 0) {
        remove_domain(counters, lru_oldest(&exporter->domains));
    }
    lru_close(&exporter->domains);
    options_close(&exporter->options);
    lru_remove(table_of(exporter), exporter);
    free(exporter);
}

void exporters_free(struct exporters *exporters)
{
    struct counters ignored = {0};

    if (exporters == NULL) {
        return;
    }
    held_sets_clear(exporters);
    while (exporters->strangers.n > 0) {
        remove_exporter(&ignored, lru_oldest(&exporters->strangers));
    }
    while (exporters->table.n > 0) {
        remove_exporter(&ignored, lru_oldest(&exporters->table));
    }
    lru_close(&exporters->strangers);
    lru_close(&exporters->table);
    template_store_free(exporters->store);
    free(exporters);
}

bool exporters_set_settings(struct exporters *exporters, const struct decode_settings *settings)
{
    return template_store_set_settings(exporters->store, settings);
}

struct exporters_size exporters_size(const struct exporters *exporters)
{
    return (struct exporters_size){
        .exporters = exporters->table.n + exporters->strangers.n,
        .domains = exporters->domains,
        .templates = exporters->templates,
        .template_octets = exporters_template_octets(exporters),
        .held_sets = exporters->held.n,
        .held_octets = exporters->held.octets,
    };
}

size_t exporters_walk(const struct exporters *exporters, size_t cursor, size_t budget,
                      void (*visit)(void *exporter, void *arg), void *arg)
{
    const size_t known = exporters->table.n_buckets;
    size_t next;

    if (cursor < known) {
        next = lru_walk(&exporters->table, cursor, budget, visit, arg);
        return next != 0 || exporters->strangers.n == 0 ? next : known;
    }
    next = lru_walk(&exporters->strangers, cursor - known, budget, visit, arg);
    return next == 0 ? 0 : known + next;
}

struct exporter_key exporter_key_of(const struct exporters *exporters,
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

/* The quietest stranger goes, or, where there is none, the quietest of all. */
static void evict_exporter(struct decode *d)
{
    struct exporters *exporters = d->exporters;
    const bool stranger = exporters->strangers.n > 0;

    decode_fault(d, stranger ? DECODE_STRANGER_EVICTED : DECODE_EXPORTER_EVICTED, NULL);
    remove_exporter(d->counters, lru_oldest(stranger ? &exporters->strangers : &exporters->table));
}

static struct exporter *add_exporter(struct decode *d, const struct exporter_key *key)
{
    struct exporters *exporters = d->exporters;
    struct exporter *exporter;

    while (exporters->table.n + exporters->strangers.n > 0 &&
           exporters->table.n + exporters->strangers.n >= exporters->limits.exporters) {
        evict_exporter(d);
    }
    exporter = calloc(1, sizeof(*exporter));
    if (exporter == NULL) {
        return NULL;
    }
    exporter->key = *key;
    exporter->exporters = exporters;
    exporter->known = exporters->limits.strangers == 0;
    exporter->first_ns = d->datagram->received_ns;
    exporters_open_table(exporters, &exporter->domains, offsetof(struct domain, key),
                         sizeof(struct domain_key));
    options_init(&exporter->options, exporters->secret, &exporters->other_octets);
    if (!lru_insert(table_of(exporter), exporter)) {
        free(exporter);
        return NULL;
    }
    return exporter;
}

/* So many may be known that the others have their places. */
static void make_room_for_known(struct decode *d)
{
    struct exporters *exporters = d->exporters;
    const struct exporter_limits *limits = &exporters->limits;

    while (exporters->table.n > 0 && exporters->table.n + limits->strangers >= limits->exporters) {
        decode_fault(d, DECODE_EXPORTER_EVICTED, NULL);
        remove_exporter(d->counters, lru_oldest(&exporters->table));
    }
}

/* Without memory it stays a stranger for now. */
void exporter_make_known(struct decode *d, struct exporter *exporter)
{
    if (exporter->known) {
        return;
    }
    make_room_for_known(d);
    lru_remove(&d->exporters->strangers, exporter);
    exporter->known = lru_insert(&d->exporters->table, exporter);
    if (!exporter->known) {
        (void)lru_insert(&d->exporters->strangers, exporter); /* there is room: it has gone */
    }
}

static void get_to_know(struct decode *d, struct exporter *exporter)
{
    const uint64_t now = d->datagram->received_ns;

    if (now < exporter->first_ns) {
        exporter->first_ns = now; /* the clock was set back */
    }
    if (now - exporter->first_ns >= STRANGER_NS || d->exporters->limits.strangers == 0) {
        exporter_make_known(d, exporter);
    }
}

static struct exporter *find_exporter(struct decode *d, const struct exporter_key *key)
{
    struct exporter *exporter = lru_find(&d->exporters->table, key);

    if (exporter != NULL) {
        return exporter;
    }
    exporter = lru_find(&d->exporters->strangers, key);
    if (exporter == NULL) {
        return add_exporter(d, key);
    }
    get_to_know(d, exporter);
    return exporter;
}

static struct domain *add_domain(struct decode *d, struct exporter *exporter,
                                 const struct domain_key *key)
{
    struct domain *domain;

    while (exporter->domains.n > 0 &&
           exporter->domains.n >= exporter->exporters->limits.domains_per_exporter) {
        decode_fault(d, DECODE_DOMAIN_EVICTED, NULL);
        remove_domain(d->counters, lru_oldest(&exporter->domains));
    }
    domain = calloc(1, sizeof(*domain));
    if (domain == NULL) {
        return NULL;
    }
    domain->key = *key;
    domain->exporter = exporter;
    exporters_open_table(exporter->exporters, &domain->templates,
                         offsetof(struct known_template, id), sizeof(uint16_t));
    domain_open_sources(domain);
    if (!lru_insert(&exporter->domains, domain)) {
        free(domain);
        return NULL;
    }
    exporter->exporters->domains++;
    return domain;
}

static struct domain *find_domain(struct decode *d, const struct domain_key *domain_key)
{
    const struct exporter_key key = exporter_key_of(d->exporters, d->datagram);
    struct exporter *exporter = find_exporter(d, &key);
    struct domain *domain;

    if (exporter == NULL) {
        return NULL;
    }
    exporter->last_port = d->datagram->from_port;
    domain = lru_find(&exporter->domains, domain_key);
    if (domain == NULL) {
        domain = add_domain(d, exporter, domain_key);
    }
    if (exporter->agreed_is_old) {
        exporter_agree(exporter);
    }
    return domain;
}

static uint64_t octets_of(const struct exporters *exporters)
{
    const size_t n = exporters->table.n + exporters->strangers.n;

    return exporters_template_octets(exporters) +
           exporters->domains * (sizeof(struct domain) + ALLOCATION_OCTETS) +
           n * (sizeof(struct exporter) + ALLOCATION_OCTETS) + exporters->other_octets;
}

static bool over_memory(const struct exporters *exporters)
{
    const struct exporter_limits *limits = &exporters->limits;

    return exporters_over_template_memory(exporters) ||
           (limits->octets != 0 && octets_of(exporters) > limits->octets);
}

void exporters_make_room(struct decode *d, const struct exporter *keep)
{
    struct exporters *exporters = d->exporters;

    while (over_memory(exporters)) {
        if (exporters->strangers.n > 0 && lru_oldest(&exporters->strangers) != keep) {
            decode_fault(d, DECODE_STRANGER_EVICTED, NULL);
            remove_exporter(d->counters, lru_oldest(&exporters->strangers));
        } else if (keep->known && lru_oldest(&exporters->table) != keep) {
            decode_fault(d, DECODE_EXPORTER_EVICTED, NULL);
            remove_exporter(d->counters, lru_oldest(&exporters->table));
        } else {
            return;
        }
    }
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
    tally_identify(&d->tally, version, id, &key.agent);
    held_sets_expire(d);
    domain = find_domain(d, &key);
    if (domain == NULL) {
        decode_fault(d, DECODE_NO_MEMORY, NULL);
        return NULL;
    }
    d->tally.stats = &domain->stats;
    exporters_make_room(d, domain->exporter);
    return domain;
}
