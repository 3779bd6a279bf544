// SPDX-License-Identifier: Apache-2.0
/*
 * What the domains of an exporter agree on.  Line cards export with a domain each, and options data
 * may come in one of them only; but several exporters behind one address are domains, too, and
 * then what one of them says is not true of the others.
 */
#include "lib/exporter/state.h"

struct hearing {
    struct exporter_agreed agreed;
    bool rates_differ;
    bool boots_differ;
    bool addresses_differ;
};

static void hear_number(uint64_t *agreed, bool *differ, uint64_t said)
{
    if (said != 0) {
        *differ |= *agreed != 0 && *agreed != said;
        *agreed = said;
    }
}

static void hear_address(struct flow_addr *agreed, bool *differ, const struct flow_addr *said)
{
    if (said->len != 0) {
        *differ |= agreed->len != 0 && memcmp(agreed, said, sizeof(*said)) != 0;
        *agreed = *said;
    }
}

static void hear(struct hearing *hearing, const struct domain *domain)
{
    struct exporter_agreed *agreed = &hearing->agreed;

    hear_number(&agreed->sampling_rate, &hearing->rates_differ, domain->sampling_rate);
    hear_number(&agreed->boot_ms, &hearing->boots_differ, domain->boot_ms);
    hear_address(&agreed->announced_address, &hearing->addresses_differ,
                 &domain->announced_address);
    hearing->rates_differ |= domain->several_samplers;
}

void exporter_agree(struct exporter *exporter)
{
    struct hearing hearing = {0};

    for (const struct lru_entry *at = exporter->domains.oldest; at != NULL; at = at->newer) {
        hear(&hearing, (const struct domain *)at);
    }
    if (hearing.rates_differ) {
        hearing.agreed.sampling_rate = 0;
    }
    if (hearing.boots_differ) {
        hearing.agreed.boot_ms = 0;
    }
    if (hearing.addresses_differ) {
        hearing.agreed.announced_address = (struct flow_addr){0};
    }
    exporter->agreed = hearing.agreed;
    exporter->agreed_is_old = false;
}
