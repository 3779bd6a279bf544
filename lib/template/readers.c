// SPDX-License-Identifier: Apache-2.0
/* The readers of single fields: from the octets of a data record into struct flow. */
#include "lib/template/readers.h"

#include "lib/mapping/rules.h"
#include "lib/packet/packet.h"

enum { SECOND_NS = 1000000000, MILLISECOND_NS = 1000000, MICROSECOND_NS = 1000 };

/* NTP counts from 1900, and overflows into a new era each 2^32 seconds (RFC 7011 section 6.1.9). */
static const uint64_t NTP_TO_UNIX = 2208988800;
static const uint64_t NTP_ERA = (uint64_t)1 << 32;

static void *member(struct decode *d, const struct template_action *action)
{
    return (uint8_t *)&d->flow + action->member;
}

/*
 * The number of a field that holds values up to max.  False where it is not to be
 * stored: too great, or a zero that would replace what another field said.
 */
static bool read_number(struct decode *d, const struct template_action *action, const uint8_t *data,
                        size_t len, uint64_t max, uint64_t *value)
{
    *value = wire_number(data, len);
    if (action->merge && *value == 0 && flow_has(&d->flow, action->at)) {
        return false;
    }
    if (*value > max && !decode_compat(d, COMPAT_ELEMENTS)) {
        decode_fault(d, DECODE_FIELD_VALUE, flow_fields[action->at].key);
        return false;
    }
    flow_mark(&d->flow, action->at);
    return true;
}

static void read_u8(struct decode *d, const struct template_action *action, const uint8_t *data,
                    size_t len)
{
    uint64_t value;

    if (read_number(d, action, data, len, UINT8_MAX, &value)) {
        *(uint8_t *)member(d, action) = (uint8_t)value;
    }
}

static void read_u16(struct decode *d, const struct template_action *action, const uint8_t *data,
                     size_t len)
{
    uint64_t value;

    if (read_number(d, action, data, len, UINT16_MAX, &value)) {
        *(uint16_t *)member(d, action) = (uint16_t)value;
    }
}

static void read_u32(struct decode *d, const struct template_action *action, const uint8_t *data,
                     size_t len)
{
    uint64_t value;

    if (read_number(d, action, data, len, UINT32_MAX, &value)) {
        *(uint32_t *)member(d, action) = (uint32_t)value;
    }
}

static void read_u64(struct decode *d, const struct template_action *action, const uint8_t *data,
                     size_t len)
{
    uint64_t value;

    if (read_number(d, action, data, len, UINT64_MAX, &value)) {
        *(uint64_t *)member(d, action) = value;
    }
}

static void read_float(struct decode *d, const struct template_action *action, const uint8_t *data,
                       size_t len)
{
    const uint64_t bits = wire_number(data, len);
    double *value = member(d, action);

    if (len == sizeof(float)) {
        const uint32_t narrow = (uint32_t)bits;
        float single;

        memcpy(&single, &narrow, sizeof(single));
        *value = (double)single;
    } else {
        memcpy(value, &bits, sizeof(*value));
    }
    flow_mark(&d->flow, action->at);
}

/* Elements 8 and 27 may stand side by side with one of them zero: the other one counts. */
static void read_addr(struct decode *d, const struct template_action *action, const uint8_t *data,
                      size_t len)
{
    const struct flow_addr addr = flow_addr_make(data, len);

    if (flow_has(&d->flow, action->at) && flow_addr_unspecified(&addr)) {
        return;
    }
    flow_addr_set(member(d, action), data, len);
    flow_mark(&d->flow, action->at);
    if (action->detail != 0) {
        FLOW_SET(&d->flow, etype, action->detail);
    }
}

static void read_slice(struct decode *d, const struct template_action *action, const uint8_t *data,
                       size_t len)
{
    struct flow_slice *slice = member(d, action);

    slice->data = data;
    slice->len = (uint16_t)len;
    flow_mark(&d->flow, action->at);
}

/* Strings of fixed length are filled up with zeros or blanks (RFC 7011 section 6.1.6). */
static void read_text(struct decode *d, const struct template_action *action, const uint8_t *data,
                      size_t len)
{
    while (len > 0 && (data[len - 1] == '\0' || data[len - 1] == ' ')) {
        len--;
    }
    read_slice(d, action, data, len);
    decode_check_text(d, member(d, action), flow_fields[action->at].key);
}

