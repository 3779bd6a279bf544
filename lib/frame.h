// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_FRAME_H
#define LIB_FRAME_H

#include <stdint.h>

#include "lib/decoder.h"

/* A link type: what stands before the IP header. */
struct frame_link;

enum frame_result {
    FRAME_DATAGRAM,
    FRAME_NOT_UDP,
    FRAME_FRAGMENT,
    FRAME_TRUNCATED, /* fewer octets are there than its headers speak of */
};

/* The link type of one of libpcap's DLT_ numbers; NULL if it is not read. */
const struct frame_link *frame_link(int dlt);

/*
 * Finds the UDP datagram in a captured frame: sets data (borrowed from the
 * frame), len, from and from_port, and *to_port.  Padding behind the datagram is
 * left out.  Unless the result is FRAME_DATAGRAM, what was set means nothing.
 */
enum frame_result frame_read(const struct frame_link *link, const uint8_t *frame, size_t len,
                             struct datagram *datagram, uint16_t *to_port);

#endif
