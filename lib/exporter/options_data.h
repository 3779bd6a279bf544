// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_EXPORTER_OPTIONS_DATA_H
#define LIB_EXPORTER_OPTIONS_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/decoder.h"
#include "lib/lru_table.h"

/*
 * What an exporter tells of itself in options data: sampling rates, by sampler, by
 * template and by interface; names of interfaces, routing instances and applications; when it
 * booted.  Options records are read like any other, into d->flow.
 */
struct options_cache {
    struct lru_table table; /* of private entries */
    size_t octets;
    uint64_t *all_octets; /* of the caches of all exporters, among other things */
};

/* What the cache takes of memory is added to *all_octets, which is borrowed. */
void options_init(struct options_cache *cache, const uint64_t *secret, uint64_t *all_octets);
void options_close(struct options_cache *cache);

/* Learns from the options record in d->flow. */
void options_learn(struct decode *d);

/* The exporter restarted: its samplers may be others now, those that are announced next. */
void options_forget_samplers(struct domain *domain);

/* The sampling rate that an options record states, 0 if none; *damaged if it cannot be. */
uint64_t options_stated_rate(const struct flow *flow, bool *damaged);

/* The ifIndex of the interface that this rate is of; 0 if it is of none, as ifIndex 0 says. */
uint32_t options_rate_interface(const struct flow *flow);

/* Whether the domain has announced any rate yet. */
bool options_rate_known(const struct domain *domain);

/*
 * The rate of the record in d->flow by its template, its sampler, its interface, or its domain;
 * 0 if it is not known.  *source becomes the word for sampling_source.
 */
uint64_t options_sampling_rate(const struct decode *d, const char **source);

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

/* Names; false if the exporter has not told. */
bool options_interface_name(const struct decode *d, uint32_t index, struct flow_slice *name);
bool options_vrf_name(const struct decode *d, uint32_t id, struct flow_slice *name);
bool options_application_name(const struct decode *d, const struct flow_slice *id,
                              struct flow_slice *name);

#endif
