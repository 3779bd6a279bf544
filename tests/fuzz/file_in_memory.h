// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_FUZZ_FILE_IN_MEMORY_H
#define TESTS_FUZZ_FILE_IN_MEMORY_H

#include <stddef.h>

enum { FILE_IN_MEMORY_PATH = 32 };

/* A file with these octets, for readers that want a path.  Returns a descriptor to be closed. */
int file_in_memory(const void *octets, size_t len, char path[static FILE_IN_MEMORY_PATH]);

#endif
