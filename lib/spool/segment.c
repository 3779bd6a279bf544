// SPDX-License-Identifier: Apache-2.0
// The records of one segment, two bits each.
#include "lib/spool/segment.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool bit(const uint64_t *words, size_t i)
{
    return (words[i / 64] >> i % 64 & 1) != 0;
}

static void set_bit(uint64_t *words, size_t i)
{
    words[i / 64] |= (uint64_t)1 << i % 64;
}

static void clear_bit(uint64_t *words, size_t i)
{
    words[i / 64] &= ~((uint64_t)1 << i % 64);
}

static size_t count(const struct spool_segment *segment)
{
    return (size_t)(segment->end - segment->id.first);
}

/* The record's number within the segment; not below count() if it has none. */
static size_t index_of(const struct spool_segment *segment, uint64_t sequence)
{
    return (size_t)(sequence - segment->id.first);
}

struct spool_segment *spool_segment_new(struct spool_id id)
{
    struct spool_segment *segment = calloc(1, sizeof(*segment));

    if (segment != NULL) {
        segment->id = id;
        segment->end = id.first;
        segment->fd = -1;
        segment->offsets[0] = SPOOL_HEADER_LEN;
    }
    return segment;
}

void spool_segment_free(struct spool_segment *segment)
{
    if (segment->fd >= 0) {
        close(segment->fd);
    }
    free(segment);
}

size_t spool_segment_waiting(const struct spool_segment *segment)
{
    return count(segment) - segment->n_done - segment->n_in_flight;
}

bool spool_segment_holds(const struct spool_segment *segment)
{
    return count(segment) > segment->n_done;
}

/* Bits of a word whose records are done, or in flight if those are to be passed over too. */
static uint64_t passed(const struct spool_segment *segment, size_t word, bool in_flight)
{
    return segment->done[word] | (in_flight ? segment->in_flight[word] : 0);
}

static size_t first_clear(const struct spool_segment *segment, size_t from, bool in_flight)
{
    size_t word = from / 64;
    uint64_t clear = ~passed(segment, word, in_flight) & UINT64_MAX << from % 64;

    while (clear == 0 && ++word < SPOOL_WORDS) {
        clear = ~passed(segment, word, in_flight);
    }
    return clear == 0 ? SPOOL_SEGMENT_RECORDS : word * 64 + (size_t)__builtin_ctzll(clear);
}

uint64_t spool_segment_first_waiting(struct spool_segment *segment)
{
    if (spool_segment_waiting(segment) == 0) {
        return UINT64_MAX;
    }
    segment->low = first_clear(segment, segment->low, true);
    return segment->id.first + segment->low;
}

uint64_t spool_segment_first_held(const struct spool_segment *segment)
{
    return spool_segment_holds(segment) ? segment->id.first + first_clear(segment, 0, false)
                                        : UINT64_MAX;
}

void spool_segment_add(struct spool_segment *segment, size_t n)
{
    assert(n <= SPOOL_SEGMENT_RECORDS - count(segment));
    for (size_t i = 0; i < n; i++) {
        set_bit(segment->in_flight, count(segment) + i);
    }
    segment->n_in_flight += n;
    segment->end += n;
}

bool spool_segment_waits(const struct spool_segment *segment, uint64_t sequence)
{
    const size_t i = index_of(segment, sequence);

    return i < count(segment) && !bit(segment->done, i) && !bit(segment->in_flight, i);
}

bool spool_segment_take(struct spool_segment *segment, uint64_t sequence)
{
    if (!spool_segment_waits(segment, sequence)) {
        return false;
    }
    set_bit(segment->in_flight, index_of(segment, sequence));
    segment->n_in_flight++;
    return true;
}

/* Ends a flight, if there is one. */
static bool land(struct spool_segment *segment, size_t i)
{
    if (i >= count(segment) || !bit(segment->in_flight, i)) {
        return false;
    }
    clear_bit(segment->in_flight, i);
    segment->n_in_flight--;
    return true;
}

bool spool_segment_release(struct spool_segment *segment, uint64_t sequence)
{
    const size_t i = index_of(segment, sequence);

    if (!land(segment, i)) {
        return false;
    }
    segment->low = i < segment->low ? i : segment->low;
    return true;
}

bool spool_segment_finish(struct spool_segment *segment, uint64_t sequence)
{
    const size_t i = index_of(segment, sequence);

    if (i >= count(segment) || bit(segment->done, i)) {
        return false;
    }
    (void)land(segment, i);
    set_bit(segment->done, i);
    segment->n_done++;
    return true;
}

size_t spool_segment_finish_waiting(struct spool_segment *segment)
{
    const size_t waiting = spool_segment_waiting(segment);

    for (size_t n = 0; n < waiting; n++) {
        (void)spool_segment_finish(segment, spool_segment_first_waiting(segment));
    }
    return waiting;
}

/* The bits of a word that stand for records which the segment has. */
static uint64_t present(const struct spool_segment *segment, size_t word)
{
    const size_t n = count(segment);

    if (n >= word * 64 + 64) {
        return UINT64_MAX;
    }
    return n <= word * 64 ? 0 : ((uint64_t)1 << (n - word * 64)) - 1;
}

uint64_t spool_segment_restore(struct spool_segment *segment, const uint64_t *words)
{
    size_t past = 0;

    segment->n_done = 0;
    for (size_t word = 0; word < SPOOL_WORDS; word++) {
        segment->done[word] = words[word] & present(segment, word);
        segment->n_done += (size_t)__builtin_popcountll(segment->done[word]);
        if (words[word] != 0) {
            past = word * 64 + 64 - (size_t)__builtin_clzll(words[word]);
        }
    }
    return segment->id.first + past;
}

void spool_segment_note(struct spool_segment *segment, uint64_t sequence, uint64_t offset)
{
    if (offset <= UINT32_MAX) {
        segment->offsets[index_of(segment, sequence) / SPOOL_STRIDE] = (uint32_t)offset;
    }
}

uint64_t spool_segment_seek(const struct spool_segment *segment, uint64_t *sequence)
{
    size_t stride = index_of(segment, *sequence) / SPOOL_STRIDE;

    while (segment->offsets[stride] == 0) {
        stride--;
    }
    *sequence = segment->id.first + stride * SPOOL_STRIDE;
    return segment->offsets[stride];
}
