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

/* Writes them to standard error, each with what it does. */
void command_list(void);

/*
 * Says what is wrong with a command line, and where all options stand.  name is the subcommand's,
 * or NULL for what weir does where none is named.  Returns the exit code.
 */
int command_refuse(const char *name, const char *message);

/*
 * What every command line does first, over the options' defaults: their values are set, and
 * *first becomes the first argument that is none.  Returns -1 to go on, or the exit code: 0 when
 * help was asked for, 2 when an option was refused.  name is the subcommand's, for complaints.
 */
int command_read_options(const char *name, const char *usage, const struct option_group *groups,
                         size_t n, int argc, char **argv, int *first);

/* 0, or 2 when there is an argument, which is then complained of. */
int command_take_no_argument(const char *name, int argc, char **argv, int first);

/*
 * 0, or 2 when one of the arguments, which end with NULL, is an option that stands too late; that
 * is then complained of.  A file may begin with a dash, too.  what is what the arguments are.
 */
int command_take_no_option(const char *name, const char *what, char **arguments);

/* What every output ends with: returns status, or 1 when it could not all be written, and says so.
 */
int command_end_output(const char *name, int status);

/* Lets the reader have what "weir NAME -h" would print. */
void command_describe(const struct command *command, const struct usage_reader *reader);

#endif
