// SPDX-License-Identifier: Apache-2.0
/* Explanations as text: a line a piece, and the rules broken where they were. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd/explanation.h"

enum { OCTETS_SHOWN = 64, INDENT = 2 };

static void print_title(const struct explanation *e)
{
    char source[OUTLINE_SOURCE_MAX + 1];
    char time[TEXT_DATETIME_MAX + 1];

    explanation_source(e, source);
    explanation_time(e, time);
    (void)printf("datagram %" PRIu64 ": %s, %zu octets from %s to port %u, %s\n", e->number,
                 e->decoder == NULL ? "of no known protocol" : e->decoder->title, e->datagram->len,
                 source, e->to_port, time);
    (void)printf("offset length\n");
}

/* What a number stands for: an element, or a time in seconds. */
static void print_meaning(const struct outline_piece *piece)
{
    static const char *const times[] = {"Export Time", "UNIX Secs", "unix_secs"};
    char text[EXPLANATION_NAME_MAX];

    explanation_element(piece, text);
    for (size_t i = 0; piece->name != NULL && i < sizeof(times) / sizeof(times[0]); i++) {
        if (strcmp(piece->name, times[i]) == 0) {
            *text_write_datetime(text, piece->number, 0) = '\0';
        }
    }
    if (*text != '\0') {
        (void)printf(" (%s)", text);
    }
}

static void print_value(const struct explanation *e, const struct outline_piece *piece)
{
    char value[EXPLANATION_VALUE_MAX + 1];
    const bool whole = explanation_value(e, piece, OCTETS_SHOWN, value);

    (void)printf(" = %s%s", value, whole ? "" : " ...");
    if (piece->kind == PIECE_NUMBER) {
        print_meaning(piece);
    }
}

static void print_piece(const struct explanation *e, const struct outline_piece *piece)
{
    char name[EXPLANATION_NAME_MAX];

    explanation_name(piece, name);
    (void)printf("%6u %6u  %*s%s", piece->offset, piece->len, piece->depth * INDENT, "", name);
    if (piece->kind == PIECE_HEADING) {
        (void)printf(" %" PRIu64, piece->number);
    } else {
        print_value(e, piece);
    }
    (void)printf("\n");
}

static void print_fault(const struct explanation_fault *fault)
{
    const struct decode_error_text *text = &decode_errors[fault->error];

    (void)printf("%6zu         ! %s: %s", fault->offset, text->key, text->text);
    if (fault->detail[0] != '\0') {
        (void)printf(": %s", fault->detail);
    }
    if (text->cost != COST_NOTHING) {
        (void)printf(" (costs the %s)", explanation_cost(fault->error));
    }
    (void)printf("\n");
}

/* What was broken before this octet; returns how many faults have been printed. */
static size_t print_faults(const struct explanation *e, size_t printed, size_t before)
{
    while (printed < e->n_faults && e->faults[printed].offset <= before) {
        print_fault(&e->faults[printed++]);
    }
    return printed;
}

static void print(const struct explanation *e)
{
    size_t printed = 0;

    print_title(e);
    for (size_t i = 0; i < e->n_pieces; i++) {
        if (e->pieces[i].offset > 0) {
            printed = print_faults(e, printed, e->pieces[i].offset);
        }
        print_piece(e, &e->pieces[i]);
    }
    (void)print_faults(e, printed, SIZE_MAX);
    if (e->more_faults > 0) {
        (void)printf("and %" PRIu64 " more\n", e->more_faults);
    }
    (void)printf("\n");
}

const struct explanation_format explanation_text = {"text", print};
