// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_HTTP_CONNECTIONS_H
#define LIB_HTTP_CONNECTIONS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The connections of a server, so that nobody holds one for long: a request must be
 * whole in 5 s however it trickles in, and its answer must be read in 30 s.  Where many
 * connect and ask nothing, or do not read, the oldest of them make room.  For one thread.
 */
enum {
    HTTP_CONNECTIONS_MAX = 64, /* some of them about to end */
    HTTP_LIVE_MAX = 32,
    HTTP_SILENT_MAX = 16, /* of these: that have not asked yet */
    HTTP_ASK_MS = 5000,
    HTTP_ANSWER_MS = 30000,
};

struct http_connection {
    int fd; /* the server's, borrowed */
    bool open;
    bool asked;
    bool ended;        /* told to end */
    uint64_t since_ms; /* of its beginning, or of its request */
};

struct http_connections {
    struct http_connection at[HTTP_CONNECTIONS_MAX];
};

/* A connection was accepted.  NULL if there are too many. */
struct http_connection *http_connections_add(struct http_connections *all, int fd, uint64_t now_ms);

/* Its request is whole. */
void http_connection_asked(struct http_connection *connection, uint64_t now_ms);

/* It is about to be closed. */
void http_connection_remove(struct http_connection *connection);

/*
 * Ends those that have taken too long, by shutdown(2), so that the server sees their end.  Returns
 * whether there are any left.
 */
bool http_connections_expire(struct http_connections *all, uint64_t now_ms);

#endif
