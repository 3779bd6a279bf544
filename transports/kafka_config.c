// SPDX-License-Identifier: Apache-2.0
// librdkafka's configuration: weir's defaults and goflow2's, and what the command line says.
#include "transports/kafka_config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "lib/log.h"

enum { VALUE_OCTETS = 512, EVENTS = RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_LOG | RD_KAFKA_EVENT_ERROR };

enum { MESSAGES_MAX = 1000000 };

/* From here on, the idempotent producer survives a lost connection (librdkafka's CHANGELOG). */
enum { IDEMPOTENCE_WORKS = 0x020300ff };

static const uint64_t MILLISECOND_NS = 1000000;

/* NULL leaves librdkafka's own default. */
static const struct {
    const char *name;
    const char *weir;
    const char *goflow2;
} defaults[] = {
    {"acks", "all", "1"},
    {"message.send.max.retries", NULL, "3"},
    {"retry.backoff.ms", NULL, "100"},
    {"request.timeout.ms", NULL, "10000"},
    {"socket.timeout.ms", NULL, "30000"},
    {"allow.auto.create.topics", "false", "true"},
    {"partitioner", "murmur2_random", NULL},
    {"max.in.flight.requests.per.connection", "5", "5"},
    {"batch.num.messages", "10000", "10000"},
    {"socket.keepalive.enable", "true", "true"},
    {"reconnect.backoff.max.ms", "1000", "1000"},
    {"topic.metadata.refresh.interval.ms", "60000", "60000"},
    {"statistics.interval.ms", "1000", "1000"},
    {"log.connection.close", "false", "false"},
    {"sticky.partitioning.linger.ms", NULL,
     "0"}, /* else keyless messages go round the partitioner */
};

bool kafka_config_set(rd_kafka_conf_t *conf, const char *name, const char *value)
{
    char error[VALUE_OCTETS];

    if (rd_kafka_conf_set(conf, name, value, error, sizeof(error)) == RD_KAFKA_CONF_OK) {
        return true;
    }
    if (*value != '\0' && strstr(error, value) != NULL) {
        (void)snprintf(error, sizeof(error), "it cannot have this value");
    }
    LOG(ERROR, "librdkafka refuses a property", LOG_TEXT("property", name),
        LOG_TEXT("error", error), LOG_TEXT("librdkafka", rd_kafka_version_str()));
    return false;
}

static bool set_number(rd_kafka_conf_t *conf, const char *name, uint64_t number)
{
    char value[32];

    (void)snprintf(value, sizeof(value), "%" PRIu64, number);
    return kafka_config_set(conf, name, value);
}

void kafka_config_get(const rd_kafka_conf_t *conf, const char *name, char *value, size_t size)
{
    size_t len = size;

    if (rd_kafka_conf_get(conf, name, value, &len) != RD_KAFKA_CONF_OK) {
        *value = '\0';
    }
    value[size - 1] = '\0';
}

static bool set_defaults(rd_kafka_conf_t *conf, bool goflow2)
{
    for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++) {
        const char *value = goflow2 ? defaults[i].goflow2 : defaults[i].weir;

        if (value != NULL && !kafka_config_set(conf, defaults[i].name, value)) {
            return false;
        }
    }
    return true;
}

static bool set_client(rd_kafka_conf_t *conf)
{
    char host[128] = "";
    char client[160];

    (void)gethostname(host, sizeof(host) - 1);
    (void)snprintf(client, sizeof(client), "%s%sweir", host, *host == '\0' ? "" : "-");
    return kafka_config_set(conf, "client.id", client);
}

static bool built_in(rd_kafka_conf_t *conf, const char *codec)
{
    char error[VALUE_OCTETS];

    return rd_kafka_conf_set(conf, "compression.codec", codec, error, sizeof(error)) ==
           RD_KAFKA_CONF_OK;
}

/* Without a codec: the one that makes the least of JSON, of those that librdkafka has. */
static bool set_codec(rd_kafka_conf_t *conf, const char *wanted, bool goflow2)
{
    static const char *const codecs[] = {"none", "gzip", "snappy", "lz4", "zstd"};

    if (*wanted == '\0') {
        return goflow2 || built_in(conf, "zstd") || built_in(conf, "lz4");
    }
    for (size_t i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++) {
        if (strcasecmp(wanted, codecs[i]) == 0) {
            return kafka_config_set(conf, "compression.codec", codecs[i]);
        }
    }
    LOG(ERROR, "compression codec does not exist for kafka transport",
        LOG_TEXT("compression", wanted), LOG_TEXT("available", "none, gzip, snappy, lz4, zstd"));
    return false;
}

