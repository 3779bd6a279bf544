// SPDX-License-Identifier: Apache-2.0
// Keys of records: what words mean, what is written, and goflow2's hash.
#include "lib/record/key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/batch.h"

enum { KEY_OCTETS = 4096 };

static struct record_key key;
static struct flow flow;
static char message[256];
static char written[KEY_OCTETS];

static void fill_flow(void)
{
    static const uint8_t source[] = {10, 0, 0, 1};
    static const uint8_t destination[] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1};
    static const uint8_t name[] = "eth0";

    flow_clear(&flow);
    FLOW_SET(&flow, type, FLOW_TYPE_IPFIX);
    FLOW_SET(&flow, sampler_address, flow_addr_make((const uint8_t[]){127, 0, 0, 1}, 4));
    FLOW_SET(&flow, src_addr, flow_addr_make(source, 4));
    FLOW_SET(&flow, dst_addr, flow_addr_make(destination, 16));
    FLOW_SET(&flow, src_net, 8);
    FLOW_SET(&flow, proto, 6);
    FLOW_SET(&flow, etype, 0x86dd);
    FLOW_SET(&flow, src_port, 443);
    FLOW_SET(&flow, src_mac, 0x020000000001);
    FLOW_SET(&flow, bytes, 1234567890123);
    FLOW_SET(&flow, if_name, ((struct flow_slice){name, 4}));
    FLOW_SET(&flow, application_id, ((struct flow_slice){source, 4}));
}

/* What the words make of the flow. */
static const char *write_key(const char *words)
{
    size_t len;

    assert_true(record_key_parse(&key, words, message, sizeof(message)));
    assert_true(key.max < sizeof(written));
    len = record_key_write(&key, &flow, written);
    assert_true(len <= key.max);
    written[len] = '\0';
    return written;
}

static void test_words(void **state)
{
    static const struct {
        const char *words;
        const char *key;
    } cases[] = {
        {"", ""},
        {"src_addr", "10.0.0.1"},
        {"dst_addr,src_addr", "2001:db8::1|10.0.0.1"},
        {"type,proto,etype", "IPFIX|TCP|IPv6"},
        {"src_net,src_mac,bytes", "10.0.0.0/8|02:00:00:00:00:01|1234567890123"},
        {"if_name,application_id", "eth0|0a000001"},
        {"{src_addr}:{src_port}", "10.0.0.1:443"},
        {"{{{proto}}}", "{TCP}"},
        {"vrf {ingress_vrf_id}, {src_addr}", "vrf , 10.0.0.1"},
        {"ingress_vrf_id", ""},
        {"ingress_vrf_id,egress_vrf_id", ""},
        {"dst_port,src_port", "|443"},
    };

    (void)state;
    fill_flow();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_string_equal(write_key(cases[i].words), cases[i].key);
    }
}

static void test_bad_words(void **state)
{
    static const struct {
        const char *words;
        const char *says;
    } cases[] = {
        {"src_adr", "did you mean \"src_addr\"?"},   {"src_addr,,proto", "there is no field \"\""},
        {"{src_addr", "a brace without its other"},  {"src_addr}", "a brace without its other"},
        {"{src{addr}", "a brace without its other"}, {"{xyz}", "there is no field \"xyz\""},
        {"as_path", "a list makes no key"},          {"{elements}", "a list makes no key"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_false(record_key_parse(&key, cases[i].words, message, sizeof(message)));
        assert_non_null(strstr(message, cases[i].says));
    }
}

static void test_too_many_parts(void **state)
{
    char words[RECORD_KEY_PARTS_MAX * 8 + 1] = "";

    (void)state;
    for (int i = 0; i < RECORD_KEY_PARTS_MAX + 1; i++) {
        memcpy(words + strlen(words), "{bytes}", sizeof("{bytes}"));
    }
    assert_false(record_key_parse(&key, words, message, sizeof(message)));
}

static void test_fields_used(void **state)
{
    (void)state;
    assert_true(record_key_parse(&key, "{src_addr}:{proto}", message, sizeof(message)));
    assert_true(record_key_has(&key, FLOW_AT_proto));
    assert_false(record_key_has(&key, FLOW_AT_type));
}

/* What FNV-1 makes of a text. */
static uint32_t fnv1(const char *text)
{
    uint32_t hash = 2166136261u;

    for (; *text != '\0'; text++) {
        hash = hash * 16777619u ^ (uint8_t)*text;
    }
    return hash;
}

static uint32_t hash_key(struct field_set *fields)
{
    const uint8_t *octets = (const uint8_t *)written;

    assert_true(record_key_hash(&key, fields));
    assert_int_equal(key.max, RECORD_KEY_HASH_LEN);
    assert_int_equal(record_key_write(&key, &flow, written), RECORD_KEY_HASH_LEN);
    return (uint32_t)octets[0] << 24 | (uint32_t)octets[1] << 16 | (uint32_t)octets[2] << 8 |
           octets[3];
}

/* Each text is what Go's %v prints of goflow2's value. */
static void test_hash(void **state)
{
    static const struct {
        const char *fields;
        const char *text;
    } cases[] = {
        {"sampler_address", "[127 0 0 1]"},
        {"type,proto,etype", "IPFIX634525"},
        {"src_addr,src_net,src_port", "[10 0 0 1]8443"},
        {"src_mac,bytes", "21990232555531234567890123"},
        {"dst_port,next_hop,as_path", "0[][]"},
        {"mpls_label,mpls_ip,layer_stack", "[100 200][[10 0 0 1] [10 0 0 1]][Ethernet IPv4]"},
        {"ingress_vrf_id,if_name", "eth0"},
    };
    static struct field_set fields;

    (void)state;
    fill_flow();
    assert_true(FLOW_APPEND(&flow, mpls_label, 100) && FLOW_APPEND(&flow, mpls_label, 200));
    assert_true(FLOW_APPEND(&flow, mpls_ip, flow.src_addr));
    assert_true(FLOW_APPEND(&flow, mpls_ip, flow.src_addr));
    assert_true(FLOW_APPEND(&flow, layer_stack, FLOW_LAYER_Ethernet));
    assert_true(FLOW_APPEND(&flow, layer_stack, FLOW_LAYER_IPv4));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_true(field_set_parse(&fields, cases[i].fields, message, sizeof(message)));
        assert_int_equal(hash_key(&fields), fnv1(cases[i].text));
    }
    assert_true(field_set_parse(&fields, "sampler_address", message, sizeof(message)));
    assert_int_equal(hash_key(&fields), 0xd6404836);
    fields.n = 0;
    assert_true(record_key_hash(&key, &fields));
    assert_int_equal(key.max, 0);
    assert_int_equal(record_key_write(&key, &flow, written), 0);
}

