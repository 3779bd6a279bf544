// SPDX-License-Identifier: Apache-2.0
// Options data as rows of tables, each with its key.
#include "lib/exporter/options_report.h"

#include "lib/exporter/options_data.h"
#include "lib/exporter/state.h"

/* Values that a row begins with, and that change with each telling. */
enum { HEAD_VALUES = 2 };

static void add_interface(struct decode *d, uint64_t rate, struct report *report)
{
    static const struct report_column columns[] = {
        {REPORT_AT_if_name, FLOW_AT_if_name},
        {REPORT_AT_if_description, FLOW_AT_if_description},
    };
    const struct flow *flow = &d->flow;
    const uint32_t index = FLOW_HAS(flow, in_if) ? flow->in_if : flow->out_if;

    (void)rate;
    report_number(report, REPORT_FIELD_OF(if_index), index);
    report_flow(report, flow, columns, sizeof(columns) / sizeof(columns[0]));
    report_key_number(report, '|', index);
}

static void add_vrf(struct decode *d, uint64_t rate, struct report *report)
{
    static const struct report_column columns[] = {
        {REPORT_AT_vrf_id, FLOW_AT_ingress_vrf_id},
        {REPORT_AT_vrf_name, FLOW_AT_vrf_name},
    };

    (void)rate;
    report_flow(report, &d->flow, columns, sizeof(columns) / sizeof(columns[0]));
    report_key_number(report, '|', d->flow.ingress_vrf_id);
}

static void add_application(struct decode *d, uint64_t rate, struct report *report)
{
    static const struct report_column columns[] = {
        {REPORT_AT_application_id, FLOW_AT_application_id},
        {REPORT_AT_application_name, FLOW_AT_application_name},
        {REPORT_AT_application_description, FLOW_AT_application_description},
    };

    (void)rate;
    report_flow(report, &d->flow, columns, sizeof(columns) / sizeof(columns[0]));
    report_key_octets(report, '|', d->flow.application_id);
}

/* A rate is of one sampler, of one template's records, of one interface, or of all the domain. */
static void add_sampler(struct decode *d, uint64_t rate, struct report *report)
{
    static const struct report_column columns[] = {
        {REPORT_AT_sampler_id, FLOW_AT_sampler_id},
        {REPORT_AT_sampler_name, FLOW_AT_sampler_name},
        {REPORT_AT_sampler_mode, FLOW_AT_sampler_mode},
        {REPORT_AT_template_id, FLOW_AT_template_id},
    };
    const uint32_t domain = d->message.domain->key.id;
    const uint32_t index = options_rate_interface(&d->flow);

    report_number(report, REPORT_FIELD_OF(observation_domain_id), domain);
    report_flow(report, &d->flow, columns, sizeof(columns) / sizeof(columns[0]));
    report_number(report, REPORT_FIELD_OF(sampling_rate), rate);
    report_key_number(report, '|', domain);
    if (FLOW_HAS(&d->flow, sampler_id)) {
        report_key_number(report, '|', d->flow.sampler_id);
    } else if (FLOW_HAS(&d->flow, template_id)) {
        report_key_word(report, '|', "template");
        report_key_number(report, ':', d->flow.template_id);
    } else if (index != 0) {
        report_number(report, REPORT_FIELD_OF(if_index), index);
        report_key_word(report, '|', "interface");
        report_key_number(report, ':', index);
    }
}

static void (*const makers[RECORD_KIND_COUNT])(struct decode *d, uint64_t rate,
                                               struct report *report) = {
    [RECORD_INTERFACES] = add_interface,
    [RECORD_VRFS] = add_vrf,
    [RECORD_APPLICATIONS] = add_application,
    [RECORD_SAMPLERS] = add_sampler,
};

void options_report(struct decode *d, enum record_kind kind, uint64_t rate,
                    struct options_told *told)
{
    const uint64_t now_ns = d->datagram->received_ns;
    struct report report;
    uint32_t hash;

    report_begin(&report, kind, &d->flow.exporter_address, now_ns);
    report_key_addr(&report, &d->flow.exporter_address);
    makers[kind](d, rate, &report);
    hash = report_hash(&report, HEAD_VALUES);
    if (hash == told->hash && now_ns - told->ns < d->settings->report_refresh_ns) {
        return;
    }
    if (decode_report(d, &report)) {
        *told = (struct options_told){now_ns, hash};
    }
}
