// SPDX-License-Identifier: Apache-2.0
/* What the command line says, and where it points to: the tables of options, and their names. */
#include "cmd/setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/command.h"
#include "cmd/help.h"
#include "lib/fault_log.h"
#include "lib/log.h"
#include "lib/text_write.h"

enum { NAMES_MAX = 256 };

static const struct option setup_options[] = {
    {"listen", OPTION_STRING, 0, offsetof(struct setup, listen), "sflow://:6343,netflow://:2055",
     "listen addresses: sflow, netflow, or flow (all protocols), e.g. flow://:9999?count=2"},
    {"format", OPTION_STRING, 0, offsetof(struct setup, format), "json", "Choose the format"},
    {"fields", OPTION_STRING, OPTION_LIVE, offsetof(struct setup, words.fields), "goflow2",
     "Fields of a record: goflow2, all, stream, or a list of sets and fields"},
    {"compat", OPTION_STRING, OPTION_LIVE, offsetof(struct setup, words.compat), NULL,
     "goflow2: write what goflow2 writes also where it is wrong (docs/goflow2.md)"},
    {"tunnels", OPTION_STRING, OPTION_LIVE, offsetof(struct setup, words.tunnels), NULL,
     "UDP tunnels to look into in sampled packets: a list of vxlan, geneve, gtpu, teredo"},
    {"produce", OPTION_STRING, 0, offsetof(struct setup, produce_word), "sample",
     "Producer method (sample or raw)"},
    {"transport", OPTION_STRING, 0, offsetof(struct setup, transport), "file",
     "Choose the transport (available: file, kafka, stdout)"},
    {"loglevel", OPTION_STRING, OPTION_LIVE, offsetof(struct setup, log_level), "info",
     "Log level"},
    {"logfmt", OPTION_STRING, OPTION_LIVE, offsetof(struct setup, log_format), "normal",
     "Log formatter (normal or json)"},
    {"err.cnt", OPTION_COUNT, OPTION_LIVE, offsetof(struct setup, errors_count), "10",
     "Maximum errors per batch for muting"},
    {"err.int", OPTION_DURATION, OPTION_LIVE, offsetof(struct setup, errors_interval_ns), "10s",
     "Maximum errors interval for muting"},
    {"allow", OPTION_STRING, OPTION_LIVE, offsetof(struct setup, words.allow), NULL,
     "Exporters that may speak, by prefixes: 192.0.2.0/24,2001:db8::/32 (default all)"},
    {"mapping", OPTION_STRING, OPTION_LIVE, offsetof(struct setup, words.mapping), NULL,
     "Configuration file for custom mappings"},
    {"subscribers", OPTION_STRING, OPTION_LIVE, offsetof(struct setup, words.subscribers), NULL,
     "Configuration file of subscribers' pools (docs/subscribers.md)"},
    {"config", OPTION_STRING, OPTION_LINE_ONLY, offsetof(struct setup, config), NULL,
     "Configuration file: every option by its name (docs/configuration.md)"},
    {"check", OPTION_BOOL, OPTION_LINE_ONLY, offsetof(struct setup, check), NULL,
     "Check options and files, and exit: 0 if they are right"},
    {"stats", OPTION_BOOL, 0, offsetof(struct setup, stats), NULL,
     "Write all counters as one line of JSON to standard error at the end"},
    {"v", OPTION_BOOL, OPTION_LINE_ONLY, offsetof(struct setup, version), NULL, "Print version"},
    {0},
};

static const struct option exporter_options[] = {
    {"scope", OPTION_STRING, 0, offsetof(struct setup, scope), "domain",
     "What tells exporters apart beside their address: a list of domain, port, listener"},
    {"max", OPTION_COUNT, OPTION_LIVE, offsetof(struct setup, words.limits.exporters), "65536",
     "Exporters remembered"},
    {"strangers", OPTION_COUNT, OPTION_LIVE, offsetof(struct setup, words.limits.strangers),
     "16384", "Places, of all exporters remembered, for those first heard less than a minute ago"},
    {"bytes", OPTION_COUNT, OPTION_LIVE, offsetof(struct setup, words.limits.octets), "1073741824",
     "Memory for all that a worker remembers of exporters, but held sets (0 without bound)"},
    {"domains", OPTION_COUNT, OPTION_LIVE,
     offsetof(struct setup, words.limits.domains_per_exporter), "256",
     "Observation domains remembered of an exporter"},
    {"options", OPTION_COUNT, OPTION_LIVE,
     offsetof(struct setup, words.limits.options_per_exporter), "16384",
     "Samplers, interfaces, routing instances and applications remembered of an exporter"},
    {"options.bytes", OPTION_COUNT, OPTION_LIVE,
     offsetof(struct setup, words.limits.options_octets_per_exporter), "4194304",
     "Memory for what is remembered of an exporter's options data"},
    {0},
};

