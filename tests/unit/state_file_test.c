// SPDX-License-Identifier: Apache-2.0
/* The state file: what is written is read again; what is damaged is set aside and never believed.
 */
#include "lib/state/file.h"

#include <glob.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <json-c/json.h>
#include <uv.h>

enum { PATH_OCTETS = 256, FILE_OCTETS = 8192 };

static const uint64_t NOW_NS = 1700000000000000000;

static const char lines[] = "{\"address\":\"192.0.2.1\"}\n"
                            "{\"address\":\"2001:db8::1\",\"domains\":[{\"templates\":[1,2]}]}\n";

static const char goflow2[] =
    "{\"192.0.2.1:2055\":{\"10/1/256\":{\"template-id\":256,\"field-count\":1,\"fields\":"
    "[{\"pen-provided\":true,\"type\":1,\"length\":4,\"pen\":29305}]}},"
    "\"[::ffff:192.0.2.2]:2056\":{\"9/7/300\":{\"template-id\":300,\"scopes\":"
    "[{\"type\":2,\"length\":4,\"pen\":0}],\"options\":[{\"type\":34,\"length\":4,\"pen\":0}]}}}";

static char directory[] = "/tmp/weir-state-XXXXXX";
static char path[PATH_OCTETS];
static char message[PATH_OCTETS * 2];
static char taken[FILE_OCTETS]; /* the lines that were handed over */

/* --- What the tests do --- */

static bool take(struct json_object *line, void *arg)
{
    (void)arg;
    (void)snprintf(taken + strlen(taken), sizeof(taken) - strlen(taken), "%s\n",
                   json_object_to_json_string_ext(line, JSON_C_TO_STRING_PLAIN));
    return true;
}

static bool refuse(struct json_object *line, void *arg)
{
    (void)take(line, arg);
    return false;
}

static enum state_file_result read_by(bool (*taker)(struct json_object *line, void *arg))
{
    *taken = '\0';
    *message = '\0';
    return state_file_read(path, NOW_NS, taker, NULL, message, sizeof(message));
}

static enum state_file_result read_it(void)
{
    return read_by(take);
}

static size_t read_octets(char octets[FILE_OCTETS])
{
    FILE *file = fopen(path, "rb");
    size_t len;

    assert_non_null(file);
    len = fread(octets, 1, FILE_OCTETS, file);
    (void)fclose(file);
    return len;
}

