// SPDX-License-Identifier: Apache-2.0
/*
 * A fuzz target: a sequence of datagrams from a few exporters, so that templates shape
 * what follows.
 */
#include "tests/checked_pipeline.h"
#include "tests/datagram_sequence.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct checked_pipeline *pipeline = checked_pipeline_begin();
    struct datagram_sequence sequence;

    datagram_sequence_init(&sequence, data, size);
    while (datagram_sequence_next(&sequence)) {
        checked_pipeline_datagram(pipeline, &sequence.datagram);
    }
    checked_pipeline_end(pipeline);
    return 0;
}
