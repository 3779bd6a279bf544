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

static uint64_t mix_words(uint64_t hash, const uint64_t *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        hash = mix(hash, words[i]);
    }
    return hash;
}

/* Which message, as its header says, and the place there. */
static uint64_t mix_place(uint64_t hash, struct decode *d)
{
    const struct flow *flow = &d->flow;
    const struct decode_message *message = &d->message;
    const uint64_t words[] = {
        flow->type,
        present(flow, FLOW_AT_observation_domain_id, flow->observation_domain_id),
        present(flow, FLOW_AT_engine_type, flow->engine_type),
        present(flow, FLOW_AT_engine_id, flow->engine_id),
        present(flow, FLOW_AT_sub_agent_id, flow->sub_agent_id),
        present(flow, FLOW_AT_source_id_type, flow->source_id_type),
        present(flow, FLOW_AT_source_id, flow->source_id),
        present(flow, FLOW_AT_sequence_num, flow->sequence_num),
        present(flow, FLOW_AT_sample_sequence_num, flow->sample_sequence_num),
        message->export_ns,
        message->uptime_ms,
        message->set,
        d->message.record++,
    };

    return mix_words(hash, words, sizeof(words) / sizeof(words[0]));
}

/*
 * What the record itself says.  NetFlow v1 has no sequence, some exporters of IPFIX do not count,
 * and others begin anew: several of their messages may have the same header.
 */
static uint64_t mix_contents(uint64_t hash, const struct flow *flow)
{
    const uint64_t words[] = {
        present(flow, FLOW_AT_proto, flow->proto),
        present(flow, FLOW_AT_src_port, flow->src_port),
        present(flow, FLOW_AT_dst_port, flow->dst_port),
        present(flow, FLOW_AT_bytes, flow->bytes),
        present(flow, FLOW_AT_packets, flow->packets),
        present(flow, FLOW_AT_sys_uptime_start, flow->sys_uptime_start),
        present(flow, FLOW_AT_sys_uptime_end, flow->sys_uptime_end),
    };

    hash = FLOW_HAS(flow, src_addr) ? mix_addr(hash, &flow->src_addr) : hash;
    hash = FLOW_HAS(flow, dst_addr) ? mix_addr(hash, &flow->dst_addr) : hash;
    return mix_words(hash, words, sizeof(words) / sizeof(words[0]));
}

uint64_t record_id(struct decode *d)
{
    const uint64_t exporter = mix_addr(0, &d->flow.sampler_address);

    return mix_contents(mix_place(exporter, d), &d->flow);
}
