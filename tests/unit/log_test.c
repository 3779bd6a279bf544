// SPDX-License-Identifier: Apache-2.0
// The log's lines, as they arrive on standard error.
#include "lib/log.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <uv.h>

#include <cmocka.h>
#include <json-c/json.h>

enum { TIME_LEN = sizeof("time=2026-11-21T01:40:05.358Z") - 1 };

static int saved_stderr;
static int read_end;

static int catch_stderr(void **state)
{
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    saved_stderr = dup(STDERR_FILENO);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    read_end = ends[0];
    return 0;
}

static int release_stderr(void **state)
{
    (void)state;
    log_set_json(false);
    log_set_level(LOG_LEVEL_INFO);
    dup2(saved_stderr, STDERR_FILENO);
    close(saved_stderr);
    close(read_end);
    return 0;
}

/* What one read returns is what one write wrote. */
static const char *caught(void)
{
    static char line[8192];
    const ssize_t len = read(read_end, line, sizeof(line) - 1);

    assert_true(len > 0);
    line[len] = '\0';
    return line;
}

static void assert_text(const char *expected)
{
    const char *line = caught();

    assert_int_equal(strncmp(line, "time=2", 6), 0);
    assert_int_equal(line[TIME_LEN - 1], 'Z');
    assert_string_equal(line + TIME_LEN, expected);
}

static void test_text(void **state)
{
    (void)state;
    LOG(INFO, "starting collection", LOG_TEXT("scheme", "sflow"), LOG_NUMBER("port", 6343));
    assert_text(" level=INFO msg=\"starting collection\" scheme=sflow port=6343\n");
    LOG(ERROR, "error", LOG_NUMBER("least", INT64_MIN));
    assert_text(" level=ERROR msg=error least=-9223372036854775808\n");
}

static void test_quotes(void **state)
{
    static const struct {
        const char *text;
        const char *written;
    } cases[] = {
        {"", "\"\""},
        {"plain", "plain"},
        {"a b", "\"a b\""},
        {"a=b", "\"a=b\""},
        {"a\"b", "\"a\\\"b\""},
        {"a\\b", "a\\b"},
        {"a\\ b", "\"a\\\\ b\""},
        {"x\ntime=2026 level=INFO msg=forged", "\"x\\ntime=2026 level=INFO msg=forged\""},
        {"\r\t\x01\x1b\x7f", "\"\\r\\t\\u0001\\u001b\\u007f\""},
        {"µs", "µs"},
        {"\xf0\x9f\x8c\x8a", "\xf0\x9f\x8c\x8a"},
        {"\xff", "\"\\ufffd\""},
        {"\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\""},
        {"\xc2\x9b", "\"\\ufffd\\ufffd\""},
        {"\xe2\x80\xa8", "\"\\ufffd\\ufffd\\ufffd\""},
        {"\xe2\x80", "\"\\ufffd\\ufffd\""},
    };
    char expected[128];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        LOG(WARN, "m", LOG_TEXT("k", cases[i].text));
        snprintf(expected, sizeof(expected), " level=WARN msg=m k=%s\n", cases[i].written);
        assert_text(expected);
    }
}

static void test_json(void **state)
{
    struct json_object *object;

    (void)state;
    log_set_json(true);
    LOG(DEBUG, "not written");
    LOG(WARN, "two\nlines", LOG_TEXT("name", "\"\xff\\"), LOG_NUMBER("port", -1));
    object = json_tokener_parse(caught());
    assert_non_null(object);
    assert_int_equal(json_object_object_length(object), 5);
    assert_int_equal(json_object_get_string_len(json_object_object_get(object, "time")), 24);
    assert_string_equal(json_object_get_string(json_object_object_get(object, "level")), "WARN");
    assert_string_equal(json_object_get_string(json_object_object_get(object, "msg")),
                        "two\nlines");
    assert_string_equal(json_object_get_string(json_object_object_get(object, "name")),
                        "\"\xef\xbf\xbd\\");
    assert_int_equal(json_object_get_int(json_object_object_get(object, "port")), -1);
    json_object_put(object);
}

