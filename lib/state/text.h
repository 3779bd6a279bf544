// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_STATE_TEXT_H
#define LIB_STATE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/exporter/exporter.h"
#include "lib/template/template.h"

struct json_object;

/*
 * What is remembered of exporters, as text: one line of JSON an exporter, with
 * its domains, their templates and rates, and the names that it told.  Sequence
 * numbers are left out: what was lost while weir was away is lost.
 */
struct state_text {
    char *data;
    size_t len;
    size_t capacity;
    bool failed; /* there was no memory for all of it */
};

void state_text_free(struct state_text *text);

/*
 * Makes room for what state_text_add() is about to add.  On the thread that asks, so that the
 * one that owns the exporters need not wait for memory.
 */
void state_text_reserve(struct state_text *text);

/* So many fields of an exporter's templates are kept; of more, the templates used last. */
enum { STATE_FIELDS_MAX = 16384 };

/*
 * Adds the lines of about budget exporters, which is not 0, fewer if they are long, and
 * returns the cursor to go on with, as exporters_walk() does.  On the thread that owns
 * them; made to be quick.
 */
size_t state_text_add(struct state_text *text, const struct exporters *exporters, size_t cursor,
                      size_t budget);

/* Counts up whenever the text would be another, but for times. */
uint64_t state_changes(const struct exporters *exporters);

/*
 * Remembers what a line says, within the limits that hold for datagrams, too.
 * counters hears of what was refused.  False if the line is none.
 */
bool state_restore(struct exporters *exporters, const struct decode_settings *settings,
                   struct counters *counters, struct json_object *line);

/*
 * A field of a template as the text has it: enterprise, element, length, type as sent,
 * and 1 for a scope, with dots between and a blank behind them, STATE_FIELD_OCTETS at most.
 * Numbers, for there are very many.  Reading moves *at on, and is false if there is no field.
 */
enum { STATE_FIELD_OCTETS = 32 };
char *state_write_field(char *out, const struct template_field *field);
bool state_read_field(const char **at, struct template_field *field);

/* The array of this name in a line or in a part of it; NULL if there is none. */
struct json_object *state_list(struct json_object *object, const char *key);

/* The exporter's address of a line; false if it has none. */
bool state_address(struct json_object *line, struct flow_addr *addr);

#endif
