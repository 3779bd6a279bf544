// SPDX-License-Identifier: Apache-2.0
/*
 * A floor of the bench: JSON of NetFlow v5 by straight code.  It trusts its input, and may:
 * the bench made it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/bench.h"

enum { HEADER = 24, RECORD = 48, RECORD_JSON_MAX = 1500, BATCH_OCTETS = 1 << 20 };

#define ADD(out, text) ((out) = add((out), (text), sizeof(text) - 1))

static inline char *add(char *out, const char *text, size_t len)
{
    memcpy(out, text, len);
    return out + len;
}

static char octet_texts[256][4];
static uint8_t octet_lens[256];
static char pairs[200];

static inline char *add_octet(char *out, uint8_t octet)
{
    memcpy(out, octet_texts[octet], 4);
    return out + octet_lens[octet];
}

static inline char *add_ip(char *out, const uint8_t *at)
{
    for (int i = 0; i < 4; i++) {
        out = add_octet(out, at[i]);
        *out++ = '.';
    }
    return out - 1;
}

static inline char *add_number(char *out, uint64_t value)
{
    char digits[20];
    char *at = digits + sizeof(digits);

    while (value >= 100) {
        at -= 2;
        memcpy(at, pairs + value % 100 * 2, 2);
        value /= 100;
    }
    if (value >= 10) {
        at -= 2;
        memcpy(at, pairs + value * 2, 2);
    } else {
        *--at = (char)('0' + value);
    }
    return add(out, at, (size_t)(digits + sizeof(digits) - at));
}

static inline uint32_t u16(const uint8_t *at)
{
    return (uint32_t)at[0] << 8 | at[1];
}

static inline uint32_t u32(const uint8_t *at)
{
    return u16(at) << 16 | u16(at + 2);
}

static inline char *add_network(char *out, const uint8_t *at, uint8_t len)
{
    const uint32_t mask = len == 0 ? 0 : UINT32_MAX << (32 - len);
    const uint32_t network = u32(at) & mask;
    const uint8_t octets[] = {(uint8_t)(network >> 24), (uint8_t)(network >> 16),
                              (uint8_t)(network >> 8), (uint8_t)network};

    out = add_ip(out, octets);
    *out++ = '/';
    return add_number(out, len);
}

static char *add_times(char *out, const uint8_t *header, const uint8_t *record)
{
    const uint64_t boot = (uint64_t)u32(header + 8) * 1000000000 + u32(header + 12) -
                          (uint64_t)u32(header + 4) * 1000000;

    ADD(out, ",\"time_flow_start_ns\":");
    out = add_number(out, boot + (uint64_t)u32(record + 24) * 1000000);
    ADD(out, ",\"time_flow_end_ns\":");
    return add_number(out, boot + (uint64_t)u32(record + 28) * 1000000);
}

static char *add_ends(char *out, const uint8_t *record)
{
    ADD(out, ",\"bytes\":");
    out = add_number(out, u32(record + 20));
    ADD(out, ",\"packets\":");
    out = add_number(out, u32(record + 16));
    ADD(out, ",\"src_addr\":\"");
    out = add_ip(out, record);
    ADD(out, "\",\"dst_addr\":\"");
    out = add_ip(out, record + 4);
    if (record[38] == 6) {
        ADD(out, "\",\"etype\":\"IPv4\",\"proto\":\"TCP\",\"src_port\":");
    } else {
        ADD(out, "\",\"etype\":\"IPv4\",\"proto\":\"UDP\",\"src_port\":");
    }
    out = add_number(out, u16(record + 32));
    ADD(out, ",\"dst_port\":");
    out = add_number(out, u16(record + 34));
    ADD(out, ",\"in_if\":");
    out = add_number(out, u16(record + 12));
    ADD(out, ",\"out_if\":");
    return add_number(out, u16(record + 14));
}

static char *add_routing(char *out, const uint8_t *record)
{
    ADD(out, ",\"src_mac\":\"00:00:00:00:00:00\",\"dst_mac\":\"00:00:00:00:00:00\",\"src_vlan\":0,"
             "\"dst_vlan\":0,\"vlan_id\":0,\"ip_tos\":");
    out = add_number(out, record[39]);
    ADD(out, ",\"forwarding_status\":0,\"ip_ttl\":0,\"ip_flags\":0,\"tcp_flags\":");
    out = add_number(out, record[37]);
    ADD(out, ",\"icmp_type\":0,\"icmp_code\":0,\"ipv6_flow_label\":0,\"fragment_id\":0,"
             "\"fragment_offset\":0,\"src_as\":");
    out = add_number(out, u16(record + 40));
    ADD(out, ",\"dst_as\":");
    out = add_number(out, u16(record + 42));
    ADD(out, ",\"next_hop\":\"");
    out = add_ip(out, record + 8);
    ADD(out, "\",\"next_hop_as\":0,\"src_net\":\"");
    out = add_network(out, record, record[44]);
    ADD(out, "\",\"dst_net\":\"");
    out = add_network(out, record + 4, record[45]);
    ADD(out, "\",\"bgp_next_hop\":\"\",\"bgp_communities\":[],\"as_path\":[],\"mpls_ttl\":[],"
             "\"mpls_label\":[],\"mpls_ip\":[],\"observation_domain_id\":0,"
             "\"observation_point_id\":0,\"layer_stack\":[],\"layer_size\":[],"
             "\"ipv6_routing_header_addresses\":[],\"ipv6_routing_header_seg_left\":0}\n");
    return out;
}

static char *add_record(char *out, const struct datagram *datagram, const uint8_t *record)
{
    const uint8_t *header = datagram->data;

    ADD(out, "{\"type\":\"NETFLOW_V5\",\"time_received_ns\":");
    out = add_number(out, datagram->received_ns);
    ADD(out, ",\"sequence_num\":");
    out = add_number(out, u32(header + 16));
    ADD(out, ",\"sampling_rate\":0,\"sampler_address\":\"");
    out = add_ip(out, datagram->from.bytes);
    ADD(out, "\"");
    out = add_times(out, header, record);
    return add_routing(add_ends(out, record), record);
}

static bool open_hand(struct work *work)
{
    for (unsigned i = 0; i < 100; i++) {
        pairs[2 * i] = (char)('0' + i / 10);
        pairs[2 * i + 1] = (char)('0' + i % 10);
    }
    for (unsigned i = 0; i < 256; i++) {
        octet_lens[i] = (uint8_t)snprintf(octet_texts[i], sizeof(octet_texts[i]), "%u", i);
    }
    work->arg = malloc(BATCH_OCTETS);
    return work->arg != NULL;
}

static char *leave(struct work *work, const char *end)
{
    char *batch = work->arg;

    work_leave(work, batch, (size_t)(end - batch));
    return batch;
}

static void write_records(struct work *work)
{
    const char *const full = (char *)work->arg + BATCH_OCTETS - RECORD_JSON_MAX;
    char *out = work->arg;

    for (size_t i = 0; i < work->traffic->n; i++) {
        const struct datagram *datagram = &work->traffic->at[i];

        for (size_t at = HEADER; at + RECORD <= datagram->len; at += RECORD) {
            out = out > full ? leave(work, out) : out;
            out = add_record(out, datagram, datagram->data + at);
            work->records++;
        }
    }
    (void)leave(work, out);
}

const struct work_ops work_hand = {"hand", open_hand, write_records};
