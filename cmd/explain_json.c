// SPDX-License-Identifier: Apache-2.0
/* Explanations as JSON: an object a datagram, in a line of its own. */
#include <inttypes.h>
#include <stdio.h>

#include "cmd/explanation.h"

static void print_head(const struct explanation *e)
{
    char source[OUTLINE_SOURCE_MAX + 1];
    char time[TEXT_DATETIME_MAX + 1];

    explanation_source(e, source);
    explanation_time(e, time);
    (void)printf("{\"datagram\":%" PRIu64 ",\"time_received\":\"%s\",\"src\":\"%s\","
                 "\"dst_port\":%u,\"length\":%zu,",
                 e->number, time, source, e->to_port, e->datagram->len);
    if (e->decoder != NULL) {
        (void)printf("\"protocol\":\"%s\",", e->decoder->name);
    }
}

static void print_value(const struct explanation *e, const struct outline_piece *piece)
{
    char value[EXPLANATION_VALUE_MAX + 1];
    char element[EXPLANATION_NAME_MAX];
    const bool whole = explanation_value(e, piece, SIZE_MAX, value);

    (void)printf(",\"value\":%s", value);
    if (!whole) {
        (void)printf(",\"truncated\":true");
    }
    explanation_element(piece, element);
    if (piece->kind == PIECE_NUMBER && *element != '\0') {
        (void)printf(",\"element\":\"%s\"", element);
    }
}

/* A heading stays open for the pieces below it. */
static void print_piece(const struct explanation *e, const struct outline_piece *piece)
{
    char name[EXPLANATION_NAME_MAX];

    explanation_name(piece, name);
    (void)printf("{\"offset\":%u,\"length\":%u,\"name\":\"%s\"", piece->offset, piece->len, name);
    if (piece->kind == PIECE_HEADING) {
        (void)printf(",\"number\":%" PRIu64 ",\"fields\":[", piece->number);
    } else {
        print_value(e, piece);
        (void)printf("}");
    }
}

static unsigned close_headings(unsigned depth, unsigned to)
{
    for (; depth > to; depth--) {
        (void)printf("]}");
    }
    return depth;
}

static void print_pieces(const struct explanation *e)
{
    bool first = true;
    unsigned depth = 0;

    (void)printf("\"fields\":[");
    for (size_t i = 0; i < e->n_pieces; i++) {
        const struct outline_piece *piece = &e->pieces[i];

        depth = close_headings(depth, piece->depth);
        (void)printf("%s", first ? "" : ",");
        print_piece(e, piece);
        first = piece->kind == PIECE_HEADING;
        depth += first ? 1 : 0;
    }
    (void)close_headings(depth, 0);
    (void)printf("]");
}

static void print_fault(const struct explanation_fault *fault)
{
    const struct decode_error_text *text = &decode_errors[fault->error];

    (void)printf("{\"offset\":%zu,\"reason\":\"%s\",\"costs\":\"%s\",\"text\":\"%s\"",
                 fault->offset, text->key, explanation_cost(fault->error), text->text);
    if (fault->detail[0] != '\0') {
        (void)printf(",\"detail\":\"%s\"", fault->detail);
    }
    (void)printf("}");
}

static void print_faults(const struct explanation *e)
{
    (void)printf(",\"faults\":[");
    for (size_t i = 0; i < e->n_faults; i++) {
        (void)printf("%s", i == 0 ? "" : ",");
        print_fault(&e->faults[i]);
    }
    (void)printf("]");
    if (e->more_faults > 0) {
        (void)printf(",\"more_faults\":%" PRIu64, e->more_faults);
    }
}

static void print(const struct explanation *e)
{
    print_head(e);
    print_pieces(e);
    print_faults(e);
    (void)printf("}\n");
}

const struct explanation_format explanation_json = {"json", print};
