// SPDX-License-Identifier: Apache-2.0
#ifndef CMD_EXPLAIN_H
#define CMD_EXPLAIN_H

/* weir explain: what stands in the datagrams of a capture, and which rules they break. */
int explain_main(int argc, char **argv);

#endif
