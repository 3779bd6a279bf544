// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_OUTPUT_H
#define LIB_OUTPUT_H

#include "lib/batch.h"
#include "lib/counters.h"
#include "lib/format.h"
#include "lib/record/key.h"
#include "lib/report/report.h"
#include "lib/transport.h"

/* What becomes of records that the transport has no room for. */
enum output_policy {
    OUTPUT_DROP, /* counted; UDP waits for the transport's patience_ns only */
    OUTPUT_WAIT, /* a capture can wait */
};

/* A format and a transport, and the batch between them.  Each worker has its own. */
struct output {
    struct format *format;
    struct transport *transport;  /* shared by all workers */
    const struct record_key *key; /* of flows; NULL for none */
    bool keyed;                   /* records may have keys */
    struct batch batch;
    struct counters *counters;
    enum output_policy policy;
    size_t encoded_max; /* octets of a record that comes encoded; 0 if none does */
};

/*
 * Takes over format; borrows transport, separator and counters.  Returns 0 or
 * UV_ENOMEM.
 */
int output_open(struct output *output, struct format *format, struct transport *transport,
                struct slice separator, enum output_policy policy, struct counters *counters);
void output_close(struct output *output);

/*
 * Sends the batch; flows get keys from now on, or none if key makes none; records beside flows have
 * keys of their own, where the transport has any.  key is borrowed until the next call, or the
 * output's end.  0 or UV_ENOMEM.
 */
int output_make_keys(struct output *output, const struct record_key *key);

/*
 * Sends the batch, and puts another format in the place of the one there is: *format
 * becomes that one.  False if there is no memory; then nothing has changed.
 */
bool output_set_format(struct output *output, struct format **format);

/*
 * Before the first record: some come encoded, of at most max octets.  They have no
 * keys.  0 or UV_ENOMEM.
 */
int output_make_room(struct output *output, size_t max);

/* Copies an encoded record into the batch. */
void output_record(struct output *output, struct slice record, uint64_t time_ms);

/* Encodes a flow into the batch; returns the octets that it took. */
size_t output_flow(struct output *output, const struct flow *flow);

/* Likewise a record beside flows, in a format that writes them; its key is its own. */
size_t output_report(struct output *output, const struct report *report);

/* Whether records may soon find no room, and what makes them had better wait. */
bool output_crowded(const struct output *output);

/* Sends the batch.  Called at the end of each turn of the loop, and when the batch is full. */
void output_flush(struct output *output);

#endif
