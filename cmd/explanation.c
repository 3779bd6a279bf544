// SPDX-License-Identifier: Apache-2.0
/* The parts of an explanation as text: names, values, times. */
#include "cmd/explanation.h"

#include <inttypes.h>
#include <stdio.h>

static const uint64_t SECOND_NS = 1000000000;

void explanation_source(const struct explanation *explanation,
                        char text[static OUTLINE_SOURCE_MAX + 1])
{
    const struct outline outline = {.datagram = explanation->datagram};

    *outline_write_source(text, &outline) = '\0';
}

void explanation_time(const struct explanation *explanation,
                      char text[static TEXT_DATETIME_MAX + 1])
{
    const uint64_t ns = explanation->datagram->received_ns;

    *text_write_datetime(text, ns / SECOND_NS, (uint32_t)(ns % SECOND_NS)) = '\0';
}

static struct flow_element element_of(const struct explanation *explanation,
                                      const struct outline_piece *piece)
{
    return (struct flow_element){
        .data = explanation->datagram->data + piece->offset,
        .len = piece->len,
        .index = element_find(piece->pen, piece->id),
        .id = piece->id,
        .pen = piece->pen,
    };
}

void explanation_element(const struct outline_piece *piece, char text[static EXPLANATION_NAME_MAX])
{
    const struct flow_element element = {
        .index = element_find(piece->pen, piece->id), .id = piece->id, .pen = piece->pen};

    *text = '\0';
    if (piece->is_element && element.index != IE_NONE) {
        *element_write_name(text, &element) = '\0';
    }
}

void explanation_name(const struct outline_piece *piece, char text[static EXPLANATION_NAME_MAX])
{
    if (piece->name != NULL) {
        (void)snprintf(text, EXPLANATION_NAME_MAX, "%s", piece->name);
        return;
    }
    explanation_element(piece, text);
    if (*text == '\0' && piece->pen == 0) {
        (void)snprintf(text, EXPLANATION_NAME_MAX, "element %u", piece->id);
    } else if (*text == '\0') {
        (void)snprintf(text, EXPLANATION_NAME_MAX, "element %u of enterprise %" PRIu32, piece->id,
                       piece->pen);
    }
}

static char *write_quoted_hex(char *out, const uint8_t *octets, size_t len, bool *cut)
{
    *out++ = '"';
    out = text_write_hex(out, octets, len, cut);
    *out++ = '"';
    return out;
}

static char *write_address(char *out, const uint8_t *octets, size_t len)
{
    *out++ = '"';
    out = text_write_ip(out, octets, len);
    *out++ = '"';
    return out;
}

static char *write_text(char *out, const uint8_t *octets, size_t len, bool *cut)
{
    *out++ = '"';
    out = text_write_json_string(out, octets, len, cut);
    *out++ = '"';
    return out;
}

bool explanation_value(const struct explanation *explanation, const struct outline_piece *piece,
                       size_t octets_max, char text[static EXPLANATION_VALUE_MAX + 1])
{
    const struct flow_element element = element_of(explanation, piece);
    const size_t shown = piece->len < octets_max ? piece->len : octets_max;
    bool cut = false;

    switch (piece->kind) {
    case PIECE_NUMBER:
        text = text_write_u64(text, piece->number);
        break;
    case PIECE_TEXT:
        text = write_text(text, element.data, piece->len, &cut);
        break;
    case PIECE_ADDRESS:
        text = write_address(text, element.data, piece->len);
        break;
    default:
        if (piece->is_element && element.index != IE_NONE) {
            text = element_write_value(text, &element, &cut);
        } else {
            text = write_quoted_hex(text, element.data, shown, &cut);
            cut = cut || shown < piece->len;
        }
    }
    *text = '\0';
    return !cut;
}

const char *explanation_cost(enum decode_error error)
{
    static const char *const costs[] = {
        [COST_NOTHING] = "nothing",   [COST_FIELD] = "field", [COST_RECORD] = "record",
        [COST_TEMPLATE] = "template", [COST_SET] = "set",     [COST_DATAGRAM] = "datagram",
    };

    return costs[decode_errors[error].cost];
}
