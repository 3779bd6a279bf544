// SPDX-License-Identifier: Apache-2.0
// The records of sFlow counter samples: a table of structures, and one reader for all.
#include "decoders/sflow_counters.h"

#include "decoders/sflow_xdr.h"

enum { MAC_LEN = 6, MAC_PADDING = 2, UUID_LEN = 16, FORMAT_BITS = 12, FORMAT_MASK = 0xfff };

/* How a field lies on the wire; the last two are no fields. */
enum counter_kind {
    COUNTER_U8,
    COUNTER_U32,
    COUNTER_U64,
    COUNTER_FLOAT,
    COUNTER_TEXT,
    COUNTER_UUID,
    COUNTER_MAC,
    COUNTER_MACS, /* a list, of which the first is told */
    COUNTER_LATER,
    COUNTER_LIST,
};

/* The form of each kind in a report. */
enum {
    FORM_U8 = REPORT_NUMBER,
    FORM_U32 = REPORT_NUMBER,
    FORM_U64 = REPORT_NUMBER,
    FORM_FLOAT = REPORT_FLOAT,
    FORM_TEXT = REPORT_TEXT,
    FORM_UUID = REPORT_OCTETS,
    FORM_MAC = REPORT_MAC,
    FORM_MACS = REPORT_MAC,
};

struct counter_field {
    uint8_t kind; /* enum counter_kind */
    struct report_field field;
};

struct counter_structure {
    uint32_t number;
    uint16_t n;
    const struct counter_field *fields;
};

#define SFLOW_COUNTERS(name, number, title) static const struct counter_field name##_fields[] = {
#define SFLOW_COUNTER(kind, key, unit, text)                                                       \
    {COUNTER_##kind, {(key), (unit), (text), sizeof(key) - 1, FORM_##kind}},
#define SFLOW_COUNTERS_LATER {.kind = COUNTER_LATER},
#define SFLOW_COUNTERS_LIST  {.kind = COUNTER_LIST},
#define SFLOW_COUNTERS_END                                                                         \
    }                                                                                              \
    ;
#include "decoders/sflow_counters.def"
#undef SFLOW_COUNTERS
#undef SFLOW_COUNTER
#undef SFLOW_COUNTERS_LATER
#undef SFLOW_COUNTERS_LIST
#undef SFLOW_COUNTERS_END

