// SPDX-License-Identifier: Apache-2.0
/* What floods are made of: a table of floods, and the datagrams of each. */
#include "tests/floods.h"

#include <stdio.h>

#include "tests/datagram_sequence.h"

enum { CASES_MAX = 8192, FILE_MAX = 1 << 23, BEGIN_S = 1700000000 };

static uint64_t random_number(void)
{
    static uint64_t state = 88172645463325252u;

    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static void add(struct built *b, size_t width, uint64_t value)
{
    for (size_t i = 0; i < width; i++) {
        b->octets[b->len++] = (uint8_t)(value >> (8 * (width - 1 - i)));
    }
}

/* Numbers of 16 bits; -1 ends them. */
static void add_words(struct built *b, const int *words)
{
    for (; *words >= 0; words++) {
        add(b, 2, (uint64_t)*words);
    }
}

#define ADD(b, ...) add_words((b), (const int[]){__VA_ARGS__, -1})

static void from(struct built *b, uint32_t address)
{
    b->len = 0;
    b->port = 2055;
    for (int i = 0; i < 4; i++) {
        b->address[i] = (uint8_t)(address >> (24 - 8 * i));
    }
}

static void begin_v9(struct built *b, uint32_t sequence, uint32_t source)
{
    ADD(b, 9, 1);
    add(b, 4, 1000000);
    add(b, 4, BEGIN_S);
    add(b, 4, sequence);
    add(b, 4, source);
}

/* A template set: addresses, and one field that makes it differ from others. */
static void add_template(struct built *b, uint16_t id, uint16_t different)
{
    ADD(b, 0, 20, id, 3, 8, 4, 12, 4);
    ADD(b, different, 4);
}

static void add_data(struct built *b, uint16_t id)
{
    ADD(b, id, 16);
    add(b, 4, 0x0a000001);
    add(b, 4, 0x0a000002);
    add(b, 4, 1000);
}

static void template_ids(struct built *b, uint64_t n)
{
    from(b, 0xc6336401);
    begin_v9(b, (uint32_t)n, 1);
    add_template(b, (uint16_t)(256 + n % 65280), (uint16_t)(1 + n / 65280));
}

static void domains(struct built *b, uint64_t n)
{
    from(b, 0xc6336402);
    begin_v9(b, 1, (uint32_t)n);
    add_template(b, 256, 1);
}

static void templates_of_anybody(struct built *b, uint64_t n)
{
    from(b, (uint32_t)random_number());
    begin_v9(b, (uint32_t)n, (uint32_t)(n % 3));
    add_template(b, (uint16_t)(256 + n % 7), 1);
}

static void data_without_template(struct built *b, uint64_t n)
{
    from(b, (uint32_t)(0x0a000000 + random_number() % 100000));
    begin_v9(b, (uint32_t)n, 1);
    add_data(b, (uint16_t)(256 + random_number() % 65280));
}

static void template_redefined(struct built *b, uint64_t n)
{
    from(b, 0xc6336403);
    begin_v9(b, (uint32_t)n, 1);
    add_template(b, 256, (uint16_t)(1 + n % 2));
}

/* An options template of samplers (48) and rates (34), and sixty records of it. */
static void options_data(struct built *b, uint64_t n)
{
    from(b, (uint32_t)(0xc6336500 + n % 250));
    begin_v9(b, (uint32_t)n, 1);
    ADD(b, 1, 22, 256, 4, 8, 1, 4, 48, 4, 34, 4);
    ADD(b, 256, 4 + 60 * 12);
    for (int i = 0; i < 60; i++) {
        add(b, 4, 1);
        add(b, 4, random_number());
        add(b, 4, 100);
    }
}

static void sflow_sources(struct built *b, uint64_t n)
{
    from(b, 0xc6336404);
    add(b, 4, 5);
    add(b, 4, 1);
    add(b, 4, n % 50);                           /* agent */
    add(b, 4, random_number() % 300);            /* sub-agent */
    add(b, 4, n), add(b, 4, 1000), add(b, 4, 1); /* sequence, uptime, samples */
    add(b, 4, 1), add(b, 4, 32), add(b, 4, n);   /* a flow sample without records */
    add(b, 4, random_number() & 0xffffff);       /* source */
    add(b, 4, 1000), add(b, 4, 0), add(b, 4, 0); /* rate, pool, drops */
    add(b, 4, 1), add(b, 4, 2), add(b, 4, 0);    /* input, output, records */
}

static void ports(struct built *b, uint64_t n)
{
    from(b, 0xc6336405);
    b->port = (uint16_t)n;
    begin_v9(b, (uint32_t)n, 1);
    if (n == 0) {
        add_template(b, 256, 1);
    } else {
        add_data(b, 256);
    }
}

static void withdrawals(struct built *b, uint64_t n)
{
    from(b, 0xc6336406);
    ADD(b, 10, n % 2 == 0 ? 36 : 24);
    add(b, 4, BEGIN_S);
    add(b, 4, 0);
    add(b, 4, 1);
    if (n % 2 == 0) {
        ADD(b, 2, 20, 256, 3, 8, 4, 12, 4, 1, 4);
    } else {
        ADD(b, 2, 8, 256, 0);
    }
}

static void sequences(struct built *b, uint64_t n)
{
    (void)n;
    from(b, 0xc6336407);
    begin_v9(b, (uint32_t)random_number(), 1);
}

static void noise(struct built *b, uint64_t n)
{
    from(b, (uint32_t)random_number());
    for (uint64_t i = 0; i < n % 100; i++) {
        add(b, 1, random_number());
    }
    if (b->len > 4) {
        b->octets[0] = 0;
        b->octets[1] = (uint8_t)(n % 12);
    }
}

/* Datagrams of all cases, golden and hostile; see tests/fuzz/seeds.py. */
static struct datagram cases[CASES_MAX];
static size_t n_cases;

bool floods_read_cases(const char *path)
{
    static uint8_t octets[FILE_MAX];
    struct datagram_sequence sequence;
    FILE *file = fopen(path, "rb");

    if (file == NULL) {
        return false;
    }
    datagram_sequence_init(&sequence, octets, fread(octets, 1, FILE_MAX, file));
    (void)fclose(file);
    while (n_cases < CASES_MAX && datagram_sequence_next(&sequence)) {
        cases[n_cases++] = sequence.datagram;
    }
    return n_cases > 0;
}

static void any_case(struct built *b, uint64_t n)
{
    const struct datagram *datagram = &cases[random_number() % n_cases];

    (void)n;
    from(b, (uint32_t)(0x0b000000 + random_number() % 1000));
    memcpy(b->octets, datagram->data, datagram->len);
    b->len = datagram->len;
}

const struct flood floods[] = {
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
    {0},
};

void flood_build_template(struct built *b, uint32_t address)
{
    from(b, address);
    begin_v9(b, 0, 1);
    add_template(b, 256, 1);
}

void flood_build_data(struct built *b, uint32_t address)
{
    from(b, address);
    begin_v9(b, 1, 1);
    add_data(b, 256);
}
