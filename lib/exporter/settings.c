// SPDX-License-Identifier: Apache-2.0
/* Other settings for exporters that are remembered: their templates are compiled anew. */
#include <stdlib.h>

#include "lib/exporter/state.h"

/* Everything is made before anything is replaced. */
struct recompilation {
    struct decode
        decode; /* of no datagram; what was counted when the templates came is not again */
    struct counters counters;
    struct template_definition definition; /* scratch */
    struct template_sources *sources;
    struct lru_entry *made; /* templates, in the order of exporters, domains and templates */
    struct lru_entry **end;
};

typedef bool domain_visitor(struct recompilation *r, struct domain *domain);

static bool each_domain_of(struct lru_table *table, domain_visitor *visit, struct recompilation *r)
{
    for (struct lru_entry *at = table->oldest; at != NULL; at = at->newer) {
        struct exporter *exporter = (struct exporter *)at;

        for (struct lru_entry *domain = exporter->domains.oldest; domain != NULL;
             domain = domain->newer) {
            if (!visit(r, (struct domain *)domain)) {
                return false;
            }
        }
    }
    return true;
}

static bool each_domain(struct exporters *exporters, domain_visitor *visit, struct recompilation *r)
{
    return each_domain_of(&exporters->table, visit, r) &&
           each_domain_of(&exporters->strangers, visit, r);
}

static struct template *compile(struct recompilation *r, const struct domain *domain,
                                const struct template *old)
{
    struct template_definition *definition = &r->definition;

    if (old->rejected) {
        return template_new_rejected(old->id);
    }
    definition->version = domain->key.version;
    definition->id = old->id;
    definition->options = old->options;
    definition->n = old->n_fields;
    memcpy(definition->fields, old->fields, old->n_fields * sizeof(old->fields[0]));
    return template_new(&r->decode, r->sources, definition);
}

static bool make_templates(struct recompilation *r, struct domain *domain)
{
    for (struct lru_entry *at = domain->templates.oldest; at != NULL; at = at->newer) {
        const struct template *old = (const struct template *)at;
        struct template *t = compile(r, domain, old);

        if (t == NULL) {
            return false;
        }
        t->refreshed_ns = old->refreshed_ns;
        *r->end = &t->entry;
        r->end = &t->entry.next;
    }
    return true;
}

/* The oldest goes first and is replaced as the newest, so that the order stays. */
static bool put_templates(struct recompilation *r, struct domain *domain)
{
    struct exporters *exporters = domain->exporter->exporters;

    for (size_t left = domain->templates.n; left > 0; left--) {
        struct template *old = lru_oldest(&domain->templates);
        struct template *t = (struct template *)r->made;

        r->made = r->made->next;
        exporters->template_octets = exporters->template_octets - old->octets + t->octets;
        lru_remove(&domain->templates, old);
        template_free(old);
        (void)lru_insert(&domain->templates, t); /* there is room: one has gone */
    }
    return true;
}

static void free_made(struct recompilation *r)
{
    while (r->made != NULL) {
        struct template *t = (struct template *)r->made;

        r->made = r->made->next;
        template_free(t);
    }
}

static bool recompile(struct recompilation *r, struct exporters *exporters)
{
    bool made;

    r->decode.counters = &r->counters;
    r->end = &r->made;
    made = each_domain(exporters, make_templates, r);
    *r->end = NULL;
    if (!made) {
        free_made(r);
        return false;
    }
    (void)each_domain(exporters, put_templates, r);
    template_sources_free(exporters->sources);
    exporters->sources = r->sources;
    return true;
}

bool exporters_set_settings(struct exporters *exporters, const struct decode_settings *settings)
{
    struct recompilation *r = calloc(1, sizeof(*r));
    bool done = false;

    if (r == NULL) {
        return false;
    }
    r->decode.settings = settings;
    r->sources = template_sources_new(settings);
    if (r->sources != NULL) {
        done = recompile(r, exporters);
    }
    if (!done) {
        template_sources_free(r->sources);
    }
    free(r);
    return done;
}