static const struct counter_structure structures[] = {
#define SFLOW_COUNTERS(name, number, title)                                                        \
    {(number), sizeof(name##_fields) / sizeof(name##_fields[0]), name##_fields},
#define SFLOW_COUNTER(kind, key, unit, text)
#define SFLOW_COUNTERS_LATER
#define SFLOW_COUNTERS_LIST
#define SFLOW_COUNTERS_END
#include "decoders/sflow_counters.def"
#undef SFLOW_COUNTERS
#undef SFLOW_COUNTER
#undef SFLOW_COUNTERS_LATER
#undef SFLOW_COUNTERS_LIST
#undef SFLOW_COUNTERS_END
};

enum { STRUCTURES = sizeof(structures) / sizeof(structures[0]), UNKNOWN_VALUES = 3 };

_Static_assert(STRUCTURES < 64, "each structure and the unknown ones have a bit");

/* --- Fields --- */

static void read_number(struct sflow_counters *c, const struct report_field *field, struct wire *w,
                        size_t len)
{
    const uint64_t number = wire_uint(w, len);
    const uint64_t unknown = len == 8 ? UINT64_MAX : UINT32_MAX;

    if (number != unknown) {
        report_number(&c->report, field, number);
    }
}

static void read_float(struct sflow_counters *c, const struct report_field *field, struct wire *w)
{
    const union {
        uint32_t word;
        float real;
    } value = {.word = wire_u32(w)};
    const float unknown = -1;

    if (value.real != unknown) {
        report_float(&c->report, field, value.real);
    }
}

static void read_text(struct sflow_counters *c, const struct report_field *field, struct wire *w)
{
    const struct flow_slice text = sflow_read_opaque(w);

    decode_check_text(c->d, &text, field->key);
    report_text(&c->report, field, text);
}

static void read_uuid(struct sflow_counters *c, const struct report_field *field, struct wire *w)
{
    struct wire uuid = wire_slice(w, UUID_LEN);

    if (!wire_all_zero(&uuid)) {
        report_octets(&c->report, field,
                      (struct flow_slice){wire_bytes(&uuid, UUID_LEN), UUID_LEN});
    }
}

static void read_mac(struct sflow_counters *c, const struct report_field *field, struct wire *w)
{
    const uint64_t mac = wire_uint(w, MAC_LEN);

    wire_skip(w, MAC_PADDING);
    report_number(&c->report, field, mac);
}

static void read_macs(struct sflow_counters *c, const struct report_field *field, struct wire *w)
{
    const uint32_t n = wire_u32(w);
    const size_t each = MAC_LEN + MAC_PADDING;
    struct wire macs = wire_slice(w, n <= wire_left(w) / each ? n * each : SIZE_MAX);

    if (wire_left(&macs) > 0) {
        read_mac(c, field, &macs);
    }
}

static void read_field(struct sflow_counters *c, const struct counter_field *row, struct wire *w)
{
    switch ((enum counter_kind)row->kind) {
    case COUNTER_U8:
        read_number(c, &row->field, w, 1);
        break;
    case COUNTER_U32:
        read_number(c, &row->field, w, 4);
        break;
    case COUNTER_U64:
        read_number(c, &row->field, w, 8);
        break;
    case COUNTER_FLOAT:
        read_float(c, &row->field, w);
        break;
    case COUNTER_TEXT:
        read_text(c, &row->field, w);
        break;
    case COUNTER_UUID:
        read_uuid(c, &row->field, w);
        break;
    case COUNTER_MAC:
        read_mac(c, &row->field, w);
        break;
    case COUNTER_MACS:
        read_macs(c, &row->field, w);
        break;
    case COUNTER_LATER:
    case COUNTER_LIST:
        break;
    }
}

/* --- Reports --- */

static void flush(struct sflow_counters *c)
{
    if (c->report.n > c->head && !c->spent) {
        c->spent = !decode_report(c->d, &c->report);
    }
    c->report.n = c->head;
    c->seen = 0;
}

/* A name stands in a report once. */
static void make_room(struct sflow_counters *c, unsigned number, size_t values)
{
    if ((c->seen >> number & 1) != 0 || !report_has_room(&c->report, values)) {
        flush(c);
    }
    c->seen |= (uint64_t)1 << number;
}

/* Reads the fields from number at on, to the list or the end; returns the number behind them. */
static uint16_t read_fields(struct sflow_counters *c, const struct counter_structure *s,
                            uint16_t at, struct wire *w)
{
    for (; at < s->n && s->fields[at].kind != COUNTER_LIST; at++) {
        if (s->fields[at].kind == COUNTER_LATER && wire_left(w) == 0) {
            return s->n;
        }
        read_field(c, &s->fields[at], w);
    }
    return at;
}

static bool is_whole(struct sflow_counters *c, const struct wire *w)
{
    if (wire_failed(w)) {
        decode_fault(c->d, DECODE_SAMPLE_RECORD_SHORT, NULL);
    }
    return !wire_failed(w);
}

/* What stands before the list is in the report, and is told with each of its items. */
static void read_list(struct sflow_counters *c, const struct counter_structure *s, uint16_t at,
                      uint32_t items, struct wire *w)
{
    const uint16_t told = c->report.n;

    for (uint32_t i = 0; i < items && !c->spent; i++) {
        c->report.n = told;
        (void)read_fields(c, s, at, w);
        if (!is_whole(c, w)) {
            break;
        }
        c->spent = !decode_report(c->d, &c->report);
    }
    c->report.n = items > 0 ? c->head : told;
}

static bool has_list(const struct counter_structure *s)
{
    for (uint16_t at = 0; at < s->n; at++) {
        if (s->fields[at].kind == COUNTER_LIST) {
            return true;
        }
    }
    return false;
}

static void read_structure(struct sflow_counters *c, const struct counter_structure *s,
                           struct wire *w)
{
    const uint16_t before = c->report.n;
    const uint16_t at = read_fields(c, s, 0, w);
    const uint32_t items = at < s->n ? wire_u32(w) : 0;

    if (is_whole(c, w)) {
        read_list(c, s, (uint16_t)(at + 1), items, w);
    } else {
        c->report.n = before;
    }
}

static void tell_unknown(struct sflow_counters *c, uint32_t format, struct wire *w)
{
    const size_t len = wire_left(w);
    const struct flow_slice octets = {
        wire_bytes(w, len), (uint16_t)(len < REPORT_OCTETS_OCTETS ? len : REPORT_OCTETS_OCTETS)};

    make_room(c, STRUCTURES, UNKNOWN_VALUES);
    report_number(&c->report, REPORT_FIELD_OF(unknown_enterprise), format >> FORMAT_BITS);
    report_number(&c->report, REPORT_FIELD_OF(unknown_format), format & FORMAT_MASK);
    report_octets(&c->report, REPORT_FIELD_OF(unknown_octets), octets);
}

static unsigned find(uint32_t format)
{
    unsigned i = 0;

    while (i < STRUCTURES && structures[i].number != format) {
        i++;
    }
    return i;
}

void sflow_counters_read(struct sflow_counters *c, uint32_t format, struct wire *record)
{
    const unsigned number = find(format);

    if (c->spent) {
        return;
    }
    if (number == STRUCTURES) {
        tell_unknown(c, format, record);
        return;
    }
    if (has_list(&structures[number])) {
        flush(c);
    }
    make_room(c, number, structures[number].n);
    read_structure(c, &structures[number], record);
}

void sflow_counters_begin(struct sflow_counters *c, struct decode *d,
                          const struct sflow_counter_source *source)
{
    struct report *report = &c->report;

    c->d = d;
    c->seen = 0;
    c->spent = false;
    report_begin(report, RECORD_COUNTERS, &source->agent, d->datagram->received_ns);
    report_number(report, REPORT_FIELD_OF(sub_agent_id), source->sub_agent);
    report_number(report, REPORT_FIELD_OF(source_id_type), source->type);
    report_number(report, REPORT_FIELD_OF(source_id), source->id);
    report_number(report, REPORT_FIELD_OF(sample_sequence_num), source->sequence);
    report_key_addr(report, &source->agent);
    report_key_number(report, '|', source->sub_agent);
    report_key_number(report, '|', source->type);
    report_key_number(report, ':', source->id);
    c->head = report->n;
}

bool sflow_counters_end(struct sflow_counters *c)
{
    flush(c);
    return !c->spent;
}
