// SPDX-License-Identifier: Apache-2.0
#ifndef TRANSPORTS_KAFKA_CONFIG_H
#define TRANSPORTS_KAFKA_CONFIG_H

#include <librdkafka/rdkafka.h>

#include "transports/kafka_secrets.h"
#include "transports/kafka_settings.h"

/*
 * Makes librdkafka's configuration of what weir was told; goflow2 asks for goflow2's
 * defaults.  What is secret is added to secrets.  NULL, logged, if something in it cannot
 * be; the caller frees the result.
 */
rd_kafka_conf_t *kafka_config_new(const struct kafka_settings *settings, bool goflow2,
                                  struct kafka_secrets *secrets);

/* Sets one property; false, logged by its name and never with its value, if it cannot be. */
bool kafka_config_set(rd_kafka_conf_t *conf, const char *name, const char *value);

/* Sets the part of TLS and SASL; false, logged, if something in it cannot be. */
bool kafka_config_security(rd_kafka_conf_t *conf, const struct kafka_settings *settings,
                           struct kafka_secrets *secrets);

/* Has weir say what is wrong with a certificate; after the properties. */
void kafka_config_certificates(rd_kafka_conf_t *conf);

/*
 * Sets the properties that were given by name, from a file and one by one; false, logged, at the
 * first that cannot be.
 */
bool kafka_config_properties(rd_kafka_conf_t *conf, const struct kafka_settings *settings,
                             struct kafka_secrets *secrets);

/* The value of a property, or "" if it has none; at most size - 1 octets of it. */
void kafka_config_get(const rd_kafka_conf_t *conf, const char *name, char *value, size_t size);

#endif
