// SPDX-License-Identifier: Apache-2.0
/*
 * A fuzz target: any flow that decoders may make, written as JSON.  Of each field the
 * input has its number and its value.
 */
#include "tests/checked_pipeline.h"
#include "tests/fuzz/fuzz.h"

struct filler {
    struct wire input;
    struct flow flow;
};

static void *member(struct filler *f, unsigned at)
{
    return (uint8_t *)&f->flow + flow_fields[at].offset;
}

static struct flow_addr read_addr(struct wire *input)
{
    static const size_t lens[] = {0, 4, 16, 16};
    struct wire bytes = wire_slice_clipped(input, lens[wire_u8(input) % 4]);
    const size_t len = wire_left(&bytes);

    return flow_addr_make(wire_bytes(&bytes, len), len);
}

static struct flow_slice read_slice(struct wire *input)
{
    struct wire octets = wire_slice_clipped(input, wire_u16(input) % 5000);
    const uint16_t len = (uint16_t)wire_left(&octets);

    return (struct flow_slice){.data = wire_bytes(&octets, len), .len = len};
}

/* A known element by its row, or an unknown one. */
static struct flow_element read_element(struct wire *input)
{
    const uint16_t row = wire_u16(input) % ELEMENT_COUNT;
    struct flow_element element = {.index = row, .id = elements[row].id, .pen = elements[row].pen};
    struct flow_slice value;

    if (row == IE_NONE) {
        element.id = wire_u16(input);
        element.pen = wire_u32(input);
    }
    value = read_slice(input);
    element.data = value.data;
    element.len = value.len;
    return element;
}

/* As a template would name them: the first of several, and the later ones. */
static void add_element(struct flow *flow, struct flow_element element)
{
    struct flow_elements *list = &flow->elements;

    for (uint16_t i = 0; FLOW_HAS(flow, elements) && i < list->n; i++) {
        if (list->at[i].pen == element.pen && list->at[i].id == element.id) {
            list->at[i].repeated =
                list->at[i].repeated == ELEMENT_LATER ? ELEMENT_LATER : ELEMENT_FIRST;
            element.repeated = ELEMENT_LATER;
        }
    }
    (void)FLOW_APPEND(flow, elements, element);
}

static void add_number(struct filler *f, unsigned at, uint16_t *n, uint32_t *numbers, size_t max)
{
    if (flow_list_open(&f->flow, at, n, max)) {
        numbers[(*n)++] = wire_u32(&f->input);
    }
}

static void add_numbers(struct filler *f, unsigned at)
{
    struct flow_numbers *list = member(f, at);

    add_number(f, at, &list->n, list->at, FLOW_NUMBERS_MAX);
}

static void add_labels(struct filler *f, unsigned at)
{
    struct flow_labels *list = member(f, at);

    add_number(f, at, &list->n, list->at, FLOW_LABELS_MAX);
}

static void add_sizes(struct filler *f, unsigned at)
{
    struct flow_sizes *list = member(f, at);

    add_number(f, at, &list->n, list->at, FLOW_LAYERS_MAX);
}

static void add_addrs(struct filler *f, unsigned at)
{
    struct flow_addrs *list = member(f, at);

    if (flow_list_open(&f->flow, at, &list->n, FLOW_ADDRS_MAX)) {
        list->at[list->n++] = read_addr(&f->input);
    }
}

static void add_layers(struct filler *f, unsigned at)
{
    struct flow_layers *list = member(f, at);

    if (flow_list_open(&f->flow, at, &list->n, FLOW_LAYERS_MAX)) {
        list->at[list->n++] = wire_u8(&f->input);
    }
}

static void add_elements(struct filler *f, unsigned at)
{
    (void)at;
    add_element(&f->flow, read_element(&f->input));
}

static void set_addr(struct filler *f, unsigned at)
{
    *(struct flow_addr *)member(f, at) = read_addr(&f->input);
    flow_mark(&f->flow, at);
}

static void set_slice(struct filler *f, unsigned at)
{
    *(struct flow_slice *)member(f, at) = read_slice(&f->input);
    flow_mark(&f->flow, at);
}

