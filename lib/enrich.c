// SPDX-License-Identifier: Apache-2.0
/* What a record leaves open and its header or its exporter knows: steps over a flow. */
#include "lib/enrich.h"

#include "lib/exporter/options_data.h"
#include "lib/exporter/state.h"
#include "lib/record/id.h"
#include "lib/stream.h"
#include "lib/subscriber/subscribers.h"

static const uint64_t MILLISECOND_NS = 1000000;
static const uint64_t MICROSECOND_NS = 1000;

enum { PROTO_ICMP = 1, PROTO_ICMPV6 = 58, AHEAD_MAX_MS = 3600 * 1000 };

/*
 * How long before the export a time since boot lies, in ms.  The clock wraps after
 * 49.7 days, so the difference has 32 bits; some exporters are a little ahead of
 * their own header, and then it is negative.
 */
static int64_t age_ms(const struct decode *d, uint64_t since_boot)
{
    const uint32_t then = (uint32_t)since_boot;
    const uint32_t age = d->message.uptime_ms - then;

    if (!decode_compat(d, COMPAT_UPTIME_UNSIGNED)) {
        return age > UINT32_MAX - AHEAD_MAX_MS ? (int32_t)age : (int64_t)age;
    }
    if (d->flow.type == FLOW_TYPE_NETFLOW_V9) {
        return (int64_t)d->message.uptime_ms - (int64_t)then;
    }
    return age;
}

/* Before 1970 there is nothing: a clock that was never set. */
static uint64_t earlier(struct decode *d, int64_t ms)
{
    const int64_t at = (int64_t)d->message.export_ns - ms * (int64_t)MILLISECOND_NS;

    if (at < 0 && !decode_compat(d, COMPAT_UPTIME_UNSIGNED)) {
        decode_fault(d, DECODE_TIME_SUSPECT, NULL);
        return 0;
    }
    return (uint64_t)at;
}

/*
 * IPFIX headers have no uptime: when the exporter booted stands in the record, or in options data.
 */
static uint64_t boot_ms(const struct decode *d)
{
    const struct domain *domain = d->message.domain;

    if (decode_compat(d, COMPAT_IPFIX_UPTIME)) {
        return 0;
    }
    if (FLOW_HAS(&d->flow, system_init_time)) {
        return d->flow.system_init_time;
    }
    if (domain == NULL) {
        return 0;
    }
    return domain->boot_ms != 0 ? domain->boot_ms : domain->exporter->agreed.boot_ms;
}

/*
 * As exact as boot_ms(), but the element has 32 bits: of the times that it may mean, the last
 * one that is not ahead of the export counts.  False if nobody knows when the exporter booted.
 */
static bool behind_boot_ns(const struct decode *d, uint64_t since_boot, uint64_t *ns)
{
    const uint64_t boot = boot_ms(d);
    const uint64_t last = d->message.export_ns / MILLISECOND_NS + AHEAD_MAX_MS;
    uint64_t ms;

    if (boot == 0 || __builtin_add_overflow(boot, since_boot, &ms)) {
        return false;
    }
    if (ms < last) {
        ms += (last - ms) >> 32 << 32;
    }
    return !__builtin_mul_overflow(ms, MILLISECOND_NS, ns);
}

static bool absolute_ns(struct decode *d, uint64_t since_boot, uint64_t *ns)
{
    if (d->message.has_uptime) {
        *ns = earlier(d, age_ms(d, since_boot));
        return true;
    }
    return behind_boot_ns(d, since_boot, ns);
}

/* Times since boot, where the record has no absolute ones. */
static void resolve_times_since_boot(struct decode *d)
{
    struct flow *flow = &d->flow;
    uint64_t ns;

    if (FLOW_HAS(flow, sys_uptime_start) && !FLOW_HAS(flow, time_flow_start) &&
        absolute_ns(d, flow->sys_uptime_start, &ns)) {
        FLOW_SET(flow, time_flow_start, ns);
    }
    if (FLOW_HAS(flow, sys_uptime_end) && !FLOW_HAS(flow, time_flow_end) &&
        absolute_ns(d, flow->sys_uptime_end, &ns)) {
        FLOW_SET(flow, time_flow_end, ns);
    }
}

