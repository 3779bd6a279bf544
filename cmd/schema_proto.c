// SPDX-License-Identifier: Apache-2.0
/* The .proto file of -format bin, made from the table of fields. */
#include "cmd/schema.h"
#include "cmd/schema_write.h"
#include "lib/formats/bin_field.h"

/* The type of a kind, as lib/formats/bin_field.c encodes it. */
static const struct {
    const char *type;
    bool single; /* may be optional */
} kinds[FLOW_KIND_COUNT] = {
    [FLOW_KIND_TYPE] = {"FlowType", true},
    [FLOW_KIND_U8] = {"uint32", true},
    [FLOW_KIND_U16] = {"uint32", true},
    [FLOW_KIND_U32] = {"uint32", true},
    [FLOW_KIND_U64] = {"uint64", true},
    [FLOW_KIND_FLOAT] = {"double", true},
    [FLOW_KIND_COUNTER] = {"uint64", true},
    [FLOW_KIND_TIME] = {"uint64", true},
    [FLOW_KIND_TIME_MS] = {"uint64", true},
    [FLOW_KIND_BOOL] = {"bool", true},
    [FLOW_KIND_ADDR] = {"bytes", true},
    [FLOW_KIND_ETYPE] = {"uint32", true},
    [FLOW_KIND_PROTO] = {"uint32", true},
    [FLOW_KIND_MAC] = {"uint64", true},
    [FLOW_KIND_NET_SRC] = {"uint32", true},
    [FLOW_KIND_NET_DST] = {"uint32", true},
    [FLOW_KIND_NUMBERS] = {"repeated uint32", false},
    [FLOW_KIND_LABELS] = {"repeated uint32", false},
    [FLOW_KIND_ADDRS] = {"repeated bytes", false},
    [FLOW_KIND_LAYERS] = {"repeated LayerStack", false},
    [FLOW_KIND_SIZES] = {"repeated uint32", false},
    [FLOW_KIND_TEXT] = {"string", true},
    [FLOW_KIND_OCTETS] = {"bytes", true},
    [FLOW_KIND_NAME] = {"string", true},
    [FLOW_KIND_NAMES] = {"repeated string", false},
    [FLOW_KIND_SUB_KEY] = {"string", true},
    [FLOW_KIND_ELEMENTS] = {"map<string, string>", false},
};

/* A string of a mapping file may be any octets, as in goflow2; a text is UTF-8. */
static const struct {
    const char *type;
    bool packs; /* where it is repeated; weir does not, so it says so */
} custom_kinds[CUSTOM_KIND_COUNT] = {
    [CUSTOM_VARINT] = {"uint64", true}, [CUSTOM_BYTES] = {"bytes", false},
    [CUSTOM_STRING] = {"bytes", false}, [CUSTOM_TEXT] = {"string", false},
    [CUSTOM_SIGNED] = {"int64", true},  [CUSTOM_FLOAT] = {"double", true},
    [CUSTOM_IP] = {"bytes", false},     [CUSTOM_MAC] = {"uint64", true},
    [CUSTOM_BOOL] = {"bool", true},
};

static void print_head(FILE *out)
{
    (void)fprintf(out,
                  "// Messages of weir -format bin, each behind its length as a varint.\n"
                  "// Made by weir %s; fields 1 to 112 are those of goflow2's flow.proto.\n"
                  "syntax = \"proto3\";\n\n"
                  "package flowpb;\n\n"
                  "message FlowMessage {\n",
                  WEIR_VERSION);
}

static void print_enums(FILE *out)
{
#define X(name, number, ...) (void)fprintf(out, "    " #name " = %d;\n", number);
    (void)fputs("  enum FlowType {\n", out);
    FLOW_TYPES(X)
    (void)fputs("  }\n\n  enum LayerStack {\n", out);
    FLOW_LAYERS(X)
    (void)fputs("  }\n", out);
#undef X
}

static void print_field(FILE *out, const struct field_set *set, const struct flow_field *row)
{
    const bool keeps_zero = set->sparse || (row->sets & IN_GOFLOW2) == 0;
    const bool optional = keeps_zero && kinds[row->kind].single;
    const bool has_unit = *row->unit != '\0';

    (void)fprintf(out, "\n  // %s%s%s%s\n", row->text, has_unit ? " (" : "", row->unit,
                  has_unit ? ")" : "");
    (void)fprintf(out, "  %s%s %s = %u;\n", optional ? "optional " : "", kinds[row->kind].type,
                  row->key, row->protobuf);
}

static void print_custom(FILE *out, const struct custom_field *field)
{
    const bool unpacked = field->array && custom_kinds[field->kind].packs;
    char name[CUSTOM_NAME_MAX + 1];

    schema_make_identifier(name, field->name);
    (void)fprintf(out, "\n  // of the mapping file\n");
    (void)fprintf(out, "  %s %s %s = %u%s;\n", field->array ? "repeated" : "optional",
                  custom_kinds[field->kind].type, name, field->protobuf,
                  unpacked ? " [packed = false]" : "");
}

static void proto_print(FILE *out, const struct schema_wish *wish)
{
    const struct field_set *set = &wish->set;

    print_head(out);
    print_enums(out);
    for (unsigned at = 0; at < FLOW_NFIELDS; at++) {
        if (bin_has_field(set, at)) {
            print_field(out, set, &flow_fields[at]);
        }
    }
    for (uint16_t i = 0; i < set->n_custom; i++) {
        if (set->custom[i].protobuf != 0) {
            print_custom(out, &set->custom[i]);
        }
    }
    (void)fputs("}\n", out);
}

const struct schema_target schema_proto = {
    .name = "proto",
    .title = "the protobuf message of -format bin",
    .fields = "all",
    .print = proto_print,
};
