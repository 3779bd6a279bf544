// SPDX-License-Identifier: Apache-2.0
/* Prefixes made into ranges, and a tree over them. */
#include "lib/subscriber/prefix_map.h"

#include <stdlib.h>

enum {
    ROOT_SLOTS = 65536,
    SLOTS = 256,
    NESTED_MAX = 130, /* one of each length, and none */
};

/* Of two ranges each. */
static const size_t PREFIXES_MAX = PREFIX_RUN_AT / 2;

struct address address_of(const uint8_t *octets, size_t len)
{
    if (len == 4) {
        return (struct address){.high = (uint64_t)wire_load_u32(octets) << 32};
    }
    return (struct address){address_word(octets), address_word(octets + 8)};
}

static inline bool is_below(struct address a, struct address b)
{
    return (a.high < b.high) | ((a.high == b.high) & (a.low < b.low));
}

static bool is_same(struct address a, struct address b)
{
    return a.high == b.high && a.low == b.low;
}

int prefix_value_compare(const void *a, const void *b)
{
    const struct prefix_value *x = a;
    const struct prefix_value *y = b;

    if (!is_same(x->first, y->first)) {
        return is_below(x->first, y->first) ? -1 : 1;
    }
    return x->bits != y->bits ? (x->bits < y->bits ? -1 : 1)
                              : (x->order > y->order) - (x->order < y->order);
}

/* --- Ranges: a walk over the prefixes, with those that hold the current one on a stack --- */

/* The first address behind a prefix; zero behind the last of all. */
static struct address behind(const struct prefix_value *prefix)
{
    const unsigned bits = prefix->bits;
    struct address next = prefix->first;

    if (bits > 64) {
        next.low += (uint64_t)1 << (128 - bits);
        next.high += next.low == 0 ? 1 : 0;
    } else {
        next.high += bits == 0 ? 0 : (uint64_t)1 << (64 - bits);
    }
    return next;
}

static struct address start_of(const struct prefix_map *map, size_t range)
{
    return (struct address){map->highs[range], map->lows == NULL ? 0 : map->lows[range]};
}

/* One that begins where the last one does takes its place; neighbours of one value are one. */
static void add_range(struct prefix_map *map, struct address start, uint32_t value)
{
    if (map->n_ranges > 0 && is_same(start_of(map, map->n_ranges - 1), start)) {
        map->n_ranges--;
    }
    if (map->n_ranges > 0 && map->values[map->n_ranges - 1] == value) {
        return;
    }
    map->highs[map->n_ranges] = start.high;
    if (map->lows != NULL) {
        map->lows[map->n_ranges] = start.low;
    }
    map->values[map->n_ranges++] = value;
}

struct nest {
    const struct prefix_value *at[NESTED_MAX];
    size_t n;
};

static uint32_t innermost(const struct nest *nest)
{
    return nest->n == 0 ? 0 : nest->at[nest->n - 1]->value;
}

/* Leaves the prefixes that end before this address; all of them, where there is none. */
static void leave(struct prefix_map *map, struct nest *nest, const struct address *next)
{
    while (nest->n > 0) {
        const struct address end = behind(nest->at[nest->n - 1]);
        const bool last = end.high == 0 && end.low == 0;

        if (next != NULL && (last || is_below(*next, end))) {
            return;
        }
        nest->n--;
        if (!last) {
            add_range(map, end, innermost(nest));
        }
    }
}

static void make_ranges(struct prefix_map *map, const struct prefix_value *prefixes, size_t n)
{
    struct nest nest = {.n = 0};

    add_range(map, (struct address){0, 0}, 0);
    for (size_t i = 0; i < n; i++) {
        leave(map, &nest, &prefixes[i].first);
        add_range(map, prefixes[i].first, prefixes[i].value);
        nest.at[nest.n++] = &prefixes[i];
    }
    leave(map, &nest, NULL);
}

/* --- The tree --- */

/* The slot of an address in a table that stands at this octet of it, and the next for the root. */
static unsigned slot_of(struct address address, unsigned depth)
{
    const uint64_t word = depth < 8 ? address.high : address.low;

    return depth == 0 ? (unsigned)(word >> 48) : (unsigned)(word >> (56 - 8 * (depth % 8))) & 0xff;
}

/* The first address of a slot. */
static struct address begin_of(struct address base, unsigned depth, unsigned slot)
{
    const unsigned shift = depth == 0 ? 48 : 56 - 8 * (depth % 8);

    if (depth < 8) {
        return (struct address){base.high | (uint64_t)slot << shift, 0};
    }
    return (struct address){base.high, base.low | (uint64_t)slot << shift};
}

/* So many, from number at on. */
struct ranges {
    uint32_t at;
    uint32_t n;
};

/* Where a table may be made: the ranges of all addresses that begin like base. */
struct span {
    struct address base;
    unsigned depth; /* octets of base */
    struct ranges ranges;
};

