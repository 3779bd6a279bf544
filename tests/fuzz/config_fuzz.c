// SPDX-License-Identifier: Apache-2.0
/* A fuzz target: a configuration file, over options of each kind. */
#include <unistd.h>

#include "lib/option/file.h"
#include "tests/checked_pipeline.h"
#include "tests/fuzz/file_in_memory.h"
#include "tests/fuzz/fuzz.h"

struct target {
    bool flag;
    const char *text;
    uint64_t count;
    uint64_t duration_ns;
    struct option_list list;
};

static const struct option options[] = {
    {"", OPTION_STRING, 0, offsetof(struct target, text), "none", "the prefix itself"},
    {"flag", OPTION_BOOL, OPTION_LINE_ONLY, offsetof(struct target, flag), NULL, "yes or no"},
    {"text", OPTION_STRING, 0, offsetof(struct target, text), NULL, "words"},
    {"count", OPTION_COUNT, 0, offsetof(struct target, count), "5", "a number"},
    {"time", OPTION_DURATION, 0, offsetof(struct target, duration_ns), "1s", "a duration"},
    {"list", OPTION_LIST, 0, offsetof(struct target, list), NULL, "several"},
    {0},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct target plain;
    struct target below;
    const struct option_group groups[] = {{"", options + 1, &plain}, {"part", options, &below}};
    const size_t n = sizeof(groups) / sizeof(groups[0]);
    char path[FILE_IN_MEMORY_PATH];
    char message[512] = "";
    const int fd = file_in_memory(data, size, path);
    struct option_file *file;

    options_set_defaults(groups, n);
    file = option_file_read(groups, n, path, message, sizeof(message));
    require((file == NULL) == (message[0] != '\0'), "what is refused is explained");
    if (file != NULL) {
        (void)option_file_place(file, "text", plain.text);
        option_file_free(file);
    }
    (void)close(fd);
    return 0;
}
