// SPDX-License-Identifier: Apache-2.0
// What the system says of this process.
#include "lib/metrics/process_stats.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* Fields of /proc/self/stat, numbered as in proc(5). */
enum { STAT_UTIME = 14, STAT_STIME = 15, STAT_START = 22, STAT_VSIZE = 23, STAT_RSS = 24 };

static bool read_file(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "re");
    size_t n;

    if (file == NULL) {
        return false;
    }
    n = fread(text, 1, size - 1, file);
    fclose(file);
    text[n] = '\0';
    return n > 0;
}

/* The numbers up to STAT_RSS; those before the third are no numbers. */
static bool read_stat(uint64_t fields[static STAT_RSS + 1])
{
    char text[1024];
    char *rest;
    char *word;

    if (!read_file("/proc/self/stat", text, sizeof(text))) {
        return false;
    }
    rest = strrchr(text, ')'); /* the program's name may hold anything */
    if (rest == NULL) {
        return false;
    }
    word = strtok_r(rest + 1, " ", &rest);
    for (int i = 3; i <= STAT_RSS && word != NULL; i++) {
        (void)sscanf(word, "%" SCNu64, &fields[i]);
        word = strtok_r(NULL, " ", &rest);
    }
    return true;
}

static uint64_t now_ms(clockid_t clock)
{
    struct timespec now = {0};

    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static uint64_t count_files(void)
{
    DIR *directory = opendir("/proc/self/fd");
    const struct dirent *entry;
    uint64_t n = 0;

    if (directory == NULL) {
        return 0;
    }
    while ((entry = readdir(directory)) != NULL) {
        n += entry->d_name[0] != '.';
    }
    closedir(directory);
    return n - 1; /* the directory itself */
}

static uint64_t limit_of(__rlimit_resource_t resource)
{
    struct rlimit limit;

    return getrlimit(resource, &limit) == 0 ? limit.rlim_cur : 0;
}

struct process_stats process_stats_now(void)
{
    struct process_stats stats = {
        .open_files = count_files(),
        .open_files_max = limit_of(RLIMIT_NOFILE),
        .virtual_octets_max = limit_of(RLIMIT_AS),
    };
    const uint64_t ticks = (uint64_t)sysconf(_SC_CLK_TCK);
    uint64_t stat[STAT_RSS + 1] = {0};

    if (read_stat(stat)) {
        stats.cpu_ns = (stat[STAT_UTIME] + stat[STAT_STIME]) * (1000000000 / ticks);
        stats.virtual_octets = stat[STAT_VSIZE];
        stats.resident_octets = stat[STAT_RSS] * (uint64_t)sysconf(_SC_PAGESIZE);
        stats.started_ms =
            now_ms(CLOCK_REALTIME) - now_ms(CLOCK_BOOTTIME) + stat[STAT_START] * 1000 / ticks;
    }
    return stats;
}
