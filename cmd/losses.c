// SPDX-License-Identifier: Apache-2.0
/* What is said at the end about records and datagrams that were lost. */
#include "cmd/losses.h"

#include "lib/log.h"

static void add_loss(struct log_attribute *losses, size_t *n, const char *name,
                     const _Atomic uint64_t *counter)
{
    const uint64_t lost = counter_read(counter);

    if (lost > 0) {
        losses[(*n)++] = LOG_NUMBER(name, lost);
    }
}

void losses_log(const struct transport *transport, const struct counters *sum)
{
    struct log_attribute losses[TRANSPORT_LOSS_COUNT + 3] = {0};
    size_t n = 0;

    for (int i = 0; i < TRANSPORT_LOSS_COUNT; i++) {
        add_loss(losses, &n, transport_losses[i].key, &transport->lost[i]);
    }
    add_loss(losses, &n, "records_unsent", &sum->at[COUNTER_records_unsent]);
    add_loss(losses, &n, "kernel_dropped", &sum->at[COUNTER_kernel_dropped]);
    if (n > 0) {
        log_write(LOG_LEVEL_WARN, "records or datagrams were lost", losses);
    }
}