static void write_octets(const char *octets, size_t len)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(octets, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

/* How many files match a pattern in the directory; they are removed. */
static size_t remove_files(const char *pattern)
{
    char whole[PATH_OCTETS];
    glob_t found;
    size_t n = 0;

    (void)snprintf(whole, sizeof(whole), "%s/%s", directory, pattern);
    if (glob(whole, 0, NULL, &found) == 0) {
        for (n = 0; n < found.gl_pathc; n++) {
            (void)remove(found.gl_pathv[n]);
        }
    }
    globfree(&found);
    return n;
}

static void assert_set_aside(void)
{
    assert_int_equal(read_it(), STATE_FILE_DAMAGED);
    assert_string_equal(taken, "");
    assert_string_not_equal(message, "");
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_equal(remove_files("state.damaged-*"), 1);
}

static int set_up(void **state)
{
    (void)state;
    assert_int_equal(state_file_write(path, lines, strlen(lines), NOW_NS), 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    (void)remove_files("*");
    return 0;
}

/* --- The tests --- */

static void round_trip(void **state)
{
    struct stat status;

    (void)state;
    assert_int_equal(read_it(), STATE_FILE_READ);
    assert_string_equal(taken, lines);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_int_equal(remove_files("state.new"), 0);
    assert_int_equal(read_it(), STATE_FILE_READ);
}

static void no_lines(void **state)
{
    (void)state;
    assert_int_equal(state_file_write(path, "", 0, NOW_NS), 0);
    assert_int_equal(read_it(), STATE_FILE_READ);
    assert_string_equal(taken, "");
}

static void no_file(void **state)
{
    (void)state;
    (void)remove_files("*");
    assert_int_equal(read_it(), STATE_FILE_NONE);
}

static void every_truncation(void **state)
{
    char whole[FILE_OCTETS];
    const size_t len = read_octets(whole);

    (void)state;
    for (size_t n = 0; n < len; n++) {
        write_octets(whole, n);
        assert_set_aside();
    }
}

static void every_bit(void **state)
{
    char whole[FILE_OCTETS];
    const size_t len = read_octets(whole);

    (void)state;
    for (size_t bit = 0; bit < 8 * len; bit++) {
        whole[bit / 8] = (char)(whole[bit / 8] ^ 1 << bit % 8);
        write_octets(whole, len);
        assert_set_aside();
        whole[bit / 8] = (char)(whole[bit / 8] ^ 1 << bit % 8);
    }
}

static void other_texts(void **state)
{
    static const char *const texts[] = {
        "null",
        "[]",
        "{} {}",
        "{\"weir_state\":null}\n{\"crc32c\":null}\n",
        "{\"weir_state\":1}\n{\"crc32c\":null}\n",
        "{\"weir_state\":2,\"saved_ns\":1}\n",
        "{\"192.0.2.1:2055\":null}",
        "{\"192.0.2.1:2055\":{\"10/1/256\":null}}",
        "{\"192.0.2.1:2055\":{\"10/1/256/1\":{}}}",
        "{\"192.0.2.1:2055\":{\"5/1/256\":{}}}",
        "{\"192.0.2.1:1\":{\"9/1/256\":{\"fields\":[{\"type\":65536}]}}}",
        "{\"192.0.2.1\":{}}",
        "{\"[:1\":{}}",
        "{\":1\":{}}",
        "{\"192.0.2.1:65536\":{}}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        write_octets(texts[i], strlen(texts[i]));
        assert_set_aside();
    }
}

static void too_large(void **state)
{
    (void)state;
    assert_int_equal(truncate(path, (off_t)STATE_FILE_OCTETS_MAX + 1), 0);
    assert_set_aside();
    assert_int_equal(state_file_write(path, lines, STATE_FILE_OCTETS_MAX, NOW_NS), UV_EFBIG);
}

static void assert_left_alone(int (*make)(const char *name, mode_t mode), mode_t kind)
{
    struct stat status;

    (void)remove_files("*");
    assert_int_equal(make(path, 0700), 0);
    assert_int_equal(read_it(), STATE_FILE_FAILED);
    assert_string_not_equal(message, "");
    assert_int_equal(state_file_write(path, lines, strlen(lines), NOW_NS), UV_EINVAL);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & S_IFMT, kind);
}

static void no_regular_file(void **state)
{
    (void)state;
    assert_left_alone(mkdir, S_IFDIR);
    assert_left_alone(mkfifo, S_IFIFO);
}

/* Root may write everywhere but where there is no directory. */
static void no_place(void **state)
{
    (void)state;
    assert_int_equal(state_file_write("/tmp/weir-no-such-directory/state", lines, strlen(lines), 1),
                     UV_ENOENT);
    if (geteuid() != 0) {
        assert_int_equal(chmod(directory, 0500), 0);
        assert_int_equal(state_file_write(path, lines, strlen(lines), NOW_NS), UV_EACCES);
        assert_int_equal(chmod(directory, 0700), 0);
    }
    assert_int_equal(read_it(), STATE_FILE_READ);
}

/* A disk that is full cuts the new file, and the old one stays. */
static void no_room(void **state)
{
    char large[FILE_OCTETS];
    struct rlimit limit;
    struct rlimit before;
    int error;

    (void)state;
    memset(large, '\n', sizeof(large));
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = before;
    limit.rlim_cur = sizeof(large) / 2;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    error = state_file_write(path, large, sizeof(large), NOW_NS);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(error, UV_EFBIG);
    assert_int_equal(remove_files("state.new"), 0);
    assert_int_equal(read_it(), STATE_FILE_READ);
    assert_string_equal(taken, lines);
}

/* What a process that was killed has left does not matter. */
static void torn_write(void **state)
{
    char beside[PATH_OCTETS + 8];

    (void)state;
    (void)snprintf(beside, sizeof(beside), "%s.new", path);
    assert_int_equal(symlink("/dev/full", beside), 0);
    assert_int_equal(state_file_write(path, "", 0, NOW_NS), 0);
    assert_int_equal(read_it(), STATE_FILE_READ);
    assert_string_equal(taken, "");
}

/* The sum is right, but the taker does not agree: the file is kept, for somebody to look at. */
static void refused(void **state)
{
    (void)state;
    assert_int_equal(read_by(refuse), STATE_FILE_PARTLY);
    assert_string_equal(taken, lines);
    assert_int_equal(remove_files("state.damaged-*"), 1);
}

static void goflow2_file(void **state)
{
    (void)state;
    write_octets(goflow2, strlen(goflow2));
    assert_int_equal(read_it(), STATE_FILE_READ);
    assert_non_null(strstr(taken, "\"address\":\"192.0.2.1\""));
    assert_non_null(strstr(taken, "\"last_port\":2055"));
    assert_non_null(strstr(taken, "\"fields\":\"29305.1.4.32769.0 \""));
    assert_non_null(strstr(taken, "\"address\":\"::ffff:192.0.2.2\""));
    assert_non_null(strstr(taken, "\"fields\":\"0.10.4.2.1 0.34.4.34.0 \""));
}

/* As an editor saves it; and none of it is believed where a part cannot be. */
static void goflow2_file_edited(void **state)
{
    char text[FILE_OCTETS];

    (void)state;
    write_octets(text, (size_t)snprintf(text, sizeof(text), "%s\n\n", goflow2));
    assert_int_equal(read_it(), STATE_FILE_READ);
    assert_string_not_equal(taken, "");
    write_octets(text, (size_t)snprintf(text, sizeof(text), "{\"a\":{},%s", goflow2 + 1));
    assert_set_aside();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(round_trip),   TEST(no_lines),
        TEST(no_file),      TEST(every_bit),
        TEST(other_texts),  TEST(every_truncation),
        TEST(too_large),    TEST(no_regular_file),
        TEST(no_place),     TEST(no_room),
        TEST(torn_write),   TEST(refused),
        TEST(goflow2_file), TEST(goflow2_file_edited),
    };
    int failed;

    if (mkdtemp(directory) == NULL) {
        return 1;
    }
    (void)snprintf(path, sizeof(path), "%s/state", directory);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    (void)rmdir(directory);
    return failed;
}
