// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_CAPTURE_H
#define LIB_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/decoder.h"

/*
 * Datagrams out of a capture file (pcap or pcapng), with the times and source
 * addresses they had.  Link types: Ethernet with VLAN tags, Linux cooked (both),
 * raw IP, BSD loopback.  IPv4 and IPv6.
 */
struct capture;

/* What a capture holds that is no whole UDP datagram. */
struct capture_skipped {
    uint64_t not_udp;
    uint64_t fragments; /* of IP packets; they are not put together again */
    uint64_t truncated; /* cut by the snap length */
};

/* NULL on failure; message then says why. */
struct capture *capture_open(const char *path, char *message, size_t message_size);
void capture_close(struct capture *capture);

/*
 * The next datagram, borrowed until the next call; *to_port is where it went.
 * False at the end of the file, and where the file is damaged: capture_error() then
 * says how.
 */
bool capture_next(struct capture *capture, struct datagram *datagram, uint16_t *to_port);

/* NULL if the file was read to its end. */
const char *capture_error(struct capture *capture);

/* How much of the file was read, from 0 to 1; below 0 where it has no size, such as a pipe. */
double capture_share(const struct capture *capture);

struct capture_skipped capture_skipped(const struct capture *capture);

#endif
