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
        (void)atexit(close_server);
    }
}

/* A server that waits for more of a request is not waited for. */
static const struct timeval SHORT = {.tv_usec = 50000};
static const struct timeval LONG = {.tv_sec = 5};

/* Sends the octets and no more, and reads until the server hangs up.  Returns what came first. */
static size_t ask(const struct timeval *patience, const void *octets, size_t len, char *got,
                  size_t size)
{
    char rest[4096];
    ssize_t n;
    int fd;

    require(http_socket_connect(address, patience, &fd) == 0, "a connection is accepted");
    (void)send(fd, octets, len, MSG_NOSIGNAL);
    (void)shutdown(fd, SHUT_WR);
    n = recv(fd, got, size - 1, 0);
    while (n > 0 && recv(fd, rest, sizeof(rest), 0) > 0) {
    }
    (void)close(fd);
    got[n > 0 ? n : 0] = '\0';
    return n > 0 ? (size_t)n : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char good[] = "GET /fast HTTP/1.1\r\nHost: weir\r\n\r\n";
    char got[4096];

    open_server();
    if (ask(&SHORT, data, size, got, sizeof(got)) > 0) {
        require(strncmp(got, "HTTP/1.", 7) == 0, "what is answered is HTTP");
    }
    (void)ask(&LONG, good, sizeof(good) - 1, got, sizeof(got));
    require(strstr(got, " 200 ") != NULL && strstr(got, "here") != NULL, "the next one is served");
    return 0;
}
