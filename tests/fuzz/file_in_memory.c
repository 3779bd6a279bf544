// SPDX-License-Identifier: Apache-2.0
/* Files that are on no disk. */
#include "tests/fuzz/file_in_memory.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/checked_pipeline.h"

int file_in_memory(const void *octets, size_t len, char path[static FILE_IN_MEMORY_PATH])
{
    const int fd = memfd_create("input", MFD_CLOEXEC);

    require(fd >= 0 && write(fd, octets, len) == (ssize_t)len, "there is room for a file");
    (void)snprintf(path, FILE_IN_MEMORY_PATH, "/proc/self/fd/%d", fd);
    return fd;
}
