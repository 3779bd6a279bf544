// SPDX-License-Identifier: Apache-2.0
/*
 * Lives with a spool until it is killed: spool_writer DIRECTORY FIRST SEED.  Appends records
 * with the numbers from FIRST on, and tells on standard output, each line in one write:
 *
 *     read NUMBER       a record that waited when it started
 *     ready             there are no more of those
 *     taken NUMBER N    so many records are in the spool
 *     done NUMBER N     so many are acknowledged next
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/spool/spool.h"
#include "lib/spool/state.h"

enum { BATCH_MAX = 60, VALUE_OCTETS = 400, CHECKPOINT_EACH = 8 };

static struct spool *spool;

__attribute__((format(printf, 1, 2))) static void tell(const char *format, ...)
{
    char line[64];
    va_list arguments;
    int len;

    va_start(arguments, format);
    len = vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    if (write(STDOUT_FILENO, line, (size_t)len) != len) {
        exit(1);
    }
}

static unsigned random_below(unsigned limit)
{
    return (unsigned)rand() % limit;
}

static void require(int result)
{
    if (result < 0) {
        (void)fprintf(stderr, "spool_writer: %s\n", uv_strerror(result));
        exit(1);
    }
}

static void finish(unsigned number, struct spool_run run)
{
    tell("done %u %zu\n", number, run.n);
    spool_ack(spool, run);
}

/* Reads what waits, and is done with a part of it. */
static void read_all(void)
{
    struct spool_entry entry;
    int found;

    while ((found = spool_read(spool, &entry)) == 1) {
        const unsigned number = (unsigned)strtoul(entry.record.value.data, NULL, 10);

        tell("read %u\n", number);
        if (random_below(3) > 0) {
            finish(number, (struct spool_run){entry.sequence, 1});
        }
    }
    require(found);
    tell("ready\n");
}

static struct spool_run append(unsigned number, unsigned n)
{
    static char values[BATCH_MAX][VALUE_OCTETS];
    struct record records[BATCH_MAX];
    struct spool_run run;

    for (unsigned i = 0; i < n; i++) {
        memset(values[i], 'x', VALUE_OCTETS);
        (void)snprintf(values[i], VALUE_OCTETS, "%u", number + i);
        records[i] = (struct record){.value = {values[i], 20 + random_below(VALUE_OCTETS - 20)}};
    }
    require(spool_append(spool, (struct slice){"flows", 5}, records, n, &run));
    tell("taken %u %u\n", number, n);
    return run;
}

/* Of what was appended in this life, whose numbers go on as those of the spool do. */
static void finish_some(unsigned first, unsigned end, uint64_t first_sequence)
{
    const unsigned from = random_below(end - first);
    const unsigned n = random_below(end - first - from < 100 ? end - first - from : 100);

    finish(first + from, (struct spool_run){first_sequence + from, n});
}

static void live(unsigned first)
{
    uint64_t first_sequence = 0;

    for (unsigned number = first;;) {
        const unsigned n = 1 + random_below(BATCH_MAX);
        const struct spool_run run = append(number, n);

        first_sequence = number == first ? run.first : first_sequence;
        number += n;
        finish_some(first, number, first_sequence);
        require(spool_maintain(spool));
        if (random_below(CHECKPOINT_EACH) == 0) {
            require(spool_write_checkpoint(spool)); /* long before it is due */
        }
    }
}

int main(int argc, char **argv)
{
    const struct spool_settings settings = {.path = argc == 4 ? argv[1] : "",
                                            .octets_max = 1 << 26};

    if (argc != 4) {
        (void)fprintf(stderr, "usage: spool_writer DIRECTORY FIRST SEED\n");
        return 2;
    }
    log_set_level(LOG_LEVEL_ERROR);
    srand((unsigned)strtoul(argv[3], NULL, 10));
    require(spool_open(&spool, &settings));
    read_all();
    live((unsigned)strtoul(argv[2], NULL, 10));
}
