// SPDX-License-Identifier: Apache-2.0
/*
 * What the command line says, made into pipelines: here the names of decoders, formats and
 * transports meet.
 */
#include "cmd/setup.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/fault_log.h"
#include "lib/log.h"

enum { GROUPS_MAX = SETUP_TRANSPORTS_MAX + 4, MESSAGE_MAX = 512, PREFIX_MAX = 64 };

static const struct option setup_options[] = {
    {"listen", OPTION_STRING, offsetof(struct setup, listen), "sflow://:6343,netflow://:2055",
     "listen addresses: sflow, netflow, or flow (all protocols), e.g. flow://:9999?count=2"},
    {"format", OPTION_STRING, offsetof(struct setup, format), "json", "Choose the format"},
    {"fields", OPTION_STRING, offsetof(struct setup, fields), "goflow2",
     "Fields of a record: goflow2, all, or a list of sets and fields"},
    {"compat", OPTION_STRING, offsetof(struct setup, compat), NULL,
     "goflow2: write what goflow2 writes also where it is wrong (docs/goflow2.md)"},
    {"tunnels", OPTION_STRING, offsetof(struct setup, tunnels), NULL,
     "UDP tunnels to look into in sampled packets: a list of vxlan, geneve, gtpu, teredo"},
    {"transport", OPTION_STRING, offsetof(struct setup, transport), "file",
     "Choose the transport (available: file, stdout)"},
    {"loglevel", OPTION_STRING, offsetof(struct setup, log_level), "info", "Log level"},
    {"logfmt", OPTION_STRING, offsetof(struct setup, log_format), "normal",
     "Log formatter (normal or json)"},
    {"stats", OPTION_BOOL, offsetof(struct setup, stats), NULL,
     "Write all counters as one line of JSON to standard error at the end"},
    {"v", OPTION_BOOL, offsetof(struct setup, version), NULL, "Print version"},
    {0},
};

static const struct option exporter_options[] = {
    {"scope", OPTION_STRING, offsetof(struct setup, scope), "domain",
     "What tells exporters apart beside their address: a list of domain, port, listener"},
    {"max", OPTION_COUNT, offsetof(struct setup, limits.exporters), "65536",
     "Exporters remembered"},
    {"domains", OPTION_COUNT, offsetof(struct setup, limits.domains_per_exporter), "256",
     "Observation domains remembered of an exporter"},
    {"options", OPTION_COUNT, offsetof(struct setup, limits.options_per_exporter), "16384",
     "Samplers, interfaces, routing instances and applications remembered of an exporter"},
    {"options.bytes", OPTION_COUNT, offsetof(struct setup, limits.options_octets_per_exporter),
     "4194304", "Memory for these"},
    {0},
};

static const struct option template_options[] = {
    {"max", OPTION_COUNT, offsetof(struct setup, limits.templates_per_domain), "1024",
     "Templates remembered of an observation domain"},
    {"exporter.max", OPTION_COUNT, offsetof(struct setup, limits.templates_per_exporter), "4096",
     "Templates remembered of an exporter"},
    {"bytes", OPTION_COUNT, offsetof(struct setup, limits.template_octets), "536870912",
     "Memory for all templates of a worker"},
    {"ttl", OPTION_DURATION, offsetof(struct setup, limits.template_life_ns), "24h",
     "Templates not refreshed for so long are forgotten (0 never)"},
    {0},
};

static const struct option hold_options[] = {
    {"sets", OPTION_COUNT, offsetof(struct setup, limits.held_sets_per_exporter), "64",
     "Data sets of an exporter held until their template comes (0 holds none)"},
    {"exporter.bytes", OPTION_COUNT, offsetof(struct setup, limits.held_octets_per_exporter),
     "262144", "Memory for these"},
    {"bytes", OPTION_COUNT, offsetof(struct setup, limits.held_octets), "67108864",
     "Memory for the held sets of all exporters of a worker"},
    {"time", OPTION_DURATION, offsetof(struct setup, limits.held_ns), "1m",
     "How long they are held"},
    {0},
};

/* Words that a list option may hold, and the bit of each. */
struct word {
    const char *name;
    unsigned bit;
};

