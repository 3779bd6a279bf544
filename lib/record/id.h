// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_RECORD_ID_H
#define LIB_RECORD_ID_H

#include <stdint.h>

#include "lib/decoder.h"

/*
 * A number that the same record has whenever and wherever it is decoded: sent again after
 * an outage, or by two collectors that are fed the same datagrams.  It is a hash over who
 * exported it, when, in which datagram, its place there, and what it says: nothing that was learnt
 * from other datagrams.  Counts d->message.record on.
 */
uint64_t record_id(struct decode *d);

#endif
