// SPDX-License-Identifier: Apache-2.0
/* What an exporter has told in options data, thing by thing; bounded. */
#include "lib/exporter/options_cache.h"

#include <stdlib.h>

#include "lib/exporter/state.h"

enum { NAME_MAX_OCTETS = 255 };

void options_init(struct options_cache *cache, const uint64_t *secret, uint64_t *all_octets)
{
    lru_init(&cache->table, offsetof(struct options_entry, key), sizeof(struct options_key),
             secret);
    cache->table.octets = all_octets;
    cache->octets = 0;
    cache->all_octets = all_octets;
}

static void remove_entry(struct options_cache *cache, struct options_entry *entry)
{
    lru_remove(&cache->table, entry);
    cache->octets -= sizeof(*entry) + entry->name_len;
    *cache->all_octets -= sizeof(*entry) + entry->name_len + ALLOCATION_OCTETS;
    free(entry);
}

void options_close(struct options_cache *cache)
{
    while (lru_oldest(&cache->table) != NULL) {
        remove_entry(cache, lru_oldest(&cache->table));
    }
    lru_close(&cache->table);
}

struct options_key options_key_of(const struct domain *domain, enum options_kind kind,
                                  const void *id, size_t id_len)
{
    const bool per_domain =
        kind == OPTIONS_SAMPLER || kind == OPTIONS_TEMPLATE_RATE || kind == OPTIONS_INTERFACE_RATE;
    struct options_key key = {.kind = (uint8_t)kind, .id_len = (uint8_t)id_len};

    if (per_domain) {
        key.domain = domain->key.id;
        key.version = domain->key.version;
    }
    memcpy(key.id, id, id_len);
    return key;
}

struct options_key options_number_key(const struct domain *domain, enum options_kind kind,
                                      uint64_t id)
{
    return options_key_of(domain, kind, &id, sizeof(id));
}

struct options_entry *options_entry_of(const struct decode *d, const struct options_key *key)
{
    return lru_find(&d->message.domain->exporter->options.table, key);
}

static void make_room(struct decode *d, struct options_cache *cache, size_t octets)
{
    const struct exporter_limits *limits = &d->exporters->limits;

    while (cache->table.n > 0 && (cache->table.n >= limits->options_per_exporter ||
                                  cache->octets + octets > limits->options_octets_per_exporter)) {
        decode_fault(d, DECODE_OPTIONS_EVICTED, NULL);
        remove_entry(cache, lru_oldest(&cache->table));
    }
}

static bool same_entry(const struct options_entry *entry, uint64_t rate, const uint8_t *name,
                       size_t name_len)
{
    return entry->rate == rate && entry->name_len == name_len &&
           memcmp(entry->name, name, name_len) == 0;
}

void options_store(struct decode *d, const struct options_key *key, uint64_t rate,
                   const struct flow_slice *name)
{
    struct options_cache *cache = &d->message.domain->exporter->options;
    const size_t name_len = name->len < NAME_MAX_OCTETS ? name->len : NAME_MAX_OCTETS;
    struct options_entry *entry = lru_find(&cache->table, key);

    if (entry != NULL && same_entry(entry, rate, name->data, name_len)) {
        entry->told_ns = d->datagram->received_ns;
        return;
    }
    d->exporters->changes++;
    if (entry != NULL) {
        remove_entry(cache, entry);
    }
    make_room(d, cache, sizeof(*entry) + name_len);
    entry = malloc(sizeof(*entry) + name_len);
    if (entry == NULL) {
        decode_fault(d, DECODE_NO_MEMORY, NULL);
        return;
    }
    entry->key = *key;
    entry->told_ns = d->datagram->received_ns;
    entry->rate = rate;
    entry->told_on = (struct options_told){0};
    entry->name_len = (uint8_t)name_len;
    memcpy(entry->name, name->data, name_len);
    if (!lru_insert(&cache->table, entry)) {
        free(entry);
        decode_fault(d, DECODE_NO_MEMORY, NULL);
        return;
    }
    cache->octets += sizeof(*entry) + name_len;
    *cache->all_octets += sizeof(*entry) + name_len + ALLOCATION_OCTETS;
}

void options_walk(const struct options_cache *cache,
                  void (*visit)(const struct options_saved *saved, void *arg), void *arg)
{
    for (const struct lru_entry *at = cache->table.oldest; at != NULL; at = at->newer) {
        const struct options_entry *entry = (const struct options_entry *)at;
        struct options_saved saved = {
            .domain = entry->key.domain,
            .version = entry->key.version,
            .kind = entry->key.kind,
            .id_len = entry->key.id_len,
            .told_ns = entry->told_ns,
            .rate = entry->rate,
            .name = {.data = entry->name, .len = entry->name_len},
        };

        memcpy(saved.id, entry->key.id, sizeof(saved.id));
        visit(&saved, arg);
    }
}

bool options_restore(struct decode *d, const struct options_saved *saved)
{
    struct options_key key = {
        .domain = saved->domain,
        .version = saved->version,
        .kind = saved->kind,
        .id_len = saved->id_len,
    };
    const struct options_entry *known;

    if (saved->kind >= OPTIONS_KINDS || saved->id_len > sizeof(key.id)) {
        return false;
    }
    memcpy(key.id, saved->id, sizeof(key.id));
    known = options_entry_of(d, &key);
    if (known == NULL || known->told_ns <= d->datagram->received_ns) {
        options_store(d, &key, saved->rate, &saved->name);
    }
    return true;
}
