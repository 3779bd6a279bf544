// SPDX-License-Identifier: Apache-2.0
/*
 * A fuzz target for one decoder, which the build names: a sequence of datagrams that
 * all begin as it wants them to.
 */
#include <stdlib.h>

#include "tests/checked_pipeline.h"
#include "tests/datagram_sequence.h"
#include "tests/fuzz/fuzz.h"

extern const struct decoder DECODER;

static void send_with_magic(struct checked_pipeline *pipeline, struct datagram datagram)
{
    uint8_t *octets = malloc(datagram.len);

    require(octets != NULL, "there is memory");
    memcpy(octets, datagram.data, datagram.len);
    memcpy(octets, DECODER.magic, DECODER.magic_len);
    datagram.data = octets;
    checked_pipeline_datagram(pipeline, &datagram);
    free(octets);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct checked_pipeline *pipeline = checked_pipeline_begin();
    struct datagram_sequence sequence;

    datagram_sequence_init(&sequence, data, size);
    while (datagram_sequence_next(&sequence)) {
        if (sequence.datagram.len >= DECODER.magic_len) {
            send_with_magic(pipeline, sequence.datagram);
        }
    }
    checked_pipeline_end(pipeline);
    return 0;
}
