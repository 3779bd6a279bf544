// SPDX-License-Identifier: Apache-2.0
#ifndef CMD_COLLECT_H
#define CMD_COLLECT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * weir collect: receives datagrams until it is told to stop.  Returns the exit
 * code: 0, 1 if it could not start, 2 for a command line that cannot be read.
 */
int collect_main(int argc, char **argv);

/* weir check: reads the options and files of weir collect, and says whether they are right. */
int check_main(int argc, char **argv);

/*
 * Where weir collect with this command line, in this environment, serves HTTP: "" for
 * nowhere.  False if it would not start by it, which is written to standard error.
 */
bool collect_address(int argc, char **argv, char *address, size_t size);

#endif
