// SPDX-License-Identifier: Apache-2.0
/* The fields of the set stream, worked out from those of the flow. */
#include "lib/stream.h"

#include "lib/subscriber/subscribers.h"

static const uint64_t MILLISECOND_NS = 1000000;

/* --- What somebody wants --- */

static bool is_of_side(unsigned at)
{
    switch (at) {
    case FLOW_AT_sub_key:
    case FLOW_AT_sub_addr:
    case FLOW_AT_sub_port:
    case FLOW_AT_peer_addr:
    case FLOW_AT_peer_port:
    case FLOW_AT_leg:
        return true;
    default:
        return false;
    }
}

static bool is_filled_here(unsigned at)
{
    const uint8_t others = IN_GOFLOW2 | IN_ALL;

    return (flow_fields[at].sets & IN_STREAM) != 0 && (flow_fields[at].sets & others) == 0 &&
           at != FLOW_AT_record_id && !is_of_side(at);
}

static void want_unmapped(struct stream_settings *settings, uint16_t at)
{
    for (uint16_t i = 0; i < settings->n_addrs; i++) {
        if (settings->addrs[i] == at) {
            return;
        }
    }
    if (settings->n_addrs < STREAM_ADDRS_MAX) {
        settings->addrs[settings->n_addrs++] = at;
    }
}

void stream_want(struct stream_settings *settings, unsigned at)
{
    settings->wanted |= is_filled_here(at);
    settings->sides |= is_of_side(at);
    settings->twice = settings->sides && subscribers_records(settings->subscribers) > 1;
    if (settings->unmaps && flow_fields[at].kind == FLOW_KIND_ADDR) {
        want_unmapped(settings, (uint16_t)at);
    }
}

/* --- Times --- */

struct moment {
    uint64_t ms;
    const char *source;
};

/* False also for the begin of 1970: a clock that was never set. */
static bool known(const struct flow *flow, unsigned at, uint64_t ns)
{
    return flow_has(flow, at) && ns >= MILLISECOND_NS;
}

/* The best that is known of when the flow ended.  sFlow tells no times: its flows have ours. */
static struct moment end_of(const struct decode *d)
{
    const struct flow *flow = &d->flow;
    const bool stated = flow->type != FLOW_TYPE_SFLOW_5;

    if (stated && known(flow, FLOW_AT_time_flow_end, flow->time_flow_end)) {
        return (struct moment){flow->time_flow_end / MILLISECOND_NS, "flow_end"};
    }
    if (stated && known(flow, FLOW_AT_time_flow_start, flow->time_flow_start)) {
        return (struct moment){flow->time_flow_start / MILLISECOND_NS, "flow_start"};
    }
    if (known(flow, FLOW_AT_event_time, flow->event_time)) {
        return (struct moment){flow->event_time / MILLISECOND_NS, "event"};
    }
    if (d->message.export_ns >= MILLISECOND_NS) {
        return (struct moment){d->message.export_ns / MILLISECOND_NS, "export"};
    }
    return (struct moment){d->datagram->received_ns / MILLISECOND_NS, "received"};
}

/* A clock that is wrong by a day would move the time of a whole stream. */
static uint64_t near(const struct stream_settings *settings, uint64_t received_ms, uint64_t ms)
{
    const uint64_t first =
        received_ms - (settings->max_age_ms < received_ms ? settings->max_age_ms : received_ms);
    const uint64_t last = received_ms + settings->max_skew_ms;

    if (ms < first) {
        return first;
    }
    return ms > last ? last : ms;
}

static void set_end(struct decode *d, uint64_t received_ms)
{
    struct flow *flow = &d->flow;
    const struct moment end = end_of(d);
    const uint64_t ms = near(&d->settings->stream, received_ms, end.ms);

    FLOW_SET(flow, flow_end_ms, ms);
    FLOW_SET(flow, time_source, end.source);
    if (ms != end.ms) {
        FLOW_SET(flow, flow_end_raw, end.ms);
        COUNT(d->counters, times_clamped);
        d->tally.times_clamped++;
    }
}

static void set_start(struct flow *flow)
{
    const uint64_t ms = flow->time_flow_start / MILLISECOND_NS;

    if (flow->type != FLOW_TYPE_SFLOW_5 &&
        known(flow, FLOW_AT_time_flow_start, flow->time_flow_start)) {
        FLOW_SET(flow, flow_start_ms, ms < flow->flow_end_ms ? ms : flow->flow_end_ms);
    }
}

