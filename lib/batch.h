// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_BATCH_H
#define LIB_BATCH_H

#include <stddef.h>
#include <stdint.h>

/* Borrowed bytes. */
struct slice {
    const char *data;
    size_t len;
};

/* What a record is about, for transports that send kinds to different places. */
#define RECORD_KINDS(X)                                                                            \
    X(OTHER, "other")                                                                              \
    X(NETFLOW, "netflow")                                                                          \
    X(IPFIX, "ipfix")                                                                              \
    X(SFLOW, "sflow")                                                                              \
    X(NAT, "nat") /* an event of address translation, by whichever protocol */

enum record_kind {
#define X(kind, word) RECORD_##kind,
    RECORD_KINDS(X)
#undef X
        RECORD_KIND_COUNT,
};

/* One encoded flow.  Its separator stands right behind value and is not counted in it. */
struct record {
    struct slice key; /* empty for none */
    struct slice value;
    uint64_t time_ms; /* for transports that stamp their messages */
    enum record_kind kind;
};

/*
 * Encoded records of one turn of the loop.  The values lie back to back, each
 * with its separator, so that lines can leave in one write.
 */
struct batch {
    struct record *records;
    size_t n;
    size_t separator_len;

    /* Private to batch.c. */
    char *data;
    size_t used;
    size_t capacity;
    size_t max_records;
    struct slice separator;
    char *keys;
    size_t keys_used;
    size_t keys_capacity;
    size_t key_max;
};

/*
 * Makes a batch of so many octets, and of as many records as they may hold.
 * separator is borrowed for the batch's life.  Returns 0 or UV_ENOMEM.
 */
int batch_open(struct batch *batch, size_t octets, struct slice separator);
void batch_close(struct batch *batch);

/* Makes room for keys of at most max octets each.  Of an empty batch.  0 or UV_ENOMEM. */
int batch_open_keys(struct batch *batch, size_t max);

/* Where a record of at most max octets may be written, or NULL if the batch must leave first. */
char *batch_room(struct batch *batch, size_t max);

/* Adds the record of len octets that was written to batch_room(), of kind OTHER. */
void batch_add(struct batch *batch, size_t len, uint64_t time_ms);

/* Where the key of one more record may be written, of the octets that batch_open_keys() got. */
char *batch_key_room(struct batch *batch);

/* Gives the record that was added last the key of len octets that was written there. */
void batch_add_key(struct batch *batch, size_t len);

/* Says what the record that was added last is about. */
void batch_set_kind(struct batch *batch, enum record_kind kind);

/* Forgets the records. */
void batch_clear(struct batch *batch);

/* The records from first on, in one piece, separators included. */
struct slice batch_octets(const struct batch *batch, size_t first);

#endif
