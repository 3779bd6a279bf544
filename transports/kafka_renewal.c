// SPDX-License-Identifier: Apache-2.0
// Certificates and secrets that have changed on the disk come into force with a new producer.
#include "lib/log.h"
#include "transports/kafka.h"
#include "transports/kafka_config.h"
#include "transports/kafka_srv.h"

enum { CODEC_OCTETS = 16 };

/* Brokers that were looked up stand in the configuration only. */
static bool keep_brokers(const struct kafka *k, rd_kafka_conf_t *conf)
{
    char brokers[KAFKA_SRV_OCTETS];

    if (!k->brokers_found) {
        return true;
    }
    kafka_config_get(k->conf, "bootstrap.servers", brokers, sizeof(brokers));
    return kafka_config_set(conf, "bootstrap.servers", brokers);
}

/* The configuration of the new producer, which is in its place then; NULL, logged, if none is. */
static rd_kafka_conf_t *renew(struct kafka *k, struct kafka_secrets *secrets,
                              struct kafka_credentials *credentials)
{
    rd_kafka_conf_t *conf;

    kafka_credentials_note_own(credentials, &k->settings);
    conf = kafka_config_new(&k->settings, k->transport.goflow2, secrets);
    if (conf == NULL) {
        return NULL;
    }
    kafka_credentials_note_tls(credentials, conf);
    if (keep_brokers(k, conf) && kafka_replace_producers(k, conf)) {
        return conf;
    }
    rd_kafka_conf_destroy(conf);
    return NULL;
}

/* What was said of the old producer, and what it met, says nothing of the new one. */
static void begin_anew(struct kafka *k, rd_kafka_conf_t *conf)
{
    char codec[CODEC_OCTETS];

    rd_kafka_conf_destroy(k->conf);
    k->conf = conf;
    k->all_down = false;
    kafka_log_forget(&k->log);
    kafka_config_get(conf, "compression.codec", codec, sizeof(codec));
    kafka_statistics_set_codec(&k->statistics, codec);
}

void kafka_renew_credentials(struct kafka *k)
{
    char path[KAFKA_CREDENTIAL_OCTETS];
    struct kafka_secrets secrets = {.n = 0};
    struct kafka_credentials credentials;
    rd_kafka_conf_t *conf;

    if (!kafka_credentials_changed(&k->credentials, &k->settings, k->conf, path)) {
        return;
    }
    conf = renew(k, &secrets, &credentials);
    if (conf == NULL) {
        LOG(ERROR, "certificates or secrets have changed and cannot be used: the old ones stay",
            LOG_TEXT("path", path));
        kafka_secrets_clear(&secrets);
        return;
    }
    begin_anew(k, conf);
    kafka_secrets_clear(&k->secrets);
    k->secrets = secrets;
    k->credentials = credentials;
    atomic_fetch_add(&k->credential_renewals, 1);
    LOG(INFO, "certificates or secrets have changed: a new producer sends with them",
        LOG_TEXT("path", path));
}
