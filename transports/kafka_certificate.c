// SPDX-License-Identifier: Apache-2.0
// What is wrong with a broker's certificate, in words.
#include <stdio.h>
#include <string.h>

#include "transports/kafka_config.h"

enum { WORD_OCTETS = 16 };

/* What OpenSSL finds wrong (its <openssl/x509_vfy.h>); librdkafka itself tells these not apart. */
static const struct {
    int code;
    const char *text;
} certificate_faults[] = {
    {2, "the authority that signed it is not known"},
    {9, "it is not valid yet"},
    {10, "it has expired"},
    {18, "it is signed by itself, and not trusted"},
    {19, "the authority that signed it is not trusted"},
    {20, "the authority that signed it is not known"},
    {21, "the authority that signed it is not known"},
    {23, "it was revoked"},
    {62, "it is for another host"},
    {64, "it is for another address"},
};

static const char *certificate_fault(int code)
{
    for (size_t i = 0; i < sizeof(certificate_faults) / sizeof(certificate_faults[0]); i++) {
        if (certificate_faults[i].code == code) {
            return certificate_faults[i].text;
        }
    }
    return "it cannot be verified";
}

/* Agrees with OpenSSL, and says why it refuses. */
static int judge_certificate(rd_kafka_t *rk, const char *broker, int32_t id, int *x509_error,
                             int depth, const char *certificate, size_t len, char *reason,
                             size_t reason_size, void *opaque)
{
    (void)rk, (void)broker, (void)id, (void)depth, (void)certificate, (void)len, (void)opaque;
    if (*x509_error == 0) {
        return 1;
    }
    (void)snprintf(reason, reason_size, "%s (OpenSSL's %d)", certificate_fault(*x509_error),
                   *x509_error);
    return 0;
}

/* Where nobody wants certificates checked, nothing is said of them either. */
void kafka_config_certificates(rd_kafka_conf_t *conf)
{
    char checked[WORD_OCTETS];

    kafka_config_get(conf, "enable.ssl.certificate.verification", checked, sizeof(checked));
    if (strcmp(checked, "true") == 0) {
        (void)rd_kafka_conf_set_ssl_cert_verify_cb(conf, judge_certificate);
    }
}
