// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_STATE_GOFLOW2_H
#define LIB_STATE_GOFLOW2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_object;

/*
 * goflow2's form of templates: {"ip:port":{"10/1/256":{template}}}, as its version
 * 3 keeps them in a file and answers them over HTTP; and the lines of lib/state/text.h.
 */

/*
 * Hands each exporter of goflow2's file over as a line.  now_ns is when its templates
 * are said to have come.  False if this is no such file; nothing was then handed over.
 */
bool state_goflow2_read(struct json_object *file, uint64_t now_ns,
                        bool (*take)(struct json_object *line, void *arg), void *arg);

enum { STATE_GOFLOW2_NAME_MAX = 96 };

/* The exporter of a line as goflow2 names it; false where goflow2 would not list it. */
bool state_goflow2_name(struct json_object *line, char name[static STATE_GOFLOW2_NAME_MAX]);

/* Adds the templates of a line, in goflow2's form; where one is there already it is replaced. */
void state_goflow2_add(struct json_object *templates, struct json_object *line);

#endif
