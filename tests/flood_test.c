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
#include "tests/floods.h"

static const uint64_t SECOND_NS = 1000000000;
static const uint64_t BEGIN_S = 1700000000;

enum {
    MEBI = 1 << 20,
    KNOWN = 100,     /* exporters that send what they always send */
    KNOWN_EACH = 16, /* one of their datagrams comes for so many of the flood */
    BECOMES_KNOWN_S = 61,
    FLOOD_A_SECOND = 20000,
    LOG_A_SECOND = 10,
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

static struct checked_pipeline pipeline;
static struct built built;

static void send_built(uint64_t now_ns)
{
    struct datagram datagram = {
        .data = built.octets,
        .len = built.len,
        .from = flow_addr_make(built.address, sizeof(built.address)),
        .from_port = built.port,
        .received_ns = now_ns,
    };

    checked_pipeline_datagram(&pipeline, &datagram);
}

/* --- Who suffers them --- */

static void introduce(uint64_t number, uint64_t now_ns)
{
    flood_build_template(&built, (uint32_t)(0xc0000200 + number));
    send_built(now_ns);
}

static uint64_t flows(void)
{
    return counter_read(&pipeline.counters.at[COUNTER_records]) -
           counter_read(&pipeline.counters.at[COUNTER_reports]);
}

static void send_as_always(uint64_t number, uint64_t now_ns)
{
    const uint64_t before = flows();

    flood_build_data(&built, (uint32_t)(0xc0000200 + number));
    send_built(now_ns);
    require(flows() == before + 1, "a known exporter loses no record");
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
        flood->build(&built, n);
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
    pipeline.pipeline.hear_fault = fault_log_hear;
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

int main(int argc, char **argv)
{
    const uint64_t times = getenv("WEIR_FULL") != NULL ? 10 : 1;

    require(argc == 2 && floods_read_cases(argv[1]), "there is a file of cases");
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    for (const struct flood *flood = floods; flood->id != NULL; flood++) {
        run_flood(flood, flood->datagrams * times);
    }
    return EXIT_SUCCESS;
}
