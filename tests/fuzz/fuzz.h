// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Of each target: takes an input of a fuzzer, and ends the process if something does not hold. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
