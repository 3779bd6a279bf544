// SPDX-License-Identifier: Apache-2.0
// TLS and SASL: whom weir speaks to, and who it says it is.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "lib/log.h"
#include "transports/kafka_config.h"

struct mechanism {
    const char *word;
    const char *name; /* in Kafka; NULL for none */
};

static const struct mechanism mechanisms[] = {
    {"none", NULL},
    {"plain", "PLAIN"},
    {"scram-sha256", "SCRAM-SHA-256"},
    {"scram-sha512", "SCRAM-SHA-512"},
    {"oauthbearer", "OAUTHBEARER"},
};

static const struct mechanism *find_mechanism(const char *word)
{
    for (size_t i = 0; i < sizeof(mechanisms) / sizeof(mechanisms[0]); i++) {
        if (strcasecmp(mechanisms[i].word, word) == 0) {
            return &mechanisms[i];
        }
    }
    LOG(ERROR, "there is no such SASL mechanism", LOG_TEXT("sasl", word),
        LOG_TEXT("available", "none, plain, scram-sha256, scram-sha512, oauthbearer"));
    return NULL;
}

/* librdkafka would not say which file it is that it cannot read. */
static bool set_file(rd_kafka_conf_t *conf, const char *name, const char *path)
{
    if (*path == '\0') {
        return true;
    }
    if (access(path, R_OK) != 0) {
        LOG(ERROR, "cannot read a file of TLS", LOG_TEXT("path", path),
            LOG_TEXT("error", strerror(errno)));
        return false;
    }
    return kafka_config_set(conf, name, path);
}

static bool set_key_password(rd_kafka_conf_t *conf, const struct kafka_settings *s,
                             struct kafka_secrets *secrets)
{
    const char *password;

    if (*s->tls_key_password_file == '\0') {
        return true;
    }
    password = kafka_secrets_read(secrets, s->tls_key_password_file);
    return password != NULL && kafka_config_set(conf, "ssl.key.password", password);
}

static bool set_tls(rd_kafka_conf_t *conf, const struct kafka_settings *s,
                    struct kafka_secrets *secrets)
{
    if ((*s->tls_client == '\0') != (*s->tls_key == '\0')) {
        LOG(ERROR, "a client certificate needs its key, and the key its certificate",
            LOG_TEXT("client", s->tls_client), LOG_TEXT("key", s->tls_key));
        return false;
    }
    if (s->tls_insecure) {
        LOG(WARN, "the certificates of Kafka's brokers are not checked");
    }
    return set_file(conf, "ssl.ca.location", s->tls_ca) &&
           set_file(conf, "ssl.certificate.location", s->tls_client) &&
           set_file(conf, "ssl.key.location", s->tls_key) && set_key_password(conf, s, secrets) &&
           (!s->tls_insecure ||
            kafka_config_set(conf, "enable.ssl.certificate.verification", "false"));
}

/* From the file, or else from the environment; NULL, logged, if neither has it. */
static const char *read_credential(struct kafka_secrets *secrets, const char *path,
                                   const char *variable)
{
    const char *value = getenv(variable);

    if (*path != '\0') {
        return kafka_secrets_read(secrets, path);
    }
    if (value == NULL || *value == '\0') {
        LOG(ERROR, "SASL needs a user and a password", LOG_TEXT("missing", variable));
        return NULL;
    }
    return kafka_secrets_add(secrets, value);
}

static bool set_password(rd_kafka_conf_t *conf, const struct kafka_settings *s,
                         struct kafka_secrets *secrets)
{
    const char *password = read_credential(secrets, s->sasl_password_file, "KAFKA_SASL_PASS");

    return password != NULL && kafka_config_set(conf, "sasl.password", password);
}

/* A name is no secret: as one, it would be blotted out wherever it occurs in the log. */
static bool set_user(rd_kafka_conf_t *conf, const struct kafka_settings *s)
{
    struct kafka_secrets names = {.n = 0};
    const char *user = read_credential(&names, s->sasl_user_file, "KAFKA_SASL_USER");
    const bool right = user != NULL && kafka_config_set(conf, "sasl.username", user);

    kafka_secrets_clear(&names);
    return right;
}

static bool set_sasl(rd_kafka_conf_t *conf, const struct kafka_settings *s,
                     const struct mechanism *mechanism, struct kafka_secrets *secrets)
{
    if (mechanism->name == NULL) {
        return true;
    }
    if (!s->tls && strcmp(mechanism->name, "PLAIN") == 0) {
        LOG(WARN, "without TLS, the password travels in the clear", LOG_TEXT("sasl", s->sasl));
    }
    return kafka_config_set(conf, "sasl.mechanisms", mechanism->name) &&
           (strcmp(mechanism->name, "OAUTHBEARER") == 0 ||
            (set_user(conf, s) && set_password(conf, s, secrets)));
}

bool kafka_config_security(rd_kafka_conf_t *conf, const struct kafka_settings *settings,
                           struct kafka_secrets *secrets)
{
    static const char *const protocols[2][2] = {{"plaintext", "ssl"},
                                                {"sasl_plaintext", "sasl_ssl"}};
    const struct mechanism *mechanism = find_mechanism(settings->sasl);

    return mechanism != NULL &&
           kafka_config_set(conf, "security.protocol",
                            protocols[mechanism->name != NULL][settings->tls]) &&
           set_tls(conf, settings, secrets) && set_sasl(conf, settings, mechanism, secrets);
}
