// SPDX-License-Identifier: Apache-2.0
#ifndef CMD_SCHEMA_WRITE_H
#define CMD_SCHEMA_WRITE_H

#include <stdio.h>

/* Names and texts in the forms that schemas need. */

/* The text between quotes of SQL, where a quote that it has is written twice. */
void schema_write_quoted(FILE *out, const char *text, char quote);

/* A string of JSON, with its quotes. */
void schema_write_json(FILE *out, const char *text);

/*
 * Makes a name of letters, digits and _, the first no digit: what is none of them becomes _.  out
 * has room for strlen(name) + 2.
 */
void schema_make_identifier(char *out, const char *name);

/* What stands before each item of a list but the first. */
void schema_write_between(FILE *out, unsigned item, const char *between);

#endif
