// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_FAULT_HASH_H
#define LIB_FAULT_HASH_H

#include "lib/decode_error.h"
#include "lib/flow.h"

/*
 * A hash of this fault of this exporter, for tables of a fixed size.  Keyed with a secret that
 * each thread draws for itself: nobody can choose an address that takes another's slot.
 */
uint64_t fault_hash(const struct flow_addr *from, enum decode_error error);

#endif
