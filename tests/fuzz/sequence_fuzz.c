// SPDX-License-Identifier: Apache-2.0
/*
 * A libFuzzer target: a sequence of datagrams from a few exporters, so that
 * templates shape what follows.  Each is two octets of length, one that chooses the
 * exporter and the seconds that pass, and its data.  Every record must be strict JSON.
 */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd/registry.h"
#include "lib/pipeline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Small, so that what is full makes room. */
static const struct exporter_limits limits = {
    .exporters = 3,
    .domains_per_exporter = 4,
    .templates_per_domain = 8,
    .templates_per_exporter = 16,
    .template_octets = 1 << 20,
    .template_life_ns = (uint64_t)600 * 1000000000,
    .options_per_exporter = 8,
    .options_octets_per_exporter = 1024,
    .held_sets_per_exporter = 4,
    .held_octets_per_exporter = 4096,
    .held_octets = 8192,
    .held_ns = (uint64_t)30 * 1000000000,
};

static void require(bool holds, const char *what)
{
    if (!holds) {
        (void)fprintf(stderr, "%s\n", what);
        abort();
    }
}

static size_t check_records(struct transport *t, const struct batch *batch, size_t first)
{
    struct json_tokener *tokener = json_tokener_new();

    (void)t;
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    for (size_t i = first; i < batch->n; i++) {
        const struct slice value = batch->records[i].value;

        json_tokener_reset(tokener);
        json_object_put(json_tokener_parse_ex(tokener, value.data, (int)value.len));
        require(json_tokener_get_error(tokener) == json_tokener_success, "a record is no JSON");
    }
    json_tokener_free(tokener);
    return batch->n - first;
}

static void feed(struct pipeline *pipeline, const uint8_t *data, size_t size)
{
    static const uint8_t address[4] = {192, 0, 2, 1};
    struct datagram datagram = {.from = flow_addr_make(address, sizeof(address))};
    uint64_t seconds = 1700000000;
    struct wire input;

    wire_init(&input, data, size);
    while (wire_left(&input) > 3) {
        const size_t len = wire_u16(&input);
        const uint8_t choice = wire_u8(&input);
        struct wire octets = wire_slice_clipped(&input, len);

        datagram.from.bytes[3] = choice & 3;
        seconds += choice >> 2;
        datagram.received_ns = seconds * 1000000000;
        datagram.data = octets.at;
        datagram.len = wire_left(&octets);
        pipeline_datagram(pipeline, &datagram, NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct transport_ops ops = {.name = "check", .send = check_records};
    static struct counters counters;
    static struct field_set fields;
    const struct decode_settings settings = {
        .tunnels = TUNNEL_VXLAN | TUNNEL_GENEVE | TUNNEL_GTPU | TUNNEL_TEREDO,
        .keep_elements = true,
        .look_up_names = true,
    };
    struct transport transport = {.ops = &ops};
    struct output output;
    char message[64];

    require(field_set_parse(&fields, "all", message, sizeof(message)), message);
    struct pipeline *pipeline = calloc(1, sizeof(*pipeline));
    require(pipeline != NULL, "no memory");
    pipeline->decoders = registry_decoders;
    pipeline->settings = settings;
    pipeline->counters = &counters;
    pipeline->output = &output;
    pipeline->exporters = exporters_new(&limits, SCOPE_DOMAIN, &settings);
    require(output_open(&output, format_new(registry_formats[0], &fields, COMPAT_NONE), &transport,
                        (struct slice){"\n", 1}, OUTPUT_DROP, &counters) == 0,
            "no memory");
    feed(pipeline, data, size);
    output_flush(&output);
    output_close(&output);
    exporters_free(pipeline->exporters);
    free(pipeline);
    return 0;
}
