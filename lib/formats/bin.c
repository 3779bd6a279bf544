// SPDX-License-Identifier: Apache-2.0
/*
 * One protobuf message a flow behind its length, as goflow2 writes it: `weir schema proto`
 * prints what it is a message of.
 */
#include "lib/format.h"
#include "lib/formats/bin_field.h"

enum { SHAPES = 16 };

/*
 * Those of the fields that flows with the same presence have: copies, so that the loop reads one
 * behind the other.  An empty one is right as it is.
 */
struct bin_shape {
    uint64_t has[FLOW_WORDS];
    uint16_t n;
    struct bin_field fields[FLOW_NFIELDS];
};

struct bin {
    struct format format;
    struct bin_shape *last;          /* the one of the record before */
    struct bin_shape shapes[SHAPES]; /* by hash: those that were wanted last */
    uint16_t n;
    struct bin_field fields[FLOW_NFIELDS]; /* by number */
    size_t constants_len;
    char constants[CUSTOM_FIELDS_MAX * BIN_SLICE_MAX]; /* encoded */
};

/* --- Custom fields: in the order in which they were mapped --- */

static char *write_custom_number(char *out, const struct flow_custom *value)
{
    return protobuf_write_varint(out, value->number);
}

static char *write_custom_float(char *out, const struct flow_custom *value)
{
    return protobuf_write_fixed64(out, value->number);
}

static char *write_custom_octets(char *out, const struct flow_custom *value)
{
    return bin_write_octets(out, (struct flow_slice){value->data, value->len});
}

static char *write_custom_text(char *out, const struct flow_custom *value)
{
    return bin_write_text(out, (struct flow_slice){value->data, value->len});
}

static const struct {
    char *(*write)(char *out, const struct flow_custom *value);
    enum protobuf_wire wire;
} custom_kinds[CUSTOM_KIND_COUNT] = {
    [CUSTOM_VARINT] = {write_custom_number, PROTOBUF_VARINT},
    [CUSTOM_BYTES] = {write_custom_octets, PROTOBUF_DELIMITED},
    [CUSTOM_STRING] = {write_custom_octets, PROTOBUF_DELIMITED},
    [CUSTOM_TEXT] = {write_custom_text, PROTOBUF_DELIMITED},
    [CUSTOM_SIGNED] = {write_custom_number, PROTOBUF_VARINT},
    [CUSTOM_FLOAT] = {write_custom_float, PROTOBUF_FIXED64},
    [CUSTOM_IP] = {write_custom_octets, PROTOBUF_DELIMITED},
    [CUSTOM_MAC] = {write_custom_number, PROTOBUF_VARINT},
    [CUSTOM_BOOL] = {write_custom_number, PROTOBUF_VARINT},
};

static char *write_custom(char *out, const struct custom_field *field,
                          const struct flow_custom *value)
{
    if (field->protobuf == 0) {
        return out;
    }
    out = protobuf_write_tag(out, field->protobuf, custom_kinds[field->kind].wire);
    return custom_kinds[field->kind].write(out, value);
}

static char *write_customs(char *out, const struct bin *bin, const struct flow_customs *customs)
{
    for (uint16_t i = 0; i < customs->n; i++) {
        const struct flow_custom *value = &customs->at[i];

        out = write_custom(out, &bin->format.fields->custom[value->field], value);
    }
    memcpy(out, bin->constants, bin->constants_len);
    return out + bin->constants_len;
}

/* --- The plan --- */

/* Where a field of this number belongs: what comes behind moves up. */
static struct bin_field *make_place(struct bin *bin, uint16_t number)
{
    struct bin_field *field = &bin->fields[bin->n++];

    while (field > bin->fields && field[-1].number > number) {
        field[0] = field[-1];
        field--;
    }
    return field;
}

static void plan_field(struct bin *bin, unsigned at)
{
    const struct flow_field *row = &flow_fields[at];
    const struct bin_kind *kind = &bin_kinds[row->kind];
    struct bin_field *field = make_place(bin, row->protobuf);

    *field = (struct bin_field){
        .write = kind->write,
        .way = (uint8_t)kind->way,
        .bit = (uint64_t)1 << at % 64,
        .word = (uint8_t)(at / 64),
        .keeps_zero = bin->format.fields->sparse || (row->sets & IN_GOFLOW2) == 0,
        .number = row->protobuf,
        .offset = row->offset,
    };
    field->tag_len =
        (uint8_t)(protobuf_write_tag(field->tag, row->protobuf, kind->wire) - field->tag);
    bin->format.max += kind->max;
}

