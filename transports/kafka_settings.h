// SPDX-License-Identifier: Apache-2.0
#ifndef TRANSPORTS_KAFKA_SETTINGS_H
#define TRANSPORTS_KAFKA_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/batch.h"
#include "lib/option/option.h"
#include "lib/spool/spool.h"

/* What becomes of records that find no room in the queue: one row a policy. */
#define KAFKA_POLICIES(X)                                                                          \
    X(DROP_NEWEST, "drop-newest")                                                                  \
    X(DROP_OLDEST, "drop-oldest")                                                                  \
    X(BLOCK, "block")                                                                              \
    X(SPOOL, "spool")

enum kafka_policy {
#define X(name, word) KAFKA_##name,
    KAFKA_POLICIES(X)
#undef X
        KAFKA_POLICY_COUNT,
};

enum {
    KAFKA_RECORDS_MAX = 4095,
    /* What librdkafka may hold where the queue is weir's own: enough for the time that a batch
       waits. */
    KAFKA_ON_THEIR_WAY_MAX = 100000,
    KAFKA_ON_THEIR_WAY_OCTETS = 64 << 20,
};

/* What the command line says; texts are borrowed from there. */
struct kafka_settings {
    /* goflow2's. */
    const char *brokers;
    const char *srv;
    const char *topics[RECORD_KIND_COUNT]; /* that of OTHER is for kinds that have none */
    const char *version;
    const char *compression;
    bool hashing;
    uint64_t flush_ns;
    uint64_t flush_octets;
    uint64_t message_octets;
    bool tls;
    const char *tls_ca;
    const char *tls_client;
    const char *tls_key;
    bool tls_insecure;
    const char *sasl;

    /* weir's own. */
    const char *tls_key_password_file;
    const char *sasl_user_file;
    const char *sasl_password_file;
    const char *sasl_token_file;
    struct option_list properties;
    const char *property_file;
    struct option_list headers;
    uint64_t linger_ns;
    const char *timestamp;
    uint64_t records_per_message;
    const char *separator;
    const char *policy_word;
    uint64_t block_ns;
    uint64_t queue_octets;
    const char *spool_path;
    uint64_t spool_octets;
    uint64_t spool_ns;
    const char *spool_sync_word;
    uint64_t spool_sync_ns;
    const char *dead_letter;
    uint64_t dead_letter_octets;

    /* What follows. */
    enum kafka_policy policy;
    enum spool_sync spool_sync;
};

/* The topic of a kind of records. */
const char *kafka_settings_topic(const struct kafka_settings *settings, enum record_kind kind);

/* The kind, the first of those that share it, whose topic has this name; OTHER if none has. */
enum record_kind kafka_settings_kind(const struct kafka_settings *settings, struct slice topic);

/* Whether kind is the first of those that share its topic: to walk over topics. */
bool kafka_settings_is_first(const struct kafka_settings *settings, enum record_kind kind);

/* Reads the words among them; false if one cannot be, logged. */
bool kafka_settings_resolve(struct kafka_settings *settings);

#endif
