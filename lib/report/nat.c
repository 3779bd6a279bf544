// SPDX-License-Identifier: Apache-2.0
// Events of address translation in one form.
#include "lib/report/nat.h"

#include "lib/record/id.h"

struct nat_event {
    const char *word;
    bool ends; /* what an earlier event began */
    bool block;
};

static const struct nat_event session_created = {.word = "session_created"};
static const struct nat_event session_deleted = {.word = "session_deleted", .ends = true};
static const struct nat_event binding_created = {.word = "binding_created"};
static const struct nat_event binding_deleted = {.word = "binding_deleted", .ends = true};
static const struct nat_event address_bound = {.word = "address_bound"};
static const struct nat_event address_released = {.word = "address_released", .ends = true};
static const struct nat_event block_allocated = {.word = "block_allocated", .block = true};
static const struct nat_event block_released = {"block_released", true, true};
static const struct nat_event addresses_exhausted = {.word = "addresses_exhausted"};
static const struct nat_event ports_exhausted = {.word = "ports_exhausted"};
static const struct nat_event quota_exceeded = {.word = "quota_exceeded"};
static const struct nat_event threshold_reached = {.word = "threshold_reached"};
static const struct nat_event other = {.word = "other"};

/* By natEvent: 1 and 2 are those of exporters older than RFC 8158. */
static const struct nat_event *const numbers[] = {
    [1] = &session_created,  [2] = &session_deleted,  [3] = &addresses_exhausted,
    [4] = &session_created,  [5] = &session_deleted,  [6] = &session_created,
    [7] = &session_deleted,  [8] = &binding_created,  [9] = &binding_deleted,
    [10] = &binding_created, [11] = &binding_deleted, [12] = &ports_exhausted,
    [13] = &quota_exceeded,  [14] = &address_bound,   [15] = &address_released,
    [16] = &block_allocated, [17] = &block_released,  [18] = &threshold_reached,
};

enum { FIREWALL_CREATED = 1, FIREWALL_DELETED = 2 };

/* One end of a session, as it is known on one side. */
struct end {
    struct flow_addr addr; /* len is 0 for none */
    uint16_t port;
    bool has_port;
};

struct translation {
    struct end inside;
    struct end outside;
    struct end peer;
    struct end peer_outside;
};

/* --- What happened --- */

static struct end end_of(const struct flow *flow, unsigned addr_at, unsigned port_at)
{
    const uint8_t *base = (const uint8_t *)flow;
    struct end end = {.has_port = flow_has(flow, port_at)};

    if (flow_has(flow, addr_at)) {
        memcpy(&end.addr, base + flow_fields[addr_at].offset, sizeof(end.addr));
    }
    if (flow_addr_unspecified(&end.addr)) {
        end.addr.len = 0;
    }
    if (end.has_port) {
        memcpy(&end.port, base + flow_fields[port_at].offset, sizeof(end.port));
    }
    return end;
}

static bool differ(const struct end *before, const struct end *after)
{
    if (after->addr.len == 0) {
        return false;
    }
    return !flow_addr_equal(&before->addr, &after->addr) ||
           (before->has_port && after->has_port && before->port != after->port);
}

/* Where only the destination is translated, the inside is who was called. */
static struct translation translation_of(const struct flow *flow)
{
    const struct end src = end_of(flow, FLOW_AT_src_addr, FLOW_AT_src_port);
    const struct end dst = end_of(flow, FLOW_AT_dst_addr, FLOW_AT_dst_port);
    const struct end post_src = end_of(flow, FLOW_AT_post_nat_src_addr, FLOW_AT_post_nat_src_port);
    const struct end post_dst = end_of(flow, FLOW_AT_post_nat_dst_addr, FLOW_AT_post_nat_dst_port);

    if (!differ(&src, &post_src) && differ(&dst, &post_dst)) {
        return (struct translation){post_dst, dst, src, src};
    }
    return (struct translation){src, post_src, dst, post_dst};
}

static bool translated(const struct flow *flow)
{
    const struct translation t = translation_of(flow);

    return differ(&t.inside, &t.outside);
}

/* A block of ports, and no single one. */
static bool has_block(const struct flow *flow)
{
    return FLOW_HAS(flow, port_range_start) && !FLOW_HAS(flow, post_nat_src_port);
}

static bool has_end_time(const struct flow *flow)
{
    return FLOW_HAS(flow, time_flow_end) || FLOW_HAS(flow, sys_uptime_end) ||
           FLOW_HAS(flow, delta_end) || FLOW_HAS(flow, flow_duration) ||
           FLOW_HAS(flow, flow_duration_us);
}

