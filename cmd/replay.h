// SPDX-License-Identifier: Apache-2.0
#ifndef CMD_REPLAY_H
#define CMD_REPLAY_H

/*
 * weir replay: runs captures through the pipeline, or sends their datagrams to a
 * UDP port.  Returns the exit code: 0, also where the reader of standard output
 * has gone; 1 if a capture could not be read to its end, or not all could be
 * sent; 2 for a command line that cannot be read.
 */
int replay_main(int argc, char **argv);

#endif
