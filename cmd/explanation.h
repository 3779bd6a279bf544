// SPDX-License-Identifier: Apache-2.0
#ifndef CMD_EXPLANATION_H
#define CMD_EXPLANATION_H

#include "lib/decoder.h"
#include "lib/element/value.h"
#include "lib/outline/listing.h"

enum {
    EXPLANATION_FAULTS_MAX = 64, /* that are told of a datagram; the others are counted */
    EXPLANATION_DETAIL_MAX = 64,
    EXPLANATION_NAME_MAX = ELEMENT_NAME_MAX + 1,
    EXPLANATION_VALUE_MAX = ELEMENT_VALUE_MAX,
};

/* A rule that the datagram broke. */
struct explanation_fault {
    enum decode_error error;
    size_t offset; /* where the decoder stood */
    char detail[EXPLANATION_DETAIL_MAX];
};

/* All that is known of one datagram. */
struct explanation {
    uint64_t number; /* in the capture, from 1 */
    const struct datagram *datagram;
    uint16_t to_port;
    const struct decoder *decoder;      /* NULL if none knows its first octets */
    const struct outline_piece *pieces; /* in the order of its octets */
    size_t n_pieces;
    struct explanation_fault faults[EXPLANATION_FAULTS_MAX]; /* likewise */
    size_t n_faults;
    uint64_t more_faults; /* that had no room */
};

/* How explanations are printed to standard output. */
struct explanation_format {
    const char *name;
    void (*print)(const struct explanation *explanation);
};

extern const struct explanation_format explanation_text;
extern const struct explanation_format explanation_json;

/* Where it came from, 192.0.2.1:40000 or [2001:db8::1]:40000, and when; with a terminator. */
void explanation_source(const struct explanation *explanation,
                        char text[static OUTLINE_SOURCE_MAX + 1]);
void explanation_time(const struct explanation *explanation,
                      char text[static TEXT_DATETIME_MAX + 1]);

/* The name of a piece, with a terminator; of an element nobody knows, its numbers. */
void explanation_name(const struct outline_piece *piece, char text[static EXPLANATION_NAME_MAX]);

/* Likewise the name of the element that the piece names or holds; "" if it has none. */
void explanation_element(const struct outline_piece *piece, char text[static EXPLANATION_NAME_MAX]);

/*
 * The value of a piece that is no heading as JSON, with a terminator; of octets nobody knows, at
 * most octets_max in hex.  False if not all had room.
 */
bool explanation_value(const struct explanation *explanation, const struct outline_piece *piece,
                       size_t octets_max, char text[static EXPLANATION_VALUE_MAX + 1]);

/* "datagram", "set", ...: what is lost by a fault. */
const char *explanation_cost(enum decode_error error);

#endif
