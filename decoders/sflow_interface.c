// SPDX-License-Identifier: Apache-2.0
/* The interfaces of sFlow flow samples. */
#include "decoders/sflow_interface.h"

enum { COMPACT_VALUE = 0x3fffffff, VALUE_NONE = 0x3fffffff };

/* What the value of an interface is. */
enum sflow_interface_format {
    INTERFACE_INDEX,
    INTERFACE_DISCARDED, /* why the packet was */
    INTERFACE_SEVERAL,   /* how many */
    INTERFACE_NONE,      /* our own: the packet began or ended in the agent */
};

struct sflow_interface sflow_read_interface(struct wire *w, bool expanded)
{
    struct sflow_interface i;

    if (expanded) {
        i.format = wire_u32(w);
        i.value = wire_u32(w);
        i.word = i.value;
    } else {
        i.word = wire_u32(w);
        i.format = i.word >> 30;
        i.value = i.word & COMPACT_VALUE;
    }
    if (i.format == INTERFACE_INDEX && i.value == VALUE_NONE) {
        i.format = INTERFACE_NONE;
    }
    return i;
}

void sflow_set_in(struct decode *d, const struct sflow_interface *in)
{
    if (decode_compat(d, COMPAT_IF_FORMAT)) {
        FLOW_SET(&d->flow, in_if, in->word);
        return;
    }
    if (in->format > INTERFACE_NONE) {
        decode_fault(d, DECODE_FIELD_VALUE, "format of the input interface");
        return;
    }
    FLOW_SET(&d->flow, in_if_format, (uint8_t)in->format);
    if (in->format == INTERFACE_INDEX) {
        FLOW_SET(&d->flow, in_if, in->value);
    }
}

static void set_out_value(struct flow *flow, const struct sflow_interface *out)
{
    switch (out->format) {
    case INTERFACE_INDEX:
        FLOW_SET(flow, out_if, out->value);
        break;
    case INTERFACE_DISCARDED:
        FLOW_SET(flow, out_if_discard_reason, out->value);
        break;
    case INTERFACE_SEVERAL:
        FLOW_SET(flow, out_if_count, out->value);
        break;
    default:
        break;
    }
}

void sflow_set_out(struct decode *d, const struct sflow_interface *out)
{
    if (decode_compat(d, COMPAT_IF_FORMAT)) {
        FLOW_SET(&d->flow, out_if, out->word);
        return;
    }
    if (out->format > INTERFACE_NONE) {
        decode_fault(d, DECODE_FIELD_VALUE, "format of the output interface");
        return;
    }
    FLOW_SET(&d->flow, out_if_format, (uint8_t)out->format);
    set_out_value(&d->flow, out);
}
