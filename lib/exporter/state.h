// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_EXPORTER_STATE_H
#define LIB_EXPORTER_STATE_H

#include "lib/exporter/exporter.h"
#include "lib/exporter/held_sets.h"
#include "lib/exporter/options_cache.h"
#include "lib/exporter/options_data.h"
#include "lib/exporter/options_report.h"
#include "lib/lru_table.h"
#include "lib/rate.h"
#include "lib/sequence.h"
#include "lib/template/store.h"

/* What exporter.h hides from decoders: for the files of lib/ that keep this state. */

struct exporters {
    struct lru_table table;     /* of struct exporter */
    struct lru_table strangers; /* likewise; an exporter is in one of both */
    struct exporter_limits limits;
    unsigned scope; /* enum exporter_scope, or-ed */
    uint64_t secret[2];
    size_t domains;        /* of all exporters */
    size_t templates;      /* of all domains */
    uint64_t other_octets; /* options data, data sources, buckets of tables */
    struct held_queue held;
    struct template_store *store;
    uint64_t changes; /* of what the state file holds, but for times */
};

/* Padding is zero, for keys are compared as octets. */
struct exporter_key {
    struct flow_addr addr;
    uint8_t unused;
    uint16_t port;
    uint32_t addr_scope;
    uint16_t listener;
    uint16_t unused_too;
};

/* What all domains say that say anything of it; 0 where they say nothing, or differ. */
struct exporter_agreed {
    uint64_t sampling_rate;
    uint64_t boot_ms;
    struct flow_addr announced_address;
};

/* What each datagram needs comes first: ahead.c. */
struct exporter {
    struct lru_entry entry;
    struct exporter_key key;
    uint16_t last_port; /* that it sent from */
    bool known;
    bool agreed_is_old;       /* a domain says something else, or is gone */
    struct lru_table domains; /* of struct domain */
    struct exporters *exporters;
    struct exporter_agreed agreed;
    struct options_cache options;
    uint64_t first_ns;         /* when it was first heard */
    struct rate template_rate; /* of new ones */
    size_t templates;
    struct held_queue held;
};

struct domain_key {
    struct flow_addr agent; /* sFlow only */
    uint8_t unused;
    uint16_t version; /* enum flow_type */
    uint32_t id;
};

struct domain {
    struct lru_entry entry;
    struct domain_key key;
    struct exporter *exporter;
    struct lru_table templates;   /* of struct known_template */
    struct exporter_stats *stats; /* a hint of lib/worker_stats.c */
    struct sequence sequence;
    bool sets_left;       /* some held sets have a template by now */
    bool template_rates;  /* a rate was announced for a single template */
    bool interface_rates; /* likewise for a single interface */
    bool sampler_known;
    bool several_samplers;  /* of other rates, so that none speaks for the domain */
    uint8_t sampler_turns;  /* how often the last one was announced with no other between */
    uint64_t sampler_id;    /* the one announced last */
    uint64_t sampler_ns;    /* when its last turn was */
    uint64_t sampling_rate; /* as last announced without a sampler; 0 if not */
    uint64_t boot_ms;       /* systemInitTimeMilliseconds as announced; 0 if not */
    struct flow_addr announced_address; /* as it names itself in options data */
    uint64_t told_ns;                   /* when options data came last; 0 if none did */
    struct options_told rate_told_on;
    struct lru_table sources; /* of struct sample_source: sFlow */
};

/* What a domain calls a layout. */
struct known_template {
    struct lru_entry entry;
    uint64_t refreshed_ns;
    struct template_layout *layout; /* held; NULL if the last definition was refused */
    uint16_t id;
};

struct exporter_key exporter_key_of(const struct exporters *exporters,
                                    const struct datagram *datagram);

/* Makes a table whose buckets are counted among other_octets. */
void exporters_open_table(struct exporters *exporters, struct lru_table *table, size_t key_offset,
                          size_t key_size);

/*
 * Beyond the memory for all together whole exporters go: strangers first, then, unless
 * it is for a stranger, the quietest.
 */
void exporters_make_room(struct decode *d, const struct exporter *keep);

/* It is a stranger no more; another one makes room where there is none. */
void exporter_make_known(struct decode *d, struct exporter *exporter);

/* Of agreed.c: asks the domains; once a datagram at most, for they may be many. */
void exporter_agree(struct exporter *exporter);

/* Of templates.c. */
void domain_remove_template(struct domain *domain, struct known_template *t);
uint64_t exporters_template_octets(const struct exporters *exporters);
bool exporters_over_template_memory(const struct exporters *exporters);

/* Of sequence.c. */
void domain_open_sources(struct domain *domain);
void domain_free_sources(struct domain *domain);

#endif
