// SPDX-License-Identifier: Apache-2.0
/* The field elements of a bin record. */
#include "lib/formats/bin_elements.h"

#include "lib/element/value.h"
#include "lib/formats/json_elements.h"
#include "lib/formats/protobuf.h"

#define CUT_SUFFIX "_truncated"

enum {
    KEY = 1,
    VALUE = 2,
    /* The longest entry of one value, and the one that says that it was cut. */
    ENTRY_MAX = 2 * ELEMENT_NAME_MAX + ELEMENT_VALUE_MAX + 64,
};

/* An entry is a message of key and value; open_entry() leaves place for both lengths. */
static char *open_entry(char *out, const struct flow_element *element, const char *suffix)
{
    char *const key = protobuf_write_tag(protobuf_open(out), KEY, PROTOBUF_DELIMITED);
    char *end = element_write_name(protobuf_open(key), element);

    end = protobuf_close(key, text_write(end, suffix, strlen(suffix)));
    return protobuf_write_tag(end, VALUE, PROTOBUF_DELIMITED);
}

static bool is_string(const struct flow_element *element)
{
    return element->index != IE_NONE && elements[element->index & 0x7fff].type == TYPE_STRING;
}

/* Strings of fixed length are filled up with zeros or blanks. */
static char *write_string(char *out, const struct flow_element *element, bool *cut)
{
    uint16_t len = element->len;

    while (len > 0 && (element->data[len - 1] == '\0' || element->data[len - 1] == ' ')) {
        len--;
    }
    return text_write_string(out, element->data, len, TEXT_UTF8, cut);
}

/* JSON without its quotes: what they enclose is no string, so nothing in it is escaped. */
static char *write_value(char *out, const struct flow_element *element, bool *cut)
{
    char *const end = element_write_value(out, element, cut);

    if (*out != '"') {
        return end;
    }
    memmove(out, out + 1, (size_t)(end - out) - 2);
    return end - 2;
}

static bool is_null(const char *text, const char *end)
{
    return end - text == 4 && memcmp(text, "null", 4) == 0;
}

static char *write_cut_entry(char *out, uint32_t number, const struct flow_element *element)
{
    char *const entry = protobuf_write_tag(out, number, PROTOBUF_DELIMITED);
    char *const value = open_entry(entry, element, CUT_SUFFIX);

    return protobuf_close(entry, protobuf_write_octets(value, "true", 4));
}

static char *write_single(char *out, uint32_t number, const struct flow_element *element)
{
    char *const entry = protobuf_write_tag(out, number, PROTOBUF_DELIMITED);
    char *const value = open_entry(entry, element, "");
    char *const text = protobuf_open(value);
    bool cut;
    char *end =
        is_string(element) ? write_string(text, element, &cut) : write_value(text, element, &cut);

    if (is_null(text, end) && !is_string(element)) {
        return out;
    }
    end = protobuf_close(entry, protobuf_close(value, end));
    return cut ? write_cut_entry(end, number, element) : end;
}

static char *write_array(char *out, const char *full, uint32_t number,
                         const struct flow_elements *list, uint16_t i, bool *cut)
{
    char *const entry = protobuf_write_tag(out, number, PROTOBUF_DELIMITED);
    char *const value = open_entry(entry, &list->at[i], "");
    char *const end = json_write_values(protobuf_open(value), full, list, i, cut);

    return protobuf_close(entry, protobuf_close(value, end));
}

static char *write_overflow(char *out, uint32_t number)
{
    static const char entry[] = "\x0a\x0a_truncated\x12\x04true";

    out = protobuf_write_tag(out, number, PROTOBUF_DELIMITED);
    return protobuf_write_octets(out, entry, sizeof(entry) - 1);
}

char *bin_write_elements(char *out, uint32_t number, const struct flow_elements *list)
{
    const char *const full = out + BIN_ELEMENTS_MAX - 2 * ENTRY_MAX;
    bool cut = false;

    for (uint16_t i = 0; i < list->n; i++) {
        const struct flow_element *element = &list->at[i];

        if (element->repeated == ELEMENT_LATER) {
            continue;
        }
        if (cut || out > full) {
            return write_overflow(out, number);
        }
        out = element->repeated == ELEMENT_FIRST
                  ? write_array(out, full + ENTRY_MAX, number, list, i, &cut)
                  : write_single(out, number, element);
    }
    return cut ? write_overflow(out, number) : out;
}