void stream_times(struct decode *d)
{
    const uint64_t received_ms = d->datagram->received_ns / MILLISECOND_NS;

    FLOW_SET(&d->flow, received_ms, received_ms);
    set_end(d, received_ms);
    set_start(&d->flow);
    if (d->message.export_ns >= MILLISECOND_NS) {
        FLOW_SET(&d->flow, export_ms, d->message.export_ns / MILLISECOND_NS);
    }
}

/* --- Counters --- */

/* Engines hold counters in 63 bits, and a greater one would be negative there. */
static uint64_t saturate(struct flow *flow, unsigned at, uint64_t value)
{
    if (value <= INT64_MAX) {
        return value;
    }
    (void)FLOW_APPEND(flow, clamped, flow_fields[at].key);
    return INT64_MAX;
}

static void set_counters(struct flow *flow)
{
    if (FLOW_HAS(flow, bytes)) {
        FLOW_SET(flow, octet_count, saturate(flow, FLOW_AT_octet_count, flow->bytes));
    }
    if (FLOW_HAS(flow, packets)) {
        FLOW_SET(flow, packet_count, saturate(flow, FLOW_AT_packet_count, flow->packets));
    }
    if (FLOW_HAS(flow, sampling_rate)) {
        flow->sampling_rate = saturate(flow, FLOW_AT_sampling_rate, flow->sampling_rate);
    }
    if (FLOW_HAS(flow, total_bytes)) {
        FLOW_SET(flow, octet_count_total, flow->total_bytes);
    }
}

/* --- Who and what --- */

static uint8_t ip_version_of(const struct flow *flow)
{
    if (FLOW_HAS(flow, etype) && flow->etype == 0x0800) {
        return 4;
    }
    if (FLOW_HAS(flow, etype) && flow->etype == 0x86dd) {
        return 6;
    }
    if (FLOW_HAS(flow, src_addr) && flow->src_addr.len != 0) {
        return flow->src_addr.len == 4 ? 4 : 6;
    }
    return 0;
}

static void set_ip_version(struct flow *flow)
{
    const uint8_t version = FLOW_HAS(flow, ip_version) ? 0 : ip_version_of(flow);

    if (version != 0) {
        FLOW_SET(flow, ip_version, version);
    }
}

static void set_names(struct flow *flow)
{
    const struct flow_addr *agent = &flow->sampler_address;

    FLOW_SET(flow, schema_version, STREAM_SCHEMA_VERSION);
    FLOW_SET(flow, flow_type, flow->type);
    FLOW_SET(flow, exporter_addr, agent->len == 0 ? flow->exporter_address : *agent);
    if (FLOW_HAS(flow, proto)) {
        FLOW_SET(flow, proto_num, flow->proto);
    }
}

/* --- Addresses: sessions know those of IPv4 as IPv4 --- */

enum { MAPPED_BITS = 96 };

/* The length of a network follows its address. */
static void shorten(struct flow *flow, unsigned at, uint8_t *bits)
{
    if (!flow_has(flow, at)) {
        return;
    }
    if (*bits < MAPPED_BITS) {
        flow_unmark(flow, at);
    } else {
        *bits = (uint8_t)(*bits - MAPPED_BITS);
    }
}

static void unmap(struct flow *flow, unsigned at)
{
    struct flow_addr *addr = (struct flow_addr *)((uint8_t *)flow + flow_fields[at].offset);

    *addr = flow_addr_unmap(*addr);
    if (addr->len == 4 && at == FLOW_AT_src_addr) {
        shorten(flow, FLOW_AT_src_net, &flow->src_net);
    }
    if (addr->len == 4 && at == FLOW_AT_dst_addr) {
        shorten(flow, FLOW_AT_dst_net, &flow->dst_net);
    }
}

static void unmap_addresses(const struct stream_settings *settings, struct flow *flow)
{
    for (uint16_t i = 0; i < settings->n_addrs; i++) {
        const unsigned at = settings->addrs[i];
        const uint8_t *member = (const uint8_t *)flow + flow_fields[at].offset;

        if (flow_has(flow, at) && ((const struct flow_addr *)member)->len == 16) {
            unmap(flow, at);
        }
    }
}

void stream_fields(struct decode *d)
{
    struct flow *flow = &d->flow;

    set_names(flow);
    set_ip_version(flow);
    set_counters(flow);
    unmap_addresses(&d->settings->stream, flow);
}
