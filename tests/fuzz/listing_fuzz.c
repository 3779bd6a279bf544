// SPDX-License-Identifier: Apache-2.0
/*
 * A fuzz target: a sequence of datagrams, as weir explain has them told: whatever stands in one,
 * each of its octets is in one piece, and headings hold what is below them.
 */
#include <stdlib.h>

#include "cmd/registry.h"
#include "lib/outline/listing.h"
#include "tests/checked_pipeline.h"
#include "tests/datagram_sequence.h"
#include "tests/fuzz/fuzz.h"

enum { DEPTH_MAX = 8 };

static size_t end_of(const struct outline_piece *piece)
{
    return (size_t)piece->offset + piece->len;
}

static void check_listing(struct outline *listing, const struct datagram *datagram)
{
    size_t heading_ends[DEPTH_MAX + 1] = {datagram->len};
    size_t end = 0;
    size_t n;
    const struct outline_piece *pieces = outline_listing_pieces(listing, &n);

    for (size_t i = 0; i < n; i++) {
        const struct outline_piece *piece = &pieces[i];

        require(piece->depth < DEPTH_MAX, "headings are few");
        require(piece->offset == end, "each octet stands in one piece");
        require(end_of(piece) <= heading_ends[piece->depth], "headings hold what is below them");
        if (piece->kind == PIECE_HEADING) {
            heading_ends[piece->depth + 1] = end_of(piece);
        } else {
            end = end_of(piece);
        }
    }
    require(end == datagram->len, "no octet is left out");
}

static void open_listing(struct pipeline *pipeline, struct counters *counters)
{
    pipeline->decoders = registry_decoders;
    pipeline->counters = counters;
    pipeline->exporters =
        exporters_new(&checked_pipeline_limits, SCOPE_DOMAIN, &pipeline->settings);
    pipeline_set_outline(pipeline, outline_new(&outline_listing));
    require(pipeline->exporters != NULL && pipeline->outline != NULL, "there is memory");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct pipeline pipeline;
    static struct counters counters;
    struct datagram_sequence sequence;

    open_listing(&pipeline, &counters);
    datagram_sequence_init(&sequence, data, size);
    while (datagram_sequence_next(&sequence)) {
        outline_begin(pipeline.outline, NULL, &sequence.datagram);
        pipeline_datagram(&pipeline, &sequence.datagram, NULL);
        check_listing(pipeline.outline, &sequence.datagram);
    }
    pipeline_close(&pipeline);
    exporters_free(pipeline.exporters);
    return 0;
}
