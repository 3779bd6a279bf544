// SPDX-License-Identifier: Apache-2.0
/* Fields of fixed kinds, from the wire to the outline. */
#include "decoders/outline_fields.h"

void outline_fields_tell(const struct outline_field *fields, struct wire *w,
                         struct outline *outline)
{
    for (; fields->key != NULL; fields++) {
        outline_name(outline, fields->name);
        fields->tell(w, outline, fields->key);
    }
}

bool outline_fields_whole(const struct outline_field *fields, const struct wire *w)
{
    struct wire ahead = *w;

    outline_fields_tell(fields, &ahead, NULL);
    return !wire_failed(&ahead);
}

void outline_tell_u8(struct wire *w, struct outline *outline, const char *key)
{
    outline_place(outline, w, 1);
    outline_number(outline, key, wire_u8(w));
}

void outline_tell_u16(struct wire *w, struct outline *outline, const char *key)
{
    outline_place(outline, w, 2);
    outline_number(outline, key, wire_u16(w));
}

void outline_tell_u32(struct wire *w, struct outline *outline, const char *key)
{
    outline_place(outline, w, 4);
    outline_number(outline, key, wire_u32(w));
}

void outline_tell_u64(struct wire *w, struct outline *outline, const char *key)
{
    outline_place(outline, w, 8);
    outline_number(outline, key, wire_u64(w));
}

static void tell_address(struct wire *w, struct outline *outline, const char *key, size_t len)
{
    const uint8_t *bytes;
    struct flow_addr address;

    outline_place(outline, w, len);
    bytes = wire_bytes(w, len);
    address = flow_addr_make(bytes, bytes == NULL ? 0 : len);
    outline_address(outline, key, &address);
}

void outline_tell_ipv4(struct wire *w, struct outline *outline, const char *key)
{
    tell_address(w, outline, key, 4);
}

void outline_tell_ipv6(struct wire *w, struct outline *outline, const char *key)
{
    tell_address(w, outline, key, 16);
}

void outline_tell_rest(struct wire *w, struct outline *outline, const char *key)
{
    const size_t len = wire_left(w);

    outline_octets(outline, key, wire_bytes(w, len), len);
}