static void plan_constant(struct bin *bin, const struct custom_field *field)
{
    char *const begin = bin->constants + bin->constants_len;
    const struct flow_slice text = {(const uint8_t *)field->constant,
                                    (uint16_t)strnlen(field->constant, UINT16_MAX)};
    char *end = protobuf_write_tag(begin, field->protobuf, PROTOBUF_DELIMITED);

    end = bin_write_text(end, text);
    bin->constants_len += (size_t)(end - begin);
}

static void plan_constants(struct bin *bin)
{
    const struct field_set *set = bin->format.fields;

    for (uint16_t i = 0; i < set->n_custom; i++) {
        if (set->custom[i].constant != NULL && set->custom[i].protobuf != 0) {
            plan_constant(bin, &set->custom[i]);
        }
    }
}

static void bin_open(struct format *f)
{
    struct bin *bin = (struct bin *)f;

    f->max = PROTOBUF_LENGTH_MAX + sizeof(bin->fields[0].tag);
    for (unsigned at = 0; at < FLOW_NFIELDS; at++) {
        if (bin_has_field(f->fields, at)) {
            plan_field(bin, at);
        }
    }
    if (f->fields->custom != NULL) {
        plan_constants(bin);
        f->max += bin->constants_len + FLOW_CUSTOMS_MAX * (size_t)BIN_SLICE_MAX;
    }
}

static void make_shape(struct bin_shape *shape, const struct bin *bin, const uint64_t *has)
{
    memcpy(shape->has, has, sizeof(shape->has));
    shape->n = 0;
    for (const struct bin_field *field = bin->fields; field < bin->fields + bin->n; field++) {
        if ((has[field->word] & field->bit) != 0) {
            shape->fields[shape->n++] = *field;
        }
    }
}

static const struct bin_shape *find_shape(struct bin *bin, const uint64_t *has)
{
    struct bin_shape *shape = bin->last;

    if (shape != NULL && flow_same_presence(shape->has, has)) {
        return shape;
    }
    shape = &bin->shapes[flow_presence_hash(has) % SHAPES];
    if (!flow_same_presence(shape->has, has)) {
        make_shape(shape, bin, has);
    }
    bin->last = shape;
    return shape;
}

static char *write_number(char *out, const struct bin_field *field, uint64_t number)
{
    return number == 0 && !field->keeps_zero
               ? out
               : protobuf_write_varint(bin_write_tag(out, field), number);
}

/* IPv4 and IPv6 are a move each. */
static char *write_addr(char *out, const struct bin_field *field, const struct flow_addr *addr)
{
    if (addr->len == 0 && !field->keeps_zero) {
        return out;
    }
    out = bin_write_tag(out, field);
    *out++ = (char)addr->len;
    if (addr->len == 4) {
        memcpy(out, addr->bytes, 4);
    } else {
        memcpy(out, addr->bytes, 16);
    }
    return out + addr->len;
}

static char *write_field(char *out, const struct bin_field *field, const struct flow *flow)
{
    const void *member = (const uint8_t *)flow + field->offset;

    switch ((enum bin_way)field->way) {
    case BIN_U8:
        return write_number(out, field, *(const uint8_t *)member);
    case BIN_U16:
        return write_number(out, field, *(const uint16_t *)member);
    case BIN_U32:
        return write_number(out, field, *(const uint32_t *)member);
    case BIN_U64:
        return write_number(out, field, *(const uint64_t *)member);
    case BIN_ADDR:
        return write_addr(out, field, member);
    case BIN_WRITER:
        break;
    }
    return field->write(out, field, flow);
}

static size_t bin_write(struct format *f, const struct flow *flow, char *out)
{
    struct bin *bin = (struct bin *)f;
    const struct bin_shape *shape = find_shape(bin, flow->has);
    const struct bin_field *const last = shape->fields + shape->n;
    char *end = protobuf_open(out);

    for (const struct bin_field *field = shape->fields; field < last; field++) {
        end = write_field(end, field, flow);
    }
    end = f->fields->custom == NULL ? end : write_customs(end, bin, &flow->customs);
    return (size_t)(protobuf_close(out, end) - out);
}

const struct format_ops format_bin = {
    .name = "bin",
    .title = "one protobuf message a flow, behind its length",
    .media_type = "application/x-protobuf",
    .size = sizeof(struct bin),
    .framed = true,
    .open = bin_open,
    .write = bin_write,
};
