// SPDX-License-Identifier: Apache-2.0
/* IPFIX (RFC 7011). */
#include "decoders/template_outline.h"
#include "decoders/template_sets.h"

enum { SECOND_NS = 1000000000, HEADER_LEN = 16 };

/* Leaves d->wire over the sets of this message; false if its length cannot be. */
static bool bound_message(struct decode *d, uint16_t len)
{
    if (len < HEADER_LEN || len > d->datagram->len) {
        decode_fault(d, DECODE_MESSAGE_LENGTH, NULL);
        return false;
    }
    if (len < d->datagram->len) {
        decode_fault(d, DECODE_TRAILING_BYTES, NULL);
    }
    d->wire = wire_slice(&d->wire, len - (size_t)HEADER_LEN);
    return true;
}

/*
 * The sequence number counts the data records sent before this message (RFC 7011 section 3.1).
 * Of a message that was not read to its end nobody knows how many it held.
 */
static void account(struct decode *d, const struct template_sets *sets)
{
    domain_sequence(d, sets->domain, sets->sequence_num, sets->data_records);
    if (sets->records_unknown || d->damaged) {
        domain_sequence_unknown(sets->domain);
    }
}

/* False, counted, if the message is not whole. */
static bool read_header(struct decode *d, struct template_sets *sets)
{
    uint32_t seconds;
    uint16_t len;

    wire_skip(&d->wire, 2);
    len = wire_u16(&d->wire);
    seconds = wire_u32(&d->wire);
    sets->sequence_num = wire_u32(&d->wire);
    sets->domain_id = wire_u32(&d->wire);
    if (wire_failed(&d->wire)) {
        decode_fault(d, DECODE_SHORT, NULL);
        return false;
    }
    decode_clock(d, (uint64_t)seconds * SECOND_NS);
    return bound_message(d, len);
}

static void read_message(struct decode *d, struct outline *outline)
{
    struct template_sets sets = {
        .version = FLOW_TYPE_IPFIX,
        .template_set = 2,
        .options_set = 3,
        .outline = outline,
        .message = d->wire,
    };

    if (!read_header(d, &sets)) {
        template_outline_broken(&sets);
        return;
    }
    sets.domain = exporter_domain(d, sets.version, sets.domain_id, NULL);
    if (sets.domain != NULL) {
        template_sets_read(d, &sets);
        account(d, &sets);
    }
}

static void decode(struct decode *d)
{
    read_message(d, NULL);
}

const struct decoder decoder_ipfix = {
    .name = "ipfix",
    .title = "IPFIX",
    .scheme = "netflow",
    .magic = {0, 10},
    .magic_len = 2,
    .first_set = HEADER_LEN,
    .decode = decode,
    .describe = read_message,
    .outline_type = "ipfix",
    .outline_summary = "IPFIX count:flow-sets seq:sequence-number",
};