/* False if the record has no duration, or one that cannot be. */
static bool duration_ns(const struct flow *flow, uint64_t *ns)
{
    if (FLOW_HAS(flow, flow_duration_us)) {
        return !__builtin_mul_overflow(flow->flow_duration_us, MICROSECOND_NS, ns);
    }
    return FLOW_HAS(flow, flow_duration) &&
           !__builtin_mul_overflow(flow->flow_duration, MILLISECOND_NS, ns);
}

static bool has_both_times(const struct flow *flow)
{
    return FLOW_HAS(flow, time_flow_start) && FLOW_HAS(flow, time_flow_end);
}

/* Of start, end and duration, two tell the third. */
static void resolve_duration(struct decode *d)
{
    struct flow *flow = &d->flow;
    const bool has_start = FLOW_HAS(flow, time_flow_start);
    const bool has_end = FLOW_HAS(flow, time_flow_end);
    uint64_t duration;
    uint64_t end;

    if (has_start == has_end || decode_compat(d, COMPAT_ELEMENTS) ||
        !duration_ns(flow, &duration)) {
        return;
    }
    if (has_start && !__builtin_add_overflow(flow->time_flow_start, duration, &end)) {
        FLOW_SET(flow, time_flow_end, end);
    }
    if (has_end && duration <= flow->time_flow_end) {
        FLOW_SET(flow, time_flow_start, flow->time_flow_end - duration);
    }
}

/*
 * A record with one of its two times alone is of that moment, and goes on to that
 * of an event behind its start.  A start in 1970 is a clock that was never set.
 */
static void complete_times(struct flow *flow)
{
    if (FLOW_HAS(flow, time_flow_end) && !FLOW_HAS(flow, time_flow_start)) {
        FLOW_SET(flow, time_flow_start, flow->time_flow_end);
    }
    if (FLOW_HAS(flow, time_flow_start) && !FLOW_HAS(flow, time_flow_end) &&
        flow->time_flow_start != 0) {
        const bool later = FLOW_HAS(flow, event_time) && flow->event_time > flow->time_flow_start;

        FLOW_SET(flow, time_flow_end, later ? flow->event_time : flow->time_flow_start);
    }
}

/* A record without times is of the moment of its event, or of its export. */
static void default_times(struct decode *d)
{
    struct flow *flow = &d->flow;
    uint64_t moment = d->message.export_ns;

    if (!decode_compat(d, COMPAT_ELEMENTS)) {
        complete_times(flow);
        moment = FLOW_HAS(flow, event_time) ? flow->event_time : moment;
    }
    if (!FLOW_HAS(flow, time_flow_start)) {
        FLOW_SET(flow, time_flow_start, moment);
    }
    if (!FLOW_HAS(flow, time_flow_end)) {
        FLOW_SET(flow, time_flow_end, moment);
    }
}

/* Most records have both by the first step. */
static void resolve_times(struct decode *d)
{
    struct flow *flow = &d->flow;

    resolve_times_since_boot(d);
    if (!has_both_times(flow)) {
        resolve_duration(d);
    }
    if (d->settings->stream.wanted) {
        stream_times(d);
    }
    if (!has_both_times(flow)) {
        default_times(d);
    }
    if (flow->time_flow_start > flow->time_flow_end) {
        decode_fault(d, DECODE_TIME_SUSPECT, "start behind end");
    }
}

/* Headers and samples say where their rate comes from; a mapping file does not. */
static bool has_mapped_rate(const struct flow *flow)
{
    return FLOW_HAS(flow, sampling_rate) && !FLOW_HAS(flow, sampling_source);
}

/*
 * A rate by the mapping file gives way to one that options data told, as it does in goflow2, where
 * it never counts.
 */
