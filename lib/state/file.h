// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_STATE_FILE_H
#define LIB_STATE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_object;

/*
 * The file that remembers exporters over a restart: a head, the lines of
 * lib/state/text.h, and a last line with their CRC-32C.
 */
enum { STATE_FILE_OCTETS_MAX = 1 << 30 };

/*
 * Writes the lines to a file beside path, and then puts that in its place, so that
 * there is a whole file at every moment.  Only the owner may read it.  Returns 0 or
 * UV_E*: UV_EFBIG for what would not be read again, UV_EINVAL where path is no file.
 */
int state_file_write(const char *path, const char *lines, size_t len, uint64_t now_ns);

/* What became of a file that was to be read. */
enum state_file_result {
    STATE_FILE_READ,
    STATE_FILE_PARTLY,  /* whole, but some of its lines were not taken; it has another name now */
    STATE_FILE_NONE,    /* there is no such file */
    STATE_FILE_DAMAGED, /* it has another name now, and nothing of it was handed over */
    STATE_FILE_FAILED,  /* it could not be read, and is where it was */
};

/*
 * Reads the file and hands each line to take, whose answer says whether it was one.
 * The file is checked whole before the first line is handed over.  goflow2's own
 * (-templates.json.path of its version 3) is understood, too: its templates
 * are handed over as such lines.  message becomes what is to be said about it.
 */
enum state_file_result state_file_read(const char *path, uint64_t now_ns,
                                       bool (*take)(struct json_object *line, void *arg), void *arg,
                                       char *message, size_t message_size);

#endif