template_reader *template_reader_of_kind(enum flow_kind kind)
{
    static template_reader *const readers[FLOW_KIND_COUNT] = {
        [FLOW_KIND_U8] = read_u8,        [FLOW_KIND_PROTO] = read_u8,
        [FLOW_KIND_NET_SRC] = read_u8,   [FLOW_KIND_NET_DST] = read_u8,
        [FLOW_KIND_U16] = read_u16,      [FLOW_KIND_ETYPE] = read_u16,
        [FLOW_KIND_U32] = read_u32,      [FLOW_KIND_U64] = read_u64,
        [FLOW_KIND_MAC] = read_u64,      [FLOW_KIND_FLOAT] = read_float,
        [FLOW_KIND_ADDR] = read_addr,    [FLOW_KIND_TEXT] = read_text,
        [FLOW_KIND_OCTETS] = read_slice,
    };

    return readers[kind];
}

/* Of a number: by the octets that it comes in and those that it is held in. */
static enum template_way way_of_number(size_t from, size_t to)
{
    static const enum template_way as_wide[] = {
        [1] = TEMPLATE_U8, [2] = TEMPLATE_U16, [4] = TEMPLATE_U32, [8] = TEMPLATE_U64};
    static const enum template_way twice_as_wide[] = {
        [1] = TEMPLATE_U8_AS_U16, [2] = TEMPLATE_U16_AS_U32, [4] = TEMPLATE_U32_AS_U64};

    if (from == to) {
        return as_wide[to];
    }
    return 2 * from == to ? twice_as_wide[from] : TEMPLATE_READER;
}

enum template_way template_way_of_kind(enum flow_kind kind, uint16_t len)
{
    static const uint8_t widths[FLOW_KIND_COUNT] = {
        [FLOW_KIND_U8] = 1,      [FLOW_KIND_PROTO] = 1, [FLOW_KIND_NET_SRC] = 1,
        [FLOW_KIND_NET_DST] = 1, [FLOW_KIND_U16] = 2,   [FLOW_KIND_ETYPE] = 2,
        [FLOW_KIND_U32] = 4,     [FLOW_KIND_U64] = 8,   [FLOW_KIND_MAC] = 8,
    };

    if (kind == FLOW_KIND_ADDR && (len == 4 || len == 16)) {
        return len == 4 ? TEMPLATE_IPV4 : TEMPLATE_IPV6;
    }
    return widths[kind] == 0 ? TEMPLATE_READER : way_of_number(len, widths[kind]);
}

/* RFC 7011 section 6.1.5: 1 is true, 2 is false. */
static void check_boolean(struct decode *d, const struct flow_slice *value, const char *name)
{
    if (value->data[0] != 1 && value->data[0] != 2) {
        decode_fault(d, DECODE_FIELD_VALUE, name);
    }
}

/* What the writers of values would have to count. */
static void check_element(struct decode *d, uint16_t index, const struct flow_slice *value)
{
    const struct element *element = &elements[index & 0x7fff];

    if (element->type == TYPE_BOOLEAN && value->len > 0) {
        check_boolean(d, value, element->name);
    } else if (element->type == TYPE_STRING) {
        decode_check_text(d, value, element->name);
    }
}

void template_keep_element(struct decode *d, const struct template_action *action,
                           const uint8_t *data, size_t len)
{
    const struct flow_slice value = {data, (uint16_t)len};
    const struct flow_element element = {
        .data = data,
        .len = (uint16_t)len,
        .index = action->element,
        .id = action->field->id,
        .pen = action->field->pen,
        .repeated = (uint8_t)action->detail,
    };

    check_element(d, action->element, &value);
    FLOW_APPEND(&d->flow, elements, element);
}

void template_keep_place(struct decode *d, const struct template_action *action,
                         const uint8_t *data, size_t len)
{
    (void)len;
    template_keep_element(d, action, data, 0);
}

void template_map(struct decode *d, const struct template_action *action, const uint8_t *data,
                  size_t len)
{
    mapping_fill(d, &d->settings->mapping->elements.rows[action->detail].target, data, len);
}

static void read_ip_version(struct decode *d, const struct template_action *action,
                            const uint8_t *data, size_t len)
{
    const uint64_t version = decode_compat(d, COMPAT_ELEMENTS) ? data[0] : wire_number(data, len);

    (void)action;
    if (version == 4 || version == 6) {
        FLOW_SET(&d->flow, etype, version == 4 ? 0x0800 : 0x86dd);
    }
}

/* The top octet is the kind of network, VXLAN or NVGRE; both have 24 bits (IANA, element 351). */
static void read_segment(struct decode *d, const struct template_action *action,
                         const uint8_t *data, size_t len)
{
    (void)action;
    FLOW_SET(&d->flow, vni, wire_number(data, len) & 0xffffff);
}

/* Type and code in one number, type first; detail is where the one that is wanted begins. */
static void read_icmp(struct decode *d, const struct template_action *action, const uint8_t *data,
                      size_t len)
{
    *(uint8_t *)member(d, action) = (uint8_t)(wire_number(data, len) >> action->detail);
    flow_mark(&d->flow, action->at);
}

