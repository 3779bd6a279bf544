// SPDX-License-Identifier: Apache-2.0
#ifndef CMD_HELP_H
#define CMD_HELP_H

/* weir help [COMMAND]: what "weir -h" and "weir COMMAND -h" print. */
int help_main(int argc, char **argv);

/* weir version: what "weir -v" prints. */
int version_main(int argc, char **argv);

/* Prints the version; returns the exit code. */
int version_print(void);

#endif
