// SPDX-License-Identifier: Apache-2.0
#ifndef DECODERS_TEMPLATE_OUTLINE_H
#define DECODERS_TEMPLATE_OUTLINE_H

#include "decoders/template_sets.h"

/*
 * What stands in a NetFlow v9 datagram or an IPFIX message, told to sets->outline:
 * its header, and each set before it is decoded, by the templates of that moment.
 * Octets of a set that cannot be read are told as they are.
 */
void template_outline_begin(const struct template_sets *sets);

/* The set that begins where ahead is. */
void template_outline_set(struct decode *d, const struct template_sets *sets,
                          const struct wire *ahead);

void template_outline_end(const struct template_sets *sets);

/* Of a message that cannot be read: what there is of its header, to who wants to know all. */
void template_outline_broken(const struct template_sets *sets);

#endif
