// SPDX-License-Identifier: Apache-2.0
/* Names and texts in the forms that schemas need. */
#include "cmd/schema_write.h"

#include <string.h>

#include "lib/text_write.h"

void schema_write_quoted(FILE *out, const char *text, char quote)
{
    (void)fputc(quote, out);
    for (; *text != '\0'; text++) {
        if (*text == quote) {
            (void)fputc(quote, out);
        }
        (void)fputc(*text, out);
    }
    (void)fputc(quote, out);
}

void schema_write_json(FILE *out, const char *text)
{
    char escaped[TEXT_STRING_MAX];
    bool cut;
    const char *end = text_write_json_string(escaped, (const uint8_t *)text, strlen(text), &cut);

    (void)fprintf(out, "\"%.*s\"", (int)(end - escaped), escaped);
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

void schema_make_identifier(char *out, const char *name)
{
    if (is_digit(*name)) {
        *out++ = '_';
    }
    for (; *name != '\0'; name++) {
        *out++ = is_letter(*name) || is_digit(*name) ? *name : '_';
    }
    *out = '\0';
}

void schema_write_between(FILE *out, unsigned item, const char *between)
{
    (void)fputs(item == 0 ? "" : between, out);
}
