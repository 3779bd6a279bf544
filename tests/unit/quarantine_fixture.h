// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_UNIT_QUARANTINE_FIXTURE_H
#define TESTS_UNIT_QUARANTINE_FIXTURE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/quarantine/quarantine.h"

enum { UDP_MAX = 65507, PATH_SIZE = 128 };

/* A folder of its own, and the names in it. */
struct place {
    char folder[PATH_SIZE / 2];
    char path[PATH_SIZE];
    char older[PATH_SIZE];
};

/* For cmocka: makes the place, and removes it with what is in it. */
int quarantine_make_place(void **state);
int quarantine_remove_place(void **state);

/* Datagrams of so many octets, up to UDP_MAX + 1. */
struct datagram quarantine_datagram_v4(size_t len);
struct datagram quarantine_datagram_v6(size_t len);

/* -1 if there is no file. */
off_t quarantine_size_of(const char *path);

/* How many datagrams the file holds; it must be whole. */
size_t quarantine_count(const char *path);

/* The file holds this datagram, and no other. */
void quarantine_assert_found(const char *path, const struct datagram *expected);

#endif