static uint64_t mapped_sampling_rate(struct decode *d, const char **source)
{
    const uint64_t rate = options_sampling_rate(d, source);

    flow_unmark(&d->flow, FLOW_AT_sampling_rate);
    if (rate != 0 || decode_compat(d, COMPAT_MAPPING)) {
        return rate;
    }
    *source = "record";
    return d->flow.sampling_rate;
}

/*
 * The rate that the record states itself comes first (Huawei, Flowmon), then what options data
 * said.
 */
static uint64_t known_sampling_rate(struct decode *d, const char **source)
{
    bool damaged = false;
    uint64_t rate = 0;

    *source = "record";
    if (!decode_compat(d, COMPAT_SAMPLING_WIDTH)) {
        rate = options_stated_rate(&d->flow, &damaged);
    }
    return rate != 0 ? rate : options_sampling_rate(d, source);
}

static void resolve_sampling(struct decode *d)
{
    const bool mapped = has_mapped_rate(&d->flow);
    const char *source;
    uint64_t rate;

    if (d->message.domain == NULL || (FLOW_HAS(&d->flow, sampling_rate) && !mapped)) {
        return;
    }
    rate = mapped ? mapped_sampling_rate(d, &source) : known_sampling_rate(d, &source);
    if (rate != 0) {
        FLOW_SET(&d->flow, sampling_rate, rate);
        FLOW_SET(&d->flow, sampling_source, source);
    }
}

static bool absent_or_zero(const struct flow *flow, unsigned at, uint32_t value)
{
    return !flow_has(flow, at) || value == 0;
}

/* A logical interface that is not known gives way to the physical one. */
static void resolve_interfaces(struct decode *d)
{
    struct flow *flow = &d->flow;

    if (decode_compat(d, COMPAT_ELEMENTS)) {
        return;
    }
    if (FLOW_HAS(flow, in_physical_if) && absent_or_zero(flow, FLOW_AT_in_if, flow->in_if)) {
        FLOW_SET(flow, in_if, flow->in_physical_if);
    }
    if (FLOW_HAS(flow, out_physical_if) && absent_or_zero(flow, FLOW_AT_out_if, flow->out_if)) {
        FLOW_SET(flow, out_if, flow->out_physical_if);
    }
}

static void match_family(struct flow_addr *addr, const struct flow_addr *other)
{
    if (addr->len != 0 && other->len != 0 && flow_addr_unspecified(addr)) {
        addr->len = other->len;
    }
}

/*
 * Where a record has room for both families, zeros may stand in the wrong one: an
 * address that is none is of the family of the other end.
 */
static void resolve_families(struct decode *d)
{
    struct flow *flow = &d->flow;

    if (FLOW_HAS(flow, src_addr) && FLOW_HAS(flow, dst_addr) &&
        flow->src_addr.len != flow->dst_addr.len && !decode_compat(d, COMPAT_ELEMENTS)) {
        match_family(&flow->src_addr, &flow->dst_addr);
        match_family(&flow->dst_addr, &flow->src_addr);
    }
}

/* Which payload it is, where neither address nor version of a header tells. */
static void resolve_etype(struct decode *d)
{
    struct flow *flow = &d->flow;

    if (!FLOW_HAS(flow, etype) && FLOW_HAS(flow, ethernet_type) &&
        !decode_compat(d, COMPAT_ELEMENTS)) {
        FLOW_SET(flow, etype, flow->ethernet_type);
    }
}

static void set_icmp(struct flow *flow, uint8_t type, uint8_t code)
{
    FLOW_SET(flow, icmp_type, type);
    FLOW_SET(flow, icmp_code, code);
    flow_unmark(flow, FLOW_AT_src_port);
    flow_unmark(flow, FLOW_AT_dst_port);
}

/*
 * Type and code out of a port, type first.  No message has type 0 and a code: there
 * they are swapped (Cisco IOS XR, Procera).
 */
static void set_icmp_of_port(struct flow *flow, uint16_t port)
{
    const uint8_t high = (uint8_t)(port >> 8);
    const uint8_t low = (uint8_t)port;

    set_icmp(flow, high == 0 ? low : high, high == 0 ? 0 : low);
}

