// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_QUARANTINE_INLET_H
#define LIB_QUARANTINE_INLET_H

#include "lib/quarantine/quarantine.h"

/*
 * One worker's way into the quarantine.  It takes datagrams that a fault has cost a record, a
 * template, a set or more; what is lost because of others (memory, -allow, a template that did not
 * come) is not the datagram's fault.
 *
 * Beside the rate for all, an exporter may fill the quarantine with one and the same fault only
 * once in a second.
 */
struct quarantine_inlet;

/* NULL if there is no memory. */
struct quarantine_inlet *quarantine_inlet_new(struct quarantine *quarantine);
void quarantine_inlet_free(struct quarantine_inlet *inlet);

/* A datagram begins, which is borrowed until it ends. */
void quarantine_inlet_begin(struct quarantine_inlet *inlet, const struct datagram *datagram);

/* As hear_fault of struct decode.  Faults of sets that came in other datagrams are left out. */
void quarantine_inlet_fault(struct quarantine_inlet *inlet, const struct decode *d,
                            enum decode_error error, const char *detail);

/* It ends: it is put into quarantine, or not; that is counted, in counters that outlive it. */
void quarantine_inlet_end(struct quarantine_inlet *inlet, struct decode *d);

#endif
