// SPDX-License-Identifier: Apache-2.0
/*
 * Runs the datagrams of a capture through one of the works, and prints a line of JSON: records and
 * octets, and the nanoseconds of the fastest round.  0 rounds print the records instead.  What
 * stands in a second capture comes once before, and is not measured.
 */
#include "tests/bench/bench.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/capture.h"

static const struct work_ops *const works[] = {&work_none, &work_json, &work_bin,
                                               &work_hand, &work_copy, NULL};

static const struct work_ops *find_work(const char *name)
{
    const struct work_ops *const *at = works;

    while (*at != NULL && strcmp((*at)->name, name) != 0) {
        at++;
    }
    return *at;
}

void work_leave(struct work *work, const char *octets, size_t len)
{
    work->octets += len;
    while (work->out >= 0 && len > 0) {
        const ssize_t written = write(work->out, octets, len);

        if (written < 0) {
            perror("write");
            exit(1);
        }
        octets += written;
        len -= (size_t)written;
    }
}

static bool keep(struct traffic *traffic, const struct datagram *datagram)
{
    struct datagram *at = realloc(traffic->at, (traffic->n + 1) * sizeof(*at));
    uint8_t *octets = malloc(datagram->len);

    if (at == NULL || octets == NULL) {
        free(octets);
        return false;
    }
    memcpy(octets, datagram->data, datagram->len);
    traffic->at = at;
    at[traffic->n] = *datagram;
    at[traffic->n++].data = octets;
    return true;
}

static bool read_traffic(struct traffic *traffic, const char *path)
{
    char message[256];
    struct capture *capture = capture_open(path, message, sizeof(message));
    struct datagram datagram;
    uint16_t to_port;
    bool kept = true;

    if (capture == NULL) {
        (void)fprintf(stderr, "%s: %s\n", path, message);
        return false;
    }
    while (kept && capture_next(capture, &datagram, &to_port)) {
        kept = keep(traffic, &datagram);
    }
    capture_close(capture);
    return kept && traffic->n > 0;
}

static uint64_t now_ns(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* valgrind counts the instructions of this function and of what it calls. */
__attribute__((noinline, noclone)) void measured_round(const struct work_ops *ops,
                                                       struct work *work);

void measured_round(const struct work_ops *ops, struct work *work)
{
    ops->round(work);
}

/* The round before the first warms up: templates are learnt, pages are there. */
static void measure(const struct work_ops *ops, struct work *work, unsigned rounds)
{
    uint64_t least = UINT64_MAX;

    ops->round(work);
    work->records = 0;
    work->octets = 0;
    for (unsigned i = 0; i < rounds; i++) {
        const uint64_t began = now_ns();
        uint64_t ns;

        measured_round(ops, work);
        ns = now_ns() - began;
        least = ns < least ? ns : least;
    }
    (void)printf("{\"records\":%" PRIu64 ",\"octets\":%" PRIu64 ",\"ns\":%" PRIu64 "}\n",
                 work->records / rounds, work->octets / rounds, least);
}

/* Templates, say.  False if the capture cannot be read. */
static bool run_before(const struct work_ops *ops, struct work *work, const char *path)
{
    const struct traffic *measured = work->traffic;
    struct traffic before = {0};

    if (!read_traffic(&before, path)) {
        return false;
    }
    work->traffic = &before;
    ops->round(work);
    work->traffic = measured;
    return true;
}

static int run_work(const struct work_ops *ops, char **words, const char *before)
{
    const unsigned rounds = (unsigned)strtoul(words[1], NULL, 10);
    struct traffic traffic = {0};
    struct work work = {.traffic = &traffic, .out = rounds == 0 ? STDOUT_FILENO : -1};

    if (!read_traffic(&traffic, words[0]) || !ops->open(&work) ||
        (before != NULL && !run_before(ops, &work, before))) {
        return 1;
    }
    if (rounds == 0) {
        ops->round(&work);
    } else {
        measure(ops, &work, rounds);
    }
    return 0;
}

int main(int argc, char **argv)
{
    const struct work_ops *ops = argc == 4 || argc == 5 ? find_work(argv[1]) : NULL;

    if (argc >= 3 && argc <= 5 && strcmp(argv[1], "sink") == 0) {
        return sink_main(argv[2], argc > 3 ? find_work(argv[3]) : NULL, argv[argc > 4 ? 4 : argc]);
    }
    if (argc == 2 && strcmp(argv[1], "latency") == 0) {
        return latency_main();
    }
    if (ops == NULL) {
        (void)fputs("usage: weir_bench none|json|bin|hand|copy CAPTURE ROUNDS [CAPTURE BEFORE]\n"
                    "       weir_bench sink PORT [hand [FILE]]\n"
                    "       weir_bench latency\n",
                    stderr);
        return 2;
    }
    return run_work(ops, argv + 2, argv[4]);
}
