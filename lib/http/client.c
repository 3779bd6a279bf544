// SPDX-License-Identifier: Apache-2.0
// Reads one short page of a server near by.
#include "lib/http/client.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <uv.h>

#include "lib/http/socket.h"

enum { REPLY_OCTETS = 2048, REQUEST_OCTETS = 512 };

static const uint64_t SECOND_NS = 1000000000;
static const uint64_t MICROSECOND_NS = 1000;

static int last_error(void)
{
    return errno == EAGAIN ? UV_ETIMEDOUT : uv_translate_sys_error(errno);
}

static int send_request(int fd, const char *path)
{
    char request[REQUEST_OCTETS];
    const int len =
        snprintf(request, sizeof(request),
                 "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", path);

    if (len < 0 || len >= (int)sizeof(request)) {
        return UV_ENAMETOOLONG;
    }
    return send(fd, request, (size_t)len, MSG_NOSIGNAL) == len ? 0 : last_error();
}

/* What finds no room is left out.  text becomes a string. */
static int receive_reply(int fd, char text[static REPLY_OCTETS])
{
    size_t len = 0;
    ssize_t n;

    do {
        n = recv(fd, text + len, REPLY_OCTETS - 1 - len, 0);
        len += n > 0 ? (size_t)n : 0;
    } while (n > 0);
    text[len] = '\0';
    return n == 0 ? 0 : last_error();
}

static int read_reply(const char *text, struct http_reply *reply)
{
    const char *body = strstr(text, "\r\n\r\n");

    if (body == NULL || sscanf(text, "HTTP/1.%*1[01] %3u ", &reply->status) != 1) {
        return UV_EPROTO;
    }
    body += strlen("\r\n\r\n");
    (void)snprintf(reply->text, sizeof(reply->text), "%.*s", (int)strcspn(body, "\r\n"), body);
    return 0;
}

static int ask(int fd, const char *path, struct http_reply *reply)
{
    char text[REPLY_OCTETS];
    int error = send_request(fd, path);

    error = error == 0 ? receive_reply(fd, text) : error;
    return error == 0 ? read_reply(text, reply) : error;
}

int http_get(const char *address, const char *path, uint64_t timeout_ns, struct http_reply *reply)
{
    const struct timeval patience = {
        .tv_sec = (time_t)(timeout_ns / SECOND_NS),
        .tv_usec = (suseconds_t)(timeout_ns % SECOND_NS / MICROSECOND_NS),
    };
    int fd;
    int error = http_socket_connect(address, &patience, &fd);

    if (error == 0) {
        error = ask(fd, path, reply);
        close(fd);
    }
    return error;
}
