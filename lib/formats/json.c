// SPDX-License-Identifier: Apache-2.0
/* One JSON object a flow, as goflow2 writes it. */
#include "lib/outline/json.h"
#include "lib/compat.h"
#include "lib/formats/named_values.h"
#include "lib/formats/report_values.h"

struct json {
    struct format format;
    struct named_style style;
    struct named_values values;
};

static void json_open(struct format *f)
{
    struct json *json = (struct json *)f;
    const bool html = (f->compat & COMPAT_JSON_HTML) != 0;

    json->style = (struct named_style){
        .before_name = "\"",
        .after_name = "\":",
        .between = ',',
        .quotes = true,
        .escaping = html ? TEXT_JSON_HTML : TEXT_JSON,
    };
    f->max = 2 + named_values_plan(&json->values, f, &json->style);
}

/* The comma behind the last value becomes the brace. */
static size_t json_write(struct format *f, const struct flow *flow, char *out)
{
    struct json *json = (struct json *)f;
    char *end = named_values_write(&json->values, flow, out + 1);

    *out = '{';
    end -= end > out + 1 ? 1 : 0;
    *end++ = '}';
    return (size_t)(end - out);
}

/* A report is never empty. */
static size_t json_write_report(struct format *f, const struct report *report, char *out)
{
    char *end = report_values_write(report, &((struct json *)f)->style, out + 1);

    *out = '{';
    end[-1] = '}';
    return (size_t)(end - out);
}

const struct format_ops format_json = {
    .name = "json",
    .title = "one JSON object a flow",
    .media_type = "application/x-ndjson",
    .size = sizeof(struct json),
    .open = json_open,
    .write = json_write,
    .write_report = json_write_report,
    .outline = &outline_json,
};
