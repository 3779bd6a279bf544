// SPDX-License-Identifier: Apache-2.0
#ifndef CMD_SENDER_H
#define CMD_SENDER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/capture.h"

/*
 * Sends captured datagrams over UDP, at the pace at which they came or a multiple
 * of it, and shows its progress where standard error is a terminal.  The
 * datagrams bear our own address.
 */
struct sender;

struct sender_address {
    char host[256]; /* a name, or an address without brackets */
    char port[6];
};

struct sender_totals {
    uint64_t datagrams;
    uint64_t octets;
    uint64_t refused; /* answers that nobody listens; the datagrams did leave */
    uint64_t failed;  /* datagrams that the system would not send */
    uint64_t ns;      /* since sender_open() */
};

/* Reads HOST:PORT, 192.0.2.1:PORT or [2001:db8::1]:PORT; false if it is none of them. */
bool sender_parse_address(const char *text, struct sender_address *address);

/*
 * A speed of 2 is twice as fast as the capture, 0 does not wait at all.  Once
 * *stopped (borrowed) is set, nothing more is sent and every call returns at once.
 * NULL on failure; message then says why.
 */
struct sender *sender_open(const struct sender_address *address, double speed,
                           const atomic_bool *stopped, char *message, size_t message_size);

/*
 * Tells that another capture begins, whose times may lie before those of the last
 * one.  It is borrowed until sender_flush() has returned after its last datagram.
 */
void sender_begin_capture(struct sender *s, const struct capture *capture);

/*
 * Waits until the datagram is due, and copies it.  It leaves together with others
 * that are due, at the latest by sender_flush().
 */
void sender_add(struct sender *s, const struct datagram *datagram);

/* Sends what was added. */
void sender_flush(struct sender *s);

struct sender_totals sender_totals(const struct sender *s);

/* Sends nothing more, and removes the progress line. */
void sender_close(struct sender *s);

#endif
