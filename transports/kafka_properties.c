// SPDX-License-Identifier: Apache-2.0
// Properties of librdkafka given by name, on the command line or in a file.
#include <stdio.h>
#include <string.h>

#include "lib/log.h"
#include "transports/kafka_config.h"

enum { LINE_OCTETS = 8192, NAME_OCTETS = 128 };

/* Whose values no log may show. */
static const char *const secret_names[] = {
    "sasl.password",         "ssl.key.password",        "ssl.key.pem",
    "ssl.keystore.password", "sasl.oauthbearer.config", "sasl.oauthbearer.client.secret",
};

static bool is_secret(const char *name)
{
    for (size_t i = 0; i < sizeof(secret_names) / sizeof(secret_names[0]); i++) {
        if (strcmp(name, secret_names[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* A text without '=' may be a secret that stands in the wrong place, so it is not shown. */
static bool split(const char *text, char name[static NAME_OCTETS], const char **value)
{
    const size_t len = strcspn(text, "=");

    if (text[len] != '=' || len == 0 || len >= NAME_OCTETS) {
        LOG(ERROR, "a property is written name=value");
        return false;
    }
    memcpy(name, text, len);
    name[len] = '\0';
    *value = text + len + 1;
    return true;
}

static bool set_property(rd_kafka_conf_t *conf, const char *text, const char *from,
                         struct kafka_secrets *secrets)
{
    char name[NAME_OCTETS];
    const char *value;

    if (!split(text, name, &value)) {
        return false;
    }
    if (is_secret(name) && kafka_secrets_add(secrets, value) == NULL) {
        return false;
    }
    if (is_secret(name) && from == NULL) {
        LOG(WARN, "every user of this host can read what stands on a command line",
            LOG_TEXT("property", name), LOG_TEXT("rather", "-transport.kafka.property.file"));
    }
    return kafka_config_set(conf, name, value);
}

/* Lines of name=value; empty ones and those that begin with # say nothing. */
static bool read_lines(rd_kafka_conf_t *conf, const char *text, const char *path,
                       struct kafka_secrets *secrets)
{
    char line[LINE_OCTETS];
    bool right = true;

    while (right && *text != '\0') {
        const char *begin = text + strspn(text, " \t");
        const size_t len = strcspn(begin, "\r\n");

        (void)snprintf(line, sizeof(line), "%.*s", (int)len, begin);
        right = len < sizeof(line) &&
                (*line == '\0' || *line == '#' || set_property(conf, line, path, secrets));
        text = begin + len + strspn(begin + len, "\r\n");
    }
    explicit_bzero(line, sizeof(line));
    return right;
}

/* The file as a whole is no secret to look for in the log, but what it holds may be one. */
static bool set_from_file(rd_kafka_conf_t *conf, const char *path, struct kafka_secrets *secrets)
{
    struct kafka_secrets whole = {.n = 0};
    const bool right =
        kafka_secrets_read(&whole, path) != NULL && read_lines(conf, whole.at[0], path, secrets);

    kafka_secrets_clear(&whole);
    return right;
}

bool kafka_config_properties(rd_kafka_conf_t *conf, const struct kafka_settings *settings,
                             struct kafka_secrets *secrets)
{
    if (*settings->property_file != '\0' &&
        !set_from_file(conf, settings->property_file, secrets)) {
        return false;
    }
    for (size_t i = 0; i < settings->properties.n; i++) {
        if (!set_property(conf, settings->properties.at[i], NULL, secrets)) {
            return false;
        }
    }
    return true;
}
