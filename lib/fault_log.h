// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_FAULT_LOG_H
#define LIB_FAULT_LOG_H

#include "lib/decoder.h"

/*
 * Faults in the log, so that somebody may act on them and nobody can flood it.  For
 * struct decode's hear_fault.  Time is that of the datagrams.
 *
 * Each reason of an exporter is written so many times in an interval; then one line
 * says that it is muted, and the first line of the next interval how many were
 * skipped.  All together are 10 lines a second and worker at most.
 */
void fault_log_hear(struct decode *d, enum decode_error error, const char *detail);

/* goflow2's -err.cnt and -err.int: 0 in one of them, and nothing is muted.  From any thread. */
void fault_log_set_muting(uint64_t count, uint64_t interval_ns);

#endif