static const struct option template_options[] = {
    {"max", OPTION_COUNT, OPTION_LIVE, offsetof(struct setup, words.limits.templates_per_domain),
     "1024", "Templates remembered of an observation domain"},
    {"exporter.max", OPTION_COUNT, OPTION_LIVE,
     offsetof(struct setup, words.limits.templates_per_exporter), "4096",
     "Templates remembered of an exporter"},
    {"bytes", OPTION_COUNT, OPTION_LIVE, offsetof(struct setup, words.limits.template_octets),
     "536870912", "Memory for all templates of a worker"},
    {"rate", OPTION_COUNT, OPTION_LIVE, offsetof(struct setup, words.limits.template_rate), "1000",
     "New templates that an exporter may send a second (0 without bound)"},
    {"ttl", OPTION_DURATION, OPTION_LIVE, offsetof(struct setup, words.limits.template_life_ns),
     NULL, "NetFlow/IPFIX templates TTL (0 disables expiry)"},
    {"ttl.extend-on-access", OPTION_BOOL, OPTION_LIVE,
     offsetof(struct setup, words.limits.used_is_refreshed), NULL, "Extend template TTL on access"},
    {0},
};

static const struct option hold_options[] = {
    {"sets", OPTION_COUNT, OPTION_LIVE, offsetof(struct setup, words.limits.held_sets_per_exporter),
     "64", "Data sets of an exporter held until their template comes (0 holds none)"},
    {"exporter.bytes", OPTION_COUNT, OPTION_LIVE,
     offsetof(struct setup, words.limits.held_octets_per_exporter), "262144",
     "Memory for the held sets of one exporter"},
    {"bytes", OPTION_COUNT, OPTION_LIVE, offsetof(struct setup, words.limits.held_octets),
     "67108864", "Memory for the held sets of all exporters of a worker"},
    {"time", OPTION_DURATION, OPTION_LIVE, offsetof(struct setup, words.limits.held_ns), "1m",
     "How long data sets are held"},
    {0},
};

static const struct option record_options[] = {
    {"", OPTION_STRING, OPTION_LIVE, offsetof(struct setup, words.records), "flows",
     "Kinds of records: all, or a list of flows, counters, drops, nat, options, loss"},
    {"refresh", OPTION_DURATION, OPTION_LIVE, offsetof(struct setup, words.records_refresh_ns),
     "1h",
     "How often a record of options data is repeated, where nothing changes (0 with each telling)"},
    {"loss.interval", OPTION_DURATION, OPTION_LIVE,
     offsetof(struct setup, words.records_loss_interval_ns), "1m",
     "How often what was lost is told"},
    {0},
};

static const struct option stream_options[] = {
    {"max-age", OPTION_DURATION, OPTION_LIVE, offsetof(struct setup, words.stream_max_age_ns),
     "24h", "flow_end_ms is at most so much earlier than received_ms"},
    {"max-skew", OPTION_DURATION, OPTION_LIVE, offsetof(struct setup, words.stream_max_skew_ns),
     "5s", "flow_end_ms is at most so much later than received_ms"},
    {0},
};

static const struct plan_word scope_words[] = {
    {"domain", SCOPE_DOMAIN},
    {"port", SCOPE_PORT},
    {"listener", SCOPE_LISTENER},
    {NULL, 0},
};

/* --- Words into what they name --- */

int setup_refuse(struct setup *setup, const char *option, const char *value, const char *rather)
{
    const char *place = option_file_place(setup->file, option, value);

    (void)snprintf(setup->message, sizeof(setup->message), "%s-%s \"%s\": %s", place, option, value,
                   rather);
    return 1;
}

static void append_name(char names[static NAMES_MAX], const char *name)
{
    const size_t len = strlen(names);

    (void)snprintf(names + len, NAMES_MAX - len, " %s", name);
}

static int resolve_format(struct setup *setup)
{
    char rather[NAMES_MAX] = "there is no such format; available:";

    for (const struct format_ops *const *at = registry_formats; *at != NULL; at++) {
        if (strcmp((*at)->name, setup->format) == 0) {
            setup->format_ops = *at;
            return -1;
        }
        append_name(rather, (*at)->name);
    }
    return setup_refuse(setup, "format", setup->format, rather);
}

