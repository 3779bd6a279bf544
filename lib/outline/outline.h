// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_OUTLINE_OUTLINE_H
#define LIB_OUTLINE_OUTLINE_H

#include "lib/batch.h"
#include "lib/decoder.h"
#include "lib/text_write.h"

/*
 * What stands in a datagram, piece by piece: a decoder tells, and an outline makes
 * of it what it wants.  The pieces nest: an object holds values and groups by key,
 * an array holds them without (the key is NULL).
 *
 * An outline writes into a buffer that it was made with.  Where that is full, it
 * leaves out what follows, and what it has written stays whole.
 */
enum outline_group {
    OUTLINE_OBJECT,
    OUTLINE_ARRAY,
};

enum outline_kind {
    OUTLINE_NUMBER,
    OUTLINE_BOOLEAN,
    OUTLINE_TEXT, /* octets that are meant to be read */
    OUTLINE_OCTETS,
    OUTLINE_ADDRESS,
    OUTLINE_NOTHING, /* announced, and not there */
};

/* Borrowed for the call. */
struct outline_value {
    enum outline_kind kind;
    uint64_t number; /* also of a boolean */
    struct flow_slice octets;
    struct flow_addr address;
};

/* What else is known of a piece, for those who want to know; all may be missing. */
struct outline_about {
    const char *name;       /* as the protocol's document calls it */
    struct flow_slice wire; /* the octets that it was read from */
    bool is_element;        /* it names, or is the value of, an information element: */
    uint32_t pen;
    uint16_t id;
};

enum {
    OUTLINE_MAX = DECODE_OUTPUT_MAX - 4096, /* octets; what a line may have around it finds room */
};

struct outline;

/* A kind of outline.  Formats have one each, or none. */
struct outline_ops {
    size_t size; /* of its own struct, which begins with a struct outline */
    bool thorough; /* it wants to hear also of what goflow2 does not show */
    void (*begin)(struct outline *outline);
    void (*end)(struct outline *outline);
    void (*open)(struct outline *outline, const char *key, enum outline_group group);
    void (*close)(struct outline *outline, enum outline_group group);
    void (*value)(struct outline *outline, const char *key, const struct outline_value *value);
};

/* The head of every outline. */
struct outline {
    const struct outline_ops *ops;
    const struct decoder *decoder;
    const struct datagram *datagram;
    struct outline_about about; /* the piece that is being told */
    char *line; /* OUTLINE_MAX octets */
    char *at;   /* where the line ends as yet */
    bool told;
    bool full; /* something had no room; a decoder may stop */
};

/* NULL if there is no memory.  An outline may be used again and again. */
struct outline *outline_new(const struct outline_ops *ops);
void outline_free(struct outline *outline);

/* Begins a datagram of this decoder's; it is borrowed until outline_end(). */
void outline_begin(struct outline *outline, const struct decoder *decoder,
                   const struct datagram *datagram);

/* The line, borrowed until the outline is used again; empty if nothing was told. */
struct slice outline_end(struct outline *outline);

/* For decoders.  Keys live as long as the program.  Nobody listens where outline is NULL. */
void outline_open(struct outline *outline, const char *key, enum outline_group group);
void outline_close(struct outline *outline, enum outline_group group);
void outline_number(struct outline *outline, const char *key, uint64_t number);
void outline_boolean(struct outline *outline, const char *key, bool boolean);
void outline_text(struct outline *outline, const char *key, const uint8_t *text, size_t len);
void outline_octets(struct outline *outline, const char *key, const uint8_t *octets, size_t len);
void outline_address(struct outline *outline, const char *key, const struct flow_addr *address);
void outline_nothing(struct outline *outline, const char *key);

/*
 * For decoders, before a piece is told: its name, which lives as long as the program; that it is
 * what the next len octets of w say; the element that it is about.  Octets and texts need not say
 * where they lie, and groups need not where there is nothing in them that is not told.
 */
void outline_name(struct outline *outline, const char *name);
void outline_place(struct outline *outline, const struct wire *w, size_t len);
void outline_element(struct outline *outline, uint32_t pen, uint16_t id);

static inline bool outline_thorough(const struct outline *outline)
{
    return outline != NULL && outline->ops->thorough;
}

static inline bool outline_full(const struct outline *outline)
{
    return outline != NULL && outline->full;
}

/* For outlines: where the datagram came from, 192.0.2.1:40000 or [2001:db8::1]:40000. */
enum { OUTLINE_SOURCE_MAX = TEXT_ADDR_MAX + 8 };
char *outline_write_source(char *out, const struct outline *outline);

#endif