static bool add_table(struct prefix_map *map, unsigned slots, uint32_t *at)
{
    uint32_t *nodes = NULL;

    if (map->n_nodes < PREFIX_TABLE - slots) {
        nodes = realloc(map->nodes, (map->n_nodes + slots) * sizeof(*nodes));
    }
    if (nodes == NULL) {
        return false;
    }
    map->nodes = nodes;
    *at = (uint32_t)map->n_nodes;
    map->n_nodes += slots;
    return true;
}

/*
 * Of the span's ranges from first on, those of one slot: the one that holds its first address, and
 * those that begin in it.
 */
static struct ranges slot_ranges(const struct prefix_map *map, const struct span *span,
                                 struct address begin, uint32_t first)
{
    const uint32_t end = span->ranges.at + span->ranges.n;
    const unsigned slot = slot_of(begin, span->depth);
    uint32_t last;

    while (first + 1 < end && !is_below(begin, start_of(map, first + 1))) {
        first++;
    }
    last = first;
    while (last + 1 < end && slot_of(start_of(map, last + 1), span->depth) == slot) {
        last++;
    }
    return (struct ranges){first, last - first + 1};
}

static bool make_table(struct prefix_map *map, const struct span *span, uint32_t *node);

static bool make_node(struct prefix_map *map, const struct span *span, uint32_t *node)
{
    if (span->ranges.n == 1) {
        *node = map->values[span->ranges.at];
        return true;
    }
    if (span->ranges.n > PREFIX_RUN_MAX) {
        return make_table(map, span, node);
    }
    *node = PREFIX_RUN | (span->ranges.n - 1) << PREFIX_RUN_MORE | span->ranges.at;
    return true;
}

/* Tables within tables: as deep as an address has octets, where there is one range only. */
static bool make_table(struct prefix_map *map, const struct span *span, uint32_t *node)
{
    const unsigned slots = span->depth == 0 ? ROOT_SLOTS : SLOTS;
    struct span slot = {.depth = span->depth == 0 ? 2 : span->depth + 1, .ranges = span->ranges};
    uint32_t at;

    if (!add_table(map, slots, &at)) {
        return false;
    }
    for (unsigned i = 0; i < slots; i++) {
        uint32_t made;

        slot.base = begin_of(span->base, span->depth, i);
        slot.ranges = slot_ranges(map, span, slot.base, slot.ranges.at);
        if (!make_node(map, &slot, &made)) {
            return false;
        }
        map->nodes[at + i] = made;
        slot.ranges.at += slot.ranges.n - 1;
    }
    *node = PREFIX_TABLE | at;
    return true;
}

/* Ranges of prefixes of up to 64 bits start where the low word is 0. */
static bool has_lows(const struct prefix_value *prefixes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (prefixes[i].bits > 64) {
            return true;
        }
    }
    return false;
}

static bool make_room(struct prefix_map *map, size_t ranges, bool lows)
{
    map->highs = calloc(ranges, sizeof(*map->highs));
    map->lows = lows ? calloc(ranges, sizeof(*map->lows)) : NULL;
    map->values = calloc(ranges, sizeof(*map->values));
    return map->highs != NULL && map->values != NULL && (map->lows != NULL || !lows);
}

static bool make(struct prefix_map *map, const struct prefix_value *prefixes, size_t n)
{
    if (n > PREFIXES_MAX || !make_room(map, 2 * n + 1, has_lows(prefixes, n))) {
        return false;
    }
    make_ranges(map, prefixes, n);
    return make_node(map, &(struct span){.ranges = {0, (uint32_t)map->n_ranges}}, &map->root);
}

bool prefix_map_make(struct prefix_map *map, const struct prefix_value *prefixes, size_t n)
{
    *map = (struct prefix_map){.root = 0};
    if (!make(map, prefixes, n)) {
        prefix_map_free(map);
        return false;
    }
    return true;
}

void prefix_map_free(struct prefix_map *map)
{
    free(map->nodes);
    free(map->highs);
    free(map->lows);
    free(map->values);
    *map = (struct prefix_map){.root = 0};
}

size_t prefix_map_size(const struct prefix_map *map)
{
    const size_t range =
        sizeof(*map->highs) + sizeof(*map->values) + (map->lows == NULL ? 0 : sizeof(*map->lows));

    return map->n_nodes * sizeof(*map->nodes) + map->n_ranges * range;
}

size_t prefix_map_search_both(const struct prefix_map *map, uint32_t run, struct address address)
{
    size_t n = (run >> PREFIX_RUN_MORE) % PREFIX_RUN_MAX + 1;
    size_t from = run & PREFIX_RUN_AT;

    while (n > 1) {
        const size_t half = n / 2;

        from += is_below(address, start_of(map, from + half)) ? 0 : half;
        n -= half;
    }
    return from;
}
