// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_OUTLINE_LISTING_H
#define LIB_OUTLINE_LISTING_H

#include "lib/outline/outline.h"

/*
 * A datagram's outline as a list of pieces, in the order of its octets: each octet stands in one
 * of them.  What a decoder tells of no octets is left out, and octets that it does not tell of
 * become pieces of their own.
 *
 * outline_begin() may be told of no decoder: then all octets are such.
 */
extern const struct outline_ops outline_listing;

enum outline_piece_kind {
    PIECE_HEADING, /* of the pieces behind it that are deeper */
    PIECE_NUMBER,
    PIECE_TEXT,
    PIECE_OCTETS,
    PIECE_ADDRESS,
    PIECE_PADDING, /* not told of, and all zero */
    PIECE_UNREAD,  /* not told of */
};

struct outline_piece {
    const char *name; /* NULL where the element has one */
    uint64_t number;  /* of a number; of a heading, which it is of those that it stands among */
    uint32_t pen;
    uint32_t told; /* it was told as this one */
    uint16_t id;
    uint16_t offset; /* in the datagram */
    uint16_t len;
    uint8_t depth;   /* headings above it */
    uint8_t kind;    /* enum outline_piece_kind */
    bool is_element; /* names, or is the value of, the element of pen and id */
};

/* The pieces, *n of them; borrowed until the outline is used again. */
const struct outline_piece *outline_listing_pieces(struct outline *outline, size_t *n);

#endif
