// SPDX-License-Identifier: Apache-2.0
#ifndef DECODERS_OUTLINE_FIELDS_H
#define DECODERS_OUTLINE_FIELDS_H

#include "lib/outline/outline.h"
#include "lib/wire.h"

/*
 * A field of a header or a record: its key in the outline, who reads it from the wire and tells
 * it, and what its document calls it where that is something else.
 */
struct outline_field {
    const char *key;
    void (*tell)(struct wire *w, struct outline *outline, const char *key);
    const char *name;
};

/* Tells the fields in their order; the table ends with a row of zeros. */
void outline_fields_tell(const struct outline_field *fields, struct wire *w,
                         struct outline *outline);

/* Whether w holds them all.  Reads nothing. */
bool outline_fields_whole(const struct outline_field *fields, const struct wire *w);

/* Readers for the rows. */
void outline_tell_u8(struct wire *w, struct outline *outline, const char *key);
void outline_tell_u16(struct wire *w, struct outline *outline, const char *key);
void outline_tell_u32(struct wire *w, struct outline *outline, const char *key);
void outline_tell_u64(struct wire *w, struct outline *outline, const char *key);
void outline_tell_ipv4(struct wire *w, struct outline *outline, const char *key);
void outline_tell_ipv6(struct wire *w, struct outline *outline, const char *key);

/* All octets that are left. */
void outline_tell_rest(struct wire *w, struct outline *outline, const char *key);

#endif
