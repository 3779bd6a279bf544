// SPDX-License-Identifier: Apache-2.0
/* Makes a plan of words: fields, differences from goflow2, tunnels, a mapping file. */
#include "cmd/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/report/report.h"
#include "lib/stream.h"

bool plan_parse_words(const struct plan_word *words, const char *text, unsigned *bits)
{
    *bits = 0;
    while (*text != '\0') {
        const size_t len = strcspn(text, ",");
        const struct plan_word *word = words;

        while (word->name != NULL &&
               (strlen(word->name) != len || strncmp(word->name, text, len) != 0)) {
            word++;
        }
        if (word->name == NULL) {
            return false;
        }
        *bits |= word->bit;
        text += len + (text[len] == ',' ? 1 : 0);
    }
    return true;
}

static bool refuse(struct plan_fault *fault, const char *option, const char *value,
                   const char *rather)
{
    fault->option = option;
    fault->value = value;
    if (rather != fault->message) {
        (void)snprintf(fault->message, sizeof(fault->message), "%s", rather);
    }
    return false;
}

static bool refuse_file(struct plan_fault *fault, const char *option, const char *path)
{
    fault->file_option = option;
    fault->value = path;
    return false;
}

static bool read_compat(struct plan *plan, const struct plan_words *words, struct plan_fault *fault)
{
    return compat_parse(words->compat, &plan->decode.compat) ||
           refuse(fault, "compat", words->compat, "give goflow2, or a list of its differences");
}

static bool read_tunnels(struct plan *plan, const struct plan_words *words,
                         struct plan_fault *fault)
{
    static const struct plan_word tunnels[] = {
        {"vxlan", TUNNEL_VXLAN},
        {"geneve", TUNNEL_GENEVE},
        {"gtpu", TUNNEL_GTPU},
        {"teredo", TUNNEL_TEREDO},
        {NULL, 0},
    };

    return plan_parse_words(tunnels, words->tunnels, &plan->decode.tunnels) ||
           refuse(fault, "tunnels", words->tunnels, "give a list of vxlan, geneve, gtpu, teredo");
}

static bool read_records(struct plan *plan, const struct plan_words *words,
                         struct plan_fault *fault)
{
    enum { FLOWS = REPORT_LOSS << 1 };
    static const struct plan_word kinds[] = {
        {"flows", FLOWS},
        {"counters", REPORT_COUNTERS},
        {"drops", REPORT_DROPS},
        {"nat", REPORT_NAT},
        {"options", REPORT_OPTIONS},
        {"loss", REPORT_LOSS},
        {"all", FLOWS | (FLOWS - 1)},
        {NULL, 0},
    };
    unsigned wanted;

    if (!plan_parse_words(kinds, words->records, &wanted) || wanted == 0) {
        return refuse(fault, "records", words->records,
                      "give all, or a list of flows, counters, drops, nat, options, loss");
    }
    plan->decode.reports = wanted & (FLOWS - 1);
    plan->decode.no_flows = (wanted & FLOWS) == 0;
    plan->decode.report_refresh_ns = words->records_refresh_ns;
    plan->decode.loss_interval_ns = words->records_loss_interval_ns;
    return true;
}

static bool read_fields(struct plan *plan, const struct plan_words *words, struct plan_fault *fault)
{
    return field_set_parse(&plan->fields, words->fields, fault->message, sizeof(fault->message)) ||
           refuse(fault, "fields", words->fields, fault->message);
}

static bool read_mapping(struct plan *plan, const struct plan_words *words,
                         struct plan_fault *fault)
{
    if (*words->mapping == '\0') {
        return true;
    }
    plan->mapping = mapping_load(words->mapping, fault->message, sizeof(fault->message));
    if (plan->mapping == NULL) {
        return refuse_file(fault, "mapping", words->mapping);
    }
    mapping_shape(plan->mapping, &plan->fields);
    mapping_key(plan->mapping, &plan->key);
    plan->decode.mapping = plan->mapping;
    return true;
}

/* Who is listed is known: there are no strangers. */
static bool read_allow(struct plan *plan, const struct plan_words *words, struct plan_fault *fault)
{
    if (*words->allow == '\0') {
        return true;
    }
    plan->admission = admission_new(words->allow, fault->message, sizeof(fault->message));
    if (plan->admission == NULL) {
        return refuse(fault, "allow", words->allow, fault->message);
    }
    plan->decode.admission = plan->admission;
    plan->limits.strangers = 0;
    return true;
}

static bool read_subscribers(struct plan *plan, const struct plan_words *words,
                             struct plan_fault *fault)
{
    if (*words->subscribers == '\0') {
        return true;
    }
    plan->subscribers =
        subscribers_load(words->subscribers, fault->message, sizeof(fault->message));
    plan->decode.stream.subscribers = plan->subscribers;
    return plan->subscribers != NULL || refuse_file(fault, "subscribers", words->subscribers);
}

/* By options data. */
static bool is_name_told(unsigned at)
{
    switch (at) {
    case FLOW_AT_in_if_name:
    case FLOW_AT_out_if_name:
    case FLOW_AT_ingress_vrf_name:
    case FLOW_AT_egress_vrf_name:
    case FLOW_AT_application_name:
        return true;
    default:
        return false;
    }
}

/* What costs something is done only where somebody wants it. */
static void want(struct decode_settings *decode, unsigned at)
{
    stream_want(&decode->stream, at);
    decode->keep_elements |= at == FLOW_AT_elements;
    decode->make_record_ids |= at == FLOW_AT_record_id;
    decode->look_up_names |= is_name_told(at);
}

static void note_fields(struct plan *plan)
{
    plan->decode.stream.unmaps = plan->fields.sparse;
    for (unsigned at = 0; at < FLOW_NFIELDS; at++) {
        if (field_set_has(&plan->fields, at)) {
            want(&plan->decode, at);
        }
    }
}

void plan_note_key(struct plan *plan, const struct record_key *key)
{
    for (unsigned at = 0; at < FLOW_NFIELDS; at++) {
        if (record_key_has(key, at)) {
            want(&plan->decode, at);
        }
    }
}

struct plan *plan_new(const struct plan_words *words, struct plan_fault *fault)
{
    struct plan *plan = calloc(1, sizeof(*plan));

    *fault = (struct plan_fault){.message = "no memory"};
    if (plan == NULL) {
        return NULL;
    }
    plan->limits = words->limits;
    plan->decode.stream.max_age_ms = words->stream_max_age_ns / 1000000;
    plan->decode.stream.max_skew_ms = words->stream_max_skew_ns / 1000000;
    if (!read_compat(plan, words, fault) || !read_tunnels(plan, words, fault) ||
        !read_records(plan, words, fault) || !read_fields(plan, words, fault) ||
        !read_mapping(plan, words, fault) || !read_allow(plan, words, fault) ||
        !read_subscribers(plan, words, fault)) {
        plan_free(plan);
        return NULL;
    }
    note_fields(plan);
    return plan;
}

void plan_log(const struct plan *plan)
{
    if (plan->subscribers != NULL) {
        LOG(INFO, "subscribers", LOG_NUMBER("prefixes", subscribers_prefixes(plan->subscribers)),
            LOG_NUMBER("octets", subscribers_size(plan->subscribers)));
    }
}

void plan_free(struct plan *plan)
{
    if (plan != NULL) {
        mapping_free(plan->mapping);
        admission_free(plan->admission);
        subscribers_free(plan->subscribers);
        free(plan);
    }
}
