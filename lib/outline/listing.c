// SPDX-License-Identifier: Apache-2.0
/* A datagram's outline as a list of pieces, each with its place. */
#include "lib/outline/listing.h"

#include <stdlib.h>

enum {
    LEVELS_MAX = 16,
    PIECES_MAX = OUTLINE_MAX / sizeof(struct outline_piece),
    TOLD_MAX = PIECES_MAX / 4 * 3, /* of these; the others are for what is not told */
    NO_OFFSET = UINT16_MAX,        /* of a heading that nothing stands under as yet */
};

/* A group that is open. */
struct level {
    struct outline_piece *heading; /* NULL if it has no name */
    const char *items;             /* the name of items that have none */
    uint64_t headings;             /* among its items */
};

struct listing {
    struct outline outline;
    size_t n;
    unsigned depth;                  /* of headings */
    unsigned open;                   /* groups */
    struct level levels[LEVELS_MAX]; /* the first is the datagram */
};

/* The line has room for them, and is not used otherwise. */
static struct outline_piece *pieces_of(struct listing *l)
{
    return (struct outline_piece *)(void *)l->outline.line;
}

static struct level *level_of(struct listing *l)
{
    return &l->levels[l->open < LEVELS_MAX ? l->open : LEVELS_MAX - 1];
}

/* NULL where so many are there already. */
static struct outline_piece *add(struct listing *l, size_t max, enum outline_piece_kind kind)
{
    struct outline_piece *piece = &pieces_of(l)[l->n];

    if (l->n >= max) {
        l->outline.full = true;
        return NULL;
    }
    *piece = (struct outline_piece){
        .told = (uint32_t)l->n++, .depth = (uint8_t)l->depth, .kind = (uint8_t)kind};
    return piece;
}

static void listing_begin(struct outline *outline)
{
    struct listing *l = (struct listing *)outline;

    l->n = 0;
    l->depth = 0;
    l->open = 0;
    l->levels[0] = (struct level){.items = "value"};
}

/* The octets of the datagram that the piece is read from; those of another one are none. */
static struct flow_slice place_of(const struct outline *outline, struct flow_slice octets)
{
    const struct flow_slice none = {NULL, 0};
    const struct datagram *datagram = outline->datagram;
    const struct flow_slice told = outline->about.wire;
    const struct flow_slice place = told.data == NULL ? octets : told;

    return place.data >= datagram->data && place.data + place.len <= datagram->data + datagram->len
               ? place
               : none;
}

static uint16_t offset_of(const struct outline *outline, struct flow_slice place)
{
    return (uint16_t)(place.data - outline->datagram->data);
}

static void begin_heading(struct listing *l, struct outline_piece *heading, uint64_t number)
{
    const struct flow_slice place = place_of(&l->outline, (struct flow_slice){NULL, 0});

    heading->name = l->outline.about.name;
    heading->number = number;
    heading->offset = place.data == NULL ? NO_OFFSET : offset_of(&l->outline, place);
    heading->len = place.len;
    l->depth++;
}

static void listing_open(struct outline *outline, const char *key, enum outline_group group)
{
    struct listing *l = (struct listing *)outline;
    struct level *parent = level_of(l);
    struct level level = {.items = key == NULL ? parent->items : key};

    if (group == OUTLINE_ARRAY && outline->about.name != NULL) {
        level.items = outline->about.name;
    } else if (outline->about.name != NULL) {
        level.heading = add(l, TOLD_MAX, PIECE_HEADING);
    }
    if (level.heading != NULL) {
        begin_heading(l, level.heading, ++parent->headings);
    }
    l->open++;
    *level_of(l) = level;
}

/* A heading over nothing is none. */
static void listing_close(struct outline *outline, enum outline_group group)
{
    struct listing *l = (struct listing *)outline;
    const struct level *level = level_of(l);

    (void)group;
    l->open--;
    if (level->heading == NULL) {
        return;
    }
    l->depth--;
    if (level->heading->offset == NO_OFFSET) {
        l->n = level->heading->told;
        level_of(l)->headings--;
    }
}

/* The headings above a piece begin where it does, or before. */
static void widen_headings(struct listing *l, const struct outline_piece *piece)
{
    const unsigned end = (unsigned)piece->offset + piece->len;

    for (unsigned i = 0; i <= l->open && i < LEVELS_MAX; i++) {
        struct outline_piece *heading = l->levels[i].heading;

        if (heading == NULL) {
            continue;
        }
        if (heading->offset == NO_OFFSET || heading->offset > piece->offset) {
            heading->len = heading->offset == NO_OFFSET
                               ? 0
                               : (uint16_t)(heading->len + heading->offset - piece->offset);
            heading->offset = piece->offset;
        }
        if (end > (unsigned)heading->offset + heading->len) {
            heading->len = (uint16_t)(end - heading->offset);
        }
    }
}

