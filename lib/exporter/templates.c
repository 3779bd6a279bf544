// SPDX-License-Identifier: Apache-2.0
/* The templates of a domain: learnt, refused, found, and forgotten in time. */
#include <stdlib.h>

#include "lib/exporter/state.h"

/* Without what is compiled. */
static uint64_t known_octets(const struct exporters *exporters)
{
    return exporters->templates * (sizeof(struct known_template) + ALLOCATION_OCTETS) +
           template_store_size(exporters->store).octets;
}

uint64_t exporters_template_octets(const struct exporters *exporters)
{
    return known_octets(exporters) + template_store_size(exporters->store).compiled_octets;
}

/* Compiled templates come and go, so that their share is kept free. */
bool exporters_over_template_memory(const struct exporters *exporters)
{
    return known_octets(exporters) + template_store_size(exporters->store).compiled_max >
           exporters->limits.template_octets;
}

static void release(struct exporters *exporters, struct template_layout *layout)
{
    if (layout != NULL) {
        template_store_release(exporters->store, layout);
    }
}

static void free_known(struct exporters *exporters, struct known_template *t)
{
    release(exporters, t->layout);
    free(t);
}

void domain_remove_template(struct domain *domain, struct known_template *t)
{
    struct exporters *exporters = domain->exporter->exporters;

    lru_remove(&domain->templates, t);
    domain->exporter->templates--;
    exporters->changes++;
    exporters->templates--;
    free_known(exporters, t);
}

static void remove_known(struct domain *domain, uint16_t id)
{
    struct known_template *t = lru_find(&domain->templates, &id);

    if (t != NULL) {
        domain_remove_template(domain, t);
    }
}

static bool expired(const struct exporters *exporters, const struct known_template *t,
                    uint64_t now_ns)
{
    const uint64_t life = exporters->limits.template_life_ns;

    return life != 0 && t->refreshed_ns + life < now_ns;
}

static const struct template *compiled(struct decode *d, const struct known_template *known)
{
    const struct template *t;

    if (known->layout == NULL) {
        return &template_rejected;
    }
    t = template_store_compiled(d->exporters->store, known->layout);
    if (t == NULL) {
        decode_fault(d, DECODE_NO_MEMORY, NULL);
    }
    return t;
}

const struct template *domain_template(struct decode *d, struct domain *domain, uint16_t id)
{
    struct known_template *known = lru_find(&domain->templates, &id);

    if (known == NULL) {
        return NULL;
    }
    if (expired(d->exporters, known, d->datagram->received_ns)) {
        decode_fault(d, DECODE_TEMPLATE_EXPIRED, NULL);
        domain_remove_template(domain, known);
        return NULL;
    }
    if (d->exporters->limits.used_is_refreshed) {
        known->refreshed_ns = d->datagram->received_ns;
    }
    return compiled(d, known);
}

/* What a sweep is told. */
struct sweep {
    struct counters *counters;
    uint64_t now_ns;
};

static void sweep_domain(struct domain *domain, const struct sweep *sweep)
{
    struct lru_entry *newer;

    for (struct lru_entry *at = domain->templates.oldest; at != NULL; at = newer) {
        struct known_template *t = (struct known_template *)at;

        newer = at->newer;
        if (expired(domain->exporter->exporters, t, sweep->now_ns)) {
            counter_bump(&sweep->counters->errors[DECODE_TEMPLATE_EXPIRED], 1);
            domain_remove_template(domain, t);
        }
    }
}

static void sweep_exporter(void *entry, void *arg)
{
    struct exporter *exporter = entry;

    for (struct lru_entry *at = exporter->domains.oldest; at != NULL; at = at->newer) {
        sweep_domain((struct domain *)at, arg);
    }
}

size_t exporters_sweep(struct exporters *exporters, struct counters *counters, uint64_t now_ns,
                       size_t cursor, size_t budget)
{
    struct sweep sweep = {counters, now_ns};

    return exporters_walk(exporters, cursor, budget, sweep_exporter, &sweep);
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
        domain_remove_template(shrink, lru_oldest(&shrink->templates));
    }
}

static struct known_template *make_known(struct decode *d, uint16_t id,
                                         struct template_layout *layout)
{
    struct known_template *t = malloc(sizeof(*t));

    if (t == NULL) {
        decode_fault(d, DECODE_NO_MEMORY, NULL);
        return NULL;
    }
    *t = (struct known_template){
        .refreshed_ns = d->datagram->received_ns, .layout = layout, .id = id};
    return t;
}

/* In the place of any other of its id.  The layout is taken, whatever becomes of it. */
static bool put_template(struct decode *d, struct domain *domain, uint16_t id,
                         struct template_layout *layout)
{
    struct known_template *t = make_known(d, id, layout);

    remove_known(domain, id);
    if (t == NULL) {
        release(d->exporters, layout);
        return false;
    }
    make_room_for_template(d, domain);
    if (!lru_insert(&domain->templates, t)) {
        free_known(d->exporters, t);
        decode_fault(d, DECODE_NO_MEMORY, NULL);
        return false;
    }
    domain->exporter->templates++;
    d->exporters->templates++;
    d->exporters->changes++;
    exporters_make_room(d, domain->exporter);
    return true;
}

void domain_reject_template(struct decode *d, struct domain *domain, uint16_t id,
                            enum decode_error why)
{
    decode_fault(d, why, NULL);
    if (id >= 256) {
        held_sets_drop(d->counters, domain, id);
        put_template(d, domain, id, NULL);
    }
}

static bool takes_its_time(const struct decode *d, struct exporter *exporter)
{
    return rate_admits(&exporter->template_rate, d->exporters->limits.template_rate,
                       d->datagram->received_ns);
}

/* What the exporter sends next may be of another layout, so the old one is of no use. */
static void forget_template(struct decode *d, struct domain *domain, struct known_template *t)
{
    decode_fault(d, DECODE_TEMPLATE_RATE, NULL);
    if (t != NULL) {
        domain_remove_template(domain, t);
    }
}

static bool same(struct decode *d, const struct known_template *known,
                 const struct template_definition *definition)
{
    return known != NULL && known->layout != NULL &&
           template_store_same(d->exporters->store, known->layout, definition);
}

/* A layout that cannot be held takes the place of the old one all the same. */
static bool take_template(struct decode *d, struct domain *domain,
                          const struct template_definition *definition)
{
    struct template_layout *layout = template_store_hold(d->exporters->store, d, definition);

    if (layout == NULL) {
        remove_known(domain, definition->id);
        decode_fault(d, DECODE_NO_MEMORY, NULL);
        return false;
    }
    return put_template(d, domain, definition->id, layout);
}

bool domain_learn_template(struct decode *d, struct domain *domain,
                           const struct template_definition *definition)
{
    const enum decode_error error = template_check(definition);
    struct known_template *known;

    if (error != DECODE_ERROR_COUNT) {
        domain_reject_template(d, domain, definition->id, error);
        return false;
    }
    known = lru_find(&domain->templates, &definition->id);
    if (same(d, known, definition)) {
        known->refreshed_ns = d->datagram->received_ns;
        return true;
    }
    if (!takes_its_time(d, domain->exporter)) {
        forget_template(d, domain, known);
        return false;
    }
    if (known != NULL && known->layout != NULL) {
        decode_fault(d, DECODE_TEMPLATE_CHANGED, NULL);
    }
    return take_template(d, domain, definition);
}
