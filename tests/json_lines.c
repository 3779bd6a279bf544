// SPDX-License-Identifier: Apache-2.0
// Holds lines on standard input to json-c's strict mode: each is one JSON value, in valid UTF-8.
#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static bool is_json(struct json_tokener *tokener, const char *line, size_t len)
{
    json_tokener_reset(tokener);
    json_object_put(json_tokener_parse_ex(tokener, line, (int)len));
    return json_tokener_get_error(tokener) == json_tokener_success &&
           json_tokener_get_parse_end(tokener) == len;
}

int main(void)
{
    struct json_tokener *tokener = json_tokener_new();
    unsigned long number = 0;
    unsigned long wrong = 0;
    char *line = NULL;
    size_t size = 0;
    ssize_t len;

    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    while ((len = getline(&line, &size, stdin)) > 0) {
        number++;
        if (line[len - 1] != '\n' || !is_json(tokener, line, (size_t)len - 1)) {
            (void)fprintf(stderr, "line %lu is no JSON\n", number);
            wrong++;
        }
    }
    free(line);
    json_tokener_free(tokener);
    return wrong == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
