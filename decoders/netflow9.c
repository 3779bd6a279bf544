// SPDX-License-Identifier: Apache-2.0
/* NetFlow v9 (RFC 3954). */
#include "decoders/template_outline.h"
#include "decoders/template_sets.h"

enum { SECOND_NS = 1000000000, HEADER_LEN = 20 };

/*
 * The header's count is of records; some exporters count sets, or leave out
 * templates.  The datagram's end is what bounds it.
 */
static bool count_plausible(const struct template_sets *sets, uint32_t count)
{
    return count == sets->template_records + sets->data_records || count == sets->sets ||
           count == sets->data_records || sets->records_unknown;
}

static void read_message(struct decode *d, struct outline *outline)
{
    struct template_sets sets = {
        .version = FLOW_TYPE_NETFLOW_V9,
        .template_set = 0,
        .options_set = 1,
        .outline = outline,
        .message = d->wire,
    };
    uint32_t seconds;
    uint16_t count;

    wire_skip(&d->wire, 2);
    count = wire_u16(&d->wire);
    d->message.uptime_ms = wire_u32(&d->wire);
    d->message.has_uptime = true;
    seconds = wire_u32(&d->wire);
    sets.sequence_num = wire_u32(&d->wire);
    sets.domain_id = wire_u32(&d->wire);
    if (wire_failed(&d->wire)) {
        decode_fault(d, DECODE_SHORT, NULL);
        template_outline_broken(&sets);
        return;
    }
    decode_clock(d, (uint64_t)seconds * SECOND_NS);
    sets.domain = exporter_domain(d, sets.version, sets.domain_id, NULL);
    if (sets.domain == NULL) {
        return;
    }
    domain_sequence(d, sets.domain, sets.sequence_num, 1);
    template_sets_read(d, &sets);
    if (!d->damaged && !count_plausible(&sets, count)) {
        decode_fault(d, DECODE_COUNT_MISMATCH, NULL);
    }
}

static void decode(struct decode *d)
{
    read_message(d, NULL);
}

const struct decoder decoder_netflow9 = {
    .name = "netflow9",
    .title = "NetFlow v9",
    .scheme = "netflow",
    .magic = {0, 9},
    .magic_len = 2,
    .first_set = HEADER_LEN,
    .decode = decode,
    .describe = read_message,
    .outline_type = "netflowv9",
    .outline_summary = "NetFlowV9 count:count seq:sequence-number",
};
