// SPDX-License-Identifier: Apache-2.0
// Keys of records: compiled once from words, written for each flow.
#include "lib/record/key.h"

#include <stdio.h>

#include "lib/option/nearest.h"
#include "lib/record/key_hash.h"
#include "lib/text_write.h"

enum { NAME_OCTETS = 64, TEXT_OCTETS = 255 };

typedef char *value_writer(char *out, const struct flow *flow, const void *value);

static char *write_u8(char *out, const struct flow *flow, const void *value)
{
    (void)flow;
    return text_write_u64(out, *(const uint8_t *)value);
}

static char *write_u16(char *out, const struct flow *flow, const void *value)
{
    (void)flow;
    return text_write_u64(out, *(const uint16_t *)value);
}

static char *write_u32(char *out, const struct flow *flow, const void *value)
{
    (void)flow;
    return text_write_u64(out, *(const uint32_t *)value);
}

static char *write_u64(char *out, const struct flow *flow, const void *value)
{
    (void)flow;
    return text_write_u64(out, *(const uint64_t *)value);
}

static char *write_bool(char *out, const struct flow *flow, const void *value)
{
    (void)flow;
    return *(const bool *)value ? TEXT_WRITE(out, "true") : TEXT_WRITE(out, "false");
}

static char *write_float(char *out, const struct flow *flow, const void *value)
{
    (void)flow;
    return text_write_double(out, *(const double *)value);
}

static char *write_word(char *out, const char *word)
{
    return text_write(out, word, strlen(word));
}

static char *write_type(char *out, const struct flow *flow, const void *value)
{
    (void)flow;
    return write_word(out, flow_type_name(*(const uint8_t *)value));
}

static char *write_proto(char *out, const struct flow *flow, const void *value)
{
    (void)flow;
    return write_word(out, flow_proto_name(*(const uint8_t *)value));
}

static char *write_name(char *out, const struct flow *flow, const void *value)
{
    (void)flow;
    return write_word(out, *(const char *const *)value);
}

static char *write_sub_key(char *out, const struct flow *flow, const void *value)
{
    (void)value;
    return text_write_sub_key(out, flow->sub_key, &flow->sub_addr);
}

static char *write_etype(char *out, const struct flow *flow, const void *value)
{
    (void)flow;
    switch (*(const uint16_t *)value) {
    case 0x0800:
        return TEXT_WRITE(out, "IPv4");
    case 0x86dd:
        return TEXT_WRITE(out, "IPv6");
    case 0x0806:
        return TEXT_WRITE(out, "ARP");
    default:
        return out;
    }
}

static char *write_addr(char *out, const struct flow *flow, const void *value)
{
    (void)flow;
    return text_write_addr(out, value);
}

static char *write_mac(char *out, const struct flow *flow, const void *value)
{
    (void)flow;
    return text_write_mac(out, *(const uint64_t *)value);
}

static char *write_net(char *out, const struct flow_addr *addr, uint8_t prefix_len)
{
    struct flow_addr network = *addr;

    if (addr->len == 0 || prefix_len > addr->len * 8) {
        return out;
    }
    for (unsigned i = 0; i < addr->len; i++) {
        const unsigned bits = prefix_len > 8 * i ? prefix_len - 8 * i : 0;

        network.bytes[i] &= (uint8_t)(bits >= 8 ? 0xff : 0xff00u >> bits);
    }
    out = TEXT_WRITE(text_write_addr(out, &network), "/");
    return text_write_u64(out, prefix_len);
}

static char *write_net_src(char *out, const struct flow *flow, const void *value)
{
    return FLOW_HAS(flow, src_addr) ? write_net(out, &flow->src_addr, *(const uint8_t *)value)
                                    : out;
}

static char *write_net_dst(char *out, const struct flow *flow, const void *value)
{
    return FLOW_HAS(flow, dst_addr) ? write_net(out, &flow->dst_addr, *(const uint8_t *)value)
                                    : out;
}

static size_t first_octets(const struct flow_slice *slice)
{
    return slice->len < TEXT_OCTETS ? slice->len : TEXT_OCTETS;
}

static char *write_text(char *out, const struct flow *flow, const void *value)
{
    const struct flow_slice *text = value;

    (void)flow;
    return text_write(out, (const char *)text->data, first_octets(text));
}

