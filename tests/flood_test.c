// SPDX-License-Identifier: Apache-2.0
/*
 * Floods: datagrams that would fill memory, or push out what is known of others.  Beside
 * each of them a hundred exporters send what they always send: not a record of theirs may be
 * missing, and memory stays below its bounds, and a twentieth.
 *
 *     flood_test SEQUENCES
 *
 * SEQUENCES is a file of datagrams (tests/datagram_sequence.h).  Ten times as much is sent where
 * WEIR_FULL is in the environment.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/fault_log.h"
#include "tests/checked_pipeline.h"
#include "tests/datagram_sequence.h"

static const uint64_t SECOND_NS = 1000000000;
static const uint64_t BEGIN_S = 1700000000;

enum {
    MEBI = 1 << 20,
    KNOWN = 100,     /* exporters that send what they always send */
    KNOWN_EACH = 16, /* one of their datagrams comes for so many of the flood */
    BECOMES_KNOWN_S = 61,
    FLOOD_A_SECOND = 20000,
    LOG_A_SECOND = 10,
    OCTETS_MAX = 65535,
    CASES_MAX = 8192,
    FILE_MAX = 1 << 23,
};

/* A tenth of what the options have as their defaults, so that a flood soon gets there. */
static const struct exporter_limits limits = {
    .exporters = 6553,
    .strangers = 1638,
    .octets = 32 * MEBI,
    .domains_per_exporter = 256,
    .templates_per_domain = 1024,
    .templates_per_exporter = 4096,
    .template_octets = 16 * MEBI,
    .template_rate = 1000,
    .template_life_ns = 86400 * SECOND_NS,
    .options_per_exporter = 1638,
    .options_octets_per_exporter = MEBI / 2,
    .held_sets_per_exporter = 64,
    .held_octets_per_exporter = MEBI / 4,
    .held_octets = 6 * MEBI,
    .held_ns = 60 * SECOND_NS,
};

struct flood {
    const char *id;
    const char *about;
    void (*build)(uint64_t n); /* the n-th datagram */
    uint64_t datagrams;
};

/* The datagram that is being built. */
static struct {
    uint8_t octets[OCTETS_MAX];
    size_t len;
    uint8_t address[4];
    uint16_t port;
} sent;

static struct checked_pipeline pipeline;

