// SPDX-License-Identifier: Apache-2.0
// Tokens for SASL OAUTHBEARER, from a file that somebody else keeps fresh.
#include "transports/kafka_token.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "transports/kafka_secrets.h"

enum { CLAIMS_OCTETS = 8192, SUBJECT_OCTETS = 256, REASON_OCTETS = 256, SAID_OCTETS = 1024 };

enum { OPAQUE_SECONDS = 300 };

/* What must be known of a token. */
struct claims {
    int64_t expires; /* seconds since 1970 */
    char subject[SUBJECT_OCTETS];
};

/* Base64url without padding (RFC 7515 section 2); stops at what is none.  Ends with a zero. */
static void decode(const char *text, size_t len, char out[static CLAIMS_OCTETS])
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    uint32_t bits = 0;
    size_t used = 0;

    for (size_t i = 0; i < len && used + 1 < CLAIMS_OCTETS; i++) {
        const char *letter = memchr(letters, text[i], sizeof(letters) - 1);

        if (letter == NULL) {
            break;
        }
        bits = bits << 6 | (uint32_t)(letter - letters);
        if (i % 4 != 0) {
            out[used++] = (char)(bits >> (6 - 2 * (i % 4)));
        }
    }
    out[used] = '\0';
}

/* The claims stand between the two dots. */
static struct claims read_claims(const char *token)
{
    struct claims claims = {.expires = (int64_t)time(NULL) + OPAQUE_SECONDS, .subject = "weir"};
    const char *begin = token + strcspn(token, ".");
    struct json_object *object;
    struct json_object *value;
    char text[CLAIMS_OCTETS];

    begin += *begin == '.' ? 1 : 0;
    decode(begin, strcspn(begin, "."), text);
    object = json_tokener_parse(text);
    if (json_object_object_get_ex(object, "exp", &value)) {
        claims.expires = json_object_get_int64(value);
    }
    if (json_object_object_get_ex(object, "sub", &value)) {
        (void)snprintf(claims.subject, sizeof(claims.subject), "%s", json_object_get_string(value));
    }
    json_object_put(object);
    return claims;
}

void kafka_token_refresh(rd_kafka_t *rk, const char *path)
{
    struct kafka_secrets secrets = {.n = 0};
    const char *token = kafka_secrets_read(&secrets, path);
    char reason[REASON_OCTETS] = "cannot be read";
    char said[SAID_OCTETS];
    struct claims claims;

    if (token != NULL) {
        claims = read_claims(token);
    }
    if (token == NULL ||
        rd_kafka_oauthbearer_set_token(rk, token, claims.expires * 1000, claims.subject, NULL, 0,
                                       reason, sizeof(reason)) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        (void)snprintf(said, sizeof(said), "%s: %s", path, reason);
        (void)rd_kafka_oauthbearer_set_token_failure(rk, said); /* which comes back to be logged */
    }
    kafka_secrets_clear(&secrets);
}
