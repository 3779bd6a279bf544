// SPDX-License-Identifier: Apache-2.0
/* What stands in an sFlow datagram: its samples, and the records of these. */
#include "decoders/sflow_outline.h"

#include "decoders/sflow_xdr.h"

enum { TAG_LEN = 8, ABSENT_MAX = 1000 /* samples that goflow2 believes in */ };

/* A kind of sample: what stands in its header, and before the number of its records. */
struct sample_form {
    uint32_t number;
    const char *name;
    const char *record_name;
    const struct outline_field *header;
    const struct outline_field *body;
    const char *count_key;
    const struct outline_field *(*record)(const struct decode *d, uint32_t format);
};

void sflow_outline_address(struct wire *w, struct outline *outline, const char *type_key,
                           const char *key)
{
    const char *name = outline == NULL ? NULL : outline->about.name;
    struct wire ahead = *w;
    struct flow_slice octets = {.len = 0};
    struct flow_addr address;

    outline_name(outline, "address_type");
    outline_tell_u32(&ahead, outline, type_key);
    (void)sflow_read_address(w, &octets);
    flow_addr_set(&address, octets.data, octets.len);
    outline_name(outline, name);
    outline_place(outline, &ahead, address.len);
    outline_address(outline, key, &address);
}

static void tell_agent(struct wire *w, struct outline *outline, const char *key)
{
    sflow_outline_address(w, outline, "ip-version", key);
}

static const struct outline_field header_fields[] = {
    {"version", outline_tell_u32, "version"},
    {"agent-ip", tell_agent, "agent_address"},
    {"sub-agent-id", outline_tell_u32, "sub_agent_id"},
    {"sequence-number", outline_tell_u32, "sequence_number"},
    {"uptime", outline_tell_u32, "uptime"},
    {"samples-count", outline_tell_u32, "number of samples"},
    {0},
};

/* The type is in the top octet of the word. */
static void tell_source(struct wire *w, struct outline *outline, const char *key)
{
    struct wire index = *w;
    uint32_t word;

    wire_skip(&index, 1);
    outline_name(outline, "source_id type");
    outline_place(outline, w, 1);
    word = wire_u32(w);
    outline_number(outline, "source-id-type", word >> 24);
    outline_name(outline, "source_id index");
    outline_place(outline, &index, 3);
    outline_number(outline, key, word & 0xffffff);
}

static const struct outline_field sample_header[] = {
    {"sample-sequence-number", outline_tell_u32, "sequence_number"},
    {"source-id-value", tell_source, NULL},
    {0},
};

static const struct outline_field expanded_header[] = {
    {"sample-sequence-number", outline_tell_u32, "sequence_number"},
    {"source-id-type", outline_tell_u32, "source_id_type"},
    {"source-id-value", outline_tell_u32, "source_id_index"},
    {0},
};

static const struct outline_field flow_body[] = {
    {"sampling-rate", outline_tell_u32, "sampling_rate"},
    {"sample-pool", outline_tell_u32, "sample_pool"},
    {"drops", outline_tell_u32, "drops"},
    {"input", outline_tell_u32, "input"},
    {"output", outline_tell_u32, "output"},
    {0},
};

static const struct outline_field expanded_flow_body[] = {
    {"sampling-rate", outline_tell_u32, "sampling_rate"},
    {"sample-pool", outline_tell_u32, "sample_pool"},
    {"drops", outline_tell_u32, "drops"},
    {"input-if-format", outline_tell_u32, "input format"},
    {"input-if-value", outline_tell_u32, "input value"},
    {"output-if-format", outline_tell_u32, "output format"},
    {"output-if-value", outline_tell_u32, "output value"},
    {0},
};

static const struct outline_field counter_body[] = {{0}};

static const struct outline_field drop_body[] = {
    {"drops", outline_tell_u32, "drops"},
    {"input", outline_tell_u32, "inputifindex"},
    {"output", outline_tell_u32, "outputifindex"},
    {"reason", outline_tell_u32, "reason"},
    {0},
};

