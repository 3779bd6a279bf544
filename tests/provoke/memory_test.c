// SPDX-License-Identifier: Apache-2.0
/*
 * Memory that is refused: each case is decoded again and again, and each time another of its
 * allocations fails, until none does.  Nothing may crash or leak, all sums must hold, and what is
 * printed must be strict JSON.
 *
 *     memory_test DIRECTORY
 *
 * DIRECTORY holds sequences (tests/datagram_sequence.h).
 */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/checked_pipeline.h"
#include "tests/datagram_sequence.h"
#include "tests/provoke/provoke.h"

enum { FILE_MAX = 1 << 21, DATAGRAMS_MAX = 32 /* of a case; the others need no more memory */ };

static void run(const uint8_t *octets, size_t len)
{
    static struct checked_pipeline pipeline;
    struct datagram_sequence sequence;

    if (!checked_pipeline_open(&pipeline, &checked_pipeline_limits, COMPAT_NONE)) {
        return;
    }
    datagram_sequence_init(&sequence, octets, len);
    for (int i = 0; i < DATAGRAMS_MAX && datagram_sequence_next(&sequence); i++) {
        checked_pipeline_datagram(&pipeline, &sequence.datagram);
    }
    checked_pipeline_close(&pipeline);
}

/* Returns how many allocations there are. */
static uint64_t refuse_each(const uint8_t *octets, size_t len)
{
    uint64_t n = 0;

    do {
        provoke("memory", ++n, ENOMEM);
        run(octets, len);
    } while (provoke_count() >= n);
    provoke("", 0, 0);
    return n - 1;
}

static uint64_t refuse_case(const char *name)
{
    static uint8_t octets[FILE_MAX];
    FILE *file = fopen(name, "rb");
    size_t len;

    require(file != NULL, "a case can be read");
    len = fread(octets, 1, sizeof(octets), file);
    (void)fclose(file);
    return refuse_each(octets, len);
}

int main(int argc, char **argv)
{
    DIR *directory = argc > 1 && chdir(argv[1]) == 0 ? opendir(".") : NULL;
    uint64_t refused = 0;
    uint64_t cases = 0;
    struct dirent *entry;

    require(directory != NULL, "there is a directory of sequences");
    while ((entry = readdir(directory)) != NULL) {
        if (entry->d_name[0] != '.') {
            refused += refuse_case(entry->d_name);
            cases++;
        }
    }
    (void)closedir(directory);
    (void)printf("%" PRIu64 " allocations refused in %" PRIu64 " cases\n", refused, cases);
    return refused > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