/*
 * Where a record has no ICMP fields, type and code stand in the destination port;
 * some Cisco systems put them swapped into the source port, and fprobe the type
 * there and the code here.
 */
static void resolve_icmp(struct decode *d)
{
    struct flow *flow = &d->flow;

    if (!FLOW_HAS(flow, proto) || (flow->proto != PROTO_ICMP && flow->proto != PROTO_ICMPV6) ||
        FLOW_HAS(flow, icmp_type) || decode_compat(d, COMPAT_ICMP_PORTS)) {
        return;
    }
    if (!FLOW_HAS(flow, src_port) || !FLOW_HAS(flow, dst_port)) {
        return;
    }
    if (flow->src_port == 0) {
        set_icmp_of_port(flow, flow->dst_port);
    } else if (flow->src_port < 256 && flow->dst_port < 256) {
        set_icmp(flow, (uint8_t)flow->src_port, (uint8_t)flow->dst_port);
    } else if (flow->dst_port == 0) {
        set_icmp(flow, (uint8_t)flow->src_port, (uint8_t)(flow->src_port >> 8));
    }
}

static void resolve_exporter(struct decode *d)
{
    const struct domain *domain = d->message.domain;
    const struct flow_addr *announced;

    if (domain == NULL || FLOW_HAS(&d->flow, announced_exporter_address)) {
        return;
    }
    announced = domain->announced_address.len != 0 ? &domain->announced_address
                                                   : &domain->exporter->agreed.announced_address;
    if (announced->len != 0) {
        FLOW_SET(&d->flow, announced_exporter_address, *announced);
    }
}

static void look_up_names(struct decode *d)
{
    struct flow *flow = &d->flow;
    struct flow_slice name;

    if (!d->settings->look_up_names || d->message.domain == NULL) {
        return;
    }
    if (FLOW_HAS(flow, in_if) && options_interface_name(d, flow->in_if, &name)) {
        FLOW_SET(flow, in_if_name, name);
    }
    if (FLOW_HAS(flow, out_if) && options_interface_name(d, flow->out_if, &name)) {
        FLOW_SET(flow, out_if_name, name);
    }
    if (FLOW_HAS(flow, ingress_vrf_id) && options_vrf_name(d, flow->ingress_vrf_id, &name)) {
        FLOW_SET(flow, ingress_vrf_name, name);
    }
    if (FLOW_HAS(flow, egress_vrf_id) && options_vrf_name(d, flow->egress_vrf_id, &name)) {
        FLOW_SET(flow, egress_vrf_name, name);
    }
    if (FLOW_HAS(flow, application_id) && !FLOW_HAS(flow, application_name) &&
        options_application_name(d, &flow->application_id, &name)) {
        FLOW_SET(flow, application_name, name);
    }
}

static void make_record_id(struct decode *d)
{
    uint64_t id;

    if (!d->settings->make_record_ids) {
        return;
    }
    id = record_id(d);
    for (size_t i = 0; i < sizeof(d->record_id); i++) {
        d->record_id[i] = (uint8_t)(id >> (56 - 8 * i));
    }
    FLOW_SET(&d->flow, record_id, ((struct flow_slice){d->record_id, sizeof(d->record_id)}));
}

/* Of the set stream: not a step, for most records do without. */
static void fill_stream(struct decode *d, const struct stream_settings *settings)
{
    if (settings->wanted) {
        stream_fields(d);
    }
    if (settings->subscribers != NULL) {
        subscriber_fill(d);
    }
}

void enrich(struct decode *d)
{
    const struct stream_settings *settings = &d->settings->stream;

    resolve_times(d);
    resolve_interfaces(d);
    resolve_sampling(d);
    resolve_families(d);
    resolve_etype(d);
    resolve_icmp(d);
    resolve_exporter(d);
    look_up_names(d);
    make_record_id(d);
    if (settings->wanted || settings->subscribers != NULL) {
        fill_stream(d, settings);
    }
}
