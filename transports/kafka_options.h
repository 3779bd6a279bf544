// SPDX-License-Identifier: Apache-2.0
#ifndef TRANSPORTS_KAFKA_OPTIONS_H
#define TRANSPORTS_KAFKA_OPTIONS_H

#include "lib/option/option.h"

/* What the transport can be told; the target is its struct kafka. */
extern const struct option kafka_options[];

#endif
