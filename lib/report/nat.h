// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_REPORT_NAT_H
#define LIB_REPORT_NAT_H

#include "lib/decoder.h"
#include "lib/report/report.h"

/*
 * Events of address translation in one form, whichever way they came by: natEvent of RFC 8158 and
 * of the numbering before it (NEL), firewallEvent with translated ends (NSEL), blocks of ports
 * with an event and without, and records that show a translation and count nothing.
 */
struct nat_event;

/*
 * What happened by the record, as it came: enrichment has not filled its times yet.  NULL if it
 * tells of no translation that begins or ends.
 */
const struct nat_event *nat_event_of(const struct flow *flow);

/* Whether the record counts octets or packets: then it is a flow as well. */
bool nat_counts(const struct flow *flow);

/* Makes the report of an event, of the record in d->flow with its times. */
void nat_report(struct decode *d, const struct nat_event *event, struct report *report);

#endif