static char *write_octets(char *out, const struct flow *flow, const void *value)
{
    const struct flow_slice *octets = value;
    bool cut;

    (void)flow;
    return text_write_hex(out, octets->data, first_octets(octets), &cut);
}

/* Lists make no keys. */
static const struct {
    value_writer *write;
    size_t max;
} kinds[FLOW_KIND_COUNT] = {
    [FLOW_KIND_TYPE] = {write_type, NAME_OCTETS},
    [FLOW_KIND_U8] = {write_u8, TEXT_U64_MAX},
    [FLOW_KIND_U16] = {write_u16, TEXT_U64_MAX},
    [FLOW_KIND_U32] = {write_u32, TEXT_U64_MAX},
    [FLOW_KIND_U64] = {write_u64, TEXT_U64_MAX},
    [FLOW_KIND_FLOAT] = {write_float, TEXT_DOUBLE_MAX},
    [FLOW_KIND_COUNTER] = {write_u64, TEXT_U64_MAX},
    [FLOW_KIND_TIME] = {write_u64, TEXT_U64_MAX},
    [FLOW_KIND_TIME_MS] = {write_u64, TEXT_U64_MAX},
    [FLOW_KIND_BOOL] = {write_bool, 5},
    [FLOW_KIND_ADDR] = {write_addr, TEXT_ADDR_MAX},
    [FLOW_KIND_ETYPE] = {write_etype, NAME_OCTETS},
    [FLOW_KIND_PROTO] = {write_proto, NAME_OCTETS},
    [FLOW_KIND_MAC] = {write_mac, TEXT_MAC_MAX},
    [FLOW_KIND_NET_SRC] = {write_net_src, TEXT_ADDR_MAX + 4},
    [FLOW_KIND_NET_DST] = {write_net_dst, TEXT_ADDR_MAX + 4},
    [FLOW_KIND_TEXT] = {write_text, TEXT_OCTETS},
    [FLOW_KIND_OCTETS] = {write_octets, 2 * TEXT_OCTETS},
    [FLOW_KIND_NAME] = {write_name, NAME_OCTETS},
    [FLOW_KIND_SUB_KEY] = {write_sub_key, TEXT_SUB_KEY_MAX},
};

/* What is read, and where it is told what is wrong. */
struct reader {
    struct record_key *key;
    char *message;
    size_t message_size;
};

static bool refuse(const struct reader *r, const char *problem, const char *word, size_t len)
{
    (void)snprintf(r->message, r->message_size, "%s \"%.*s\"", problem, (int)len, word);
    return false;
}

static bool refuse_field(const struct reader *r, const char *word, size_t len)
{
    struct nearest nearest;

    nearest_begin(&nearest, word, len);
    for (uint16_t at = 0; at < FLOW_NFIELDS; at++) {
        nearest_offer(&nearest, flow_fields[at].key);
    }
    if (nearest.name[0] == '\0') {
        return refuse(r, "there is no field", word, len);
    }
    (void)snprintf(r->message, r->message_size, "there is no field \"%.*s\"; did you mean \"%s\"?",
                   (int)len, word, nearest.name);
    return false;
}

static bool add_part(const struct reader *r, struct record_key_part part, size_t max)
{
    struct record_key *key = r->key;

    if (key->n == RECORD_KEY_PARTS_MAX) {
        return refuse(r, "too many parts at", part.text == NULL ? "" : part.text, part.len);
    }
    key->parts[key->n++] = part;
    key->max += max;
    return true;
}

static bool add_text(const struct reader *r, const char *text, size_t len)
{
    return add_part(r, (struct record_key_part){.text = text, .len = len}, len);
}

static bool add_field(const struct reader *r, const char *word, size_t len)
{
    for (uint16_t at = 0; at < FLOW_NFIELDS; at++) {
        if (strlen(flow_fields[at].key) != len || memcmp(flow_fields[at].key, word, len) != 0) {
            continue;
        }
        if (kinds[flow_fields[at].kind].write == NULL) {
            return refuse(r, "a list makes no key:", word, len);
        }
        return add_part(r, (struct record_key_part){.at = at}, kinds[flow_fields[at].kind].max);
    }
    return refuse_field(r, word, len);
}

