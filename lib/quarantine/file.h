// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_QUARANTINE_FILE_H
#define LIB_QUARANTINE_FILE_H

#include <stddef.h>
#include <stdint.h>

/* The file of a quarantine, and the older one beside it.  Errors are negative UV_E codes. */
struct quarantine_file {
    const char *path; /* borrowed */
    char *older;      /* path and ".1" */
    uint64_t max;     /* octets of each of them */
    int fd;           /* -1 if it could not be opened */
    uint64_t size;    /* up to the last whole block */
};

/*
 * Opens the file, makes it if there is none, and cuts off a block that is not whole.  A
 * capture of other software, or of another version, becomes the older file; anything else stays,
 * and is UV_EEXIST.
 */
int quarantine_file_open(struct quarantine_file *file, const char *path, uint64_t max);
void quarantine_file_close(struct quarantine_file *file);

/* Opens its path once more. */
int quarantine_file_reopen(struct quarantine_file *file);

/*
 * Appends whole blocks, in a new file if this one would grow too long.  Where it fails, the file
 * ends as it did.
 */
int quarantine_file_append(struct quarantine_file *file, const uint8_t *blocks, size_t len);

#endif
