// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_OPTIONS_DATA_H
#define LIB_OPTIONS_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/decoder.h"
#include "lib/lru_table.h"

/*
 * What an exporter tells of itself in options data: sampling rates, by sampler and
 * by template; names of interfaces, routing instances and applications; when it
 * booted.  Options records are read like any other, into d->flow.
 */
struct options_cache {
    struct lru_table table; /* of private entries */
    size_t octets;
};

void options_init(struct options_cache *cache, const uint64_t *secret);
void options_close(struct options_cache *cache);

/* Learns from the options record in d->flow. */
void options_learn(struct decode *d);

/* The sampling rate that an options record states, 0 if none; *damaged if it cannot be. */
uint64_t options_stated_rate(const struct flow *flow, bool *damaged);

/*
 * The rate of the record in d->flow by its template, its sampler, or its domain;
 * 0 if it is not known.  *source becomes the word for sampling_source.
 */
uint64_t options_sampling_rate(const struct decode *d, const char **source);

/* Names; false if the exporter has not told. */
bool options_interface_name(const struct decode *d, uint32_t index, struct flow_slice *name);
bool options_vrf_name(const struct decode *d, uint32_t id, struct flow_slice *name);
bool options_application_name(const struct decode *d, const struct flow_slice *id,
                              struct flow_slice *name);

#endif
