// SPDX-License-Identifier: Apache-2.0
// What all transports count alike.
#include "lib/transport.h"

const struct transport_loss_text transport_losses[TRANSPORT_LOSS_COUNT] = {
#define X(name, key, text) [TRANSPORT_##name] = {key, text},
    TRANSPORT_LOSSES(X)
#undef X
};

void transport_delivered(struct transport *t, uint64_t records)
{
    atomic_fetch_add_explicit(&t->delivered, records, memory_order_relaxed);
}

void transport_failed(struct transport *t)
{
    atomic_store_explicit(&t->failed_ns, uv_hrtime(), memory_order_relaxed);
}

void transport_lost(struct transport *t, enum transport_loss why, uint64_t records)
{
    atomic_fetch_add_explicit(&t->lost[why], records, memory_order_relaxed);
    if (why != TRANSPORT_TOO_LARGE) {
        transport_failed(t);
    }
}

/* A record may have ended before its taking is counted, so the ends are read first. */
uint64_t transport_held(const struct transport *t)
{
    uint64_t ended = atomic_load(&t->delivered);
    uint64_t taken;

    for (int i = 0; i < TRANSPORT_LOSS_COUNT; i++) {
        ended += atomic_load(&t->lost[i]);
    }
    taken = atomic_load(&t->taken);
    return taken > ended ? taken - ended : 0;
}
