// SPDX-License-Identifier: Apache-2.0
/* The subscriber's side of a flow: which end it is, and the fields that follow. */
#include "lib/subscriber/pools.h"

static const struct flow_addr no_addr;

#define ADDR_OF(flow, member) (FLOW_HAS(flow, member) ? &(flow)->member : &no_addr)
#define PORT_OF(flow, member) (FLOW_HAS(flow, member) ? &(flow)->member : NULL)

/* --- Which address is looked at: translators may write zeros for what they did not translate ---
 */

static bool is_translated(const struct flow *flow, unsigned at, const struct flow_addr *addr)
{
    return flow_has(flow, at) && !flow_addr_unspecified(addr);
}

static bool source_is_translated(const struct flow *flow)
{
    return is_translated(flow, FLOW_AT_post_nat_src_addr, &flow->post_nat_src_addr);
}

static bool destination_is_translated(const struct flow *flow)
{
    return is_translated(flow, FLOW_AT_post_nat_dst_addr, &flow->post_nat_dst_addr);
}

static const struct flow_addr *source_addr(const struct flow *flow, bool outside)
{
    return outside && source_is_translated(flow) ? &flow->post_nat_src_addr
                                                 : ADDR_OF(flow, src_addr);
}

static const struct flow_addr *destination_addr(const struct flow *flow, bool outside)
{
    return !outside && destination_is_translated(flow) ? &flow->post_nat_dst_addr
                                                       : ADDR_OF(flow, dst_addr);
}

/* One of the two ends; where the address is not known it has no octets. */
struct end {
    const struct flow_addr *addr;
    const uint16_t *port; /* NULL where it is not known */
};

/* A translator that keeps ports need not tell them. */
static struct end source_of(const struct flow *flow, bool outside)
{
    const bool translated =
        outside && source_is_translated(flow) && FLOW_HAS(flow, post_nat_src_port);

    return (struct end){source_addr(flow, outside),
                        translated ? &flow->post_nat_src_port : PORT_OF(flow, src_port)};
}

static struct end destination_of(const struct flow *flow, bool outside)
{
    const bool translated =
        !outside && destination_is_translated(flow) && FLOW_HAS(flow, post_nat_dst_port);

    return (struct end){destination_addr(flow, outside),
                        translated ? &flow->post_nat_dst_port : PORT_OF(flow, dst_port)};
}

/* --- Pools --- */

/* Pools and sessions know addresses of IPv4 as such. */
static uint32_t pool_of_mapped(const struct subscribers *subscribers, const struct flow_addr *addr)
{
    const struct flow_addr plain = flow_addr_unmap(*addr);

    return plain.len == 4 ? prefix_map_find4(&subscribers->ipv4, plain.bytes)
                          : prefix_map_find6(&subscribers->ipv6, plain.bytes);
}

/* The number of the pool, 0 for who is no subscriber. */
static inline uint32_t pool_of(const struct subscribers *subscribers, const struct flow_addr *addr)
{
    if (addr->len == 4) {
        return prefix_map_find4(&subscribers->ipv4, addr->bytes);
    }
    if (addr->len == 0) {
        return 0;
    }
    return addr->bytes[10] == 0xff ? pool_of_mapped(subscribers, addr)
                                   : prefix_map_find6(&subscribers->ipv6, addr->bytes);
}

/* --- The fields --- */

static struct flow_addr plain(const struct flow_addr *addr)
{
    return addr->len == 16 ? flow_addr_unmap(*addr) : *addr;
}

static void set_sides(struct decode *d, struct end subscriber, struct end peer, uint32_t pool)
{
    struct flow *flow = &d->flow;

    FLOW_SET(flow, sub_key, &d->settings->stream.subscribers->pools[pool - 1]);
    FLOW_SET(flow, sub_addr, plain(subscriber.addr));
    if (subscriber.port != NULL) {
        FLOW_SET(flow, sub_port, *subscriber.port);
    }
    if (peer.addr->len != 0) {
        FLOW_SET(flow, peer_addr, plain(peer.addr));
    }
    if (peer.port != NULL) {
        FLOW_SET(flow, peer_port, *peer.port);
    }
}

static void set_source(struct decode *d, uint32_t pool)
{
    const struct stream_settings *settings = &d->settings->stream;
    const bool outside = settings->subscribers->outside;

    if (settings->sides) {
        set_sides(d, source_of(&d->flow, outside), destination_of(&d->flow, outside), pool);
    }
}

static void set_destination(struct decode *d, uint32_t pool)
{
    const struct stream_settings *settings = &d->settings->stream;
    const bool outside = settings->subscribers->outside;

    if (settings->sides) {
        set_sides(d, destination_of(&d->flow, outside), source_of(&d->flow, outside), pool);
    }
}

/* Which legs of a flow between subscribers have a record. */
static void set_internal(struct decode *d, uint32_t source, uint32_t destination)
{
    const struct stream_settings *settings = &d->settings->stream;
    const enum subscriber_both both = settings->subscribers->both;

    FLOW_SET(&d->flow, direction, "internal");
    FLOW_SET(&d->flow, internal, true);
    if (both == BOTH_TWO_RECORDS || both == BOTH_SOURCE) {
        FLOW_SET(&d->flow, leg, "src");
        set_source(d, source);
        d->other_leg = both == BOTH_TWO_RECORDS && settings->twice ? destination : 0;
    } else if (both == BOTH_DESTINATION) {
        FLOW_SET(&d->flow, leg, "dst");
        set_destination(d, destination);
    }
}

/* By the pools of both ends; known: neither is missing. */
static void fill(struct decode *d, uint32_t source, uint32_t destination, bool known)
{
    if (source != 0 && destination != 0) {
        set_internal(d, source, destination);
    } else if (source != 0) {
        FLOW_SET(&d->flow, direction, "upload");
        set_source(d, source);
    } else if (destination != 0) {
        FLOW_SET(&d->flow, direction, "download");
        set_destination(d, destination);
    } else if (known) {
        FLOW_SET(&d->flow, direction, flow_transit);
    }
}

void subscriber_fill(struct decode *d)
{
    const struct subscribers *subscribers = d->settings->stream.subscribers;
    const struct flow_addr *from = source_addr(&d->flow, subscribers->outside);
    const struct flow_addr *to = destination_addr(&d->flow, subscribers->outside);

    d->other_leg = 0;
    if (from->len == 4 && to->len == 4) { /* as most are: without further questions */
        fill(d, prefix_map_find4(&subscribers->ipv4, from->bytes),
             prefix_map_find4(&subscribers->ipv4, to->bytes), true);
    } else {
        fill(d, pool_of(subscribers, from), pool_of(subscribers, to),
             from->len != 0 && to->len != 0);
    }
}

bool subscriber_fill_other(struct decode *d)
{
    const uint32_t pool = d->other_leg;

    if (pool == 0) {
        return false;
    }
    d->other_leg = 0;
    flow_unmark(&d->flow, FLOW_AT_sub_port);
    flow_unmark(&d->flow, FLOW_AT_peer_port);
    FLOW_SET(&d->flow, leg, "dst");
    set_destination(d, pool);
    return true;
}
