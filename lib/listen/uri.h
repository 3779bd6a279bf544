// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_LISTEN_URI_H
#define LIB_LISTEN_URI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    LISTEN_URIS_MAX = 64,
    LISTEN_URI_LENGTH_MAX = 255, /* characters of one */
    LISTEN_COUNT_MAX = 256,      /* sockets of one, so threads of the process */
};

/*
 * Where datagrams are awaited, and of which kind: goflow2's
 * scheme://[host]:port[/][?count=4&...].
 */
struct listen_uri {
    const char *scheme;                   /* sflow, netflow or flow */
    const char *decoders;                 /* the decoder.scheme that it takes, NULL for all */
    char host[LISTEN_URI_LENGTH_MAX + 1]; /* "" for every address, IPv6 without brackets */
    uint16_t port;
    uint16_t count; /* sockets, each with a thread */

    /* goflow2's queue.  weir has none: read, checked, and without effect. */
    uint64_t workers;
    uint64_t queue_size;
    bool blocking;
    bool queue_given; /* one of them was */
};

/*
 * Reads a comma list of at most LISTEN_URIS_MAX into uris, with goflow2's
 * defaults.  Returns how many there are, or 0; message then says what is wrong
 * and what would be right.
 */
size_t listen_uris_parse(const char *list, struct listen_uri *uris, char *message,
                         size_t message_size);

#endif
