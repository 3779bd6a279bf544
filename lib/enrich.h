// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_ENRICH_H
#define LIB_ENRICH_H

#include "lib/decoder.h"

/*
 * Completes the flow in d->flow from the header of its message and from what its
 * exporter has told before: times, sampling rate, interfaces, names.
 */
void enrich(struct decode *d);

#endif
