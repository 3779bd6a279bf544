// SPDX-License-Identifier: Apache-2.0
/* The state file: written whole beside its place, checked whole before it is believed. */
#include "lib/state/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "lib/crc32c.h"
#include "lib/state/goflow2.h"

enum { VERSION = 1, HEAD_OCTETS = 128, DEPTH_MAX = 16 };

/* --- Writing --- */

static int write_all(int fd, const char *octets, size_t len)
{
    while (len > 0) {
        const ssize_t n = write(fd, octets, len);

        if (n < 0 && errno != EINTR) {
            return uv_translate_sys_error(errno);
        }
        if (n > 0) {
            octets += n;
            len -= (size_t)n;
        }
    }
    return 0;
}

static int write_parts(int fd, const char *lines, size_t len, uint64_t now_ns)
{
    char head[HEAD_OCTETS];
    char foot[HEAD_OCTETS];
    const int head_len = snprintf(
        head, sizeof(head), "{\"weir_state\":%d,\"saved_ns\":%" PRIu64 "}\n", VERSION, now_ns);
    const uint32_t sum = crc32c(crc32c(0, head, (size_t)head_len), lines, len);
    const int foot_len = snprintf(foot, sizeof(foot), "{\"crc32c\":\"%08" PRIx32 "\"}\n", sum);
    int error = write_all(fd, head, (size_t)head_len);

    error = error != 0 ? error : write_all(fd, lines, len);
    error = error != 0 ? error : write_all(fd, foot, (size_t)foot_len);
    if (error == 0 && fsync(fd) != 0) {
        error = uv_translate_sys_error(errno);
    }
    return error;
}

/* So that the new name is on the disk, too. */
static void sync_directory(const char *path)
{
    char directory[PATH_MAX];
    const char *slash = strrchr(path, '/');
    int fd;

    if (slash == NULL) {
        (void)snprintf(directory, sizeof(directory), ".");
    } else {
        (void)snprintf(directory, sizeof(directory), "%.*s", (int)(slash - path + 1), path);
    }
    fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd);
        (void)close(fd);
    }
}

/* 0, or why there must be no such file. */
static int check_wanted(const char *path, size_t len)
{
    struct stat status;

    if (len > STATE_FILE_OCTETS_MAX - 2 * HEAD_OCTETS) {
        return UV_EFBIG;
    }
    return stat(path, &status) == 0 && !S_ISREG(status.st_mode) ? UV_EINVAL : 0;
}

int state_file_write(const char *path, const char *lines, size_t len, uint64_t now_ns)
{
    char beside[PATH_MAX];
    int error = check_wanted(path, len);
    int fd;

    if (error != 0) {
        return error;
    }
    if (snprintf(beside, sizeof(beside), "%s.new", path) >= (int)sizeof(beside)) {
        return UV_ENAMETOOLONG;
    }
    (void)unlink(beside); /* of a process that was killed */
    fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return uv_translate_sys_error(errno);
    }
    error = write_parts(fd, lines, len, now_ns);
    if (close(fd) != 0 && error == 0) {
        error = uv_translate_sys_error(errno);
    }
    if (error == 0 && rename(beside, path) != 0) {
        error = uv_translate_sys_error(errno);
    }
    if (error != 0) {
        (void)unlink(beside);
        return error;
    }
    sync_directory(path);
    return 0;
}

/* --- Reading --- */

/* A file in memory. */
struct image {
    const char *data;
    size_t len;
};

/* The object that a piece of text is, all of it; NULL if it is none. */
static struct json_object *parse(const char *text, size_t len)
{
    struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
    struct json_object *object;

    if (tokener == NULL || len > INT_MAX) {
        json_tokener_free(tokener);
        return NULL;
    }
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
    object = json_tokener_parse_ex(tokener, text, (int)len);
    if (json_tokener_get_error(tokener) != json_tokener_success ||
        json_tokener_get_parse_end(tokener) != len ||
        !json_object_is_type(object, json_type_object)) {
        json_object_put(object);
        object = NULL;
    }
    json_tokener_free(tokener);
    return object;
}

static bool member_is(const struct image *line, const char *key, const char *text)
{
    struct json_object *object = parse(line->data, line->len);
    struct json_object *member;
    const bool is = json_object_object_get_ex(object, key, &member) && member != NULL &&
                    strcmp(json_object_get_string(member), text) == 0;

    json_object_put(object);
    return is;
}

/* Takes the first line, without its end, off the rest. */
static bool next_line(struct image *rest, struct image *line)
{
    const char *end = rest->len == 0 ? NULL : memchr(rest->data, '\n', rest->len);

    if (end == NULL) {
        return false;
    }
    *line = (struct image){rest->data, (size_t)(end - rest->data)};
    rest->data = end + 1;
    rest->len -= line->len + 1;
    return true;
}

