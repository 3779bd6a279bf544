// SPDX-License-Identifier: Apache-2.0
#ifndef CMD_MAN_H
#define CMD_MAN_H

/* weir man: prints the manual page, made of what -h of each subcommand says. */
int man_main(int argc, char **argv);

#endif
