// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_LISTEN_PASSED_H
#define LIB_LISTEN_PASSED_H

#include "lib/listen/uri.h"

/*
 * UDP sockets that weir was started with: systemd, or who speaks as it does
 * (sd_listen_fds(3)), holds them while weir is started again, so that no datagram is
 * lost.  They belong to the listen address that they are bound to.
 */

/*
 * Looks what was passed, and gives it to the n addresses.  Where some were, their
 * number becomes the address' count: each is read by a worker of its own.  A socket that
 * belongs to no address would fill up unread, and so is an error.  Returns 0 or UV_E*,
 * logged.
 */
int passed_sockets_assign(struct listen_uri *uris, size_t n);

/* The socket of worker number member of an address, whose owner it becomes; -1 if none was passed.
 */
int passed_socket(const struct listen_uri *uri, unsigned member);

#endif
