// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_ADMISSION_H
#define LIB_ADMISSION_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/flow.h"

/* Which exporters may speak: asked by source address before anything of a datagram is read. */
struct admission;

/*
 * Reads prefixes, "192.0.2.0/24,2001:db8::/32"; an address without a length is that
 * address alone.  NULL if a word is no prefix, which message then says, or if there is no
 * memory.
 */
struct admission *admission_new(const char *prefixes, char *message, size_t message_size);
void admission_free(struct admission *admission);

/* Whether one of the prefixes holds the address; all are allowed where admission is NULL. */
bool admission_allows(const struct admission *admission, const struct flow_addr *from);

#endif
