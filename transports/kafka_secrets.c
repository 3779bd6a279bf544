// SPDX-License-Identifier: Apache-2.0
// Passwords and tokens: read from files, hidden in the log, wiped at the end.
#include "transports/kafka_secrets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/log.h"

enum { SECRET_OCTETS = 1 << 16, SECRET_SHORTEST = 4 };

static const char *refuse(const char *path, const char *why)
{
    LOG(ERROR, "cannot use the file of a secret", LOG_TEXT("path", path), LOG_TEXT("error", why));
    return NULL;
}

/* Systemd's credentials have an ACL, which shows as rights of the group: those are let pass. */
static const char *check_file(int fd)
{
    struct stat st;

    if (fstat(fd, &st) != 0) {
        return strerror(errno);
    }
    return (st.st_mode & S_IRWXO) != 0 ? "every user may open it: chmod 600" : NULL;
}

/* Reads fd up to size octets, and ends them with a zero; what does not fit is a failure. */
static const char *read_all(int fd, char *text, size_t size)
{
    size_t len = 0;
    ssize_t got;

    while ((got = read(fd, text + len, size - len)) > 0) {
        len += (size_t)got;
    }
    if (got < 0) {
        return strerror(errno);
    }
    if (len == size) {
        return "too long";
    }
    len -= len > 0 && text[len - 1] == '\n' ? 1 : 0;
    text[len] = '\0';
    return len == 0 ? "empty" : NULL;
}

const char *kafka_secrets_read(struct kafka_secrets *secrets, const char *path)
{
    static char text[SECRET_OCTETS];
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    const char *problem = fd < 0 ? strerror(errno) : check_file(fd);
    const char *secret = NULL;

    if (problem == NULL) {
        problem = read_all(fd, text, sizeof(text));
    }
    if (fd >= 0) {
        close(fd);
    }
    if (problem == NULL) {
        secret = kafka_secrets_add(secrets, text);
        problem = secret == NULL ? "no memory" : NULL;
    }
    explicit_bzero(text, sizeof(text));
    return problem == NULL ? secret : refuse(path, problem);
}

const char *kafka_secrets_add(struct kafka_secrets *secrets, const char *text)
{
    char *copy = secrets->n == KAFKA_SECRETS_MAX ? NULL : strdup(text);

    if (copy != NULL) {
        secrets->at[secrets->n++] = copy;
    }
    return copy;
}

/* What is shorter would blot out half of every line. */
void kafka_secrets_redact(const struct kafka_secrets *secrets, char *text)
{
    for (size_t i = 0; i < secrets->n; i++) {
        const size_t len = strlen(secrets->at[i]);

        for (char *at = text; len >= SECRET_SHORTEST && (at = strstr(at, secrets->at[i])) != NULL;
             at += len) {
            memset(at, '*', len);
        }
    }
}

void kafka_secrets_clear(struct kafka_secrets *secrets)
{
    while (secrets->n > 0) {
        char *secret = secrets->at[--secrets->n];

        explicit_bzero(secret, strlen(secret));
        free(secret);
    }
}
