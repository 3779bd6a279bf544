// SPDX-License-Identifier: Apache-2.0
/* The parts of NetFlow v9 and IPFIX: goflow2's keys, and the words of RFC 3954 and RFC 7011. */
#include "decoders/template_terms.h"

static const struct outline_field header_v9[] = {
    {"version", outline_tell_u16, "Version Number"},
    {"count", outline_tell_u16, "Count"},
    {"system-uptime", outline_tell_u32, "sysUpTime"},
    {"unix-seconds", outline_tell_u32, "UNIX Secs"},
    {"sequence-number", outline_tell_u32, "Sequence Number"},
    {"source-id", outline_tell_u32, "Source ID"},
    {0},
};

static const struct outline_field header_ipfix[] = {
    {"version", outline_tell_u16, "Version Number"},
    {"length", outline_tell_u16, "Length"},
    {"export-time", outline_tell_u32, "Export Time"},
    {"sequence-number", outline_tell_u32, "Sequence Number"},
    {"observation-domain-id", outline_tell_u32, "Observation Domain ID"},
    {0},
};

/* RFC 3954 sections 5 and 6. */
static const struct template_terms terms_v9 = {
    .header = header_v9,
    .sets = {"Template FlowSet", "Options Template FlowSet", "Data FlowSet"},
    .set_id = "FlowSet ID",
    .records = {"Data Record", "Options Data Record"},
    .forms =
        {
            {"Template Record",
             {{"field-count", outline_tell_u16, "Field Count"}, {0}},
             {{"fields", false, "Field Type", "Field Length"}}},
            {"Options Template Record",
             {{"scope-length", outline_tell_u16, "Option Scope Length"},
              {"option-length", outline_tell_u16, "Option Length"},
              {0}},
             {{"scopes", true, "Scope Field Type", "Scope Field Length"},
              {"options", false, "Option Field Type", "Option Field Length"}}},
        },
};

/* RFC 7011 section 3. */
static const struct template_terms terms_ipfix = {
    .header = header_ipfix,
    .sets = {"Template Set", "Options Template Set", "Data Set"},
    .set_id = "Set ID",
    .records = {"Data Record", "Data Record"},
    .forms =
        {
            {"Template Record",
             {{"field-count", outline_tell_u16, "Field Count"}, {0}},
             {{"fields", false, "Information Element identifier", "Field Length"}}},
            {"Options Template Record",
             {{"field-count", outline_tell_u16, "Field Count"},
              {"scope-field-count", outline_tell_u16, "Scope Field Count"},
              {0}},
             {{"options", false, "Information Element identifier", "Field Length"},
              {"scopes", true, "Scope Information Element identifier", "Scope Field Length"}}},
        },
};

const struct template_terms *template_terms_of(enum flow_type version)
{
    return version == FLOW_TYPE_IPFIX ? &terms_ipfix : &terms_v9;
}
