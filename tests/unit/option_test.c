// SPDX-License-Identifier: Apache-2.0
// Command lines, values and the usage, against what Go's flag package does.
#include "lib/option/option.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/option/nearest.h"

struct settings {
    bool quick;
    const char *listen;
    uint64_t count;
    uint64_t interval;
};

static const struct option own_options[] = {
    {"listen", OPTION_STRING, 0, offsetof(struct settings, listen), "sflow://:6343",
     "listen addresses"},
    {"q", OPTION_BOOL, 0, offsetof(struct settings, quick), NULL, "Be quick"},
    {0},
};

static const struct option limit_options[] = {
    {"", OPTION_COUNT, 0, offsetof(struct settings, count), "1_000", "How many"},
    {"interval", OPTION_DURATION, 0, offsetof(struct settings, interval), "1m30s", "How\noften"},
    {0},
};

static const struct option no_options[] = {{0}};

static struct settings own, limit;

static const struct option_group groups[] = {
    {"", no_options, NULL},
    {"limit", limit_options, &limit},
    {"", own_options, &own},
    {"stdout", no_options, NULL},
};

enum { NGROUPS = sizeof(groups) / sizeof(groups[0]), ARGUMENTS_MAX = 6 };

static char message[256];
static int first;

/* arguments ends with NULL; argv[0] is put before it.  Valid until the next call. */
static enum option_result parse(const char *const *arguments)
{
    static char texts[ARGUMENTS_MAX][64] = {"weir"};
    char *argv[ARGUMENTS_MAX] = {texts[0]};
    int argc = 1;

    for (; arguments[argc - 1] != NULL; argc++) {
        snprintf(texts[argc], sizeof(texts[argc]), "%s", arguments[argc - 1]);
        argv[argc] = texts[argc];
    }
    options_set_defaults(groups, NGROUPS);
    message[0] = '\0';
    return options_parse(groups, NGROUPS, argc, argv, &first, message, sizeof(message));
}

#define PARSE(...) parse((const char *const[]){__VA_ARGS__ __VA_OPT__(, ) NULL})

static void test_defaults(void **state)
{
    (void)state;
    assert_int_equal(PARSE(), OPTIONS_DONE);
    assert_false(own.quick);
    assert_string_equal(own.listen, "sflow://:6343");
    assert_int_equal(limit.count, 1000);
    assert_int_equal(limit.interval, 90000000000);
    assert_int_equal(first, 1);
}

static void test_forms(void **state)
{
    static const char *const forms[][3] = {
        {"-limit", "7"}, {"--limit", "7"}, {"-limit=7"}, {"--limit=7"}};

    (void)state;
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        assert_int_equal(parse(forms[i]), OPTIONS_DONE);
        assert_int_equal(limit.count, 7);
        assert_int_equal(first, forms[i][1] == NULL ? 2 : 3);
    }
    assert_int_equal(PARSE("-limit", "1", "-limit", "2"), OPTIONS_DONE);
    assert_int_equal(limit.count, 2);
    assert_int_equal(PARSE("-limit.interval=5s", "-q"), OPTIONS_DONE);
    assert_int_equal(limit.interval, 5000000000);
    assert_true(own.quick);
}

static void test_booleans(void **state)
{
    (void)state;
    assert_int_equal(PARSE("-q", "false", "-limit", "5"), OPTIONS_DONE);
    assert_true(own.quick);
    assert_int_equal(first, 2);
    assert_int_equal(limit.count, 1000);
    assert_int_equal(PARSE("-q", "-q=false"), OPTIONS_DONE);
    assert_false(own.quick);
}

static void test_end_of_flags(void **state)
{
    (void)state;
    assert_int_equal(PARSE("--", "-q"), OPTIONS_DONE);
    assert_int_equal(first, 2);
    assert_false(own.quick);
    assert_int_equal(PARSE("-q", "-", "-q"), OPTIONS_DONE);
    assert_int_equal(first, 2);
    assert_int_equal(PARSE("", "-q"), OPTIONS_DONE);
    assert_int_equal(first, 1);
    assert_int_equal(PARSE("-listen", "--", "capture.pcap"), OPTIONS_DONE);
    assert_string_equal(own.listen, "--");
    assert_int_equal(first, 3);
    assert_int_equal(PARSE("-listen="), OPTIONS_DONE);
    assert_string_equal(own.listen, "");
}

static void test_help(void **state)
{
    (void)state;
    assert_int_equal(PARSE("-h"), OPTIONS_HELP);
    assert_int_equal(PARSE("--help", "-nope"), OPTIONS_HELP);
    assert_int_equal(PARSE("-h=1"), OPTIONS_HELP);
    assert_int_equal(PARSE("-nope", "-h"), OPTIONS_INVALID);
}

