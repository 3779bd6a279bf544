// SPDX-License-Identifier: Apache-2.0
/* The listen addresses of the command line, as goflow2 writes them. */
#include "lib/listen/uri.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/option/option.h"

#define QUEUE_DEFAULT 1000000
#define QUEUE_UNSET   UINT64_MAX

/* One address being read: text is a copy, which is cut up. */
struct parse {
    struct listen_uri *uri;
    char text[LISTEN_URI_LENGTH_MAX + 1];
    const char *whole;
    int whole_len;
    char *message;
    size_t message_size;
};

__attribute__((format(printf, 2, 3))) static bool fail(struct parse *p, const char *format, ...)
{
    char what[256];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(what, sizeof(what), format, arguments);
    va_end(arguments);
    snprintf(p->message, p->message_size, "listen address \"%.*s\": %s", p->whole_len, p->whole,
             what);
    return false;
}

static bool read_number(const char *text, uint64_t max, uint64_t *number)
{
    uint64_t value = 0;

    for (const char *c = text; *c != '\0'; c++) {
        if (*c < '0' || *c > '9') {
            return false;
        }
        value = value * 10 + (uint64_t)(*c - '0');
        if (value > max) {
            return false;
        }
    }
    *number = value;
    return *text != '\0';
}

static bool read_count(struct listen_uri *uri, const char *text)
{
    uint64_t count;

    if (!read_number(text, LISTEN_COUNT_MAX, &count)) {
        return false;
    }
    uri->count = (uint16_t)(count == 0 ? 1 : count);
    return true;
}

static bool read_workers(struct listen_uri *uri, const char *text)
{
    uri->queue_given = true;
    return read_number(text, UINT32_MAX, &uri->workers);
}

static bool read_blocking(struct listen_uri *uri, const char *text)
{
    uri->queue_given = true;
    return option_parse_value(OPTION_BOOL, text, &uri->blocking);
}

static bool read_queue_size(struct listen_uri *uri, const char *text)
{
    uri->queue_given = true;
    return read_number(text, UINT32_MAX, &uri->queue_size);
}

static const struct listen_option {
    const char *name;
    bool (*read)(struct listen_uri *uri, const char *text);
    const char *expects;
} listen_options[] = {
    {"count", read_count, "a number from 0 to 256"},
    {"workers", read_workers, "a number from 0 to 4294967295"},
    {"blocking", read_blocking, "true or false"},
    {"queue_size", read_queue_size, "a number from 0 to 4294967295"},
};

_Static_assert(LISTEN_COUNT_MAX == 256, "listen_options says so");

static const struct listen_option *find_option(const char *name)
{
    for (size_t i = 0; i < sizeof(listen_options) / sizeof(listen_options[0]); i++) {
        if (strcmp(name, listen_options[i].name) == 0) {
            return &listen_options[i];
        }
    }
    return NULL;
}

static bool parse_option(struct parse *p, char *pair)
{
    char *value = strchr(pair, '=');
    const struct listen_option *option;

    if (value != NULL) {
        *value++ = '\0';
    }
    option = find_option(pair);
    if (option == NULL) {
        return fail(p, "unknown option %s; count, workers, blocking and queue_size are known",
                    pair);
    }
    if (value == NULL || !option->read(p->uri, value)) {
        return fail(p, "%s takes %s, as in %s=1", pair, option->expects, pair);
    }
    return true;
}

static bool parse_options(struct parse *p, char *query)
{
    char *pair;

    while ((pair = strsep(&query, "&")) != NULL) {
        if (*pair != '\0' && !parse_option(p, pair)) {
            return false;
        }
    }
    return true;
}

static const struct listen_scheme {
    const char *name;
    const char *decoders;
} listen_schemes[] = {
    {"sflow", "sflow"},
    {"netflow", "netflow"},
    {"flow", NULL},
};

static bool parse_scheme(struct parse *p, const char *name)
{
    for (size_t i = 0; i < sizeof(listen_schemes) / sizeof(listen_schemes[0]); i++) {
        if (strcmp(name, listen_schemes[i].name) == 0) {
            p->uri->scheme = listen_schemes[i].name;
            p->uri->decoders = listen_schemes[i].decoders;
            return true;
        }
    }
    return fail(p, "unknown scheme %s; sflow, netflow and flow (all of them) are known", name);
}

