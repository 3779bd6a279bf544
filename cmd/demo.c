// SPDX-License-Identifier: Apache-2.0
/* weir collect -demo: replays captures to the collector's own ports. */
#include "cmd/demo.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"

#define SFLOW_PREFIX "sflow-"

/* What captures hold, by decoder.scheme. */
static const char *const contents[DEMO_REPLAYS] = {"sflow", "netflow"};

enum { ADDRESS_SIZE = LISTEN_URI_LENGTH_MAX + 16 };

static int is_capture(const struct dirent *entry)
{
    return strstr(entry->d_name, ".pcap") != NULL;
}

static const char *content_of(const char *name)
{
    const bool sflow = strncmp(name, SFLOW_PREFIX, strlen(SFLOW_PREFIX)) == 0;

    return contents[sflow ? 0 : 1];
}

static const struct listen_uri *taker_of(const char *content, const struct listen_uri *uris,
                                         size_t n_uris)
{
    for (size_t i = 0; i < n_uris; i++) {
        if (uris[i].decoders == NULL || strcmp(uris[i].decoders, content) == 0) {
            return &uris[i];
        }
    }
    return NULL;
}

static void write_address(const struct listen_uri *uri, char *text)
{
    const char *host = uri->host[0] == '\0' ? "127.0.0.1" : uri->host;

    snprintf(text, ADDRESS_SIZE, strchr(host, ':') == NULL ? "%s:%u" : "[%s]:%u", host,
             (unsigned)uri->port);
}

static void on_replay_end(uv_process_t *replay, int64_t status, int signal)
{
    (void)signal;
    LOG(INFO, "demo replay ended", LOG_NUMBER("status", status));
    uv_close((uv_handle_t *)replay, NULL);
}

static int spawn(uv_process_t *replay, uv_loop_t *loop, const char *directory, char **arguments)
{
    uv_stdio_container_t stdio[] = {
        {.flags = UV_IGNORE},
        {.flags = UV_IGNORE},
        {.flags = UV_INHERIT_FD, .data.fd = 2},
    };
    const uv_process_options_t options = {
        .file = "/proc/self/exe",
        .args = arguments,
        .cwd = directory,
        .exit_cb = on_replay_end,
        .stdio = stdio,
        .stdio_count = 3,
    };

    return uv_spawn(loop, replay, &options);
}

/* The captures of a directory, sorted by name. */
struct captures {
    struct dirent **entries;
    size_t n;
};

/* The command line of a replay; the caller frees it.  NULL if there is no memory. */
static char **write_arguments(const struct captures *captures, const char *content, char *address)
{
    char *words[] = {"weir", "replay", "-to", address, "-speed", "0", "--"};
    size_t n = sizeof(words) / sizeof(words[0]);
    char **arguments = calloc(n + captures->n + 1, sizeof(*arguments));

    if (arguments == NULL) {
        return NULL;
    }
    memcpy(arguments, words, sizeof(words));
    for (size_t i = 0; i < captures->n; i++) {
        if (content_of(captures->entries[i]->d_name) == content) {
            arguments[n++] = captures->entries[i]->d_name;
        }
    }
    return arguments;
}

static int start_replay(struct demo *demo, size_t number, uv_loop_t *loop,
                        const struct captures *captures, const struct listen_uri *taker)
{
    char address[ADDRESS_SIZE];
    char **arguments = write_arguments(captures, contents[number], address);
    int error;

    if (arguments == NULL) {
        return UV_ENOMEM;
    }
    write_address(taker, address);
    error = spawn(&demo->replays[number], loop, demo->directory, arguments);
    free(arguments);
    return error;
}

static bool holds(const struct captures *captures, const char *content)
{
    for (size_t i = 0; i < captures->n; i++) {
        if (content_of(captures->entries[i]->d_name) == content) {
            return true;
        }
    }
    return false;
}

static int start_replays(struct demo *demo, uv_loop_t *loop, const struct captures *captures,
                         const struct listen_uri *uris, size_t n_uris)
{
    int error = 0;

    for (size_t i = 0; error == 0 && i < DEMO_REPLAYS; i++) {
        const struct listen_uri *taker = taker_of(contents[i], uris, n_uris);

        if (!holds(captures, contents[i])) {
            continue;
        }
        if (taker == NULL) {
            LOG(WARN, "no listener takes these demo captures", LOG_TEXT("captures", contents[i]));
            continue;
        }
        LOG(INFO, "demo replay", LOG_TEXT("captures", contents[i]),
            LOG_NUMBER("port", taker->port));
        error = start_replay(demo, i, loop, captures, taker);
    }
    return error;
}

static void free_captures(struct captures *captures)
{
    for (size_t i = 0; i < captures->n; i++) {
        free(captures->entries[i]);
    }
    free(captures->entries);
}

static int read_directory(const char *directory, struct captures *captures)
{
    const int n = scandir(directory, &captures->entries, is_capture, alphasort);

    if (n < 0) {
        return uv_translate_sys_error(errno);
    }
    captures->n = (size_t)n;
    return n == 0 ? UV_ENOENT : 0;
}

int demo_start(struct demo *demo, uv_loop_t *loop, const struct listen_uri *uris, size_t n_uris)
{
    struct captures captures = {0};
    int error;

    if (demo->directory[0] == '\0') {
        return 0;
    }
    error = read_directory(demo->directory, &captures);
    if (error == 0) {
        error = start_replays(demo, loop, &captures, uris, n_uris);
    }
    if (error != 0) {
        LOG(ERROR, "cannot replay captures (*.pcap, *.pcapng)",
            LOG_TEXT("directory", demo->directory), LOG_TEXT("error", uv_strerror(error)));
    }
    free_captures(&captures);
    return error;
}

void demo_stop(struct demo *demo)
{
    for (size_t i = 0; i < DEMO_REPLAYS; i++) {
        if (uv_is_active((const uv_handle_t *)&demo->replays[i])) {
            (void)uv_process_kill(&demo->replays[i], SIGTERM);
        }
    }
}
