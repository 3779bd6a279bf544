// SPDX-License-Identifier: Apache-2.0
/*
 * A fuzz target: a mapping file and the datagrams that it is used for.  Two octets of
 * length, the file, and a sequence of datagrams.
 */
#include <unistd.h>

#include "lib/mapping/mapping.h"
#include "tests/checked_pipeline.h"
#include "tests/datagram_sequence.h"
#include "tests/fuzz/file_in_memory.h"
#include "tests/fuzz/fuzz.h"

/* NULL if the file is refused, which must say why. */
static struct mapping *load(const uint8_t *text, size_t len)
{
    char path[FILE_IN_MEMORY_PATH];
    char message[512] = "";
    const int fd = file_in_memory(text, len, path);
    struct mapping *mapping = mapping_load(path, message, sizeof(message));

    require((mapping == NULL) == (message[0] != '\0'), "what is refused is explained");
    (void)close(fd);
    return mapping;
}

/* What a reload does: exporters are asked to go on with the mapping, and the output is made anew.
 */
static void use(struct checked_pipeline *p, const struct mapping *mapping)
{
    const struct format_ops *ops = p->output.format->ops;
    struct field_set key;

    mapping_shape(mapping, &p->fields);
    mapping_key(mapping, &key);
    p->pipeline.settings.mapping = mapping;
    require(exporters_set_settings(p->pipeline.exporters, &p->pipeline.settings),
            "there is memory for templates");
    output_flush(&p->output);
    output_close(&p->output);
    require(output_open(&p->output, format_new(ops, &p->fields, p->pipeline.settings.compat),
                        &p->transport, (struct slice){"\n", 1}, OUTPUT_DROP, &p->counters) == 0,
            "there is memory for an output");
}

static void feed(struct checked_pipeline *p, const struct wire *datagrams)
{
    struct datagram_sequence sequence;

    datagram_sequence_init(&sequence, datagrams->at, wire_left(datagrams));
    while (datagram_sequence_next(&sequence)) {
        checked_pipeline_datagram(p, &sequence.datagram);
    }
}

static void run(const struct mapping *mapping, const struct wire *datagrams, unsigned compat)
{
    static struct checked_pipeline pipeline;

    checked_pipeline_open(&pipeline, &checked_pipeline_limits, compat);
    feed(&pipeline, datagrams);
    use(&pipeline, mapping);
    feed(&pipeline, datagrams);
    checked_pipeline_close(&pipeline);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wire input;
    struct mapping *mapping;

    wire_init(&input, data, size);
    struct wire text = wire_slice_clipped(&input, wire_u16(&input));
    mapping = load(text.at, wire_left(&text));
    if (mapping != NULL) {
        run(mapping, &input, COMPAT_NONE);
        run(mapping, &input, COMPAT_GOFLOW2);
        mapping_free(mapping);
    }
    return 0;
}
