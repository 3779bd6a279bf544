// SPDX-License-Identifier: Apache-2.0
#ifndef CMD_SCHEMA_H
#define CMD_SCHEMA_H

#include <stdio.h>

#include "lib/field_set.h"

/*
 * A system that wants to be told what a record looks like.  To add one:
 * cmd/schema_<name>.c, and its row in cmd/schema.c.
 */
struct schema_target {
    const char *name;
    const char *title; /* for people */
    void (*print)(FILE *out, const struct field_set *set);
};

extern const struct schema_target schema_proto;

/* The subcommand; returns the exit code. */
int schema_main(int argc, char **argv);

#endif
