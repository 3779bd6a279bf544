// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_HTTP_SOCKET_H
#define LIB_HTTP_SOCKET_H

/*
 * Opens the socket that a server accepts connections on: ":8080" (every address),
 * "127.0.0.1:8080", "[::1]:8080", "localhost:http", or "unix:/run/weir.sock".  A unix
 * socket that nobody listens on any more is replaced.  Returns 0 or UV_E*; *hint then says
 * what would be right, or is NULL.
 */
int http_socket_open(const char *address, int *fd, const char **hint);

/* A unix socket leaves a file behind when it is closed. */
void http_socket_remove(const char *address);

#endif
