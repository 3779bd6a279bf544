// SPDX-License-Identifier: Apache-2.0
/* What was set up, made into pipelines: here decoders, formats and transports meet. */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/setup.h"
#include "lib/fault_log.h"
#include "lib/quarantine/inlet.h"

static void prepare_transport(struct setup *setup)
{
    setup->chosen->framed = setup->format_ops->framed;
    setup->chosen->goflow2 = strcmp(setup->words.compat, "goflow2") == 0;
}

bool setup_check_transport(struct setup *setup)
{
    prepare_transport(setup);
    return setup->chosen->ops->check == NULL || setup->chosen->ops->check(setup->chosen);
}

int setup_open_transport(struct setup *setup, uv_loop_t *loop)
{
    prepare_transport(setup);
    setup->chosen->loop = loop;
    return setup->chosen->ops->open(setup->chosen);
}

/* False if there is no memory. */
static bool count_exporters(const struct setup *setup, struct pipeline *pipeline)
{
    return (pipeline->settings.reports & REPORT_LOSS) == 0 ||
           pipeline_count_exporters(pipeline, setup->n_uris);
}

/* False if there is no memory. */
static bool open_inlet(const struct setup *setup, struct pipeline *pipeline)
{
    if (setup->quarantine == NULL) {
        return true;
    }
    pipeline->quarantine = quarantine_inlet_new(setup->quarantine);
    return pipeline->quarantine != NULL;
}

struct pipeline *setup_pipeline(struct setup *setup, struct counters *counters,
                                enum output_policy policy)
{
    struct pipeline *pipeline = calloc(1, sizeof(*pipeline));
    const struct plan *plan = setup->plan;
    struct format *format = format_new(setup->format_ops, &plan->fields, plan->decode.compat);

    if (pipeline == NULL || format == NULL) {
        format_free(format);
        free(pipeline);
        return NULL;
    }
    pipeline->decoders = registry_decoders;
    pipeline->settings = plan->decode;
    pipeline->counters = counters;
    pipeline->hear_fault = fault_log_hear;
    pipeline->exporters = exporters_new(&plan->limits, setup->exporter_scope, &plan->decode);
    pipeline->output = calloc(1, sizeof(*pipeline->output));
    if (pipeline->exporters == NULL || pipeline->output == NULL) {
        format_free(format);
        setup_pipeline_free(pipeline);
        return NULL;
    }
    if (output_open(pipeline->output, format, setup->chosen, setup->chosen->separator, policy,
                    counters) != 0) {
        free(pipeline->output);
        pipeline->output = NULL;
        setup_pipeline_free(pipeline);
        return NULL;
    }
    if (output_make_keys(pipeline->output, &setup->key) != 0 ||
        !pipeline_set_produce(pipeline, setup->produce) || !open_inlet(setup, pipeline) ||
        !count_exporters(setup, pipeline)) {
        setup_pipeline_free(pipeline);
        return NULL;
    }
    return pipeline;
}

void setup_pipeline_free(struct pipeline *pipeline)
{
    if (pipeline->output != NULL && pipeline->output->format != NULL) {
        output_flush(pipeline->output);
        output_close(pipeline->output);
    }
    pipeline_close(pipeline);
    free(pipeline->output);
    exporters_free(pipeline->exporters);
    quarantine_inlet_free(pipeline->quarantine);
    free(pipeline);
}

static void add_number(struct json_object *object, const char *key, uint64_t value)
{
    if (value != 0) {
        json_object_object_add(object, key, json_object_new_uint64(value));
    }
}

static struct json_object *transport_stats(const struct transport *t)
{
    struct json_object *object = json_object_new_object();

    add_number(object, "taken", atomic_load(&t->taken));
    add_number(object, "delivered", atomic_load(&t->delivered));
    add_number(object, "held", transport_held(t));
    for (int i = 0; i < TRANSPORT_LOSS_COUNT; i++) {
        add_number(object, transport_losses[i].key, atomic_load(&t->lost[i]));
    }
    return object;
}

void setup_print_stats(const struct setup *setup, const struct counters *counters)
{
    struct json_object *object = json_object_new_object();
    struct json_object *errors = json_object_new_object();

    for (int i = 0; i < COUNTER_COUNT; i++) {
        add_number(object, counter_texts[i].key, counter_read(&counters->at[i]));
    }
    for (int i = 0; i < DECODE_ERROR_COUNT; i++) {
        add_number(errors, decode_errors[i].key, counter_read(&counters->errors[i]));
    }
    json_object_object_add(object, "errors", errors);
    json_object_object_add(object, "transport", transport_stats(setup->chosen));
    (void)fprintf(stderr, "%s\n", json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN));
    json_object_put(object);
}
