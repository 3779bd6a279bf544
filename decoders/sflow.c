// SPDX-License-Identifier: Apache-2.0
/* sFlow version 5: datagrams and samples (sflow.org, sFlow Datagram Format). */
#include "decoders/sflow_counters.h"
#include "decoders/sflow_drops.h"
#include "decoders/sflow_interface.h"
#include "decoders/sflow_outline.h"
#include "decoders/sflow_records.h"
#include "decoders/sflow_xdr.h"
#include "lib/exporter/exporter.h"

enum {
    VERSION_LEN = 4,
    TAG_LEN = 8, /* format and length of a sample or a record */
    WRAPPER_LEN = 8,
};

/* What the datagram says of all its samples. */
struct sflow {
    struct decode *d;
    struct domain *domain;
    struct flow_addr agent;
    uint32_t sub_agent;
    uint32_t sequence;
    uint32_t samples;
};

/* What stands before the records of a flow sample. */
struct flow_header {
    uint32_t sequence;
    uint32_t source_type;
    uint32_t source_id;
    uint32_t rate;
    uint32_t pool;
    uint32_t drops;
    struct sflow_interface in;
    struct sflow_interface out;
    uint32_t records;
};

/* One kind of sample.  Expanded, it has in words of their own what else shares a word. */
struct sample_format {
    uint32_t number;
    enum counter counter;
    enum tally_part part;
    bool expanded;
    uint8_t header_len; /* octets before the number of records, for walk_sample() */
    /* False if the datagram has spent its budget. */
    bool (*read)(struct sflow *s, const struct sample_format *format, struct wire *w);
};

static void read_source(struct wire *w, bool expanded, struct flow_header *header)
{
    if (expanded) {
        header->source_type = wire_u32(w);
        header->source_id = wire_u32(w);
    } else {
        const uint32_t word = wire_u32(w);

        header->source_type = word >> 24;
        header->source_id = word & 0xffffff;
    }
}

static struct flow_header read_flow_header(struct wire *w, bool expanded)
{
    struct flow_header header;

    header.sequence = wire_u32(w);
    read_source(w, expanded, &header);
    header.rate = wire_u32(w);
    header.pool = wire_u32(w);
    header.drops = wire_u32(w);
    header.in = sflow_read_interface(w, expanded);
    header.out = sflow_read_interface(w, expanded);
    header.records = wire_u32(w);
    return header;
}

static void set_sampling(struct decode *d, const struct flow_header *header)
{
    if (header->rate == 0) {
        decode_fault(d, DECODE_SAMPLING_VALUE, "sampling rate of a flow sample");
    }
    FLOW_SET(&d->flow, sampling_rate, header->rate == 0 ? 1 : header->rate);
    FLOW_SET(&d->flow, sampling_source, "sample");
    FLOW_SET(&d->flow, sample_pool, header->pool);
    FLOW_SET(&d->flow, sample_drops, header->drops);
}

static void begin_flow(struct sflow *s, const struct flow_header *header)
{
    struct decode *d = s->d;
    struct flow *flow = &d->flow;

    decode_begin_flow(d, FLOW_TYPE_SFLOW_5);
    FLOW_SET(flow, sampler_address, s->agent);
    FLOW_SET(flow, sub_agent_id, s->sub_agent);
    FLOW_SET(flow, sequence_num, s->sequence);
    FLOW_SET(flow, time_flow_start, d->datagram->received_ns);
    FLOW_SET(flow, time_flow_end, d->datagram->received_ns);
    FLOW_SET(flow, packets, 1);
    FLOW_SET(flow, source_id_type, header->source_type);
    FLOW_SET(flow, source_id, header->source_id);
    FLOW_SET(flow, sample_sequence_num, header->sequence);
    set_sampling(d, header);
    sflow_set_in(d, &header->in);
    sflow_set_out(d, &header->out);
}

/* Where the records of a sample go: one of the two, or none. */
struct record_reader {
    struct sflow_sample *flow;
    struct sflow_counters *counters;
};

static void read_record(const struct record_reader *reader, uint32_t format, struct wire *record)
{
    if (reader->flow != NULL) {
        sflow_read_record(reader->flow, format, record);
    } else if (reader->counters != NULL) {
        sflow_counters_read(reader->counters, format, record);
    }
}

/* Reads the records, and sees whether they are whole.  Returns how many are. */
static uint32_t read_records(struct decode *d, struct wire *w, uint32_t count,
                             const struct record_reader *reader)
{
    uint32_t n = 0;

    for (; n < count && wire_left(w) >= TAG_LEN; n++) {
        const uint32_t format = wire_u32(w);
        const uint32_t len = wire_u32(w);
        struct wire record;

        if (len > wire_left(w)) {
            decode_fault(d, DECODE_SAMPLE_RECORD_OVERRUN, NULL);
            return n;
        }
        record = wire_slice(w, len);
        read_record(reader, format, &record);
    }
    if (n < count) {
        decode_fault(d, DECODE_COUNT_MISMATCH, "flow or counter records");
    }
    return n;
}

