// SPDX-License-Identifier: Apache-2.0
#ifndef TRANSPORTS_KAFKA_SRV_H
#define TRANSPORTS_KAFKA_SRV_H

enum { KAFKA_SRV_OCTETS = 4096 };

/*
 * Makes a list "host:port,host:port" of the SRV records (RFC 2782) of a name, which is asked
 * for as it is.  Returns NULL, or why there are none; may take some seconds.
 */
const char *kafka_srv_look_up(const char *name, char list[static KAFKA_SRV_OCTETS]);

/* The part behind the question: NULL, or what is wrong with the answer. */
const char *kafka_srv_read(const unsigned char *answer, int len,
                           char list[static KAFKA_SRV_OCTETS]);

#endif
