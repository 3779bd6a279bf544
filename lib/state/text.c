// SPDX-License-Identifier: Apache-2.0
/* Writes what is remembered of exporters, a line each. */
#include "lib/state/text.h"

#include <stdlib.h>
#include <string.h>

#include "lib/exporter/state.h"
#include "lib/text_write.h"

enum {
    PIECE_MAX = 2048,     /* octets that one template field, domain head or name may need */
    SLICE_OCTETS = 65536, /* then it is the next call's turn */
    RESERVE = 1 << 20,    /* what a slice may need */
};

void state_text_free(struct state_text *text)
{
    free(text->data);
    *text = (struct state_text){0};
}

static bool grow(struct state_text *text, size_t capacity)
{
    char *data = text->failed ? NULL : realloc(text->data, capacity);

    if (data == NULL) {
        text->failed = true;
        return false;
    }
    text->data = data;
    text->capacity = capacity;
    return true;
}

void state_text_reserve(struct state_text *text)
{
    if (text->capacity - text->len < RESERVE) {
        (void)grow(text, text->capacity < RESERVE ? 2 * RESERVE : 2 * text->capacity);
    }
}

/* Where a piece may be written; NULL if there is no memory. */
static char *room(struct state_text *text)
{
    if (text->capacity - text->len < PIECE_MAX &&
        !grow(text, text->capacity < PIECE_MAX ? SLICE_OCTETS : 2 * text->capacity)) {
        return NULL;
    }
    return text->data + text->len;
}

static void end_piece(struct state_text *text, const char *end)
{
    text->len = (size_t)(end - text->data);
}

static void add(struct state_text *text, const char *piece)
{
    char *out = room(text);

    if (out != NULL) {
        end_piece(text, text_write(out, piece, strlen(piece)));
    }
}

/* One member; lead is what stands before its value: ,"rate": */
static void add_number(struct state_text *text, const char *lead, uint64_t number)
{
    char *out = room(text);

    if (out != NULL) {
        out = text_write(out, lead, strlen(lead));
        end_piece(text, text_write_u64(out, number));
    }
}

static void add_addr(struct state_text *text, const char *lead, const struct flow_addr *addr)
{
    char *out = room(text);

    if (out != NULL) {
        out = text_write(out, lead, strlen(lead));
        *out++ = '"';
        out = text_write_addr(out, addr);
        *out++ = '"';
        end_piece(text, out);
    }
}

static void add_hex(struct state_text *text, const char *lead, const uint8_t *octets, size_t len)
{
    char *out = room(text);
    bool cut;

    if (out != NULL) {
        out = text_write(out, lead, strlen(lead));
        *out++ = '"';
        out = text_write_hex(out, octets, len, &cut);
        *out++ = '"';
        end_piece(text, out);
    }
}

/* Takes the comma behind the last item away, if there is one, and ends the list. */
static void end_list(struct state_text *text, const char *end)
{
    if (text->len > 0 && text->data[text->len - 1] == ',') {
        text->len--;
    }
    add(text, end);
}

char *state_write_field(char *out, const struct template_field *field)
{
    out = text_write_u64(out, field->pen);
    *out++ = '.';
    out = text_write_u64(out, field->id);
    *out++ = '.';
    out = text_write_u64(out, field->len);
    *out++ = '.';
    out = text_write_u64(out, field->type);
    return text_write(out, field->scope ? ".1 " : ".0 ", 3);
}

static void add_field(struct state_text *text, const struct template_field *field)
{
    char *out = room(text);

    if (out != NULL) {
        end_piece(text, state_write_field(out, field));
    }
}

static void add_template(struct state_text *text, const struct known_template *t)
{
    struct template_definition definition;

    layout_unpack(t->layout, &definition);
    add_number(text, "{\"id\":", t->id);
    add_number(text, ",\"options\":", definition.options ? 1 : 0);
    add_number(text, ",\"refreshed_ns\":", t->refreshed_ns);
    add(text, ",\"fields\":\"");
    for (uint16_t i = 0; i < definition.n; i++) {
        add_field(text, &definition.fields[i]);
    }
    add(text, "\"},");
}

