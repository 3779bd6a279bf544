// SPDX-License-Identifier: Apache-2.0
#ifndef CMD_SCRAPE_H
#define CMD_SCRAPE_H

#include "lib/metrics/scrape.h"
#include "lib/worker.h"

/*
 * Gathers what the workers have counted, in slices, so that none of them pauses for
 * as long as a millisecond; between slices they go on.  Of one that has ended there are
 * the counters only.  scrape begins as zeros.  False if there is no memory.
 */
bool scrape_workers(struct scrape *scrape, struct worker *const *workers, unsigned n);

void scrape_free(struct scrape *scrape);

#endif
