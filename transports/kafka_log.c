// SPDX-License-Identifier: Apache-2.0
// librdkafka's lines and errors in weir's log.
#include "transports/kafka_log.h"

#include <stdio.h>
#include <string.h>

#include "lib/log.h"

enum {
    TEXT_OCTETS = 1024,
    LINES_A_SECOND = 10,
    SYSLOG_ERR = 3,
    SYSLOG_WARNING = 4,
    SYSLOG_INFO = 6
};

/* Codes of messages that failed stand apart from those of the client. */
enum { FAILURES = 100000 };

static const uint64_t SECOND_NS = 1000000000;
static const uint64_t SILENCE_NS = 60 * SECOND_NS;
static const uint64_t CALM_NS = 10 * SECOND_NS; /* after a delivery */

int kafka_log_open(struct kafka_log *log, const struct kafka_secrets *secrets)
{
    *log = (struct kafka_log){.secrets = secrets};
    return uv_mutex_init(&log->mutex);
}

void kafka_log_close(struct kafka_log *log)
{
    uv_mutex_destroy(&log->mutex);
}

static enum log_level level_of(int syslog_level)
{
    if (syslog_level <= SYSLOG_ERR) {
        return LOG_LEVEL_ERROR;
    }
    if (syslog_level == SYSLOG_WARNING) {
        return LOG_LEVEL_WARN;
    }
    return syslog_level <= SYSLOG_INFO ? LOG_LEVEL_INFO : LOG_LEVEL_DEBUG;
}

/* How many lines were left out before this one, or -1 if it is left out too. */
static int64_t left_out(struct kafka_log *log)
{
    const uint64_t second = uv_hrtime() / SECOND_NS;
    int64_t lines = -1;

    uv_mutex_lock(&log->mutex);
    if (second != log->second) {
        log->second = second;
        log->lines = 0;
    }
    if (log->lines++ < LINES_A_SECOND) {
        lines = log->left_out;
        log->left_out = 0;
    } else {
        log->left_out++;
    }
    uv_mutex_unlock(&log->mutex);
    return lines;
}

/* The same text comes as an error of the client, where it is said once. */
static bool is_said_otherwise(const char *facility)
{
    return strcmp(facility, "FAIL") == 0 || strcmp(facility, "ERROR") == 0 ||
           strcmp(facility, "FATAL") == 0;
}

static const char *redacted(const struct kafka_log *log, const char *text,
                            char shown[static TEXT_OCTETS])
{
    (void)snprintf(shown, TEXT_OCTETS, "%s", text);
    kafka_secrets_redact(log->secrets, shown);
    return shown;
}

/* The place of this, or else the one that is longest over. */
static size_t find_silence(const struct kafka_log *log, int what)
{
    size_t found = 0;

    for (size_t i = 0; i < KAFKA_LOG_SILENCES; i++) {
        if (log->silences[i].what == what) {
            return i;
        }
        found = log->silences[i].until_ns < log->silences[found].until_ns ? i : found;
    }
    return found;
}

/* Whether this was said not long ago; if not, it is taken to be said now. */
static bool is_silent(struct kafka_log *log, int what)
{
    const uint64_t now = uv_hrtime();
    bool silent;
    size_t at;

    uv_mutex_lock(&log->mutex);
    at = find_silence(log, what);
    silent = log->silences[at].what == what && log->silences[at].until_ns > now;
    if (!silent) {
        log->silences[at].what = what;
        log->silences[at].until_ns = now + SILENCE_NS;
    }
    log->trouble = log->trouble || !silent;
    uv_mutex_unlock(&log->mutex);
    return silent;
}

void kafka_log_error(struct kafka_log *log, rd_kafka_resp_err_t code, const char *reason)
{
    char shown[TEXT_OCTETS];

    if (is_silent(log, (int)code)) {
        return;
    }
    if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
        LOG(WARN, "no broker of Kafka answers, trying on", LOG_TEXT("error", reason));
        return;
    }
    LOG(ERROR, "Kafka cannot be used as it should", LOG_TEXT("code", rd_kafka_err2name(code)),
        LOG_TEXT("error", redacted(log, reason, shown)));
}

/* A certificate's fault is said in the place of the error that follows it, which says less. */
void kafka_log_line(struct kafka_log *log, int level, const char *facility, const char *text)
{
    char shown[TEXT_OCTETS];
    int64_t lines;

    if (strcmp(facility, "SSLCERTVRFY") == 0) {
        kafka_log_error(log, RD_KAFKA_RESP_ERR__SSL, text);
        return;
    }
    lines = is_said_otherwise(facility) ? -1 : left_out(log);
    if (lines >= 0) {
        log_write(level_of(level), "librdkafka",
                  (const struct log_attribute[]){LOG_TEXT("facility", facility),
                                                 LOG_TEXT("text", redacted(log, text, shown)),
                                                 LOG_NUMBER("left_out", lines),
                                                 {0}});
    }
}

void kafka_log_failure(struct kafka_log *log, rd_kafka_resp_err_t code, const char *becomes)
{
    if (!is_silent(log, FAILURES + (int)code)) {
        LOG(ERROR, "Kafka does not take a record", LOG_TEXT("code", rd_kafka_err2name(code)),
            LOG_TEXT("error", rd_kafka_err2str(code)), LOG_TEXT("becomes", becomes));
    }
}

void kafka_log_forget(struct kafka_log *log)
{
    uv_mutex_lock(&log->mutex);
    memset(log->silences, 0, sizeof(log->silences));
    uv_mutex_unlock(&log->mutex);
}

/* What was said may be said again soon, but not each time that some fail and others do not. */
static void shorten_silences(struct kafka_log *log)
{
    const uint64_t end = uv_hrtime() + CALM_NS;

    for (size_t i = 0; i < KAFKA_LOG_SILENCES; i++) {
        if (log->silences[i].until_ns > end) {
            log->silences[i].until_ns = end;
        }
    }
}

void kafka_log_delivered(struct kafka_log *log)
{
    bool trouble;

    uv_mutex_lock(&log->mutex);
    trouble = log->trouble;
    if (trouble) {
        shorten_silences(log);
    }
    log->trouble = false;
    uv_mutex_unlock(&log->mutex);
    if (trouble) {
        LOG(INFO, "Kafka takes records again");
    }
}
