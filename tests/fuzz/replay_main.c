// SPDX-License-Identifier: Apache-2.0
// Runs a fuzz target over the files of directories, where there is no fuzzer.
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/fuzz/fuzz.h"

enum { INPUT_MAX = 1 << 20, PATH_OCTETS = 4096 };

static void replay_file(const char *path)
{
    uint8_t *input = malloc(INPUT_MAX);
    FILE *file = fopen(path, "rb");
    size_t len;

    if (input == NULL || file == NULL) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    len = fread(input, 1, INPUT_MAX, file);
    (void)fclose(file);
    input = realloc(input, len > 0 ? len : 1); /* so that reading beyond it is noticed */
    (void)fprintf(stderr, "%s\n", path);
    (void)LLVMFuzzerTestOneInput(input, len);
    free(input);
}

static unsigned replay_directory(const char *name)
{
    DIR *directory = opendir(name);
    char path[PATH_OCTETS];
    struct dirent *entry;
    unsigned n = 0;

    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        if (entry->d_name[0] != '.') {
            (void)snprintf(path, sizeof(path), "%s/%s", name, entry->d_name);
            replay_file(path);
            n++;
        }
    }
    if (directory != NULL) {
        (void)closedir(directory);
    }
    return n;
}

int main(int argc, char **argv)
{
    unsigned n = 0;

    for (int i = 1; i < argc; i++) {
        n += replay_directory(argv[i]);
    }
    (void)printf("%u inputs\n", n);
    return n > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
