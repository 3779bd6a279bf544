// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_FORMATS_PROTOBUF_H
#define LIB_FORMATS_PROTOBUF_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * Protocol Buffers on the wire (protobuf.dev/programming-guides/encoding).  Each writer
 * writes at out, where the caller has room for the maximum named, and returns the end.
 */
enum {
    PROTOBUF_VARINT_MAX = 10,
    PROTOBUF_TAG_MAX = 5,
    PROTOBUF_LENGTH_MAX = 5,
};

enum protobuf_wire {
    PROTOBUF_VARINT = 0,
    PROTOBUF_FIXED64 = 1,
    PROTOBUF_DELIMITED = 2,
};

static inline char *protobuf_write_varint(char *out, uint64_t value)
{
    while (value >= 0x80) {
        *out++ = (char)(value | 0x80);
        value >>= 7;
    }
    *out++ = (char)value;
    return out;
}

static inline char *protobuf_write_tag(char *out, uint32_t number, enum protobuf_wire wire)
{
    return protobuf_write_varint(out, (uint64_t)number << 3 | wire);
}

/* Least octet first. */
static inline char *protobuf_write_fixed64(char *out, uint64_t value)
{
    for (int i = 0; i < 8; i++) {
        *out++ = (char)(value >> 8 * i);
    }
    return out;
}

/* The length, and the octets. */
static inline char *protobuf_write_octets(char *out, const void *octets, size_t len)
{
    out = protobuf_write_varint(out, len);
    memcpy(out, octets, len);
    return out + len;
}

/*
 * What has a length that is known only when it was written: it is written at
 * protobuf_open(out), and protobuf_close(out, end) puts its length before it, moving it
 * if that takes more than the one octet that was left.  PROTOBUF_LENGTH_MAX - 1 octets
 * behind end must be free.
 */
static inline char *protobuf_open(char *out)
{
    return out + 1;
}

char *protobuf_close(char *out, char *end);

#endif
