// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_HTTP_CLIENT_H
#define LIB_HTTP_CLIENT_H

#include <stddef.h>
#include <stdint.h>

/* What a server says of a page. */
struct http_reply {
    unsigned status;
    char text[256]; /* the first line of the body, without its end */
};

/*
 * Asks the server at an address, as http_socket_open() reads it, for a page.  ":8080"
 * is this host.  Waits timeout_ns at each step.  Returns 0 or UV_E*: UV_EPROTO for an
 * answer that is no HTTP.
 */
int http_get(const char *address, const char *path, uint64_t timeout_ns, struct http_reply *reply);

#endif
