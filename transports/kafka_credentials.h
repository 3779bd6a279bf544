// SPDX-License-Identifier: Apache-2.0
#ifndef TRANSPORTS_KAFKA_CREDENTIALS_H
#define TRANSPORTS_KAFKA_CREDENTIALS_H

#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <time.h>

#include "transports/kafka_settings.h"

enum { KAFKA_OWN_FILES = 4, KAFKA_TLS_FILES = 5, KAFKA_CREDENTIAL_OCTETS = 4096 };

/* What a file was when it was looked at. */
struct kafka_file_mark {
    bool there;
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec written;
};

/*
 * The files of certificates and secrets as they were when a configuration was made of them.  Those
 * that weir reads itself are looked at before it makes the configuration, those that librdkafka
 * reads before it makes a producer: what changes meanwhile is then seen as a change.
 */
struct kafka_credentials {
    struct kafka_file_mark own[KAFKA_OWN_FILES];
    struct kafka_file_mark tls[KAFKA_TLS_FILES];
};

void kafka_credentials_note_own(struct kafka_credentials *credentials,
                                const struct kafka_settings *settings);
void kafka_credentials_note_tls(struct kafka_credentials *credentials, const rd_kafka_conf_t *conf);

/* Whether a file is another one now; path then is that of the first. */
bool kafka_credentials_changed(const struct kafka_credentials *credentials,
                               const struct kafka_settings *settings, const rd_kafka_conf_t *conf,
                               char path[static KAFKA_CREDENTIAL_OCTETS]);

#endif
