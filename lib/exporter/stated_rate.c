// SPDX-License-Identifier: Apache-2.0
// The sampling rate that a record of options data states, in whichever of its forms.
#include "lib/exporter/options_data.h"

/* A ratio, rounded to the nearest whole number of packets. */
static uint64_t ratio(uint64_t of, uint64_t by)
{
    return by == 0 ? 0 : of / by + (of % by > by / 2 ? 1 : 0);
}

/* Rates from 10^18 on are none: few doubles beyond are whole numbers of 64 bits. */
static uint64_t rate_of_probability(double probability)
{
    const bool possible = probability <= 1 && probability > 1e-18;

    return possible ? (uint64_t)(1 / probability + 0.5) : 0;
}

/* RFC 5477 section 8.2: so many packets in a row, of that and as many as are then skipped. */
static uint64_t rate_of_interval(const struct flow *flow)
{
    const uint64_t interval = flow->sampling_packet_interval;
    const uint64_t space = FLOW_HAS(flow, sampling_packet_space) ? flow->sampling_packet_space : 0;

    /* Some exporters say "one in interval" and no space at all. */
    if (!FLOW_HAS(flow, sampling_packet_space)) {
        return interval;
    }
    return space > UINT64_MAX - interval ? 0 : ratio(interval + space, interval);
}

uint32_t options_rate_interface(const struct flow *flow)
{
    if (FLOW_HAS(flow, in_if) && flow->in_if != 0) {
        return flow->in_if;
    }
    return FLOW_HAS(flow, out_if) ? flow->out_if : 0;
}

uint64_t options_stated_rate(const struct flow *flow, bool *damaged)
{
    bool stated = true;
    uint64_t rate = 0;

    if (FLOW_HAS(flow, sampling_packet_interval)) {
        rate = rate_of_interval(flow);
    } else if (FLOW_HAS(flow, sampler_random_interval)) {
        rate = flow->sampler_random_interval;
    } else if (FLOW_HAS(flow, sampling_interval)) {
        rate = flow->sampling_interval;
    } else if (FLOW_HAS(flow, sampling_size) && FLOW_HAS(flow, sampling_population)) {
        rate = ratio(flow->sampling_population, flow->sampling_size);
    } else if (FLOW_HAS(flow, sampling_probability)) {
        rate = rate_of_probability(flow->sampling_probability);
    } else {
        stated = false;
    }
    *damaged = stated && rate == 0;
    return rate;
}
