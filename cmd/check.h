// SPDX-License-Identifier: Apache-2.0
#ifndef CMD_CHECK_H
#define CMD_CHECK_H

#include "cmd/setup.h"

/*
 * Whether a setup that could be read would start, as far as that can be told without opening,
 * making or sending anything; said on standard error.  Returns the exit code.
 */
int check_setup(struct setup *setup);

#endif
