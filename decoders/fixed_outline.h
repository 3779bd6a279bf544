// SPDX-License-Identifier: Apache-2.0
#ifndef DECODERS_FIXED_OUTLINE_H
#define DECODERS_FIXED_OUTLINE_H

#include "decoders/fixed_layout.h"
#include "decoders/outline_fields.h"

/*
 * What goflow2 calls the fields of a version; v1 and v7, which it does not read, go after v5.  The
 * names beside the keys are Cisco's.
 */
struct fixed_outline {
    const struct outline_field *header;
    const struct outline_field *record;
};

extern const struct fixed_outline fixed_outline_v1;
extern const struct fixed_outline fixed_outline_v5;
extern const struct fixed_outline fixed_outline_v7;

/* Decodes the datagram, and tells what stands in its first message, or in all. */
void fixed_outline_describe(struct decode *d, const struct fixed_layout *layout,
                            const struct fixed_outline *fields, struct outline *outline);

#endif
