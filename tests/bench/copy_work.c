// SPDX-License-Identifier: Apache-2.0
/* A floor of the bench: as many octets as JSON has, copied into a batch's worth of memory. */
#include <stdlib.h>
#include <string.h>

#include "tests/bench/bench.h"

enum { RECORD_OCTETS = 1020, RECORDS = 6000, BATCH_RECORDS = 1024 };

static char record[RECORD_OCTETS];

static bool open_copy(struct work *work)
{
    memset(record, '.', sizeof(record));
    work->arg = malloc((size_t)BATCH_RECORDS * RECORD_OCTETS);
    return work->arg != NULL;
}

static void copy_records(struct work *work)
{
    for (size_t i = 0; i < RECORDS; i++) {
        char *out = (char *)work->arg + i % BATCH_RECORDS * RECORD_OCTETS;

        memcpy(out, record, sizeof(record));
        __asm__ volatile("" : : "r"(out) : "memory");
    }
    work->records += RECORDS;
    work->octets += (uint64_t)RECORDS * RECORD_OCTETS;
}

const struct work_ops work_copy = {"copy", open_copy, copy_records};