/* Custom fields print as their values, lists in brackets, and not at all where they are absent. */
static void test_hash_of_custom_fields(void **state)
{
    static const struct custom_field custom[] = {
        {.name = "number", .kind = CUSTOM_VARINT},
        {.name = "octets", .kind = CUSTOM_BYTES},
        {.name = "list", .kind = CUSTOM_VARINT, .array = true},
        {.name = "absent", .kind = CUSTOM_VARINT},
    };
    static const uint8_t octets[] = {1, 2};
    struct field_set fields = {.n = 4, .custom = custom};

    (void)state;
    flow_clear(&flow);
    flow.customs.at[0] = (struct flow_custom){.field = 0, .number = 7};
    flow.customs.at[1] = (struct flow_custom){.field = 2, .number = 5};
    flow.customs.at[2] = (struct flow_custom){.field = 0, .number = 8};
    flow.customs.at[3] = (struct flow_custom){.field = 1, .data = octets, .len = 2};
    flow.customs.at[4] = (struct flow_custom){.field = 2, .number = 6};
    flow.customs.n = 5;
    for (uint16_t i = 0; i < 4; i++) {
        fields.columns[i].at = (uint16_t)(COLUMN_CUSTOM + i);
    }
    assert_int_equal(hash_key(&fields), fnv1("8[1 2][5 6]"));
}

static bool add(struct batch *batch, const char *name, const char *value)
{
    char *room = batch_room(batch, strlen(value));

    if (room == NULL) {
        return false;
    }
    memcpy(room, value, strlen(value));
    batch_add(batch, strlen(value), 0);
    memcpy(batch_key_room(batch), name, strlen(name));
    batch_add_key(batch, strlen(name));
    return true;
}

/* Keys lie beside the values of a batch, and fill it as values do. */
static void test_keys_in_a_batch(void **state)
{
    const size_t max = 1 << 18;
    struct batch batch;

    (void)state;
    assert_int_equal(batch_open(&batch, 1000, (struct slice){"\n", 1}), 0);
    assert_int_equal(batch_open_keys(&batch, max), 0);
    assert_true(add(&batch, "", "one"));
    assert_true(add(&batch, "key", "two"));
    assert_false(add(&batch, "", "three"));
    assert_int_equal(batch.records[0].key.len, 0);
    assert_memory_equal(batch.records[1].key.data, "key", 3);
    assert_int_equal(batch_octets(&batch, 0).len, strlen("one\ntwo\n"));
    batch_clear(&batch);
    assert_true(add(&batch, "key", "three"));
    batch_close(&batch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_bad_words),
        cmocka_unit_test(test_too_many_parts),
        cmocka_unit_test(test_fields_used),
        cmocka_unit_test(test_hash),
        cmocka_unit_test(test_hash_of_custom_fields),
        cmocka_unit_test(test_keys_in_a_batch),
    };

    return cmocka_run_group_tests_name("record_key", tests, NULL, NULL);
}
