// SPDX-License-Identifier: Apache-2.0
#ifndef CMD_PLACES_H
#define CMD_PLACES_H

#include <stdbool.h>

#include "cmd/setup.h"

/*
 * Whether the files and folders that options name can be opened as a start would, by whoever asks:
 * what cannot is written to standard error.  Nothing is opened or made.
 */
bool places_check(struct setup *setup);

#endif
