// SPDX-License-Identifier: Apache-2.0
// What a record says of a translation: each row is a record, and what becomes of it.
#include "lib/report/nat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "lib/formats/report_values.h"

enum {
    INSIDE = 1,
    OUTSIDE = 2,
    PEER = 3,
};

/* 0 is for what the record does not have. */
struct row {
    const char *about;
    uint8_t nat_event;
    uint8_t firewall_event;
    uint8_t src;
    uint8_t post_src;
    uint8_t dst;
    uint8_t post_dst;
    uint16_t post_src_port;
    uint16_t block_start;
    uint16_t block_end;
    bool ends;
    bool counts;
    const char *subscriber;
    const char *expected; /* NULL for no event */
};

static const struct row rows[] = {
    {.about = "a flow", .src = INSIDE, .dst = PEER, .counts = true},
    {.about = "a flow with a translation", .src = INSIDE, .post_src = OUTSIDE, .counts = true},
    {.about = "no translation, nothing counted", .src = INSIDE, .post_src = INSIDE},
    {.about = "an unspecified address is none", .src = INSIDE, .post_src = 99},
    {"natEvent 4", 4, .src = INSIDE, .post_src = OUTSIDE, .expected = "session_created 1 2"},
    {"natEvent 5, counted", 5, .src = INSIDE, .post_src = OUTSIDE, .counts = true,
     .expected = "session_deleted 1 2"},
    {"natEvent 8", 8, .src = INSIDE, .post_src = OUTSIDE, .expected = "binding_created 1 2"},
    {"natEvent 15", 15, .src = INSIDE, .post_src = OUTSIDE, .expected = "address_released 1 2"},
    {"natEvent 19", 19, .src = INSIDE, .expected = "other 1 0"},
    {"natEvent 255", 255, .expected = "other 0 0"},
    {"natEvent 1 of a block", 1, .src = INSIDE, .post_src = OUTSIDE, .block_start = 1024,
     .expected = "block_allocated 1 2 192.0.2.2:1024"},
    {"natEvent 1 of a session, with the block it is in", 1, .src = INSIDE, .post_src = OUTSIDE,
     .post_src_port = 5000, .block_start = 1024, .expected = "session_created 1 2 192.0.2.2:5000"},
    {"natEvent 0 is none", 0, .src = INSIDE, .post_src = OUTSIDE, .block_start = 1024,
     .block_end = 2047, .expected = "block_allocated 1 2 192.0.2.2:1024"},
    {.about = "a block without its end",
     .src = INSIDE,
     .post_src = OUTSIDE,
     .block_start = 1024,
     .expected = "block_released 1 2 192.0.2.2:1024"},
    {.about = "a block with the time of its end",
     .src = INSIDE,
     .post_src = OUTSIDE,
     .block_start = 1024,
     .block_end = 2047,
     .ends = true,
     .expected = "block_released 1 2 192.0.2.2:1024"},
    {.about = "a block of nobody's address has no key of its own",
     .src = INSIDE,
     .block_start = 1024,
     .expected = "block_released 1 0 192.0.2.1"},
    {.about = "firewallEvent 1",
     .firewall_event = 1,
     .src = INSIDE,
     .post_src = OUTSIDE,
     .counts = true,
     .expected = "session_created 1 2"},
    {.about = "firewallEvent 3", .firewall_event = 3, .src = INSIDE, .post_src = OUTSIDE},
    {.about = "firewallEvent 5",
     .firewall_event = 5,
     .src = INSIDE,
     .post_src = OUTSIDE,
     .counts = true},
    {.about = "firewallEvent 1 without a translation",
     .firewall_event = 1,
     .src = INSIDE,
     .post_src = INSIDE},
    {.about = "from outside in",
     .firewall_event = 1,
     .src = PEER,
     .post_src = PEER,
     .dst = OUTSIDE,
     .post_dst = INSIDE,
     .expected = "session_created 1 2"},
    {.about = "both ends translated",
     .src = INSIDE,
     .post_src = OUTSIDE,
     .dst = PEER,
     .post_dst = 4,
     .expected = "session_created 1 2"},
    {.about = "with the time of its end",
     .src = INSIDE,
     .post_src = OUTSIDE,
     .ends = true,
     .expected = "session_deleted 1 2"},
    {.about = "Nokia, the outside address as source",
     .src = OUTSIDE,
     .subscriber = "LSN-Host@192.0.2.1",
     .expected = "session_created 1 2"},
    {.about = "Nokia, with both",
     .src = PEER,
     .post_src = OUTSIDE,
     .counts = true,
     .ends = true,
     .subscriber = "x@192.0.2.1",
     .expected = "session_deleted 1 2"},
    {.about = "Nokia, no address in the name",
     .src = OUTSIDE,
     .subscriber = "LSN-Host@192.0.2",
     .expected = "session_created 2 0"},
    {.about = "Nokia, something behind it",
     .src = OUTSIDE,
     .subscriber = "@192.0.2.1/32",
     .expected = "session_created 2 0"},
    {.about = "Nokia, no octet",
     .src = OUTSIDE,
     .subscriber = "@192.0.2.256",
     .expected = "session_created 2 0"},
    {.about = "Nokia, too many octets",
     .src = OUTSIDE,
     .subscriber = "@192.0.2.1.1",
     .expected = "session_created 2 0"},
    {.about = "Nokia, nothing behind the sign",
     .src = OUTSIDE,
     .subscriber = "a@",
     .expected = "session_created 2 0"},
};

