// SPDX-License-Identifier: Apache-2.0
#ifndef DECODERS_SFLOW_OUTLINE_H
#define DECODERS_SFLOW_OUTLINE_H

#include "decoders/outline_fields.h"
#include "lib/decoder.h"

/* Foundry and Brocade: enterprise 1991, format 1: flags, a group, and one sample or none. */
enum { SFLOW_SAMPLE_WRAPPED = 1991 << 12 | 1 };

/* Tells what stands in a datagram; nothing if its header is not whole. */
void sflow_outline_tell(const struct decode *d, struct wire *datagram, struct outline *outline);

/* The fields of the records of a format (sFlow version 5, data_format); NULL if it is not known. */
const struct outline_field *sflow_outline_flow_record(const struct decode *d, uint32_t format);
const struct outline_field *sflow_outline_counter_record(const struct decode *d, uint32_t format);

/* An address behind its type: two values, of which the second is the address. */
void sflow_outline_address(struct wire *w, struct outline *outline, const char *type_key,
                           const char *key);

#endif
