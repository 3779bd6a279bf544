// SPDX-License-Identifier: Apache-2.0
/* What exporters tell of themselves in options data. */
#include "lib/exporter/options_data.h"

#include "lib/exporter/options_cache.h"
#include "lib/exporter/options_report.h"
#include "lib/exporter/state.h"

enum { TURNS_OF_SILENCE = 3 };

static const uint64_t TURN_NS = 1000000000;

/* Ids have 9 octets at most (RFC 6759).  What is longer than a key is none. */
static bool is_application(const struct flow_slice *id)
{
    return id->len <= sizeof(((struct options_key *)NULL)->id);
}

/* What was learnt just now goes out as a row of a table. */
static void tell_on(struct decode *d, const struct options_key *key, enum record_kind kind)
{
    struct options_entry *entry = decode_wants(d, REPORT_OPTIONS) ? options_entry_of(d, key) : NULL;

    if (entry != NULL) {
        options_report(d, kind, entry->rate, &entry->told_on);
    }
}

static struct options_key store_rate(struct decode *d, enum options_kind kind, uint64_t id,
                                     uint64_t rate)
{
    const struct flow_slice no_name = {.data = (const uint8_t *)"", .len = 0};
    const struct options_key key = options_number_key(d->message.domain, kind, id);

    options_store(d, &key, rate, &no_name);
    return key;
}

static void store_sampler(struct decode *d, uint64_t id, uint64_t rate)
{
    const struct options_key key = store_rate(d, OPTIONS_SAMPLER, id, rate);

    (void)store_rate(d, OPTIONS_ANY_SAMPLER, id, rate);
    tell_on(d, &key, RECORD_SAMPLERS);
}

static void store_template_rate(struct decode *d, uint64_t id, uint64_t rate)
{
    const struct options_key key = store_rate(d, OPTIONS_TEMPLATE_RATE, id, rate);

    tell_on(d, &key, RECORD_SAMPLERS);
    d->message.domain->template_rates = true;
}

static void store_interface_rate(struct decode *d, uint32_t index, uint64_t rate)
{
    const struct options_key key = store_rate(d, OPTIONS_INTERFACE_RATE, index, rate);

    tell_on(d, &key, RECORD_SAMPLERS);
    d->message.domain->interface_rates = true;
}

/* A rate of a template's records or an interface's, and not of all the domain; false if it is. */
static bool store_partial_rate(struct decode *d, uint64_t rate)
{
    const uint32_t index = options_rate_interface(&d->flow);

    if (FLOW_HAS(&d->flow, template_id)) {
        store_template_rate(d, d->flow.template_id, rate);
        return true;
    }
    if (index != 0) {
        store_interface_rate(d, index, rate);
    }
    return index != 0;
}

/* goflow2 reads the first four octets of 305, else of 50, else of 34: of eight, the upper half. */
static uint64_t goflow2_rate(const struct flow *flow, const struct template *t, uint64_t rate)
{
    static const uint16_t ids[] = {305, 50, 34};
    const uint64_t values[] = {flow->sampling_packet_interval, flow->sampler_random_interval,
                               flow->sampling_interval};

    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        for (uint16_t f = 0; f < t->n_fields; f++) {
            if (t->fields[f].pen == 0 && t->fields[f].id == ids[i] && !t->fields[f].scope) {
                return t->fields[f].len == 8 ? values[i] >> 32 : values[i];
            }
        }
    }
    return rate;
}

/* What is announced in a burst is announced once. */
static void count_turn(const struct decode *d, struct domain *domain)
{
    const uint64_t now_ns = d->datagram->received_ns;

    if (!domain->several_samplers || now_ns - domain->sampler_ns < TURN_NS) {
        return;
    }
    domain->sampler_ns = now_ns;
    domain->sampler_turns++;
    if (domain->sampler_turns >= TURNS_OF_SILENCE) {
        domain->several_samplers = false;
    }
}

/*
 * With one sampler its rate is the domain's; with several of other rates there is none.  A sampler
 * that keeps silent while another one is announced a few times is gone.
 */