static uint64_t random_number(void)
{
    static uint64_t state = 88172645463325252u;

    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static void add(size_t width, uint64_t value)
{
    for (size_t i = 0; i < width; i++) {
        sent.octets[sent.len++] = (uint8_t)(value >> (8 * (width - 1 - i)));
    }
}

/* Numbers of 16 bits; -1 ends them. */
static void add_words(const int *words)
{
    for (; *words >= 0; words++) {
        add(2, (uint64_t)*words);
    }
}

#define ADD(...) add_words((const int[]){__VA_ARGS__, -1})

static void from(uint32_t address)
{
    sent.len = 0;
    sent.port = 2055;
    for (int i = 0; i < 4; i++) {
        sent.address[i] = (uint8_t)(address >> (24 - 8 * i));
    }
}

static void begin_v9(uint32_t sequence, uint32_t source)
{
    ADD(9, 1);
    add(4, 1000000);
    add(4, BEGIN_S);
    add(4, sequence);
    add(4, source);
}

/* A template set: addresses, and one field that makes it differ from others. */
static void add_template(uint16_t id, uint16_t different)
{
    ADD(0, 20, id, 3, 8, 4, 12, 4);
    ADD(different, 4);
}

static void add_data(uint16_t id)
{
    ADD(id, 16);
    add(4, 0x0a000001);
    add(4, 0x0a000002);
    add(4, 1000);
}

static void send_built(uint64_t now_ns)
{
    struct datagram datagram = {
        .data = sent.octets,
        .len = sent.len,
        .from = flow_addr_make(sent.address, sizeof(sent.address)),
        .from_port = sent.port,
        .received_ns = now_ns,
    };

    checked_pipeline_datagram(&pipeline, &datagram);
}

/* --- What floods are made of --- */

static void template_ids(uint64_t n)
{
    from(0xc6336401);
    begin_v9((uint32_t)n, 1);
    add_template((uint16_t)(256 + n % 65280), (uint16_t)(1 + n / 65280));
}

static void domains(uint64_t n)
{
    from(0xc6336402);
    begin_v9(1, (uint32_t)n);
    add_template(256, 1);
}

static void templates_of_anybody(uint64_t n)
{
    from((uint32_t)random_number());
    begin_v9((uint32_t)n, (uint32_t)(n % 3));
    add_template((uint16_t)(256 + n % 7), 1);
}

static void data_without_template(uint64_t n)
{
    from((uint32_t)(0x0a000000 + random_number() % 100000));
    begin_v9((uint32_t)n, 1);
    add_data((uint16_t)(256 + random_number() % 65280));
}

static void template_redefined(uint64_t n)
{
    from(0xc6336403);
    begin_v9((uint32_t)n, 1);
    add_template(256, (uint16_t)(1 + n % 2));
}

/* An options template of samplers (48) and rates (34), and sixty records of it. */
static void options_data(uint64_t n)
{
    from((uint32_t)(0xc6336500 + n % 250));
    begin_v9((uint32_t)n, 1);
    ADD(1, 22, 256, 4, 8, 1, 4, 48, 4, 34, 4);
    ADD(256, 4 + 60 * 12);
    for (int i = 0; i < 60; i++) {
        add(4, 1);
        add(4, random_number());
        add(4, 100);
    }
}

static void sflow_sources(uint64_t n)
{
    from(0xc6336404);
    add(4, 5);
    add(4, 1);
    add(4, n % 50);                     /* agent */
    add(4, random_number() % 300);      /* sub-agent */
    add(4, n), add(4, 1000), add(4, 1); /* sequence, uptime, samples */
    add(4, 1), add(4, 32), add(4, n);   /* a flow sample without records */
    add(4, random_number() & 0xffffff); /* source */
    add(4, 1000), add(4, 0), add(4, 0); /* rate, pool, drops */
    add(4, 1), add(4, 2), add(4, 0);    /* input, output, records */
}

static void ports(uint64_t n)
{
    from(0xc6336405);
    sent.port = (uint16_t)n;
    begin_v9((uint32_t)n, 1);
    if (n == 0) {
        add_template(256, 1);
    } else {
        add_data(256);
    }
}

static void withdrawals(uint64_t n)
{
    from(0xc6336406);
    ADD(10, n % 2 == 0 ? 36 : 24);
    add(4, BEGIN_S);
    add(4, 0);
    add(4, 1);
    if (n % 2 == 0) {
        ADD(2, 20, 256, 3, 8, 4, 12, 4, 1, 4);
    } else {
        ADD(2, 8, 256, 0);
    }
}

static void sequences(uint64_t n)
{
    (void)n;
    from(0xc6336407);
    begin_v9((uint32_t)random_number(), 1);
}

static void noise(uint64_t n)
{
    from((uint32_t)random_number());
    for (uint64_t i = 0; i < n % 100; i++) {
        add(1, random_number());
    }
    if (sent.len > 4) {
        sent.octets[0] = 0;
        sent.octets[1] = (uint8_t)(n % 12);
    }
}

/* Datagrams of all cases, golden and hostile; see tests/fuzz/seeds.py. */
static struct datagram cases[CASES_MAX];
static size_t n_cases;

static void any_case(uint64_t n)
{
    const struct datagram *datagram = &cases[random_number() % n_cases];

    (void)n;
    from((uint32_t)(0x0b000000 + random_number() % 1000));
    memcpy(sent.octets, datagram->data, datagram->len);
    sent.len = datagram->len;
}

static const struct flood floods[] = {
    {"F01", "65280 template ids of one exporter", template_ids, 70000},
    {"F02", "domains without end of one exporter", domains, 100000},
    {"F04", "templates from any address", templates_of_anybody, 200000},
    {"F05", "data whose template never comes", data_without_template, 200000},
    {"F06", "a template defined anew in each datagram", template_redefined, 100000},
    {"F07", "samplers without end", options_data, 20000},
    {"F10", "agents, sub-agents and sources without end", sflow_sources, 100000},
    {"F11", "another port in each datagram", ports, 50000},
    {"F12", "withdrawals and definitions in turn", withdrawals, 100000},
    {"F13", "every golden and hostile case", any_case, 50000},
    {"F16", "sequence numbers at random", sequences, 100000},
    {"L01", "noise from any address", noise, 200000},
};

/* --- Who suffers them --- */

static void introduce(uint64_t number, uint64_t now_ns)
{
    from((uint32_t)(0xc0000200 + number));
    begin_v9(0, 1);
    add_template(256, 1);
    send_built(now_ns);
}

static void send_as_always(uint64_t number, uint64_t now_ns)
{
    const _Atomic uint64_t *records = &pipeline.counters.at[COUNTER_records];
    const uint64_t before = counter_read(records);

    from((uint32_t)(0xc0000200 + number));
    begin_v9(1, 1);
    add_data(256);
    send_built(now_ns);
    require(counter_read(records) == before + 1, "a known exporter loses no record");
}

static void introduce_all(void)
{
    for (uint64_t i = 0; i < KNOWN; i++) {
        introduce(i, BEGIN_S * SECOND_NS);
    }
    for (uint64_t i = 0; i < KNOWN; i++) {
        send_as_always(i, (BEGIN_S + BECOMES_KNOWN_S) * SECOND_NS);
    }
}

static void let_in(const struct flood *flood, uint64_t datagrams)
{
    uint64_t now_ns = (BEGIN_S + BECOMES_KNOWN_S) * SECOND_NS;

    for (uint64_t n = 0; n < datagrams; n++) {
        now_ns += SECOND_NS / FLOOD_A_SECOND;
        flood->build(n);
        send_built(now_ns);
        if (n % KNOWN_EACH == 0) {
            send_as_always(n / KNOWN_EACH % KNOWN, now_ns);
        }
    }
}

/* --- What is checked --- */

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
    require(file != NULL && fscanf(file, "%*u %lu", &resident) == 1, "/proc tells memory");
    (void)fclose(file);
    return resident * (size_t)sysconf(_SC_PAGESIZE);
}