/* Texts of each length around the limit: the line stays whole, and says that it was cut. */
static void assert_cut_well(size_t text_len, bool json)
{
    char *text = malloc(text_len + 1);
    const char *line;
    size_t len;

    memset(text, '\n', text_len);
    text[text_len] = '\0';
    LOG(INFO, "cut", LOG_TEXT("text", text), LOG_NUMBER("port", 1));
    free(text);
    line = caught();
    len = strlen(line);
    assert_true(len <= 4096);
    assert_int_equal(line[len - 1], '\n');
    assert_true(strstr(line, "port") != NULL ||
                strstr(line, json ? "\"cut\"" : " cut=true\n") != NULL);
    if (json) {
        struct json_object *object = json_tokener_parse(line);

        assert_non_null(object);
        json_object_put(object);
    }
}

static void test_cut(void **state)
{
    (void)state;
    for (size_t len = 1900; len < 2100; len++) {
        log_set_json(false);
        assert_cut_well(len, false);
        log_set_json(true);
        assert_cut_well(len, true);
    }
    assert_cut_well(100000, true);
}

static void test_levels(void **state)
{
    enum log_level level;

    (void)state;
    assert_true(log_parse_level("Warn", &level));
    assert_int_equal(level, LOG_LEVEL_WARN);
    assert_false(log_parse_level("warning", &level));
    assert_false(log_parse_level("", &level));
    log_set_level(LOG_LEVEL_ERROR);
    LOG(WARN, "not written");
    LOG(ERROR, "written");
    assert_text(" level=ERROR msg=written\n");
    log_set_level(LOG_LEVEL_DEBUG);
    LOG(DEBUG, "written");
    assert_text(" level=DEBUG msg=written\n");
}

enum { THREADS = 4, LINES_EACH = 2000, PIPE_OCTETS = 1 << 20 /* have room for them all */ };

static void write_lines(void *arg)
{
    for (int i = 0; i < LINES_EACH; i++) {
        LOG(INFO, "from a thread", LOG_NUMBER("thread", *(int *)arg), LOG_NUMBER("line", i));
    }
}

static void test_threads(void **state)
{
    uv_thread_t threads[THREADS];
    int numbers[THREADS];
    int next[THREADS] = {0};
    FILE *lines = fdopen(dup(read_end), "r");
    char text[256];
    int thread, line;

    (void)state;
    assert_true(fcntl(read_end, F_SETPIPE_SZ, PIPE_OCTETS) >= PIPE_OCTETS);
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        uv_thread_create(&threads[i], write_lines, &numbers[i]);
    }
    for (int i = 0; i < THREADS * LINES_EACH; i++) {
        assert_non_null(fgets(text, sizeof(text), lines));
        assert_int_equal(sscanf(text + TIME_LEN,
                                " level=INFO msg=\"from a thread\" thread=%d line=%d\n", &thread,
                                &line),
                         2);
        assert_int_equal(line, next[thread]++);
    }
    for (int i = 0; i < THREADS; i++) {
        uv_thread_join(&threads[i]);
    }
    fclose(lines);
}

/* Who reads nothing keeps nobody waiting, and is told later what he missed. */
static void test_full(void **state)
{
    enum { MORE_THAN_A_PIPE = 1000 };
    char text[1001];
    size_t lines = 0;
    const char *line;

    (void)state;
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    for (int i = 0; i < MORE_THAN_A_PIPE; i++) {
        LOG(INFO, "full", LOG_TEXT("text", text));
    }
    for (int held; ioctl(read_end, FIONREAD, &held) == 0 && held > 0;) {
        for (line = caught(); (line = strchr(line, '\n')) != NULL; line++) {
            lines++;
        }
    }
    assert_true(lines > 0 && lines < MORE_THAN_A_PIPE);
    LOG(INFO, "again");
    line = strstr(caught(), " lines_left_out=");
    assert_non_null(line);
    assert_int_equal(strtoul(strchr(line, '=') + 1, NULL, 10), MORE_THAN_A_PIPE - lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_text, catch_stderr, release_stderr),
        cmocka_unit_test_setup_teardown(test_quotes, catch_stderr, release_stderr),
        cmocka_unit_test_setup_teardown(test_json, catch_stderr, release_stderr),
        cmocka_unit_test_setup_teardown(test_cut, catch_stderr, release_stderr),
        cmocka_unit_test_setup_teardown(test_levels, catch_stderr, release_stderr),
        cmocka_unit_test_setup_teardown(test_threads, catch_stderr, release_stderr),
        cmocka_unit_test_setup_teardown(test_full, catch_stderr, release_stderr),
    };

    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
