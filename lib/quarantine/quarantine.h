// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_QUARANTINE_QUARANTINE_H
#define LIB_QUARANTINE_QUARANTINE_H

#include <stdbool.h>

#include "lib/counters.h"
#include "lib/quarantine/pcapng.h"

/*
 * A file of bounded size for datagrams that could not be decoded, each with the rule that it
 * broke as its comment: pcapng, for a bug report, for weir explain and for Wireshark.
 *
 * When the file has half of the octets, it takes the place of the older one, PATH.1, and a new one
 * begins.  A thread of its own writes, so that no worker ever waits.  Each block is whole before
 * the next one; what a SIGKILL cuts off is taken away at the next start.
 */
struct quarantine;

enum { QUARANTINE_OCTETS_MIN = 1 << 20 };

/* Borrowed until quarantine_close(). */
struct quarantine_settings {
    const char *path;
    uint64_t octets;                         /* of both files, QUARANTINE_OCTETS_MIN or more */
    uint64_t rate;                           /* datagrams of a worker in a second; 0 for all */
    bool waits;                              /* for room: whoever puts can wait, as a capture */
    const struct pcapng_receiver *receivers; /* by the number of the listener */
    size_t n_receivers;
};

/* 0 or UV_E*, logged: UV_EEXIST where the file is none of a quarantine. */
int quarantine_open(struct quarantine **quarantine, const struct quarantine_settings *settings);

const struct quarantine_settings *quarantine_settings(const struct quarantine *quarantine);

/*
 * From any thread, and without waiting for a disk, unless it was opened so.  False if there is no
 * room for it now.  Else it is counted once it is in the file, or is left out since that cannot be
 * written, in counters that outlive the quarantine; NULL for what nobody counts.
 */
bool quarantine_put(struct quarantine *quarantine, const struct datagram *datagram,
                    const char *comment, struct counters *counters);

/* Counts a datagram that is not put.  From any thread. */
void quarantine_leave_out(struct counters *counters);

/* Opens the path anew, in case that somebody has moved the file away.  Returns at once. */
void quarantine_reopen(struct quarantine *quarantine);

/* Writes what is held, and frees the quarantine; NULL is none. */
void quarantine_close(struct quarantine *quarantine);

#endif
