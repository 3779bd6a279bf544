// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_LISTEN_STEERING_H
#define LIB_LISTEN_STEERING_H

#include "lib/flow.h"

/*
 * Which of n workers reads an exporter: by its address alone, so that templates
 * and sequence numbers stay together whatever source ports it uses.  The kernel
 * alone would choose by address and port.
 */

/*
 * Makes the kernel choose so among the n sockets (SO_REUSEPORT) that share the
 * port of fd.  They are numbered in the order in which they are bound: worker 0's
 * first.  May be asked before all are bound.  Returns 0 or UV_E*.
 */
int steering_attach(int fd, unsigned n);

/* The same choice.  from is IPv4 or IPv6, with IPv4-mapped addresses unmapped. */
unsigned steering_worker_of(const struct flow_addr *from, unsigned n);

#endif