static bool parse_port(struct parse *p, const char *text)
{
    uint64_t port;

    if (!read_number(text, UINT16_MAX, &port) || port == 0) {
        return fail(p, "port \"%s\" is no number from 1 to 65535", text);
    }
    p->uri->port = (uint16_t)port;
    return true;
}

/* Cuts [v6]:port; *port becomes NULL if there is none. */
static char *cut_brackets(char *text, char **port)
{
    char *end = strchr(text, ']');

    *port = end != NULL && end[1] == ':' ? end + 2 : NULL;
    if (end != NULL) {
        *end = '\0';
    }
    return text + 1;
}

/* Likewise host:port and :port. */
static char *cut_port(char *text, char **port)
{
    char *colon = strrchr(text, ':');

    *port = colon != NULL ? colon + 1 : NULL;
    if (colon != NULL) {
        *colon = '\0';
    }
    return text;
}

static bool parse_host_and_port(struct parse *p, char *text)
{
    const bool brackets = *text == '[';
    char *port;
    const char *host = brackets ? cut_brackets(text, &port) : cut_port(text, &port);

    if (port == NULL) {
        return fail(p, "the port is missing, as in %s://:2055 or %s://[::1]:2055", p->uri->scheme,
                    p->uri->scheme);
    }
    if (!brackets && strchr(host, ':') != NULL) {
        return fail(p, "an IPv6 address stands in brackets, as in [::1]:2055");
    }
    memcpy(p->uri->host, host, strlen(host) + 1);
    return parse_port(p, port);
}

static bool parse_uri(struct parse *p)
{
    char *query = p->text;
    char *scheme = strsep(&query, "?");
    char *colon = strstr(scheme, "://");
    char *path;
    char *authority;

    if (colon == NULL) {
        return fail(p, "no scheme and port; netflow://:2055 has both");
    }
    *colon = '\0';
    path = colon + 3;
    authority = strsep(&path, "/");
    if (path != NULL && *path != '\0') {
        return fail(p, "only options can follow the port, as in ?count=2");
    }
    return parse_scheme(p, scheme) && parse_host_and_port(p, authority) && parse_options(p, query);
}

static void set_defaults(struct listen_uri *uri)
{
    if (uri->workers == 0) {
        uri->workers = 2 * (uint64_t)uri->count;
    }
    if (uri->queue_size == QUEUE_UNSET) {
        uri->queue_size = uri->blocking ? 0 : QUEUE_DEFAULT;
    }
}

static bool parse_one(struct parse *p, const char *text, size_t len)
{
    p->whole = text;
    p->whole_len = (int)(len < LISTEN_URI_LENGTH_MAX ? len : LISTEN_URI_LENGTH_MAX);
    if (len > LISTEN_URI_LENGTH_MAX) {
        return fail(p, "longer than %d characters", LISTEN_URI_LENGTH_MAX);
    }
    memcpy(p->text, text, len);
    p->text[len] = '\0';
    *p->uri = (struct listen_uri){.count = 1, .queue_size = QUEUE_UNSET};
    if (!parse_uri(p)) {
        return false;
    }
    set_defaults(p->uri);
    return true;
}

/* Whether one of the n before it has the same host and port. */
static bool repeats(const struct listen_uri *uris, size_t n)
{
    const struct listen_uri *last = &uris[n];

    for (size_t i = 0; i < n; i++) {
        if (uris[i].port == last->port && strcmp(uris[i].host, last->host) == 0) {
            return true;
        }
    }
    return false;
}

size_t listen_uris_parse(const char *list, struct listen_uri *uris, char *message,
                         size_t message_size)
{
    struct parse p = {.message = message, .message_size = message_size};
    size_t n = 0;

    for (const char *at = list, *end; at != NULL; at = *end == ',' ? end + 1 : NULL) {
        end = strchrnul(at, ',');
        if (n == LISTEN_URIS_MAX) {
            snprintf(message, message_size, "more than %d listen addresses", LISTEN_URIS_MAX);
            return 0;
        }
        p.uri = &uris[n];
        if (!parse_one(&p, at, (size_t)(end - at))) {
            return 0;
        }
        if (repeats(uris, n)) {
            fail(&p, "another one has this port; flow:// takes every protocol on one port");
            return 0;
        }
        n++;
    }
    return n;
}
