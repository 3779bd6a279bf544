// SPDX-License-Identifier: Apache-2.0
// Finds the collector that runs here by /proc, as another process of the same program.
#include "cmd/running.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_OCTETS = 64 };

static bool same_program(long pid)
{
    char path[PATH_OCTETS];
    struct stat theirs;
    struct stat ours;

    (void)snprintf(path, sizeof(path), "/proc/%ld/exe", pid);
    return stat(path, &theirs) == 0 && stat("/proc/self/exe", &ours) == 0 &&
           theirs.st_dev == ours.st_dev && theirs.st_ino == ours.st_ino;
}

static void split(struct running_line *line, size_t len)
{
    char *at = line->text;

    line->argc = 0;
    while (at < line->text + len && line->argc < RUNNING_ARGUMENTS) {
        line->argv[line->argc++] = at;
        at += strlen(at) + 1;
    }
    line->argv[line->argc] = NULL;
}

static bool read_line(long pid, struct running_line *line)
{
    char path[PATH_OCTETS];
    FILE *file;
    size_t len;

    (void)snprintf(path, sizeof(path), "/proc/%ld/cmdline", pid);
    file = fopen(path, "re");
    if (file == NULL) {
        return false;
    }
    len = fread(line->text, 1, sizeof(line->text) - 1, file);
    fclose(file);
    line->text[len] = '\0';
    split(line, len);
    return line->argc > 0;
}

/* The subcommand is collect where none is named; its options begin behind it. */
static bool is_collector(struct running_line *line)
{
    if (line->argc > 1 && strcmp(line->argv[1], "collect") == 0) {
        memmove(&line->argv[1], &line->argv[2], (size_t)(line->argc - 1) * sizeof(char *));
        line->argc--;
        return true;
    }
    return line->argc == 1 || line->argv[1][0] == '-';
}

static bool read_collector(long pid, struct running_line *line)
{
    return pid != getpid() && same_program(pid) && read_line(pid, line) && is_collector(line);
}

unsigned running_collectors(struct running_line *line)
{
    DIR *processes = opendir("/proc");
    const struct dirent *entry;
    unsigned n = 0;
    long found = 0;

    while (processes != NULL && (entry = readdir(processes)) != NULL) {
        const long pid = strtol(entry->d_name, NULL, 10);

        if (pid > 0 && read_collector(pid, line)) {
            found = pid;
            n++;
        }
    }
    if (processes != NULL) {
        (void)closedir(processes);
    }
    return n > 0 && read_collector(found, line) ? n : 0;
}
