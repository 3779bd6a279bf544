// SPDX-License-Identifier: Apache-2.0
/*
 * What templates cost: memory, and time where data names one of many.
 *
 *     template_memory equal|distinct EXPORTERS TEMPLATES ROUNDS [FORMAT]
 *
 * So many exporters send so many templates of twenty fields each; equal: all exporters the same
 * ones.  Then data comes for them, in rounds of ten thousand datagrams: from the first exporter
 * alone, or from all in turn.  Records are made into FORMAT, or else into one octet.  Prints one
 * line of JSON.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd/registry.h"
#include "lib/pipeline.h"

enum {
    FIELDS = 20,
    RECORDS = 16,    /* of a data datagram */
    RECORD_LEN = 69, /* octets */
    DATAGRAMS = 10000,
    BATCH = 64, /* as the listener takes them */
    DATA_LEN = 20 + RECORDS * RECORD_LEN,
    OWN_ELEMENT = 20000, /* the exporter's number is added, where layouts are distinct */
    OWN_TEMPLATE = 31000,
    OWN_LEN = 4,
    FIRST_ID = 256,
    MESSAGE_MAX = 65507,
};

static const uint64_t SECOND_NS = 1000000000;

static const struct exporter_limits limits = {
    .exporters = 1 << 20,
    .domains_per_exporter = 4,
    .templates_per_domain = 1 << 16,
    .templates_per_exporter = 1 << 16,
    .template_octets = 1 << 30,
    .options_per_exporter = 16,
    .options_octets_per_exporter = 4096,
};

static struct {
    struct pipeline pipeline;
    struct counters counters;
    struct field_set fields;
    struct transport transport;
    struct output output;

    bool distinct;
    unsigned exporters;
    unsigned templates;
    uint8_t octets[MESSAGE_MAX];

    uint8_t data[BATCH][DATA_LEN];
    struct datagram batch[BATCH];
    size_t in_batch;
} run;

/* --- A pipeline whose records are one octet --- */

static size_t write_one_octet(struct format *f, const struct flow *flow, char *out)
{
    (void)f;
    (void)flow;
    *out = '.';
    return 1;
}

static void open_none(struct format *f)
{
    f->max = 1;
}

static size_t take_records(struct transport *t, const struct batch *batch, size_t first)
{
    (void)t;
    return batch->n - first;
}

static const struct format_ops *format_of(const char *name)
{
    static const struct format_ops none = {
        .name = "none", .size = sizeof(struct format), .open = open_none, .write = write_one_octet};
    const struct format_ops *const *at = registry_formats;

    while (name != NULL && *at != NULL && strcmp((*at)->name, name) != 0) {
        at++;
    }
    return name == NULL ? &none : *at;
}

static bool open_pipeline(const struct format_ops *format_ops)
{
    static const struct transport_ops ops = {.name = "none", .send = take_records};
    struct format *format;
    char message[128];

    run.transport.ops = &ops;
    run.pipeline.decoders = registry_decoders;
    run.pipeline.counters = &run.counters;
    run.pipeline.output = &run.output;
    run.pipeline.exporters = exporters_new(&limits, SCOPE_DOMAIN, &run.pipeline.settings);
    if (format_ops == NULL || !field_set_parse(&run.fields, "goflow2", message, sizeof(message))) {
        return false;
    }
    format = format_new(format_ops, &run.fields, 0);
    return format != NULL && run.pipeline.exporters != NULL &&
           output_open(&run.output, format, &run.transport, (struct slice){"\n", 1}, OUTPUT_DROP,
                       &run.counters) == 0;
}

/* --- Datagrams --- */

static uint8_t *put_u16(uint8_t *out, unsigned value)
{
    *out++ = (uint8_t)(value >> 8);
    *out++ = (uint8_t)value;
    return out;
}

static uint8_t *put_u32(uint8_t *out, uint32_t value)
{
    return put_u16(put_u16(out, value >> 16), value & 0xffff);
}

/* What every router sends, of its usual lengths, and two that make the layout one's own. */
static uint8_t *put_template(uint8_t *out, unsigned exporter, unsigned number)
{
    static const struct {
        uint16_t id;
        uint16_t len;
    } common[FIELDS - 2] = {
        {8, 4},  {12, 4}, {7, 2},  {11, 2}, {4, 1},  {5, 1},  {6, 1},  {1, 8},  {2, 8},
        {10, 4}, {14, 4}, {16, 4}, {17, 4}, {21, 4}, {22, 4}, {61, 1}, {34, 4}, {48, 1},
    };

    out = put_u16(put_u16(out, FIRST_ID + number), FIELDS);
    for (int i = 0; i < FIELDS - 2; i++) {
        out = put_u16(put_u16(out, common[i].id), common[i].len);
    }
    out = put_u16(put_u16(out, OWN_ELEMENT + (run.distinct ? exporter : 0)), OWN_LEN);
    return put_u16(put_u16(out, OWN_TEMPLATE + number), OWN_LEN);
}

