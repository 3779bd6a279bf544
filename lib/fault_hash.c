// SPDX-License-Identifier: Apache-2.0
/* Faults of exporters as keys. */
#include "lib/fault_hash.h"

#include <sys/random.h>

#include "lib/lru_table.h"

static _Thread_local struct {
    bool drawn;
    uint64_t words[2];
} secret;

/* Without one all goes on, and it is asked for again. */
static const uint64_t *draw_secret(void)
{
    if (!secret.drawn) {
        secret.drawn = getrandom(secret.words, sizeof(secret.words), 0) == sizeof(secret.words);
    }
    return secret.words;
}

uint64_t fault_hash(const struct flow_addr *from, enum decode_error error)
{
    const struct {
        struct flow_addr from;
        uint8_t error;
    } key = {flow_addr_make(from->bytes, from->len), (uint8_t)error};

    return lru_hash(draw_secret(), &key, sizeof(key));
}
