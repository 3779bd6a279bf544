// SPDX-License-Identifier: Apache-2.0
#ifndef TRANSPORTS_KAFKA_TOKEN_H
#define TRANSPORTS_KAFKA_TOKEN_H

#include <librdkafka/rdkafka.h>

/*
 * Gives a client the token of a file for SASL OAUTHBEARER.  Of a JSON Web Token (RFC 7519)
 * it takes the time of expiry and the subject; any other token counts for five minutes.
 * If it cannot, librdkafka asks again after ten seconds; that is logged.
 */
void kafka_token_refresh(rd_kafka_t *rk, const char *path);

#endif
