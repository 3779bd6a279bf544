// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_LISTEN_UDP_SOCKET_H
#define LIB_LISTEN_UDP_SOCKET_H

#include "lib/listen/uri.h"

/*
 * Opens the socket of a URI for worker number member, to be closed by close(2).
 * Where workers share the port, their sockets are opened in their order
 * (lib/listen/steering.h).  It does not block, tells when each datagram came
 * (SO_TIMESTAMPNS) and how many the kernel dropped (SO_RXQ_OVFL), and has as great
 * a buffer as the kernel grants, which is logged once a URI.  An address that no interface
 * has yet is bound all the same, with a warning once a URI.  Returns 0 or UV_E*, logged.
 */
int udp_socket_open(const struct listen_uri *uri, unsigned member, int *fd);

#endif
