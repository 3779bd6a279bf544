// SPDX-License-Identifier: Apache-2.0
// What the transport can be told: goflow2's options with goflow2's texts, then weir's own.
#include "transports/kafka_options.h"

#include "transports/kafka.h"

#define AT(member) offsetof(struct kafka, settings.member)

const struct option kafka_options[] = {
    {"brokers", OPTION_STRING, 0, AT(brokers), "127.0.0.1:9092,[::1]:9092",
     "Kafka brokers list separated by commas"},
    {"srv", OPTION_STRING, 0, AT(srv), NULL,
     "SRV record containing a list of Kafka brokers (or use brokers)"},
    {"topic", OPTION_STRING, 0, AT(topics[RECORD_OTHER]), "flow-messages",
     "Kafka topic to produce to"},
    {"version", OPTION_STRING, 0, AT(version), "2.8.0", "Kafka version"},
    {"compression", OPTION_STRING, 0, AT(compression), NULL, "Kafka default compression"},
    {"hashing", OPTION_BOOL, 0, AT(hashing), NULL, "Enable partition hashing"},
    {"flushfreq", OPTION_DURATION, 0, AT(flush_ns), "5s", "Kafka flush frequency"},
    {"flushbytes", OPTION_COUNT, 0, AT(flush_octets), "104857600", "Kafka flush bytes"},
    {"maxmsgbytes", OPTION_COUNT, 0, AT(message_octets), "1000000", "Kafka max message bytes"},
    {"tls", OPTION_BOOL, 0, AT(tls), NULL, "Use TLS to connect to Kafka"},
    {"tls.ca", OPTION_STRING, 0, AT(tls_ca), NULL, "Kafka certificate authority"},
    {"tls.client", OPTION_STRING, 0, AT(tls_client), NULL, "Kafka client certificate"},
    {"tls.key", OPTION_STRING, 0, AT(tls_key), NULL, "Kafka client key"},
    {"tls.insecure", OPTION_BOOL, 0, AT(tls_insecure), NULL, "Skips TLS verification"},
    {"sasl", OPTION_STRING, 0, AT(sasl), "none",
     "Use SASL to connect to Kafka, available settings: none, plain, scram-sha256, scram-sha512 "
     "(TLS is recommended and the environment variables KAFKA_SASL_USER and KAFKA_SASL_PASS need "
     "to be set)"},

#define X(kind, word, nature, text)                                                                \
    {"topic." word, OPTION_STRING, 0, AT(topics[RECORD_##kind]), NULL,                             \
     "Topic of " text ", if it is another"},
    RECORD_PLACED_KINDS(X)
#undef X
        {"sasl.user.file", OPTION_STRING, 0, AT(sasl_user_file), NULL,
         "File with the user of SASL, in the place of KAFKA_SASL_USER"},
    {"sasl.password.file", OPTION_STRING, 0, AT(sasl_password_file), NULL,
     "File with the password of SASL, in the place of KAFKA_SASL_PASS"},
    {"sasl.token.file", OPTION_STRING, 0, AT(sasl_token_file), NULL,
     "File with the token of -transport.kafka.sasl oauthbearer, read again before it expires"},
    {"tls.key.password.file", OPTION_STRING, 0, AT(tls_key_password_file), NULL,
     "File with the password of the client key"},
    {"property", OPTION_LIST, 0, AT(properties), NULL,
     "name=value: any property of librdkafka; may be given several times"},
    {"property.file", OPTION_STRING, 0, AT(property_file), NULL,
     "File with such properties, one a line: the place for secrets"},
    {"key", OPTION_STRING, OPTION_LIVE, offsetof(struct kafka, transport.key), NULL,
     "Key of messages: a field, a list of fields, or a text such as {src_addr}:{proto}"},
    {"header", OPTION_LIST, 0, AT(headers), NULL,
     "name=value: header of each message; may be given several times"},
    {"timestamp", OPTION_STRING, 0, AT(timestamp), "received",
     "Time of messages: received or flow_end"},
    {"linger", OPTION_DURATION, 0, AT(linger_ns), "100ms",
     "How long a message waits for others, where flushfreq is longer"},
    {"records-per-message", OPTION_COUNT, 0, AT(records_per_message), "1",
     "Records of one key in a message, at most"},
    {"separator", OPTION_STRING, 0, AT(separator), "\n",
     "What stands between records of a message"},
    {"policy", OPTION_STRING, 0, AT(policy_word), "drop-newest",
     "Where the queue is full: drop-newest, drop-oldest, block, or spool"},
    {"block.time", OPTION_DURATION, 0, AT(block_ns), "1s",
     "How long -transport.kafka.policy block keeps UDP waiting for room"},
    {"queue.bytes", OPTION_COUNT, 0, AT(queue_octets), "536870912", "Memory for the queue"},
    {"dead-letter", OPTION_STRING, 0, AT(dead_letter), NULL,
     "File for messages that Kafka never takes, with the reason"},
    {"dead-letter.bytes", OPTION_COUNT, 0, AT(dead_letter_octets), "67108864",
     "How large this file may grow"},
    {"spool.path", OPTION_STRING, 0, AT(spool_path), NULL,
     "Directory of -transport.kafka.policy spool"},
    {"spool.bytes", OPTION_COUNT, 0, AT(spool_octets), "4294967296",
     "How large the spool may grow; then the oldest records are lost"},
    {"spool.age", OPTION_DURATION, 0, AT(spool_ns), "0",
     "Records older than this leave the spool (0 keeps them)"},
    {"spool.sync", OPTION_STRING, 0, AT(spool_sync_word), "interval",
     "When the spool is written to the disk itself: never, interval, or append (each time)"},
    {"spool.sync.interval", OPTION_DURATION, 0, AT(spool_sync_ns), "1s",
     "How often, for -transport.kafka.spool.sync interval"},
    {0},
};
