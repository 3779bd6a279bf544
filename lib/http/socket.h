// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_HTTP_SOCKET_H
#define LIB_HTTP_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/time.h>

/* What would be right in the place of an address that means nothing; NULL if its form is right. */
const char *http_address_fault(const char *address);

/* Whether it is a unix socket, which is a file, and somebody's. */
bool http_address_is_file(const char *address);

/*
 * Opens the socket that a server accepts connections on: ":8080" (every address),
 * "127.0.0.1:8080", "[::1]:8080", "localhost:http", or "unix:/run/weir.sock".  A unix
 * socket that nobody listens on any more is replaced.  Returns 0 or UV_E*; *hint then says
 * what would be right, or is NULL.
 */
int http_socket_open(const char *address, int *fd, const char **hint);

/* Writes the address that the socket serves: with the number of its port, also if that was any. */
void http_socket_name(const char *address, int fd, char *name, size_t size);

/*
 * Connects to such an address.  patience is how long the connection waits at each step,
 * then and later.  Returns 0 or UV_E*.
 */
int http_socket_connect(const char *address, const struct timeval *patience, int *fd);

/* A unix socket leaves a file behind when it is closed. */
void http_socket_remove(const char *address);

#endif