static const char *name_of(struct listing *l, const char *key, enum outline_piece_kind kind)
{
    if (l->outline.about.name != NULL) {
        return l->outline.about.name;
    }
    if (l->outline.about.is_element && kind == PIECE_OCTETS) {
        return NULL;
    }
    return key != NULL ? key : level_of(l)->items;
}

static void listing_value(struct outline *outline, const char *key,
                          const struct outline_value *value)
{
    static const enum outline_piece_kind kinds[] = {
        [OUTLINE_NUMBER] = PIECE_NUMBER,   [OUTLINE_BOOLEAN] = PIECE_NUMBER,
        [OUTLINE_TEXT] = PIECE_TEXT,       [OUTLINE_OCTETS] = PIECE_OCTETS,
        [OUTLINE_ADDRESS] = PIECE_ADDRESS, [OUTLINE_NOTHING] = PIECE_OCTETS,
    };
    struct listing *l = (struct listing *)outline;
    const struct flow_slice place = place_of(outline, value->octets);
    struct outline_piece *piece = place.data == NULL ? NULL : add(l, TOLD_MAX, kinds[value->kind]);

    if (piece == NULL) {
        return;
    }
    piece->name = name_of(l, key, kinds[value->kind]);
    piece->number = value->number;
    piece->offset = offset_of(outline, place);
    piece->len = place.len;
    piece->is_element = outline->about.is_element;
    piece->pen = outline->about.pen;
    piece->id = outline->about.id;
    widen_headings(l, piece);
}

/* --- The order --- */

static int by_place(const void *a_, const void *b_)
{
    const struct outline_piece *a = a_;
    const struct outline_piece *b = b_;

    if (a->offset != b->offset) {
        return a->offset < b->offset ? -1 : 1;
    }
    return a->told < b->told ? -1 : 1;
}

static void sort(struct listing *l)
{
    qsort(pieces_of(l), l->n, sizeof(struct outline_piece), by_place);
}

static bool all_zero(const uint8_t *octets, size_t len)
{
    struct wire w;

    wire_init(&w, octets, len);
    return wire_all_zero(&w);
}

/* Octets that nothing was told of. */
static void add_gap(struct listing *l, size_t from, size_t to, unsigned depth)
{
    const bool zero = l->outline.decoder != NULL && !l->outline.full &&
                      all_zero(l->outline.datagram->data + from, to - from);
    struct outline_piece *piece = add(l, PIECES_MAX, zero ? PIECE_PADDING : PIECE_UNREAD);

    if (piece != NULL) {
        piece->name = zero ? "padding" : l->outline.full ? "not shown" : "not read";
        piece->offset = (uint16_t)from;
        piece->len = (uint16_t)(to - from);
        piece->depth = (uint8_t)depth;
    }
}

/* Where one is among the pieces: behind which octet, and below which headings. */
struct position {
    size_t end;
    unsigned depth;
    size_t heading_ends[LEVELS_MAX];
};

static void pass(struct position *at, const struct outline_piece *piece)
{
    const size_t end = (size_t)piece->offset + piece->len;

    at->depth = piece->depth;
    if (piece->kind == PIECE_HEADING && at->depth < LEVELS_MAX) {
        at->heading_ends[at->depth++] = end;
    } else if (end > at->end) {
        at->end = end;
    }
}

/* How many of the headings go beyond what is told as yet. */
static unsigned headings_open(const struct position *at)
{
    unsigned depth = at->depth;

    while (depth > 0 && at->heading_ends[depth - 1] <= at->end) {
        depth--;
    }
    return depth;
}

/* A gap stands below the headings that it lies in, and where one of them ends, another begins. */
static void fill_up_to(struct listing *l, struct position *at, size_t offset)
{
    while (at->end < offset) {
        const unsigned depth = headings_open(at);
        const size_t end = depth == 0 ? offset : at->heading_ends[depth - 1];

        add_gap(l, at->end, end < offset ? end : offset, depth);
        at->end = end < offset ? end : offset;
    }
}

static void add_gaps(struct listing *l)
{
    const struct outline_piece *pieces = pieces_of(l);
    const size_t told = l->n;
    struct position at = {0};

    for (size_t i = 0; i < told; i++) {
        fill_up_to(l, &at, pieces[i].offset);
        pass(&at, &pieces[i]);
    }
    fill_up_to(l, &at, l->outline.datagram->len);
}

const struct outline_piece *outline_listing_pieces(struct outline *outline, size_t *n)
{
    struct listing *l = (struct listing *)outline;

    sort(l);
    add_gaps(l);
    sort(l);
    *n = l->n;
    return pieces_of(l);
}

/* The line stays empty. */
static void listing_end(struct outline *outline)
{
    (void)outline;
}

const struct outline_ops outline_listing = {
    .size = sizeof(struct listing),
    .thorough = true,
    .begin = listing_begin,
    .end = listing_end,
    .open = listing_open,
    .close = listing_close,
    .value = listing_value,
};
