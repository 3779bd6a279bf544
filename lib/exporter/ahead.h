// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_EXPORTER_AHEAD_H
#define LIB_EXPORTER_AHEAD_H

#include "lib/exporter/exporter.h"

enum { AHEAD_MAX = 16 };

/* A datagram that is decoded soon. */
struct ahead {
    const struct datagram *datagram;
    uint16_t template_id; /* that its first set needs; 0 if none or not known */
};

/*
 * Asks the memory for what is remembered of the exporters of these datagrams, at most AHEAD_MAX:
 * where thousands of them take turns, it is in no cache of the processor.  Changes nothing.
 */
void exporters_look_ahead(const struct exporters *exporters, const struct ahead *ahead, size_t n);

#endif
