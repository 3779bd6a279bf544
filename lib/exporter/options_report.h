// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_EXPORTER_OPTIONS_REPORT_H
#define LIB_EXPORTER_OPTIONS_REPORT_H

#include "lib/decoder.h"
#include "lib/report/report.h"

/*
 * The last record that was made of one thing which options data describes, such as an interface.
 * All zero before the first.
 */
struct options_told {
    uint64_t ns;   /* when it was made */
    uint32_t hash; /* of its values */
};

/*
 * Tells the options record in d->flow on as a row of the table kind, if it is new, has changed, or
 * was not told for report_refresh_ns.  rate is that of a sampler.
 */
void options_report(struct decode *d, enum record_kind kind, uint64_t rate,
                    struct options_told *told);

#endif