static bool read_flow_sample(struct sflow *s, const struct sample_format *format, struct wire *w)
{
    const struct flow_header header = read_flow_header(w, format->expanded);
    struct sflow_sample sample = {.d = s->d};
    const struct record_reader reader = {.flow = &sample};

    if (wire_failed(w)) {
        decode_fault(s->d, DECODE_SAMPLE_SHORT, NULL);
        return true;
    }
    domain_sample_sequence(s->d, s->domain, header.source_type, header.source_id, header.sequence);
    begin_flow(s, &header);
    tally_add(&s->d->tally, format->part, 1, read_records(s->d, w, header.records, &reader));
    return decode_emit(s->d);
}

/* A sample that nobody wants. */
static bool walk_sample(struct sflow *s, const struct sample_format *format, struct wire *w)
{
    const struct record_reader reader = {.flow = NULL};
    uint32_t records;

    wire_skip(w, format->header_len);
    records = wire_u32(w);
    if (wire_failed(w)) {
        decode_fault(s->d, DECODE_SAMPLE_SHORT, NULL);
        return true;
    }
    tally_add(&s->d->tally, format->part, 1, read_records(s->d, w, records, &reader));
    return true;
}

static bool read_counter_sample(struct sflow *s, const struct sample_format *format, struct wire *w)
{
    struct sflow_counter_source source = {.agent = s->agent, .sub_agent = s->sub_agent};
    struct flow_header header;
    struct sflow_counters counters;
    const struct record_reader reader = {.counters = &counters};

    if (!decode_wants(s->d, REPORT_COUNTERS)) {
        return walk_sample(s, format, w);
    }
    source.sequence = wire_u32(w);
    read_source(w, format->expanded, &header);
    source.type = header.source_type;
    source.id = header.source_id;
    header.records = wire_u32(w);
    if (wire_failed(w)) {
        decode_fault(s->d, DECODE_SAMPLE_SHORT, NULL);
        return true;
    }
    sflow_counters_begin(&counters, s->d, &source);
    tally_add(&s->d->tally, format->part, 1, read_records(s->d, w, header.records, &reader));
    return sflow_counters_end(&counters);
}

static struct sflow_drop read_drop_header(const struct sflow *s, struct wire *w)
{
    struct sflow_drop drop = {.agent = s->agent};

    drop.sequence = wire_u32(w);
    drop.source_type = wire_u32(w);
    drop.source_id = wire_u32(w);
    drop.drops = wire_u32(w);
    drop.in_if = wire_u32(w);
    drop.out_if = wire_u32(w);
    drop.reason = wire_u32(w);
    return drop;
}

static void begin_drop(struct sflow *s, const struct sflow_drop *drop)
{
    struct decode *d = s->d;

    decode_begin_flow(d, FLOW_TYPE_SFLOW_5);
    FLOW_SET(&d->flow, sampler_address, s->agent);
    FLOW_SET(&d->flow, sub_agent_id, s->sub_agent);
    FLOW_SET(&d->flow, sequence_num, s->sequence);
    FLOW_SET(&d->flow, sample_sequence_num, drop->sequence);
}

/* The packet is read as that of a flow sample is, into d->flow, but is none. */
static bool read_drop_sample(struct sflow *s, const struct sample_format *format, struct wire *w)
{
    struct decode *d = s->d;
    struct report report;
    struct sflow_sample sample = {.d = d, .report = &report};
    const struct record_reader reader = {.flow = &sample};
    struct sflow_drop drop;
    uint32_t records;

    if (!decode_wants(d, REPORT_DROPS)) {
        return walk_sample(s, format, w);
    }
    drop = read_drop_header(s, w);
    records = wire_u32(w);
    if (wire_failed(w)) {
        decode_fault(d, DECODE_SAMPLE_SHORT, NULL);
        return true;
    }
    begin_drop(s, &drop);
    sflow_drop_begin(d, &drop, &report);
    tally_add(&d->tally, format->part, 1, read_records(d, w, records, &reader));
    sflow_drop_packet(d, &report);
    return decode_report(d, &report);
}

static const struct sample_format sample_formats[] = {
    {1, COUNTER_flow_samples, TALLY_FLOW_SAMPLE, false, 0, read_flow_sample},
    {2, COUNTER_interface_samples, TALLY_COUNTER_SAMPLE, false, 8, read_counter_sample},
    {3, COUNTER_flow_samples, TALLY_EXPANDED_FLOW_SAMPLE, true, 0, read_flow_sample},
    {4, COUNTER_interface_samples, TALLY_EXPANDED_COUNTER_SAMPLE, true, 12, read_counter_sample},
    {5, COUNTER_discard_samples, TALLY_OTHER_SAMPLE, true, 28, read_drop_sample},
};

