// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/decoder.h"

/* The datagrams of a capture, held in memory. */
struct traffic {
    struct datagram *at;
    size_t n;
};

/* What is measured, in rounds over all datagrams. */
struct work {
    const struct traffic *traffic;
    uint64_t records; /* of the rounds so far */
    uint64_t octets;  /* that they became */
    int out;          /* a file that records are written to; below 0 for none */
    void *arg;
};

/* Writes a batch of records to where the work's go; ends the program if that fails. */
void work_leave(struct work *work, const char *octets, size_t len);

struct work_ops {
    const char *name;
    bool (*open)(struct work *work);
    void (*round)(struct work *work);
};

/* The pipeline, and a format behind it: none is one octet a record. */
extern const struct work_ops work_none, work_json, work_bin;

/*
 * The floor of JSON: goflow2's fifty fields of NetFlow v5, octet for octet as the pipeline writes
 * them, by code that knows nothing else.
 */
extern const struct work_ops work_hand;

/* The floor of any output: as many octets as JSON has, copied. */
extern const struct work_ops work_copy;

/*
 * The floor of any input: takes datagrams on a port of 127.0.0.1, does this work with them or,
 * where it is NULL, nothing, and ends by a signal.  Records go to a file, unless that is NULL.  The
 * exit code.
 */
int sink_main(const char *port, const struct work_ops *ops, const char *file);

/* Tells how old the records on standard input are when they come.  The exit code. */
int latency_main(void);

#endif
