// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_WIRE_H
#define LIB_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The one reader of bytes from the network: bounds-checked, big endian, and
 * latched.  A read past the end gives zero (or NULL), leaves nothing to read,
 * and fails the reader for good; so a whole header is read first, and
 * wire_failed() asked once.  The bytes are borrowed.
 */
struct wire {
    const uint8_t *at;
    const uint8_t *end;
    bool failed;
};

static inline void wire_init(struct wire *w, const void *data, size_t len)
{
    w->at = data;
    w->end = w->at + len;
    w->failed = false;
}

static inline bool wire_failed(const struct wire *w)
{
    return w->failed;
}

/* How many bytes are left to read. */
static inline size_t wire_left(const struct wire *w)
{
    return (size_t)(w->end - w->at);
}

/* The next len bytes, or NULL if there are not so many. */
static inline const uint8_t *wire_bytes(struct wire *w, size_t len)
{
    const uint8_t *bytes = w->at;

    if (len > wire_left(w)) {
        w->at = w->end;
        w->failed = true;
        return NULL;
    }
    w->at += len;
    return bytes;
}

static inline void wire_skip(struct wire *w, size_t len)
{
    (void)wire_bytes(w, len);
}

/* Discards what is left. */
static inline void wire_skip_rest(struct wire *w)
{
    w->at = w->end;
}

static inline uint8_t wire_u8(struct wire *w)
{
    const uint8_t *p = wire_bytes(w, 1);

    return p == NULL ? 0 : p[0];
}

static inline uint16_t wire_load_u16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint16_t wire_u16(struct wire *w)
{
    const uint8_t *p = wire_bytes(w, 2);

    return (uint16_t)(p == NULL ? 0 : wire_load_u16(p));
}

static inline uint32_t wire_load_u32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint64_t wire_load_u64(const uint8_t *p)
{
    return (uint64_t)wire_load_u32(p) << 32 | wire_load_u32(p + 4);
}

static inline uint32_t wire_u32(struct wire *w)
{
    const uint8_t *p = wire_bytes(w, 4);

    return p == NULL ? 0 : wire_load_u32(p);
}

/*
 * len bytes that are there as an unsigned number; of more than 8, the last 8.  The usual lengths
 * are loads.
 */
static inline uint64_t wire_number(const uint8_t *bytes, size_t len)
{
    uint64_t value = 0;

    switch (len) {
    case 1:
        return bytes[0];
    case 2:
        return wire_load_u16(bytes);
    case 4:
        return wire_load_u32(bytes);
    case 8:
        return wire_load_u64(bytes);
    default:
        for (size_t i = 0; i < len; i++) {
            value = value << 8 | bytes[i];
        }
        return value;
    }
}

/* An unsigned number of len bytes, 0 to 8 (RFC 7011 section 6.2). */
static inline uint64_t wire_uint(struct wire *w, size_t len)
{
    const uint8_t *p = wire_bytes(w, len);

    return p == NULL ? 0 : wire_number(p, len);
}

static inline uint64_t wire_u64(struct wire *w)
{
    return wire_uint(w, 8);
}

/*
 * A reader over the next len bytes alone, for an inner parser: it can read no
 * further, and its failure is its own.  If there are not so many bytes, both
 * readers fail.
 */
static inline struct wire wire_slice(struct wire *w, size_t len)
{
    struct wire inner;
    const uint8_t *bytes = wire_bytes(w, len);

    wire_init(&inner, bytes == NULL ? w->end : bytes, bytes == NULL ? 0 : len);
    inner.failed = bytes == NULL;
    return inner;
}

/* A reader over at most len bytes: fewer, where fewer are left. */
static inline struct wire wire_slice_clipped(struct wire *w, size_t len)
{
    return wire_slice(w, len < wire_left(w) ? len : wire_left(w));
}

/*
 * Where the zeros begin that it ends with: its end, if there are none.  Who asks at each of many
 * places whether only zeros are left looks for them once.
 */
static inline const uint8_t *wire_final_zeros(const struct wire *w)
{
    const uint8_t *zeros = w->end;

    while (zeros > w->at && zeros[-1] == 0) {
        zeros--;
    }
    return zeros;
}

/* Whether a place, such as that of the final zeros, has been reached. */
static inline bool wire_reached(const struct wire *w, const uint8_t *place)
{
    return w->at >= place;
}

/* Whether all that is left is zero.  Reads nothing. */
static inline bool wire_all_zero(const struct wire *w)
{
    for (const uint8_t *p = w->at; p < w->end; p++) {
        if (*p != 0) {
            return false;
        }
    }
    return true;
}

#endif
