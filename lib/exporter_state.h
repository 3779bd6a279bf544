// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_EXPORTER_STATE_H
#define LIB_EXPORTER_STATE_H

#include "lib/exporter.h"
#include "lib/held_sets.h"
#include "lib/lru_table.h"
#include "lib/options_data.h"
#include "lib/sequence.h"
#include "lib/template.h"

/* What exporters.h hides from decoders: for the files of lib that keep this state. */

struct exporters {
    struct lru_table table; /* of struct exporter */
    struct exporter_limits limits;
    unsigned scope; /* enum exporter_scope, or-ed */
    uint64_t secret[2];
    uint64_t template_octets;
    struct held_queue held;
    struct template_sources *sources;
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

struct exporter {
    struct lru_entry entry;
    struct exporter_key key;
    struct exporters *exporters;
    struct lru_table domains; /* of struct domain */
    struct options_cache options;
    size_t templates;
    struct held_queue held;
    uint64_t sampling_rate;             /* as last announced in any domain; 0 if not */
    struct flow_addr announced_address; /* as it names itself in options data */
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
    struct lru_table templates; /* of struct template */
    struct sequence sequence;
    struct lru_table sources; /* of struct sample_source: sFlow */
    uint64_t sampling_rate;   /* as last announced without a sampler; 0 if not */
    uint64_t boot_ms;         /* systemInitTimeMilliseconds as announced; 0 if not */
    bool template_rates;      /* a rate was announced for a single template */
    bool sampler_known;
    bool several_samplers; /* so that none of them speaks for the domain */
    uint64_t sampler_id;   /* the one announced last */
};

#endif
