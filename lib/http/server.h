// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_HTTP_SERVER_H
#define LIB_HTTP_SERVER_H

#include <stdbool.h>

#include "lib/http/answer.h"

/*
 * A small HTTP server for GET and HEAD of fixed paths, on threads of its own: one
 * that never waits, and one for answers that take long, which are made one at a
 * time.  Requests have at most 8 KiB and no body, and a connection serves one of them;
 * see also lib/http/connections.h.
 */
struct http_server;

struct http_route {
    const char *path;
    void (*answer)(void *arg, struct http_answer *answer);
    bool slow; /* answer may wait for others: it is called on the second thread */
};

/*
 * Opens an address as http_socket_open() reads it, to serve the routes there, which are borrowed
 * and end with a row of zeros.  arg goes to each answer.  Whoever connects waits until the server
 * is started.  Returns 0 or UV_E*, logged.
 */
int http_server_open(struct http_server **server, const char *address,
                     const struct http_route *routes, void *arg);

/* Serves, from now on, on the threads that this starts.  Returns 0 or UV_E*, logged. */
int http_server_start(struct http_server *server);

/*
 * Started or not.  Waits for an answer that is being made; others that were asked for are refused.
 */
void http_server_close(struct http_server *server);

#endif
