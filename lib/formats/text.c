// SPDX-License-Identifier: Apache-2.0
/* One line of name=value a flow, for people, as goflow2 writes it. */
#include "lib/compat.h"
#include "lib/formats/named_values.h"
#include "lib/formats/report_values.h"
#include "lib/outline/summary.h"

struct text {
    struct format format;
    struct named_style style;
    struct named_values values;
};

static void text_open(struct format *f)
{
    struct text *text = (struct text *)f;
    const bool as_is = (f->compat & COMPAT_TEXT_CONTROLS) != 0;

    text->style = (struct named_style){
        .before_name = "",
        .after_name = "=",
        .between = ' ',
        .quotes = false,
        .escaping = as_is ? TEXT_AS_IS : TEXT_LINE,
    };
    f->max = named_values_plan(&text->values, f, &text->style);
}

static size_t text_write_record(struct format *f, const struct flow *flow, char *out)
{
    struct text *text = (struct text *)f;
    const char *end = named_values_write(&text->values, flow, out);

    return end > out ? (size_t)(end - out) - 1 : 0;
}

static size_t text_write_report(struct format *f, const struct report *report, char *out)
{
    const char *end = report_values_write(report, &((struct text *)f)->style, out);

    return (size_t)(end - out) - 1;
}

const struct format_ops format_text = {
    .name = "text",
    .title = "one line of name=value a flow",
    .media_type = "text/plain",
    .size = sizeof(struct text),
    .open = text_open,
    .write = text_write_record,
    .write_report = text_write_report,
    .outline = &outline_summary,
};