static const struct word tunnel_words[] = {
    {"vxlan", TUNNEL_VXLAN},
    {"geneve", TUNNEL_GENEVE},
    {"gtpu", TUNNEL_GTPU},
    {"teredo", TUNNEL_TEREDO},
    {NULL, 0},
};

static const struct word scope_words[] = {
    {"domain", SCOPE_DOMAIN},
    {"port", SCOPE_PORT},
    {"listener", SCOPE_LISTENER},
    {NULL, 0},
};

static const struct word *find_word(const struct word *words, const char *text, size_t len)
{
    while (words->name != NULL &&
           (strlen(words->name) != len || strncmp(words->name, text, len) != 0)) {
        words++;
    }
    return words->name == NULL ? NULL : words;
}

static bool parse_words(const struct word *words, const char *text, unsigned *bits)
{
    *bits = 0;
    while (*text != '\0') {
        const size_t len = strcspn(text, ",");
        const struct word *word = find_word(words, text, len);

        if (word == NULL) {
            return false;
        }
        *bits |= word->bit;
        text += len + (text[len] == ',' ? 1 : 0);
    }
    return true;
}

static bool refuse(const char *option, const char *value, const char *rather)
{
    (void)fprintf(stderr, "weir: -%s \"%s\": %s\n", option, value, rather);
    return false;
}

static void append_name(char message[static MESSAGE_MAX], const char *name)
{
    const size_t len = strlen(message);

    (void)snprintf(message + len, MESSAGE_MAX - len, " %s", name);
}

static bool resolve_format(struct setup *setup)
{
    char rather[MESSAGE_MAX] = "there is no such format; available:";

    for (const struct format_ops *const *at = registry_formats; *at != NULL; at++) {
        if (strcmp((*at)->name, setup->format) == 0) {
            setup->format_ops = *at;
            return true;
        }
        append_name(rather, (*at)->name);
    }
    return refuse("format", setup->format, rather);
}

static bool resolve_transport(struct setup *setup)
{
    char rather[MESSAGE_MAX] = "there is no such transport; available:";

    for (size_t i = 0; setup->transports[i] != NULL; i++) {
        if (strcmp(setup->transports[i]->ops->name, setup->transport) == 0) {
            setup->chosen = setup->transports[i];
            return true;
        }
        append_name(rather, setup->transports[i]->ops->name);
    }
    return refuse("transport", setup->transport, rather);
}

static bool resolve_fields(struct setup *setup)
{
    static const uint16_t names[] = {
        FLOW_AT_in_if_name,      FLOW_AT_out_if_name,      FLOW_AT_ingress_vrf_name,
        FLOW_AT_egress_vrf_name, FLOW_AT_application_name,
    };
    char message[MESSAGE_MAX];

    if (!field_set_parse(&setup->field_set, setup->fields, message, sizeof(message))) {
        return refuse("fields", setup->fields, message);
    }
    setup->decode.keep_elements = field_set_has(&setup->field_set, FLOW_AT_elements);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        setup->decode.look_up_names |= field_set_has(&setup->field_set, names[i]);
    }
    return true;
}

static bool resolve_log(const struct setup *setup)
{
    enum log_level level;

    if (!log_parse_level(setup->log_level, &level)) {
        return refuse("loglevel", setup->log_level, "give debug, info, warn or error");
    }
    log_set_level(level);
    log_set_json(strcmp(setup->log_format, "json") == 0);
    return true;
}

/* What is weir's own: a value that cannot be is a bad command line. */
static bool resolve_own(struct setup *setup)
{
    if (!compat_parse(setup->compat, &setup->decode.compat)) {
        return refuse("compat", setup->compat, "give goflow2, or nothing");
    }
    if (!parse_words(tunnel_words, setup->tunnels, &setup->decode.tunnels)) {
        return refuse("tunnels", setup->tunnels, "give a list of vxlan, geneve, gtpu, teredo");
    }
    if (!parse_words(scope_words, setup->scope, &setup->exporter_scope)) {
        return refuse("exporter.scope", setup->scope, "give a list of domain, port, listener");
    }
    return resolve_fields(setup);
}

