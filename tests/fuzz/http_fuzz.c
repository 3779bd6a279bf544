// SPDX-License-Identifier: Apache-2.0
/* A fuzz target: what somebody sends to the HTTP server, which must answer the next one as ever. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "lib/http/server.h"
#include "lib/http/socket.h"
#include "tests/checked_pipeline.h"
#include "tests/fuzz/fuzz.h"

static char address[64];

static void answer(void *arg, struct http_answer *a)
{
    (void)arg;
    http_answer_text(a, 200, "here\n");
}

static void close_server(void)
{
    http_socket_remove(address);
}

static void open_server(void)
{
    static const struct http_route routes[] = {
        {"/fast", answer, false}, {"/slow", answer, true}, {0}};
    static struct http_server *server;

    if (server == NULL) {
        (void)snprintf(address, sizeof(address), "unix:/tmp/weir-http-fuzz-%d", (int)getpid());
        require(http_server_open(&server, address, routes, NULL) == 0, "the server opens");
        require(http_server_start(server) == 0, "the server starts");
        (void)atexit(close_server);
    }
}

static int connection(const struct timeval *patience)
{
    int fd;

    require(http_socket_connect(address, patience, &fd) == 0, "a connection is accepted");
    return fd;
}

/* The begin of what is answered, as text, until the server hangs up; it may come in pieces. */
static void read_answer(int fd, char *got, size_t size)
{
    char rest[4096];
    size_t len = 0;
    ssize_t n;

    do {
        const bool room = len < size - 1;

        n = recv(fd, room ? got + len : rest, room ? size - 1 - len : sizeof(rest), 0);
        len += room && n > 0 ? (size_t)n : 0;
    } while (n > 0);
    got[len] = '\0';
    (void)close(fd);
}

/* Nothing follows; a server that waits for more is not waited for. */
static void ask_wildly(const uint8_t *data, size_t size)
{
    static const struct timeval patience = {.tv_usec = 50000};
    const int fd = connection(&patience);
    char got[4096];

    (void)send(fd, data, size, MSG_NOSIGNAL);
    (void)shutdown(fd, SHUT_WR);
    read_answer(fd, got, sizeof(got));
    require(*got == '\0' || strncmp(got, "HTTP/1.", 7) == 0, "what is answered is HTTP");
}

static void ask_well(void)
{
    static const char request[] = "GET /fast HTTP/1.1\r\nHost: weir\r\n\r\n";
    static const struct timeval patience = {.tv_sec = 60};
    const int fd = connection(&patience);
    char got[4096];

    (void)send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL);
    read_answer(fd, got, sizeof(got));
    require(strstr(got, " 200 ") != NULL && strstr(got, "here") != NULL, "the next one is served");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    open_server();
    ask_wildly(data, size);
    ask_well();
    return 0;
}
