// SPDX-License-Identifier: Apache-2.0
/*
 * A fuzz target: the files of a spool.  The input is a list of pieces, each an octet that says
 * which, and what that needs; so sums are right where nothing spoils them.  Whatever is opened
 * must give records in order, account for all, and go on as a spool.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/spool/format.h"
#include "lib/spool/spool.h"
#include "lib/wire.h"
#include "tests/fuzz/fuzz.h"

enum { FILE_MAX = 1 << 17, PIECE_MAX = 1024, SEGMENTS_MAX = 12, BLOCKS_MAX = 6 };

enum piece { OCTETS, ENTRY, END, SEGMENT, BLOCK, DAMAGE, PIECES };

/* The file that is being made, and the segment that it is, or was last. */
struct making {
    char directory[64];
    struct spool_id id;
    uint64_t sequence;
    uint8_t octets[FILE_MAX];
    size_t len;
    unsigned segments;
    unsigned blocks;
};

static void require(bool holds, const char *what)
{
    if (!holds) {
        (void)fprintf(stderr, "it does not hold that %s\n", what);
        abort();
    }
}

static void write_file(const struct making *m, const char *name)
{
    char path[128];
    FILE *file;

    (void)snprintf(path, sizeof(path), "%s/%s", m->directory, name);
    file = fopen(path, "ab");
    require(file != NULL && fwrite(m->octets, 1, m->len, file) == m->len && fclose(file) == 0,
            "there is room for a file");
}

static void end_segment(struct making *m)
{
    char name[SPOOL_NAME_SIZE];

    spool_name_write(name, m->id);
    write_file(m, name);
}

static void begin_segment(struct making *m, uint64_t first, uint32_t salt)
{
    m->id = (struct spool_id){first, salt};
    m->sequence = first;
    m->len = SPOOL_HEADER_LEN;
    spool_header_write(m->octets, m->id, 1700000000000);
}

static void add_octets(struct making *m, struct wire *input)
{
    const struct wire octets = wire_slice_clipped(input, wire_u8(input));

    memcpy(m->octets + m->len, octets.at, wire_left(&octets));
    m->len += wire_left(&octets);
}

static void add_entry(struct making *m, struct wire *input)
{
    m->sequence += wire_u8(input);

    const struct wire key = wire_slice_clipped(input, wire_u8(input));
    const struct wire value = wire_slice_clipped(input, wire_u8(input));
    const struct slice topic = {"topic", 5};
    const struct record record = {.key = {(const char *)key.at, wire_left(&key)},
                                  .value = {(const char *)value.at, wire_left(&value)}};

    spool_entry_write(m->octets + m->len, m->id, m->sequence, topic, &record);
    m->len += spool_entry_len(topic, &record);
    m->sequence++;
}

static void add_end(struct making *m)
{
    spool_end_write(m->octets + m->len, m->id, m->sequence);
    m->len += SPOOL_HEAD_LEN;
}

static void next_segment(struct making *m, struct wire *input)
{
    end_segment(m);
    begin_segment(m, m->sequence + wire_u8(input) - 8, ++m->segments);
}

/* One word of the bits is the input's. */
static void write_block(struct making *m, struct wire *input)
{
    uint64_t words[SPOOL_WORDS] = {0};
    const size_t word = wire_u16(input) % SPOOL_WORDS;
    struct making *block = malloc(sizeof(*block));

    require(block != NULL, "there is memory");
    words[word] = wire_u64(input);
    memcpy(block, m, sizeof(*block));
    spool_block_write(block->octets, m->id, words);
    block->len = SPOOL_BLOCK_LEN;
    write_file(block, "checkpoint");
    m->blocks++;
    free(block);
}

static void damage(struct making *m, struct wire *input)
{
    const size_t at = wire_u16(input) % m->len;

    m->octets[at] ^= wire_u8(input);
}

static bool is_full(const struct making *m)
{
    return m->len > FILE_MAX - PIECE_MAX || m->segments == SEGMENTS_MAX || m->blocks == BLOCKS_MAX;
}

static void make_files(struct making *m, struct wire *input)
{
    m->segments = 0;
    m->blocks = 0;
    begin_segment(m, 0, 0);
    while (wire_left(input) > 0 && !is_full(m)) {
        switch ((enum piece)(wire_u8(input) % PIECES)) {
        case OCTETS:
            add_octets(m, input);
            break;
        case ENTRY:
            add_entry(m, input);
            break;
        case END:
            add_end(m);
            break;
        case SEGMENT:
            next_segment(m, input);
            break;
        case BLOCK:
            write_block(m, input);
            break;
        case DAMAGE:
        case PIECES:
            damage(m, input);
            break;
        }
    }
    end_segment(m);
}

static void remove_files(const char *path)
{
    DIR *directory = opendir(path);
    const struct dirent *entry;

    require(directory != NULL, "the directory is there");
    while ((entry = readdir(directory)) != NULL) {
        (void)unlinkat(dirfd(directory), entry->d_name, 0);
    }
    (void)closedir(directory);
    (void)rmdir(path);
}

static void check_sums(struct spool *spool)
{
    struct spool_stats stats;
    uint64_t sum;

    spool_stats(spool, &stats);
    sum = stats.done + stats.waiting + stats.in_flight;
    for (int i = 0; i < SPOOL_LOSS_COUNT; i++) {
        sum += stats.lost[i];
    }
    require(stats.found + stats.appended == sum, "all records are accounted for");
}

/* Reads all; each second record that was read is done.  Returns the last sequence number. */
static uint64_t read_all(struct spool *spool)
{
    struct spool_entry entry;
    uint64_t last = 0;
    unsigned n = 0;
    int found;

    while ((found = spool_read(spool, &entry)) == 1) {
        require(n == 0 || entry.sequence > last, "records come in order");
        require(entry.topic.len == 5 && memcmp(entry.topic.data, "topic", 5) == 0,
                "what is read was written");
        last = entry.sequence;
        if (n++ % 2 == 0) {
            spool_ack(spool, (struct spool_run){last, 1});
        }
    }
    require(found == 0, "there is nothing that cannot be read");
    check_sums(spool);
    return last;
}

static uint64_t append(struct spool *spool)
{
    const struct record records[] = {{.value = {"one", 3}}, {.value = {"two", 3}}};
    struct spool_run run;

    require(spool_append(spool, (struct slice){"topic", 5}, records, 2, &run) == 0 && run.n == 2,
            "there is room for records");
    return run.first + 1;
}

/* What was there, what is appended to it, and all of it once more. */
static void use(const char *directory)
{
    const struct spool_settings settings = {.path = directory};
    struct spool *spool;
    uint64_t last;

    require(spool_open(&spool, &settings) == 0, "it opens");
    read_all(spool);
    last = append(spool);
    require(spool_maintain(spool) == 0, "it can be maintained");
    spool_close(spool);
    require(spool_open(&spool, &settings) == 0, "it opens again");
    require(read_all(spool) == last, "the last record is what was appended last");
    spool_close(spool);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct making m;
    struct wire input;

    log_set_level((enum log_level)(LOG_LEVEL_ERROR + 1));
    /* In memory, where that can be: inputs are many. */
    (void)snprintf(m.directory, sizeof(m.directory), "%s/weir_spool_fuzz_XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    require(mkdtemp(m.directory) != NULL, "there is a directory");
    wire_init(&input, data, size);
    make_files(&m, &input);
    use(m.directory);
    remove_files(m.directory);
    return 0;
}
