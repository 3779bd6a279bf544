// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_FAULT_LOG_H
#define LIB_FAULT_LOG_H

#include "lib/decoder.h"

/*
 * Faults in the log, so that somebody may act on them and nobody can flood it: each
 * reason at most once in 10 s for an exporter, and 10 lines a second in all, with the
 * number that was left out.  Time is that of the datagrams.  For struct decode's report.
 */
void fault_log_report(struct decode *d, enum decode_error error, const char *detail);

#endif