/* As goflow2 does, a value of its flags that cannot be is a failed start. */
static int resolve(struct setup *setup)
{
    if (!resolve_own(setup)) {
        return 2;
    }
    return resolve_log(setup) && resolve_format(setup) && resolve_transport(setup) ? -1 : 1;
}

static bool make_transports(struct setup *setup)
{
    for (size_t i = 0; registry_transports[i] != NULL && i + 1 < SETUP_TRANSPORTS_MAX; i++) {
        setup->transports[i] = calloc(1, registry_transports[i]->size);
        if (setup->transports[i] == NULL) {
            return false;
        }
        setup->transports[i]->ops = registry_transports[i];
    }
    return true;
}

/* The option groups of all modules, mounted under their prefixes. */
struct groups {
    struct option_group at[GROUPS_MAX];
    char prefixes[SETUP_TRANSPORTS_MAX][PREFIX_MAX];
    size_t n;
};

static void mount(struct groups *groups, const char *prefix, const struct option *options,
                  void *target)
{
    groups->at[groups->n++] = (struct option_group){prefix, options, target};
}

static void mount_all(struct groups *groups, struct setup *setup, const struct option_group *own)
{
    mount(groups, "", setup_options, setup);
    mount(groups, "exporter", exporter_options, setup);
    mount(groups, "templates", template_options, setup);
    mount(groups, "hold", hold_options, setup);
    for (size_t i = 0; setup->transports[i] != NULL; i++) {
        const struct transport_ops *ops = setup->transports[i]->ops;

        (void)snprintf(groups->prefixes[i], PREFIX_MAX, "transport.%s", ops->name);
        mount(groups, groups->prefixes[i], ops->options, setup->transports[i]);
    }
    if (own != NULL) {
        groups->at[groups->n++] = *own;
    }
}

int setup_read(struct setup *setup, const char *usage, const struct option_group *own, int argc,
               char **argv, int *first)
{
    struct groups groups = {.n = 0};
    char message[MESSAGE_MAX];

    *setup = (struct setup){0};
    if (!make_transports(setup)) {
        return 1;
    }
    mount_all(&groups, setup, own);
    options_set_defaults(groups.at, groups.n);
    switch (options_parse(groups.at, groups.n, argc, argv, first, message, sizeof(message))) {
    case OPTIONS_HELP:
        options_print_usage(groups.at, groups.n, usage);
        return 0;
    case OPTIONS_INVALID:
        (void)fprintf(stderr, "%s\n", message);
        options_print_usage(groups.at, groups.n, usage);
        return 2;
    case OPTIONS_DONE:
        break;
    }
    if (setup->version) {
        (void)printf("weir %s\n", WEIR_VERSION);
        return 0;
    }
    return resolve(setup);
}

int setup_open_transport(struct setup *setup, uv_loop_t *loop)
{
    setup->chosen->loop = loop;
    return setup->chosen->ops->open(setup->chosen);
}

struct pipeline *setup_pipeline(struct setup *setup, struct counters *counters,
                                enum output_policy policy)
{
    struct pipeline *pipeline = calloc(1, sizeof(*pipeline));
    struct format *format = format_new(setup->format_ops, &setup->field_set, setup->decode.compat);

    if (pipeline == NULL || format == NULL) {
        format_free(format);
        free(pipeline);
        return NULL;
    }
    pipeline->decoders = registry_decoders;
    pipeline->settings = setup->decode;
    pipeline->counters = counters;
    pipeline->report = fault_log_report;
    pipeline->exporters = exporters_new(&setup->limits, setup->exporter_scope, &setup->decode);
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
    return pipeline;
}

void setup_pipeline_free(struct pipeline *pipeline)
{
    if (pipeline->output != NULL && pipeline->output->format != NULL) {
        output_flush(pipeline->output);
        output_close(pipeline->output);
    }
    free(pipeline->output);
    exporters_free(pipeline->exporters);
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

void setup_free(struct setup *setup)
{
    for (size_t i = 0; i < SETUP_TRANSPORTS_MAX; i++) {
        free(setup->transports[i]);
        setup->transports[i] = NULL;
    }
}
