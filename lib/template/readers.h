// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_TEMPLATE_READERS_H
#define LIB_TEMPLATE_READERS_H

#include "lib/template/template.h"

typedef void template_reader(struct decode *d, const struct template_action *action,
                             const uint8_t *data, size_t len);

/*
 * What reads an element into a field of this kind; NULL for kinds that no element fills, such as
 * those that weir works out itself.
 */
template_reader *template_reader_of_kind(enum flow_kind kind);

/*
 * The way, of enum template_way, in which an element of len octets is copied into a field of this
 * kind.  Only for a field that no other element of the template fills.
 */
enum template_way template_way_of_kind(enum flow_kind kind, uint16_t len);

/* Keeps an element that has no field of its own. */
template_reader template_keep_element;

/* Keeps the place of one whose value cannot be read. */
template_reader template_keep_place;

/* Sends an element where the mapping file says; detail is the number of its row there. */
template_reader template_map;

/*
 * An element that is read in a way of its own: into another form, or into more
 * than one field.  An element may have several rows.
 */
struct template_special {
    uint16_t element;
    uint16_t at; /* enum flow_index; 0 for those that fill more than one field */
    uint16_t detail;
    uint8_t compat; /* which versions read it with COMPAT_ELEMENTS */
    template_reader *read;
};

enum { IN_V9 = 1, IN_IPFIX = 2, IN_BOTH = 3, IN_NEITHER = 0 };

/* Ends with a row whose reader is NULL. */
extern const struct template_special template_specials[];

#endif
