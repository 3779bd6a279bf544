// SPDX-License-Identifier: Apache-2.0
/*
 * Every good datagram, changed in every simple way: cut at each octet, each octet through
 * some values and with each bit turned, each word of 16 and 32 bits through the
 * values where something begins or ends.  Each change is tried on an exporter that has sent
 * nothing, on one that has sent what the case sends, and on one that has sent other templates;
 * what the case sends next follows.
 *
 *     mutation_test DIRECTORY
 *
 * DIRECTORY holds sequences (tests/datagram_sequence.h); those of hostile cases are left out.
 * A tenth of the changes is tried; all, where WEIR_FULL is in the environment.
 */
#include <dirent.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/checked_pipeline.h"
#include "tests/datagram_sequence.h"

enum {
    TENTH = 10, /* compatibility with goflow2 gets another tenth */
    DATAGRAMS_MAX = 64,
    OCTETS_MAX = 65536,
    FILE_MAX = 1 << 21,
    TIME_LIMIT_S = 60,
};

enum state { UNKNOWN, RIGHT, WRONG, STATES };

static const char *const state_names[STATES] = {"unknown", "right", "wrong"};

/* A case: its datagrams point into octets. */
struct sequence {
    char name[256];
    uint8_t octets[FILE_MAX];
    struct datagram datagrams[DATAGRAMS_MAX];
    size_t n;
};

struct mutant {
    uint8_t octets[OCTETS_MAX];
    size_t len;
};

/* A way to change a datagram: each of its places in so many ways. */
struct change {
    const char *name;
    size_t width; /* octets of a place; they do not overlap */
    size_t values;
    void (*apply)(struct mutant *mutant, size_t at, size_t value);
};

static void put(uint8_t *octets, size_t width, uint32_t value)
{
    for (size_t i = 0; i < width; i++) {
        octets[i] = (uint8_t)(value >> (8 * (width - 1 - i)));
    }
}

static void cut(struct mutant *mutant, size_t at, size_t value)
{
    (void)value;
    mutant->len = at;
}

static void set_octet(struct mutant *mutant, size_t at, size_t value)
{
    static const uint8_t octets[] = {0x00, 0x01, 0x7f, 0x80, 0xff};

    mutant->octets[at] = octets[value];
}

static void turn_bit(struct mutant *mutant, size_t at, size_t value)
{
    mutant->octets[at] ^= (uint8_t)(1u << value);
}

static const uint32_t ends[] = {0,      1,      3,          4,          0x7fff,    0x8000,
                                0xfffe, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff};

static void set_word(struct mutant *mutant, size_t at, size_t value)
{
    put(mutant->octets + at, 2, ends[value]);
}

static void set_long_word(struct mutant *mutant, size_t at, size_t value)
{
    put(mutant->octets + at, 4, ends[value]);
}

static const struct change changes[] = {
    {"cut", 1, 1, cut},
    {"octet", 1, 5, set_octet},
    {"bit", 1, 8, turn_bit},
    {"word of 16 bits", 2, 8, set_word},
    {"word of 32 bits", 4, sizeof(ends) / sizeof(ends[0]), set_long_word},
};

/* What is being tried, for when it ends badly. */
static const struct sequence *tried_sequence;
static const struct mutant *tried_mutant;
static enum state tried_state;

static void tell_tried(void)
{
    if (tried_mutant == NULL) {
        return;
    }
    (void)fprintf(stderr, "%s, templates known before: %s\n", tried_sequence->name,
                  state_names[tried_state]);
    for (size_t i = 0; i < tried_mutant->len; i++) {
        (void)fprintf(stderr, "%02x", tried_mutant->octets[i]);
    }
    (void)fprintf(stderr, "\n");
}

static void on_signal(int number)
{
    (void)fprintf(stderr, "signal %d\n", number);
    tell_tried();
    _exit(1);
}

/* Of the sanitizers' run-time, where the program is built with it. */
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

static void tell_when_it_ends_badly(void)
{
    (void)signal(SIGALRM, on_signal);
    (void)signal(SIGABRT, on_signal);
    if (__sanitizer_set_death_callback != NULL) {
        __sanitizer_set_death_callback(tell_tried);
    }
}

/* Each trial has an exporter of its own: those before are soon forgotten. */
static void send_from(struct checked_pipeline *pipeline, struct datagram datagram,
                      uint32_t exporter)
{
    const uint8_t source = datagram.from.bytes[3];
    uint8_t address[16] = {0x20, 0x01, 0x0d, 0xb8};

    put(address + 8, 4, exporter);
    address[15] = source;
    datagram.from = flow_addr_make(address, sizeof(address));
    checked_pipeline_datagram(pipeline, &datagram);
}