/* A brace at *words: one of a pair that stands for itself, or the begin of a field. */
static bool read_brace(const struct reader *r, const char **words)
{
    const char *brace = *words;
    const size_t len = strcspn(brace + 1, "{}");

    if (brace[1] == brace[0]) {
        *words += 2;
        return add_text(r, brace, 1);
    }
    if (brace[0] == '}' || brace[1 + len] != '}') {
        return refuse(r, "a brace without its other, at", brace, strlen(brace));
    }
    *words += len + 2;
    return add_field(r, brace + 1, len);
}

static bool read_template(const struct reader *r, const char *words)
{
    while (*words != '\0') {
        const size_t len = strcspn(words, "{}");

        if (len > 0 ? !add_text(r, words, len) : !read_brace(r, &words)) {
            return false;
        }
        words += len;
    }
    return true;
}

static bool read_list(const struct reader *r, const char *words)
{
    for (;;) {
        const size_t len = strcspn(words, ",");

        if (!add_field(r, words, len)) {
            return false;
        }
        if (words[len] == '\0') {
            return true;
        }
        if (!add_text(r, "|", 1)) {
            return false;
        }
        words += len + 1;
    }
}

bool record_key_parse(struct record_key *key, const char *words, char *message, size_t message_size)
{
    const struct reader r = {key, message, message_size};

    *key = (struct record_key){0};
    if (words == NULL || *words == '\0') {
        return true;
    }
    return strpbrk(words, "{}") != NULL ? read_template(&r, words) : read_list(&r, words);
}

bool record_key_hash(struct record_key *key, const struct field_set *fields)
{
    *key = (struct record_key){
        .hashed = true,
        .max = fields->n == 0 ? 0 : RECORD_KEY_HASH_LEN,
        .custom = fields->custom,
    };
    if (fields->n > RECORD_KEY_PARTS_MAX) {
        return false;
    }
    while (key->n < fields->n) {
        key->parts[key->n] = (struct record_key_part){.at = fields->columns[key->n].at};
        key->n++;
    }
    return true;
}

bool record_key_has(const struct record_key *key, unsigned at)
{
    for (uint16_t i = 0; i < key->n; i++) {
        if (key->parts[i].text == NULL && key->parts[i].at == at) {
            return true;
        }
    }
    return false;
}

static uint32_t hash_part(uint32_t hash, const struct record_key *key, uint16_t at,
                          const struct flow *flow)
{
    const unsigned number = at - (unsigned)COLUMN_CUSTOM;

    if (at < FLOW_NFIELDS) {
        return record_key_hash_field(hash, flow, at);
    }
    return number < CUSTOM_FIELDS_MAX
               ? record_key_hash_custom(hash, flow, &key->custom[number], number)
               : hash;
}

static size_t write_hash(const struct record_key *key, const struct flow *flow, char *out)
{
    uint32_t hash = (uint32_t)RECORD_KEY_HASH_BASIS;

    for (uint16_t i = 0; i < key->n; i++) {
        hash = hash_part(hash, key, key->parts[i].at, flow);
    }
    for (int i = 0; i < RECORD_KEY_HASH_LEN; i++) {
        out[i] = (char)(hash >> (24 - 8 * i));
    }
    return RECORD_KEY_HASH_LEN;
}

static char *write_field(char *out, const struct flow *flow, uint16_t at)
{
    const struct flow_field *field = &flow_fields[at];

    if (!flow_has(flow, at)) {
        return out;
    }
    return kinds[field->kind].write(out, flow, (const uint8_t *)flow + field->offset);
}

/* A key of nothing but what stands between fields would bring all such records together. */
static size_t write_parts(const struct record_key *key, const struct flow *flow, char *out)
{
    char *end = out;
    bool empty = true;

    for (const struct record_key_part *part = key->parts; part < key->parts + key->n; part++) {
        const char *before = end;

        if (part->text != NULL) {
            end = text_write(end, part->text, part->len);
        } else {
            end = write_field(end, flow, part->at);
            empty = empty && end == before;
        }
    }
    return empty ? 0 : (size_t)(end - out);
}

size_t record_key_write(const struct record_key *key, const struct flow *flow, char *out)
{
    if (key->n == 0) {
        return 0;
    }
    return key->hashed ? write_hash(key, flow, out) : write_parts(key, flow, out);
}