bool nat_counts(const struct flow *flow)
{
    return FLOW_HAS(flow, bytes) || FLOW_HAS(flow, packets) || FLOW_HAS(flow, responder_bytes) ||
           FLOW_HAS(flow, responder_packets);
}

static const struct nat_event *numbered(const struct flow *flow)
{
    const struct nat_event *event =
        flow->nat_event < sizeof(numbers) / sizeof(numbers[0]) ? numbers[flow->nat_event] : &other;

    if (!has_block(flow)) {
        return event;
    }
    if (event == &session_created) {
        return &block_allocated;
    }
    return event == &session_deleted ? &block_released : event;
}

/* What allocates names the end of the block; what releases may only say where it begins. */
static const struct nat_event *block_without_event(const struct flow *flow)
{
    const bool whole = FLOW_HAS(flow, port_range_end) || FLOW_HAS(flow, port_range_count);

    return has_end_time(flow) || !whole ? &block_released : &block_allocated;
}

static const struct nat_event *of_firewall(const struct flow *flow)
{
    switch (flow->firewall_event) {
    case FIREWALL_CREATED:
        return &session_created;
    case FIREWALL_DELETED:
        return &session_deleted;
    default:
        return NULL;
    }
}

static const struct nat_event *session_without_event(const struct flow *flow)
{
    return has_end_time(flow) ? &session_deleted : &session_created;
}

const struct nat_event *nat_event_of(const struct flow *flow)
{
    if (FLOW_HAS(flow, nat_event) && flow->nat_event != 0) {
        return numbered(flow);
    }
    if (FLOW_HAS(flow, nat_subscriber)) {
        return has_block(flow) ? block_without_event(flow) : session_without_event(flow);
    }
    if (has_block(flow) && !nat_counts(flow)) {
        return block_without_event(flow);
    }
    if (!translated(flow)) {
        return NULL;
    }
    if (FLOW_HAS(flow, firewall_event)) {
        return of_firewall(flow);
    }
    return nat_counts(flow) ? NULL : session_without_event(flow);
}

/* --- The report --- */

static bool read_octet(const struct flow_slice *text, size_t *at, uint8_t *octet)
{
    const size_t begin = *at;
    unsigned value = 0;

    while (*at < text->len && *at < begin + 3 && text->data[*at] >= '0' && text->data[*at] <= '9') {
        value = value * 10 + (unsigned)(text->data[(*at)++] - '0');
    }
    *octet = (uint8_t)value;
    return *at > begin && value <= UINT8_MAX;
}

/* The IPv4 address behind the @ of "LSN-Host@10.0.0.1"; none if there is none. */
static struct flow_addr subscriber_addr(const struct flow_slice *name)
{
    const uint8_t *sign = name->len == 0 ? NULL : memchr(name->data, '@', name->len);
    size_t at = sign == NULL ? name->len : (size_t)(sign + 1 - name->data);
    uint8_t octets[4];

    for (size_t i = 0; i < sizeof(octets); i++) {
        if (i > 0 && (at >= name->len || name->data[at++] != '.')) {
            return (struct flow_addr){.len = 0};
        }
        if (!read_octet(name, &at, &octets[i])) {
            return (struct flow_addr){.len = 0};
        }
    }
    return flow_addr_make(octets, at == name->len ? sizeof(octets) : 0);
}

/*
 * Nokia names the inside address in the subscriber's name only, and in one of its formats has the
 * outside address as the source.
 */
static void resolve_subscriber(const struct flow *flow, struct translation *t)
{
    const struct flow_addr inside = subscriber_addr(&flow->nat_subscriber);

    if (inside.len == 0) {
        return;
    }
    if (t->outside.addr.len == 0) {
        t->outside.addr = t->inside.addr;
    }
    t->inside.addr = inside;
}

static void add_end(struct report *report, const struct end *end, enum report_index addr,
                    enum report_index port)
{
    report_addr(report, &report_fields[addr], &end->addr);
    if (end->has_port) {
        report_number(report, &report_fields[port], end->port);
    }
}

static void add_ends(struct report *report, const struct translation *t)
{
    add_end(report, &t->inside, REPORT_AT_inside_addr, REPORT_AT_inside_port);
    add_end(report, &t->outside, REPORT_AT_outside_addr, REPORT_AT_outside_port);
    add_end(report, &t->peer, REPORT_AT_peer_addr, REPORT_AT_peer_port);
    if (differ(&t->peer, &t->peer_outside)) {
        add_end(report, &t->peer_outside, REPORT_AT_peer_outside_addr, REPORT_AT_peer_outside_port);
    }
}