static bool another_sampler(const struct decode *d, uint64_t id, uint64_t rate)
{
    struct domain *domain = d->message.domain;

    if (domain->sampler_known && domain->sampler_id == id) {
        count_turn(d, domain);
        return domain->several_samplers;
    }
    domain->several_samplers |= domain->sampler_known && domain->sampling_rate != rate;
    domain->sampler_known = true;
    domain->sampler_id = id;
    domain->sampler_ns = d->datagram->received_ns;
    domain->sampler_turns = 1;
    return domain->several_samplers;
}

void options_forget_samplers(struct domain *domain)
{
    domain->exporter->agreed_is_old |= domain->several_samplers;
    domain->sampler_known = false;
    domain->several_samplers = false;
}

/* A rate without a sampler: of all the domain, or of an interface, which is the same in goflow2. */
static void tell_rate(struct decode *d, uint64_t rate)
{
    const uint32_t index = options_rate_interface(&d->flow);

    if (!decode_wants(d, REPORT_OPTIONS) || FLOW_HAS(&d->flow, sampler_id)) {
        return;
    }
    if (index != 0) {
        store_interface_rate(d, index, rate);
    } else {
        options_report(d, RECORD_SAMPLERS, rate, &d->message.domain->rate_told_on);
    }
}

static void domain_says_else(struct decode *d)
{
    d->exporters->changes++;
    d->message.domain->exporter->agreed_is_old = true;
}

static void learn_rate(struct decode *d)
{
    const struct flow *flow = &d->flow;
    bool damaged;
    uint64_t rate = options_stated_rate(flow, &damaged);

    if (damaged) {
        decode_fault(d, DECODE_SAMPLING_VALUE, NULL);
        rate = FLOW_HAS(flow, sampling_probability) ? 0 : 1;
    }
    if (rate == 0) {
        return;
    }
    if (decode_compat(d, COMPAT_SAMPLING_WIDTH)) {
        rate =
            goflow2_rate(flow, domain_template(d, d->message.domain, d->message.template_id), rate);
    } else if (FLOW_HAS(flow, sampler_id)) {
        store_sampler(d, flow->sampler_id, rate);
        if (another_sampler(d, flow->sampler_id, rate)) {
            rate = 0;
        }
    } else if (store_partial_rate(d, rate)) {
        return;
    }
    tell_rate(d, rate);
    /* Of several that name no sampler the first counts, as in goflow2. */
    if (d->message.rate_announced && rate != 0) {
        return;
    }
    d->message.rate_announced = rate != 0;
    if (d->message.domain->sampling_rate != rate) {
        d->message.domain->sampling_rate = rate;
        domain_says_else(d);
    }
}

static void learn_boot(struct decode *d, uint64_t boot_ms)
{
    struct domain *domain = d->message.domain;

    domain->exporter->agreed_is_old |= domain->boot_ms != boot_ms;
    domain->boot_ms = boot_ms;
}

static void learn_address(struct decode *d, const struct flow_addr *address)
{
    struct domain *domain = d->message.domain;

    if (memcmp(&domain->announced_address, address, sizeof(*address)) != 0) {
        domain->announced_address = *address;
        domain_says_else(d);
    }
}

static void learn_name(struct decode *d, const struct options_key key,
                       const struct flow_slice *name, enum record_kind kind)
{
    if (name->len > 0) {
        options_store(d, &key, 0, name);
        tell_on(d, &key, kind);
    }
}

void options_learn(struct decode *d)
{
    const struct flow *flow = &d->flow;

    d->message.domain->told_ns = d->datagram->received_ns;
    learn_rate(d);
    if (FLOW_HAS(flow, system_init_time)) {
        learn_boot(d, flow->system_init_time);
    }
    if (FLOW_HAS(flow, announced_exporter_address)) {
        learn_address(d, &flow->announced_exporter_address);
    }
    if (FLOW_HAS(flow, if_name) && (FLOW_HAS(flow, in_if) || FLOW_HAS(flow, out_if))) {
        const uint32_t index = FLOW_HAS(flow, in_if) ? flow->in_if : flow->out_if;

        learn_name(d, options_number_key(d->message.domain, OPTIONS_INTERFACE, index),
                   &flow->if_name, RECORD_INTERFACES);
    }
    if (FLOW_HAS(flow, vrf_name) && FLOW_HAS(flow, ingress_vrf_id)) {
        learn_name(d, options_number_key(d->message.domain, OPTIONS_VRF, flow->ingress_vrf_id),
                   &flow->vrf_name, RECORD_VRFS);
    }
    if (FLOW_HAS(flow, application_name) && FLOW_HAS(flow, application_id) &&
        is_application(&flow->application_id)) {
        learn_name(d,
                   options_key_of(d->message.domain, OPTIONS_APPLICATION, flow->application_id.data,
                                  flow->application_id.len),
                   &flow->application_name, RECORD_APPLICATIONS);
    }
}

