// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_FLOODS_H
#define TESTS_FLOODS_H

#include "lib/decoder.h"

/* A datagram that is being built. */
struct built {
    uint8_t octets[65535];
    size_t len;
    uint8_t address[4];
    uint16_t port;
};

/* Datagrams that would fill memory, or push out what is known of others. */
struct flood {
    const char *id;
    const char *about;
    void (*build)(struct built *b, uint64_t n); /* the n-th datagram */
    uint64_t datagrams;                         /* that show what there is to see */
};

/* Ends with a row of zeros. */
extern const struct flood floods[];

/*
 * Reads a file of datagrams (tests/datagram_sequence.h), for the flood that is made of all
 * cases.  False if there are none.
 */
bool floods_read_cases(const char *path);

/* What a good exporter sends: template 256 once, and a record of it again and again. */
void flood_build_template(struct built *b, uint32_t address);
void flood_build_data(struct built *b, uint32_t address);

#endif
