// SPDX-License-Identifier: Apache-2.0
/* The kinds of XDR (RFC 4506) that sFlow is made of, beyond words. */
#include "decoders/sflow_xdr.h"

struct flow_slice sflow_read_bare_address(struct wire *w, size_t len)
{
    const uint8_t *bytes = wire_bytes(w, len);

    return (struct flow_slice){bytes, (uint16_t)(bytes == NULL ? 0 : len)};
}

bool sflow_read_address(struct wire *w, struct flow_slice *octets)
{
    static const uint8_t lens[] = {0, 4, 16}; /* unknown, IPv4, IPv6 */
    const uint32_t type = wire_u32(w);

    if (type >= sizeof(lens)) {
        wire_skip(w, SIZE_MAX);
        return false;
    }
    *octets = sflow_read_bare_address(w, lens[type]);
    return true;
}

struct flow_slice sflow_read_opaque(struct wire *w)
{
    const uint32_t len = wire_u32(w);
    const uint8_t *data = wire_bytes(w, len);
    const struct flow_slice opaque = {data, (uint16_t)(data == NULL ? 0 : len)};

    (void)wire_slice_clipped(w, -len & 3);
    return opaque;
}

struct wire sflow_read_words(struct wire *w)
{
    const uint32_t n = wire_u32(w);

    return wire_slice(w, n <= wire_left(w) / 4 ? (size_t)n * 4 : SIZE_MAX);
}