static void test_faults(void **state)
{
    static const struct {
        const char *arguments[3];
        const char *message;
    } cases[] = {
        {{"-nope"}, "flag provided but not defined: -nope"},
        {{"-lsiten=x"}, "flag provided but not defined: -lsiten (did you mean -listen?)"},
        {{"--limit.intervall", "5s"},
         "flag provided but not defined: -limit.intervall (did you mean -limit.interval?)"},
        {{"---q"}, "bad flag syntax: ---q (expected -name value or -name=value)"},
        {{"-=x"}, "bad flag syntax: -=x (expected -name value or -name=value)"},
        {{"-listen"}, "flag needs an argument: -listen (expected a text)"},
        {{"-limit"},
         "flag needs an argument: -limit (expected a whole number such as 10, 0x10 or 1_000)"},
        {{"-limit", "x\n"},
         "invalid value \"x\\n\" for flag -limit: parse error"
         " (expected a whole number such as 10, 0x10 or 1_000)"},
        {{"-limit=18446744073709551616"},
         "invalid value \"18446744073709551616\" for flag -limit: value out of range"
         " (expected a whole number such as 10, 0x10 or 1_000)"},
        {{"-limit.interval", "5"},
         "invalid value \"5\" for flag -limit.interval: parse error"
         " (expected a duration such as 300ms, 5s or 1m30s)"},
        {{"-q=2"}, "invalid boolean value \"2\" for -q: parse error (expected true or false)"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(parse(cases[i].arguments), OPTIONS_INVALID);
        assert_string_equal(message, cases[i].message);
    }
}

static void test_counts(void **state)
{
    static const struct {
        const char *text;
        bool read;
        uint64_t value;
    } cases[] = {
        {"0", true, 0},
        {"10", true, 10},
        {"0x1F", true, 31},
        {"0Xff", true, 255},
        {"0b101", true, 5},
        {"0o17", true, 15},
        {"017", true, 15},
        {"1_000", true, 1000},
        {"0x_ff", true, 255},
        {"0_7", true, 7},
        {"", false, 0},
        {"-1", false, 0},
        {"0x", false, 0},
        {"08", false, 0},
        {"1__0", false, 0},
        {"_1", false, 0},
        {"1_", false, 0},
        {"0b2", false, 0},
        {"1 ", false, 0},
        {"1.5", false, 0},
        {"18446744073709551615", true, UINT64_MAX},
        {"18446744073709551616", false, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint64_t value = 0;

        assert_int_equal(option_parse_value(OPTION_COUNT, cases[i].text, &value), cases[i].read);
        assert_int_equal(value, cases[i].value);
    }
}

static void test_durations(void **state)
{
    static const struct {
        const char *text;
        bool read;
        uint64_t ns;
    } cases[] = {
        {"0", true, 0},
        {"+0", true, 0},
        {"0s", true, 0},
        {"300ms", true, 300000000},
        {"5s", true, 5000000000},
        {"1m30s", true, 90000000000},
        {"2h45m", true, 9900000000000},
        {"1.5h", true, 5400000000000},
        {".5s", true, 500000000},
        {"1.s", true, 1000000000},
        {"7ns", true, 7},
        {"7us", true, 7000},
        {"7\u00b5s", true, 7000},
        {"7\u03bcs", true, 7000},
        {"9223372036854775807ns", true, INT64_MAX},
        {"9223372036854775808ns", false, 0},
        {"2562048h", false, 0},
        {"2562047h9999m", false, 0},
        {"", false, 0},
        {"5", false, 0},
        {"s", false, 0},
        {".s", false, 0},
        {"5 s", false, 0},
        {"5d", false, 0},
        {"-5s", false, 0},
        {"1.2.3s", false, 0},
        {"5s3", false, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint64_t ns = 0;

        assert_int_equal(option_parse_value(OPTION_DURATION, cases[i].text, &ns), cases[i].read);
        assert_int_equal(ns, cases[i].ns);
    }
}

static void test_truths(void **state)
{
    static const char *const words[] = {"0",     "1",    "f",     "t",    "F",     "T",
                                        "false", "true", "FALSE", "TRUE", "False", "True"};
    bool value;

    (void)state;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        assert_true(option_parse_value(OPTION_BOOL, words[i], &value));
        assert_int_equal(value, i % 2);
    }
    assert_false(option_parse_value(OPTION_BOOL, "", &value));
    assert_false(option_parse_value(OPTION_BOOL, "yes", &value));
}

static void test_usage(void **state)
{
    char usage[1024] = "";
    FILE *file = tmpfile();
    const int saved = dup(STDERR_FILENO);

    (void)state;
    dup2(fileno(file), STDERR_FILENO);
    options_print_usage(groups, NGROUPS, "Usage of weir:");
    dup2(saved, STDERR_FILENO);
    close(saved);
    rewind(file);
    assert_true(fread(usage, 1, sizeof(usage) - 1, file) > 0);
    fclose(file);
    assert_string_equal(usage,
                        "Usage of weir:\n"
                        "  -limit int\n    \tHow many (default 1_000)\n"
                        "  -limit.interval duration\n    \tHow\n    \toften (default 1m30s)\n"
                        "  -listen string\n    \tlisten addresses (default \"sflow://:6343\")\n"
                        "  -q\tBe quick\n");
}

static void test_nearest(void **state)
{
    static const char too_long[] =
        "a.name.that.is.longer.than.any.name.that.there.is.could.ever.come.to.be";
    struct nearest nearest;

    (void)state;
    nearest_begin(&nearest, "brokersXXX", 7);
    nearest_offer(&nearest, "broker");
    nearest_offer(&nearest, "topic");
    nearest_offer(&nearest, too_long);
    assert_string_equal(nearest.name, "broker");
    nearest_offer(&nearest, "brokers");
    assert_string_equal(nearest.name, "brokers");
    nearest_begin(&nearest, too_long, strlen(too_long));
    nearest_offer(&nearest, too_long);
    assert_string_equal(nearest.name, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults), cmocka_unit_test(test_forms),
        cmocka_unit_test(test_booleans), cmocka_unit_test(test_end_of_flags),
        cmocka_unit_test(test_help),     cmocka_unit_test(test_faults),
        cmocka_unit_test(test_counts),   cmocka_unit_test(test_durations),
        cmocka_unit_test(test_truths),   cmocka_unit_test(test_usage),
        cmocka_unit_test(test_nearest),
    };

    return cmocka_run_group_tests_name("option", tests, NULL, NULL);
}
