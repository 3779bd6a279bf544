// SPDX-License-Identifier: Apache-2.0
#ifndef CMD_KAFKA_H
#define CMD_KAFKA_H

/* weir kafka create-topics: makes the topic of the transport kafka.  Returns the exit code. */
int kafka_main(int argc, char **argv);

#endif
