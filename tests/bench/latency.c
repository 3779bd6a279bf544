// SPDX-License-Identifier: Apache-2.0
/*
 * How old the lines of JSON on standard input are when they come, by the time_received_ns that each
 * of them bears: a line of JSON with percentiles, when the input ends.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/bench.h"

enum { INPUT_OCTETS = 1 << 20, AGES = 1 << 21 /* in microseconds; the last is for all beyond */ };

struct ages {
    uint64_t records;
    uint64_t at[AGES];
};

static const char key[] = "\"time_received_ns\":";

static uint64_t now_ns(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_REALTIME, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void take_line(struct ages *ages, const char *line, size_t len, uint64_t now)
{
    const char *found = memmem(line, len, key, sizeof(key) - 1);
    const uint64_t received = found == NULL ? 0 : strtoull(found + sizeof(key) - 1, NULL, 10);
    const uint64_t us = now > received ? (now - received) / 1000 : 0;

    ages->records++;
    ages->at[us < AGES ? us : AGES - 1]++;
}

/* Returns how many octets are left of a line that is not whole. */
static size_t take_lines(struct ages *ages, char *input, size_t len)
{
    const uint64_t now = now_ns();
    char *line = input;
    char *end;

    while ((end = memchr(line, '\n', (size_t)(input + len - line))) != NULL) {
        take_line(ages, line, (size_t)(end - line), now);
        line = end + 1;
    }
    len -= (size_t)(line - input);
    memmove(input, line, len);
    return len;
}

static unsigned percentile(const struct ages *ages, double share)
{
    const double wanted = share * (double)ages->records;
    uint64_t n = 0;
    unsigned us = 0;

    while (us < AGES - 1 && (double)(n += ages->at[us]) < wanted) {
        us++;
    }
    return us;
}

int latency_main(void)
{
    static struct ages ages;
    static char input[INPUT_OCTETS];
    size_t held = 0;
    ssize_t got;

    (void)signal(SIGINT, SIG_IGN); /* the input ends, too */
    while ((got = read(STDIN_FILENO, input + held, sizeof(input) - held)) > 0) {
        held = take_lines(&ages, input, held + (size_t)got);
    }
    (void)printf("{\"records\":%" PRIu64 ",\"p50_us\":%u,\"p999_us\":%u,\"most_us\":%u}\n",
                 ages.records, percentile(&ages, 0.5), percentile(&ages, 0.999),
                 percentile(&ages, 1));
    return 0;
}