static void read_fragment_flags(struct decode *d, const struct template_action *action,
                                const uint8_t *data, size_t len)
{
    (void)action;
    FLOW_SET(&d->flow, ip_flags, (uint8_t)(wire_number(data, len) >> 5));
}

/*
 * A label stack entry without its time to live: 20 bits of label, 3 of class, 1 that ends the
 * stack.
 */
static void read_label(struct decode *d, const struct template_action *action, const uint8_t *data,
                       size_t len)
{
    const uint16_t at = action->detail;
    const uint32_t label = len < 3 ? 0 : (uint32_t)(wire_number(data, 3) >> 4);
    const bool unused = len < 3 || wire_number(data, 3) == 0;

    /* Devices fill the places of labels that a packet does not have with zeros. */
    if (unused && !decode_compat(d, COMPAT_ELEMENTS)) {
        return;
    }
    while (!FLOW_HAS(&d->flow, mpls_label) || d->flow.mpls_label.n <= at) {
        FLOW_APPEND(&d->flow, mpls_label, 0);
    }
    d->flow.mpls_label.at[at] = label;
}

static void read_mpls_ip(struct decode *d, const struct template_action *action,
                         const uint8_t *data, size_t len)
{
    (void)action;
    if (!FLOW_APPEND(&d->flow, mpls_ip, flow_addr_make(data, len))) {
        decode_fault(d, DECODE_LIST_FULL, "mpls_ip");
    }
}

static void set_time(struct decode *d, const struct template_action *action, uint64_t ns)
{
    *(uint64_t *)member(d, action) = ns;
    flow_mark(&d->flow, action->at);
}

/* Seconds (detail 1) or milliseconds (1000) since 1970. */
static void read_time(struct decode *d, const struct template_action *action, const uint8_t *data,
                      size_t len)
{
    const uint64_t unit_ns = action->detail == 1 ? SECOND_NS : MILLISECOND_NS;
    uint64_t ns;

    if (__builtin_mul_overflow(wire_number(data, len), unit_ns, &ns)) {
        decode_fault(d, DECODE_FIELD_VALUE, flow_fields[action->at].key);
        return;
    }
    set_time(d, action, ns);
}

static uint64_t distance(uint64_t a, uint64_t b)
{
    return a > b ? a - b : b - a;
}

/*
 * Which era the seconds are of is not said: the one nearest to the time of receipt.
 * Of microseconds (detail 1) the low 11 bits mean nothing.
 */
static void read_ntp_time(struct decode *d, const struct template_action *action,
                          const uint8_t *data, size_t len)
{
    const uint64_t value = wire_number(data, len);
    const uint64_t received = d->datagram->received_ns / SECOND_NS + NTP_TO_UNIX;
    const bool exact = action->detail == 0 || decode_compat(d, COMPAT_ELEMENTS);
    const uint64_t fraction = (uint32_t)value & (exact ? UINT32_MAX : ~(uint32_t)0x7ff);
    uint64_t seconds = value >> 32;

    if (distance(seconds + NTP_ERA, received) < distance(seconds, received)) {
        seconds += NTP_ERA;
    }
    if (seconds < NTP_TO_UNIX) {
        decode_fault(d, DECODE_TIME_SUSPECT, flow_fields[action->at].key);
        return;
    }
    set_time(d, action,
             (seconds - NTP_TO_UNIX) * SECOND_NS +
                 (uint64_t)((double)fraction * (double)SECOND_NS / (double)NTP_ERA));
}

/* Microseconds before the export. */
static void read_time_delta(struct decode *d, const struct template_action *action,
                            const uint8_t *data, size_t len)
{
    const uint64_t before = wire_number(data, len) * MICROSECOND_NS;

    if (before > d->message.export_ns) {
        decode_fault(d, DECODE_TIME_SUSPECT, flow_fields[action->at].key);
        return;
    }
    set_time(d, action, d->message.export_ns - before);
}

static void read_frame_size(struct decode *d, const struct template_action *action,
                            const uint8_t *data, size_t len)
{
    (void)action;
    FLOW_SET(&d->flow, bytes, wire_number(data, len));
    FLOW_SET(&d->flow, packets, 1);
}

/* The first octets of one packet; detail is enum packet_start (RFC 5477 section 8.5, RFC 7133). */
static void read_packet(struct decode *d, const struct template_action *action, const uint8_t *data,
                        size_t len)
{
    struct wire packet;

    wire_init(&packet, data, len);
    packet_read(d, &packet, action->detail);
    FLOW_SET(&d->flow, packets, 1);
    if (FLOW_HAS(&d->flow, bytes)) {
        return;
    }
    if (decode_compat(d, COMPAT_ELEMENTS)) {
        FLOW_SET(&d->flow, bytes, len);
    } else if (FLOW_HAS(&d->flow, ip_length)) {
        FLOW_SET(&d->flow, bytes, d->flow.ip_length);
    }
}