static const struct sample_form sample_forms[] = {
    {1, "flow_sample", "flow_record", sample_header, flow_body, "flow-records-count",
     sflow_outline_flow_record},
    {2, "counters_sample", "counter_record", sample_header, counter_body, "counter-records-count",
     sflow_outline_counter_record},
    {3, "flow_sample_expanded", "flow_record", expanded_header, expanded_flow_body,
     "flow-records-count", sflow_outline_flow_record},
    {4, "counters_sample_expanded", "counter_record", expanded_header, counter_body,
     "counter-records-count", sflow_outline_counter_record},
    {5, "discarded_packet", "discard_record", expanded_header, drop_body, "flow-records-count",
     sflow_outline_flow_record},
};

/* NULL if the sample is of no known kind, or shorter than what its kind begins with. */
static const struct sample_form *find_form(uint32_t number, const struct wire *sample)
{
    for (size_t i = 0; i < sizeof(sample_forms) / sizeof(sample_forms[0]); i++) {
        const struct sample_form *form = &sample_forms[i];

        if (form->number == number) {
            struct wire ahead = *sample;

            outline_fields_tell(form->header, &ahead, NULL);
            outline_fields_tell(form->body, &ahead, NULL);
            wire_skip(&ahead, 4); /* the number of records */
            return wire_failed(&ahead) ? NULL : form;
        }
    }
    return NULL;
}

static void tell_octets(struct wire *octets, struct outline *outline)
{
    outline_tell_rest(octets, outline, "data");
}

static void tell_record_data(const struct outline_field *fields, struct wire *record,
                             struct outline *outline)
{
    outline_open(outline, "data", OUTLINE_OBJECT);
    if (fields != NULL && outline_fields_whole(fields, record)) {
        outline_fields_tell(fields, record, outline);
    } else {
        tell_octets(record, outline);
    }
    outline_close(outline, OUTLINE_OBJECT);
}

/* The two words before a sample or a record. */
struct tag {
    uint32_t format;
    uint32_t len;
    bool whole; /* it does not promise more than there is */
};

static struct tag read_tag(struct wire *w)
{
    struct tag tag;

    tag.format = wire_u32(w);
    tag.len = wire_u32(w);
    tag.whole = !wire_failed(w) && tag.len <= wire_left(w);
    return tag;
}

static void tell_tag(struct wire w, struct outline *outline, const char *key, const char *name)
{
    outline_name(outline, name);
    outline_tell_u32(&w, outline, key);
    outline_name(outline, "length");
    outline_tell_u32(&w, outline, "length");
}

/* What promises more than there is: its tag alone, to who wants to know all. */
static void tell_broken(struct wire *w, struct outline *outline, const char *key, const char *name)
{
    if (outline_thorough(outline)) {
        tell_tag(*w, outline, key, name);
        wire_skip(w, TAG_LEN);
    }
}

/* False if the record goes beyond its sample; w is then where it was. */
static bool tell_record(const struct decode *d, const struct sample_form *form, struct wire *w,
                        struct outline *outline)
{
    const struct wire before = *w;
    const struct tag tag = read_tag(w);
    struct wire record;

    if (!tag.whole) {
        *w = before;
        tell_broken(w, outline, "data-format", "data_format");
        return false;
    }
    record = wire_slice(w, tag.len);
    outline_name(outline, form->record_name);
    outline_place(outline, &before, TAG_LEN + (size_t)tag.len);
    outline_open(outline, NULL, OUTLINE_OBJECT);
    outline_open(outline, "header", OUTLINE_OBJECT);
    tell_tag(before, outline, "data-format", "data_format");
    outline_close(outline, OUTLINE_OBJECT);
    tell_record_data(form->record(d, tag.format), &record, outline);
    outline_close(outline, OUTLINE_OBJECT);
    return true;
}

static void tell_records(const struct decode *d, const struct sample_form *form, struct wire *w,
                         struct outline *outline)
{
    struct wire ahead = *w;
    const uint32_t count = wire_u32(&ahead);
    uint32_t n = 0;

    outline_name(outline, "number of records");
    outline_tell_u32(w, outline, form->count_key);
    outline_open(outline, "records", OUTLINE_ARRAY);
    while (n < count && wire_left(w) >= TAG_LEN && !outline_full(outline) &&
           tell_record(d, form, w, outline)) {
        n++;
    }
    outline_close(outline, OUTLINE_ARRAY);
    if (n < count && wire_left(w) > 0) {
        tell_octets(w, outline);
    }
}

/* What its form says stands in it; octets where it has none. */
static void tell_formed(const struct decode *d, const struct wire *before, uint32_t number,
                        struct wire *sample, struct outline *outline)
{
    const struct sample_form *form = find_form(number, sample);

