// SPDX-License-Identifier: Apache-2.0
#include "lib/counters.h"

const struct counter_text counter_texts[COUNTER_COUNT] = {
#define COUNTER(name, text) [COUNTER_##name] = {#name, text},
#include "lib/counters.def"
#undef COUNTER
};

void counters_add(struct counters *sum, const struct counters *from)
{
    for (int i = 0; i < COUNTER_COUNT; i++) {
        counter_bump(&sum->at[i], counter_read(&from->at[i]));
    }
    for (int i = 0; i < DECODE_ERROR_COUNT; i++) {
        counter_bump(&sum->errors[i], counter_read(&from->errors[i]));
        counter_bump(&sum->dropped[i], counter_read(&from->dropped[i]));
    }
}
