// SPDX-License-Identifier: Apache-2.0
#include "lib/decode_error.h"

const struct decode_error_text decode_errors[DECODE_ERROR_COUNT] = {
#define DECODE_ERROR(name, key, cost, text) [DECODE_##name] = {key, text, COST_##cost},
#include "lib/decode_error.def"
#undef DECODE_ERROR
};