static uint64_t stored_rate(const struct decode *d, enum options_kind kind, uint64_t id)
{
    const struct options_key key = options_number_key(d->message.domain, kind, id);
    const struct options_entry *entry = options_entry_of(d, &key);

    return entry == NULL ? 0 : entry->rate;
}

/*
 * That of the domain, or what the others agree on: line cards may leave it to one of them to tell.
 */
static uint64_t rate_for_all(const struct domain *domain)
{
    return domain->sampling_rate != 0 || domain->several_samplers
               ? domain->sampling_rate
               : domain->exporter->agreed.sampling_rate;
}

static uint64_t sampler_rate(const struct decode *d)
{
    const uint64_t rate = stored_rate(d, OPTIONS_SAMPLER, d->flow.sampler_id);

    return rate != 0 ? rate : stored_rate(d, OPTIONS_ANY_SAMPLER, d->flow.sampler_id);
}

static uint64_t template_rate(const struct decode *d)
{
    return d->message.domain->template_rates
               ? stored_rate(d, OPTIONS_TEMPLATE_RATE, d->message.template_id)
               : 0;
}

/* Of the interface that the packets came by, or else of the one that they left by. */
static uint64_t interface_rate(const struct decode *d)
{
    const struct flow *flow = &d->flow;
    uint64_t rate = 0;

    if (!d->message.domain->interface_rates) {
        return 0;
    }
    if (FLOW_HAS(flow, in_if)) {
        rate = stored_rate(d, OPTIONS_INTERFACE_RATE, flow->in_if);
    }
    if (rate == 0 && FLOW_HAS(flow, out_if)) {
        rate = stored_rate(d, OPTIONS_INTERFACE_RATE, flow->out_if);
    }
    return rate;
}

bool options_rate_known(const struct domain *domain)
{
    return domain->sampling_rate != 0 || domain->sampler_known || domain->template_rates ||
           domain->interface_rates;
}

/*
 * Sampler 0 is what devices write that have a single one; any other that was not
 * announced leaves the rate unknown.
 */
uint64_t options_sampling_rate(const struct decode *d, const char **source)
{
    uint64_t rate;

    *source = "options";
    if (decode_compat(d, COMPAT_SAMPLING_WIDTH)) {
        return d->message.domain->sampling_rate;
    }
    rate = template_rate(d);
    if (rate != 0) {
        *source = "template";
        return rate;
    }
    if (FLOW_HAS(&d->flow, sampler_id)) {
        *source = "sampler";
        rate = sampler_rate(d);
        if (rate != 0 || d->flow.sampler_id != 0) {
            return rate;
        }
    }
    rate = interface_rate(d);
    if (rate != 0) {
        *source = "interface";
        return rate;
    }
    return rate_for_all(d->message.domain);
}

static bool name_of(const struct decode *d, const struct options_key key, struct flow_slice *name)
{
    const struct options_entry *entry = options_entry_of(d, &key);

    if (entry == NULL) {
        return false;
    }
    *name = (struct flow_slice){.data = entry->name, .len = entry->name_len};
    return true;
}

bool options_interface_name(const struct decode *d, uint32_t index, struct flow_slice *name)
{
    return name_of(d, options_number_key(d->message.domain, OPTIONS_INTERFACE, index), name);
}

bool options_vrf_name(const struct decode *d, uint32_t id, struct flow_slice *name)
{
    return name_of(d, options_number_key(d->message.domain, OPTIONS_VRF, id), name);
}

bool options_application_name(const struct decode *d, const struct flow_slice *id,
                              struct flow_slice *name)
{
    return is_application(id) &&
           name_of(d, options_key_of(d->message.domain, OPTIONS_APPLICATION, id->data, id->len),
                   name);
}