/* Of a message of one set (RFC 7011 section 3). */
static uint8_t *put_header(uint8_t *out, unsigned set, size_t len)
{
    out = put_u16(put_u16(out, 10), (unsigned)len);
    out = put_u32(put_u32(put_u32(out, 1700000000), 0), 1);
    return put_u16(put_u16(out, set), (unsigned)len - 16);
}

static struct datagram datagram_of(unsigned exporter, const uint8_t *octets, size_t len)
{
    return (struct datagram){
        .data = octets,
        .len = len,
        .from = {{10, (uint8_t)(exporter >> 16), (uint8_t)(exporter >> 8), (uint8_t)exporter}, 4},
        .from_port = 2055,
        .received_ns = 1700000000 * SECOND_NS,
    };
}

static void learn_from(unsigned exporter)
{
    uint8_t *const first = run.octets + 20;
    uint8_t *end = first;
    struct datagram datagram;

    for (unsigned number = 0; number < run.templates; number++) {
        end = put_template(end, exporter, number);
    }
    datagram = datagram_of(exporter, run.octets, (size_t)(end - run.octets));
    (void)put_header(run.octets, 2, datagram.len);
    pipeline_datagram(&run.pipeline, &datagram, NULL);
}

static void learn_all(void)
{
    for (unsigned exporter = 0; exporter < run.exporters; exporter++) {
        learn_from(exporter);
    }
}

static void send_batch(void)
{
    pipeline_datagrams(&run.pipeline, run.batch, run.in_batch, NULL);
    run.in_batch = 0;
}

static void send_data(unsigned exporter, unsigned number)
{
    uint8_t *const octets = run.data[run.in_batch];

    memset(put_header(octets, FIRST_ID + number, DATA_LEN), 1, (size_t)RECORDS * RECORD_LEN);
    run.batch[run.in_batch++] = datagram_of(exporter, octets, DATA_LEN);
    if (run.in_batch == BATCH) {
        send_batch();
    }
}

/* --- What is measured --- */

static void send_round(unsigned from)
{
    for (unsigned i = 0; i < DATAGRAMS; i++) {
        send_data(i % from, i / from % run.templates);
    }
    send_batch();
    output_flush(&run.output);
}

/* Valgrind looks into these two; template_memory_test.py knows their names. */
void round_of_one(void);
__attribute__((noinline)) void round_of_one(void)
{
    send_round(1);
}

void round_of_all(void);
__attribute__((noinline)) void round_of_all(void)
{
    send_round(run.exporters);
}

static uint64_t now_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * SECOND_NS + (uint64_t)now.tv_nsec;
}

static uint64_t datagram_ns(void (*round)(void))
{
    const uint64_t began = now_ns();

    round();
    return (now_ns() - began) / DATAGRAMS;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Of the fastest rounds, by turns, for other processes take their share of the machine. */
static void measure(unsigned rounds, uint64_t *one_ns, uint64_t *all_ns)
{
    *one_ns = UINT64_MAX;
    *all_ns = UINT64_MAX;
    for (unsigned i = 0; i < rounds; i++) {
        *one_ns = least(*one_ns, datagram_ns(round_of_one));
        *all_ns = least(*all_ns, datagram_ns(round_of_all));
    }
}

/* Of the sanitizers' run-time: what malloc was asked for.  Its own memory is not weir's. */
size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

static size_t memory(void)
{
    unsigned long resident = 0;
    FILE *file;

    if (__sanitizer_get_current_allocated_bytes != NULL) {
        return __sanitizer_get_current_allocated_bytes();
    }
    file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%*u %lu", &resident) != 1) {
        abort();
    }
    (void)fclose(file);
    return resident * (size_t)sysconf(_SC_PAGESIZE);
}

static void print(size_t octets, uint64_t one_ns, uint64_t all_ns)
{
    const struct exporters_size size = exporters_size(run.pipeline.exporters);

    (void)printf("{\"templates\":%" PRIu64 ",\"octets\":%zu,\"counted_octets\":%" PRIu64
                 ",\"one_ns\":%" PRIu64 ",\"all_ns\":%" PRIu64 ",\"records\":%" PRIu64 "}\n",
                 size.templates, octets, size.template_octets, one_ns, all_ns,
                 counter_read(&run.counters.at[COUNTER_records]));
}

int main(int argc, char **argv)
{
    size_t before;
    size_t octets;
    uint64_t one_ns;
    uint64_t all_ns;
    unsigned rounds;

    if (argc < 5 || !open_pipeline(format_of(argc > 5 ? argv[5] : NULL))) {
        return EXIT_FAILURE;
    }
    run.distinct = strcmp(argv[1], "distinct") == 0;
    run.exporters = (unsigned)strtoul(argv[2], NULL, 10);
    run.templates = (unsigned)strtoul(argv[3], NULL, 10);
    rounds = (unsigned)strtoul(argv[4], NULL, 10);
    before = memory();
    learn_all();
    octets = memory() - before;
    measure(rounds, &one_ns, &all_ns);
    print(octets, one_ns, all_ns);
    output_close(&run.output);
    exporters_free(run.pipeline.exporters);
    return EXIT_SUCCESS;
}