static const struct sample_format *find_sample_format(uint32_t number)
{
    for (size_t i = 0; i < sizeof(sample_formats) / sizeof(sample_formats[0]); i++) {
        if (sample_formats[i].number == number) {
            return &sample_formats[i];
        }
    }
    return NULL;
}

/* False if the datagram has spent its budget. */
static bool read_format(struct sflow *s, uint32_t number, struct wire *sample)
{
    const struct sample_format *format = find_sample_format(number);

    if (format == NULL) {
        decode_fault(s->d, DECODE_SAMPLE_UNKNOWN, NULL);
        return true;
    }
    counter_bump(&s->d->counters->at[format->counter], 1);
    return format->read(s, format, sample);
}

/* Of what an ACL has sampled: the sample stands in the wrapper, or behind it. */
static bool read_wrapped(struct sflow *s, struct wire *w)
{
    uint32_t number;
    uint32_t len;
    struct wire sample;

    wire_skip(w, WRAPPER_LEN);
    if (!wire_failed(w) && wire_left(w) == 0) {
        return true;
    }
    number = wire_u32(w);
    len = wire_u32(w);
    sample = wire_slice(w, len);
    if (wire_failed(w)) {
        decode_fault(s->d, DECODE_SAMPLE_SHORT, NULL);
        return true;
    }
    return read_format(s, number, &sample);
}

/* False if nothing behind the sample can be read. */
static bool read_sample(struct sflow *s)
{
    struct wire *w = &s->d->wire;
    const uint32_t number = wire_u32(w);
    const uint32_t len = wire_u32(w);
    struct wire sample;

    if (len > wire_left(w)) {
        decode_fault(s->d, DECODE_SAMPLE_OVERRUN, NULL);
        return false;
    }
    sample = wire_slice(w, len);
    return number == SFLOW_SAMPLE_WRAPPED ? read_wrapped(s, &sample)
                                          : read_format(s, number, &sample);
}

/* Whatever the header counts, the samples that are there are read. */
static void read_samples(struct sflow *s)
{
    struct wire *w = &s->d->wire;
    uint32_t n = 0;

    while (wire_left(w) >= TAG_LEN && !(n == s->samples && wire_all_zero(w))) {
        if (!read_sample(s)) {
            return;
        }
        n++;
    }
    if (n != s->samples) {
        decode_fault(s->d, DECODE_COUNT_MISMATCH, "samples");
    }
    if (wire_left(w) > 0) {
        decode_fault(s->d, DECODE_TRAILING_BYTES, NULL);
    }
}

/* Many agents may call themselves so; then who sent the datagram is known better. */
static bool is_nobody(const struct decode *d, const struct flow_addr *agent)
{
    if (agent->len == 0) {
        return true;
    }
    return (flow_addr_unspecified(agent) || flow_addr_loopback(agent)) &&
           !decode_compat(d, COMPAT_AGENT);
}

/* False if there is no whole header, or its agent is of an unknown kind; that is counted. */
static bool read_header(struct sflow *s)
{
    struct decode *d = s->d;
    struct wire *w = &d->wire;
    struct flow_slice agent;

    wire_skip(w, VERSION_LEN);
    if (!sflow_read_address(w, &agent)) {
        decode_fault(d, DECODE_AGENT, NULL);
        return false;
    }
    flow_addr_set(&s->agent, agent.data, agent.len);
    s->sub_agent = wire_u32(w);
    s->sequence = wire_u32(w);
    d->message.uptime_ms = wire_u32(w); /* no time is counted from it: has_uptime stays false */
    s->samples = wire_u32(w);
    if (wire_failed(w)) {
        decode_fault(d, DECODE_SHORT, "sFlow");
        return false;
    }
    if (is_nobody(d, &s->agent)) {
        s->agent = d->datagram->from;
    }
    return true;
}

static void decode(struct decode *d)
{
    struct sflow s = {.d = d};

    if (!read_header(&s)) {
        return;
    }
    s.domain = exporter_domain(d, FLOW_TYPE_SFLOW_5, s.sub_agent, &s.agent);
    if (s.domain == NULL) {
        return;
    }
    domain_sequence(d, s.domain, s.sequence, 1);
    read_samples(&s);
}

static void describe(struct decode *d, struct outline *outline)
{
    struct wire datagram = d->wire;

    decode(d);
    sflow_outline_tell(d, &datagram, outline);
}

const struct decoder decoder_sflow = {
    .name = "sflow",
    .title = "sFlow version 5",
    .scheme = "sflow",
    .magic = {0, 0, 0, 5},
    .magic_len = 4,
    .decode = decode,
    .describe = describe,
    .outline_type = "sflow",
    .outline_summary = "sFlow5 agent:agent-ip seq:sequence-number count:samples-count",
};
