// SPDX-License-Identifier: Apache-2.0
#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

#include <stddef.h>

#include "lib/option/option.h"

/* A subcommand of weir.  To add one: cmd/<name>.c, and its row in command.c. */
struct command {
    const char *name;
    int (*run)(int argc, char **argv); /* argv[0] is its name; returns the exit code */
    const char *help;
};

/* Ends with a row of zeros.  The first is what weir does where none is named. */
extern const struct command commands[];

/* NULL if there is none. */
const struct command *command_find(const char *name);

/* Lets the reader have what "weir NAME -h" would print. */
void command_describe(const struct command *command, const struct usage_reader *reader);

#endif
