// SPDX-License-Identifier: Apache-2.0
#ifndef DECODERS_FIXED_LAYOUT_H
#define DECODERS_FIXED_LAYOUT_H

#include "lib/decoder.h"
#include "lib/exporter/exporter.h"

/* What the headers of NetFlow v1, v5 and v7 say; zero where the version has no such field. */
struct fixed_header {
    uint16_t count;
    uint32_t sequence;
    uint8_t engine_type;
    uint8_t engine_id;
    uint16_t sampling; /* v5: 2 bits of mode, 14 of interval */
};

/*
 * A version of NetFlow whose records have one layout (Cisco, "NetFlow Export
 * Datagram Format").  The versions share the beginning of header and record.
 */
struct fixed_layout {
    enum flow_type type;
    uint16_t version;
    uint16_t header_len;   /* octets of the whole header */
    uint16_t most_records; /* that the protocol allows in a datagram */
    bool sequenced;
    /* Reads what follows the common part of the header. */
    void (*read_header)(struct wire *wire, struct fixed_header *header);
    /* The octets of a record, at least 48, where left are left for count of them. */
    size_t (*record_len)(size_t left, uint16_t count);
    /* Reads what follows the common part of the record. */
    void (*read_record)(struct flow *flow, const uint8_t *record,
                        const struct fixed_header *header);
};

/*
 * The part of the record that only v5 and v7 share: a pad octet or flags, then TCP flags to masks.
 */
void fixed_layout_read_routing(struct flow *flow, const uint8_t *record);

/*
 * Whether another message begins here: some senders put several into one datagram.  Reads
 * nothing.
 */
bool fixed_layout_begins(const struct fixed_layout *layout, const struct wire *w);

/* Reads the messages of a datagram, one behind the other: the decode of its decoder. */
void fixed_layout_decode(struct decode *d, const struct fixed_layout *layout);

#endif