/* Splits what the sum is of from the line that holds it; false if the sum is another. */
static bool check(const struct image *file, struct image *lines)
{
    char sum[16];
    struct image rest = *file;
    struct image head;
    struct image foot;
    const char *before;

    if (file->len < 2 || file->data[file->len - 1] != '\n') {
        return false;
    }
    before = memrchr(file->data, '\n', file->len - 1);
    if (before == NULL || !next_line(&rest, &head) || !member_is(&head, "weir_state", "1")) {
        return false;
    }
    foot = (struct image){before + 1, (size_t)(file->data + file->len - 1 - (before + 1))};
    (void)snprintf(sum, sizeof(sum), "%08" PRIx32,
                   crc32c(0, file->data, (size_t)(before + 1 - file->data)));
    *lines = (struct image){rest.data, (size_t)(before + 1 - rest.data)};
    return member_is(&foot, "crc32c", sum);
}

static bool hand_over(struct image lines, bool (*take)(struct json_object *line, void *arg),
                      void *arg)
{
    struct image line;
    bool all = true;

    while (next_line(&lines, &line)) {
        struct json_object *object = parse(line.data, line.len);

        all = object != NULL && take(object, arg) && all;
        json_object_put(object);
    }
    return all;
}

/* The object in a file that people may have edited. */
static struct json_object *parse_file(const struct image *file)
{
    size_t len = file->len;

    while (len > 0 && memchr(" \t\r\n", file->data[len - 1], 4) != NULL) {
        len--;
    }
    return parse(file->data, len);
}

/* What became of the file; *problem is what is wrong with it, if anything is. */
static enum state_file_result read_image(const struct image *file, uint64_t now_ns,
                                         bool (*take)(struct json_object *line, void *arg),
                                         void *arg, const char **problem)
{
    struct image lines;
    struct json_object *whole;
    bool understood;

    if (check(file, &lines)) {
        *problem = "some of it was not taken";
        return hand_over(lines, take, arg) ? STATE_FILE_READ : STATE_FILE_PARTLY;
    }
    whole = parse_file(file);
    if (whole == NULL) {
        *problem = "it is damaged";
        return STATE_FILE_DAMAGED;
    }
    *problem = "it is neither weir's nor goflow2's";
    understood = state_goflow2_read(whole, now_ns, take, arg);
    json_object_put(whole);
    return understood ? STATE_FILE_READ : STATE_FILE_DAMAGED;
}

/* Gives a file that is not, or not all, understood a name under which it can be looked at. */
static void set_aside(const char *path, uint64_t now_ns, const char *problem, char *message,
                      size_t message_size)
{
    char aside[PATH_MAX];

    (void)snprintf(aside, sizeof(aside), "%.4000s.damaged-%" PRIu64, path, now_ns / 1000000000);
    if (rename(path, aside) == 0) {
        (void)snprintf(message, message_size, "%s; it is kept as %s", problem, aside);
    } else {
        (void)snprintf(message, message_size, "%s, and cannot be renamed: %s", problem,
                       strerror(errno));
    }
}

/* Maps a file; NULL with errno if that cannot be: ENODATA if it is empty, EFBIG if too large. */
static const char *map_file(const char *path, size_t *len)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* of a FIFO, too */
    struct stat status;
    void *data = MAP_FAILED;
    int error = 0;

    if (fd < 0 || fstat(fd, &status) != 0) {
        error = errno;
    } else if (!S_ISREG(status.st_mode)) {
        error = EINVAL;
    } else if (status.st_size == 0 || status.st_size > STATE_FILE_OCTETS_MAX) {
        error = status.st_size == 0 ? ENODATA : EFBIG;
    } else {
        *len = (size_t)status.st_size;
        data = mmap(NULL, *len, PROT_READ, MAP_PRIVATE, fd, 0);
        error = errno;
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    errno = error;
    return data == MAP_FAILED ? NULL : data;
}

static enum state_file_result explain_no_file(const char *path, uint64_t now_ns, char *message,
                                              size_t message_size)
{
    switch (errno) {
    case ENOENT:
        return STATE_FILE_NONE;
    case ENODATA:
        set_aside(path, now_ns, "it is empty", message, message_size);
        return STATE_FILE_DAMAGED;
    case EFBIG:
        set_aside(path, now_ns, "it is too large", message, message_size);
        return STATE_FILE_DAMAGED;
    default:
        (void)snprintf(message, message_size, "%s", strerror(errno));
        return STATE_FILE_FAILED;
    }
}

enum state_file_result state_file_read(const char *path, uint64_t now_ns,
                                       bool (*take)(struct json_object *line, void *arg), void *arg,
                                       char *message, size_t message_size)
{
    struct image file = {.len = 0};
    const char *problem;
    enum state_file_result result;

    file.data = map_file(path, &file.len);
    if (file.data == NULL) {
        return explain_no_file(path, now_ns, message, message_size);
    }
    result = read_image(&file, now_ns, take, arg, &problem);
    (void)munmap((void *)(uintptr_t)file.data, file.len);
    if (result != STATE_FILE_READ) {
        set_aside(path, now_ns, problem, message, message_size);
    }
    return result;
}
