// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_FORMAT_H
#define LIB_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/field_set.h"
#include "lib/flow.h"

struct format;
struct outline_ops;
struct report;

/*
 * A way to write a flow down.  To add one: lib/formats/<name>.c, and its line in
 * lib/CMakeLists.txt.
 *
 * Each output opens its own, so it may remember what it wrote.  Once open it neither allocates
 * nor fails.  It writes the record, not its frame: the separator is the output's.
 */
struct format_ops {
    const char *name;       /* as in -format <name> */
    const char *title;      /* for people */
    const char *media_type; /* for message headers and HTTP */
    size_t size;            /* of its own struct, which begins with a struct format */
    bool framed;            /* a record says where it ends: it needs no separator */

    /* Looks at the fields once, and sets max. */
    void (*open)(struct format *f);
    /* Writes flow at out, where max octets are free; returns how many it used. */
    size_t (*write)(struct format *f, const struct flow *flow, char *out);
    /*
     * The same of a record beside flows, in at most report_most() octets.  NULL if it writes
     * flows only.
     */
    size_t (*write_report)(struct format *f, const struct report *report, char *out);
    /* How it writes down what stands in a datagram; NULL if it cannot. */
    const struct outline_ops *outline;
};

/* The head of every format. */
struct format {
    const struct format_ops *ops;
    const struct field_set *fields; /* borrowed */
    unsigned compat;                /* enum compat, or-ed */
    size_t max;                     /* octets that one flow can need at most */
};

/* Opens a format over fields, which it borrows.  NULL if there is no memory. */
struct format *format_new(const struct format_ops *ops, const struct field_set *fields,
                          unsigned compat);
void format_free(struct format *f);

#endif
