// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_PREFIX_H
#define LIB_PREFIX_H

#include "lib/flow.h"

/* Addresses that have their first bits in common. */
struct prefix {
    struct flow_addr first; /* as it was written: bits behind the prefix may be set */
    uint8_t bits;
};

enum { PREFIX_TEXT_MAX = 64 };

/*
 * Reads 192.0.2.0/24, 2001:db8::/32, or an address alone, which has all its bits; text needs no
 * terminator.  False if it is none of them, and then *prefix means nothing.
 */
bool prefix_parse(const char *text, size_t len, struct prefix *prefix);

/* Clears the bits of the address behind the first so many. */
void prefix_mask(struct flow_addr *addr, unsigned bits);

#endif
