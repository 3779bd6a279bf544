// SPDX-License-Identifier: Apache-2.0
/*
 * A fuzz target: a sampled packet, behind an octet that says how it begins (sFlow version
 * 5, header_protocol).
 */
#include "tests/checked_pipeline.h"
#include "tests/fuzz/fuzz.h"

enum { PACKET_MAX = 4096, BEFORE_PACKET = 92 };

static uint8_t *put(uint8_t *out, uint32_t word)
{
    for (int shift = 24; shift >= 0; shift -= 8) {
        *out++ = (uint8_t)(word >> shift);
    }
    return out;
}

/* A datagram with one flow sample that has one sampled header. */
static size_t build(uint8_t *out, uint32_t protocol, const uint8_t *packet, uint32_t len)
{
    const uint32_t padded = (len + 3) & ~3u;
    const uint32_t words[] = {
        5, 1,           0xc0000201, 0,   1,    1000, 1,          /* the datagram */
        1, 56 + padded, 1,          1,   1000, 1000, 0, 1, 2, 1, /* its sample */
        1, 16 + padded, protocol,   len, 0,    len,              /* its record */
    };
    uint8_t *end = out;

    _Static_assert(sizeof(words) == BEFORE_PACKET, "all words are there");
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        end = put(end, words[i]);
    }
    memset(end, 0, padded);
    memcpy(end, packet, len);
    return (size_t)(end - out) + padded;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct checked_pipeline *pipeline;
    static uint8_t octets[BEFORE_PACKET + PACKET_MAX];
    struct datagram datagram = {.data = octets, .received_ns = 1700000000000000000};

    if (size < 1 || size > PACKET_MAX) {
        return 0;
    }
    pipeline = checked_pipeline_begin();
    datagram.len = build(octets, data[0], data + 1, (uint32_t)(size - 1));
    checked_pipeline_datagram(pipeline, &datagram);
    require(pipeline->records == 1, "the sample makes a record");
    checked_pipeline_end(pipeline);
    return 0;
}
