// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_SUBSCRIBER_PREFIX_MAP_H
#define LIB_SUBSCRIBER_PREFIX_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/wire.h"

/*
 * Longest-prefix match over the prefixes of one address family.
 *
 * Nested prefixes are cut into ranges that do not touch each other: at most 2 n + 1 of them, in
 * order, each with its value.  Over them lies a tree of tables: the root is indexed by the first
 * two octets of the address, each further table by one; where a table would have few ranges, they
 * are searched by halves instead.
 */

/* An address as a number.  Those of IPv4 stand in the first 32 bits. */
struct address {
    uint64_t high;
    uint64_t low;
};

/* A prefix, of an address without bits behind it, and its value: from 1 to 2^30 - 1. */
struct prefix_value {
    struct address first;
    uint32_t value;
    uint32_t order; /* among prefixes that are the same */
    uint8_t bits;
};

/*
 * A node is a value; or a table, by the number of its first node; or a run of ranges that are
 * searched, by how many there are less one and the number of the first.
 */
#define PREFIX_TABLE    0x80000000u
#define PREFIX_RUN      0x40000000u
#define PREFIX_RUN_MORE 26 /* bits before how many */
#define PREFIX_RUN_AT   0x03ffffffu
enum { PREFIX_RUN_MAX = 16 };

struct prefix_map {
    /* Private to prefix_map.c, and to the functions below. */
    uint32_t root; /* a node; if it is a table, that is the first */
    uint32_t *nodes;
    uint64_t *highs;  /* of where the ranges start */
    uint64_t *lows;   /* likewise; NULL where all are 0 */
    uint32_t *values; /* of the ranges; 0 between prefixes */
    size_t n_nodes;
    size_t n_ranges;
};

static inline uint64_t address_word(const uint8_t *octets)
{
    return (uint64_t)wire_load_u32(octets) << 32 | wire_load_u32(octets + 4);
}

/* Made of the octets of an address: 4 or 16. */
struct address address_of(const uint8_t *octets, size_t len);

/* The order that prefix_map_make() needs, for qsort(): what holds others stands before them. */
int prefix_value_compare(const void *a, const void *b);

/*
 * Makes map of n prefixes in order, no two the same.  False if there is no memory, or too much of
 * anything.
 */
bool prefix_map_make(struct prefix_map *map, const struct prefix_value *prefixes, size_t n);
void prefix_map_free(struct prefix_map *map);

/* Octets of memory that it takes. */
size_t prefix_map_size(const struct prefix_map *map);

/* The node behind the tables on the way of an address: the first has two octets, all others one. */
static inline uint32_t prefix_map_descend(const struct prefix_map *map, const uint8_t *octet)
{
    uint32_t node = map->root;

    if ((node & PREFIX_TABLE) != 0) {
        node = map->nodes[(unsigned)octet[0] << 8 | octet[1]];
        octet += 2;
    }
    while ((node & PREFIX_TABLE) != 0) {
        node = map->nodes[(node & ~PREFIX_TABLE) + *octet++];
    }
    return node;
}

/*
 * The last range of a run that starts at the address or before it; the first one does.  No step
 * has a branch that depends on the data: nothing could foretell it.
 */
static inline size_t prefix_map_search(const struct prefix_map *map, uint32_t run, uint64_t high)
{
    size_t n = (run >> PREFIX_RUN_MORE) % PREFIX_RUN_MAX + 1;
    size_t from = run & PREFIX_RUN_AT;

    while (n > 1) {
        const size_t half = n / 2;

        from = map->highs[from + half] <= high ? from + half : from;
        n -= half;
    }
    return from;
}

/* The same by both words of addresses, where some range needs them. */
size_t prefix_map_search_both(const struct prefix_map *map, uint32_t run, struct address address);

/* The value of the longest prefix that an address of 4 octets is in, or of 16; 0 for none. */
static inline uint32_t prefix_map_find4(const struct prefix_map *map, const uint8_t *octets)
{
    const uint32_t node = prefix_map_descend(map, octets);

    if ((node & PREFIX_RUN) == 0) {
        return node;
    }
    return map->values[prefix_map_search(map, node, (uint64_t)wire_load_u32(octets) << 32)];
}

static inline uint32_t prefix_map_find6(const struct prefix_map *map, const uint8_t *octets)
{
    const uint32_t node = prefix_map_descend(map, octets);

    if ((node & PREFIX_RUN) == 0) {
        return node;
    }
    return map
        ->values[map->lows == NULL ? prefix_map_search(map, node, address_word(octets))
                                   : prefix_map_search_both(map, node, address_of(octets, 16))];
}

#endif
