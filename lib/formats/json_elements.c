// SPDX-License-Identifier: Apache-2.0
/* The field elements of a JSON record. */
#include "lib/formats/json_elements.h"

#include "lib/element/value.h"

#define CUT_SUFFIX "_truncated\":true"

/* The longest member there can be: name, value, and the flag that its value was cut. */
enum { MEMBER_MAX = 2 * ELEMENT_NAME_MAX + ELEMENT_VALUE_MAX + 32 };

static bool same(const struct flow_element *a, const struct flow_element *b)
{
    return a->pen == b->pen && a->id == b->id;
}

/*
 * Of an element that the template names more than once, the next one after i; n if there is none.
 */
static uint16_t next_same(const struct flow_elements *list, uint16_t i)
{
    uint16_t next = (uint16_t)(i + 1);

    while (next < list->n && !same(&list->at[i], &list->at[next])) {
        next++;
    }
    return next;
}

static char *write_key(char *out, const struct flow_element *element)
{
    *out++ = '"';
    out = element_write_name(out, element);
    return TEXT_WRITE(out, "\":");
}

static char *write_single(char *out, const struct flow_element *element)
{
    bool cut;

    out = write_key(out, element);
    out = element_write_value(out, element, &cut);
    if (cut) {
        out = TEXT_WRITE(out, ",\"");
        out = element_write_name(out, element);
        out = TEXT_WRITE(out, CUT_SUFFIX);
    }
    return out;
}

char *json_write_values(char *out, const char *end, const struct flow_elements *list, uint16_t i,
                        bool *cut)
{
    bool value_cut;

    *out++ = '[';
    for (; i < list->n && out + ELEMENT_VALUE_MAX < end; i = next_same(list, i)) {
        out = element_write_value(out, &list->at[i], &value_cut);
        *out++ = ',';
    }
    out[-1] = ']';
    *cut = i < list->n;
    return out;
}

static char *write_array(char *out, const char *end, const struct flow_elements *list, uint16_t i,
                         bool *cut)
{
    return json_write_values(write_key(out, &list->at[i]), end, list, i, cut);
}

/* *full becomes true if something of it had no room. */
static char *write_member(char *out, const char *end, const struct flow_elements *list, uint16_t i,
                          bool *full)
{
    *full = out > end - MEMBER_MAX;
    if (*full) {
        return out;
    }
    out = list->at[i].repeated == ELEMENT_FIRST ? write_array(out, end, list, i, full)
                                                : write_single(out, &list->at[i]);
    *out++ = ',';
    return out;
}

/* The comma behind the last member becomes the brace: a list is never empty. */
char *json_write_elements(char *out, const struct flow_elements *list)
{
    const char *const end = out + JSON_ELEMENTS_MAX - MEMBER_MAX;
    bool full = false;

    *out++ = '{';
    for (uint16_t i = 0; i < list->n && !full; i++) {
        if (list->at[i].repeated != ELEMENT_LATER) {
            out = write_member(out, end, list, i, &full);
        }
    }
    if (full) {
        out = TEXT_WRITE(out, "\"_truncated\":true,");
    }
    out[-1] = '}';
    return out;
}
