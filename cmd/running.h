// SPDX-License-Identifier: Apache-2.0
#ifndef CMD_RUNNING_H
#define CMD_RUNNING_H

enum { RUNNING_OCTETS = 32768, RUNNING_ARGUMENTS = 256 };

/* The command line of a process, as main() gets it. */
struct running_line {
    char text[RUNNING_OCTETS];
    char *argv[RUNNING_ARGUMENTS + 1]; /* ends with NULL */
    int argc;
};

/*
 * Looks for the processes that run this program as a collector, as far as this user may
 * look at them, and reads the command line of one.  Returns how many there are.
 */
unsigned running_collectors(struct running_line *line);

#endif