/* Templates 256 to 259 of NetFlow v9 and IPFIX: octets and packets, of 8 octets each. */
static void send_other_templates(struct checked_pipeline *pipeline, struct datagram datagram,
                                 uint32_t exporter)
{
    static const uint8_t v9[] = {0,   9, 0, 1, 0, 15, 66, 64, 101, 83,
                                 241, 0, 0, 0, 0, 1,  0,  0,  0,   1};
    static const uint8_t ipfix[] = {0, 10, 0, 68, 101, 83, 241, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    uint8_t set[52] = {0, 0, 0, 52};
    uint8_t octets[sizeof(v9) + sizeof(set)];

    for (uint8_t i = 0; i < 4; i++) {
        const uint8_t record[] = {1, i, 0, 2, 0, 1, 0, 8, 0, 2, 0, 8};

        memcpy(set + 4 + i * sizeof(record), record, sizeof(record));
    }
    memcpy(octets, v9, sizeof(v9));
    memcpy(octets + sizeof(v9), set, sizeof(set));
    datagram.data = octets;
    datagram.len = sizeof(octets);
    send_from(pipeline, datagram, exporter);
    set[1] = 2;
    memcpy(octets, ipfix, sizeof(ipfix));
    memcpy(octets + sizeof(ipfix), set, sizeof(set));
    datagram.len = sizeof(ipfix) + sizeof(set);
    send_from(pipeline, datagram, exporter);
}

static void prepare(struct checked_pipeline *pipeline, const struct sequence *s, enum state state,
                    uint32_t exporter)
{
    if (state == WRONG) {
        send_other_templates(pipeline, s->datagrams[0], exporter);
    }
    for (size_t i = 0; state == RIGHT && i < s->n; i++) {
        send_from(pipeline, s->datagrams[i], exporter);
    }
}

static void try_mutant(struct checked_pipeline *pipeline, const struct sequence *s, size_t victim,
                       const struct mutant *mutant)
{
    static uint32_t exporter;
    struct datagram datagram = s->datagrams[victim];

    datagram.data = mutant->octets;
    datagram.len = mutant->len;
    tried_sequence = s;
    tried_mutant = mutant;
    for (enum state state = UNKNOWN; state < STATES; state++) {
        tried_state = state;
        exporter++;
        (void)alarm(TIME_LIMIT_S);
        prepare(pipeline, s, state, exporter);
        send_from(pipeline, datagram, exporter);
        for (size_t i = victim + 1; i < s->n; i++) {
            send_from(pipeline, s->datagrams[i], exporter);
        }
    }
}

/* Tries one of share changes; the count goes on from datagram to datagram. */
static uint64_t change_datagram(struct checked_pipeline *pipeline, const struct sequence *s,
                                size_t victim, unsigned share)
{
    static struct mutant mutant;
    static uint64_t number;
    const struct datagram *good = &s->datagrams[victim];
    uint64_t tried = 0;

    for (const struct change *c = changes; c < changes + sizeof(changes) / sizeof(*c); c++) {
        for (size_t i = 0; i < good->len / c->width * c->values; i++) {
            if (number++ % share == 0) {
                memcpy(mutant.octets, good->data, good->len);
                mutant.len = good->len;
                c->apply(&mutant, i / c->values * c->width, i % c->values);
                try_mutant(pipeline, s, victim, &mutant);
                tried++;
            }
        }
    }
    return tried;
}

static bool read_sequence(struct sequence *s, const char *name)
{
    struct datagram_sequence reader;
    FILE *file;
    size_t len;

    (void)snprintf(s->name, sizeof(s->name), "%s", name);
    file = fopen(name, "rb");
    if (file == NULL) {
        return false;
    }
    len = fread(s->octets, 1, sizeof(s->octets), file);
    (void)fclose(file);
    datagram_sequence_init(&reader, s->octets, len);
    for (s->n = 0; s->n < DATAGRAMS_MAX && datagram_sequence_next(&reader); s->n++) {
        s->datagrams[s->n] = reader.datagram;
    }
    return true;
}

static uint64_t change_sequence(const struct sequence *s, unsigned share, unsigned compat)
{
    static struct checked_pipeline pipeline;
    uint64_t tried = 0;

    require(checked_pipeline_open(&pipeline, &checked_pipeline_limits, compat), "there is memory");
    for (size_t i = 0; i < s->n; i++) {
        tried += change_datagram(&pipeline, s, i, share);
    }
    tried_mutant = NULL;
    checked_pipeline_close(&pipeline);
    return tried;
}

int main(int argc, char **argv)
{
    static struct sequence sequence;
    const unsigned share = getenv("WEIR_FULL") != NULL ? 1 : TENTH;
    DIR *directory = argc > 1 && chdir(argv[1]) == 0 ? opendir(".") : NULL;
    struct dirent *entry;
    uint64_t tried = 0;

    require(directory != NULL, "there is a directory of sequences");
    tell_when_it_ends_badly();
    while ((entry = readdir(directory)) != NULL) {
        if (entry->d_name[0] != '.' && strncmp(entry->d_name, "hostile-", 8) != 0 &&
            read_sequence(&sequence, entry->d_name)) {
            tried += change_sequence(&sequence, share, COMPAT_NONE);
            tried += change_sequence(&sequence, share * TENTH, COMPAT_GOFLOW2);
        }
    }
    (void)closedir(directory);
    (void)printf("%" PRIu64 " changes, each with 3 states of the exporter\n", tried);
    return tried > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
