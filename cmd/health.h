// SPDX-License-Identifier: Apache-2.0
#ifndef CMD_HEALTH_H
#define CMD_HEALTH_H

/*
 * weir health: asks a collector on this host how it is.  Returns the exit code: 0 if it is
 * well, 1 if not or if nobody answers, 2 for a command line that cannot be read.
 */
int health_main(int argc, char **argv);

#endif
