// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_LOG_H
#define LIB_LOG_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The log: one line an event on standard error, as goflow2 writes it:
 *
 *     time=2026-11-21T01:40:05.358Z level=INFO msg="starting collection" scheme=sflow port=6343
 *
 * Callable from any thread.  Values are escaped, so no line can be forged.  A line for
 * which standard error has no room within a tenth of a second is left out, and so are the next
 * ones until it has; then a line says how many were.
 */
enum log_level {
    LOG_LEVEL_DEBUG,
    LOG_LEVEL_INFO,
    LOG_LEVEL_WARN,
    LOG_LEVEL_ERROR,
};

/* One attribute of a line: a name and a text, or, where text is NULL, a number. */
struct log_attribute {
    const char *name;
    const char *text;
    int64_t number;
};

#define LOG_TEXT(name, text)     ((struct log_attribute){(name), (text), 0})
#define LOG_NUMBER(name, number) ((struct log_attribute){(name), NULL, (int64_t)(number)})

/* LOG(INFO, "starting collection", LOG_TEXT("scheme", scheme), LOG_NUMBER("port", port)) */
#define LOG(level, message, ...)                                                                   \
    log_write(LOG_LEVEL_##level, (message),                                                        \
              (const struct log_attribute[]){__VA_ARGS__ __VA_OPT__(, ){0}})

/* attributes ends with a row of zeros. */
void log_write(enum log_level level, const char *message, const struct log_attribute *attributes);

/* Lines below this level are not written.  At first INFO. */
void log_set_level(enum log_level level);

/* Lines become JSON objects, one a line. */
void log_set_json(bool json);

/* Reads "debug", "info", "warn" or "error" in any case; false if it is none. */
bool log_parse_level(const char *text, enum log_level *level);

#endif