static uint64_t lesser(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Where the queue is weir's own, librdkafka needs to hold what is on its way only. */
static bool set_queue(rd_kafka_conf_t *conf, const struct kafka_settings *s)
{
    const bool own = s->policy == KAFKA_DROP_OLDEST || s->policy == KAFKA_SPOOL;
    const uint64_t most = own ? KAFKA_ON_THEIR_WAY_OCTETS : (uint64_t)INT32_MAX << 10;

    return set_number(conf, "queue.buffering.max.messages",
                      own ? KAFKA_ON_THEIR_WAY_MAX : MESSAGES_MAX) &&
           set_number(conf, "queue.buffering.max.kbytes", lesser(s->queue_octets, most) >> 10);
}

/* A message leaves when the first of flushfreq and linger is over, or a batch is full. */
static bool set_batches(rd_kafka_conf_t *conf, const struct kafka_settings *s, bool goflow2)
{
    const uint64_t linger_ns = goflow2 ? s->flush_ns : lesser(s->flush_ns, s->linger_ns);
    const uint64_t octets = lesser(s->flush_octets, s->message_octets);

    return set_number(conf, "linger.ms", linger_ns / MILLISECOND_NS) &&
           set_number(conf, "message.max.bytes", s->message_octets) &&
           set_number(conf, "batch.size", octets == 0 ? 1 : octets);
}

/*
 * With a spool nothing is given up, and only the idempotent producer lets no batch overtake
 * another that a broker refused for a moment: one request in flight is not enough, since the next
 * one is ready behind it.  That an old one ends more often costs less, for then it is replaced.
 */
static bool set_guarantee(rd_kafka_conf_t *conf, const struct kafka_settings *s, bool goflow2)
{
    const bool idempotent =
        !goflow2 && (rd_kafka_version() >= IDEMPOTENCE_WORKS || s->policy == KAFKA_SPOOL);
    bool right = kafka_config_set(conf, "enable.idempotence", idempotent ? "true" : "false");

    if (s->policy == KAFKA_SPOOL) {
        right = right && kafka_config_set(conf, "message.timeout.ms", "0");
    }
    if (s->policy == KAFKA_SPOOL && !idempotent) {
        right = right && kafka_config_set(conf, "max.in.flight.requests.per.connection", "1");
    }
    return right;
}

/* Brokers that are looked up are added when they are known. */
static bool set_brokers(rd_kafka_conf_t *conf, const struct kafka_settings *s)
{
    return *s->srv != '\0' || kafka_config_set(conf, "bootstrap.servers", s->brokers);
}

/* What weir relies on comes last: its own queue for the log, and no transactions. */
static bool set_own(rd_kafka_conf_t *conf, const struct kafka_settings *s)
{
    char id[VALUE_OCTETS];
    int events = EVENTS | RD_KAFKA_EVENT_STATS;

    kafka_config_get(conf, "transactional.id", id, sizeof(id));
    if (*id != '\0') {
        LOG(ERROR, "weir makes no transactions", LOG_TEXT("property", "transactional.id"));
        return false;
    }
    if (*s->sasl_token_file != '\0') {
        events |= RD_KAFKA_EVENT_OAUTHBEARER_TOKEN_REFRESH;
    }
    rd_kafka_conf_set_events(conf, events);
    kafka_config_certificates(conf);
    return kafka_config_set(conf, "log.queue", "true");
}

rd_kafka_conf_t *kafka_config_new(const struct kafka_settings *settings, bool goflow2,
                                  struct kafka_secrets *secrets)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();

    if (set_defaults(conf, goflow2) && set_client(conf) && set_brokers(conf, settings) &&
        set_codec(conf, settings->compression, goflow2) && set_batches(conf, settings, goflow2) &&
        set_queue(conf, settings) &&
        kafka_config_set(conf, "broker.version.fallback", settings->version) &&
        set_guarantee(conf, settings, goflow2) && kafka_config_security(conf, settings, secrets) &&
        kafka_config_properties(conf, settings, secrets) && set_own(conf, settings)) {
        return conf;
    }
    rd_kafka_conf_destroy(conf);
    return NULL;
}
