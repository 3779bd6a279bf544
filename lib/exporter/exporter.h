// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_EXPORTER_EXPORTER_H
#define LIB_EXPORTER_EXPORTER_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/decoder.h"
#include "lib/exporter/held_sets.h"
#include "lib/template/template.h"

/*
 * What is remembered of exporters between datagrams.  An exporter is known by
 * the source address of its datagrams; each of its observation domains (NetFlow
 * v9: source id, v5: engine, sFlow: agent and sub-agent) has its own templates
 * and sequence.  Everything is bounded, and the one unused for longest goes first.
 *
 * Source addresses can be forged.  So an exporter is a stranger at first, and known
 * once it is heard a minute after its first datagram; who floods weir from ever new
 * addresses never is.  A stranger takes the place of another stranger only.
 */
struct exporters;
struct exporter;
struct domain;

/* Settings; their defaults stand in the option tables of cmd/setup.c. */
struct exporter_limits {
    uint64_t exporters;
    uint64_t strangers; /* of these, places that only strangers may have; 0: there are none */
    uint64_t octets;    /* of all that is remembered but the held sets; 0 without bound */
    uint64_t domains_per_exporter;
    uint64_t templates_per_domain;
    uint64_t templates_per_exporter;
    uint64_t template_octets;  /* of all templates together */
    uint64_t template_rate;    /* new ones of an exporter in a second; 0 without bound */
    uint64_t template_life_ns; /* without refresh; 0 for ever */
    bool used_is_refreshed;    /* data of a template keeps it alive, too */
    uint64_t options_per_exporter;
    uint64_t options_octets_per_exporter;
    uint64_t held_sets_per_exporter; /* 0 holds none */
    uint64_t held_octets_per_exporter;
    uint64_t held_octets;
    uint64_t held_ns;
};

/* What tells exporters apart, beside the source address. */
enum exporter_scope {
    SCOPE_DOMAIN = 1,   /* the observation domain (default) */
    SCOPE_PORT = 2,     /* the source port: several exporters behind one address */
    SCOPE_LISTENER = 4, /* our socket: overlapping address space */
};

/* NULL if there is no memory.  Limits are copied; scope is enum exporter_scope, or-ed. */
struct exporters *exporters_new(const struct exporter_limits *limits, unsigned scope,
                                const struct decode_settings *settings);
void exporters_free(struct exporters *exporters);

/*
 * Other settings from now on: the templates that are remembered are compiled anew.
 * False if there is no memory; then nothing has changed.
 */
bool exporters_set_settings(struct exporters *exporters, const struct decode_settings *settings);

/* Other bounds from now on; what is beyond them goes as room is needed. */
void exporters_set_limits(struct exporters *exporters, const struct exporter_limits *limits);

/* How much is remembered now. */
struct exporters_size {
    uint64_t exporters;
    uint64_t domains;
    uint64_t templates;
    uint64_t template_octets;
    uint64_t held_sets;
    uint64_t held_octets;
};

struct exporters_size exporters_size(const struct exporters *exporters);

/*
 * Forgets the templates of some exporters that were not refreshed in time, and returns
 * the cursor to go on with, as exporters_walk() does.
 */
size_t exporters_sweep(struct exporters *exporters, struct counters *counters, uint64_t now_ns,
                       size_t cursor, size_t budget);

/*
 * Visits some of the exporters, as lru_walk() does.  On the thread that owns them; others ask by
 * worker_call().
 */
size_t exporters_walk(const struct exporters *exporters, size_t cursor, size_t budget,
                      void (*visit)(void *exporter, void *arg), void *arg);

/*
 * The domain that this datagram speaks for, made if it is new.  agent is NULL but
 * in sFlow.  NULL (counted NO_MEMORY) if there is no memory.  Valid until the end of the
 * datagram.
 */
struct domain *exporter_domain(struct decode *d, enum flow_type version, uint32_t id,
                               const struct flow_addr *agent);

/* The template of this id, or NULL.  One that was not refreshed in time is forgotten. */
const struct template *domain_template(struct decode *d, struct domain *domain, uint16_t id);

/*
 * Takes a template record: checks it, recognises one that is known, and else puts
 * it in the place of any other of its id.  What is refused is counted, and the
 * id then means nothing until a good definition comes.  False if it was refused.
 */
bool domain_learn_template(struct decode *d, struct domain *domain,
                           const struct template_definition *definition);
void domain_reject_template(struct decode *d, struct domain *domain, uint16_t id,
                            enum decode_error why);

/*
 * Accounts for a datagram's sequence number, which is that of the first of its
 * units: NetFlow v5 and v7 flows, v9 and sFlow datagrams (1), IPFIX data records.
 * Counts what is missing, came late, came twice, or began anew; with an sFlow
 * agent, its samples begin anew.
 */
void domain_sequence(struct decode *d, struct domain *domain, uint32_t number, uint32_t units);

/*
 * The number of units is not known after all (an IPFIX set without its
 * template, a message that was not read to its end): the next datagram is not
 * measured against this one.
 */
void domain_sequence_unknown(struct domain *domain);

/* Likewise for the flow samples of one sFlow data source. */
void domain_sample_sequence(struct decode *d, struct domain *domain, uint32_t source_type,
                            uint32_t source_id, uint32_t number);

#endif
