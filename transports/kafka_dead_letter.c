// SPDX-License-Identifier: Apache-2.0
// Messages that Kafka never takes, in a file, with the reason.
#include "transports/kafka_dead_letter.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>
#include <uv.h>

#include "lib/base64.h"
#include "lib/log.h"
#include "lib/moved_file.h"

static bool is_wanted(const struct kafka_dead_letter *d)
{
    return *d->path != '\0';
}

/* Returns the descriptor, or UV_E*.  A pipe that nobody reads is not waited for. */
static int open_path(const struct kafka_dead_letter *d)
{
    const int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    const int fd = open(d->path, flags, 0640);

    return fd < 0 ? uv_translate_sys_error(errno) : fd;
}

static void log_failure(const struct kafka_dead_letter *d, int error)
{
    LOG(ERROR, "cannot open the dead-letter file", LOG_TEXT("path", d->path),
        LOG_TEXT("error", uv_strerror(error)));
}

int kafka_dead_letter_open(struct kafka_dead_letter *d, const char *path, uint64_t max)
{
    int error;

    *d = (struct kafka_dead_letter){.path = path, .max = max, .fd = -1};
    error = uv_mutex_init(&d->mutex);
    if (error != 0 || !is_wanted(d)) {
        return error;
    }
    d->fd = open_path(d);
    if (d->fd < 0) {
        log_failure(d, d->fd);
    }
    return d->fd < 0 ? d->fd : 0;
}

/* Tried with each letter while it fails, and told once. */
static void reopen(struct kafka_dead_letter *d)
{
    const int fd = open_path(d);

    if (fd >= 0) {
        close(d->fd);
        d->fd = fd;
    } else if (!d->astray) {
        log_failure(d, fd);
    }
    d->astray = fd < 0;
}

void kafka_dead_letter_reopen(struct kafka_dead_letter *d)
{
    if (!is_wanted(d)) {
        return;
    }
    uv_mutex_lock(&d->mutex);
    d->astray = false;
    reopen(d);
    uv_mutex_unlock(&d->mutex);
}

void kafka_dead_letter_close(struct kafka_dead_letter *d)
{
    if (d->fd >= 0) {
        close(d->fd);
    }
    uv_mutex_destroy(&d->mutex);
}

static bool is_plain(struct slice octets)
{
    for (size_t i = 0; i < octets.len; i++) {
        const unsigned char c = (unsigned char)octets.data[i];

        if (c >= 0x7f || (c < ' ' && c != '\n' && c != '\t')) {
            return false;
        }
    }
    return true;
}

/* The caller frees the result; NULL if there is no memory. */
static char *base64(struct slice octets)
{
    char *text = malloc(base64_len(octets.len) + 1);

    if (text != NULL) {
        *base64_write(text, (const uint8_t *)octets.data, octets.len) = '\0';
    }
    return text;
}

/* As it is where it is plain text, else in base64 under the other name. */
static void add_octets(struct json_object *object, const char *name, const char *coded_name,
                       struct slice octets)
{
    char *coded;

    if (octets.len == 0) {
        return;
    }
    if (is_plain(octets)) {
        json_object_object_add(object, name,
                               json_object_new_string_len(octets.data, (int)octets.len));
        return;
    }
    coded = base64(octets);
    if (coded != NULL) {
        json_object_object_add(object, coded_name, json_object_new_string(coded));
    }
    free(coded);
}

static struct json_object *letter_object(const struct kafka_letter *letter)
{
    struct json_object *object = json_object_new_object();
    struct timeval now;

    (void)gettimeofday(&now, NULL);
    json_object_object_add(object, "time_ms",
                           json_object_new_int64((int64_t)now.tv_sec * 1000 + now.tv_usec / 1000));
    json_object_object_add(object, "topic", json_object_new_string(letter->topic));
    json_object_object_add(object, "code", json_object_new_string(letter->code));
    json_object_object_add(object, "reason", json_object_new_string(letter->reason));
    add_octets(object, "key", "key_base64", letter->key);
    add_octets(object, "value", "value_base64", letter->value);
    return object;
}

/* Says how long the file is. */
static bool has_room(struct kafka_dead_letter *d, size_t octets, off_t *size)
{
    struct stat st;
    const bool fits = fstat(d->fd, &st) == 0 && (uint64_t)st.st_size <= d->max &&
                      octets <= d->max && (uint64_t)st.st_size + octets <= d->max;

    if (!fits && !d->full) {
        LOG(WARN, "the dead-letter file is full: further messages are counted only",
            LOG_TEXT("path", d->path), LOG_NUMBER("max", d->max));
    }
    d->full = !fits;
    *size = fits ? st.st_size : 0;
    return fits;
}

/* A line that did not fit on the disk is taken away, or the next would stand behind its half. */
static bool append(struct kafka_dead_letter *d, const struct iovec line[2], size_t len)
{
    off_t size;
    ssize_t written;

    if (!has_room(d, len, &size)) {
        return false;
    }
    written = writev(d->fd, line, 2);
    if (written > 0 && (size_t)written < len && ftruncate(d->fd, size) != 0) {
        LOG(ERROR, "a dead letter was torn", LOG_TEXT("path", d->path),
            LOG_TEXT("error", uv_strerror(uv_translate_sys_error(errno))));
    }
    return written == (ssize_t)len;
}

static bool write_line(struct kafka_dead_letter *d, const char *text)
{
    const struct iovec line[] = {{(void *)(uintptr_t)text, strlen(text)},
                                 {(void *)(uintptr_t) "\n", 1}};
    const size_t len = line[0].iov_len + 1;
    bool written;

    uv_mutex_lock(&d->mutex);
    if (moved_file(d->fd, d->path)) {
        reopen(d);
    }
    written = append(d, line, len);
    uv_mutex_unlock(&d->mutex);
    return written;
}

void kafka_dead_letter_write(struct kafka_dead_letter *d, const struct kafka_letter *letter)
{
    struct json_object *object;
    const char *text;

    if (!is_wanted(d)) {
        return;
    }
    object = letter_object(letter);
    text = json_object_to_json_string_ext(object,
                                          JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
    atomic_fetch_add(write_line(d, text) ? &d->written : &d->left_out, 1);
    json_object_put(object);
}
