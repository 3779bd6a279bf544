// SPDX-License-Identifier: Apache-2.0
/*
 * A fuzz target: octets that are a state file, and then the lines of one whose sum is right.
 * What was restored becomes text, which must be restored to the same text.
 */
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/crc32c.h"
#include "lib/state/file.h"
#include "lib/state/text.h"
#include "tests/checked_pipeline.h"
#include "tests/fuzz/fuzz.h"

static const uint64_t NOW_NS = 1700000000000000000;

static struct counters counters;
static struct decode_settings settings = {.keep_elements = true};

/* So small that exporters, domains and templates have to make room. */
static struct exporters *new_exporters(void)
{
    struct exporters *exporters =
        exporters_new(&checked_pipeline_limits, SCOPE_DOMAIN | SCOPE_PORT, &settings);

    require(exporters != NULL, "there is memory for exporters");
    return exporters;
}

static bool take(struct json_object *line, void *arg)
{
    struct flow_addr addr;

    return state_address(line, &addr) && state_restore(arg, &settings, &counters, line);
}

static void write_text(struct state_text *text, const struct exporters *exporters)
{
    size_t cursor = 0;

    *text = (struct state_text){0};
    do {
        cursor = state_text_add(text, exporters, cursor, 1);
    } while (cursor != 0);
    require(!text->failed, "there is memory for text");
}

static void restore_lines(struct exporters *exporters, const struct state_text *text)
{
    const char *at = text->len == 0 ? "" : text->data;
    const char *const last = at + text->len;

    while (at < last) {
        const char *end = memchr(at, '\n', (size_t)(last - at));
        struct json_tokener *tokener = json_tokener_new();
        struct json_object *line = json_tokener_parse_ex(tokener, at, (int)(end - at));

        require(line != NULL && take(line, exporters), "weir takes what weir wrote");
        json_object_put(line);
        json_tokener_free(tokener);
        at = end + 1;
    }
}

/* Their order is that of a hash, with another secret: the length tells enough. */
static void check_again(const struct exporters *exporters)
{
    struct exporters *again = new_exporters();
    struct state_text before;
    struct state_text after;

    write_text(&before, exporters);
    restore_lines(again, &before);
    write_text(&after, again);
    require(before.len == after.len, "what is restored is the same again");
    state_text_free(&before);
    state_text_free(&after);
    exporters_free(again);
}

static void read_file(int fd, struct exporters *exporters)
{
    char path[32];
    char message[512] = "";

    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    require((state_file_read(path, NOW_NS, take, exporters, message, sizeof(message)) ==
             STATE_FILE_READ) == (message[0] == '\0'),
            "what is not taken is explained");
    (void)close(fd);
}

static int write_file(const uint8_t *data, size_t size)
{
    const int fd = memfd_create("state", MFD_CLOEXEC);

    require(fd >= 0 && write(fd, data, size) == (ssize_t)size, "there is room for a file");
    return fd;
}

/* As state_file_write() does it. */
static int write_lines(const uint8_t *data, size_t size)
{
    static const char head[] = "{\"weir_state\":1}\n";
    const uint32_t sum = crc32c(crc32c(crc32c(0, head, strlen(head)), data, size), "\n", 1);
    const int fd = write_file((const uint8_t *)head, strlen(head));

    require(write(fd, data, size) == (ssize_t)size &&
                dprintf(fd, "\n{\"crc32c\":\"%08" PRIx32 "\"}\n", sum) > 0,
            "there is room for lines");
    return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct exporters *exporters = new_exporters();

    read_file(write_file(data, size), exporters);
    read_file(write_lines(data, size), exporters);
    check_again(exporters);
    exporters_free(exporters);
    return 0;
}