static void set_name(struct filler *f, unsigned at)
{
    static const char *const names[] = {"gre", "ipip", "options", "record"};

    *(const char **)member(f, at) = names[wire_u8(&f->input) % 4];
    flow_mark(&f->flow, at);
}

static void set_bool(struct filler *f, unsigned at)
{
    *(bool *)member(f, at) = wire_u8(&f->input) % 2 != 0;
    flow_mark(&f->flow, at);
}

static void add_names(struct filler *f, unsigned at)
{
    struct flow_names *list = member(f, at);

    list->n = 0;
    do {
        list->at[list->n++] = "octet_count";
    } while (list->n < wire_u8(&f->input) % (FLOW_NAMES_MAX + 1));
    flow_mark(&f->flow, at);
}

static void set_sub_key(struct filler *f, unsigned at)
{
    static struct flow_sub_key key = {.realm = "realm"};

    key.realm_len = wire_u8(&f->input) % 6;
    key.bits = wire_u8(&f->input) % 129;
    *(const struct flow_sub_key **)member(f, at) = &key;
    f->flow.sub_addr = read_addr(&f->input);
    flow_mark(&f->flow, at);
}

/* Who fills a field of a kind; or, of a number, how many octets it has. */
static const struct {
    void (*fill)(struct filler *f, unsigned at);
    uint8_t width;
} kinds[FLOW_KIND_COUNT] = {
    [FLOW_KIND_TYPE] = {NULL, 1},
    [FLOW_KIND_U8] = {NULL, 1},
    [FLOW_KIND_U16] = {NULL, 2},
    [FLOW_KIND_U32] = {NULL, 4},
    [FLOW_KIND_U64] = {NULL, 8},
    [FLOW_KIND_FLOAT] = {NULL, 8},
    [FLOW_KIND_TIME] = {NULL, 8},
    [FLOW_KIND_ADDR] = {set_addr, 0},
    [FLOW_KIND_ETYPE] = {NULL, 2},
    [FLOW_KIND_PROTO] = {NULL, 1},
    [FLOW_KIND_MAC] = {NULL, 8},
    [FLOW_KIND_NET_SRC] = {NULL, 1},
    [FLOW_KIND_NET_DST] = {NULL, 1},
    [FLOW_KIND_NUMBERS] = {add_numbers, 0},
    [FLOW_KIND_LABELS] = {add_labels, 0},
    [FLOW_KIND_ADDRS] = {add_addrs, 0},
    [FLOW_KIND_LAYERS] = {add_layers, 0},
    [FLOW_KIND_SIZES] = {add_sizes, 0},
    [FLOW_KIND_TEXT] = {set_slice, 0},
    [FLOW_KIND_OCTETS] = {set_slice, 0},
    [FLOW_KIND_NAME] = {set_name, 0},
    [FLOW_KIND_ELEMENTS] = {add_elements, 0},
    [FLOW_KIND_COUNTER] = {NULL, 8},
    [FLOW_KIND_TIME_MS] = {NULL, 8},
    [FLOW_KIND_BOOL] = {set_bool, 0},
    [FLOW_KIND_NAMES] = {add_names, 0},
    [FLOW_KIND_SUB_KEY] = {set_sub_key, 0},
};

static void set_number(struct filler *f, unsigned at, size_t width)
{
    struct wire octets = wire_slice_clipped(&f->input, width);

    memset(member(f, at), 0, width);
    memcpy(member(f, at), octets.at, wire_left(&octets));
    flow_mark(&f->flow, at);
}

static void fill(struct filler *f, unsigned at)
{
    const uint8_t kind = flow_fields[at].kind;

    if (kinds[kind].fill != NULL) {
        kinds[kind].fill(f, at);
    } else {
        set_number(f, at, kinds[kind].width);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct checked_pipeline *pipeline = checked_pipeline_begin();
    static struct filler filler;

    flow_clear(&filler.flow);
    wire_init(&filler.input, data, size);
    while (wire_left(&filler.input) > 0) {
        fill(&filler, wire_u8(&filler.input) % FLOW_NFIELDS);
    }
    (void)output_flow(&pipeline->output, &filler.flow);
    output_flush(&pipeline->output);
    require(pipeline->records == 1, "a flow makes a record");
    checked_pipeline_end(pipeline);
    return 0;
}