/* clang-format off */
const struct template_special template_specials[] = {
    {IE_ipVersion,                 FLOW_AT_etype, 0, IN_BOTH, read_ip_version},
    {IE_icmpTypeCodeIPv4,          FLOW_AT_icmp_type, 8, IN_BOTH, read_icmp},
    {IE_icmpTypeCodeIPv4,          FLOW_AT_icmp_code, 0, IN_BOTH, read_icmp},
    {IE_icmpTypeCodeIPv6,          FLOW_AT_icmp_type, 8, IN_BOTH, read_icmp},
    {IE_icmpTypeCodeIPv6,          FLOW_AT_icmp_code, 0, IN_BOTH, read_icmp},
    {IE_fragmentFlags,             FLOW_AT_ip_flags, 0, IN_BOTH, read_fragment_flags},
    {IE_mplsTopLabelStackSection,  FLOW_AT_mpls_label, 0, IN_BOTH, read_label},
    {IE_mplsLabelStackSection2,    FLOW_AT_mpls_label, 1, IN_BOTH, read_label},
    {IE_mplsLabelStackSection3,    FLOW_AT_mpls_label, 2, IN_BOTH, read_label},
    {IE_mplsLabelStackSection4,    FLOW_AT_mpls_label, 3, IN_NEITHER, read_label},
    {IE_mplsLabelStackSection5,    FLOW_AT_mpls_label, 4, IN_NEITHER, read_label},
    {IE_mplsLabelStackSection6,    FLOW_AT_mpls_label, 5, IN_NEITHER, read_label},
    {IE_mplsLabelStackSection7,    FLOW_AT_mpls_label, 6, IN_NEITHER, read_label},
    {IE_mplsLabelStackSection8,    FLOW_AT_mpls_label, 7, IN_NEITHER, read_label},
    {IE_mplsLabelStackSection9,    FLOW_AT_mpls_label, 8, IN_NEITHER, read_label},
    {IE_mplsLabelStackSection10,   FLOW_AT_mpls_label, 9, IN_NEITHER, read_label},
    {IE_mplsTopLabelIPv4Address,   FLOW_AT_mpls_ip, 0, IN_BOTH, read_mpls_ip},
    {IE_mplsTopLabelIPv6Address,   FLOW_AT_mpls_ip, 0, IN_BOTH, read_mpls_ip},
    {IE_flowStartSeconds,          FLOW_AT_time_flow_start, 1, IN_IPFIX, read_time},
    {IE_flowEndSeconds,            FLOW_AT_time_flow_end,   1, IN_IPFIX, read_time},
    {IE_flowStartMilliseconds,     FLOW_AT_time_flow_start, 1000, IN_IPFIX, read_time},
    {IE_flowEndMilliseconds,       FLOW_AT_time_flow_end,   1000, IN_IPFIX, read_time},
    {IE_flowStartMicroseconds,     FLOW_AT_time_flow_start, 1, IN_IPFIX, read_ntp_time},
    {IE_flowEndMicroseconds,       FLOW_AT_time_flow_end,   1, IN_IPFIX, read_ntp_time},
    {IE_flowStartNanoseconds,      FLOW_AT_time_flow_start, 0, IN_IPFIX, read_ntp_time},
    {IE_flowEndNanoseconds,        FLOW_AT_time_flow_end,   0, IN_IPFIX, read_ntp_time},
    {IE_flowStartDeltaMicroseconds, FLOW_AT_time_flow_start, 0, IN_IPFIX, read_time_delta},
    {IE_flowEndDeltaMicroseconds,  FLOW_AT_time_flow_end,   0, IN_IPFIX, read_time_delta},
    {IE_observationTimeSeconds,      FLOW_AT_event_time, 1, IN_NEITHER, read_time},
    {IE_observationTimeMilliseconds, FLOW_AT_event_time, 1000, IN_NEITHER, read_time},
    {IE_observationTimeMicroseconds, FLOW_AT_event_time, 1, IN_NEITHER, read_ntp_time},
    {IE_observationTimeNanoseconds,  FLOW_AT_event_time, 0, IN_NEITHER, read_ntp_time},
    {IE_layer2SegmentId,           FLOW_AT_vni, 0, IN_NEITHER, read_segment},
    {IE_dataLinkFrameSize,         0, 0, IN_IPFIX, read_frame_size},
    {IE_dataLinkFrameSection,      0, PACKET_ETHERNET, IN_IPFIX, read_packet},
    {IE_layer2packetSectionData,   0, PACKET_ETHERNET, IN_NEITHER, read_packet},
    {IE_ipHeaderPacketSection,     0, PACKET_IP, IN_NEITHER, read_packet},
    {IE_NONE, 0, 0, IN_NEITHER, NULL},
};
/* clang-format on */
