// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_DECODE_ERROR_H
#define LIB_DECODE_ERROR_H

/* What a fault costs.  Nothing else is lost by it. */
enum decode_cost {
    COST_NOTHING,
    COST_FIELD,
    COST_RECORD,
    COST_TEMPLATE,
    COST_SET,
    COST_DATAGRAM,
};

enum decode_error {
#define DECODE_ERROR(name, key, cost, text) DECODE_##name,
#include "lib/decode_error.def"
#undef DECODE_ERROR
    DECODE_ERROR_COUNT,
};

struct decode_error_text {
    const char *key;  /* as in counters and logs */
    const char *text; /* for people, with the rule broken */
    enum decode_cost cost;
};

extern const struct decode_error_text decode_errors[DECODE_ERROR_COUNT];

#endif
