// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_PROVOKE_PROVOKE_H
#define TESTS_PROVOKE_PROVOKE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Calls that fail when they are told to.  A program that is linked with this, and with
 * --wrap for each of the calls (CMakeLists.txt), meets the failures in weir's own code; those
 * of libraries go on as always.
 *
 * A whole program is told by its environment: WEIR_PROVOKE="write 3 ENOSPC" lets the third
 * write fail, "memory 17 ENOMEM" the 17th call of those that allocate, "memory 0 ENOMEM" none.
 * WEIR_PROVOKE_COUNT names a file that gets the number of such calls at the end.
 */

/*
 * From now on the n-th call of this name (or "memory") fails, once, with this error; 0 for none.
 */
void provoke(const char *call, uint64_t n, int error);

/* How many such calls there have been since. */
uint64_t provoke_count(void);

#endif
