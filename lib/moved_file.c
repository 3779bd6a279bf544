// SPDX-License-Identifier: Apache-2.0
// Files that somebody moves or removes while they are written.
#include "lib/moved_file.h"

#include <errno.h>
#include <sys/stat.h>

bool moved_file(int fd, const char *path)
{
    struct stat opened;
    struct stat named;

    if (fstat(fd, &opened) < 0) { /* ESTALE: its server has forgotten it */
        return true;
    }
    if (stat(path, &named) < 0) {
        return errno == ENOENT || errno == ENOTDIR;
    }
    return named.st_ino != opened.st_ino || named.st_dev != opened.st_dev;
}
