// SPDX-License-Identifier: Apache-2.0
#ifndef TRANSPORTS_KAFKA_SECRETS_H
#define TRANSPORTS_KAFKA_SECRETS_H

#include <stdbool.h>
#include <stddef.h>

enum { KAFKA_SECRETS_MAX = 80 };

/* What no line of the log may show: copies, wiped at the end. */
struct kafka_secrets {
    size_t n;
    char *at[KAFKA_SECRETS_MAX];
};

/*
 * Returns what the file holds, without its last newline, and keeps it as a secret.
 * NULL, logged, if it cannot be read, is empty, or is open to every user.
 */
const char *kafka_secrets_read(struct kafka_secrets *secrets, const char *path);

/* Keeps a copy of text and returns it; NULL if there is no room. */
const char *kafka_secrets_add(struct kafka_secrets *secrets, const char *text);

/* Puts stars in the place of every secret in text. */
void kafka_secrets_redact(const struct kafka_secrets *secrets, char *text);

void kafka_secrets_clear(struct kafka_secrets *secrets);

#endif
