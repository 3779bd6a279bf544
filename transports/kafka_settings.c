// SPDX-License-Identifier: Apache-2.0
// The words among the settings: what can be right, and what is said if it is not.
#include "transports/kafka_settings.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "lib/log.h"

static const char *const policies[KAFKA_POLICY_COUNT] = {
#define X(name, word) [KAFKA_##name] = word,
    KAFKA_POLICIES(X)
#undef X
};

static bool refuse(const char *option, const char *value, const char *rather)
{
    char name[OPTION_NAME_MAX];

    (void)snprintf(name, sizeof(name), "transport.kafka.%s", option);
    LOG(ERROR, "an option of kafka cannot have this value", LOG_TEXT("option", name),
        LOG_TEXT("value", value), LOG_TEXT("give", rather));
    return false;
}

static bool resolve_policy(struct kafka_settings *s)
{
    for (int i = 0; i < KAFKA_POLICY_COUNT; i++) {
        if (strcmp(s->policy_word, policies[i]) == 0) {
            s->policy = (enum kafka_policy)i;
            return true;
        }
    }
    return refuse("policy", s->policy_word, "drop-newest, drop-oldest, block or spool");
}

static bool resolve_sync(struct kafka_settings *s)
{
    static const char *const words[] = {
        [SPOOL_SYNC_NEVER] = "never",
        [SPOOL_SYNC_INTERVAL] = "interval",
        [SPOOL_SYNC_APPEND] = "append",
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(s->spool_sync_word, words[i]) == 0) {
            s->spool_sync = (enum spool_sync)i;
            return true;
        }
    }
    return refuse("spool.sync", s->spool_sync_word, "never, interval or append");
}

static bool check_headers(const struct kafka_settings *s)
{
    for (size_t i = 0; i < s->headers.n; i++) {
        if (strcspn(s->headers.at[i], "=") == 0 || strchr(s->headers.at[i], '=') == NULL) {
            return refuse("header", s->headers.at[i], "name=value");
        }
    }
    return true;
}

/* Digits with dots between. */
static bool is_version(const char *text)
{
    do {
        const size_t digits = strspn(text, "0123456789");

        if (digits == 0) {
            return false;
        }
        text += digits;
    } while (*text++ == '.');
    return text[-1] == '\0';
}

bool kafka_settings_resolve(struct kafka_settings *s)
{
    if (strcmp(s->timestamp, "received") != 0 && strcmp(s->timestamp, "flow_end") != 0) {
        return refuse("timestamp", s->timestamp, "received or flow_end");
    }
    if (s->records_per_message == 0 || s->records_per_message > KAFKA_RECORDS_MAX) {
        return refuse("records-per-message", "", "1 to 4095");
    }
    if (!is_version(s->version)) {
        return refuse("version", s->version, "a version such as 2.8.0");
    }
    if (!resolve_policy(s) || !resolve_sync(s) || !check_headers(s)) {
        return false;
    }
    if (s->policy == KAFKA_SPOOL && *s->spool_path == '\0') {
        return refuse("spool.path", "", "a directory, for -transport.kafka.policy spool");
    }
    return *s->topics[RECORD_OTHER] != '\0' || refuse("topic", "", "the name of a topic");
}

const char *kafka_settings_topic(const struct kafka_settings *s, enum record_kind kind)
{
    return s->topics[kind] == NULL || *s->topics[kind] == '\0' ? s->topics[RECORD_OTHER]
                                                               : s->topics[kind];
}

enum record_kind kafka_settings_kind(const struct kafka_settings *s, struct slice topic)
{
    for (int kind = 0; kind < RECORD_KIND_COUNT; kind++) {
        const char *name = kafka_settings_topic(s, (enum record_kind)kind);

        if (strlen(name) == topic.len && memcmp(name, topic.data, topic.len) == 0) {
            return (enum record_kind)kind;
        }
    }
    return RECORD_OTHER;
}

bool kafka_settings_is_first(const struct kafka_settings *s, enum record_kind kind)
{
    const char *topic = kafka_settings_topic(s, kind);

    return kafka_settings_kind(s, (struct slice){topic, strlen(topic)}) == kind;
}