static size_t fields_of(const struct lru_entry *entry)
{
    const struct known_template *t = (const struct known_template *)entry;

    return t->layout == NULL ? 0 : t->layout->n_fields;
}

static size_t count_fields(const struct lru_table *templates)
{
    size_t n = 0;

    for (const struct lru_entry *at = templates->oldest; at != NULL; at = at->newer) {
        n += fields_of(at);
    }
    return n;
}

/* Those used last; who sends more than an exporter needs must not make weir pause. */
static void add_templates(struct state_text *text, const struct lru_table *templates, size_t *left)
{
    size_t n = count_fields(templates); /* of this template and those used later */

    for (const struct lru_entry *at = templates->oldest; at != NULL; at = at->newer) {
        const struct known_template *t = (const struct known_template *)at;

        if (n <= *left && t->layout != NULL) {
            add_template(text, t);
            *left -= fields_of(at);
        }
        n -= fields_of(at);
    }
}

/* left is how many fields may be kept of the exporter still. */
static void add_domain(struct state_text *text, const struct domain *domain, size_t *left)
{
    add_number(text, "{\"version\":", domain->key.version);
    add_number(text, ",\"id\":", domain->key.id);
    add_addr(text, ",\"agent\":", &domain->key.agent);
    add_number(text, ",\"sampling_rate\":", domain->sampling_rate);
    add_number(text, ",\"boot_ms\":", domain->boot_ms);
    add_addr(text, ",\"announced_address\":", &domain->announced_address);
    add_number(text, ",\"told_ns\":", domain->told_ns);
    add_number(text, ",\"template_rates\":", domain->template_rates ? 1 : 0);
    add_number(text, ",\"interface_rates\":", domain->interface_rates ? 1 : 0);
    add_number(text, ",\"sampler_known\":", domain->sampler_known ? 1 : 0);
    add_number(text, ",\"several_samplers\":", domain->several_samplers ? 1 : 0);
    add_number(text, ",\"sampler_id\":", domain->sampler_id);
    add(text, ",\"templates\":[");
    add_templates(text, &domain->templates, left);
    end_list(text, "]},");
}

static void add_told(const struct options_saved *saved, void *arg)
{
    struct state_text *text = arg;

    add_number(text, "{\"kind\":", saved->kind);
    add_number(text, ",\"version\":", saved->version);
    add_number(text, ",\"domain\":", saved->domain);
    add_number(text, ",\"id_len\":", saved->id_len);
    add_hex(text, ",\"id\":", saved->id, sizeof(saved->id));
    add_number(text, ",\"told_ns\":", saved->told_ns);
    add_number(text, ",\"rate\":", saved->rate);
    add_hex(text, ",\"name\":", saved->name.data, saved->name.len);
    add(text, "},");
}

static void add_exporter(void *entry, void *arg)
{
    const struct exporter *exporter = entry;
    struct state_text *text = arg;
    size_t left = STATE_FIELDS_MAX;

    add_addr(text, "{\"address\":", &exporter->key.addr);
    add_number(text, ",\"port\":", exporter->key.port);
    add_number(text, ",\"scope\":", exporter->key.addr_scope);
    add_number(text, ",\"listener\":", exporter->key.listener);
    add_number(text, ",\"last_port\":", exporter->last_port);
    add_number(text, ",\"first_ns\":", exporter->first_ns);
    add_number(text, ",\"known\":", exporter->known ? 1 : 0);
    add(text, ",\"domains\":[");
    for (const struct lru_entry *at = exporter->domains.oldest; at != NULL; at = at->newer) {
        add_domain(text, (const struct domain *)at, &left);
    }
    end_list(text, "],\"told\":[");
    options_walk(&exporter->options, add_told, text);
    end_list(text, "]}\n");
}

size_t state_text_add(struct state_text *text, const struct exporters *exporters, size_t cursor,
                      size_t budget)
{
    const size_t before = text->len;

    do {
        cursor = exporters_walk(exporters, cursor, 1, add_exporter, text);
        budget--;
    } while (cursor != 0 && budget > 0 && text->len - before < SLICE_OCTETS);
    return cursor;
}

uint64_t state_changes(const struct exporters *exporters)
{
    return exporters->changes;
}
