// SPDX-License-Identifier: Apache-2.0
#ifndef DECODERS_SFLOW_XDR_H
#define DECODERS_SFLOW_XDR_H

#include "lib/flow.h"
#include "lib/wire.h"

/* An address of len octets, where no type stands before it; borrowed. */
struct flow_slice sflow_read_bare_address(struct wire *w, size_t len);

/*
 * An address behind its type (sFlow version 5, address), which may say that there is
 * none.  False, with the reader failed, if it is of a type that the protocol does not have.
 */
bool sflow_read_address(struct wire *w, struct flow_slice *octets);

/* Octets behind their number; borrowed.  At the end of a record their padding may be missing. */
struct flow_slice sflow_read_opaque(struct wire *w);

/* A reader over the words behind their number, which fails, as w does, if there are fewer. */
struct wire sflow_read_words(struct wire *w);

#endif
