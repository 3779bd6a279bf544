// SPDX-License-Identifier: Apache-2.0
#ifndef CMD_COMPLETION_H
#define CMD_COMPLETION_H

/* weir completion SHELL: prints what makes the shell complete weir's command lines. */
int completion_main(int argc, char **argv);

#endif
