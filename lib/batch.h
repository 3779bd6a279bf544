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

/*
 * What a record is about, for transports that send kinds to different places: one row a kind.  The
 * word ends the names of the options for its place, and stands in records beside flows.  Of a
 * TABLE the last record of a key counts.
 */
#define RECORD_PLACED_KINDS(X)                                                                     \
    X(NETFLOW, "netflow", RECORD_STREAM, "flows by NetFlow")                                       \
    X(IPFIX, "ipfix", RECORD_STREAM, "flows by IPFIX")                                             \
    X(SFLOW, "sflow", RECORD_STREAM, "sampled packets by sFlow")                                   \
    X(NAT, "nat", RECORD_STREAM, "events of address translation, by whichever protocol")           \
    X(TRANSIT, "transit", RECORD_STREAM, "flows that no subscriber has a part in")                 \
    X(BLOCKS, "blocks", RECORD_TABLE, "blocks of ports of outside addresses")                      \
    X(COUNTERS, "counters", RECORD_STREAM, "sFlow counters")                                       \
    X(DROPS, "drops", RECORD_STREAM, "packets that a device dropped, by sFlow")                    \
    X(INTERFACES, "interfaces", RECORD_TABLE, "interfaces of exporters")                           \
    X(APPLICATIONS, "applications", RECORD_TABLE, "applications that exporters name")              \
    X(VRFS, "vrfs", RECORD_TABLE, "routing instances of exporters")                                \
    X(SAMPLERS, "samplers", RECORD_TABLE, "samplers of exporters")                                 \
    X(LOSS, "loss", RECORD_STREAM, "what was lost, by exporter")

/* OTHER goes where all kinds go that have no place of their own. */
#define RECORD_KINDS(X)                                                                            \
    X(OTHER, "other", RECORD_STREAM, "records of no other kind")                                   \
    RECORD_PLACED_KINDS(X)

enum record_nature { RECORD_STREAM, RECORD_TABLE };

enum record_kind {
#define X(kind, word, nature, text) RECORD_##kind,
    RECORD_KINDS(X)
#undef X
        RECORD_KIND_COUNT,
};

/* "counters" */
const char *record_kind_word(enum record_kind kind);
enum record_nature record_kind_nature(enum record_kind kind);

/* One encoded record.  Its separator stands right behind value and is not counted in it. */
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

/* The batch without the records from number end on; borrowed from batch. */
struct batch batch_head(const struct batch *batch, size_t end);

/* Forgets the records. */
void batch_clear(struct batch *batch);

/* The records from first on, in one piece, separators included. */
struct slice batch_octets(const struct batch *batch, size_t first);

#endif