static int resolve_produce(struct setup *setup)
{
    static const char *const words[] = {[PRODUCE_SAMPLE] = "sample", [PRODUCE_RAW] = "raw"};

    for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(words[i], setup->produce_word) == 0) {
            setup->produce = (enum pipeline_produce)i;
            return -1;
        }
    }
    return setup_refuse(setup, "produce", setup->produce_word, "give sample or raw");
}

static int resolve_transport(struct setup *setup)
{
    char rather[NAMES_MAX] = "there is no such transport; available:";

    for (size_t i = 0; setup->transports[i] != NULL; i++) {
        if (strcmp(setup->transports[i]->ops->name, setup->transport) == 0) {
            setup->chosen = setup->transports[i];
            return -1;
        }
        append_name(rather, setup->transports[i]->ops->name);
    }
    return setup_refuse(setup, "transport", setup->transport, rather);
}

/* What is wrong names the address of the list that it is wrong with. */
static int resolve_listen(struct setup *setup)
{
    char rather[sizeof(setup->message) / 2];

    setup->n_uris = listen_uris_parse(setup->listen, setup->uris, rather, sizeof(rather));
    if (setup->n_uris > 0) {
        return -1;
    }
    (void)snprintf(setup->message, sizeof(setup->message), "%s%s",
                   option_file_place(setup->file, "listen", setup->listen), rather);
    return 1;
}

static int resolve_log(struct setup *setup)
{
    return log_parse_level(setup->log_level, &setup->level)
               ? -1
               : setup_refuse(setup, "loglevel", setup->log_level,
                              "give debug, info, warn or error");
}

static int resolve_scope(struct setup *setup)
{
    return plan_parse_words(scope_words, setup->scope, &setup->exporter_scope)
               ? -1
               : setup_refuse(setup, "exporter.scope", setup->scope,
                              "give a list of domain, port, listener");
}

/* A file that cannot be opened stands at the fault of who named it; others tell their own places.
 */
static const char *place_of_name(const struct setup *setup, const struct plan_fault *fault)
{
    const bool opens = fault->file_option == NULL || access(fault->value, R_OK) == 0;

    return opens ? "" : option_file_place(setup->file, fault->file_option, fault->value);
}

static int resolve_plan(struct setup *setup)
{
    struct plan_fault fault;

    setup->plan = plan_new(&setup->words, &fault);
    if (setup->plan != NULL) {
        return -1;
    }
    if (fault.option != NULL) {
        return setup_refuse(setup, fault.option, fault.value, fault.message);
    }
    (void)snprintf(setup->message, sizeof(setup->message), "%s%s", place_of_name(setup, &fault),
                   fault.message);
    return 1;
}

/* Of formats some write flows only, and raw datagrams are all that there is of them. */
static int resolve_records(struct setup *setup)
{
    const struct decode_settings *decode = &setup->plan->decode;

    if (decode->reports == 0) {
        return -1;
    }
    if (setup->format_ops->write_report == NULL) {
        return setup_refuse(setup, "records", setup->words.records,
                            "this format writes flows only; give -format json or text");
    }
    return setup->produce == PRODUCE_SAMPLE
               ? -1
               : setup_refuse(setup, "records", setup->words.records,
                              "-produce raw makes records of datagrams only");
}

/* The transport's own words stand above the mapping file's list; most transports have no keys. */
static int resolve_key(struct setup *setup)
{
    const char *words = setup->chosen->key;
    char option[OPTION_NAME_MAX];
    char rather[sizeof(setup->message) / 2] = "too many fields";
    bool right;

    if (words == NULL) {
        return -1;
    }
    right = *words == '\0' ? record_key_hash(&setup->key, &setup->plan->key)
                           : record_key_parse(&setup->key, words, rather, sizeof(rather));
    plan_note_key(setup->plan, &setup->key);
    (void)snprintf(option, sizeof(option), "transport.%s.key", setup->chosen->ops->name);
    return right ? -1 : setup_refuse(setup, option, words, rather);
}

static int resolve_quarantine(struct setup *setup)
{
    char value[TEXT_U64_MAX + 1];

    if (setup->quarantine_words.octets >= QUARANTINE_OCTETS_MIN) {
        return -1;
    }
    *text_write_u64(value, setup->quarantine_words.octets) = '\0';
    return setup_refuse(setup, "quarantine.bytes", value, "give 1048576 or more");
}

/* In goflow2's order of checks. */
static int resolve(struct setup *setup)
{
    static int (*const steps[])(struct setup *) = {
        resolve_scope, resolve_log,     resolve_format, resolve_produce, resolve_transport,
        resolve_plan,  resolve_records, resolve_key,    resolve_listen,  resolve_quarantine,
    };

    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        const int status = steps[i](setup);

        if (status >= 0) {
            return status;
        }
    }
    return -1;
}

