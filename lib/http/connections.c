// SPDX-License-Identifier: Apache-2.0
// Who may stay connected, and for how long.
#include "lib/http/connections.h"

#include <stddef.h>
#include <sys/socket.h>

static void end(struct http_connection *c)
{
    (void)shutdown(c->fd, SHUT_RDWR);
    c->ended = true;
}

/* Ends the oldest of them, if there are as many as there may be. */
static void make_room(struct http_connections *all, int most, bool silent)
{
    struct http_connection *oldest = NULL;
    int n = 0;

    for (int i = 0; i < HTTP_CONNECTIONS_MAX; i++) {
        struct http_connection *c = &all->at[i];

        if (c->open && !c->ended && !(silent && c->asked)) {
            oldest = oldest == NULL || c->since_ms < oldest->since_ms ? c : oldest;
            n++;
        }
    }
    if (n >= most) {
        end(oldest);
    }
}

struct http_connection *http_connections_add(struct http_connections *all, int fd, uint64_t now_ms)
{
    make_room(all, HTTP_SILENT_MAX, true);
    make_room(all, HTTP_LIVE_MAX, false);
    for (int i = 0; i < HTTP_CONNECTIONS_MAX; i++) {
        if (!all->at[i].open) {
            all->at[i] = (struct http_connection){.fd = fd, .open = true, .since_ms = now_ms};
            return &all->at[i];
        }
    }
    return NULL;
}

void http_connection_asked(struct http_connection *connection, uint64_t now_ms)
{
    connection->asked = true;
    connection->since_ms = now_ms;
}

void http_connection_remove(struct http_connection *connection)
{
    connection->open = false;
}

bool http_connections_expire(struct http_connections *all, uint64_t now_ms)
{
    bool any = false;

    for (int i = 0; i < HTTP_CONNECTIONS_MAX; i++) {
        struct http_connection *c = &all->at[i];
        const uint64_t limit = c->asked ? HTTP_ANSWER_MS : HTTP_ASK_MS;

        if (c->open && !c->ended && now_ms - c->since_ms > limit) {
            end(c);
        }
        any = any || c->open;
    }
    return any;
}