    outline_name(outline, form == NULL ? "sample" : form->name);
    outline_place(outline, before, TAG_LEN + wire_left(sample));
    outline_open(outline, NULL, OUTLINE_OBJECT);
    outline_open(outline, "header", OUTLINE_OBJECT);
    tell_tag(*before, outline, "format", "sample_type");
    if (form != NULL) {
        outline_fields_tell(form->header, sample, outline);
    }
    outline_close(outline, OUTLINE_OBJECT);
    if (form != NULL) {
        outline_fields_tell(form->body, sample, outline);
        tell_records(d, form, sample, outline);
    } else {
        tell_octets(sample, outline);
    }
    outline_close(outline, OUTLINE_OBJECT);
}

static const struct outline_field wrapper_fields[] = {
    {"flags", outline_tell_u32, "flags"},
    {"group", outline_tell_u32, "group"},
    {0},
};

/* The sample in a wrapper, if there is one, and it is whole. */
static void tell_inner(const struct decode *d, struct wire *w, struct outline *outline)
{
    const struct wire before = *w;
    const struct tag tag = read_tag(w);

    if (tag.whole) {
        struct wire sample = wire_slice(w, tag.len);

        tell_formed(d, &before, tag.format, &sample, outline);
    } else {
        *w = before;
    }
    if (wire_left(w) > 0) {
        tell_octets(w, outline);
    }
}

/* goflow2 shows the octets. */
static void tell_wrapped(const struct decode *d, const struct wire *before, struct wire *sample,
                         struct outline *outline)
{
    outline_name(outline, "foundry_acl_sample");
    outline_place(outline, before, TAG_LEN + wire_left(sample));
    outline_open(outline, NULL, OUTLINE_OBJECT);
    outline_open(outline, "header", OUTLINE_OBJECT);
    tell_tag(*before, outline, "format", "sample_type");
    outline_fields_tell(wrapper_fields, sample, outline);
    outline_close(outline, OUTLINE_OBJECT);
    tell_inner(d, sample, outline);
    outline_close(outline, OUTLINE_OBJECT);
}

/* The sample, whose tag is before it. */
static void tell_sample(const struct decode *d, const struct wire *before, uint32_t number,
                        struct wire *sample, struct outline *outline)
{
    const bool wrapped = number == SFLOW_SAMPLE_WRAPPED && outline_thorough(outline) &&
                         outline_fields_whole(wrapper_fields, sample);

    if (wrapped) {
        tell_wrapped(d, before, sample, outline);
    } else {
        tell_formed(d, before, number, sample, outline);
    }
}

/* Tells the samples that are there, whatever the header counts; returns their number. */
static uint32_t tell_samples(const struct decode *d, uint32_t count, struct wire *w,
                             struct outline *outline)
{
    uint32_t n = 0;

    while (wire_left(w) >= TAG_LEN && !(n == count && wire_all_zero(w)) && !outline_full(outline)) {
        const struct wire before = *w;
        const struct tag tag = read_tag(w);
        struct wire sample;

        if (!tag.whole) {
            *w = before;
            tell_broken(w, outline, "format", "sample_type");
            break;
        }
        sample = wire_slice(w, tag.len);
        tell_sample(d, &before, tag.format, &sample, outline);
        n++;
    }
    return n;
}

/* The number of samples is what the header ends in. */
static uint32_t read_count(const struct wire *datagram)
{
    struct wire ahead = *datagram;
    struct flow_slice agent;

    wire_skip(&ahead, 4);
    (void)sflow_read_address(&ahead, &agent);
    wire_skip(&ahead, 12);
    return wire_u32(&ahead);
}

void sflow_outline_tell(const struct decode *d, struct wire *datagram, struct outline *outline)
{
    const uint32_t count = read_count(datagram);
    const bool whole = outline_fields_whole(header_fields, datagram);
    uint32_t n;

    if (whole || outline_thorough(outline)) {
        outline_fields_tell(header_fields, datagram, outline);
    }
    if (!whole) {
        return;
    }
    outline_open(outline, "samples", OUTLINE_ARRAY);
    n = tell_samples(d, count, datagram, outline);
    for (; n < count && count <= ABSENT_MAX; n++) {
        outline_nothing(outline, NULL);
    }
    outline_close(outline, OUTLINE_ARRAY);
}
