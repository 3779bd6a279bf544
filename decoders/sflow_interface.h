// SPDX-License-Identifier: Apache-2.0
#ifndef DECODERS_SFLOW_INTERFACE_H
#define DECODERS_SFLOW_INTERFACE_H

#include "lib/decoder.h"
#include "lib/wire.h"

/* Where a sampled packet came in or went out (sFlow version 5, interface). */
struct sflow_interface {
    uint32_t format; /* what value is */
    uint32_t value;
    uint32_t word; /* what goflow2 shows for it */
};

/* Compact, format and value share a word. */
struct sflow_interface sflow_read_interface(struct wire *w, bool expanded);

/* Sets the fields of d->flow; a format that the protocol does not have is counted. */
void sflow_set_in(struct decode *d, const struct sflow_interface *in);
void sflow_set_out(struct decode *d, const struct sflow_interface *out);

#endif
