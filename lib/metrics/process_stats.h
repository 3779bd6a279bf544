// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_METRICS_PROCESS_STATS_H
#define LIB_METRICS_PROCESS_STATS_H

#include <stdint.h>

/* What the system says of this process (proc(5)); what it does not say is 0. */
struct process_stats {
    uint64_t cpu_ns; /* user and system */
    uint64_t resident_octets;
    uint64_t virtual_octets;
    uint64_t virtual_octets_max;
    uint64_t open_files;
    uint64_t open_files_max;
    uint64_t started_ms; /* since 1970 */
};

struct process_stats process_stats_now(void);

#endif
