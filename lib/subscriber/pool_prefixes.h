// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_SUBSCRIBER_POOL_PREFIXES_H
#define LIB_SUBSCRIBER_POOL_PREFIXES_H

#include "lib/prefix.h"
#include "lib/subscriber/prefix_map.h"

/* Only for the files of this folder. */

/* Prefixes of one family. */
struct prefix_list {
    struct prefix_value *at;
    size_t n;
    size_t room;
};

/* A file of prefixes, one a line. */
struct line_file {
    char *path;
    uint32_t lines_before; /* of the files that were read before */
};

/* The prefixes of a file of pools while it is read, and where each of them stood. */
struct pool_prefixes {
    struct prefix_list ipv4;
    struct prefix_list ipv6;

    /* Private to pool_lines.c. */
    struct line_file *files;
    size_t n_files;
    uint32_t n_lines;
};

/* What a pool says of its prefixes. */
struct pool_rule {
    uint32_t value;   /* of each in the map */
    uint8_t key_bits; /* 0 for whole addresses */
};

void pool_prefixes_free(struct pool_prefixes *prefixes);

/*
 * Adds what text says, from this place.  Returns NULL, or what is wrong, to stand behind the text
 * in a message.
 */
const char *pool_prefixes_add(struct pool_prefixes *prefixes, const char *text, size_t len,
                              const struct pool_rule *rule, uint32_t place);

/* Puts them in the order that a map needs; returns one that stood before, in its second place. */
const struct prefix_value *pool_prefixes_sort(struct pool_prefixes *prefixes);

/*
 * Places of prefixes in files of lines are numbers from PLACE_IN_LINES on; smaller ones are the
 * caller's.
 */
#define PLACE_IN_LINES 0x80000000u

/* Adds the prefixes of a file, one a line; # begins a comment.  False with a message. */
bool pool_lines_read(struct pool_prefixes *prefixes, const char *path, const struct pool_rule *rule,
                     char *message, size_t message_size);

/* Writes "pools.txt:17" of such a place. */
void pool_lines_name(const struct pool_prefixes *prefixes, uint32_t place, char *name, size_t size);

#endif