/* --- The option groups of all modules, mounted under their prefixes --- */

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

static void mount(struct setup *setup, const char *prefix, const struct option *options,
                  void *target)
{
    setup->groups[setup->n_groups++] = (struct option_group){prefix, options, target};
}

static void mount_all(struct setup *setup, const struct option_group *own)
{
    mount(setup, "", setup_options, setup);
    mount(setup, "exporter", exporter_options, setup);
    mount(setup, "templates", template_options, setup);
    mount(setup, "hold", hold_options, setup);
    mount(setup, "quarantine", setup_quarantine_options, setup);
    mount(setup, "records", record_options, setup);
    mount(setup, "stream", stream_options, setup);
    for (size_t i = 0; setup->transports[i] != NULL; i++) {
        const struct transport_ops *ops = setup->transports[i]->ops;

        (void)snprintf(setup->prefixes[i], sizeof(setup->prefixes[i]), "transport.%s", ops->name);
        mount(setup, setup->prefixes[i], ops->options, setup->transports[i]);
    }
    if (own->options != NULL) {
        setup->groups[setup->n_groups++] = *own;
    }
}

/* --- Reading --- */

static enum option_result parse(struct setup *setup, const struct command_line *line, int *first)
{
    return options_parse(setup->groups, setup->n_groups, line->argc, line->argv, first,
                         setup->message, sizeof(setup->message));
}

static bool read_environment(struct setup *setup)
{
    return options_read_environment(setup->groups, setup->n_groups, SETUP_PREFIX, setup->message,
                                    sizeof(setup->message));
}

/*
 * The command line stands above the environment, and that above the file; the
 * highest is read last.
 */
static bool read_all(struct setup *setup, const struct command_line *line)
{
    const char *config = setup->config;
    int first;

    options_set_defaults(setup->groups, setup->n_groups);
    if (*config != '\0') {
        setup->file = option_file_read(setup->groups, setup->n_groups, config, setup->message,
                                       sizeof(setup->message));
        if (setup->file == NULL) {
            return false;
        }
    }
    return read_environment(setup) && parse(setup, line, &first) == OPTIONS_DONE;
}

/* The environment and the command line alone: -1 to go on, or the exit code. */
static int read_command_line(struct setup *setup, const struct command_line *line, int *first)
{
    *setup = (struct setup){0};
    if (!make_transports(setup)) {
        (void)fprintf(stderr, "weir: no memory\n");
        return 1;
    }
    mount_all(setup, &line->own);
    options_set_defaults(setup->groups, setup->n_groups);
    if (!read_environment(setup)) {
        (void)fprintf(stderr, "weir: %s\n", setup->message);
        return 1;
    }
    switch (parse(setup, line, first)) {
    case OPTIONS_HELP:
        options_print_usage(setup->groups, setup->n_groups, line->usage);
        return 0;
    case OPTIONS_INVALID:
        return command_refuse(command_find(line->argv[0]) == NULL ? NULL : line->argv[0],
                              setup->message);
    case OPTIONS_DONE:
        break;
    }
    if (setup->version) {
        return version_print();
    }
    return -1;
}

/* Everything: -1 to go on, or the exit code, and a message. */
static int read_whole(struct setup *setup, const struct command_line *line)
{
    return read_all(setup, line) ? resolve(setup) : 1;
}

int setup_read(struct setup *setup, const struct command_line *line, int *first)
{
    int status = read_command_line(setup, line, first);

    if (status >= 0) {
        return status;
    }
    status = read_whole(setup, line);
    if (status >= 0) {
        (void)fprintf(stderr, "weir: %s\n", setup->message);
    }
    return status;
}

bool setup_read_again(struct setup *setup, const struct command_line *line)
{
    int first;

    return read_command_line(setup, line, &first) < 0 && read_whole(setup, line) < 0;
}

void setup_apply_log(const struct setup *setup)
{
    log_set_level(setup->level);
    log_set_json(strcmp(setup->log_format, "json") == 0);
    fault_log_set_muting(setup->errors_count, setup->errors_interval_ns);
}

void setup_free(struct setup *setup)
{
    for (size_t i = 0; i < SETUP_TRANSPORTS_MAX; i++) {
        free(setup->transports[i]);
        setup->transports[i] = NULL;
    }
    plan_free(setup->plan);
    setup->plan = NULL;
    option_file_free(setup->file);
    setup->file = NULL;
}
