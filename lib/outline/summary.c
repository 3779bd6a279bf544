// SPDX-License-Identifier: Apache-2.0
// A datagram's outline in a few words.
#include "lib/outline/summary.h"

enum { SECOND_NS = 1000000000, WORDS_MAX = 4, VALUE_MAX = TEXT_ADDR_MAX };

/* A word of the summary, label:key, and what takes the place of the key. */
struct word {
    const char *label;
    size_t label_len; /* with its colon */
    const char *key;
    size_t key_len;
    uint64_t items; /* of an array */
    char value[VALUE_MAX];
    size_t value_len;
};

struct summary {
    struct outline outline;
    unsigned depth;
    struct word *counted; /* whose array is open */
    size_t n;
    struct word words[WORDS_MAX];
};

static void add_word(struct summary *summary, const char *text)
{
    const size_t label_len = strcspn(text, ":") + 1;
    const char *key = text + label_len;

    summary->words[summary->n++] = (struct word){
        .label = text, .label_len = label_len, .key = key, .key_len = strcspn(key, " ")};
}

static void summary_begin(struct outline *outline)
{
    struct summary *summary = (struct summary *)outline;
    const char *blank = strchr(outline->decoder->outline_summary, ' ');

    summary->depth = 0;
    summary->counted = NULL;
    summary->n = 0;
    while (blank != NULL && summary->n < WORDS_MAX) {
        add_word(summary, blank + 1);
        blank = strchr(blank + 1, ' ');
    }
}

/* The word that wants this key, or NULL. */
static struct word *find_word(struct summary *summary, const char *key)
{
    for (struct word *word = summary->words; word < summary->words + summary->n; word++) {
        if (strlen(key) == word->key_len && strncmp(key, word->key, word->key_len) == 0) {
            return word;
        }
    }
    return NULL;
}

/* What stands in the message itself has its place; of an array in it, items are counted. */
static void count_item(struct summary *summary)
{
    if (summary->depth == 1 && summary->counted != NULL) {
        summary->counted->items++;
    }
}

static void set_items(struct word *word)
{
    word->value_len = (size_t)(text_write_u64(word->value, word->items) - word->value);
}

static void summary_open(struct outline *outline, const char *key, enum outline_group group)
{
    struct summary *summary = (struct summary *)outline;

    count_item(summary);
    if (summary->depth == 0 && group == OUTLINE_ARRAY) {
        summary->counted = find_word(summary, key);
    }
    summary->depth++;
}

static void summary_close(struct outline *outline, enum outline_group group)
{
    struct summary *summary = (struct summary *)outline;

    (void)group;
    summary->depth--;
    if (summary->depth == 0 && summary->counted != NULL) {
        set_items(summary->counted);
        summary->counted = NULL;
    }
}

static char *write_value(char *out, const struct outline_value *value)
{
    switch (value->kind) {
    case OUTLINE_NUMBER:
        return text_write_u64(out, value->number);
    case OUTLINE_ADDRESS:
        return text_write_addr(out, &value->address);
    default:
        return out;
    }
}

static void summary_value(struct outline *outline, const char *key,
                          const struct outline_value *value)
{
    struct summary *summary = (struct summary *)outline;
    struct word *word = summary->depth == 0 ? find_word(summary, key) : NULL;

    count_item(summary);
    if (word != NULL) {
        word->value_len = (size_t)(write_value(word->value, value) - word->value);
    }
}

/* 2026-11-21 02:50:16.856006638 +0000 UTC */
static char *write_time(char *out, uint64_t ns)
{
    char *end = text_write_datetime(out, ns / SECOND_NS, (uint32_t)(ns % SECOND_NS));

    *(char *)memchr(out, 'T', (size_t)(end - out)) = ' ';
    return TEXT_WRITE(end - 1, " +0000 UTC");
}

static void summary_end(struct outline *outline)
{
    const struct summary *summary = (const struct summary *)outline;
    const char *name = outline->decoder->outline_summary;
    char *out = write_time(outline->at, outline->datagram->received_ns);

    *out++ = ' ';
    out = outline_write_source(out, outline);
    out = TEXT_WRITE(out, ": ");
    out = text_write(out, name, strcspn(name, " "));
    for (const struct word *word = summary->words; word < summary->words + summary->n; word++) {
        *out++ = ' ';
        out = text_write(out, word->label, word->label_len);
        out = text_write(out, word->value, word->value_len);
    }
    outline->at = out;
}

const struct outline_ops outline_summary = {
    .size = sizeof(struct summary),
    .begin = summary_begin,
    .end = summary_end,
    .open = summary_open,
    .close = summary_close,
    .value = summary_value,
};
