// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_EXPORTER_OPTIONS_CACHE_H
#define LIB_EXPORTER_OPTIONS_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/decoder.h"
#include "lib/exporter/options_report.h"
#include "lib/lru_table.h"

/* What an exporter has told in options data.  The thing unused for longest goes first. */
struct options_cache {
    struct lru_table table; /* of struct options_entry */
    size_t octets;
    uint64_t *all_octets; /* of the caches of all exporters, among other things */
};

/* What the cache takes of memory is added to *all_octets, which is borrowed. */
void options_init(struct options_cache *cache, const uint64_t *secret, uint64_t *all_octets);
void options_close(struct options_cache *cache);

enum options_kind {
    OPTIONS_SAMPLER,       /* by domain and sampler */
    OPTIONS_ANY_SAMPLER,   /* by sampler alone: line cards may ask another domain */
    OPTIONS_TEMPLATE_RATE, /* by domain and template */
    OPTIONS_INTERFACE,     /* by ifIndex, whichever the domain */
    OPTIONS_VRF,
    OPTIONS_APPLICATION,
    OPTIONS_INTERFACE_RATE, /* by domain and ifIndex */
    OPTIONS_KINDS,
};

/* Padding is zero, for keys are compared as octets. */
struct options_key {
    uint32_t domain;
    uint16_t version;
    uint8_t kind;
    uint8_t id_len;
    uint8_t id[16]; /* of applications as many as are sent, of others 8 */
};

struct options_entry {
    struct lru_entry entry;
    struct options_key key;
    uint64_t told_ns;
    uint64_t rate;
    struct options_told told_on;
    uint8_t name_len;
    uint8_t name[];
};

/* The id is no longer than that of a key. */
struct options_key options_key_of(const struct domain *domain, enum options_kind kind,
                                  const void *id, size_t id_len);
struct options_key options_number_key(const struct domain *domain, enum options_kind kind,
                                      uint64_t id);

/* What the exporter of d->message.domain has told of it; NULL if nothing. */
struct options_entry *options_entry_of(const struct decode *d, const struct options_key *key);

/* Remembers what it tells: a rate, or a name, of which the first 255 octets are kept. */
void options_store(struct decode *d, const struct options_key *key, uint64_t rate,
                   const struct flow_slice *name);

/* One thing told, for the state file; name is borrowed. */
struct options_saved {
    uint32_t domain;
    uint16_t version;
    uint8_t kind;
    uint8_t id_len;
    uint8_t id[16];
    uint64_t told_ns;
    uint64_t rate;
    struct flow_slice name;
};

/* Visits all of them, the one unused for longest first. */
void options_walk(const struct options_cache *cache,
                  void (*visit)(const struct options_saved *saved, void *arg), void *arg);

/*
 * Remembers it for the exporter of d->message.domain, unless that told it later than
 * d->datagram was received.  False if it cannot be right.
 */
bool options_restore(struct decode *d, const struct options_saved *saved);

#endif
