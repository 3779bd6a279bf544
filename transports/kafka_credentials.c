// SPDX-License-Identifier: Apache-2.0
// Which files certificates and secrets come from, and whether one of them has changed.
#include "transports/kafka_credentials.h"

#include <stddef.h>
#include <stdio.h>

#include "transports/kafka_config.h"

/* The token of OAUTHBEARER is none of them: its file is read at each refresh. */
static const size_t own_files[KAFKA_OWN_FILES] = {
    offsetof(struct kafka_settings, sasl_user_file),
    offsetof(struct kafka_settings, sasl_password_file),
    offsetof(struct kafka_settings, tls_key_password_file),
    offsetof(struct kafka_settings, property_file),
};

/* Properties, whoever has set them.  An authority may also be a folder: then it is its entries. */
static const char *const tls_files[KAFKA_TLS_FILES] = {
    "ssl.ca.location",  "ssl.crl.location",      "ssl.certificate.location",
    "ssl.key.location", "ssl.keystore.location",
};

static const char *own_path(const struct kafka_settings *settings, int i)
{
    return *(const char *const *)((const char *)settings + own_files[i]);
}

static struct kafka_file_mark look_at(const char *path)
{
    struct stat st;

    if (*path == '\0' || stat(path, &st) != 0) {
        return (struct kafka_file_mark){.there = false};
    }
    return (struct kafka_file_mark){
        .there = true,
        .device = st.st_dev,
        .inode = st.st_ino,
        .size = st.st_size,
        .written = st.st_mtim,
    };
}

static bool is_as_before(const char *path, const struct kafka_file_mark *was)
{
    const struct kafka_file_mark is = look_at(path);

    return is.there == was->there && is.device == was->device && is.inode == was->inode &&
           is.size == was->size && is.written.tv_sec == was->written.tv_sec &&
           is.written.tv_nsec == was->written.tv_nsec;
}

void kafka_credentials_note_own(struct kafka_credentials *c, const struct kafka_settings *settings)
{
    for (int i = 0; i < KAFKA_OWN_FILES; i++) {
        c->own[i] = look_at(own_path(settings, i));
    }
}

void kafka_credentials_note_tls(struct kafka_credentials *c, const rd_kafka_conf_t *conf)
{
    char path[KAFKA_CREDENTIAL_OCTETS];

    for (int i = 0; i < KAFKA_TLS_FILES; i++) {
        kafka_config_get(conf, tls_files[i], path, sizeof(path));
        c->tls[i] = look_at(path);
    }
}

bool kafka_credentials_changed(const struct kafka_credentials *c,
                               const struct kafka_settings *settings, const rd_kafka_conf_t *conf,
                               char path[static KAFKA_CREDENTIAL_OCTETS])
{
    for (int i = 0; i < KAFKA_OWN_FILES; i++) {
        (void)snprintf(path, KAFKA_CREDENTIAL_OCTETS, "%s", own_path(settings, i));
        if (!is_as_before(path, &c->own[i])) {
            return true;
        }
    }
    for (int i = 0; i < KAFKA_TLS_FILES; i++) {
        kafka_config_get(conf, tls_files[i], path, KAFKA_CREDENTIAL_OCTETS);
        if (!is_as_before(path, &c->tls[i])) {
            return true;
        }
    }
    return false;
}