static struct decode d;

static struct flow_addr addr_of(uint8_t last)
{
    static const uint8_t zeros[4];
    const uint8_t octets[] = {192, 0, 2, last};

    return flow_addr_make(last == 99 ? zeros : octets, sizeof(octets));
}

#define SET_ADDR(member, last) ((last) != 0 ? FLOW_SET(&d.flow, member, addr_of(last)) : (void)0)
#define SET(member, value)     ((value) != 0 ? FLOW_SET(&d.flow, member, (value)) : (void)0)

static void make_flow(const struct row *row)
{
    static const struct datagram datagram = {.received_ns = 1700000000000000000};
    static const struct decode_settings settings;

    d.datagram = &datagram;
    d.settings = &settings;
    decode_begin_flow(&d, FLOW_TYPE_IPFIX);
    FLOW_SET(&d.flow, exporter_address, addr_of(200));
    FLOW_SET(&d.flow, nat_event, row->nat_event);
    SET(firewall_event, row->firewall_event);
    SET_ADDR(src_addr, row->src);
    SET_ADDR(post_nat_src_addr, row->post_src);
    SET_ADDR(dst_addr, row->dst);
    SET_ADDR(post_nat_dst_addr, row->post_dst);
    SET(post_nat_src_port, row->post_src_port);
    SET(port_range_start, row->block_start);
    SET(port_range_end, row->block_end);
    SET(time_flow_end, row->ends ? 1700000000000000000u : 0);
    SET(bytes, row->counts ? 1u : 0);
    if (row->subscriber != NULL) {
        FLOW_SET(&d.flow, nat_subscriber,
                 ((struct flow_slice){(const uint8_t *)row->subscriber,
                                      (uint16_t)strlen(row->subscriber)}));
    }
}

/* The last octet of an address of the report, 0 if it has none. */
static unsigned last_octet(const struct report *report, const struct report_field *field)
{
    for (uint16_t i = 0; i < report->n; i++) {
        if (report->at[i].field == field) {
            return report->at[i].addr.bytes[3];
        }
    }
    return 0;
}

static const char *word_of(const struct report *report)
{
    static char word[64];

    for (uint16_t i = 0; i < report->n; i++) {
        if (report->at[i].field == REPORT_FIELD_OF(event)) {
            (void)snprintf(word, sizeof(word), "%.*s", (int)report->at[i].octets.len,
                           (const char *)report->at[i].octets.data);
        }
    }
    return word;
}

/* "event inside outside", and the key where the row names one. */
static void describe(const struct report *report, char *out, size_t size, bool with_key)
{
    (void)snprintf(out, size, "%s %u %u%s%.*s", word_of(report),
                   last_octet(report, REPORT_FIELD_OF(inside_addr)),
                   last_octet(report, REPORT_FIELD_OF(outside_addr)), with_key ? " " : "",
                   with_key ? (int)report->key_len : 0, report->key);
}

static void check(const struct row *row)
{
    const struct nat_event *event;
    struct report report;
    char found[256] = "";
    bool with_key;

    make_flow(row);
    event = nat_event_of(&d.flow);
    if (row->expected == NULL || event == NULL) {
        if (row->expected != NULL || event != NULL) {
            fail_msg("%s", row->about);
        }
        return;
    }
    with_key = strchr(strchr(row->expected, ' ') + 3, ' ') != NULL;
    FLOW_SET(&d.flow, time_flow_start, 1);
    FLOW_SET(&d.flow, time_flow_end, 1);
    nat_report(&d, event, &report);
    describe(&report, found, sizeof(found), with_key);
    if (strcmp(found, row->expected) != 0) {
        fail_msg("%s: %s, not %s", row->about, found, row->expected);
    }
}

static void test_records_and_their_events(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        check(&rows[i]);
    }
}

static void test_only_whole_blocks_go_to_the_table(void **state)
{
    struct report report;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct nat_event *event = (make_flow(&rows[i]), nat_event_of(&d.flow));
        const bool block = rows[i].expected != NULL && rows[i].post_src != 0 &&
                           strncmp(rows[i].expected, "block", 5) == 0;

        if (event != NULL) {
            nat_report(&d, event, &report);
            assert_int_equal(report.kind, block ? RECORD_BLOCKS : RECORD_NAT);
            assert_true(report.key_len > 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records_and_their_events),
        cmocka_unit_test(test_only_whole_blocks_go_to_the_table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