static void check_size(void)
{
    const struct exporters_size size = exporters_size(pipeline.pipeline.exporters);

    require(size.exporters <= limits.exporters, "exporters keep to their bound");
    require(size.templates <= size.exporters * limits.templates_per_exporter, "templates do");
    require(size.template_octets <= limits.template_octets, "memory of templates does");
    require(size.held_octets <= limits.held_octets, "memory of held sets does");
}

/* The log goes into a file meanwhile. */
static void let_in_logging(const struct flood *flood, uint64_t datagrams, FILE *log)
{
    const int errors = dup(STDERR_FILENO);

    (void)dup2(fileno(log), STDERR_FILENO);
    let_in(flood, datagrams);
    (void)dup2(errors, STDERR_FILENO);
    (void)close(errors);
}

static uint64_t count_lines(FILE *log)
{
    uint64_t lines = 0;
    int octet;

    rewind(log);
    while ((octet = getc(log)) != EOF) {
        lines += octet == '\n' ? 1 : 0;
    }
    return lines;
}

static void run_flood(const struct flood *flood, uint64_t datagrams)
{
    const uint64_t most = (limits.octets + limits.held_octets) / 20 * 21;
    FILE *log = tmpfile();
    uint64_t lines;
    size_t before;
    size_t after;

    require(log != NULL, "there is a file for the log");
    require(checked_pipeline_open(&pipeline, &limits, COMPAT_NONE), "there is memory");
    introduce_all();
    pipeline.pipeline.report = fault_log_report;
    before = memory();
    let_in_logging(flood, datagrams, log);
    after = memory();
    lines = count_lines(log);
    (void)fclose(log);
    (void)printf("%s %s: %" PRIu64 " datagrams, %zu KiB, %" PRIu64 " lines of log\n", flood->id,
                 flood->about, datagrams, after > before ? (after - before) / 1024 : 0, lines);
    check_size();
    require(after <= before + most, "memory keeps to its bounds");
    require(lines <= LOG_A_SECOND * (datagrams / FLOOD_A_SECOND + 2), "the log keeps to its rate");
    checked_pipeline_close(&pipeline);
}

static void read_cases(const char *path)
{
    static uint8_t octets[FILE_MAX];
    struct datagram_sequence sequence;
    FILE *file = fopen(path, "rb");

    require(file != NULL, "a file of datagrams can be read");
    datagram_sequence_init(&sequence, octets, fread(octets, 1, FILE_MAX, file));
    (void)fclose(file);
    while (n_cases < CASES_MAX && datagram_sequence_next(&sequence)) {
        cases[n_cases++] = sequence.datagram;
    }
}

int main(int argc, char **argv)
{
    const uint64_t times = getenv("WEIR_FULL") != NULL ? 10 : 1;

    require(argc == 2, "flood_test is given a file");
    read_cases(argv[1]);
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    for (const struct flood *flood = floods; flood < floods + sizeof(floods) / sizeof(*flood);
         flood++) {
        run_flood(flood, flood->datagrams * times);
    }
    return EXIT_SUCCESS;
}
