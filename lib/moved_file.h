// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_MOVED_FILE_H
#define LIB_MOVED_FILE_H

#include <stdbool.h>

/*
 * Whether the path that a file was opened by names another file by now, or none: who writes it
 * should open the path anew.  False if that cannot be told.
 */
bool moved_file(int fd, const char *path);

#endif
