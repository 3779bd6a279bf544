// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_QUARANTINE_CONTEXT_H
#define LIB_QUARANTINE_CONTEXT_H

#include "lib/template/template.h"

enum { QUARANTINE_CONTEXT_MAX = 32 + TEMPLATE_FIELDS_MAX * 8 };

/* Of the message that a template applies to. */
struct quarantine_message {
    uint16_t version; /* enum flow_type */
    uint32_t domain_id;
    uint16_t template_id;
    uint32_t uptime_ms;
    uint64_t export_ns;
};

/*
 * Writes a message of the template alone, as its exporter may have sent it, so that a datagram
 * that it applies to can be read without what came before.  Returns its length, or 0 if the
 * template is not known.
 */
size_t quarantine_context(uint8_t out[static QUARANTINE_CONTEXT_MAX],
                          const struct quarantine_message *message, const struct template *t);

#endif
