// SPDX-License-Identifier: Apache-2.0
/* Lengths of Protocol Buffers that are known last and stand first. */
#include "lib/formats/protobuf.h"

static char *insert_length(char *out, size_t len)
{
    char length[PROTOBUF_VARINT_MAX];
    const size_t length_len = (size_t)(protobuf_write_varint(length, len) - length);

    memmove(out + length_len, protobuf_open(out), len);
    memcpy(out, length, length_len);
    return out + length_len + len;
}

char *protobuf_close(char *out, char *end)
{
    const size_t len = (size_t)(end - protobuf_open(out));

    if (len >= 0x80) {
        return insert_length(out, len);
    }
    *out = (char)len;
    return end;
}
