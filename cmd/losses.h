// SPDX-License-Identifier: Apache-2.0
#ifndef CMD_LOSSES_H
#define CMD_LOSSES_H

#include "lib/counters.h"
#include "lib/transport.h"

/* Logs what came and did not leave again, by reason; nothing if nothing was lost. */
void losses_log(const struct transport *transport, const struct counters *sum);

#endif
