// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_EXPORTER_OPTIONS_DATA_H
#define LIB_EXPORTER_OPTIONS_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/decoder.h"

/*
 * What an exporter tells of itself in options data: sampling rates, by sampler, by
 * template and by interface; names of interfaces, routing instances and applications; when it
 * booted.  Options records are read like any other, into d->flow.
 */

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

/* Names; false if the exporter has not told. */
bool options_interface_name(const struct decode *d, uint32_t index, struct flow_slice *name);
bool options_vrf_name(const struct decode *d, uint32_t id, struct flow_slice *name);
bool options_application_name(const struct decode *d, const struct flow_slice *id,
                              struct flow_slice *name);

#endif