static void add_time(struct report *report, const struct flow *flow, const struct nat_event *event)
{
    const uint64_t of_flow = event->ends ? flow->time_flow_end : flow->time_flow_start;
    const uint64_t ns = FLOW_HAS(flow, event_time) ? flow->event_time : of_flow;

    report_number(report, REPORT_FIELD_OF(event_ms), ns / 1000000);
}

static void key_end(struct report *report, const struct end *end)
{
    report_key_addr(report, &end->addr);
    if (end->has_port) {
        report_key_number(report, ':', end->port);
    }
}

/* By the outside, which is what others know of a session; blocks by their first port. */
static void make_key(struct report *report, const struct flow *flow, const struct translation *t)
{
    if (report->kind == RECORD_BLOCKS) {
        report_key_addr(report, &t->outside.addr);
        report_key_number(report, ':', flow->port_range_start);
    } else if (t->outside.addr.len != 0) {
        key_end(report, &t->outside);
    } else if (t->inside.addr.len != 0) {
        key_end(report, &t->inside);
    } else {
        report_key_addr(report, &flow->exporter_address);
    }
}

static uint64_t id_of(struct decode *d)
{
    uint64_t id = 0;

    if (!FLOW_HAS(&d->flow, record_id)) {
        return record_id(d);
    }
    for (size_t i = 0; i < sizeof(d->record_id); i++) {
        id = id << 8 | d->record_id[i];
    }
    return id;
}

static const struct report_column before[] = {
    {REPORT_AT_export_ms, FLOW_AT_time_export},
    {REPORT_AT_observation_domain_id, FLOW_AT_observation_domain_id},
    {REPORT_AT_nat_event, FLOW_AT_nat_event},
    {REPORT_AT_firewall_event, FLOW_AT_firewall_event},
    {REPORT_AT_proto_num, FLOW_AT_proto},
};

static const struct report_column behind[] = {
    {REPORT_AT_port_start, FLOW_AT_port_range_start},
    {REPORT_AT_port_end, FLOW_AT_port_range_end},
    {REPORT_AT_port_step, FLOW_AT_port_range_step},
    {REPORT_AT_port_count, FLOW_AT_port_range_count},
    {REPORT_AT_nat_realm, FLOW_AT_nat_realm},
    {REPORT_AT_inside_realm, FLOW_AT_internal_realm},
    {REPORT_AT_outside_realm, FLOW_AT_external_realm},
    {REPORT_AT_ingress_vrf_id, FLOW_AT_ingress_vrf_id},
    {REPORT_AT_egress_vrf_id, FLOW_AT_egress_vrf_id},
    {REPORT_AT_nat_instance_id, FLOW_AT_nat_instance_id},
    {REPORT_AT_pool_id, FLOW_AT_nat_pool_id},
    {REPORT_AT_pool_name, FLOW_AT_nat_pool_name},
    {REPORT_AT_nat_quota, FLOW_AT_nat_quota_event},
    {REPORT_AT_nat_threshold, FLOW_AT_nat_threshold_event},
    {REPORT_AT_nat_limit, FLOW_AT_nat_limit},
    {REPORT_AT_user_name, FLOW_AT_user_name},
    {REPORT_AT_subscriber_name, FLOW_AT_nat_subscriber},
    {REPORT_AT_imsi, FLOW_AT_imsi},
    {REPORT_AT_msisdn, FLOW_AT_msisdn},
};

/* The release of a block may leave out whose it was, and then it cannot have the block's key. */
void nat_report(struct decode *d, const struct nat_event *event, struct report *report)
{
    const struct flow *flow = &d->flow;
    struct translation t = translation_of(flow);
    bool keyed;

    if (FLOW_HAS(flow, nat_subscriber)) {
        resolve_subscriber(flow, &t);
    }
    keyed = event->block && t.outside.addr.len != 0 && FLOW_HAS(flow, port_range_start);
    report_begin(report, keyed ? RECORD_BLOCKS : RECORD_NAT, &flow->exporter_address,
                 d->datagram->received_ns);
    report_number(report, REPORT_FIELD_OF(record_id), id_of(d));
    report_word(report, REPORT_FIELD_OF(event), event->word);
    add_time(report, flow, event);
    report_flow(report, flow, before, sizeof(before) / sizeof(before[0]));
    add_ends(report, &t);
    report_flow(report, flow, behind, sizeof(behind) / sizeof(behind[0]));
    make_key(report, flow, &t);
}
