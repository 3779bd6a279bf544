// SPDX-License-Identifier: Apache-2.0
// Numbers of records that are the same wherever the record is decoded.
#include "lib/record/id.h"

/* One more word; the constants are those of Stafford's Mix13, which leaves no bit unmoved. */
static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash ^= word;
    hash = (hash ^ hash >> 30) * 0xbf58476d1ce4e5b9u;
    hash = (hash ^ hash >> 27) * 0x94d049bb133111ebu;
    return hash ^ hash >> 31;
}

static uint64_t mix_addr(uint64_t hash, const struct flow_addr *addr)
{
    for (uint8_t at = 0; at < addr->len; at += 4) {
        hash = mix(hash, (uint64_t)addr->bytes[at] << 24 | (uint64_t)addr->bytes[at + 1] << 16 |
                             (uint64_t)addr->bytes[at + 2] << 8 | addr->bytes[at + 3]);
    }
    return hash;
}

static uint64_t present(const struct flow *flow, unsigned at, uint64_t value)
{
    return flow_has(flow, at) ? value : 0;
}

uint64_t record_id(struct decode *d)
{
    const struct flow *flow = &d->flow;
    const struct decode_message *message = &d->message;
    const uint64_t words[] = {
        flow->type,
        present(flow, FLOW_AT_observation_domain_id, flow->observation_domain_id),
        present(flow, FLOW_AT_engine_type, flow->engine_type),
        present(flow, FLOW_AT_engine_id, flow->engine_id),
        present(flow, FLOW_AT_sub_agent_id, flow->sub_agent_id),
        present(flow, FLOW_AT_sequence_num, flow->sequence_num),
        present(flow, FLOW_AT_sample_sequence_num, flow->sample_sequence_num),
        message->export_ns,
        message->uptime_ms,
        message->set,
        d->message.record++,
    };
    uint64_t hash = mix_addr(0, &flow->sampler_address);

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        hash = mix(hash, words[i]);
    }
    return hash;
}
